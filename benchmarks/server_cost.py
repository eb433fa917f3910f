"""Processor time that one visitor of the Explore page costs the server.

    python -m benchmarks.server_cost [--visits 5] [--drags 40] [--seconds 20]

One protocol client (`benchmarks.visitor`), one thing after another; what the server's process uses meanwhile is divided
by how often the thing happened. Networks train in a process of their own, which is not counted. Processor time depends
little on what else the machine does.

    visit       the page with points of its own, from the connection until nothing more is sent
    drag        a point let go, until its optimum and all that follows is shown; nothing trains
    frame       of networks that train, as the browser is sent them: the newest still some times a second, and chart,
                numbers and whatever else moves once
    rest        a second in which nothing happens
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.server import Server, running_server
from benchmarks.visitor import Visitor

PORT = 8704
SETTLED_SECONDS = 0.6
"""After which nothing of a drag is still being drawn."""
LONG: dict[str, Any] = {"restarts": 12, "width": 200, "depth": 4}
"""Networks that train longer than anybody measures here."""


async def costs(server: Server, visits: int, drags: int, seconds: float) -> dict[str, float]:
    """Milliseconds of processor time for each thing."""
    visitor = Visitor(port=server.port, number=0)
    async with visitor:
        await asyncio.to_thread(server.wait_until_idle)
        await visitor.switch("explore_retrain", False)
        await asyncio.sleep(1.0)
        rest = await _milliseconds(server, lambda: asyncio.sleep(seconds)) / seconds
        await _drag(visitor, 3)
        drag = await _milliseconds(server, lambda: _drag(visitor, drags)) / drags
    visit = await _milliseconds(server, lambda: _visit(server.port, visits)) / visits
    async with Visitor(port=server.port, number=1, settings=LONG) as visitor:
        await visitor.until(lambda: visitor.frames > 2, "networks", seconds=60.0)
        before, began = visitor.frames, time.monotonic()
        used = await _milliseconds(server, lambda: asyncio.sleep(seconds))
        frames, rate = visitor.frames - before, (visitor.frames - before) / (time.monotonic() - began)
    return {"visit": visit, "drag": drag, "frame": used / frames, "frames per second": rate, "rest": rest}


async def _milliseconds(server: Server, action: Callable[[], Awaitable[None]]) -> float:
    before = server.cpu_seconds()
    await action()
    return 1e3 * (server.cpu_seconds() - before)


async def _drag(visitor: Visitor, times: int) -> None:
    for _ in range(times):
        await visitor.drag()
        await asyncio.sleep(SETTLED_SECONDS)


async def _visit(port: int, times: int) -> None:
    for number in range(times):
        async with Visitor(port=port, number=10 + number):
            await asyncio.sleep(SETTLED_SECONDS)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=5)
    parser.add_argument("--drags", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    with running_server(options.port, CVXDNN_WORKERS="1") as server:
        measured = asyncio.run(costs(server, options.visits, options.drags, options.seconds))
    for name, value in measured.items():
        print(f"{name}: {value:.1f}" + ("" if name.endswith("second") else " ms"))


if __name__ == "__main__":
    main()
