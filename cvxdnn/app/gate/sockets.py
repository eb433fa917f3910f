"""A web socket is for a page. It costs a session and four descriptors, but only from when it asks for one.

A browser asks for its page as soon as it is connected, or names the session that it comes back to. Until then a
socket is held here, and Streamlit does not know of it. Who has not asked within a minute is sent away, and sooner
when many are silent (`cvxdnn.app.gate.silence`). So silent sockets, however many a stranger opens, keep nobody out,
and push nobody's session out of those that are kept for a return.

A browser that comes back to a session which is gone, as after a restart of the server, may ask for no more than a part
of its page: it is given the whole.

Those that have asked have a seat or wait for one (`cvxdnn.app.admission`); there is a bound for them together, too. A
session has one socket: where a second one names it, the first ends. And where the bound is reached, those make room
that have been here for a minute without a seat, and without having been refused one lately.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import Runtime

from cvxdnn.app.gate.address import neighbourhood
from cvxdnn.app.gate.flow import Tokens, asks_for_a_page, expire, paced, patient
from cvxdnn.app.gate.said import NOT_STREAMLITS, said
from cvxdnn.app.gate.silence import Silence

__all__ = ["Sockets"]

SILENT_SECONDS = 60.0
LEAST_SECONDS = 1.0
"""In which a browser that is connected will have asked for its page."""
MOST_SILENT = 256
CLOSE_SECONDS = 1.0
NO_PAGE: Message = {"type": "websocket.close", "code": 1008, "reason": "no page was asked for"}
GARBLED: Message = {"type": "websocket.close", "code": 1002}
FULL: Message = {"type": "websocket.close", "code": 1013}
NUMBER = "cvxdnn.socket"
"""Where a socket's number stands in its scope."""


def is_known(session: str) -> bool:
    """Whether there is such a session, connected or kept for a return; nobody can guess the name of one.

    Streamlit has no public way to ask for those that are kept; names with an underscore are those of the version that
    `requirements.txt` pins.
    """
    if not Runtime.exists():
        return False
    sessions = Runtime.instance()._session_mgr
    kept = getattr(sessions, "_session_storage", None)
    return sessions.get_active_session_info(session) is not None or (kept is not None and kept.get(session) is not None)


def connected() -> dict[str, int]:
    """The number of the socket that each session has at this moment; as private to Streamlit as the above."""
    if not Runtime.exists():
        return {}
    scopes = {
        each.session.id: each.client._websocket.scope  # type: ignore[attr-defined]
        for each in Runtime.instance()._session_mgr.list_active_sessions()
    }
    return {session: scope[NUMBER] for session, scope in scopes.items()}


class Sockets:
    """Middleware: ends web sockets that ask for no page, and bounds the number of those that do.

    Parameters
    ----------
    app : ASGI application
    most : int
        Sockets with a page at one time.
    is_expected : callable
        Whether a session has a seat or waits for one.
    silent_seconds : float
    most_silent : int
        Sockets at one time that have not asked for a page yet.
    is_known : callable
        Whether a session of this name can be come back to.
    connected : callable
        See `connected`.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        is_expected: Callable[[str], bool],
        *,
        silent_seconds: float = SILENT_SECONDS,
        most_silent: int = MOST_SILENT,
        is_known: Callable[[str], bool] = is_known,
        connected: Callable[[], Mapping[str, int]] = connected,
    ) -> None:
        self._app, self._most, self._is_expected = app, most, is_expected
        self._is_known, self._connected = is_known, connected
        self._silent_seconds = silent_seconds
        self._silence = Silence(most_silent, min(LEAST_SECONDS, silent_seconds))
        self._numbers = count()
        self._pages: dict[int, tuple[asyncio.Timeout, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold a socket until it asks for a page, then pass it on; count it as long as it lives."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        heard = [await receive()]
        session = "".join(scope.get("subprotocols", [])[2:3])
        is_back = self._is_known(session)
        if is_back:
            self._end(self._connected().get(session))
        if not self._has_room():
            await send(FULL)
            return
        if not is_back:
            asked = await self._wait_for_page(scope, _whole(receive) if session else receive, send)
            if asked is None:
                return
            heard.append(asked)
        await self._serve(scope, _from_the_beginning(heard, receive), _accepted_once(send, not is_back))

    async def _wait_for_page(self, scope: Scope, receive: Receive, send: Send) -> Message | None:
        """The message that asks for one; None when the socket has come to its end."""
        try:
            async with asyncio.timeout(self._silent_seconds) as patience:
                if not self._silence.enter(patience, neighbourhood(scope)):
                    await send(FULL)
                    return None
                try:
                    message = await _first_words(scope, receive, send)
                finally:
                    self._silence.leave(patience)
        except TimeoutError:
            await send(NO_PAGE)
        except NOT_STREAMLITS:
            await send(GARBLED)
        else:
            if message["type"] == "websocket.receive" and self._has_room():
                return message
            if message["type"] == "websocket.receive":
                await send(FULL)
        return None

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a socket on until it leaves, or is to make room."""
        number = next(self._numbers)
        try:
            async with asyncio.timeout(None) as life:
                self._pages[number] = life, asyncio.get_running_loop().time()
                try:
                    await self._app({**scope, NUMBER: number}, paced(receive, Tokens()), patient(send, life))
                finally:
                    self._pages.pop(number, None)
        except TimeoutError:
            if not life.expired():
                raise
            with suppress(OSError, RuntimeError):  # who is gone or does not read cannot be told
                async with asyncio.timeout(CLOSE_SECONDS):
                    await send(NO_PAGE)
        except Exception:  # what Streamlit meets that goes on with a browser which is gone
            if life.when() is None:
                raise

    def _has_room(self) -> bool:
        if len(self._pages) >= self._most:
            self._send_away_who_draws_nothing()
        return len(self._pages) < self._most

    def _send_away_who_draws_nothing(self) -> None:
        expected = {number for session, number in self._connected().items() if self._is_expected(session)}
        long_ago = asyncio.get_running_loop().time() - self._silent_seconds
        for number, (_, since) in list(self._pages.items()):
            if number not in expected and since <= long_ago:
                self._end(number)

    def _end(self, number: int | None) -> None:
        """The place is free at once, also if it takes the socket a moment to notice."""
        if number in self._pages:
            life, _ = self._pages.pop(number)
            expire(life)


async def _first_words(scope: Scope, receive: Receive, send: Send) -> Message:
    """What a socket says when it asks for a page or leaves."""
    await send({"type": "websocket.accept", "subprotocol": next(iter(scope.get("subprotocols", [])), None)})
    message = await receive()
    while message["type"] == "websocket.receive" and not asks_for_a_page(message):
        message = await receive()
    return message


def _whole(receive: Receive) -> Receive:
    """Hear of whole pages where a part is asked for: nobody knows the parts of a page that was another server's."""

    async def next_message() -> Message:
        message = await receive()
        if message["type"] != "websocket.receive" or not said(message).rerun_script.fragment_id:
            return message
        asked = said(message)
        asked.rerun_script.fragment_id = ""
        return {"type": "websocket.receive", "bytes": asked.SerializeToString()}

    return next_message


def _from_the_beginning(heard: list[Message], receive: Receive) -> Receive:
    """What has been heard already, then what comes."""

    async def next_message() -> Message:
        return heard.pop(0) if heard else await receive()

    return next_message


def _accepted_once(send: Send, is_accepted: bool) -> Send:
    """Pass on all that the app says, but do not accept again."""

    async def pass_on(message: Message) -> None:
        if not (is_accepted and message["type"] == "websocket.accept"):
            await send(message)

    return pass_on
