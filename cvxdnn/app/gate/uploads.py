"""A tab keeps its newest uploads, and only a few are on their way at one time.

Streamlit keeps every file that a session was ever sent until the session ends: a stranger could send one after the
other, each below the limit for a file, until the memory is full. A page here reads one file at a time.
"""

from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

__all__ = ["Uploads"]

UPLOADS = "/_stcore/upload_file/"
KEPT = 2
MOST_AT_ONCE = 8


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
    """

    def __init__(self, app: ASGIApp, files: Callable[[], MemoryUploadedFileManager | None] = uploaded_files) -> None:
        self._app, self._files = app, files
        self._at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and tidy up after uploads."""
        _, is_upload, rest = scope.get("path", "").partition(UPLOADS)
        if scope["type"] != "http" or scope["method"] != "PUT" or not is_upload:
            await self._app(scope, receive, send)
        elif self._at_once >= MOST_AT_ONCE:
            await PlainTextResponse("Too many files at one time; send it again.\n", 429)(scope, receive, send)
        else:
            self._at_once += 1
            try:
                await self._app(scope, receive, send)
            finally:
                self._at_once -= 1
                self._forget_older(rest.partition("/")[0])

    def _forget_older(self, session: str) -> None:
        kept = self._files()
        if kept is not None:
            for name in list(kept.file_storage.get(session, ()))[:-KEPT]:
                kept.remove_file(session, name)
