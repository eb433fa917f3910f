"""What fits of the theory pages show while they run: objectives over the steps.

Each builder returns (columns, Vega-Lite specification). The specification depends on settings only, never on a frame's
numbers: a chart whose specification stays the same is updated in place, one whose specification changes is mounted
anew and flickers. So what is exact travels in the columns beside what is measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.core.types import Array

__all__ = ["objective_chart"]

Chart = tuple[dict[str, Any], dict[str, Any]]

RESTARTS_SHOWN = 12
FLOOR = 1e-14
"""Values below this are drawn on it: a logarithmic axis has no zero."""
BEST, RESTART = "best restart", "other restarts"
FIRST_STEPS = np.array([0.0, 500.0, 1000.0])
"""What the axis of steps shows before training."""
MORE_COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#6E7781")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3], [4, 4])
AXIS = {"labelFontSize": 11, "titleFontSize": 11, "tickCount": 4, "titleFontWeight": "normal", "titlePadding": 5}
LEGEND = {
    "orient": "top",
    "title": None,
    "labelFontSize": 11,
    "labelLimit": 320,
    "columns": 2,
    "offset": 4,
    "padding": 0,
}


def objective_chart(
    history: Array,
    exact: float | None = None,
    *,
    exact_label: str = "closed form",
    height: int = 230,
) -> Chart:
    """Objective of the restarts against the step, and the closed form as a line.

    Parameters
    ----------
    history : (k, 1 + restarts)
        Step and every restart's objective, as in `FitFrame.history`; k may be 0.
    exact : float, optional
        Value of the closed form.
    exact_label : str
        What to call it: "closed form", "upper bound".
    height : int
        Pixels.
    """
    objectives = history[:, 1:]
    steps = history[:, 0] if history.size else FIRST_STEPS
    lines = [(RESTART, values) for values in objectives.T[:RESTARTS_SHOWN] if history.size]
    if history.size:
        lines.append((BEST, objectives.min(axis=1)))
    strokes = {RESTART: (GIVEN, 1.0, DASHES[0]), BEST: (MEASURED, 2.5, DASHES[0])}
    if exact is not None:
        lines.append((exact_label, np.full(steps.size, exact)))
        strokes[exact_label] = (CERTIFIED, 2.0, DASHES[1])
    columns = _long(steps, lines)
    columns["value"] = np.where(np.isfinite(columns["value"]), np.maximum(columns["value"], FLOOR), np.nan)
    specification = {
        "height": height,
        "layer": [
            {
                "transform": [{"filter": {"field": "kind", "equal": kind}}],
                "mark": {"type": "line", "strokeWidth": width},
            }
            for kind, (_, width, _) in strokes.items()
        ],
        "encoding": {
            "x": _quantity("step", "step", number=",d"),
            "y": {
                **_quantity("value", "objective", number="~g"),
                "scale": {"type": "log", "nice": False, "padding": 6},
            },
            "detail": {"field": "line", "type": "nominal"},
            "color": {**_by_kind(strokes, [colour for colour, _, _ in strokes.values()]), "legend": LEGEND},
            "strokeDash": _by_kind(strokes, [dash for _, _, dash in strokes.values()]),
        },
    }
    return columns, specification


def _long(steps: Array, lines: list[tuple[str, Array]]) -> dict[str, Any]:
    """One row for each point of each line."""
    return {
        "step": np.tile(steps, len(lines)),
        "value": np.concatenate([values for _, values in lines]) if lines else np.zeros(0),
        "kind": [kind for kind, values in lines for _ in values],
        "line": [number for number, (_, values) in enumerate(lines) for _ in values],
    }


def _quantity(field: str, title: str, *, number: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "axis": {**AXIS, "title": title or None, "format": number}}


def _by_kind(kinds: Iterable[str], values: Sequence[Any]) -> dict[str, Any]:
    """One of `values` for each kind, in order, from the beginning again when there are more kinds."""
    names = list(kinds)
    repeated = [values[i % len(values)] for i in range(len(names))]
    return {"field": "kind", "type": "nominal", "scale": {"domain": names, "range": repeated}}
