"""Streamlit's own scripts and styles, compressed: most of what a first visitor waits for.

Streamlit sends them as they are, because compressing them for every visitor anew would cost more than it gives. They
never change while the server runs, so each is compressed once, for whom asks first, and kept: half a megabyte for the
Explore page, seven if every kind of element is met. Its index (8 kB) stays as it is; what is left Streamlit compresses,
or it is compressed already (fonts, pictures).
"""

import asyncio
import re
import zlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cvxdnn.app.routes import below

__all__ = ["Compressed", "compression"]

ITS_FILES = re.compile(r"/static/(js|css)/[\w.-]+\.(js|css)")
"""No further slash: other ways to write an address would each be kept as a file of its own."""
LEVEL = 9
GZIP = 16 + zlib.MAX_WBITS
CONDITIONS = ("range", "if-none-match", "if-modified-since")


class Compressed:
    """Middleware: scripts and styles of Streamlit go out with `Content-Encoding: gzip`, to who takes that.

    Parameters
    ----------
    app : ASGI application
    prefix : str, optional
        The path that the host gave the app, with a slash in front if there is one.
    """

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self._app, self._prefix = app, prefix
        self._kept: dict[str, list[Message]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or pass on."""
        if not self._is_meant(scope):
            await self._app(scope, receive, send)
            return
        async with self._one_at_a_time:  # a class that opens a fresh server asks for the same files at once
            answer = self._kept.get(scope["path"]) or await self._answer(scope)
        for message in answer:
            await send(dict(message))  # what is around this one adds headers

    def _is_meant(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(self._prefix):
            return False
        asked = Headers(scope=scope)
        return (
            ITS_FILES.fullmatch(scope["path"], len(self._prefix)) is not None
            and "gzip" in asked.get("accept-encoding", "")
            and not any(name in asked for name in CONDITIONS)
        )

    async def _answer(self, scope: Scope) -> list[Message]:
        """What the app answers: compressed and kept, if that is a file which never changes, and all of it."""
        answer: list[Message] = []

        async def note(message: Message) -> None:
            answer.append(message)

        await self._app(scope, _for_everybody(), note)
        start, *parts = answer
        headers = MutableHeaders(scope=start)
        if start["status"] != 200 or "immutable" not in headers.get("cache-control", ""):
            return answer  # for a name that it does not know Streamlit sends its index, which is not to be kept
        file = b"".join(part.get("body", b"") for part in parts)
        if headers.get("content-length") != str(len(file)):
            return answer  # it broke off: the next one may get the whole
        body = await asyncio.to_thread(_gzip, file)
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        headers.add_vary_header("Accept-Encoding")
        self._kept[scope["path"]] = [start, {"type": "http.response.body", "body": body}]
        return self._kept[scope["path"]]


def _for_everybody() -> Receive:
    """A request without a body that nobody takes back: who asks first may leave, and others are given the answer."""
    heard: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def next_message() -> Message:
        if not heard:
            await asyncio.Event().wait()
        return heard.pop()

    return next_message


def _gzip(body: bytes) -> bytes:
    compressor = zlib.compressobj(LEVEL, wbits=GZIP)
    return compressor.compress(body) + compressor.flush()


def compression() -> Middleware:
    """The middleware, below the path that the host gave the app."""
    return Middleware(Compressed, prefix=below())
