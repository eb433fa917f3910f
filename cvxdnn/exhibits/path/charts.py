"""The choice of a weight decay as a picture."""

import numpy as np
import plotly.graph_objects as go

from cvxdnn.app.palette import MEASURED
from cvxdnn.convex.selection import CrossValidation


def cross_validation_figure(result: CrossValidation) -> go.Figure:
    """Error of prediction against the weight decay, with its spread and its minimum."""
    high, low = result.mean_error + result.standard_error, result.mean_error - result.standard_error
    figure = go.Figure()
    figure.add_scatter(
        x=np.concatenate([result.betas, result.betas[::-1]]), y=np.concatenate([high, low[::-1]]), fill="toself",
        fillcolor="rgba(213, 94, 0, 0.15)", line={"width": 0}, name="± one standard error", hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=result.betas,
        y=result.mean_error,
        mode="lines",
        line={"color": MEASURED, "width": 2.5},
        name="mean squared error",
    )
    smallest = float(result.mean_error.min())
    figure.add_scatter(
        x=[result.best], y=[smallest], mode="markers", name=f"smallest at β = {result.best:.2g}",
        marker={"color": MEASURED, "size": 11, "symbol": "diamond"},
    )  # fmt: skip
    figure.update_layout(
        height=300,
        margin={"l": 8, "r": 12, "t": 8, "b": 8},
        legend={"orientation": "h", "y": -0.34, "x": 0},
        dragmode=False,
    )
    figure.update_xaxes(type="log", title="weight decay β", exponentformat="power", automargin=True, dtick=1)
    figure.update_yaxes(automargin=True, rangemode="tozero")
    return figure
