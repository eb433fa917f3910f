"""Where closed forms are overstated, as pictures: shrinkage curves, angles layer by layer, distances of NC3.

Vega-Lite, because trained networks move in them; see `cvxdnn.app.fit_charts` for why, and for what a builder returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cvxdnn.app.fit_charts import AXIS, DASHES, FIRST_STEPS, LEGEND, MORE_COLOURS, Chart
from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.core.types import Array

__all__ = ["cosines_chart", "distance_chart", "shrinkage_chart"]

SOFT, OPTIMUM, LOCAL, TRAINED = "soft threshold", "optimum", "local minimum", "trained"
TRUE = "closed form"
VANISHED = 1e-3
"""Features shorter than this share of the longest have no direction."""


def shrinkage_chart(curves: Mapping[str, tuple[Array, Array]], trained: tuple[Array, Array] | None) -> Chart:
    """What is left of a singular value against what it was.

    Parameters
    ----------
    curves : for `SOFT`, `OPTIMUM` and `LOCAL` the (k,) values of the data and what remains of them; NaN breaks a line
    trained : the same for a trained network, None before training
    """
    columns: dict[str, Any] = {"target": [], "kept": [], "kind": [], "order": []}
    for kind, (target, kept) in {**curves, **({} if trained is None else {TRAINED: trained})}.items():
        columns["target"] += target.tolist()
        columns["kept"] += [None if np.isnan(value) else value for value in kept.tolist()]
        columns["kind"] += [kind] * target.size
        columns["order"] += list(range(target.size))
    kinds = {SOFT: (GIVEN, DASHES[1]), OPTIMUM: (CERTIFIED, DASHES[0]), LOCAL: (CERTIFIED, DASHES[2])}
    line = {"type": "line", "strokeWidth": 2.5, "invalid": "break-paths-show-domains"}
    colours = {"domain": [*kinds, TRAINED], "range": [*(colour for colour, _ in kinds.values()), MEASURED]}
    dashes = {"domain": [*kinds, TRAINED], "range": [*(dash for _, dash in kinds.values()), DASHES[0]]}
    legend = {**LEGEND, "symbolType": "stroke"}
    specification = {
        "height": 300,
        "layer": [
            *(_layer(kind, line) for kind in kinds),
            _layer(TRAINED, {"type": "point", "filled": True, "size": 70, "opacity": 1}),
        ],
        "encoding": {
            "x": _axis("target", "singular value of the data"),
            "y": _axis("kept", "what the network keeps of it"),
            "order": {"field": "order", "type": "quantitative"},
            "color": {"field": "kind", "type": "nominal", "scale": colours, "legend": legend},
            "strokeDash": {"field": "kind", "type": "nominal", "scale": dashes, "legend": legend},
        },
    }
    return columns, specification


def cosines_chart(layers: Sequence[Array]) -> Chart:
    """Cosines between the features of the classes after each hidden layer, as cells; a class at 0 has none.

    layers : features (classes, units) after each hidden layer
    """
    columns: dict[str, Any] = {name: [] for name in ("layer", "class", "other", "value")}
    for number, features in enumerate(layers, start=1):
        for (one, other), value in np.ndenumerate(_cosines(features)):
            row = (f"layer {number}", one + 1, other + 1, float(value))
            for name, entry in zip(columns, row, strict=True):
                columns[name].append(entry)
    shade = {"domain": [0, 1], "range": [CERTIFIED + "08", CERTIFIED]}
    specification = {
        "height": 120,
        "mark": {"type": "rect", "stroke": "#80808060"},
        "encoding": {
            "x": {"field": "layer", "type": "nominal", "axis": {**AXIS, "title": None, "labelAngle": 0}},
            "xOffset": {"field": "other", "type": "ordinal"},
            "y": {"field": "class", "type": "ordinal", "axis": {**AXIS, "title": "class"}},
            "color": {"field": "value", "type": "quantitative", "scale": shade, "legend": None},
        },
    }
    return columns, specification


def distance_chart(steps: Array, traces: Mapping[str, Array], limits: Mapping[str, float]) -> Chart:
    """Distances against the step, each with the value it has at the optimum as a dashed line.

    Parameters
    ----------
    steps : (k,), traces : by name (k,) what was measured there; k may be 0
    limits : by name, the closed form; its order is that of the colours
    """
    columns: dict[str, Any] = {"step": [], "value": [], "name": [], "kind": []}
    ends = FIRST_STEPS[[0, -1]] if steps.size < 2 else steps[[0, -1]]
    for name, limit in limits.items():
        measured = traces.get(name, np.zeros(0))
        for kind, at, values in ((TRUE, ends, np.full(2, limit)), ("trained", steps[: measured.size], measured)):
            shown = ~np.isnan(values)
            columns["step"] += at[shown].tolist()
            columns["value"] += values[shown].tolist()
            columns["name"] += [name] * int(shown.sum())
            columns["kind"] += [kind] * int(shown.sum())
    colours = {"domain": list(limits), "range": list(MORE_COLOURS[: len(limits)])}
    specification = {
        "height": 300,
        "layer": [
            _layer(TRUE, {"type": "line", "strokeWidth": 1.5, "strokeDash": DASHES[1]}),
            _layer("trained", {"type": "line", "strokeWidth": 2.5}),
        ],
        "encoding": {
            "x": {**_axis("step", "step"), "axis": {**AXIS, "title": "step", "format": ",d"}},
            "y": {**_axis("value", "distance (0: same direction)"), "scale": {"zero": True}},
            "color": {"field": "name", "type": "nominal", "scale": colours, "legend": {**LEGEND, "columns": 1}},
        },
    }
    return columns, specification


def _cosines(features: Array) -> Array:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    unit = np.divide(features, lengths, out=np.zeros_like(features), where=lengths > VANISHED * lengths.max())
    return np.asarray(unit @ unit.T)


def _layer(kind: str, mark: dict[str, Any]) -> dict[str, Any]:
    return {"transform": [{"filter": {"field": "kind", "equal": kind}}], "mark": mark}


def _axis(field: str, title: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "axis": {**AXIS, "title": title}}
