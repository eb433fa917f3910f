r"""Floating point with proven error bounds, so that a printed bound is a bound.

A rounded operation is wrong by at most the share :math:`u = 2^{-53}` of its result. NumPy adds the entries of a
vector in blocks and then in pairs: no entry passes through more than 64 additions, however long the vector is. So a
sum is wrong by at most :math:`64 u` times the sum of the absolute values. Running sums, in which errors would
accumulate, are added up in the longest floating point type of the machine: each addition is wrong by at most a share
of its own result, so the largest running sum bounds them all.

Source: Higham (2002), Accuracy and Stability of Numerical Algorithms, ch. 3 and 4.
"""

import math
from typing import NamedTuple

import numpy as np

from cvxdnn.core.types import Array

__all__ = [
    "SUM",
    "TINY",
    "UNIT",
    "RunningSum",
    "difference",
    "down",
    "length",
    "on_grid",
    "running_sum",
    "total",
    "up",
    "upper_total",
]

UNIT = 2.0**-53
"""Largest relative error of one rounding."""
SUM = 64 * UNIT
"""Largest error of a sum, as a share of the sum of the absolute values."""
TINY = float(np.finfo(np.float64).tiny)
"""More than what any number of underflows in a sum can add up to."""

FEW = 1_024
"""Terms of a running sum up to which the longest type costs little for the terms, too."""
_LONG = np.longdouble
_LONG_UNIT = float(np.finfo(np.longdouble).eps) / 2


def total(terms: Array) -> tuple[float, float]:
    """The sum of a vector, and a bound on its error."""
    size = float(np.abs(terms).sum())
    return float(terms.sum()), _share(terms) * (1 + SUM) * size + TINY if size else 0.0


def upper_total(terms: Array) -> float:
    """An upper bound on the sum of entries >= 0 that are upper bounds themselves, up to a rounding or two each."""
    value = float(terms.sum())
    return up(value * (1 + 2 * _share(terms)) + TINY) if value else 0.0


def length(squares: Array) -> tuple[float, float]:
    """Bounds on the root of the sum of squares, each of which is right up to a rounding or two."""
    value, share = float(squares.sum()), 2 * _share(squares)
    if not value:
        return 0.0, 0.0
    return down(math.sqrt(max(value * (1 - share) - TINY, 0.0))), up(math.sqrt(value * (1 + share) + TINY))


def _share(terms: Array) -> float:
    """Largest error of their sum, as a share of the sum of absolute values."""
    return (terms.size + 1) * UNIT if terms.size < 63 else SUM


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


class RunningSum(NamedTuple):
    """Running sums of m terms.

    sums : (m + 1,), 0 first;  low, high : the least and the largest of them, low <= 0 <= high
    error : bound on the error of each of them, and of the difference of any two
    size : the sum of the absolute values of the terms
    """

    sums: Array
    low: float
    high: float
    error: float
    size: float

    @property
    def largest(self) -> float:
        """The largest absolute value."""
        return max(self.high, -self.low)

    def scaled(self, factor: float, distance: float) -> "RunningSum":
        """With the first factor of every term multiplied by one number >= 0, and rounded anew.

        That is one rounding of every term, and one of every sum; `distance`, between the ends of `right`, is what the
        terms can underflow by.
        """
        if not factor:
            return RunningSum(np.zeros_like(self.sums), 0.0, 0.0, 0.0, 0.0)
        underflow = TINY * (1 + distance)
        error = (factor * (self.error + UNIT * (self.size + 2 * self.largest)) + underflow) * (1 + 8 * UNIT)
        size = (factor * self.size + underflow) * (1 + 4 * UNIT)
        return RunningSum(factor * self.sums, factor * self.low, factor * self.high, error, size)


def running_sum(left: Array, right: Array) -> RunningSum:
    """Of left * (right_{j+1} - right_j), m terms; `right` has one entry more."""
    if left.size <= FEW:
        right, unit = right.astype(_LONG), _LONG_UNIT
    else:
        unit = UNIT
    sums, steps = np.zeros(right.size), right[1:] - right[:-1]
    steps *= left
    sums[1:] = steps.cumsum(dtype=_LONG)
    size = float(np.abs(steps, out=steps).sum()) * (1 + 2 * SUM)
    if not size and not left.any():
        return RunningSum(sums, 0.0, 0.0, 0.0, 0.0)
    low, high = float(sums.min()), float(sums.max())
    error = (2 * unit * size + (left.size * _LONG_UNIT + 4 * UNIT) * max(high, -low)) * (1 + SUM) + TINY
    return RunningSum(sums, low, high, error, size)
