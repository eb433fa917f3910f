r"""Floating point with proven error bounds, so that a printed bound is a bound.

A rounded operation is wrong by at most the share :math:`u = 2^{-53}` of its result. NumPy adds the entries of a
vector in blocks and then in pairs: no entry passes through more than 64 additions, however long the vector is. So a
sum is wrong by at most :math:`64 u` times the sum of the absolute values. Running sums, in which errors would
accumulate, are taken in the longest floating point type of the machine, or where that takes long in short rows.

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
    "cumulative",
    "difference",
    "down",
    "lower_total",
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
"""Terms of a running sum up to which the longest type costs little."""
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


def lower_total(terms: Array) -> float:
    """A lower bound on the sum of entries >= 0 that are lower bounds themselves, up to a rounding or two each."""
    return max(down(float(terms.sum()) * (1 - 2 * _share(terms)) - TINY), 0.0)


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


def cumulative(terms: Array) -> Array:
    """Running sums (m,) of m numbers."""
    return terms.astype(_LONG).cumsum().astype(np.float64) if terms.size <= FEW else _by_rows(terms)[0]


class RunningSum(NamedTuple):
    """Running sums of m terms.

    sums : (m + 1,), 0 first;  low, high : the least and the largest of them, low <= 0 <= high
    error : bound on their errors;  size : the sum of the absolute values of the terms
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

        That is one rounding of every term, and one of every sum; `distance`, between the ends of `right`, is what a
        term can underflow by.
        """
        if not factor:
            return RunningSum(np.zeros_like(self.sums), 0.0, 0.0, 0.0, 0.0)
        underflow = TINY * (1 + distance)
        error = (factor * (self.error + 2 * UNIT * self.size) + underflow) * (1 + 8 * UNIT)
        size = (factor * self.size + underflow) * (1 + 4 * UNIT)
        return RunningSum(factor * self.sums, factor * self.low, factor * self.high, error, size)


def running_sum(left: Array, right: Array) -> RunningSum:
    """Of left * (right_{j+1} - right_j), m terms; `right` has one entry more."""
    sums = np.zeros(right.size)
    if left.size <= FEW:
        long = right.astype(_LONG)
        steps = left * (long[1:] - long[:-1])
        sums[1:] = steps.cumsum()
        share, of_row = (left.size + 4) * _LONG_UNIT, 0.0
    else:
        steps = right[1:] - right[:-1]
        steps *= left
        sums[1:], share, of_row = _by_rows(steps)
        share += 2 * UNIT
    size = float(np.abs(steps).sum()) * (1 + SUM)
    low, high = float(sums.min()), float(sums.max())
    error = (share * size + of_row) * (1 + SUM) + 3 * UNIT * max(high, -low) + TINY
    return RunningSum(sums, low, high, error if left.any() else 0.0, size)


def _by_rows(terms: Array) -> tuple[Array, float, float]:
    """Running sums, as many in a row as there are rows: errors grow with the length of a row, and with its sum alone.

    And two parts of the bound on their errors: a share of the sum of absolute values, and a number. The totals of rows,
    to which all that follows is added, are taken in the longest type.
    """
    width = math.isqrt(terms.size) + 1
    rows = -(-terms.size // width)
    table = np.zeros((rows, width))
    table.ravel()[: terms.size] = terms
    before = np.zeros(rows)
    before[1:] = table[:-1].sum(axis=1, dtype=_LONG).cumsum()
    largest_row = float(np.abs(table).sum(axis=1).max())
    table.cumsum(axis=1, out=table)
    table += before[:, None]
    return table.ravel()[: terms.size], (width + rows) * _LONG_UNIT, width * UNIT * largest_row
