"""Splines without the bends that are only a solver's noise.

An interior point method leaves a small bend at every point. Which ones are real is not for a threshold to decide but
for the objective: of all splines with the same values at fewer and fewer knots, the one with the fewest that is still
good enough. Where several functions are optimal the method ends in the middle of them, and the bends that remain may
be more than necessary.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from cvxdnn.spline import LinearSpline

__all__ = ["NOISE", "fewer_bends", "first"]

Vector = NDArray[np.float64]

NOISE = 1e-10
"""Share of the objective that dropping the solver's noise may cost."""
SHARES = tuple(10.0**-k for k in range(2, 13))
"""Of the total variation: below these, in turn, bends are dropped."""


def fewer_bends(x: Vector, values: Vector) -> Iterator[LinearSpline]:
    """Splines with the largest bends of the values (m,) at x (m,) only, from none to all of them."""
    changes = np.abs(np.diff(np.diff(values) / np.diff(x)))
    yield _through(x, values, np.zeros(0, dtype=np.intp))
    for share in SHARES:
        yield _through(x, values, np.flatnonzero(changes > share * changes.sum()) + 1)
    yield _through(x, values, np.flatnonzero(changes) + 1)


def first(splines: Iterable[LinearSpline], is_good_enough: Callable[[LinearSpline], bool]) -> LinearSpline:
    """The first spline that is good enough, or else the last one."""
    for spline in splines:
        if is_good_enough(spline):
            break
    return spline


def _through(x: Vector, values: Vector, knots: NDArray[np.intp]) -> LinearSpline:
    """The spline that bends at these inner points only, with the given values there and at both ends."""
    support = np.concatenate([[0], knots, [x.size - 1]])
    slopes = np.diff(values[support]) / np.diff(x[support])
    kept = knots if knots.size else np.array([0])
    return LinearSpline(x[kept], values[kept], float(slopes[0]), float(slopes[-1]))
