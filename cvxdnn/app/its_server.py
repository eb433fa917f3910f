"""Tells Streamlit's script where its server is.

Opened at the address of a page, as "/path", it would look below that address first: two requests that fail, which
every console shows, and a round trip before anything is drawn. It looks nowhere else where the page that loads it says
so. The page names its own files as "./static/...", and the server is where they are.
"""

import gzip
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Told", "its_server"]

HEAD, ROOT = b"<head>", b'<div id="root">'  # other pages than Streamlit's are none of its business
SAID = b"<script>window.__streamlit = { BACKEND_BASE_URL: new URL('./', window.location).href }</script>"


class Told:
    """Middleware: a page of HTML that is sent as a whole says it in its head."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add to a page."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message | None = None

        async def send_told(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
                return
            if start is not None and not message.get("more_body"):
                headers = MutableHeaders(scope=start)
                body = _told(message.get("body", b""), headers.get("content-encoding", ""))
                message = {**message, "body": body}
                headers["content-length"] = str(len(body))
            if start is not None:
                await send(start)
                start = None
            await send(message)

        await self._app(scope, receive, send_told)


@lru_cache(maxsize=8)
def _told(page: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.compress(_told(gzip.decompress(page), ""), mtime=0)
    return page.replace(HEAD, HEAD + SAID, 1) if ROOT in page else page


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    is_html = start["status"] == 200 and headers.get("content-type", "").startswith("text/html")
    return is_html and headers.get("content-encoding", "gzip") == "gzip"


def its_server() -> Middleware:
    """For the server of the app."""
    return Middleware(Told)
