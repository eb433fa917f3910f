"""Knot removal: splines without the bends that are only a solver's noise.

An interior point method leaves a small bend at every point. Which ones are real is not for a threshold to decide but
for the objective: of all splines with the same values at fewer and fewer knots, the one with the fewest that is still
good enough. Where several functions are optimal the method ends in the middle of them, and the bends that remain may
be more than necessary.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array, Indices

__all__ = ["NOISE", "first_accepted", "spline_through", "with_fewer_knots"]

NOISE = 1e-10
"""Share of the penalty that dropping the solver's noise may cost."""
SHARES = tuple(10.0**-k for k in range(2, 13))
"""Of the total variation: below these, in turn, bends are dropped."""


def with_fewer_knots(x: Array, values: Array, nodes: Indices) -> Iterator[LinearSpline]:
    """Splines with the largest bends only of the values (q,) at the nodes x[nodes], from none to all of them."""
    changes = np.abs(np.diff(np.diff(values) / np.diff(x[nodes])))
    for share in (np.inf, *SHARES, 0.0):
        kept = np.concatenate([[True], changes > share * changes.sum() if share < np.inf else changes < 0, [True]])
        yield spline_through(x, values[kept], nodes[kept])


def first_accepted(splines: Iterable[LinearSpline], is_good_enough: Callable[[LinearSpline], bool]) -> LinearSpline:
    """The first spline that is good enough, or else the last one."""
    for spline in splines:
        if is_good_enough(spline):
            break
    return spline


def spline_through(x: Array, values: Array, nodes: Indices) -> LinearSpline:
    """The spline with these values (q,) at the nodes x[nodes], both ends among them, that bends at the inner ones."""
    slopes = np.diff(values) / np.diff(x[nodes])
    inner = slice(1, -1) if nodes.size > 2 else slice(0, 1)
    return LinearSpline(x[nodes[inner]], values[inner], float(slopes[0]), float(slopes[-1]))
