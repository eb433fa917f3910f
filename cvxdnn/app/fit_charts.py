"""What fits of the theory pages show while they run: objectives, singular values, norms, alignment.

Each builder returns (columns, Vega-Lite specification). The specification depends on settings only, never on a frame's
numbers: a chart whose specification stays the same is updated in place, one whose specification changes is mounted
anew and flickers. So what is exact travels in the columns beside what is measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.core.types import Array

__all__ = ["alignment_chart", "norm_chart", "objective_chart", "spectrum_chart", "trace_chart"]

Chart = tuple[dict[str, Any], dict[str, Any]]

RESTARTS_SHOWN = 12
FLOOR = 1e-14
"""Values below this are drawn on it: a logarithmic axis has no zero."""
TRAINED, BEST, RESTART, NOTHING = "trained", "best restart", "other restarts", "not trained yet"
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
    excess: bool = False,
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
    excess : bool
        Draw (objective - exact) / exact instead; needs `exact`.
    height : int
        Pixels.
    """
    objectives = history[:, 1:]
    steps = history[:, 0] if history.size else FIRST_STEPS
    lines = [(RESTART, values) for values in objectives.T[:RESTARTS_SHOWN] if history.size]
    if history.size:
        lines.append((BEST, objectives.min(axis=1)))
    strokes = {RESTART: (GIVEN, 1.0, DASHES[0]), BEST: (MEASURED, 2.5, DASHES[0])}
    title, number = "objective", "~g"
    if exact is not None and excess:
        lines = [(kind, (values - exact) / max(abs(exact), FLOOR)) for kind, values in lines]
        lines += [] if history.size else [(NOTHING, np.array([1.0, 1e-3, 1e-6]))]
        title, number = "above the closed form, relative", "~e"
    elif exact is not None:
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
        ]
        + ([_NOTHING] if excess else []),
        "encoding": {
            "x": _quantity("step", "step", number=",d"),
            "y": {**_quantity("value", title, number=number), "scale": {"type": "log", "nice": False, "padding": 6}},
            "detail": {"field": "line", "type": "nominal"},
            "color": {**_by_kind(strokes, [colour for colour, _, _ in strokes.values()]), "legend": LEGEND},
            "strokeDash": _by_kind(strokes, [dash for _, _, dash in strokes.values()]),
        },
    }
    return columns, specification


def trace_chart(
    history: Array, traces: Mapping[str, Array], *, title: str = "", log: bool = False, height: int = 230
) -> Chart:
    """Named numbers against the step; `traces` as in `FitFrame.traces`, or a choice of them."""
    names = list(traces)
    columns = _long(history[:, 0], [(name, np.asarray(values, dtype=np.float64)) for name, values in traces.items()])
    if log:
        columns["value"] = np.maximum(columns["value"], FLOOR)
    y = _quantity("value", title, number="~e" if log else "~g")
    specification = {
        "height": height,
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {
            "x": _quantity("step", "step", number=",d"),
            "y": {**y, "scale": {"type": "log"}} if log else y,
            "color": {**_by_kind(names, MORE_COLOURS), "legend": LEGEND},
            "strokeDash": _by_kind(names, DASHES),
        },
    }
    return columns, specification


def spectrum_chart(
    measured: Array | None, exact: Array | None = None, *, exact_label: str = "closed form", height: int = 230
) -> Chart:
    """Singular values of every layer: (L, c) of the trained network as dots, of the closed form as ticks."""
    return _per_layer(measured, exact, exact_label, "singular values", height)


def norm_chart(
    measured: Array | None, exact: Array | None = None, *, exact_label: str = "closed form", height: int = 230
) -> Chart:
    """Frobenius norm of every layer: (L,) of the trained network as dots, of the closed form as ticks."""
    one = None if measured is None else measured[:, None]
    other = None if exact is None else exact[:, None]
    return _per_layer(one, other, exact_label, "Frobenius norm", height)


def alignment_chart(alignment: Array, *, height: int = 200) -> Chart:
    """Heat map of |<v_i(W_l), u_j(W_{l+1})>|, shape (L - 1, c, c); 1 on the diagonal means aligned, grey vanished."""
    pair, row, column = (index.ravel() for index in np.indices(alignment.shape))
    columns: dict[str, Any] = {
        "pair": [f"W{layer + 1} to W{layer + 2}" for layer in pair],
        "row": row + 1,
        "column": column + 1,
        "value": np.where(np.isnan(alignment.ravel()), -1.0, alignment.ravel()),
    }
    colour = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [0, 1], "range": [CERTIFIED + "08", CERTIFIED]},
        "legend": {**LEGEND, "gradientThickness": 8, "tickCount": 3},
    }
    specification = {
        "height": height,
        "mark": {"type": "rect", "stroke": "#80808040"},
        "encoding": {
            "x": {"field": "pair", "type": "nominal", "axis": {**AXIS, "title": None, "labelAngle": 0}},
            "xOffset": {"field": "column", "type": "ordinal"},
            "y": {"field": "row", "type": "ordinal", "axis": {**AXIS, "title": "direction", "labelAngle": 0}},
            "color": {"condition": {"test": "datum.value < 0", "value": "#80808060"}, **colour},
        },
    }
    return columns, specification


_NOTHING = {
    "transform": [{"filter": {"field": "kind", "equal": NOTHING}}],
    "mark": {"type": "text", "fontSize": 13},
    "encoding": {
        "color": {"value": GIVEN},
        "text": {"condition": {"test": f"datum.step === {FIRST_STEPS[1]:g}", "value": NOTHING}, "value": ""},
    },
}
"""Says why there is no line."""


def _per_layer(measured: Array | None, exact: Array | None, exact_label: str, title: str, height: int) -> Chart:
    columns: dict[str, Any] = {"layer": [], "value": [], "kind": []}
    for kind, values in ((exact_label, exact), (TRAINED, measured)):
        for layer, row in enumerate(() if values is None else values, start=1):
            columns["layer"] += [f"W{layer}"] * row.size
            columns["value"] += [float(value) if value > FLOOR else 0.0 for value in row]
            columns["kind"] += [kind] * row.size
    kinds = [exact_label, TRAINED]
    specification = {
        "height": height,
        "layer": [
            {
                "transform": [{"filter": {"field": "kind", "equal": kind}}],
                "mark": {"type": "point", "strokeWidth": 2.5, "opacity": 1, "size": size},
            }
            for kind, size in zip(kinds, (700, 60), strict=True)
        ],
        "encoding": {
            "x": {"field": "layer", "type": "nominal", "axis": {**AXIS, "title": None, "labelAngle": 0}},
            "y": {**_quantity("value", title, number="~g"), "scale": {"zero": True}},
            "color": {**_by_kind(kinds, [CERTIFIED, MEASURED]), "legend": LEGEND},
            "shape": _by_kind(kinds, ["stroke", "circle"]),
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
