"""A class on its phones: how soon an answer is taken, how soon the teacher sees it, how soon phones follow.

    python -m benchmarks.class_ [--phones 100] [--seconds 15] [--port 8785]
    python -m benchmarks.class_ --kill              the server is killed and started again in the middle
    python -m benchmarks.class_ --redis             two replicas with Redis, half a class on each
    python -m benchmarks.class_ --redis --kill      Redis is killed and started again in the middle

Phones are clients on the same machine that do what the page for phones does: one request after the other that is held
until the class moves, and an answer every one to three seconds, sent again until it is acknowledged. Each answer says
whose it is and which, in the heights of a sketch, so that what is lost or crossed shows. The teacher locks and opens
again every three seconds.
"""

import argparse
import asyncio
import json
import math
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.server import Server, running_server
from cvxdnn.app.rooms.classroom import Opened, look, move, open_room
from cvxdnn.app.rooms.questions import Question
from cvxdnn.app.rooms.refusals import Refused
from cvxdnn.app.rooms.store import Store, open_store
from deploy.cluster import RedisServer, free_port

__all__ = ["Class", "measure", "rows"]

PORT = 8785
MOVE_SECONDS = 3.0
END_SECONDS = 20.0
AWAY_SECONDS = 1.0
SETTLE_SECONDS = 2.0
"""In which a server that answers has come to rest."""
KNOTS = 20
QUESTION = Question("sketch", "Draw.", points=((0.0, 0.0), (1000.0, 1000.0)))


class Http:
    """One connection to a server, opened again when it is lost; one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, Any]:
        """Status and what is said in JSON; status 0 where nobody answers."""
        try:
            async with asyncio.timeout(END_SECONDS):
                return await self._ask(method, path, headers, body)
        except (OSError, ValueError, IndexError, asyncio.IncompleteReadError):
            self.close()
            return 0, None

    def close(self) -> None:
        """As when the network is lost."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        status = int(head[0].split()[1])
        size = next((int(line.partition(":")[2]) for line in head if line.startswith("content-length:")), 0)
        said = await reader.readexactly(size) if size else b""
        if "connection: close" in head:
            self.close()
        return status, json.loads(said) if said else None


@dataclass
class Class:
    """What happened.

    taken : seconds from sending an answer to its acknowledgement, of those that were sent once
    seen : seconds from sending an answer to when the teacher was told of it or a newer one of that phone
    followed : seconds from a move of the class to when a phone was told
    again : answers that had to be sent more than once;  late : that came when the answers were locked
    lost, crossed : acknowledged and not there at the end; there with the heights of another phone
    refused : names of other refusals
    """

    taken: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    followed: list[float] = field(default_factory=list)
    again: int = 0
    late: int = 0
    lost: int = 0
    crossed: int = 0
    phones: int = 0
    megabytes: float = 0.0
    cores: float = 0.0
    refused: list[str] = field(default_factory=list)


class Phones:
    """All of a class, and its teacher; see `Class` for what is noted."""

    def __init__(self, store: Store, opened: Opened, ports: Sequence[int], phones: int) -> None:
        self.store, self.opened, self.ports = store, opened, ports
        self.phones = phones
        self.noted = Class()
        self._moved: dict[int, float] = {}
        self._sent: dict[tuple[int, int], float] = {}
        self._acknowledged: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._seen: dict[int, int] = {}
        self._until = math.inf
        self._connections: list[Http] = []

    async def lesson(self, seconds: float) -> Class:
        """Go through it, and compare in the end what was acknowledged with what is there."""
        self._until = time.monotonic() + seconds
        await self._move("open")
        follow = [asyncio.create_task(self._follow(k)) for k in range(self.phones)]
        watch = asyncio.create_task(self._watch())
        await asyncio.gather(self._teach(), *(self._answer(k) for k in range(self.phones)))
        await asyncio.sleep(1.5)  # what was said last is on its way to the teacher
        for task in (*follow, watch):
            task.cancel()
        await asyncio.gather(*follow, watch, return_exceptions=True)
        for each in self._connections:
            each.close()
        await asyncio.sleep(0)  # they close in the loop
        self._compare()
        return self.noted

    async def _move(self, where: str) -> None:
        """Again and again, while the store is away."""
        while True:
            try:
                room = await asyncio.to_thread(move, self.store, self.opened.code, self.opened.secret, where)
            except Refused:
                await asyncio.sleep(0.2)
            else:
                self._moved[room.version] = time.monotonic()
                return

    async def _teach(self) -> None:
        while time.monotonic() < self._until - MOVE_SECONDS:
            await asyncio.sleep(MOVE_SECONDS)
            await self._move("lock")
            await asyncio.sleep(0.5)
            await self._move("open")

    async def _follow(self, k: int) -> None:
        http, known = self._http(k), 0
        while True:
            status, told = await http.ask("GET", f"{self._room}?after={known}", _phone(k))
            if status == 200:
                known = told["version"]
                if known in self._moved:
                    self.noted.followed.append(time.monotonic() - self._moved[known])
            elif status != 204:
                await asyncio.sleep(0.3)

    async def _answer(self, k: int) -> None:
        http, pause, turn = self._http(k), random.Random(k), 0
        await asyncio.sleep(2 * pause.random())
        while time.monotonic() < self._until:
            turn += 1
            await self._send(http, k, turn)
            await asyncio.sleep(1 + 2 * pause.random())

    async def _send(self, http: Http, k: int, turn: int) -> None:
        heights = [[1000.0 * x / (KNOTS - 1), float(k if x % 2 else turn)] for x in range(KNOTS)]
        body = json.dumps({"step": 0, "turn": turn, "answer": heights}).encode()
        self._sent[k, turn] = began = time.monotonic()
        tries = 0
        while True:
            tries += 1
            status, told = await http.ask("POST", f"{self._room}/answer", _phone(k), body)
            if status == 200:
                self._numbers[k] = told["number"]
                self._acknowledged[k] = turn
                if tries == 1:
                    self.noted.taken.append(time.monotonic() - began)
                self.noted.again += tries > 1
                return
            if status == 409:
                self.noted.late += 1
                del self._sent[k, turn]  # nobody will see it
                return
            if told is not None and told["refused"] != "store away":
                self.noted.refused.append(told["refused"])
            await asyncio.sleep(0.3)

    async def _watch(self) -> None:
        """The teacher's tab."""
        http, news = self._http(0), 0
        while True:
            headers = {"Authorization": f"Bearer {self.opened.secret}"}
            status, told = await http.ask("GET", f"{self._room}/class?after={news}", headers)
            if status == 200:
                now, news = time.monotonic(), told["news"]
                for _, knots in told["answers"]:
                    self._note(int(knots[1][1]), int(knots[0][1]), now)
            elif status != 204:
                await asyncio.sleep(0.3)

    def _note(self, k: int, turn: int, now: float) -> None:
        for each in range(self._seen.get(k, 0) + 1, turn + 1):
            if (k, each) in self._sent:
                self.noted.seen.append(now - self._sent[k, each])
        self._seen[k] = max(turn, self._seen.get(k, 0))

    def _compare(self) -> None:
        seen = look(self.store, self.opened.code, self.opened.secret)
        self.noted.phones = len(self._numbers)
        answers = dict(seen["answers"])
        for k, number in self._numbers.items():
            knots = answers.get(number)
            if knots is None:
                self.noted.lost += 1
                continue
            whose = {int(y) for _, y in knots[1::2]}
            self.noted.crossed += whose != {k}
            self.noted.lost += whose == {k} and int(knots[0][1]) < self._acknowledged[k]

    def _http(self, k: int) -> Http:
        self._connections.append(Http(self.ports[k % len(self.ports)]))
        return self._connections[-1]

    @property
    def _room(self) -> str:
        return f"/rooms/{self.opened.code}"


def measure(phones: int, seconds: float, port: int, *, with_redis: bool = False, kills: bool = False) -> Class:
    """One lesson.

    Parameters
    ----------
    phones : int
    seconds : float
    port : int
        Of the server; of two replicas the second has the next one. 0 for any that are free.
    with_redis : bool
        Two replicas that share a Redis instead of one server with SQLite.
    kills : bool
        `kill -9` of the server, or of Redis, after a third of the time; it is started again a second later.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cvxdnn-class-")))
        database = stack.enter_context(_redis(folder)) if with_redis else None
        where = database.address if database else str(folder / "rooms.db")
        ports = [port + k if port else free_port() for k in range(2 if with_redis else 1)]
        servers = [Restartable(each, where) for each in ports]
        for server in servers:
            stack.callback(server.stop)
            server.start()
        time.sleep(SETTLE_SECONDS)
        store = open_store(where)
        stack.callback(store.close)
        opened = open_room(store, "benchmark", [QUESTION], most=50)

        async def act() -> Class:
            class_ = Phones(store, opened, ports, phones)
            before = sum(server.cpu_seconds() for server in servers)
            victim = database or servers[0]
            disturbing = asyncio.create_task(_kill(victim, seconds / 3)) if kills else None
            noted = await class_.lesson(seconds)
            if disturbing is not None:
                await disturbing
            noted.cores = (sum(server.cpu_seconds() for server in servers) - before) / seconds
            noted.megabytes = max(server.megabytes() for server in servers)
            return noted

        return asyncio.run(act())


class Restartable:
    """A server that can be killed and started again at the same port."""

    def __init__(self, port: int, rooms: str) -> None:
        self._port, self._rooms = port, rooms
        self._stack = ExitStack()
        self._server: Server | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        environment = {"CVXDNN_WORKERS": "0", "CVXDNN_ROOMS": self._rooms, "OMP_NUM_THREADS": "1"}
        self._server = self._stack.enter_context(running_server(self._port, **environment))

    def kill(self) -> None:
        """Kill it: `running_server` ends what it started with SIGKILL."""
        self._stack.close()

    stop = kill

    def cpu_seconds(self) -> float:
        """Of the process that runs now."""
        return self._server.cpu_seconds() if self._server else 0.0

    def megabytes(self) -> float:
        """Of the process that runs now."""
        return self._server.megabytes()[0] if self._server else 0.0


async def _kill(victim: Any, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await asyncio.to_thread(victim.kill)
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(victim.start)


@contextmanager
def _redis(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(free_port(), folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def _phone(k: int) -> dict[str, str]:
    return {"Phone": f"phone-of-benchmark-{k}"}


def rows(records: dict[str, Class]) -> str:
    """A table of Markdown."""
    head = (
        "| class | answers | taken p50 / p95 / max (s) | with the teacher p95 (s) | phones follow p95 (s) |"
        " sent again | lost | crossed | server (cores, MB) |\n|---|---|---|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(
        f"| {name} | {len(each.taken) + each.again} | {_three(each.taken)} | {_quantile(each.seen, 0.95):.2f}"
        f" | {_quantile(each.followed, 0.95):.2f} | {each.again} | {each.lost} | {each.crossed}"
        f" | {each.cores:.2f}, {each.megabytes:.0f} |"
        for name, each in records.items()
    )


def _three(values: list[float]) -> str:
    return " / ".join(f"{_quantile(values, share):.3f}" for share in (0.5, 0.95, 1.0))


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)) - 1)] if values else math.nan


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phones", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--redis", action="store_true")
    parser.add_argument("--kill", action="store_true")
    options = parser.parse_args()
    if options.redis and shutil.which("redis-server") is None:
        parser.error("redis-server is not installed")
    noted = measure(options.phones, options.seconds, options.port, with_redis=options.redis, kills=options.kill)
    place = "two replicas, Redis" if options.redis else "one server, SQLite"
    killed = f", {'Redis' if options.redis else 'server'} killed" if options.kill else ""
    print(rows({f"{options.phones} phones, {place}{killed}": noted}))
    print(f"phones {noted.phones}, too late {noted.late}, other refusals {sorted(set(noted.refused))}")


if __name__ == "__main__":
    main()
