"""How far training is from the optimum: the gap against the step, both as training left them."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cvxdnn.figures.palette import MEASURED

Vector = NDArray[np.float64]

FLOOR = 1e-9
"""Gaps below this are drawn on it: a logarithmic axis has no zero."""


def progress_figure(history: Vector, lower_bound: float | None) -> go.Figure:
    """Gap to the certified optimum over the steps; without an optimum, the objective itself.

    history : (k, 2) step and smallest objective
    """
    if lower_bound:
        shown, title = np.maximum(history[:, 1] / lower_bound - 1, FLOOR), "gap to the optimum, relative"
    else:
        shown, title = history[:, 1], "objective of the best network"
    figure = go.Figure(
        go.Scatter(
            x=history[:, 0],
            y=shown,
            mode="lines" if len(history) > 1 else "markers",
            line={"color": MEASURED, "width": 2},
            hovertemplate="step %{x:,}: %{y:.3g}<extra></extra>",
        )
    )
    figure.update_layout(
        height=150,
        margin={"l": 4, "r": 8, "t": 26, "b": 4},
        title={"text": title, "font": {"size": 12}, "x": 0, "y": 0.98},
        showlegend=False,
        uirevision="progress",
    )
    figure.update_xaxes(automargin=True, nticks=4, rangemode="tozero", tickformat="~s", tickfont={"size": 11})
    figure.update_yaxes(automargin=True, type="log", nticks=4, exponentformat="power", tickfont={"size": 11})
    return figure
