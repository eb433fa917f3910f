"""The point editor: drag points in the browser, see what Python computes from them.

Elements and styles lie beside this file, the ES modules in ``assets/editor``; the head of ``link.js`` says what state
lives where. In short: while the pointer is down everything happens in the browser, the optimum included, and on
release Python is told the points. Python sends points only to *replace* them, by raising `version`; the points it
sends with the same version are ignored, so that an echo never overwrites a newer edit. Curves, band and certificate may
be sent at any time, also ten times a second.

The mounted component's state is ``st.session_state[key]``:

- ``points``: list of [x, y], sorted by x, as the user last left them;
- ``beta``: the weight decay, as the user last left it;
- ``hidden``: names of the curves switched off in the legend;
- ``sketch``: the function that the user draws over the points, see `Drawing`; None before the first;
- ``fit``: the last wish that the axes fit the points again, see `told_wish`;
- ``edits``: a counter for the component's own use.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike
from streamlit.components.v2.bidi_component import ComponentResult

from cvxdnn.app.component import component
from cvxdnn.app.films import FilmReel
from cvxdnn.app.point_editor.told import told_drawing, told_names, told_number, told_points, told_weight_decay
from cvxdnn.core.exceptions import InvalidInputError

__all__ = [
    "Band",
    "CertificatePanel",
    "Curve",
    "Drawing",
    "Model",
    "Price",
    "Score",
    "Stuck",
    "Verdict",
    "Words",
    "point_editor",
]

_mount = component("point_editor", Path(__file__).parent, "editor/index.js")


class Price(TypedDict):
    """Whose objective, and the two numbers that make it: the loss, and what weight decay charges."""

    name: str
    misfit: float
    charge: float


class Curve(TypedDict):
    """One entry of the legend and the lines it switches on and off.

    name : unique; what `hidden` lists. "band", "knots", "beam" and "stack" are taken.
    label : the legend's words.
    style : what is drawn how; "networks" is a bundle of thin lines without knots.
    lines : (x, y) arrays of each line. Left empty for "spline", which the browser draws through the points.
    knots : where the curve bends. Left empty for "spline".
    bends : of "optimum" and "network", how many of them can be told apart.
    price : of "optimum" and "network", where it is known.
    is_old : whether a network was trained on other points, or for another weight decay; it is faded.
    """

    name: str
    label: str
    style: Literal["optimum", "network", "networks", "spline", "sparsest"]
    lines: Sequence[tuple[ArrayLike, ArrayLike]]
    knots: ArrayLike
    bends: NotRequired[int | None]
    price: NotRequired[Price | None]
    is_old: NotRequired[bool]


class Band(TypedDict):
    """The region between `lower` and `upper` at `x`, three arrays of one length."""

    label: str
    x: ArrayLike
    lower: ArrayLike
    upper: ArrayLike


class CertificatePanel(TypedDict):
    """The panel below: the dual z at x in the tube [-half_width, half_width]; without an x, room for it.

    c : sum of multiplier times input; the half width is the weight decay less |c|/2.
    touching : where z touches the tube.
    """

    x: ArrayLike
    z: ArrayLike
    c: float
    half_width: float
    touching: ArrayLike


class Words(TypedDict):
    """What is said of the certificate.

    decay : the weight decay's name, as "β".
    caption, beam : below the panel, also when it is shown as a beam; "{wall}" stands for where the walls are.
    """

    decay: str
    caption: str
    beam: str


class Model(TypedDict):
    """What the optimum is of; numbers are in normalised units (`cvxdnn.core.datasets.Dataset.normalized`).

    beta : weight decay; one of `betas`.
    betas : those that can be chosen, ascending.
    depth : weight layers.
    loss : its name; the browser prices drawings by it.
    is_squared : whether the loss is squared: then the browser computes the optimum while points or weight decay move.
    flat : price of the best flat line, which fills a bar.
    """

    beta: float
    betas: Sequence[float]
    depth: int
    loss: str
    is_squared: bool
    flat: float


class Stuck(TypedDict):
    """A start that did not get there: its words, and which of the lines of style "networks" it is."""

    label: str
    line: int


class Score(TypedDict):
    """What the number above the chart says: how far the network's objective is above a bound.

    title, tag : of what, and "certified" where no network is below the bound, else "measured".
    bound : None where there is none.
    instead : words in place of the number; "" for none.
    note : a line below it.
    stuck : in the order in which they are shown.
    """

    title: str
    tag: Literal["certified", "measured"]
    bound: float | None
    instead: str
    note: str
    stuck: Sequence[Stuck]


class Verdict(TypedDict):
    """What is known of a drawing.

    number : of which edit of it.
    gap : how far its price is above the best network's, as a share of it; None where there is none.
    inside : which share of the data's range it spends inside the band; None before the band is known.
    advice : what pays most to change, and where, or None for all of it; None where nothing is known of that.
    """

    number: int
    gap: float | None
    inside: float | None
    advice: tuple[Literal["up", "down", "tilt", "missing", "needless"], float | None] | None


class Drawing(TypedDict):
    """A function that the user draws over the points, while optimum and networks are hidden.

    version : raise it to replace what the browser has, as for points.
    knots : pairs (x, y), x rising; none where nothing is drawn.
    is_revealed : whether optimum and network are shown beside it.
    verdict : None where nothing is drawn.
    """

    version: int
    knots: Sequence[Sequence[float]]
    is_revealed: bool
    verdict: Verdict | None


def point_editor(
    points: Iterable[Sequence[float]],
    *,
    version: int,
    origin: str = "",
    domain: tuple[float, float, float, float],
    axes: tuple[str, str] = ("input x", "output y"),
    letters: tuple[str, str] = ("x", "y"),
    curves: Sequence[Curve],
    band: Band | None = None,
    certificate: CertificatePanel | None = None,
    words: Words | None = None,
    model: Model | None = None,
    film: FilmReel | None = None,
    score: Score | None = None,
    drawing: Drawing | None = None,
    bend_tolerance: float = 0.0,
    hidden: Iterable[str] = (),
    levels: Sequence[float] | None = None,
    max_points: int = 200,
    min_points: int = 1,
    key: str,
    on_change: Callable[[], None] | None = None,
    on_hidden_change: Callable[[], None] | None = None,
    on_drawing_change: Callable[[], None] | None = None,
    on_fit: Callable[[], None] | None = None,
) -> ComponentResult:
    """Mount the point editor.

    Parameters
    ----------
    points : iterable of (x, y)
        The points to show. Taken over by the browser only when `version` differs from the last one it saw; the
        user can undo that.
    version : int
        Raise it to replace the points; leave it when the points are what the user made of them.
    origin : str
        Name another one where nothing is known of what the user did before, as after a restart of the server: then the
        browser keeps its points, whatever the version, and tells them.
    domain : (x0, x1, y0, y1)
        Range of the axes. Points cannot be dragged out of it; points given outside widen it.
    axes : (x, y)
        What stands at them.
    letters : (x, y)
        What they are called in a sentence.
    curves : sequence of Curve
        In the order of the legend. Send an entry with empty lines for a curve still to come.
    band : Band, optional
    certificate : CertificatePanel, optional
        The panel stays away until the first certificate, and is kept, empty, when there is none later.
    words : Words, optional
        Of the certificate; needed where there is one, or a model.
    model : Model, optional
        With it there are a slider for the weight decay and bars for the prices, and for the squared loss the browser
        computes optimum, certificate and band of points that it has not had them for; else they stay what they were,
        faded, until Python sends others.
    film : FilmReel, optional
        Of the training of the curve of style "network"; it is played under the chart.
    score : Score, optional
        With it the numbers of the moment that is shown stand above the chart.
    drawing : Drawing, optional
        With it a function can be drawn over the points and is priced while it is drawn; needs model and score.
    bend_tolerance : float
        Neighbouring bends that one bend replaces within this share of the range of y count once.
    hidden : iterable of str
        Names switched off: of curves, "band", "knots". Once the user has used the legend, the browser's choice
        holds until this argument changes.
    levels : sequence of float, optional
        The only values of y that the user can give a point, as the labels -1 and +1 of two classes.
    max_points, min_points : int
        Adding and removing stop there.
    key : str
        Identifies the mounted component; keep it the same, or the component is mounted anew.
    on_change, on_hidden_change, on_drawing_change : callable, optional
        Called without arguments before the rerun that an edit causes; read ``st.session_state[key]["points"]``,
        ``["beta"]``, ``["hidden"]`` or ``["sketch"]`` there.

    Returns
    -------
    ComponentResult
        With ``.points``, ``.beta``, ``.hidden``, ``.sketch`` and ``.edits`` as the user last left them. After a
        replacement ``.points`` are still those of the user's last edit: keep what is in force in the session's own
        state, and write it in `on_change`.
    """
    placed = sorted([float(x), float(y)] for x, y in points)
    switched_off = list(hidden)
    width, height = domain[1] - domain[0], domain[3] - domain[2]
    # Tuples, not lists: in a list Streamlit looks for a table, which takes longer than all the rest.
    data = {
        "points": tuple(placed),
        "version": version,
        "origin": origin,
        "domain": tuple(float(edge) for edge in domain),
        "axes": {"x": axes[0], "y": axes[1]},
        "letters": {"x": letters[0], "y": letters[1]},
        "levels": None if levels is None else [float(level) for level in levels],
        "max_points": max_points,
        "min_points": min_points,
        "curves": tuple(
            {
                "name": curve["name"],
                "label": curve["label"],
                "style": curve["style"],
                "lines": [[_numbers(x, width), _numbers(y, height)] for x, y in curve["lines"]],
                "knots": _numbers(curve["knots"], width),
                "bends": curve.get("bends"),
                "price": curve.get("price"),
                "is_old": curve.get("is_old", False),
            }
            for curve in curves
        ),
        "band": None
        if band is None
        else {
            "label": band["label"],
            "x": _numbers(band["x"], width),
            "lower": _numbers(band["lower"], height),
            "upper": _numbers(band["upper"], height),
        },
        "certificate": None
        if certificate is None
        else {
            "x": _numbers(certificate["x"], width),
            "z": _numbers(certificate["z"], certificate["half_width"]),
            "c": float(certificate["c"]),
            "half_width": float(certificate["half_width"]),
            "touching": _numbers(certificate["touching"], width),
        },
        "hidden": tuple(switched_off),
        "words": words,
        "model": model,
        "film": film,
        "score": score,
        "drawing": drawing,
        "bend_tolerance": bend_tolerance,
        "received": _received(key),
    }
    react = on_change or _nothing
    return _mount(
        key=key,
        data=data,
        default={
            "points": placed,
            "beta": model and model["beta"],
            "hidden": switched_off,
            "edits": 0,
            "sketch": None,
            "fit": 0,
        },
        on_points_change=react,
        on_beta_change=react,
        on_edits_change=react,
        on_hidden_change=on_hidden_change or _nothing,
        on_sketch_change=on_drawing_change or _nothing,
        on_fit_change=on_fit or _nothing,
    )


def _received(key: str) -> dict[str, Any] | None:
    """What of the component's state has reached Python: the browser repeats an edit that was lost."""
    state = st.session_state.get(key)
    if not isinstance(state, Mapping):
        return None
    try:
        hidden, edits = told_names(state, "hidden"), told_number(state, "edits")
        beta, drawn = told_weight_decay(state), told_drawing(state)
        return {
            "points": told_points(state),
            "beta": beta,
            "hidden": hidden,
            "edits": edits,
            "sketch": drawn.number if drawn else 0,
        }
    except InvalidInputError:
        return None  # no browser of ours waits for an answer to it


def _numbers(values: ArrayLike, scale: float) -> list[float | None]:
    """As JSON can carry them: to a millionth of `scale`, which no screen resolves; None where not finite."""
    array = np.asarray(values, dtype=np.float64)
    if scale > 0 and math.isfinite(scale):
        digits = min(max(6 - math.floor(math.log10(scale)), -300), 300)
        with np.errstate(over="ignore", invalid="ignore"):
            short = array.round(digits)
        finite = np.isfinite(short)
        if finite.all():
            exact: list[float | None] = short.tolist()
            return exact
        array = np.where(finite, short, array)  # rounding overflows for the largest values
    return [value if math.isfinite(value) else None for value in array.tolist()]


def _nothing() -> None:
    """A state value needs a callback before it can have a default."""
