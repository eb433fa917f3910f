"""Workers that are killed while a class works: what is lost, what is said, what is left behind.

    python -m benchmarks.chaos [--sessions 30] [--seconds 60] [--every 5] [--dask]

While the sessions of `benchmarks.load` drag and train, a worker chosen at random is killed (kill -9) every few seconds;
with `--dask` networks train in a Dask cluster of two workers, one of which is killed once. At the end the server itself
is killed. Every session must keep its points; a job must begin again or say that its worker died; the pool must be
complete again; no process may be left.
"""

import argparse
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.load import PORT, measure
from benchmarks.server import Server

__all__ = ["Killer", "run"]

TOLD = "The process that ran this calculation died"
HEALED_SECONDS = 60.0

Record = dict[str, Any]


class Killer:
    """Kills workers at random, then waits until as many are there as before."""

    def __init__(self, seconds: float, every: float) -> None:
        self.killed = 0
        self.healed = False
        self.left: list[int] = []
        self._until, self._every = seconds, every

    def __call__(self, server: Server) -> None:
        """Work on a server; called in a thread of its own."""
        chance = random.Random(0)
        complete = len(server.workers())
        until = time.monotonic() + self._until
        while time.monotonic() < until:
            time.sleep(self._every)
            self.killed += kill(chance.choice(server.workers()))
        deadline = time.monotonic() + HEALED_SECONDS
        while len(server.workers()) < complete and time.monotonic() < deadline:
            time.sleep(0.2)
        self.left = server.workers()
        self.healed = len(self.left) >= complete


def kill(pid: int) -> bool:
    """Whether there was somebody to kill."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def run(sessions: int, seconds: float, every: float, port: int = PORT, **environment: str) -> Record:
    """Load and kill; `orphans` are workers that outlived the server by some seconds."""
    killer = Killer(seconds, every)
    record = measure(sessions, seconds, port, meanwhile=killer, **environment)
    return judged(record, killed=killer.killed, healed=killer.healed, orphans=_survivors(killer.left))


def run_on_dask(sessions: int, seconds: float, port: int = PORT) -> Record:
    """Load, with the networks in a Dask cluster, and kill one of its two workers once."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:

        def kill_one(_: Server) -> None:
            time.sleep(seconds / 3)
            kill(next(iter(cluster.workers.values())).pid)

        record = measure(sessions, seconds, port, meanwhile=kill_one, CVXDNN_DASK_SCHEDULER=cluster.scheduler_address)
        cluster.wait_for_workers(2, timeout=HEALED_SECONDS)
        return judged(record, killed=1, healed=True, orphans=[])


def judged(record: Record, **findings: Any) -> Record:
    """The record with what was found, and its errors without those that tell of a worker's death."""
    told = [text for text in record["errors"] if text.startswith(TOLD)]
    others = [text for text in record["errors"] if not text.startswith(TOLD)]
    return record | findings | {"told": len(set(told)), "errors": others}


def _survivors(pids: list[int], seconds: float = 10.0) -> list[int]:
    deadline = time.monotonic() + seconds
    while (alive := [pid for pid in pids if _is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return alive


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--every", type=float, default=5)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--dask", action="store_true")
    options = parser.parse_args()
    if options.dask:
        record = run_on_dask(options.sessions, options.seconds, options.port)
    else:
        record = run(options.sessions, options.seconds, options.every, options.port)
    print({name: value for name, value in record.items() if name not in ("errors", "leaks")})
    print(*Counter(record["errors"] + record["leaks"]).most_common(10), sep="\n")


if __name__ == "__main__":
    main()
