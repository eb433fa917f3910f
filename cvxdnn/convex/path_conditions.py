r"""When the optimum of a pattern is the optimum of the problem, and what to change where it ceases to be.

Along a line (`cvxdnn.convex.path_line`) all conditions of optimality have the form :math:`p + q\beta \ge 0`. With slope
changes :math:`D_j` of sign :math:`\sigma_j`, end slopes :math:`m_-, m_+`, and the tube's curve z and half width t:

* at every knot :math:`\sigma_j D_j \ge 0`; otherwise it ceases to be a knot;
* at every other point :math:`t - z_i \ge 0` and :math:`t + z_i \ge 0`; otherwise it becomes a knot;
* balanced: :math:`TV \mp (m_- + m_+) \ge 0`; end: :math:`s (m_- + m_+) - TV \ge 0`; tied: :math:`s\kappa \ge 0` and
  :math:`\beta - s\kappa \ge 0`; otherwise the regime changes.

*Repairing* a condition means this change of the pattern.
"""

from dataclasses import dataclass, replace

import numpy as np

from cvxdnn.convex.active_set import Regime
from cvxdnn.convex.hat_basis import slope_change_adjoint
from cvxdnn.convex.path_line import Line, at, tube_pair
from cvxdnn.convex.pattern import Pattern
from cvxdnn.core.spline import MergedPoints
from cvxdnn.core.types import Array, Indices, Mask

ROUND_OFF = 1e-13
"""Share of its natural size (half width of the tube, slopes of values of size 1) at which a condition is zero."""
NEAR = 1e-9
"""Share of beta by which the root of a condition that is known to be zero may differ from beta."""
SAME = 1e-12
"""Share of beta by which events may differ and still count as simultaneous."""
IDLE = 0.05
"""Share of what counts as zero, for a slope change that may be left out."""
ALWAYS = np.array([[1.0], [0.0]])
"""A pair that never becomes negative."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """All conditions of a line: m upper walls, m lower walls, k knots, two of the regime.

    pair : (2, 2m + k + 2)
    owner : (2m + k + 2,) the point each belongs to; m for the regime
    round_off : (2m + k + 2,) what counts as zero near the given beta;  at_zero : the same near beta = 0
    """

    pair: Array
    owner: Indices
    round_off: Array
    at_zero: Array

    def broken(self, beta: float, touched: Mask) -> Indices:
        """Conditions that fail at `beta`, or will as soon as it decreases.

        `touched` (m + 1,) marks the owners of conditions that were repaired at this beta. Their value is zero but for
        errors that may exceed round-off, so that only the direction counts.
        """
        value, fall, known = at(self.pair, beta), beta * self.pair[1], touched[self.owner]
        about_to = (value <= np.where(known, self._zero(beta), SAME * fall)) & (fall > self.round_off)
        return np.flatnonzero((value < -np.where(known, self._zero(beta), self.round_off)) | about_to)

    def hold(self, beta: float) -> bool:
        """Whether all hold at `beta`, if those that are zero nearby count as zero."""
        return bool(np.all(at(self.pair, beta) >= -self._zero(beta)))

    def _zero(self, beta: float) -> Array:
        """What counts as zero where that is known."""
        return np.asarray(np.maximum(self.round_off, NEAR * beta * np.abs(self.pair[1])))

    def next_root(self, beta: float) -> tuple[float, Indices]:
        """The largest weight decay below `beta` where a condition that holds ceases to, and which do; 0 for none."""
        p, q = self.pair
        falls = (q > 0) & (p < -self.at_zero) & (at(self.pair, beta) > SAME * beta * q)
        roots = np.divide(-p, q, out=np.zeros_like(p), where=falls)
        largest = float(roots.max())
        return largest, np.flatnonzero(falls & (roots == largest))

    def idle(self, beta: float) -> Indices:
        """Conditions of knots without a slope change, now and further down: z lies on the wall there, no more."""
        first = 2 * int(self.owner[-1])
        largest = np.maximum(np.abs(at(self.pair, beta)), beta * np.abs(self.pair[1]))
        return first + np.flatnonzero((largest <= IDLE * self.round_off)[first:-2])

    def least_index(self, among: Indices) -> Indices:
        """Of some conditions, the one that belongs to the leftmost point; the regime comes last."""
        return among[[self.owner[among].argmin()]]


def conditions(points: MergedPoints, line: Line, beta: float, skip_connection: bool) -> Conditions:
    """The conditions of a line, to be judged at weight decays near `beta`."""
    m, support, signs = points.x.size, line.pattern.support, line.pattern.signs
    gaps = np.diff(line.x)
    z, half_width = tube_pair(points, line), line.half_width[:, None]
    walls = np.stack([half_width - z, half_width + z], axis=1)
    walls[:, :, support] = ALWAYS[:, :, None]
    changes = signs * np.diff(line.slopes, axis=1)
    regime, regime_at_zero = _regime_conditions(line, changes)
    if skip_connection:
        regime = ALWAYS.repeat(2, axis=1)
    pair = np.concatenate([walls.reshape(2, 2 * m), changes, regime], axis=1)
    owner = np.concatenate([np.arange(m), np.arange(m), line.pattern.knots, [m, m]])
    walls_at_zero = np.tile(_rounding_of_z(points, line), 2)
    knots_at_zero = ROUND_OFF * (1 / gaps[:-1] + 1 / gaps[1:])
    at_zero = np.concatenate([walls_at_zero, knots_at_zero, np.full(2, regime_at_zero)])
    round_off = at_zero.copy()
    round_off[: 2 * m] = np.maximum(round_off[: 2 * m], ROUND_OFF * beta)
    round_off[-2:] = np.maximum(round_off[-2:], ROUND_OFF * beta if line.pattern.regime is Regime.TIED else 0.0)
    return Conditions(pair, owner, round_off, at_zero)


def _rounding_of_z(points: MergedPoints, line: Line) -> Array:
    """What the rounding of residuals between two support points can do to z there, (m,)."""
    start, count = line.pattern.support[:-1], np.diff(line.pattern.support)
    weight = np.sqrt(np.add.reduceat(points.weight[:-1], start))  # the roundings of many residuals hardly add up
    size = 0.5 * np.finfo(np.float64).eps * float(np.abs(points.y).max())
    return np.append(np.repeat(size * weight * np.diff(line.x), count), 0.0)


def _regime_conditions(line: Line, changes: Array) -> tuple[Array, float]:
    """The two conditions of the regime, a pair (2, 2), and what counts as zero if that does not shrink with beta."""
    regime, sign, gaps = line.pattern.regime, line.pattern.end_sign, np.diff(line.x)
    if regime is Regime.TIED:
        return np.stack([sign * line.kappa, np.array([0.0, 1.0]) - sign * line.kappa], axis=1), 0.0
    variation, ends = changes.sum(axis=1), line.slopes[:, 0] + line.slopes[:, -1]
    steepness = np.abs(slope_change_adjoint(line.pattern.signs, gaps)).sum() + 2 / gaps[0] + 2 / gaps[-1]
    if regime is Regime.BALANCED:
        both = np.stack([variation - ends, variation + ends], axis=1)
    else:
        both = np.stack([sign * ends - variation, ALWAYS[:, 0]], axis=1)
    return both, ROUND_OFF * float(steepness)


def repaired(points: MergedPoints, pattern: Pattern, which: Indices) -> Pattern:
    """The pattern that gives up the conditions number `which` for those they exclude."""
    m, k = points.x.size, pattern.signs.size
    born, died = which[which < 2 * m], which[(2 * m <= which) & (which < 2 * m + k)] - 2 * m
    # Far from the optimum the half width may be negative; then one point offends against both walls.
    born = born[np.unique(born % m, return_index=True)[1]]
    for first in which[which >= 2 * m + k] == 2 * m + k:
        regime, end_sign = _next_regime(pattern, bool(first))
        pattern = replace(pattern, regime=regime, end_sign=end_sign)
    return pattern.exchanged(points, born % m, np.where(born < m, 1.0, -1.0), died)


def _next_regime(pattern: Pattern, first: bool) -> tuple[Regime, float]:
    """Regime and sign of the ends after the first (or else the second) condition of the regime is given up."""
    if pattern.regime is Regime.BALANCED:
        return Regime.TIED, 1.0 if first else -1.0
    if pattern.regime is Regime.TIED:
        return (Regime.BALANCED if first else Regime.END), pattern.end_sign
    return Regime.TIED, pattern.end_sign
