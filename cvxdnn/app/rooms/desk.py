"""Requests of phones and teachers, and what they are answered. Nothing that they say is believed before it is checked.

A phone says who it is in the header `Phone`, a teacher's tab has the room's secret in `Authorization: Bearer`: no page
of another site can have a browser send either. A refusal is JSON, {"refused": name, "why": sentence}.

Guessing codes. Who asks for rooms that are not there has `guesses` of them a minute. When they are used up no new phone
gets in from that address, also with a right code, for the answer would tell that it is right; phones that are in the
class already stay in it.
"""

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from cvxdnn.app.gate.address import neighbourhood
from cvxdnn.app.rooms import classroom, codes
from cvxdnn.app.rooms.allowance import Allowance
from cvxdnn.app.rooms.questions import parsed
from cvxdnn.app.rooms.refusals import Refusal, Refused
from cvxdnn.app.rooms.room import Phase
from cvxdnn.app.rooms.store import Mark, Store
from cvxdnn.app.rooms.watch import Watch
from cvxdnn.core.limits import Limits

__all__ = ["Desk", "Handler", "answered"]

logger = logging.getLogger("cvxdnn.rooms")

HOLD_SECONDS = 8.0
"""How long a request waits for news; proxies wait for longer, and a server that ends waits for no longer."""
BODY_SECONDS = 10.0
GATHER_SECONDS = 0.3
"""A teacher's tab is told of many answers at once."""
MOST_WAITING = 2_000
"""Requests at one time; more are answered at once, and come again."""
THREADS = 4
REVEAL_KILOBYTES = 32
ASKS, ASKS_AT_ONCE = 5.0, 30.0
"""Of a phone: requests a second, and how many at once."""
MOST_TURNS = 1_000_000
MOVES = {"open", "lock", "next", "reveal", "close"}
NO_STORE = {"Cache-Control": "no-store"}
BUSY = NO_STORE | {"Retry-After": "1"}

Result = TypeVar("Result")
Handler = Callable[[Request], Awaitable[Response]]


class Desk:
    """Answers requests about rooms.

    Parameters
    ----------
    store : callable
        Gives the store; called once, when it is needed first.
    limits : Limits
    """

    def __init__(self, store: Callable[[], Store], limits: Limits) -> None:
        self._open, self._limits = store, limits
        self._opened: Store | None = None
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="rooms")
        self._lock = threading.Lock()
        self._shown: dict[str, tuple[int, bytes]] = {}
        self._guesses = Allowance(limits.guesses / 60, limits.guesses)
        self._asks = Allowance(ASKS, ASKS_AT_ONCE)
        self._writes = Allowance(limits.room_writes, max(limits.room_writes, limits.phones))
        self.watch = Watch(lambda asked: self._do(lambda store: store.marks(asked)), MOST_WAITING)

    @property
    def store(self) -> Store:
        """Where rooms are kept."""
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    async def state(self, request: Request) -> Response:
        """For a phone, where its class is: at once, or when that is not any more what the phone knows (`after`)."""
        code, phone = _code(request), _phone(request)
        self._spend(phone)
        version, shown = await self._inside(request, code, self._arriving(code, phone))
        if _after(request) == version:
            held = await self.watch.until(code, _other_than(version), who=(code, phone), seconds=HOLD_SECONDS)
            if not held:
                return Response(status_code=204, headers=BUSY if held is None else NO_STORE)
            version, shown = await self._inside(request, code, self._arriving(code, phone))
        return Response(shown, headers=NO_STORE, media_type="application/json")

    async def answer(self, request: Request) -> Response:
        """Keep a phone's answer: {"step": 0, "turn": 1, "answer": ...}; `turn` grows with what it sends."""
        code, phone = _code(request), _phone(request)
        self._spend(phone)
        step, turn, told = _said(await _body(request, self._limits.answer_kilobytes))
        if codes.is_code(code) and not self._writes.take(code):
            raise Refused(Refusal.TOO_FAST)
        number = await self._inside(request, code, _taking(code, phone, step, turn, told))
        return JSONResponse({"taken": turn, "step": step, "number": number}, headers=NO_STORE)

    async def look(self, request: Request) -> Response:
        """For the teacher's tab, the class and what it said since `after`: at once, or when there is news."""
        code, secret, after = _code(request), _secret(request), _after(request)
        seen = await self._do(lambda store: classroom.look(store, code, secret, after))
        if after == seen["news"]:
            held = await self.watch.until(code, _more_than(after), who=object(), seconds=HOLD_SECONDS)
            if not held:
                return Response(status_code=204, headers=BUSY if held is None else NO_STORE)
            await asyncio.sleep(GATHER_SECONDS)
            seen = await self._do(lambda store: classroom.look(store, code, secret, after))
        return JSONResponse(seen, headers=NO_STORE)

    async def move(self, request: Request) -> Response:
        """Open, lock, reveal, next or close, by the teacher's tab; with reveal comes what is to be shown."""
        code, secret, where = _code(request), _secret(request), request.path_params["move"]
        if where not in MOVES:
            raise Refused(Refusal.UNKNOWN_MOVE)
        body = await _body(request, REVEAL_KILOBYTES)
        if where == "close":
            await self._do(lambda store: classroom.close_room(store, code, secret))
            return JSONResponse({"closed": code}, headers=NO_STORE)
        if where == "reveal":
            told = _parsed(body or b"{}", Refusal.NO_REVEAL)
            room = await self._do(lambda store: classroom.reveal(store, code, secret, told))
        else:
            room = await self._do(lambda store: classroom.move(store, code, secret, where))
        return JSONResponse(room.shown(), headers=NO_STORE)

    async def _inside(self, request: Request, code: str, what: Callable[[Store, int], Result | None]) -> Result:
        """What a phone is given in a room, where `what` may let so many phones in; it gives None for no such room."""
        address = neighbourhood(request.scope)
        may_enter = self._guesses.has(address)
        try:
            found = None
            if codes.is_code(code):
                most = self._limits.phones if may_enter else 0
                found = await self._do(lambda store: what(store, most))
        except Refused as error:
            if may_enter or error.refusal is not Refusal.ROOM_FULL:
                raise
        if found is not None:
            return found
        if not may_enter:
            raise Refused(Refusal.TOO_MANY_GUESSES)
        self._guesses.take(address)
        raise Refused(Refusal.UNKNOWN_ROOM)

    def _arriving(self, code: str, phone: str) -> Callable[[Store, int], tuple[int, bytes] | None]:
        """Note that a phone is there, and tell it where its class is, which is written once a version."""

        def arrive(store: Store, most: int) -> tuple[int, bytes] | None:
            entry = store.enter(code, phone, most)
            if entry is None:
                return None
            known = self._shown.get(code)
            if known is None or known[0] != entry.version:
                room = store.read(code)
                if room is None:
                    return None
                known = room.version, json.dumps(room.shown(), separators=(",", ":")).encode()
                self._keep(code, known)
            return known

        return arrive

    def _keep(self, code: str, shown: tuple[int, bytes]) -> None:
        with self._lock:
            self._shown.pop(code, None)
            if len(self._shown) >= self._limits.rooms:
                del self._shown[next(iter(self._shown))]
            self._shown[code] = shown

    def _spend(self, phone: str) -> None:
        if not self._asks.take(phone):
            raise Refused(Refusal.TOO_FAST)

    async def _do(self, what: Callable[[Store], Result]) -> Result:
        """In a thread, for a store may have to wait; once a request, for a busy machine lets a thread wait, too."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: what(self.store))


def answered(handler: Handler) -> Handler:
    """The same, with refusals said as such."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refused as error:
            refusal = error.refusal
            if refusal is Refusal.STORE_AWAY:
                logger.error("rooms cannot be reached: %s", error.__cause__)
            headers = BUSY if refusal.status in (429, 503) else NO_STORE
            return JSONResponse({"refused": refusal.label, "why": refusal.sentence}, refusal.status, headers)
        except ClientDisconnect:
            return Response(status_code=400)

    return answer


def _taking(code: str, phone: str, step: int, turn: int, told: object) -> Callable[[Store, int], int | None]:
    """Keep what a phone said, if it is an answer and the question is open; say so again where it was kept before."""

    def take(store: Store, most: int) -> int | None:
        room = store.read(code) if store.enter(code, phone, most) else None
        if room is None:
            return None
        if room.step != step or room.phase is Phase.WAITING:
            raise Refused(Refusal.TOO_LATE)
        try:
            answer = room.question.checked(told)
        except ValueError as error:
            raise Refused(Refusal.NO_ANSWER) from error
        return store.take(code, phone, step, turn, answer)

    return take


def _other_than(version: int) -> Callable[[Mark | None], bool]:
    return lambda mark: mark is None or mark.version != version


def _more_than(news: int) -> Callable[[Mark | None], bool]:
    return lambda mark: mark is None or mark.news > news


def _code(request: Request) -> str:
    return str(request.path_params["code"])


def _phone(request: Request) -> str:
    phone = request.headers.get("phone", "")
    if not codes.is_phone(phone):
        raise Refused(Refusal.NO_PHONE)
    return phone


def _secret(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _after(request: Request) -> int:
    """What the asker knows already; nothing if it does not say."""
    told = request.query_params.get("after", "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 16 else -1


def _said(body: bytes) -> tuple[int, int, Any]:
    """Step, turn and answer of what a phone says."""
    told = _parsed(body, Refusal.NO_ANSWER)
    if not isinstance(told, dict) or told.keys() != {"step", "turn", "answer"}:
        raise Refused(Refusal.NO_ANSWER)
    step, turn = told["step"], told["turn"]
    if not all(type(each) is int and 0 <= each <= MOST_TURNS for each in (step, turn)):
        raise Refused(Refusal.NO_ANSWER)
    return step, turn, told["answer"]


def _parsed(body: bytes, otherwise: Refusal) -> Any:
    try:
        return parsed(body)
    except ValueError as error:
        raise Refused(otherwise) from error


async def _body(request: Request, kilobytes: int) -> bytes:
    """What is sent, if it is not larger and comes in time."""
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > 1000 * kilobytes:
                    raise Refused(Refusal.TOO_LARGE)
    except TimeoutError as error:
        raise Refused(Refusal.TOO_SLOW) from error
    return body
