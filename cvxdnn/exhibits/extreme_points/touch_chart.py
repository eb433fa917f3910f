"""How close every trained neuron is to touching the optimal dual. Vega-Lite, updated in place while training runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from cvxdnn.app.palette import CERTIFIED, MEASURED
from cvxdnn.core.types import Array

__all__ = ["touch_chart"]

Chart = tuple[dict[str, Any], dict[str, Any]]

EXACT, TRAINED, WALL = "optimal neuron", "trained neuron", "wall"
HEIGHT = 230


def touch_chart(exact: Array, weights: Array, trained: Array, trained_weights: Array) -> Chart:
    """Output weight |w| against lambda^T q / beta, which is between -1 and 1 for every neuron there is.

    Parameters
    ----------
    exact, weights : (k,) of the neurons that the dual touches
    trained, trained_weights : (m,) of trained neurons, input weights of norm 1; empty before training
    """
    groups = (
        (WALL, np.array([-1.0, 1.0]), np.zeros(2)),
        (EXACT, exact, weights),
        (TRAINED, trained, trained_weights),
    )
    columns = {
        "kind": [kind for kind, values, _ in groups for _ in values],
        "touch": np.concatenate([values for _, values, _ in groups]),
        "weight": np.concatenate([values for _, _, values in groups]),
    }
    axis = {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "tickCount": 5}
    across = {
        "field": "touch",
        "type": "quantitative",
        "scale": {"domain": [-1.15, 1.15], "nice": False},
        "axis": {**axis, "title": "λᵀq / β: 1 and −1 touch", "values": [-1, -0.5, 0, 0.5, 1]},
    }
    up = {
        "field": "weight",
        "type": "quantitative",
        "axis": {**axis, "title": "output weight |w|"},
        "scale": {"padding": 12},
    }

    def layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
        return {"transform": [{"filter": {"field": "kind", "equal": kind}}], "mark": mark, "encoding": encoding}

    ring = {"type": "point", "filled": False, "size": 300, "strokeWidth": 2.5, "color": CERTIFIED, "opacity": 1}
    dot = {"type": "point", "filled": True, "size": 70, "color": MEASURED, "opacity": 0.9}
    specification = {
        "height": HEIGHT,
        "layer": [
            layer(WALL, {"type": "rule", "color": CERTIFIED, "strokeDash": [5, 4], "strokeWidth": 1.5}, {"x": across}),
            layer(EXACT, ring, {"x": across, "y": up}),
            layer(TRAINED, dot, {"x": across, "y": up}),
        ],
    }
    return columns, specification
