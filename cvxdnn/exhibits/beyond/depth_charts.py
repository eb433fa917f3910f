"""Training against the value of (DEEP): objectives over the steps, and the functions.

Each builder returns (columns, Vega-Lite specification); the specification depends on the setting only, see
`cvxdnn.app.fit_charts`.
"""

from typing import Any

import numpy as np

from cvxdnn.app.fit_charts import AXIS, LEGEND
from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.tasks.deep_runs import DeepRunsFrame

__all__ = ["crossing_chart", "functions_chart"]

Chart = tuple[dict[str, Any], dict[str, Any]]

LOWEST, HIGHEST = 0.55, 5.0
"""What the chart shows, in multiples of the value."""
KEYS = {**LEGEND, "symbolType": "stroke", "symbolOpacity": 1, "symbolStrokeWidth": 2.5}
VALUE, BEST, OTHERS, CROSSING = "value of (DEEP)", "best network", "other networks", "crossing"
POINTS, OPTIMUM = "points", "function of (DEEP)"


def crossing_chart(history: Array | None, value: float, *, steps: int, crossed: int | None, height: int = 300) -> Chart:
    """Objectives of all runs as multiples of the value, on a logarithmic axis.

    Parameters
    ----------
    history : (k, 1 + m) step and objectives, or None before the first frame
    value : float
    steps : int
        Where training ends at the latest.
    crossed : int or None
        The step by which a run was below the value, to be marked.
    """
    rows: list[tuple[str, int, float, float]] = [(VALUE, 0, 0.0, 1.0), (VALUE, 0, float(steps), 1.0)]
    if history is not None:
        at, shares = history[:, 0], np.minimum(history[:, 1:] / value, HIGHEST)
        for run, line in enumerate(shares.T):
            rows += [(OTHERS, run + 1, step, share) for step, share in zip(at, line, strict=True)]
        rows += [(BEST, 0, step, share) for step, share in zip(at, shares.min(axis=1), strict=True)]
    if crossed is not None:
        rows.append((CROSSING, 0, float(crossed), 1.0))
    columns = _table(("kind", "run", "step", "share"), rows)
    specification = {
        "height": height,
        "layer": [
            _line(OTHERS, strokeWidth=1, opacity=0.5, clip=True),
            _line(VALUE, strokeWidth=2.5, strokeDash=[6, 3]),
            _line(BEST, strokeWidth=2.5, clip=True),
            _points(CROSSING, filled=True, size=120, shape="diamond"),
        ],
        "encoding": {
            "x": _quantity("step", "step", [0, steps]),
            "y": {
                **_quantity("share", "objective, as a multiple of the value", [LOWEST, HIGHEST]),
                "scale": {"type": "log", "domain": [LOWEST, HIGHEST], "nice": False},
                "axis": {**AXIS, "title": "objective / value of (DEEP)", "values": [0.6, 0.8, 1, 1.5, 2, 3, 5]},
            },
            "detail": {"field": "run", "type": "nominal"},
            "color": _colours([VALUE, BEST, OTHERS, CROSSING], [CERTIFIED, MEASURED, GIVEN, MEASURED]),
        },
    }
    return columns, specification


def functions_chart(
    x: Array, y: Array, optimum: LinearSpline, frame: DeepRunsFrame | None, *, height: int = 300
) -> Chart:
    """The points, the function that (DEEP) would draw, and that of the best trained network."""
    at = np.union1d(x[[0, -1]], optimum.knots[(optimum.knots > x[0]) & (optimum.knots < x[-1])])
    lines = [(OPTIMUM, at, optimum(at))] + ([] if frame is None else [(BEST, frame.view.grid, frame.view.values)])
    rows = [(kind, *pair) for kind, xs, ys in lines for pair in zip(xs, ys, strict=True)]
    rows += [(POINTS, *pair) for pair in zip(x, y, strict=True)]
    columns = _table(("kind", "x", "y"), rows)
    room = 0.35 * float(np.ptp(y))
    specification = {
        "height": height,
        "layer": [
            _line(OPTIMUM, strokeWidth=2.5, strokeDash=[6, 3]),
            _line(BEST, strokeWidth=2.5, clip=True),
            _points(POINTS, size=70, strokeWidth=1.8),
        ],
        "encoding": {
            "x": _quantity("x", "x", [float(x[0]), float(x[-1])]),
            "y": _quantity("y", "y", [float(y.min()) - room, float(y.max()) + room]),
            "color": _colours([OPTIMUM, BEST, POINTS], [CERTIFIED, MEASURED, GIVEN]),
        },
    }
    return columns, specification


def _table(names: tuple[str, ...], rows: list[Any]) -> dict[str, Any]:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _line(kind: str, **mark: Any) -> dict[str, Any]:
    return {"transform": [{"filter": {"field": "kind", "equal": kind}}], "mark": {"type": "line", **mark}}


def _points(kind: str, **mark: Any) -> dict[str, Any]:
    return {"transform": [{"filter": {"field": "kind", "equal": kind}}], "mark": {"type": "point", **mark}}


def _quantity(field: str, title: str, domain: list[float] | list[int]) -> dict[str, Any]:
    scale = {"domain": domain, "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": {**AXIS, "title": title}}


def _colours(kinds: list[str], colours: list[str]) -> dict[str, Any]:
    legend = {**KEYS, "values": kinds[:-1]}  # the last one is drawn as points, which a stroke would misname
    return {"field": "kind", "type": "nominal", "scale": {"domain": kinds, "range": colours}, "legend": legend}
