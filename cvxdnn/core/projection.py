r"""Euclidean projection of multipliers onto those of given sum between bounds, a continuous quadratic knapsack problem.

The dual of the training problem wants :math:`\sum_i \lambda_i = 0` (the free output bias), with a skip connection
also :math:`\sum_i \lambda_i x_i = 0`, and for most losses :math:`l_i \le \lambda_i \le h_i`, where
:math:`l_i \le 0 \le h_i`. The point of this set that is nearest to v is

.. math::  \lambda_i = \min(\max(v_i - \nu - \mu x_i,\ l_i),\ h_i) .

For a fixed :math:`\mu` the sum falls piecewise linearly in :math:`\nu` with corners at :math:`v - h` and :math:`v - l`:
sorting them finds its root exactly. With that :math:`\nu(\mu)` the second sum falls in :math:`\mu`, and is bisected.
Multipliers that merely lost their mean could leave their bounds, and would prove nothing.

Where a point is 1e8 away, a multiplier that is 1e-16 off its bound proves 1e-8 less. So multipliers whose sum is 0 are
left alone, and `with_zero_sum` makes a sum of nearly 0 one of 0 without touching those at a bound.
"""

import math

import numpy as np

from cvxdnn.core.types import Array

__all__ = ["projected", "with_zero_sum"]

ZERO_SUM = float(np.finfo(np.float64).eps)
"""A sum this small, as a share of the largest multiplier, is 0."""


def projected(multipliers: Array, low: Array, high: Array, x: Array | None = None, *, total: float = 0.0) -> Array:
    """The point nearest to `multipliers` (n,) within the bounds, of sum `total` and, given `x`, orthogonal to x.

    Parameters
    ----------
    multipliers : array (n,)
    low, high : arrays (n,)
        Finite bounds. Should they exclude the total, by round-off say, the result has the sum nearest to it.
    x : array (n,), optional
        Inputs to which the result shall be orthogonal; then the total is 0, and 0 lies within the bounds.
    """
    start = np.clip(multipliers, low, high)
    if x is None or not np.ptp(x):
        return _summing_to(total, start, low, high)
    return _orthogonal(start, low, high, (x - x.min()) / np.ptp(x) - 0.5)


def with_zero_sum(multipliers: Array, low: Array, high: Array) -> Array:
    """Multipliers (n,) whose sum is nearly 0 with a sum of 0: the one with most room between its bounds takes it up."""
    moved = np.clip(multipliers, low, high)
    widest = int(np.argmax(np.minimum(moved - low, high - moved)))
    for _ in range(2):
        moved[widest] = np.clip(moved[widest] - math.fsum(moved), low[widest], high[widest])
    return moved


def _summing_to(total: float, start: Array, low: Array, high: Array) -> Array:
    inside = np.array_equal(np.clip(start, low, high), start)
    if inside and abs(math.fsum(start) - total) <= ZERO_SUM * np.abs(start).max():
        return start
    once = np.clip(start - _shift(total, start, low, high), low, high)
    # The root of a long cumulative sum carries round-off, which a second pass removes.
    return np.clip(once - _shift(total, once, low, high), low, high)


def _shift(total: float, start: Array, low: Array, high: Array) -> float:
    """The nu at which clip(start - nu) sums to the total, or the nearest to it."""
    corners = np.concatenate([start - high, start - low])
    order = np.argsort(corners, kind="stable")
    corners = corners[order]
    active = np.cumsum(np.where(order < start.size, 1.0, -1.0))
    fallen = np.concatenate([[0.0], np.cumsum(active[:-1] * np.diff(corners))])
    wanted = float(high.sum()) - total
    first = int(np.searchsorted(fallen, wanted))
    if first in (0, corners.size):
        return float(corners[min(first, corners.size - 1)])
    return float(corners[first - 1] + (wanted - fallen[first - 1]) / active[first - 1])


def _orthogonal(start: Array, low: Array, high: Array, x: Array) -> Array:
    def at(slope: float) -> tuple[Array, float]:
        point = _summing_to(0.0, start - slope * x, low, high)
        return point, float(point @ x)

    if at(0.0)[1] == 0.0:
        return at(0.0)[0]
    sign = np.sign(at(0.0)[1])
    inner, outer = 0.0, float(np.abs(start).max())
    while sign * at(sign * outer)[1] > 0:
        inner, outer = outer, 2 * outer
        if not outer < 1e12 * np.abs(start).max():
            return np.zeros_like(start)
    for _ in range(100):
        middle = (inner + outer) / 2
        if not inner < middle < outer:
            break
        if sign * at(sign * middle)[1] > 0:
            inner = middle
        else:
            outer = middle
    return at(sign * outer)[0]
