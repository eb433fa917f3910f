"""What strangers do to a server (`benchmarks.abuse` says what a bystander saw meanwhile). Each attack is a program.

    echo | python -m benchmarks.attacks NAME PORT

It prints one line of JSON: what came back, counted.
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from benchmarks.client import Client
from benchmarks.visitor import Viewer, Visitor
from cvxdnn.tasks.scenario import Scenario

__all__ = ["ATTACKS"]

EVIL = "http://evil.example"
OWN, ELSEWHERE = "127.0.0.1", "127.0.0.2"
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
        answers.update(await _newcomers(port))
        return answers


async def idle_connections(port: int) -> Answers:
    """A thousand connections on which nothing is ever asked; afterwards somebody new comes."""
    writers = [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(1_000)]
    await asyncio.sleep(HOLD_SECONDS)
    answers = await _newcomers(port)
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
        await attacker.drag()
        answered = attacker.drags[-1].seconds is not None
        await attacker.send(BackMsg(clear_cache=True))
        await attacker.tell(hidden=None)
        await attacker.reload()
        return Counter({"his own drag is answered": int(answered)})


async def sockets_without_a_page(port: int) -> Answers:
    """310 sockets that ask for a part of no page, and 310 that name one session; meanwhile somebody new comes."""
    async with AsyncExitStack() as opened, Client(port=port, page="about") as own:
        answers = Counter[str]()
        for _ in range(310):
            for protocols in ["streamlit"], ["streamlit", "token", own.session]:
                try:
                    socket = await opened.enter_async_context(_opened(port, subprotocols=protocols))
                    await socket.send(BackMsg(rerun_script={"fragment_id": "unknown"}).SerializeToString())
                    answers["opened"] += 1
                except websockets.InvalidStatus as error:
                    answers[f"refused {error.response.status_code}"] += 1
                except websockets.ConnectionClosed:
                    answers["closed"] += 1
        answers.update(await _newcomers(port))
        return answers


async def flood_of_sockets(port: int) -> Answers:
    """As many silent sockets as can be opened in 12 s; halfway somebody comes who needs a while before he speaks."""
    lines = [
        *("GET /_stcore/stream HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"),
        *("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "", ""),
    ]
    knock, end, newest = "\r\n".join(lines).encode(), time.monotonic() + 12.0, deque[Any]()
    late = asyncio.create_task(_slow_newcomer(port))
    answers = Counter[str]()
    while time.monotonic() < end:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(knock)
        newest.append(writer)
        answers["tried"] += 1
        if len(newest) > 1_000:
            newest.popleft().close()
        await asyncio.sleep(0.001)
    for writer in newest:
        writer.close()
    answers.update(await late)
    return answers


async def _slow_newcomer(port: int) -> Answers:
    """Tries again as browsers do, and asks for a page a fifth of a second after it is connected."""
    await asyncio.sleep(4.0)
    answers = Counter({"tries of somebody new": 0, "somebody new got in": 0})
    while not answers["somebody new got in"] and answers["tries of somebody new"] < 20:
        answers["tries of somebody new"] += 1
        try:
            async with _opened(port) as socket:
                await asyncio.sleep(0.2)
                await socket.send(BackMsg(rerun_script={"page_name": "about"}).SerializeToString())
                answers["somebody new got in"] += bool(await socket.recv())
        except (websockets.InvalidStatus, websockets.ConnectionClosed):
            await asyncio.sleep(0.5)
    return answers


async def flood_of_reruns(port: int) -> Answers:
    """One tab asks for whole pages a hundred times a second, and 14 that read nothing ten times each; for 10 s."""
    tabs = [Client(port=port, query="preset=motorcycle") for _ in range(15)]
    for tab in tabs:
        await tab.connect()
    for tab in tabs[1:]:
        tab.stop_reading()
    talkers = [asyncio.create_task(_ask_without_end(tab, 0.1 if number else 0.01)) for number, tab in enumerate(tabs)]
    ended, _ = await asyncio.wait(talkers, timeout=10.0)
    for talker, tab in zip(talkers, tabs, strict=True):
        talker.cancel()
        tab.vanish()
    return Counter({"tabs": len(tabs), "cut off": len(ended)})


async def _ask_without_end(tab: Client, seconds: float) -> None:
    while True:
        await tab.send(BackMsg(rerun_script={"query_string": tab.query}))
        await asyncio.sleep(seconds)


async def held_up_uploads(port: int) -> Answers:
    """32 uploads of one tab that never arrive; meanwhile another tab sends a file."""
    token = generate_xsrf_token_string()
    own = {
        "X-Xsrftoken": token,
        "Content-Type": "multipart/form-data; boundary=b",
    }
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n0,1\r\n--b--\r\n'

    async def put(tab: Client, size: int) -> Any:
        cookie = f"_streamlit_xsrf={token}; {tab.cookie}"
        host = f"127.0.0.1:{port}"
        headers = {**own, "Cookie": cookie, "Host": host, "Content-Length": str(size), "Connection": "close"}
        lines = [f"PUT /_stcore/upload_file/{tab.session}/f HTTP/1.1", *map(": ".join, headers.items()), "", ""]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write("\r\n".join(lines).encode() + body)
        return reader, writer

    async with Client(port=port, page="about") as attacker, Client(port=port, page="about") as visitor:
        held = [await put(attacker, 500_000) for _ in range(32)]
        await asyncio.sleep(2.0)
        reader, writer = await put(visitor, len(body))
        answers = Counter({"somebody new got in": int(b" 204 " in await reader.readline())})
        statuses = [await reader.readline() for reader, _ in held]
        answers.update(f"answered {line.split()[1].decode()}" if line else "closed" for line in statuses)
        for each in [writer, *(writer for _, writer in held)]:
            each.close()
        return answers


async def slow_optima(port: int) -> Answers:
    """Five tabs come at once, each with an optimum that takes the one worker some eight seconds."""
    points = tuple((i / 132, 1.0 if 7919 * i % 13 < 7 else -1.0) for i in range(133))
    slow = Scenario(points=points, loss="logistic", depth=6)
    betas = (0.01, 0.02, 0.03, 0.04, 0.05)
    tabs = [Viewer(port, query=urlencode(slow.replace(beta=beta).to_query())) for beta in betas]
    began = time.monotonic()

    async def seconds_to_page(tab: Viewer) -> float:
        await tab.connect()
        return time.monotonic() - began

    pages = await asyncio.gather(*map(seconds_to_page, tabs))
    optima = [await tab.until(lambda tab=tab: tab.has_optimum, "the optimum", 120.0) for tab in tabs]
    seconds = time.monotonic() - began
    for tab in tabs:
        await tab.disconnect()
    slowest = round(1000 * max(pages))
    return Counter({"ms to the slowest of 5 pages": slowest, "optima": sum(optima), "s to the last": round(seconds)})


async def _newcomers(port: int) -> Answers:
    """Somebody comes from another address, and somebody from the attacker's own, as in a school."""
    return Counter(
        {"somebody new got in": await _gets_in(port, ELSEWHERE), "neighbour got in": await _gets_in(port, OWN)}
    )


async def _gets_in(port: int, home: str) -> int:
    try:
        async with Visitor(port, home=home, number=2) as late:
            return int(late.shown.get("points") == late.points)
    except websockets.InvalidStatus:
        return 0


ATTACKS: dict[str, Callable[[int], Awaitable[Answers]]] = {
    each.__name__: each
    for each in (
        *(foreign_origins, rebound_names, large_messages, silent_sockets, idle_connections, garbage, odd_values),
        *(sockets_without_a_page, flood_of_sockets, flood_of_reruns, held_up_uploads, slow_optima),
    )
}


def main() -> None:
    """Run one, when somebody says so: by then everything is imported, which took a processor for a second."""
    name, port = sys.argv[1:]
    sys.stdin.readline()
    print(json.dumps(asyncio.run(ATTACKS[name](int(port)))))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
