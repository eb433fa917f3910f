"""ES modules that draw in the browser: served as they lie in `assets`, without a build.

Their address holds a digest of them all, so that a browser keeps them for good and yet never has those of another
version. Relative imports between them stay below it.
"""

import hashlib
from os import PathLike, stat_result
from pathlib import Path

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

__all__ = ["ASSETS", "DIGEST", "assets", "component_script"]

ASSETS = Path(__file__).parent / "assets"
FOR_GOOD = "public, max-age=31536000, immutable"


def _digest() -> str:
    everything = hashlib.sha256()
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
        # Another digest: servers of two versions stand behind one address, and these are the files that we have.
        response.headers["Cache-Control"] = FOR_GOOD if scope["path_params"]["digest"] == DIGEST else "no-store"
        return response


def assets(prefix: str) -> Mount:
    """Where the server has them, below a path."""
    return Mount(f"{prefix}/assets/{{digest}}", _Assets(directory=ASSETS))


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
