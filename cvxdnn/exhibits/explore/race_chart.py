"""A race of optimisers, and where many seeds end; both against the optimum.

Each builder returns (columns, Vega-Lite specification); see `cvxdnn.app.fit_charts` for why.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cvxdnn.app.fit_charts import AXIS, DASHES, LEGEND, MORE_COLOURS
from cvxdnn.app.palette import MEASURED
from cvxdnn.core.types import Array

__all__ = ["final_gaps_chart", "race_chart"]

Chart = tuple[dict[str, Any], dict[str, Any]]

FLOOR = 1e-10
"""Relative gaps below this are drawn on it: a logarithmic axis has no zero."""
DECADES = range(-10, 2)


def race_chart(histories: Mapping[str, Array], labels: Sequence[str], bound: float, *, height: int = 260) -> Chart:
    """Gap to `bound` over computing time, relative, on a logarithmic axis; one line per optimiser.

    Parameters
    ----------
    histories : mapping from label to (k, 3) rows of seconds, steps, objective
    labels : sequence of str
        All that may appear, so that each keeps its colour.
    bound : float
        Lower bound of the objective, or the best value known.
    """
    rows = np.concatenate([np.empty((0, 3)), *histories.values()])
    columns: dict[str, Any] = {
        "seconds": rows[:, 0],
        "gap": np.maximum(rows[:, 2] / bound - 1, FLOOR),
        "optimiser": [label for label, history in histories.items() for _ in history],
    }
    colours = [MORE_COLOURS[i % len(MORE_COLOURS)] for i in range(len(labels))]
    dashes = [DASHES[i % len(DASHES)] for i in range(len(labels))]
    names = {"field": "optimiser", "type": "nominal"}
    specification = {
        "height": height,
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {
            "x": {"field": "seconds", "type": "quantitative", "axis": {**AXIS, "title": "seconds of computing"}},
            "y": {
                "field": "gap",
                "type": "quantitative",
                "scale": {"type": "log"},
                "axis": {**AXIS, "title": "gap to the optimum, relative", "format": "~e"},
            },
            "color": {**names, "scale": {"domain": list(labels), "range": colours}, "legend": LEGEND},
            "strokeDash": {**names, "scale": {"domain": list(labels), "range": dashes}},
        },
    }
    return columns, specification


def final_gaps_chart(gaps: Array, *, height: int = 260) -> Chart:
    """How many networks ended within each power of ten of the optimum, relative."""
    exponents = np.ceil(np.log10(np.maximum(gaps, FLOOR))).clip(DECADES[0], DECADES[-1])
    columns: dict[str, Any] = {
        "gap": [_decade(exponent) for exponent in DECADES],
        "networks": [int(np.count_nonzero(exponents == exponent)) for exponent in DECADES],
    }
    specification = {
        "height": height,
        "mark": {"type": "bar", "color": MEASURED},
        "encoding": {
            "x": {
                "field": "gap",
                "type": "ordinal",
                "sort": None,
                "axis": {**AXIS, "title": "final gap to the optimum, relative, up to", "labelAngle": 0},
            },
            "y": {
                "field": "networks",
                "type": "quantitative",
                "axis": {**AXIS, "title": "networks", "tickMinStep": 1},
            },
        },
    }
    return columns, specification


def _decade(exponent: int) -> str:
    return "more" if exponent == DECADES[-1] else f"1e{exponent}" if exponent < 0 else "1"
