"""What strangers do to a server (`benchmarks.abuse` says what a bystander saw meanwhile). Each attack is a program.

    echo | python -m benchmarks.attacks NAME PORT

It prints one line of JSON: what came back, counted.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.visitor import Visitor

__all__ = ["ATTACKS"]

EVIL = "http://evil.example"
HOLD_SECONDS = 20.0
MEGABYTE = 1_000_000
ODD: list[Any] = [
    *(None, 7, "0x10", {"0": [0, 1]}, [[0, None]], [[0, "0x10"]], [[0, [1]]], [[0, 10**4000]], [[0, True]]),
    *([[0, 0]] * 5_000, [[1e308, 0], [-1e308, 0]], [[0, float("nan")]]),
]

Answers = Counter[str]


def _opened(port: int, **options: Any) -> Any:
    settings = {"host": "127.0.0.1", "port": port, "max_size": None, "open_timeout": 60, "close_timeout": 2}
    return websockets.connect(options.pop("address", f"ws://127.0.0.1:{port}/_stcore/stream"), **settings, **options)


async def _told(port: int, message: Any = None, **options: Any) -> str:
    """Status or close code of a web socket that says one thing."""
    try:
        async with _opened(port, **options) as socket:
            if message is None:
                return "opened"
            await socket.send(message)
            await socket.wait_closed()
            return f"closed {socket.close_code}"
    except websockets.InvalidStatus as error:
        return f"refused {error.response.status_code}"
    except websockets.ConnectionClosed as error:
        return f"closed {error.rcvd.code if error.rcvd else 'by force'}"


async def foreign_origins(port: int) -> Answers:
    """Pages of another site open sockets: 15 at once, every second."""
    answers = Counter[str]()
    for _ in range(10):
        await asyncio.sleep(1.0)
        answers.update(await asyncio.gather(*(_told(port, origin=EVIL) for _ in range(15))))
    return answers


async def rebound_names(port: int) -> Answers:
    """A stranger's name points here, and Host and Origin agree."""
    answers = Counter[str]()
    for _ in range(50):
        await asyncio.sleep(0.1)
        answers[await _told(port, address="ws://evil.example/_stcore/stream", origin=EVIL)] += 1
    return answers


async def large_messages(port: int) -> Answers:
    """Eight messages of 100 MB, in one frame or in a hundred."""
    whole, pieces = b"\0" * (100 * MEGABYTE), [b"\0" * MEGABYTE] * 100
    return Counter(await asyncio.gather(*(_told(port, each) for each in [whole, pieces] * 4)))


async def silent_sockets(port: int) -> Answers:
    """253 sockets that never speak; afterwards somebody new comes."""
    async with AsyncExitStack() as opened:
        answers = Counter[str]()
        for _ in range(253):
            try:
                await opened.enter_async_context(_opened(port))
                answers["opened"] += 1
            except websockets.InvalidStatus as error:
                answers[f"refused {error.response.status_code}"] += 1
        await asyncio.sleep(HOLD_SECONDS)
        async with Visitor(port=port, number=2) as late:
            answers["somebody new got in"] += late.shown.get("points") == late.points
        return answers


async def idle_connections(port: int) -> Answers:
    """A thousand connections on which nothing is ever asked; afterwards somebody new comes."""
    writers = [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(1_000)]
    await asyncio.sleep(HOLD_SECONDS)
    async with Visitor(port=port, number=2) as late:
        answers = Counter({"somebody new got in": int(late.shown.get("points") == late.points)})
    for writer in writers:
        writer.close()
    return answers


async def garbage(port: int) -> Answers:
    """A thousand sockets that say nothing of Streamlit's protocol."""
    answers = Counter[str]()
    for each in [b"\xff" * 1_000, "text", b"\x08"] * 333:
        answers[await _told(port, each)] += 1
    return answers


async def odd_values(port: int) -> Answers:
    """A visitor whose browser tells the editor what no browser would."""
    async with Visitor(port=port, number=3) as attacker:
        for points in ODD:
            await attacker.tell(points=points, hidden=points)
            await attacker.tell(preview=[points])
            await attacker.tell(preview={"number": points, "points": points})
        await attacker.drag()
        answered = attacker.drags[-1].seconds is not None
        await attacker.send(BackMsg(clear_cache=True))
        await attacker.tell(hidden=None)
        await attacker.reload()
        return Counter({"his own drag is answered": int(answered)})


ATTACKS: dict[str, Callable[[int], Awaitable[Answers]]] = {
    each.__name__: each
    for each in (
        *(foreign_origins, rebound_names, large_messages, silent_sockets, idle_connections, garbage, odd_values),
    )
}


def main() -> None:
    """Run one, when somebody says so: by then everything is imported, which took a processor for a second."""
    name, port = sys.argv[1:]
    sys.stdin.readline()
    print(json.dumps(asyncio.run(ATTACKS[name](int(port)))))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
