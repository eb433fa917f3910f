"""Pictures of rank-one data and of deep linear networks: the function of c, and the duality gap over the budget.

The function changes with every frame of a fit and is Vega-Lite (see `cvxdnn.app.fit_charts`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.app.plots import Axis, Band, Curve, Mark, Plot
from cvxdnn.core.types import Array

__all__ = ["budget_plot", "function_chart"]

Chart = tuple[dict[str, Any], dict[str, Any]]

DATA, EXACT, TRAINED = "data", "closed form", "trained"


def function_chart(c: Array, y: Array, at: Array, exact: Array, trained: Array | None, *, height: int) -> Chart:
    """Data (n,) over the numbers c, and both networks' outputs (k,) at the places `at` (k,)."""
    curves = [(DATA, c, y), (EXACT, at, exact)] + ([(TRAINED, at, trained)] if trained is not None else [])
    columns = {
        "c": np.concatenate([x for _, x, _ in curves]),
        "value": np.concatenate([values for _, _, values in curves]),
        "kind": [kind for kind, x, _ in curves for _ in x],
    }
    axis = {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "tickCount": 5}
    kinds = [DATA, EXACT, TRAINED]
    legend = {"orient": "top", "title": None, "labelFontSize": 11, "padding": 0, "offset": 4}
    specification = {
        "height": height,
        "layer": [
            _only(EXACT, {"type": "line", "strokeWidth": 3}),
            _only(TRAINED, {"type": "line", "strokeWidth": 2, "strokeDash": [5, 3]}),
            _only(DATA, {"type": "point", "filled": False, "size": 45, "strokeWidth": 1.8, "opacity": 1}),
        ],
        "encoding": {
            "x": {"field": "c", "type": "quantitative", "axis": {**axis, "title": "c"}, "scale": {"zero": False}},
            "y": {"field": "value", "type": "quantitative", "axis": {**axis, "title": "target and output"}},
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": kinds, "range": [GIVEN, CERTIFIED, MEASURED]},
                "legend": legend,
            },
        },
    }
    return columns, specification


def budget_plot(budgets: Array, standard: Array, parallel: Array) -> Plot:
    """Optimum of both architectures, the cost of the budget included, against the budget (k,) of the early layers."""
    lowest = [(float(budgets[np.argmin(values)]), float(values.min())) for values in (standard, parallel)]
    (_, high), (_, low) = lowest
    room = max(high - low, 0.05 * high)
    return Plot(
        Axis(float(budgets[0]), float(budgets[-1]), "budget t: norm of each early layer"),
        Axis(low - 0.6 * room, high + 1.2 * room, "objective"),
        told=f"The standard network gets down to {high:.4g}, the parallel one, as the dual, to {low:.4g}.",
        bands=[Band(budgets, parallel, standard, "region", "duality gap")],
        curves=[
            Curve(budgets, standard, "line certified", "standard network"),
            Curve(budgets, parallel, "line certified dashed", "parallel = dual"),
        ],
        marks=[Mark(t, value, "optimum", f"{value:.4g}") for t, value in lowest],
    )


def _only(kind: str, mark: dict[str, Any]) -> dict[str, Any]:
    return {"transform": [{"filter": {"field": "kind", "equal": kind}}], "mark": mark}
