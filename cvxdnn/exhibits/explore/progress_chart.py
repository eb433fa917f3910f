"""How far training is from the optimum: the gap against the step, both as training left them.

The one figure that is not Plotly: it changes ten times a second, and Streamlit mounts a Plotly chart anew whenever
its data change, which flickers. A Vega-Lite chart is updated in place.
"""

from typing import Any

import numpy as np

from cvxdnn.app.palette import MEASURED
from cvxdnn.core.types import Array

FLOOR = 1e-9
"""Gaps below this are drawn on it: a logarithmic axis has no zero."""


def progress_chart(history: Array, lower_bound: float | None) -> tuple[dict[str, Array], dict[str, Any]]:
    """Gap to the certified optimum over the steps; without an optimum, the objective itself.

    Parameters
    ----------
    history : (k, 1 + restarts) step and objective of every restart; the smallest is shown
    lower_bound : proven lower bound of the objective, None where there is none

    Returns
    -------
    columns, Vega-Lite specification
    """
    best = history[:, 1:].min(axis=1)
    if lower_bound:
        shown, title = np.maximum(best / lower_bound - 1, FLOOR), "gap to the optimum, relative"
    else:
        shown, title = best, "objective of the best network"
    axis = {"labelFontSize": 11, "titleFontSize": 11, "tickCount": 4}
    specification = {
        "title": {"text": title, "fontSize": 12, "anchor": "start", "fontWeight": "normal"},
        "height": 180,
        "mark": {"type": "line", "color": MEASURED, "strokeWidth": 2, "point": len(history) == 1},
        "encoding": {
            "x": {"field": "step", "type": "quantitative", "axis": {**axis, "title": None, "format": "~s"}},
            "y": {
                "field": "value",
                "type": "quantitative",
                "scale": {"type": "log"},
                "axis": {**axis, "title": None, "format": "~e"},
            },
        },
    }
    return {"step": history[:, 0], "value": shown}, specification
