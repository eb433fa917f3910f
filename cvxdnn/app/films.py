"""Films of trainings, fetched by the browser that plays them.

A film is a hundred kilobytes: too much for a message of Streamlit that is sent ten times a second, and little for a
request that a browser makes when it wants to play it. While networks train, it asks for the newest still alone, some
times a second, which costs the server less than drawing a part of the page. The address holds a name that nobody can
guess, so that only the tab that it was told sees it. Nothing is stored: what is sent is of the newest frame of a run
that is alive, with the number of its training.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response

from cvxdnn.app.pace import OVERHEAD, pace

if TYPE_CHECKING:  # the server answers before the libraries of the pages are loaded
    from cvxdnn.app.run import Run
    from cvxdnn.tasks.film import Film, Still
    from cvxdnn.tasks.stream import Frame

__all__ = ["address_of", "film", "newest"]

LOOK_SECONDS = 0.1
"""From one look at the newest still to the next; longer while many pages are active."""
NUMBER, AGAIN = "Training-Number", "Look-Again"
"""Names of headers: of which training, and the seconds until the next look."""

_names: WeakKeyDictionary[Run[Any], str] = WeakKeyDictionary()
_runs: WeakValueDictionary[str, Run[Any]] = WeakValueDictionary()


def address_of(run: Run[Any]) -> str:
    """Where the film of this run is, below the app's own address."""
    if run not in _names:
        name = secrets.token_urlsafe(16)
        _names[run], _runs[name] = name, run
    return f"films/{_names[run]}"


def newest(request: Request) -> Response:
    """The newest still of a run, as a film of one, and after how many seconds to look again; 204 before the first."""
    began = time.thread_time()
    name = request.path_params["name"]
    answer = _answer(name, lambda frame: frame.newest)
    answer.headers[AGAIN] = f"{LOOK_SECONDS * pace.stretch:g}"
    if answer.status_code != 404:
        pace.note((name, "newest"), LOOK_SECONDS, OVERHEAD * (time.thread_time() - began))
    return answer


def film(request: Request) -> Response:
    """The newest film of a run, as `cvxdnn.tasks.film.Film.to_bytes` writes it; 204 where there is none yet."""
    return _answer(request.path_params["name"], lambda frame: frame.film)


def _answer(name: str, shown: Callable[[Frame[Any]], Film | Still | None]) -> Response:
    """What is shown of the run of this name; 404 where nobody has been told it, or the tab is gone."""
    run = _runs.get(name)
    if run is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "no-store", NUMBER: str(run.number)}
    frame = run.newest
    found = None if frame is None else shown(frame)
    if found is None:
        return Response(status_code=204, headers=headers)
    return Response(found.to_bytes(), media_type="application/octet-stream", headers=headers)
