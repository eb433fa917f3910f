"""Films of trainings, fetched by the browser that plays them.

A film is a hundred kilobytes: too much for a message of Streamlit that is sent ten times a second, and little for a
request that a browser makes when it wants to play it. Its address holds a name that nobody can guess, so that only the
tab that it was told sees it. Nothing is stored: what is sent is the film of the newest frame of a run that is alive.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response

if TYPE_CHECKING:  # the server answers before the libraries of the pages are loaded
    from cvxdnn.app.run import Run

__all__ = ["address_of", "film"]

_names: WeakKeyDictionary[Run[Any], str] = WeakKeyDictionary()
_runs: WeakValueDictionary[str, Run[Any]] = WeakValueDictionary()


def address_of(run: Run[Any]) -> str:
    """Where the film of this run is, below the app's own address."""
    if run not in _names:
        name = secrets.token_urlsafe(16)
        _names[run], _runs[name] = name, run
    return f"films/{_names[run]}"


def film(request: Request) -> Response:
    """The newest film of a run, as `cvxdnn.tasks.film.Film.to_bytes` writes it; 404 where there is none."""
    run = _runs.get(request.path_params["name"])
    shown = run.frame.film if run is not None and run.frame is not None else None
    if shown is None:
        return Response(status_code=404)
    return Response(shown.to_bytes(), media_type="application/octet-stream", headers={"Cache-Control": "no-store"})
