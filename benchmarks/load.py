"""A class of thirty on one small machine: how long a drag waits for its optimum, and what the server needs.

    python -m benchmarks.load [--sessions 30 60 100] [--seconds 180] [--replicas 1] [--store results.json]

Each session drags one of its own points every two seconds on average and checks that whatever it is sent belongs to
it. In every third session networks train again after each drag, as is the page's default; in the others that switch is
off. The sessions are protocol clients (`benchmarks.visitor`) in one process on the same machine, so what they need of
the processors is taken from the server: `client_cores` says how much. Workers are warm when the clock starts.
Of several replicas each has its share of the sessions and of the workers that one would have; no proxy is in front.
"""

import argparse
import asyncio
import json
import math
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.server import Server, running_server
from benchmarks.visitor import Visitor
from cvxdnn.core.limits import host_limits

__all__ = ["measure", "rows"]

PORT = 8700
DRAG_EVERY = 2.0
TRAINING_SHARE = 3
ARRIVAL_SECONDS = 0.2
SAMPLE_SECONDS = 1.0

Record = dict[str, Any]


def measure(
    sessions: int,
    seconds: float,
    port: int = PORT,
    meanwhile: Callable[[Server], Any] | None = None,
    replicas: int = 1,
    **environment: str,
) -> Record:
    """Let so many sessions work for so long on a fresh server, or on several.

    Parameters
    ----------
    sessions : int
    seconds : float
        Counted from the arrival of the last session.
    port : int
        Where the first server listens; further ones follow.
    meanwhile : callable, optional
        Called with the first server in a thread of its own when all sessions are there.
    replicas : int
        Of the server.
    **environment : str
        Of each.

    Returns
    -------
    dict
        Times in seconds, memory in MB, counts.
    """
    if replicas > 1:
        environment = {"CVXDNN_WORKERS": str(max(1, host_limits().workers // replicas)), **environment}
    with ExitStack() as stack:
        servers = [stack.enter_context(running_server(port + number, **environment)) for number in range(replicas)]
        visitors = [Visitor(port=port + number % replicas, number=number) for number in range(sessions)]
        used = time.process_time()
        record = asyncio.run(_work(servers, visitors, seconds, meanwhile))
        lines = [json.loads(line) for server in servers for line in server.jobs()]
        drags = [drag.seconds for visitor in visitors for drag in visitor.drags]
        return {
            "sessions": sessions,
            "replicas": replicas,
            "seconds": seconds,
            "drags": len(drags),
            **_quantiles([math.inf if each is None else each for each in drags]),
            **record,
            "client_cores": (time.process_time() - used) / record["elapsed"],
            "frames_per_session": statistics.mean(visitor.frames for visitor in visitors),
            "jobs": dict(Counter(line["outcome"] for line in lines)),
            "job_wait_p95": _quantile([line["queue_seconds"] for line in lines], 0.95),
            "began_again": sum(line["starts"] > 1 for line in lines),
            "errors": [text for visitor in visitors for text in visitor.errors]
            + [line for server in servers for line in server.complaints()],
            "leaks": [text for visitor in visitors for text in visitor.leaks],
            "points_kept": all(visitor.shown["points"] == visitor.points for visitor in visitors),
        }


def rows(records: Sequence[Record]) -> str:
    """The records as a table in Markdown."""
    head = (
        "| sessions | drags | release to optimum p50 / p95 / max (s) | frames per session and second "
        "| jobs wait p95 (s) | server + workers (MB) | errors | leaks |\n|---|---|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(
        f"| {r['sessions']} | {r['drags']:,} | {r['p50']:.2f} / {r['p95']:.2f} / {r['max']:.2f} "
        f"| {r['frames_per_session'] / r['seconds']:.1f} | {r['job_wait_p95']:.1f} "
        f"| {r['server_mb']:,.0f} + {r['workers_mb']:,.0f} | {len(r['errors'])} | {len(r['leaks'])} |"
        for r in records
    )


async def _work(
    servers: Sequence[Server], visitors: list[Visitor], seconds: float, meanwhile: Callable[[Server], Any] | None
) -> Record:
    began = time.monotonic()
    await asyncio.gather(*map(_arrive, visitors))
    for server in servers:
        await asyncio.to_thread(server.wait_until_idle)
    samples: list[tuple[float, float]] = []
    memory = asyncio.create_task(_watch_memory(servers, samples))
    disturbing = asyncio.create_task(asyncio.to_thread(meanwhile, servers[0])) if meanwhile else None
    used, until = _cpu_seconds(servers), time.monotonic() + seconds
    await asyncio.gather(*(_drag_about(visitor, until) for visitor in visitors))
    if disturbing is not None:
        await disturbing
    memory.cancel()
    elapsed = time.monotonic() - began
    for visitor in visitors:
        await visitor.disconnect()
    server_mb, workers_mb = max(samples, key=sum)
    cores = (_cpu_seconds(servers) - used) / seconds
    return {"elapsed": elapsed, "server_cores": cores, "server_mb": server_mb, "workers_mb": workers_mb}


async def _arrive(visitor: Visitor) -> None:
    await asyncio.sleep(ARRIVAL_SECONDS * visitor.number)
    await visitor.connect()
    if visitor.number % TRAINING_SHARE:
        await visitor.switch("explore_retrain", False)


async def _drag_about(visitor: Visitor, until: float) -> None:
    pause = random.Random(1000 + visitor.number)
    while time.monotonic() < until:
        begun = time.monotonic()
        await visitor.drag()
        await asyncio.sleep(max(0.0, begun + pause.expovariate(1 / DRAG_EVERY) - time.monotonic()))


async def _watch_memory(servers: Sequence[Server], samples: list[tuple[float, float]]) -> None:
    while True:
        own, workers = zip(*(server.megabytes() for server in servers), strict=True)
        samples.append((sum(own), sum(workers)))
        await asyncio.sleep(SAMPLE_SECONDS)


def _cpu_seconds(servers: Sequence[Server]) -> float:
    return sum(server.cpu_seconds() for server in servers)


def _quantiles(values: list[float]) -> Record:
    return {"p50": _quantile(values, 0.5), "p95": _quantile(values, 0.95), "max": max(values)}


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)) - 1)] if values else math.nan


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, nargs="+", default=[30, 60, 100])
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--store", type=Path)
    options = parser.parse_args()
    records = [
        measure(sessions, options.seconds, options.port, replicas=options.replicas) for sessions in options.sessions
    ]
    if options.store:
        options.store.write_text(json.dumps(records, indent=1))
    print(rows(records))
    for record in records:
        print({name: value for name, value in record.items() if name not in ("errors", "leaks")})
        print(*Counter(record["errors"] + record["leaks"]).most_common(10), sep="\n")


if __name__ == "__main__":
    main()
