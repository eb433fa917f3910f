r"""Floating point with proven error bounds, so that a printed bound is a bound.

A rounded operation is wrong by at most the share :math:`u = 2^{-53}` of its result. NumPy adds the entries of a
vector in blocks and then in pairs: no entry passes through more than 64 additions, however long the vector is. So a
sum is wrong by at most :math:`64 u` times the sum of the absolute values. Running sums, in which errors would
accumulate, are taken in the longest floating point type of the machine.

Source: Higham (2002), Accuracy and Stability of Numerical Algorithms, ch. 3 and 4.
"""

import math

import numpy as np

from cvxdnn.core.types import Array

__all__ = ["SUM", "TINY", "UNIT", "difference", "down", "on_grid", "running_sum", "total", "up", "upper_total"]

UNIT = 2.0**-53
"""Largest relative error of one rounding."""
SUM = 64 * UNIT
"""Largest error of a sum, as a share of the sum of the absolute values."""
TINY = float(np.finfo(np.float64).tiny)
"""More than what any number of underflows in a sum can add up to."""

_LONG = np.longdouble
_LONG_UNIT = float(np.finfo(np.longdouble).eps)


def total(terms: Array) -> tuple[float, float]:
    """The sum of a vector, and a bound on its error."""
    size = float(np.abs(terms).sum())
    return float(terms.sum()), _share(terms) * (1 + SUM) * size + TINY if size else 0.0


def upper_total(terms: Array) -> float:
    """An upper bound on the sum of entries >= 0 that are upper bounds themselves, up to a rounding or two each."""
    value = float(terms.sum())
    return up(value * (1 + 2 * _share(terms)) + TINY) if value else 0.0


def _share(terms: Array) -> float:
    """Largest error of their sum, as a share of the sum of absolute values."""
    return min((terms.size + 1) * UNIT, SUM)


def up(value: float) -> float:
    """The next number above, unless it is zero."""
    return math.nextafter(value, math.inf) if value else 0.0


def down(value: float) -> float:
    """The next number below, unless it is zero."""
    return math.nextafter(value, -math.inf) if value else 0.0


def difference(vector: Array, number: float) -> tuple[Array, Array]:
    """vector - number as a sum of two vectors, exactly (Knuth's two-sum)."""
    rounded = vector - number
    subtracted = vector - rounded
    lost = (vector - (rounded + subtracted)) + (subtracted - number)
    return rounded, lost


def on_grid(values: Array, size: float) -> Array:
    """Rounded towards zero to multiples of a power of two, of which sums up to `size` need no rounding."""
    step = 2.0 ** (math.frexp(size)[1] - 52)
    return np.trunc(values / step) * step if size > 0 and step > 0 else np.zeros_like(values)


def running_sum(left: Array, right: Array) -> tuple[Array, float, float]:
    """0 and the running sums of left * (right_{j+1} - right_j), (m + 1,) for m entries.

    And a bound on their errors, and the sum of the absolute values of what is added. `right` has one entry more. The
    error of every addition is known exactly (Knuth's two-sum); added up apart they correct the sums, so that errors do
    not grow with m but to second order.
    """
    long = right.astype(_LONG)
    steps = left.astype(_LONG) * (long[1:] - long[:-1])
    size = float(np.abs(steps).sum())
    sums = np.zeros(right.size)
    if size == 0:
        return sums, 0.0, 0.0
    rough = steps.cumsum()
    before = np.concatenate([np.zeros(1, dtype=_LONG), rough[:-1]])
    added = rough - before
    lost = (before - (rough - added)) + (steps - added)
    sums[1:] = rough + lost.cumsum()
    error = (4 * _LONG_UNIT + (steps.size * _LONG_UNIT) ** 2) * size * (1 + SUM)
    return sums, error + 2 * UNIT * float(np.abs(sums).max()) + TINY, size * (1 + SUM)
