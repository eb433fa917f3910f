"""Pictures of rank-one data and of deep linear networks: the function of c, and the duality gap over the budget."""

from __future__ import annotations

import numpy as np

from cvxdnn.app.plots import Axis, Band, Curve, Mark, Plot
from cvxdnn.core.types import Array

__all__ = ["budget_plot", "function_plot"]


def function_plot(c: Array, y: Array, at: Array, exact: Array, trained: Array | None, told: str) -> Plot:
    """Data (n,) over the numbers c, and both networks' outputs (k,) at the places `at` (k,)."""
    curves = [Curve(at, exact, "line certified wide", "closed form")]
    if trained is not None:
        curves.append(Curve(at, trained, "line measured dashed", "trained"))
    heights = np.concatenate([y, *(curve.y for curve in curves)])
    return Plot(
        Axis(float(at[0]), float(at[-1]), "c"),
        Axis.over(heights, "target and output"),
        told=told,
        curves=curves,
        points=[Curve(c, y, "given-points", "data")],
    )


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
