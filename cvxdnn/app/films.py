"""Films of trainings, fetched by the browser that plays them.

A film is a hundred kilobytes: too much for a message of Streamlit that is sent ten times a second, and little for a
request that a browser makes when it wants to play it. While networks train, it asks for the newest still alone, some
times a second, which costs the server less than drawing a part of the page; it is answered in front of Streamlit, whose
own layers would take longer than the answer. The address holds a name that nobody can guess, so that only the tab that
it was told sees it. Nothing is stored: what is sent is of the newest frame of a run that is alive, with the number of
its training.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict
from weakref import WeakKeyDictionary, WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cvxdnn.app.pace import pace

if TYPE_CHECKING:  # the server answers before the libraries of the pages are loaded
    from cvxdnn.app.run import Run
    from cvxdnn.tasks.film import Film, Still
    from cvxdnn.tasks.stream import Frame

__all__ = ["FilmReel", "Newest", "film", "reel_of"]

LOOK_SECONDS = 0.1
"""From one look at the newest still to the next; longer while many pages are active."""
LOOK_COST = 4e-4
"""Seconds of a core that a look takes in all; measured: 0.27 ms where nothing else runs, 0.56 beside much else."""
NUMBER, AGAIN = "Training-Number", "Look-Again"
"""Names of headers: of which training, and the seconds until the next look."""


class FilmReel(TypedDict):
    """Where the film of a training is, and how much of it.

    number : of the training.
    stills : how many there are so far; 0 where the first is to come.
    step : of the last.
    edition : another number for other stills.
    is_running : whether there will be more.
    plays : whether it begins by itself, once.
    behind : for each ramp of the last still the neurons that bend there, as (hidden layer, neuron), from 0; or empty.
    """

    address: str
    number: int
    stills: int
    step: int
    edition: int
    is_running: bool
    plays: bool
    behind: NotRequired[Sequence[Sequence[tuple[int, int]]]]


_names: WeakKeyDictionary[Run[Any], str] = WeakKeyDictionary()
_runs: WeakValueDictionary[str, Run[Any]] = WeakValueDictionary()


def reel_of(run: Run[Any], *, plays: bool) -> FilmReel | None:
    """What a browser is told of the film of this run; None where none is taken. Before the first still its address."""
    reel: FilmReel = {
        "address": address_of(run),
        "number": run.number,
        "stills": 0,
        "step": 0,
        "edition": 0,
        "is_running": run.is_running,
        "plays": plays,
    }
    frame = run.frame
    if run.awaits_first or frame is None:
        return reel if run.is_running else None
    if frame.film is None:
        return None
    return {**reel, "stills": len(frame.film), "step": frame.step, "edition": frame.film.edition}


def address_of(run: Run[Any]) -> str:
    """Below the app's own address."""
    if run not in _names:
        name = secrets.token_urlsafe(16)
        _names[run], _runs[name] = name, run
    return f"films/{_names[run]}"


class Newest:
    """Middleware: who asks for the newest still of a run is sent it, as a film of one, and when to look again."""

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self._app = app
        self._address = re.compile(re.escape(f"{prefix}/films/") + "([^/]+)/newest")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        asked = scope["type"] == "http" and scope["method"] == "GET" and self._address.fullmatch(scope["path"])
        await (newest(asked[1]) if asked else self._app)(scope, receive, send)


def newest(name: str) -> Response:
    """The newest still of the run of this name, and after how many seconds to look again; 204 before the first."""
    answer = _answer(name, lambda frame: frame.newest)
    if answer.status_code != 404:
        pace.note((name, "newest"), LOOK_SECONDS, LOOK_COST)
        answer.headers[AGAIN] = f"{LOOK_SECONDS * pace.stretch:g}"
    return answer


def film(request: Request) -> Response:
    """The newest film of a run, as its `to_bytes` writes it; 204 where there is none yet."""
    return _answer(request.path_params["name"], lambda frame: frame.film)


def _answer(name: str, shown: Callable[[Frame[Any]], Film[Any] | Still | None]) -> Response:
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
