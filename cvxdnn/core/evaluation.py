r"""What a certificate has to know of a candidate: its values at the points and its bends, with bounds on their errors.

Between multipliers in the tube of width beta and a spline f over the range of the data the penalty has the gap

.. math::  \beta R(f) - \sum_i \lambda_i f(x_i) =
           \sum_j |D_j|\,(t - \sigma_j z(k_j)) \;+\; \tfrac12 (|c||E| - cE) \;+\;
           \begin{cases} \tfrac12 |c| (TV - |E|) & TV \ge |E| \\
                         \tfrac12 (\beta - |c|)(|E| - TV) & TV < |E| \end{cases}

with slope changes :math:`D_j` of sign :math:`\sigma_j` at knots :math:`k_j`, :math:`E = m_- + m_+` the sum of the end
slopes and :math:`t = \beta - |c|/2` the half width. No term is negative, so nothing cancels: where the curve touches
the wall at every knot the gap is as small as it is said to be. With a skip connection c is 0 and R is TV.
"""

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.rounding import SUM, TINY, UNIT, difference, up, upper_total
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.tube import DualPoint
from cvxdnn.core.types import Array

__all__ = ["Bends", "Fit", "bends_of", "fit_of", "penalty_gap"]


@dataclass(frozen=True, eq=False)
class Bends:
    """A spline over the range of the data.

    knots, changes, doubt : (k,) inner knots, slope changes, bounds on their errors
    ends, ends_doubt : the sum of the two end slopes, and a bound on its error
    """

    knots: Array
    changes: Array
    doubt: Array
    ends: float
    ends_doubt: float

    def cost(self, skip_connection: bool) -> float:
        """What beta multiplies, rounded up."""
        variation = upper_total(np.abs(self.changes) + self.doubt)
        if skip_connection:
            return variation
        return max(variation, up((variation + abs(self.ends) + self.ends_doubt) / 2))


@dataclass(frozen=True, eq=False)
class Fit:
    """A candidate on the merged points: it takes the values heights + offset there.

    heights, error : (m,) and bounds on their errors;  offset : exact
    cost : what beta multiplies, rounded up;  bends : of a spline, else None
    """

    heights: Array
    offset: float
    error: Array
    cost: float
    bends: Bends | None = None

    def missed(self, y: Array) -> tuple[Array, Array]:
        """y - f at the merged points, and bounds on the errors."""
        above, lost = difference(y, self.offset) if self.offset else (y, 0.0)
        missed = (above - self.heights) + lost
        return missed, self.error + 2 * UNIT * np.abs(missed)

    @property
    def values(self) -> Array:
        """The values, rounded, (m,)."""
        return self.heights + self.offset


def fit_of(f: LinearSpline, x: Array, skip_connection: bool = False) -> Fit:
    """What a spline makes of sorted distinct inputs x (m,)."""
    heights = f.above_offset(x)
    place = np.searchsorted(f.knots, x, side="right") - 1
    base = f.heights[np.maximum(place, 0)]
    moved = np.abs(heights - base)
    is_exact = (f.knots[place] == x) | (f.slopes[place + 1] == 0)  # nothing is computed there
    error = np.where(is_exact, 0.0, 12 * UNIT * (moved + np.abs(heights)) + TINY)
    bends = bends_of(f, x)
    return Fit(heights, f.offset, error, bends.cost(skip_connection), bends)


def bends_of(f: LinearSpline, x: Array) -> Bends:
    """The bends of a spline over the range of sorted inputs x (m,)."""
    if x.size == 1:
        return Bends(np.zeros(0), np.zeros(0), np.zeros(0), 0.0, 0.0)
    inside = f.restricted(float(x[0]), float(x[-1]))
    slopes = inside.slopes
    size = np.abs(slopes)
    changes = slopes[1:] - slopes[:-1]
    doubt = 4 * UNIT * (size[1:] + size[:-1])
    if changes.size == 1 and slopes[0] == slopes[1]:  # an anchor, not a bend
        doubt = np.zeros(1)
    ends_doubt = 8 * UNIT * float(size[0] + size[-1])
    return Bends(inside.knots, changes, doubt, float(slopes[0] + slopes[-1]), ends_doubt)


def penalty_gap(bends: Bends, point: DualPoint, beta: float, skip_connection: bool) -> float:
    """beta R(f) - sum_i lambda_i f(x_i), rounded up, for multipliers in the tube of `beta`."""
    size, c = np.abs(bends.changes), point.c
    wall = beta - abs(c) / 2
    doubt = 2 * point.error + 8 * UNIT * beta
    z = np.interp(bends.knots, point.x, point.z)
    toward = np.where(size > bends.doubt, -np.sign(bends.changes) * z, np.abs(z))  # of an unsure sign, the worse
    room = np.maximum(wall + toward, 0.0) + doubt
    at_knots = upper_total(size * room + bends.doubt * (room + doubt))
    if skip_connection:
        return up(at_knots)
    variation, ends = float(size.sum()), abs(bends.ends)
    unsure = float(bends.doubt.sum()) + SUM * variation + bends.ends_doubt
    excess = variation - ends
    width = abs(c) if excess >= 0 else max(beta - abs(c), 0.0)
    of_regime = (width + 2 * point.error) * (abs(excess) + unsure) / 2 + max(beta, abs(c)) * unsure * (1 if c else 0)
    if excess <= unsure and not c:  # the end slopes may decide after all
        of_regime += beta * unsure
    of_ends = 0.0 if c * bends.ends >= 0 else abs(c) * ends
    of_ends += point.error * (ends + bends.ends_doubt) + (abs(c) * bends.ends_doubt if c else 0.0)
    return up((at_knots + of_regime + of_ends) * (1 + 8 * UNIT))
