"""Strangers attack a running server, and somebody goes on dragging: what he saw of it.

    python -m benchmarks.abuse [--cluster] [--only NAME ...] [--port 8703]

Before each attack the bystander drags a few times, which is his usual time, and then until the attack
(`benchmarks.attacks`, in a process of its own) is over. It did him no harm if his drags were answered within twice
their usual time at the median, or in less than a tenth of a second, no point or seat of his was lost, the memory of
the server is within 50 MB of before, and the log grew by less than 1 MB. `--cluster` does the same through
`make cluster` and its proxy. Exit code 1 if anything did harm.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.attacks import ATTACKS
from benchmarks.server import ROOT, running_server
from benchmarks.visitor import Visitor
from cvxdnn.jobs.memory import resident_bytes
from deploy.cluster import Cluster

__all__ = ["Target", "attacked", "harm"]

PORT = 8703
USUAL_DRAGS, PAUSE_SECONDS, REST_SECONDS = 12, 0.3, 3.0
UNNOTICED_SECONDS = 0.1
MOST_TIMES, MOST_MEGABYTES, MOST_LOG_BYTES = 2.0, 50.0, 1_000_000

Record = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """Where to go, the processes that draw pages, and the files that all of it logs to."""

    port: int
    pids: tuple[int, ...]
    logs: tuple[Path, ...]

    def megabytes(self) -> float:
        """Memory of what draws pages."""
        return sum(resident_bytes(pid) or 0 for pid in self.pids) / 1e6

    def log_bytes(self) -> int:
        """How much has been logged."""
        return sum(log.stat().st_size for log in self.logs)


@contextmanager
def one_server(port: int) -> Iterator[Target]:
    """The app by itself, with one worker."""
    with running_server(port, CVXDNN_WORKERS="1") as server:
        yield Target(port, (server.process.pid,), (server.log,))


@contextmanager
def whole_deployment(port: int) -> Iterator[Target]:
    """Two replicas behind the proxy."""
    with Cluster(port) as cluster:
        if not cluster.has_proxy:
            raise SystemExit("nginx is not installed: there is no proxy to attack")
        for address in cluster.addresses:  # its first page takes memory, whoever asks for it
            asyncio.run(_visit(int(address.rpartition(":")[2])))
        replicas = tuple(process.pid for name, process in cluster.processes.items() if name.startswith("replica"))
        yield Target(port, replicas, tuple(cluster.folder.glob("*.log")))


async def _visit(port: int) -> None:
    async with Visitor(port=port, number=1) as visitor:
        await visitor.drag()


async def attacked(target: Target, name: str) -> Record:
    """What a bystander saw of one attack."""
    async with Visitor(port=target.port, number=1) as bystander:
        await bystander.switch("explore_retrain", False)
        attack = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.attacks", name, str(target.port)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        await asyncio.sleep(REST_SECONDS)
        for _ in range(USUAL_DRAGS):
            await _drag(bystander)
        usual = _seconds(bystander)
        bystander.drags.clear()
        memory, logged = target.megabytes(), target.log_bytes()
        began = time.monotonic()
        answers = asyncio.create_task(attack.communicate(b"\n"))
        while not answers.done() or len(bystander.drags) < USUAL_DRAGS:
            await _drag(bystander)
        meanwhile, lasted = _seconds(bystander), time.monotonic() - began
        await asyncio.sleep(REST_SECONDS)
        await _drag(bystander)
        return {
            "attack": name,
            "lasted": lasted,
            "usual": statistics.median(usual),
            "meanwhile": statistics.median(meanwhile),
            "worst": max(meanwhile),
            "megabytes": target.megabytes() - memory,
            "log_bytes": target.log_bytes() - logged,
            "kept": bystander.shown["points"] == bystander.points and not bystander.errors and not bystander.leaks,
            "answers": json.loads((await answers)[0] or b"{}"),
            "failed": attack.returncode != 0,
        }


def harm(record: Record) -> list[str]:
    """In words, what an attack did to the bystander."""
    found = {
        "the attack itself failed": record["failed"],
        "his drags took longer": record["meanwhile"] > max(MOST_TIMES * record["usual"], UNNOTICED_SECONDS),
        "he lost something": not record["kept"],
        "memory grew": record["megabytes"] > MOST_MEGABYTES,
        "the log grew": record["log_bytes"] > MOST_LOG_BYTES,
        "somebody new was kept out": record["answers"].get("somebody new got in") == 0,
    }
    return [words for words, is_so in found.items() if is_so]


async def _drag(visitor: Visitor) -> None:
    await visitor.drag()
    await asyncio.sleep(PAUSE_SECONDS)


def _seconds(visitor: Visitor) -> list[float]:
    return [float("inf") if drag.seconds is None else drag.seconds for drag in visitor.drags]


def _row(record: Record) -> str:
    answers = ", ".join(f"{count} {answer}" for answer, count in record["answers"].items())
    return (
        f"| {record['attack'].replace('_', ' ')} | {answers} | {record['usual']:.2f} / {record['meanwhile']:.2f} / "
        f"{record['worst']:.2f} | {record['megabytes']:+.0f} | {record['log_bytes'] / 1e3:.1f} "
        f"| {', '.join(harm(record)) or 'none'} |"
    )


def main() -> int:
    """Attack, print a table, and say whether anybody was harmed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cluster", action="store_true")
    parser.add_argument("--only", nargs="+", choices=list(ATTACKS), default=list(ATTACKS))
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    start: Callable[[int], Any] = whole_deployment if options.cluster else one_server
    print("| attack | what came back | drag: usual / meanwhile / worst (s) | memory (MB) | log (kB) | harm |")
    print("|---|---|---|---|---|---|", flush=True)
    harmed = False
    with start(options.port) as target:
        for name in options.only:
            record = asyncio.run(attacked(target, name))
            print(_row(record), flush=True)
            harmed |= bool(harm(record))
    return int(harmed)


if __name__ == "__main__":
    sys.exit(main())
