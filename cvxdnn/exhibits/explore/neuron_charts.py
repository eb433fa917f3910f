"""Every neuron of the last hidden layer as a bend on the x axis, beside the bends of the optimum.

A ReLU neuron changes the slope of the network where its input crosses zero: at its *bend*, by its *strength*. During
training bends move and gather at the knots of the optimum, which stand behind them as bars. Each builder returns
(columns, Vega-Lite specification); see `cvxdnn.app.fit_charts` for why.
"""

from typing import Any

import numpy as np

from cvxdnn.app.fit_charts import AXIS, LEGEND
from cvxdnn.app.palette import CERTIFIED, MEASURED
from cvxdnn.core.types import Array

__all__ = ["neuron_chart", "pull_chart"]

Chart = tuple[dict[str, Any], dict[str, Any]]

MOST_PULL = 5.0
"""Stronger pulls are drawn on it, so that the tube stays visible at the beginning of a training."""
RIGHT, LEFT, KNOT = "neuron, active to the right", "neuron, active to the left", "knot of the optimum"


def neuron_chart(
    bends: Array, changes: Array, sides: Array, knots: Array, knot_changes: Array, *, height: int = 260
) -> Chart:
    """Slope change against place, for neurons and for the optimum's knots.

    Parameters
    ----------
    bends, changes, sides : (m,)
        Where each neuron bends, by how much the slope changes there, and +1 when it is active to the right of its
        bend, -1 when to the left.
    knots, knot_changes : (k,)
        The same of the optimal function.
    """
    kinds = [RIGHT if side > 0 else LEFT for side in sides] + [KNOT] * len(knots)
    columns: dict[str, Any] = {
        "x": np.concatenate([bends, knots]),
        "change": np.concatenate([changes, knot_changes]),
        "zero": np.zeros(len(kinds)),
        "kind": kinds,
    }
    names, colours = [RIGHT, LEFT, KNOT], [MEASURED, MEASURED, CERTIFIED]
    is_knot = {"field": "kind", "equal": KNOT}
    specification = {
        "height": height,
        "layer": [
            {
                "transform": [{"filter": is_knot}],
                "mark": {"type": "rule", "strokeWidth": 5, "opacity": 0.45},
                "encoding": {"y2": {"field": "zero"}},
            },
            {"transform": [{"filter": {"not": is_knot}}], "mark": {"type": "point", "size": 70, "strokeWidth": 1.5}},
        ],
        "encoding": {
            "x": {
                "field": "x",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "axis": {**AXIS, "title": "where it bends, x in normalised units"},
            },
            "y": {"field": "change", "type": "quantitative", "axis": {**AXIS, "title": "slope change"}},
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": names, "range": colours},
                "legend": LEGEND,
            },
            "shape": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": names, "range": ["triangle-right", "triangle-left", "stroke"]},
            },
        },
    }
    return columns, specification


def pull_chart(x: Array, pull: Array, *, height: int = 150) -> Chart:
    """How hard the points pull on the network, summed twice, (m,) at x (m,), in units of the tube's half width.

    Beyond 1 or -1 a new neuron there lowers the objective.
    """
    columns: dict[str, Any] = {
        "x": np.concatenate([[0.0, 1.0], x]),
        "pull": np.concatenate([[np.nan, np.nan], np.clip(pull, -MOST_PULL, MOST_PULL)]),
        "low": np.concatenate([[-1.0, -1.0], np.full(x.size, np.nan)]),
        "high": np.concatenate([[1.0, 1.0], np.full(x.size, np.nan)]),
    }
    place = {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {**AXIS, "title": "x in normalised units"},
    }
    level = {"type": "quantitative", "axis": {**AXIS, "title": "pull, tube = 1"}}
    specification = {
        "height": height,
        "layer": [
            {
                "transform": [{"filter": {"field": "low", "valid": True}}],
                "mark": {"type": "area", "color": CERTIFIED, "opacity": 0.15},
                "encoding": {"x": place, "y": {"field": "low", **level}, "y2": {"field": "high"}},
            },
            {
                "transform": [{"filter": {"field": "pull", "valid": True}}],
                "mark": {"type": "line", "color": MEASURED, "strokeWidth": 2, "point": {"color": MEASURED, "size": 25}},
                "encoding": {"x": place, "y": {"field": "pull", **level}},
            },
        ],
    }
    return columns, specification
