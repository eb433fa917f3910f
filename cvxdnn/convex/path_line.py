r"""The optimum of one pattern for all weight decays at once, and the conditions under which it is the optimum.

While the pattern of the optimum stays the same (its knots, the signs :math:`\sigma_j` of their slope changes
:math:`D_j`, its regime, see `cvxdnn.convex.active_set`) stationarity is linear in :math:`\beta`. So the values at
the support, the multiplier :math:`\kappa` of the end slopes :math:`m_-, m_+`, the half width
:math:`t = \beta - |\kappa|/2` of the tube, and the curve z in it all have the form :math:`p + q\beta`, and so have the
conditions of optimality:

* at every knot :math:`\sigma_j D_j \ge 0`;
* at every other point :math:`t - z_i \ge 0` and :math:`t + z_i \ge 0`;
* balanced: :math:`TV \mp (m_- + m_+) \ge 0`; end: :math:`s (m_- + m_+) - TV \ge 0`; tied: :math:`s\kappa \ge 0` and
  :math:`\beta - s\kappa \ge 0`, with s the sign of :math:`m_- + m_+`.

Below, a *pair* is an array whose first axis holds p and q.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from cvxdnn.convex.active_set import Regime, tube_curve
from cvxdnn.convex.hat_basis import slope_change_adjoint
from cvxdnn.convex.pattern import Pattern
from cvxdnn.spline import MergedPoints

Vector = NDArray[np.float64]
Indices = NDArray[np.intp]

ROUND_OFF = 1e-13
"""Share of its natural size (half width of the tube, slopes of values of size 1) at which a condition is zero."""

NEAR = 1e-9
"""Share of beta by which the root of a condition that is known to be zero may differ from beta."""
SAME = 1e-12
"""Share of beta by which events may differ and still count as simultaneous."""
ALWAYS = np.array([[1.0], [0.0]])
"""A pair that never becomes negative."""


@dataclass(frozen=True, eq=False)
class Line:
    """The optimum of one pattern as a function of beta.

    x : (k + 2,) support;  values : (2, k + 2) pair there;  kappa : (2,) pair
    residual : (2, m) pair of weight times (y - f) at every point
    """

    pattern: Pattern
    x: Vector
    values: Vector
    kappa: Vector
    residual: Vector

    @property
    def slopes(self) -> Vector:
        """Pair of the slopes between support points, (2, k + 1)."""
        return np.diff(self.values, axis=1) / np.diff(self.x)

    @property
    def half_width(self) -> Vector:
        """Pair of the tube's half width, (2,)."""
        return _half_width(self.pattern, self.kappa)


def at(pair: Vector, beta: float) -> Vector:
    """p + q beta."""
    return np.asarray(pair[0] + beta * pair[1])


def solve_line(points: MergedPoints, pattern: Pattern) -> Line:
    """The stationary point of a pattern: G values = moment - (second difference of z at the support)."""
    x, sums = points.x[pattern.support], pattern.sums
    moment, diagonal = np.zeros((2, x.size)), np.zeros(x.size)
    moment[0, :-1], diagonal[:-1] = sums[:, 3], sums[:, 0]
    moment[0, 1:] += sums[:, 4]
    diagonal[1:] += sums[:, 2]
    # Every support point is a data point, so G exceeds the diagonal of their weights: never singular.
    *factors, _ = lapack.dpttrf(diagonal, sums[:, 1])
    kappa = np.array([0.0, pattern.end_sign if pattern.regime is Regime.END else 0.0])
    values = _solve(factors, moment - second_difference(x, _pinned(pattern, kappa)))
    if pattern.regime is Regime.TIED:
        turn = np.diff([_pinned(pattern, np.full(2, k))[0] for k in (0.0, 1.0)], axis=0)[0]  # of z when kappa grows
        give, tie = _solve(factors, second_difference(x, turn[None]))[0], -np.diff(turn)
        stiffness = tie @ (np.diff(give) / np.diff(x))
        # Beside a short gap two huge forces cancel; the second round repairs what rounding left of them.
        for _ in range(2):
            force = moment - second_difference(x, _pinned(pattern, kappa)) - _times(diagonal, sums[:, 1], values)
            values = values + _solve(factors, force)
            step = (np.diff(values, axis=1) / np.diff(x)) @ tie / stiffness
            kappa, values = kappa + step, values - np.outer(step, give)
    fitted = np.stack([np.interp(points.x, x, of_beta) for of_beta in values])
    residual = points.weight * np.stack([points.y - fitted[0], -fitted[1]])
    return Line(pattern, x, values, kappa, residual)


def second_difference(x: Vector, z: Vector) -> Vector:
    """The multipliers whose (symmetric) double integral is z, (2, k) for rows of z (2, k)."""
    slopes = np.diff(z, axis=1) / np.diff(x)
    return np.concatenate([slopes[:, :1], np.diff(slopes, axis=1), -slopes[:, -1:]], axis=1)


def _half_width(pattern: Pattern, kappa: Vector) -> Vector:
    return np.array([0.0, 1.0]) - pattern.end_sign * kappa / 2


def _pinned(pattern: Pattern, kappa: Vector) -> Vector:
    """Pair of z at the support: on the wall at the knots."""
    z = np.empty((2, pattern.support.size))
    z[:, 0], z[:, 1:-1], z[:, -1] = kappa / 2, np.outer(_half_width(pattern, kappa), pattern.signs), -kappa / 2
    return z


def _solve(factors: list[Vector], rows: Vector) -> Vector:
    solved, _ = lapack.dpttrs(*factors, rows.T)
    return np.asarray(solved.T)


def _times(diagonal: Vector, off_diagonal: Vector, rows: Vector) -> Vector:
    product = diagonal * rows
    product[:, :-1] += off_diagonal * rows[:, 1:]
    product[:, 1:] += off_diagonal * rows[:, :-1]
    return product


def tube_pair(points: MergedPoints, line: Line) -> Vector:
    """Pair of the curve z at every point, (2, m)."""
    at_support, support = _pinned(line.pattern, line.kappa), line.pattern.support
    return np.stack([tube_curve(points.x, line.residual[k], support, at_support[k]) for k in (0, 1)])


@dataclass(frozen=True, eq=False)
class Conditions:
    """All conditions of a pattern: m upper walls, m lower walls, k knots, two of the regime.

    pair : (2, 2m + k + 2)
    owner : (2m + k + 2,) the point each belongs to; m for the regime
    round_off : (2m + k + 2,) what counts as zero near the given beta;  at_zero : the same near beta = 0
    """

    pair: Vector
    owner: Indices
    round_off: Vector
    at_zero: Vector

    def broken(self, beta: float, repaired: NDArray[np.bool_]) -> Indices:
        """Conditions that fail at `beta`, or will as soon as it decreases.

        `repaired` (m + 1,) marks the owners of conditions that were repaired at this beta. Their value is zero but for
        errors that may exceed round-off, so that only the direction counts.
        """
        value, fall, known = at(self.pair, beta), beta * self.pair[1], repaired[self.owner]
        about_to = (value <= np.where(known, self._zero(beta), SAME * fall)) & (fall > self.round_off)
        return np.flatnonzero((value < -np.where(known, self._zero(beta), self.round_off)) | about_to)

    def hold(self, beta: float) -> bool:
        """Whether all hold at `beta`, if those that are zero nearby count as zero."""
        return bool(np.all(at(self.pair, beta) >= -self._zero(beta)))

    def _zero(self, beta: float) -> Vector:
        """What counts as zero where that is known."""
        return np.asarray(np.maximum(self.round_off, NEAR * beta * np.abs(self.pair[1])))

    def next_root(self, beta: float) -> tuple[float, Indices]:
        """The largest weight decay below `beta` where a condition that holds ceases to, and which do; 0 for none."""
        p, q = self.pair
        falls = (q > 0) & (p < -self.at_zero) & (at(self.pair, beta) > SAME * beta * q)
        roots = np.divide(-p, q, out=np.zeros_like(p), where=falls)
        largest = float(roots.max())
        return largest, np.flatnonzero(falls & (roots == largest))

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
    regime, regime_round_off = _regime_conditions(line, changes)
    pair = np.concatenate(
        [walls.reshape(2, 2 * m), changes, ALWAYS.repeat(2, 1) if skip_connection else regime], axis=1
    )
    owner = np.concatenate([np.arange(m), np.arange(m), line.pattern.knots, [m, m]])
    at_zero = np.zeros(pair.shape[1])
    at_zero[2 * m : -2] = ROUND_OFF * (1 / gaps[:-1] + 1 / gaps[1:])
    at_zero[-2:] = regime_round_off
    return Conditions(pair, owner, np.where(at_zero > 0, at_zero, ROUND_OFF * beta), at_zero)


def _regime_conditions(line: Line, changes: Vector) -> tuple[Vector, float]:
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
