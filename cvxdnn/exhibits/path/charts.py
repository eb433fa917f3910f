"""The regularisation path as pictures: the spline under a slider above the lives of its knots, and three curves.

The slider works in the browser: every position is a frame of the figure, exact for its weight decay.
"""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.convex.path import Path
from cvxdnn.convex.selection import CrossValidation
from cvxdnn.core.types import Array

MAX_FRAMES = 150
LOWEST_SHARE = 1e-5
RISING, FALLING = "#009E73", "#CC79A7"


def path_figure(path: Path, x: Array, y: Array) -> go.Figure:
    """Data and optimal spline for the slider's weight decay; below it, for every knot, where on the path it lives."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.6, 0.4], vertical_spacing=0.04)
    betas = slider_betas(path)
    at, curves = _curves(path, x, betas)
    start = len(betas) // 2
    lowest, span = betas[-1] * 0.8, (float(x.min()), float(x.max()))
    heights = np.concatenate([y, curves.ravel()])
    room = 0.06 * float(np.ptp(heights))
    points = {"color": "rgba(0,0,0,0)", "size": 9, "line": {"color": GIVEN, "width": 1.8}}
    figure.add_scatter(x=x, y=y, mode="markers", marker=points, name="points", row=1, col=1)
    figure.add_scatter(
        x=at, y=curves[start], mode="lines", line={"color": CERTIFIED, "width": 3}, name="optimal spline", row=1, col=1
    )
    figure.add_scatter(
        x=span, y=[betas[start]] * 2, mode="lines", line={"color": CERTIFIED, "width": 1.5, "dash": "dash"},
        name="slider", hoverinfo="skip", showlegend=False, row=2, col=1,
    )  # fmt: skip
    for sign, color, symbol, name in (
        (1.0, RISING, "triangle-up", "knot that bends upwards"),
        (-1.0, FALLING, "triangle-down", "knot that bends downwards"),
    ):
        _add_lives(figure, path, sign, lowest, color, symbol, name)
    figure.frames = [
        go.Frame(
            name=str(i),
            data=[{"y": curves[i]}, {"y": [beta, beta]}],
            traces=[1, 2],
        )
        for i, beta in enumerate(betas)
    ]
    figure.update_layout(
        height=620,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        sliders=[_slider([_summary(path, beta) for beta in betas], start)],
        hovermode="closest",
        dragmode=False,  # a finger on the chart scrolls the page
    )
    figure.update_yaxes(range=[heights.min() - room, heights.max() + room], automargin=True, row=1, col=1)
    log_range = [float(np.log10(lowest)), float(np.log10(betas[0] * 1.2))]
    figure.update_yaxes(
        type="log",
        range=log_range,
        title="weight decay β",
        exponentformat="power",
        nticks=5,
        automargin=True,
        row=2,
        col=1,
    )
    return figure


def slider_betas(path: Path) -> Array:
    """Weight decays for the slider: every breakpoint above the lowest shown, filled up evenly, descending."""
    lowest = LOWEST_SHARE * path.beta_max
    breakpoints = path.betas[path.betas > lowest]
    if breakpoints.size > MAX_FRAMES // 2:
        breakpoints = breakpoints[np.linspace(0, breakpoints.size - 1, MAX_FRAMES // 2).astype(int)]
    filling = np.geomspace(1.5 * path.beta_max, lowest, MAX_FRAMES - breakpoints.size)
    return np.unique(np.concatenate([breakpoints, filling]))[::-1]


def complexity_figure(path: Path) -> go.Figure:
    """Knots and degrees of freedom against the weight decay."""
    lowest, highest = slider_betas(path)[[-1, 0]]
    shown = path.betas > lowest
    betas = np.concatenate([[highest], path.betas[shown], [lowest]])
    figure = go.Figure()
    for values, constant, name, color, dash in (
        (path.knot_count[shown], 0, "knots", CERTIFIED, "solid"),
        (path.degrees_of_freedom[shown], 1, "degrees of freedom", GIVEN, "dot"),
    ):
        # An entry counts from its breakpoint down to the next one: the axis runs to the left as beta falls.
        figure.add_scatter(
            x=betas,
            y=np.concatenate([[constant], values, values[-1:]]),
            mode="lines",
            name=name,
            line={"color": color, "shape": "hv", "dash": dash},
        )
    return _over_beta(figure)


def objective_figure(path: Path) -> go.Figure:
    """Loss, penalty and their sum, the training objective, against the weight decay."""
    betas = slider_betas(path)
    loss, penalty = path.loss_at(betas), betas * path.path_norm_at(betas)
    figure = go.Figure()
    for values, name, color, dash in (
        (loss + penalty, "objective", CERTIFIED, "solid"),
        (loss, "loss", GIVEN, "dot"),
        (penalty, "penalty", GIVEN, "dash"),
    ):
        figure.add_scatter(x=betas, y=values, mode="lines", name=name, line={"color": color, "dash": dash})
    return _over_beta(figure)


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
    return _over_beta(figure)


def _curves(path: Path, x: Array, betas: Array) -> tuple[Array, Array]:
    """The inputs where a curve can bend, and its values there for every weight decay; exact between them."""
    room = 0.04 * float(np.ptp(x)) or 0.5
    at = np.concatenate([[x.min() - room], np.unique(x), [x.max() + room]])
    return at, path.fitted(at, betas)


def _add_lives(figure: go.Figure, path: Path, sign: float, lowest: float, color: str, symbol: str, name: str) -> None:
    """Vertical bars from a knot's birth down to its death, with a mark at its birth."""
    lives = [life for life in path.knot_lives if life.sign == sign and life.born > lowest]
    bars_x = [value for life in lives for value in (life.x, life.x, None)]
    bars_y = [value for life in lives for value in (life.born, max(life.died, lowest), None)]
    figure.add_scatter(
        x=bars_x,
        y=bars_y,
        mode="lines",
        line={"color": color, "width": 3},
        hoverinfo="skip",
        showlegend=False,
        row=2,
        col=1,
    )
    figure.add_scatter(
        x=[life.x for life in lives], y=[life.born for life in lives], mode="markers",
        marker={"color": color, "size": 9, "symbol": symbol}, name=name,
        hovertemplate="knot at x = %{x:.3g}<br>born at β = %{y:.3g}<extra></extra>", row=2, col=1,
    )  # fmt: skip
    died = [life for life in lives if life.died > lowest]
    figure.add_scatter(
        x=[life.x for life in died], y=[life.died for life in died], mode="markers",
        marker={"color": color, "size": 8, "symbol": "x"}, showlegend=False,
        hovertemplate="knot at x = %{x:.3g}<br>dies at β = %{y:.3g}<extra></extra>", row=2, col=1,
    )  # fmt: skip


def _summary(path: Path, beta: float) -> str:
    knots = int(path.knot_count[np.searchsorted(-path.betas, -beta, side="right") - 1]) if beta < path.beta_max else 0
    objective = float(path.loss_at(beta) + beta * path.path_norm_at(beta))
    return f"β = {beta:.3g} · {knots} knot{'s' if knots != 1 else ''} · objective {objective:.3g}"


def _slider(labels: list[str], start: int) -> dict[str, object]:
    """A slider whose present label is the caption; the labels under its ticks would overlap and are left out."""
    instantly = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}
    return {
        "active": start,
        "currentvalue": {
            "visible": True,
            "prefix": "",
            "xanchor": "left",
            "font": {"size": 14, "color": GIVEN},
            "offset": 14,
        },
        "pad": {"t": 40},
        "ticklen": 0,
        "minorticklen": 0,
        "font": {"color": "rgba(0,0,0,0)", "size": 1},
        "steps": [
            {"method": "animate", "label": label, "args": [[str(i)], instantly]} for i, label in enumerate(labels)
        ],
    }


def _over_beta(figure: go.Figure) -> go.Figure:
    figure.update_layout(
        height=300,
        margin={"l": 8, "r": 12, "t": 8, "b": 8},
        legend={"orientation": "h", "y": -0.34, "x": 0},
        dragmode=False,
    )
    figure.update_xaxes(type="log", title="weight decay β", exponentformat="power", automargin=True, dtick=1)
    figure.update_yaxes(automargin=True, rangemode="tozero")
    return figure
