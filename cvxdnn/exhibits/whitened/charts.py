"""Pictures of whitened data: which samples each neuron fires for, and how a class vanishes as weight decay grows.

The neurons change with every frame of a fit and are Vega-Lite (see `cvxdnn.app.fit_charts`); the classes are Plotly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.core.types import Array, Indices

__all__ = ["channels_chart", "strength_figure"]

Chart = tuple[dict[str, Any], dict[str, Any]]

SHOWN = 16
"""Neurons drawn at most, the strongest of them."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def channels_chart(hidden: Array, groups: Indices, names: list[str], *, height: int) -> Chart:
    """Heat map of the last hidden layer.

    Parameters
    ----------
    hidden : (n, m), >= 0
        Its features; the strongest neurons are shown, ordered by the group they fire for most.
    groups : (n,)
        Group of each sample, in ascending order;  names : what each group is called
    height : int
        Pixels.
    """
    shown = _ordered(hidden, groups)
    largest = float(shown.max(initial=0.0)) or 1.0
    sample, neuron = (index.ravel() for index in np.indices(shown.shape))
    columns = {
        "sample": sample + 1,
        "neuron": neuron + 1,
        "group": [names[groups[i]] for i in sample],
        "value": shown.ravel() / largest,
    }
    axis = {
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelAngle": 0,
        "labelOverlap": True,
    }
    specification = {
        "height": height,
        "mark": {"type": "rect", "stroke": "#80808030"},
        "encoding": {
            "x": {"field": "neuron", "type": "ordinal", "axis": {**axis, "title": "neuron of the last hidden layer"}},
            "y": {"field": "sample", "type": "ordinal", "axis": {**axis, "title": "sample"}},
            "color": {
                "field": "value",
                "type": "quantitative",
                "scale": {"domain": [0, 1], "range": [MEASURED + "08", MEASURED]},
                "legend": None,
            },
            "tooltip": [{"field": name} for name in ("group", "sample", "neuron", "value")],
        },
    }
    return columns, specification


def strength_figure(betas: Array, targets: Array, strengths: Array, names: list[str], beta: float) -> go.Figure:
    """Strength (k, C) of each channel against the weight decay (k,), with a line at the present one."""
    figure = go.Figure()
    for k, (target, name) in enumerate(zip(targets, names, strict=True)):
        figure.add_scatter(
            x=betas, y=strengths[:, k], mode="lines", name=name,
            line={"color": CERTIFIED, "dash": DASHES[k % len(DASHES)], "width": 2.5},
            hovertemplate=f"{name}: %{{y:.3g}} of {target:.3g}<br>β = %{{x:.3g}}<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=beta, line={"color": GIVEN, "dash": "dot", "width": 1.5})
    figure.update_layout(
        height=300,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        showlegend=True,
        dragmode=False,
    )
    figure.update_xaxes(type="log", title="weight decay β", exponentformat="power", automargin=True, dtick=1)
    figure.update_yaxes(title="strength s of the channel", rangemode="tozero", automargin=True)
    return figure


def _ordered(hidden: Array, groups: Indices) -> Array:
    strongest = np.argsort(-np.linalg.norm(hidden, axis=0), kind="stable")[:SHOWN]
    shown = hidden[:, strongest]
    per_group = np.array([shown[groups == k].sum(axis=0) for k in range(int(groups.max(initial=0)) + 1)])
    return shown[:, np.argsort(per_group.argmax(axis=0), kind="stable")]
