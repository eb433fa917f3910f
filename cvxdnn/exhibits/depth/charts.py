"""Depth as plots: splines of several depths, and the jumps of the optimum."""

from collections.abc import Mapping, Sequence

import numpy as np

from cvxdnn.app.plots import Axis, Curve, Mark, Plot
from cvxdnn.convex import DeepPath
from cvxdnn.core.datasets import Dataset, Normalization
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.exhibits.explore.axes import Axes, letters

__all__ = ["jump_plot", "splines_plot"]

LOWEST_SHARE = 1e-4
"""The jump diagram ends at this share of beta_max."""
ROOM = 0.06


def splines_plot(
    data: Dataset, splines: Mapping[int, tuple[str, LinearSpline]], units: Normalization, axes: Axes
) -> Plot:
    """Splines of several depths over the points, each thinner than the one before: those that coincide stay visible.

    Parameters
    ----------
    data : in normalised units
    splines : by depth a label and the spline, in normalised units
    units, axes : the user's, in which it is drawn, and what x and y are
    """
    x, y = units.user_x(data.x), units.user_y(data.y)
    across = Axis.over(x, axes[0], room=0.04)
    curves = []
    for depth, (label, normalised) in splines.items():
        spline = units.user_spline(normalised)
        inside = spline.knots[(spline.knots > across.low) & (spline.knots < across.high)]
        at = np.concatenate([[across.low], inside, [across.high]])
        curves.append(Curve(at, spline(at), f"line stacked depth-{depth}", label))
    seen = np.concatenate([y, *(curve.y for curve in curves)])
    depths, (across_is, up_is) = ", ".join(map(str, splines)), letters(axes)
    return Plot(
        across,
        Axis.over(seen, axes[1], room=ROOM),
        told=f"The points, {up_is} over {across_is}, and on them the functions of networks with {depths} layers.",
        curves=curves,
        points=[Curve(x, y, "given-points", "points")],
    )


def jump_plot(deep: DeepPath, depths: Sequence[int], *, beta: float, depth: int) -> Plot:
    """Path norm of the optimum against the weight decay, for every depth; dotted where that of `depth` jumps."""
    lowest = min(LOWEST_SHARE * deep.path.beta_max, beta)
    highest = max(3 * deep.path.beta_max, beta)
    curves = [
        Curve(*_travelled(deep, each, lowest, highest), f"line apart depth-{each}{chosen}", f"L = {each}")
        for each in depths
        for chosen in [" chosen" if each == depth else ""]
    ]
    jumps = [jump for jump in deep.transitions(depth=depth) if jump.beta > lowest]
    betas = np.array([value for jump in jumps for value in (jump.beta, jump.beta, np.nan)])
    norms = np.array([value for jump in jumps for value in (jump.r_above, jump.r_below, np.nan)])
    optimum = deep.solve(beta=beta, depth=depth)
    top = max(float(np.nanmax(curve.y)) for curve in curves)
    return Plot(
        Axis(lowest, highest, "weight decay β", "log"),
        Axis(0.0, (1 + ROOM) * max(top, optimum.path_norm), "path norm of the optimum"),
        told=f"With {depth} layers the optimum jumps {len(jumps)} times. Its path norm here: {optimum.path_norm:.3g}.",
        curves=[*curves, *([Curve(betas, norms, "line dotted", f"jumps of L = {depth}")] if jumps else [])],
        marks=[Mark(beta, optimum.path_norm, "optimum", "here")],
    )


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
