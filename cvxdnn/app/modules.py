"""ES modules that draw in the browser: served as they lie in `assets`, without a build; one is written, the glossary.

Their address holds a digest of them all, so that a browser keeps them for good and yet never has those of another
version. Relative imports between them stay below it.
"""

import hashlib
from os import PathLike, stat_result
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from cvxdnn.app import glossary

__all__ = ["ASSETS", "DIGEST", "assets", "component_script"]

ASSETS = Path(__file__).parent / "assets"
FOR_GOOD = "public, max-age=31536000, immutable"


def _digest() -> str:
    everything = hashlib.sha256(glossary.script().encode())
    for file in sorted(each for each in ASSETS.rglob("*") if each.is_file()):
        everything.update(file.relative_to(ASSETS).as_posix().encode() + b"\0" + file.read_bytes())
    return everything.hexdigest()[:16]


DIGEST = _digest()


class _Assets(StaticFiles):
    """The files, to be kept for good if asked for by their own digest."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file, with how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = _kept(scope["path_params"]["digest"])
        return response


def _kept(digest: str) -> str:
    """For how long; under another digest servers of two versions stand behind one address, and ours is what we have."""
    return FOR_GOOD if digest == DIGEST else "no-store"


async def _glossary(request: Request) -> Response:
    return Response(
        glossary.script(),
        media_type="text/javascript",
        headers={"Cache-Control": _kept(request.path_params["digest"])},
    )


def assets(prefix: str) -> list[BaseRoute]:
    """Where the server has them, below a path."""
    below = f"{prefix}/assets/{{digest}}"
    return [Route(f"{below}/glossary.js", _glossary), Mount(below, _Assets(directory=ASSETS))]


def component_script(module: str) -> str:
    """The script of a component that is drawn by a module.

    Parameters
    ----------
    module : str
        Its file below `assets`. Its default export takes the element that the component's own are in, and gives an
        object with `update(component)`, for what Streamlit sends, and `destroy()`.
    """
    script = (ASSETS / "component.js").read_text(encoding="utf-8")
    return script.replace("MODULE_ADDRESS", f"assets/{DIGEST}/{module}")
