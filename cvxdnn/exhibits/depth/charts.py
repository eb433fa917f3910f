"""Depth as pictures: the valleys of training, splines of several depths, the jumps of the optimum, the layers.

`valley_chart` changes while networks train and is therefore a (columns, Vega-Lite specification) pair, whose
specification depends on the settings only: see `cvxdnn.app.fit_charts`. The others are Plotly figures.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cvxdnn.app.fit_charts import AXIS, LEGEND
from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.convex import DeepPath
from cvxdnn.core.diagnostics import LayerDiagnostics
from cvxdnn.core.solution import LocalMinimum
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.tasks.deep_runs import DeepRunsFrame, converged_to

__all__ = ["jump_figure", "layers_figure", "splines_figure", "valley_chart"]

Chart = tuple[dict[str, Any], dict[str, Any]]

CURVE, OPTIMUM, VALLEY, RUN, COUNT = (
    "best network of each path norm",
    "optimum",
    "other valleys",
    "trained networks",
    "count",
)
BLUES = ("#6BAED6", "#2E9BD6", "#0072B2", "#5B7FD9", "#4B5FB5")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
LEAST_IMBALANCE = 1e-3
"""The axis of the imbalance reaches at least to here: round-off is not worth a picture."""
LOWEST_SHARE = 1e-4
"""The jump diagram ends at this share of beta_max."""


def valley_chart(deep: DeepPath, *, beta: float, depth: int, runs: DeepRunsFrame | None, height: int = 380) -> Chart:
    """Objective of the best network of each path norm, its valleys, and where trained networks are.

    Parameters
    ----------
    deep : DeepPath
    beta, depth : as for `DeepPath.solve`
    runs : DeepRunsFrame, optional
        Of the same problem; runs outside the picture are drawn at its edge.
    height : int
        Pixels.
    """
    minima = deep.local_minima(beta=beta, depth=depth)
    right = _right_end(deep, minima)
    norms = np.union1d(np.linspace(0, right, 200), np.geomspace(1e-5 * right, right, 150))
    heights = deep.objective_at(norms, beta=beta, depth=depth)
    low, high = _with_room(heights)
    rows = [(CURVE, r, objective, "") for r, objective in zip(norms, heights, strict=True)]
    rows += [(OPTIMUM if m.is_global else VALLEY, m.r, m.objective, "") for m in minima]
    if runs is not None:
        places = np.clip(runs.view.path_norms, 0, right), np.clip(runs.objectives, low, high)
        rows += [(RUN, r, objective, "") for r, objective in zip(*places, strict=True)]
        rows += _counts(minima, runs)
    columns: dict[str, Any] = dict(zip(("kind", "r", "objective", "label"), zip(*rows, strict=True), strict=True))
    return columns, _valley_specification((-0.03 * right, right), (low, high), height)


def splines_figure(x: Array, y: Array, splines: Mapping[str, LinearSpline], *, nested: bool) -> go.Figure:
    """Splines of several depths over the points.

    Parameters
    ----------
    x, y : arrays (n,)
    splines : mapping from label to LinearSpline
    nested : bool
        Draw each line thinner than the one before: those that coincide stay visible.
    """
    figure = go.Figure()
    room = 0.04 * float(np.ptp(x)) or 0.5
    ends = np.array([x.min() - room, x.max() + room])
    for number, (label, spline) in enumerate(splines.items()):
        at = np.union1d(ends, spline.knots[(spline.knots > ends[0]) & (spline.knots < ends[1])])
        width = 15 - 3.2 * number if nested else 2.5
        line = {"color": BLUES[number], "width": width, "dash": "solid" if nested else DASHES[number]}
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


def _right_end(deep: DeepPath, minima: Sequence[LocalMinimum]) -> float:
    """A path norm that leaves every valley well inside the picture."""
    curve = deep.curve
    quarter = float(np.interp(-deep.path.beta_max / 4, -curve.betas, curve.path_norm))
    return min(1.02 * float(curve.path_norm[-1]), max(1.8 * minima[-1].r, quarter)) or 1.0


def _with_room(heights: Array) -> tuple[float, float]:
    low, high = float(heights.min()), float(heights.max())
    room = 0.1 * (high - low) or 0.1 * abs(high) or 0.1
    return low - room, high + room


def _counts(minima: Sequence[LocalMinimum], runs: DeepRunsFrame) -> list[tuple[str, float, float, str]]:
    reached = converged_to(minima, runs)
    numbers = [int(np.count_nonzero(reached == place)) for place in range(len(minima))]
    return [
        (COUNT, minimum.r, minimum.objective, f"{number} of {reached.size}")
        for minimum, number in zip(minima, numbers, strict=True)
        if number
    ]


def _valley_specification(across: tuple[float, float], up: tuple[float, float], height: int) -> dict[str, Any]:
    """Four layers over one table, told apart by its column `kind`."""
    names = [CURVE, OPTIMUM, VALLEY, RUN]
    legend = {**LEGEND, "columns": 2}
    color = {"field": "kind", "scale": {"domain": names, "range": [CERTIFIED] * 3 + [MEASURED]}, "legend": legend}
    shape = {"field": "kind", "scale": {"domain": names, "range": ["stroke", "diamond", "circle", "triangle-down"]}}

    def points(kind: str, **mark: Any) -> dict[str, Any]:
        return {
            "transform": [{"filter": {"field": "kind", "equal": kind}}],
            "mark": {"type": "point", "clip": True, **mark},
            "encoding": {
                "color": {**color, "type": "nominal"},
                "shape": {**shape, "type": "nominal", "legend": legend},
            },
        }

    def axis(field: str, title: str, domain: tuple[float, float]) -> dict[str, Any]:
        scale = {"domain": list(domain), "nice": False, "zero": False}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": {**AXIS, "title": title}}

    return {
        "height": height,
        "encoding": {
            "x": axis("r", "path norm r: how much the function bends in total", across),
            "y": axis("objective", "objective", up),
        },
        "layer": [
            {
                "transform": [{"filter": {"field": "kind", "equal": CURVE}}],
                "mark": {"type": "line", "strokeWidth": 2.5, "clip": True},
                "encoding": {"color": {**color, "type": "nominal"}, "order": {"field": "r", "type": "quantitative"}},
            },
            points(VALLEY, filled=True, size=130),
            points(OPTIMUM, filled=True, size=190),
            points(RUN, filled=True, size=90, opacity=0.6, yOffset=-9),  # standing on the curve, not in it
            {
                "transform": [{"filter": {"field": "kind", "equal": COUNT}}],
                "mark": {"type": "text", "dy": -22, "dx": 8, "align": "left", "fontSize": 12, "color": MEASURED},
                "encoding": {"text": {"field": "label", "type": "nominal"}},
            },
        ],
    }


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
