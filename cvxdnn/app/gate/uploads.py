"""A tab keeps its newest uploads, and only a few are on their way at one time, none of them for long.

Streamlit keeps every file that a session was ever sent until the session ends: a stranger could send one after the
other, each below the limit for a file, until the memory is full. A page here reads one file at a time.

Nor can he hold up those of others by sending his slowly: of the files that may be on their way, a tab and an address
have a share, and each has to arrive in seconds. (nginx passes on what has arrived as a whole.)
"""

import asyncio
from collections import Counter
from collections.abc import Callable

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from cvxdnn.app.gate.address import neighbourhood

__all__ = ["Uploads"]

UPLOADS = "/_stcore/upload_file/"
KEPT = 2
MOST_AT_ONCE = 32
MOST_OF_ADDRESS = 8
MOST_OF_TAB = 2
SECONDS = 15.0
"""For a whole file: 1 MB through half a megabit a second."""
TOO_MANY = PlainTextResponse("Too many files at one time; send it again.\n", 429)
TOO_SLOW = PlainTextResponse("The file did not arrive in time.\n", 408, {"Connection": "close"})


def uploaded_files() -> MemoryUploadedFileManager | None:
    """Where Streamlit keeps files; None while it does not run."""
    files = Runtime.instance().uploaded_file_mgr if Runtime.exists() else None
    return files if isinstance(files, MemoryUploadedFileManager) else None


class Uploads:
    """Middleware: after an upload, forgets all but the newest files of its session.

    Parameters
    ----------
    app : ASGI application
    files : callable
        Where they are kept.
    seconds : float
        Until which a file must have arrived.
    """

    def __init__(
        self,
        app: ASGIApp,
        files: Callable[[], MemoryUploadedFileManager | None] = uploaded_files,
        seconds: float = SECONDS,
    ) -> None:
        self._app, self._files, self._seconds = app, files, seconds
        self._on_their_way = Counter[tuple[str, str]]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and tidy up after uploads."""
        _, is_upload, rest = scope.get("path", "").partition(UPLOADS)
        if scope["type"] != "http" or scope["method"] != "PUT" or not is_upload:
            await self._app(scope, receive, send)
            return
        tab, address = rest.partition("/")[0], neighbourhood(scope)
        if not self._has_room(tab, address):
            await TOO_MANY(scope, receive, send)
            return
        self._on_their_way[tab, address] += 1
        try:
            await self._pass_on(scope, receive, send)
        finally:
            self._on_their_way -= Counter([(tab, address)])
            self._forget_older(tab)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What does not arrive has no answer, or that it was too slow; neither is an error of ours."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._app(scope, receive, send)
        except TimeoutError:
            await TOO_SLOW(scope, receive, send)
        except ClientDisconnect:
            pass

    def _has_room(self, tab: str, address: str) -> bool:
        of_tab = sum(many for (name, _), many in self._on_their_way.items() if name == tab)
        of_address = sum(many for (_, place), many in self._on_their_way.items() if place == address)
        return of_tab < MOST_OF_TAB and of_address < MOST_OF_ADDRESS and self._on_their_way.total() < MOST_AT_ONCE

    def _forget_older(self, session: str) -> None:
        kept = self._files()
        if kept is not None:
            for name in list(kept.file_storage.get(session, ()))[:-KEPT]:
                kept.remove_file(session, name)
