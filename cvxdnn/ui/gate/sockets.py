"""A web socket is for a page. Each costs a session and four descriptors, whether it speaks or not.

A browser asks for its page as soon as it is connected. Who has not asked within a minute is sent away, and sooner
when many are silent: a new one then takes the place of the one that has been silent for longest. So silent sockets,
however many a stranger opens, keep nobody out. Those that have asked for a page have a seat or wait for one
(`cvxdnn.ui.admission`); there is a bound for all of them together, too.
"""

import asyncio
from collections.abc import Callable

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

__all__ = ["Sockets"]

SILENT_SECONDS = 60.0
MOST_SILENT = 64
POLICY, TRY_AGAIN_LATER = 1008, 1013
GOODBYE: Message = {"type": "websocket.close", "code": POLICY, "reason": "no page was asked for"}


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
    """

    def __init__(
        self, app: ASGIApp, most: int, silent_seconds: float = SILENT_SECONDS, most_silent: int = MOST_SILENT
    ) -> None:
        self._app, self._most = app, most
        self._silent_seconds, self._most_silent = silent_seconds, most_silent
        self._silent: dict[_Socket, None] = {}
        self._with_page = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a socket on, and count it as long as it lives."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        if self._with_page >= self._most:
            await receive()
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
            return
        socket = _Socket(receive, send, self._silent_seconds, self._has_page)
        self._silent[socket] = None
        if len(self._silent) > self._most_silent:
            longest = next(iter(self._silent))
            del self._silent[longest]
            longest.give_up()
        try:
            await self._app(scope, socket.receive, socket.send)
        finally:
            self._silent.pop(socket, None)
            self._with_page -= socket.has_page

    def _has_page(self, socket: "_Socket") -> None:
        self._silent.pop(socket, None)
        self._with_page += 1


class _Socket:
    """One web socket, listened to until it asks for a page.

    has_page : whether it has
    """

    def __init__(self, receive: Receive, send: Send, seconds: float, on_page: Callable[["_Socket"], None]) -> None:
        self.has_page = False
        self._receive, self._send, self._on_page = receive, send, on_page
        self._until = asyncio.get_running_loop().time() + seconds
        self._patience: asyncio.Timeout | None = None
        self._is_closed = False

    def give_up(self) -> None:
        """Listen no longer."""
        self._until = asyncio.get_running_loop().time()
        if self._patience is not None:
            self._patience.reschedule(self._until)

    async def receive(self) -> Message:
        """The next message; a farewell when none has asked for a page in time."""
        if self.has_page:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until) as self._patience:
                message = await self._receive()
        except TimeoutError:
            return await self._say_goodbye()
        finally:
            self._patience = None
        if _asks_for_a_page(message):
            self.has_page = True
            self._on_page(self)
        return message

    async def send(self, message: Message) -> None:
        """Pass on what the app says, until this has said goodbye."""
        if not self._is_closed:
            await self._send(message)

    async def _say_goodbye(self) -> Message:
        self._is_closed = True
        await self._send(GOODBYE)
        return {"type": "websocket.disconnect", "code": POLICY}


def _asks_for_a_page(message: Message) -> bool:
    data = message.get("bytes")
    if message["type"] != "websocket.receive" or not data:
        return False
    try:
        return BackMsg.FromString(data).WhichOneof("type") == "rerun_script"
    except DecodeError:
        return False
