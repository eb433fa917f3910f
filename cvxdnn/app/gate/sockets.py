"""A web socket is for a page. It costs a session and four descriptors, but only from when it asks for one.

A browser asks for its page as soon as it is connected, or names the session that it comes back to. Until then a
socket is held here, and Streamlit does not know of it. Who has not asked within a minute is sent away, and sooner
when many are silent: a new one then takes the place of the one that has been silent for longest. So silent sockets,
however many a stranger opens, keep nobody out, and push nobody's session out of those that are kept for a return.

Those that have asked have a seat or wait for one (`cvxdnn.app.admission`); there is a bound for them together, too.
"""

import asyncio
from collections.abc import Callable

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime

__all__ = ["Sockets"]

SILENT_SECONDS = 60.0
MOST_SILENT = 64
NO_PAGE: Message = {"type": "websocket.close", "code": 1008, "reason": "no page was asked for"}
GARBLED: Message = {"type": "websocket.close", "code": 1002}
FULL: Message = {"type": "websocket.close", "code": 1013}


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


class Sockets:
    """Middleware: ends web sockets that ask for no page, and bounds the number of those that do.

    Parameters
    ----------
    app : ASGI application
    most : int
        Sockets with a page at one time.
    silent_seconds : float
    most_silent : int
        Sockets at one time that have not asked for a page yet.
    is_known : callable
        Whether a session of this name can be come back to.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        silent_seconds: float = SILENT_SECONDS,
        most_silent: int = MOST_SILENT,
        is_known: Callable[[str], bool] = is_known,
    ) -> None:
        self._app, self._most, self._is_known = app, most, is_known
        self._silent_seconds, self._most_silent = silent_seconds, most_silent
        self._silent: dict[asyncio.Timeout, None] = {}
        self._with_page = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold a socket until it asks for a page, then pass it on; count it as long as it lives."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        heard = [await receive()]
        if self._with_page >= self._most:
            await send(FULL)
            return
        protocols = scope.get("subprotocols", [])
        if not self._is_known("".join(protocols[2:3])):
            await send({"type": "websocket.accept", "subprotocol": next(iter(protocols), None)})
            asked = await self._wait_for_page(receive, send)
            if asked is None:
                return
            heard.append(asked)
        self._with_page += 1
        try:
            await self._app(scope, _from_the_beginning(heard, receive), _accepted_once(send, len(heard) > 1))
        finally:
            self._with_page -= 1

    async def _wait_for_page(self, receive: Receive, send: Send) -> Message | None:
        """The message that asks for one; None when the socket has come to its end."""
        try:
            async with asyncio.timeout(self._silent_seconds) as patience:
                self._make_room_for(patience)
                message = await receive()
                while message["type"] == "websocket.receive" and not _asks_for_a_page(message):
                    message = await receive()
        except TimeoutError:
            await send(NO_PAGE)
        except (DecodeError, TypeError):  # no message of Streamlit's, or text
            await send(GARBLED)
        else:
            if message["type"] == "websocket.receive" and self._with_page < self._most:
                return message
            if message["type"] == "websocket.receive":
                await send(FULL)
        finally:
            self._silent.pop(patience, None)
        return None

    def _make_room_for(self, patience: asyncio.Timeout) -> None:
        """Count one more silent socket, and send the one away that has been silent for longest."""
        self._silent[patience] = None
        if len(self._silent) > self._most_silent:
            longest = next(iter(self._silent))
            del self._silent[longest]
            longest.reschedule(asyncio.get_running_loop().time())


def _asks_for_a_page(message: Message) -> bool:
    return bool(BackMsg.FromString(message.get("bytes")).WhichOneof("type") == "rerun_script")


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
