"""Depth as Plotly figures: splines of several depths, the jumps of the optimum, the layers."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.convex import DeepPath
from cvxdnn.core.diagnostics import LayerDiagnostics
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array

__all__ = ["jump_figure", "layers_figure", "splines_figure"]

BLUES = ("#6BAED6", "#2E9BD6", "#0072B2", "#5B7FD9", "#4B5FB5")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
LEAST_IMBALANCE = 1e-3
"""The axis of the imbalance reaches at least to here: round-off is not worth a picture."""
LOWEST_SHARE = 1e-4
"""The jump diagram ends at this share of beta_max."""


def splines_figure(x: Array, y: Array, splines: Mapping[str, LinearSpline]) -> go.Figure:
    """Splines of several depths over the points, each thinner than the one before: those that coincide stay visible.

    Parameters
    ----------
    x, y : arrays (n,)
    splines : mapping from label to LinearSpline
    """
    figure = go.Figure()
    room = 0.04 * float(np.ptp(x)) or 0.5
    ends = np.array([x.min() - room, x.max() + room])
    for number, (label, spline) in enumerate(splines.items()):
        at = np.union1d(ends, spline.knots[(spline.knots > ends[0]) & (spline.knots < ends[1])])
        line = {"color": BLUES[number], "width": 15 - 3.2 * number}
        figure.add_scatter(x=at, y=spline(at), mode="lines", line=line, name=label, opacity=0.85)
    hollow = {"color": "rgba(0,0,0,0)", "size": 9, "line": {"color": GIVEN, "width": 1.8}}
    figure.add_scatter(x=x, y=y, mode="markers", marker=hollow, name="points")
    figure.update_layout(height=330, margin=_MARGIN, legend={"orientation": "h", "y": -0.12, "x": 0}, dragmode=False)
    figure.update_yaxes(automargin=True)
    return figure


def jump_figure(deep: DeepPath, depths: Sequence[int], *, beta: float, depth: int) -> go.Figure:
    """Path norm of the optimum against the weight decay, for every depth; dotted where it jumps."""
    figure = go.Figure()
    lowest = min(LOWEST_SHARE * deep.path.beta_max, beta)
    highest = max(3 * deep.path.beta_max, beta)
    for number, layers in enumerate(depths):
        betas, norms = _travelled(deep, layers, lowest, highest)
        line = {"color": BLUES[number], "width": 4 if layers == depth else 1.8, "dash": DASHES[number]}
        figure.add_scatter(x=betas, y=norms, mode="lines", line=line, name=f"L = {layers}")
    jumps = [jump for jump in deep.transitions(depth=depth) if jump.beta > lowest]
    figure.add_scatter(
        x=[value for jump in jumps for value in (jump.beta, jump.beta, None)],
        y=[value for jump in jumps for value in (jump.r_above, jump.r_below, None)],
        mode="lines+markers", line={"color": GIVEN, "dash": "dot"}, marker={"size": 5}, name=f"jumps of L = {depth}",
    )  # fmt: skip
    solution = deep.solve(beta=beta, depth=depth)
    figure.add_scatter(
        x=[beta], y=[solution.path_norm], mode="markers", name="here", cliponaxis=False,
        marker={"color": CERTIFIED, "size": 12, "symbol": "diamond", "line": {"color": "white", "width": 1}},
    )  # fmt: skip
    figure.update_layout(height=360, margin=_MARGIN, legend={"orientation": "h", "y": -0.25, "x": 0}, dragmode=False)
    figure.update_xaxes(type="log", title="weight decay β", exponentformat="power", dtick=1, automargin=True)
    figure.update_yaxes(title="path norm of the optimum", automargin=True, rangemode="tozero")
    return figure


def layers_figure(exact: LayerDiagnostics, trained: LayerDiagnostics | None) -> go.Figure:
    """Norm, stable rank, balance and alignment, layer by layer: closed form and trained network side by side."""
    layers = [f"{layer + 1}" for layer in range(exact.depth)]
    between = [f"{below}–{above}" for below, above in pairwise(layers)]
    meters = {
        "norm": (layers, "frobenius_norms"),
        "stable rank": (layers, "stable_ranks"),
        "imbalance": (between, "unit_imbalance"),
        "alignment": (between, "alignment"),
    }
    figure = make_subplots(rows=2, cols=2, subplot_titles=list(meters), vertical_spacing=0.22, horizontal_spacing=0.12)
    bars = [("closed form", exact, CERTIFIED, "")] + ([("trained", trained, MEASURED, "/")] if trained else [])
    for number, (names, meter) in enumerate(meters.values()):
        for label, network, color, pattern in bars:
            figure.add_bar(
                x=names, y=getattr(network, meter), name=label, legendgroup=label, showlegend=number == 0,
                marker={"color": color, "pattern": {"shape": pattern}}, row=number // 2 + 1, col=number % 2 + 1,
            )  # fmt: skip
    figure.update_layout(
        height=420,
        margin={**_MARGIN, "t": 30},
        legend={"orientation": "h", "y": -0.1, "x": 0},
        barmode="group",
        dragmode=False,
    )
    figure.update_annotations(font_size=12)
    figure.update_yaxes(rangemode="tozero", automargin=True, nticks=4)
    worst = max(float(network.unit_imbalance.max()) for _, network, _, _ in bars)
    figure.update_yaxes(range=[0, max(1.1 * worst, LEAST_IMBALANCE)], row=2, col=1)
    if worst < 0.1 * LEAST_IMBALANCE:  # bars too low to be seen
        figure.add_annotation(
            text=f"at most {worst:.0e}" if worst else "0", showarrow=False,
            xref="x3 domain", yref="y3 domain", x=0.5, y=0.25, font={"size": 13},
        )  # fmt: skip
    figure.update_xaxes(type="category")
    return figure


_MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}


def _travelled(deep: DeepPath, depth: int, lowest: float, highest: float) -> tuple[Array, Array]:
    """Weight decays and path norms of the optimum, from right to left; NaN where it jumps."""
    jumps = deep.transitions(depth=depth)
    top = float(deep.curve.path_norm[-1])
    starts = [jump.r_below for jump in jumps] if jumps else [0.0]
    ends = [*(jump.r_above for jump in jumps[1:]), top]
    first = jumps[0].beta if jumps else deep.path.beta_max
    betas, norms = [np.array([highest, first])], [np.zeros(2)]
    for start, end in zip(starts, ends, strict=True):
        inside = deep.curve.path_norm[(deep.curve.path_norm > start) & (deep.curve.path_norm < end)]
        crowded = end - (end - start) * np.geomspace(1e-6, 0.02, 40)  # where beta falls by powers of ten
        r = np.union1d(np.linspace(start, end, 60), np.concatenate([inside, crowded]))
        betas += [np.array([np.nan]), deep.stationary_beta(r, depth=depth)]
        norms += [np.array([np.nan]), r]
    shown = np.concatenate(betas)
    keep = ~(shown < lowest)
    return shown[keep], np.concatenate(norms)[keep]
