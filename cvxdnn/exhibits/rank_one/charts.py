"""Pictures of rank-one data and of deep linear networks: the function of c, and the duality gap over the budget.

The function changes with every frame of a fit and is Vega-Lite (see `cvxdnn.app.fit_charts`); the gap is Plotly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.core.types import Array

__all__ = ["budget_figure", "function_chart"]

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


def budget_figure(budgets: Array, standard: Array, parallel: Array) -> go.Figure:
    """Optimum of both architectures, the cost of the budget included, against the budget (k,) of the early layers."""
    figure = go.Figure()
    for values, name, dash in ((standard, "standard network", "solid"), (parallel, "parallel = dual", "dash")):
        figure.add_scatter(
            x=budgets, y=values, mode="lines", name=name, line={"color": CERTIFIED, "dash": dash, "width": 2.5}
        )
        lowest = int(np.argmin(values))
        figure.add_scatter(
            x=[budgets[lowest]], y=[values[lowest]], mode="markers+text", text=[f"{values[lowest]:.4g}"],
            textposition="bottom center", marker={"color": CERTIFIED, "size": 9}, showlegend=False,
            hovertemplate="lowest: %{y:.6g} at t = %{x:.3g}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=np.concatenate([budgets, budgets[::-1]]), y=np.concatenate([standard, parallel[::-1]]), fill="toself",
        fillcolor="rgba(0, 114, 178, 0.12)", line={"width": 0}, name="duality gap", hoverinfo="skip",
    )  # fmt: skip
    low, high = float(parallel.min()), float(standard.min())
    figure.update_layout(
        height=320,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        dragmode=False,
    )
    figure.update_xaxes(title="budget t: norm of each early layer", automargin=True)
    room = max(high - low, 0.05 * high)
    figure.update_yaxes(title="objective", automargin=True, range=[low - 0.6 * room, high + 1.2 * room])
    return figure


def _only(kind: str, mark: dict[str, Any]) -> dict[str, Any]:
    return {"transform": [{"filter": {"field": "kind", "equal": kind}}], "mark": mark}
