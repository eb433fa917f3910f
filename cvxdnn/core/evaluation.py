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

from cvxdnn.core.rounding import TINY, UNIT, difference, down, total, up, upper_total
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.tube import DualPoint
from cvxdnn.core.types import Array

__all__ = ["Bends", "Fit", "bends_of", "fit_of", "penalty_gap"]

LAST_DIGIT = UNIT * (1 + 8 * UNIT)
"""What `Fit.roundings` are multiplied by."""


@dataclass(frozen=True, eq=False)
class Bends:
    """A spline over the range of the data.

    knots, changes, sizes, doubt : (k,) inner knots, slope changes, their absolute values, bounds on their errors
    ends, ends_doubt : the sum of the two end slopes, and a bound on its error
    variation, unsure : the sum of the absolute slope changes, and a bound on its error
    """

    knots: Array
    changes: Array
    sizes: Array
    doubt: Array
    ends: float
    ends_doubt: float
    variation: float
    unsure: float

    def cost(self, skip_connection: bool) -> float:
        """What beta multiplies, rounded up."""
        variation = up(self.variation + self.unsure)
        if skip_connection:
            return variation
        return max(variation, up((variation + abs(self.ends) + self.ends_doubt) * (1 + 4 * UNIT) / 2))

    def least_cost(self, skip_connection: bool) -> float:
        """The same, rounded down."""
        variation = max(down(self.variation - self.unsure), 0.0)
        if skip_connection:
            return variation
        return max(variation, down((variation + abs(self.ends) - self.ends_doubt) * (1 - 4 * UNIT) / 2))


@dataclass(frozen=True, eq=False)
class Fit:
    """A candidate on the merged points: it takes the values heights + offset there.

    heights, roundings : (m,) and bounds on their errors in multiples of `LAST_DIGIT`;  offset : exact
    cost, least_cost : what beta multiplies, rounded up and down;  bends : of a spline, else None
    """

    heights: Array
    offset: float
    roundings: Array
    cost: float
    least_cost: float = 0.0
    bends: Bends | None = None

    @property
    def error(self) -> Array:
        """Bounds on the errors of the heights, (m,)."""
        return np.where(self.roundings > 0, LAST_DIGIT * self.roundings + TINY, 0.0)

    def missed(self, y: Array) -> Array:
        """y - f at the merged points, wrong by the error of the heights and a share 2 `UNIT` of the result."""
        if not self.offset:
            return y - self.heights
        missed, lost = difference(y, self.offset)
        missed -= self.heights
        missed += lost
        return missed

    @property
    def values(self) -> Array:
        """The values, rounded, (m,)."""
        return self.heights + self.offset


def fit_of(f: LinearSpline, x: Array, skip_connection: bool = False) -> Fit:
    """What a spline makes of sorted distinct inputs x (m,)."""
    # Each piece is seen from the knot at its left end, the first one from that at its right end.
    anchors = np.arange(-1, f.knots.size)
    anchors[0] = 0
    counts = np.zeros(anchors.size, dtype=np.intp)
    counts[:-1] = x.searchsorted(f.knots)
    counts[-1] = x.size
    counts[1:] -= counts[:-1].copy()
    heights = x - f.knots[anchors].repeat(counts)
    is_exact = heights == 0  # nothing is computed at a knot, nor on a level piece
    slopes = f.slopes.repeat(counts)
    is_exact |= slopes == 0
    heights *= slopes
    roundings = np.abs(heights)  # six: three of the slope, the distance, the product, and one to spare
    roundings *= 6
    heights += f.heights[anchors].repeat(counts)
    roundings += np.abs(heights)
    roundings[is_exact] = 0.0
    bends = bends_of(f, x)
    return Fit(heights, f.offset, roundings, bends.cost(skip_connection), bends.least_cost(skip_connection), bends)


def bends_of(f: LinearSpline, x: Array) -> Bends:
    """The bends of a spline over the range of sorted inputs x (m,)."""
    if x.size == 1:
        nothing = np.zeros(0)
        return Bends(nothing, nothing, nothing, nothing, 0.0, 0.0, 0.0, 0.0)
    inside = f.restricted(float(x[0]), float(x[-1]))
    slopes = inside.slopes
    steep = np.abs(slopes)
    changes = slopes[1:] - slopes[:-1]
    doubt = 4 * LAST_DIGIT * (steep[1:] + steep[:-1])
    is_anchor = f.knots.size == 1 or inside.knots[0] <= x[0]  # then no slope was computed, or one, and taken twice
    if is_anchor and slopes[0] == slopes[1]:
        doubt = np.zeros(1)
    ends_doubt = 8 * UNIT * float(steep[0] + steep[-1])
    sizes = np.abs(changes)
    ends, (variation, rounding) = float(slopes[0] + slopes[-1]), total(sizes)
    return Bends(inside.knots, changes, sizes, doubt, ends, ends_doubt, variation, rounding + upper_total(doubt))


def penalty_gap(bends: Bends, point: DualPoint, beta: float, skip_connection: bool) -> float:
    """beta R(f) - sum_i lambda_i f(x_i), rounded up, for multipliers in the tube of `beta`."""
    c, error = point.c, point.error
    wall = beta - abs(c) / 2
    doubt = error + 24 * UNIT * beta
    z = point.z_at(bends.knots)
    toward = np.where(bends.sizes > bends.doubt, -np.sign(bends.changes) * z, np.abs(z))  # of an unsure sign, the worse
    room = np.maximum(wall + toward, 0.0) + doubt
    at_knots = upper_total((bends.sizes + bends.doubt) * room) + doubt * bends.unsure
    if skip_connection:
        return up(at_knots * (1 + 8 * UNIT))
    ends, unsure = abs(bends.ends), bends.unsure + bends.ends_doubt
    excess = bends.variation - ends
    width = abs(c) if excess >= 0 else max(beta - abs(c), 0.0)
    of_regime = (width + error) * (abs(excess) + unsure) / 2 + max(beta, abs(c)) * unsure * (1 if c else 0)
    if excess <= unsure and not c:  # the end slopes may decide after all
        of_regime += beta * unsure
    of_ends = 0.0 if c * bends.ends >= 0 else abs(c) * ends
    of_ends += error * (ends + bends.ends_doubt) + (abs(c) * bends.ends_doubt if c else 0.0)
    return up((at_knots + of_regime + of_ends) * (1 + 8 * UNIT))
