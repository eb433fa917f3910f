r"""The optimum of one pattern, for all weight decays at once.

While the pattern of the optimum stays the same (its knots, the signs :math:`\sigma_j` of their slope changes, its
regime, see `cvxdnn.convex.active_set`) stationarity is linear in :math:`\beta`. So the values c at the support, the
multiplier :math:`\kappa` of the end slopes, the half width :math:`t = \beta - |\kappa|/2` of the tube and the curve z
in it all have the form :math:`p + q\beta`. With s the sign of :math:`\kappa`,

.. math::  G c + \Delta^2 z = g, \qquad z = (\kappa/2,\ \sigma_1 t, \dots, \sigma_k t,\ -\kappa/2)
           \quad\text{at the support,}

where G is the tridiagonal matrix and g the moment of the loss in hat functions, and :math:`\Delta^2` the second
difference. Balanced: :math:`\kappa = 0`; end: :math:`\kappa = s\beta`; tied: :math:`\kappa` is such that the sum of the
end slopes is s times the total variation.

Here and in the modules beside it a *pair* is an array whose first axis holds p and q.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from cvxdnn.convex.active_set import Regime, pinned, tube_curve
from cvxdnn.convex.pattern import Pattern
from cvxdnn.core.spline import MergedPoints
from cvxdnn.core.types import Array


@dataclass(frozen=True, eq=False)
class Line:
    """The optimum of one pattern as a function of beta.

    x : (k + 2,) support;  values : (2, k + 2) pair there;  kappa : (2,) pair
    residual : (2, m) pair of weight times (y - f) at every point
    """

    pattern: Pattern
    x: Array
    values: Array
    kappa: Array
    residual: Array

    @property
    def slopes(self) -> Array:
        """Pair of the slopes between support points, (2, k + 1)."""
        return _slopes(self.x, self.values)

    @property
    def half_width(self) -> Array:
        """Pair of the tube's half width, (2,)."""
        return _half_width(self.pattern, self.kappa)


def at(pair: Array, beta: float) -> Array:
    """p + q beta."""
    return np.asarray(pair[0] + beta * pair[1])


def solve_line(points: MergedPoints, pattern: Pattern) -> Line:
    """The stationary point of a pattern."""
    x, system = points.x[pattern.support], _system(points, pattern)
    kappa = np.array([0.0, pattern.end_sign if pattern.regime is Regime.END else 0.0])
    values = system.solve(system.moment - second_difference(x, _at_support(pattern, kappa)))
    if pattern.regime is Regime.TIED:
        values, kappa = _tied(system, pattern, values, kappa)
    fitted = np.stack([np.interp(points.x, x, of_beta) for of_beta in values])
    residual = points.weight * np.stack([points.y - fitted[0], -fitted[1]])
    return Line(pattern, x, values, kappa, residual)


def tube_pair(points: MergedPoints, line: Line) -> Array:
    """Pair of the curve z at every point, (2, m)."""
    at_support, support = _at_support(line.pattern, line.kappa), line.pattern.support
    return np.stack([tube_curve(points.x, line.residual[k], support, at_support[k]) for k in (0, 1)])


def sums_at(points: MergedPoints, line: Line, beta: float) -> Array:
    """Cumulative sums (m - 1,) of the multipliers at one weight decay."""
    at_support = at(_at_support(line.pattern, line.kappa), beta)
    return pinned(points.x, at(line.residual, beta), line.pattern.support, at_support)[1]


def second_difference(x: Array, z: Array) -> Array:
    """The multipliers of which z (2, k) is the symmetric double integral, (2, k)."""
    slopes = _slopes(x, z)
    return np.concatenate([slopes[:, :1], np.diff(slopes, axis=1), -slopes[:, -1:]], axis=1)


@dataclass(frozen=True, eq=False)
class _System:
    """The tridiagonal G and its factors, and the pair of moments g."""

    x: Array
    diagonal: Array
    off_diagonal: Array
    factors: tuple[Array, Array]
    moment: Array

    def solve(self, forces: Array) -> Array:
        """G^-1 times each row."""
        solved, _ = lapack.dpttrs(*self.factors, forces.T)
        return np.asarray(solved.T)

    def times(self, values: Array) -> Array:
        """G times each row."""
        product = self.diagonal * values
        product[:, :-1] += self.off_diagonal * values[:, 1:]
        product[:, 1:] += self.off_diagonal * values[:, :-1]
        return product


def _system(points: MergedPoints, pattern: Pattern) -> _System:
    x, sums = points.x[pattern.support], pattern.sums
    diagonal, moment = np.zeros(x.size), np.zeros((2, x.size))
    diagonal[:-1], moment[0, :-1] = sums[:, 0], sums[:, 3]
    diagonal[1:] += sums[:, 2]
    moment[0, 1:] += sums[:, 4]
    # Every support point is a data point, so G exceeds the diagonal of their weights: never singular.
    *factors, _ = lapack.dpttrf(diagonal, sums[:, 1])
    return _System(x, diagonal, sums[:, 1], (factors[0], factors[1]), moment)


def _tied(system: _System, pattern: Pattern, values: Array, kappa: Array) -> tuple[Array, Array]:
    """The values and kappa that tie the end slopes, from a solution for another kappa."""
    turn = _at_support(pattern, np.ones(2))[0] - _at_support(pattern, np.zeros(2))[0]  # of z as kappa grows by 1
    give, tie = system.solve(second_difference(system.x, turn[None]))[0], -np.diff(turn)
    stiffness = tie @ _slopes(system.x, give[None])[0]
    # Beside a short gap huge forces cancel: the second round removes what rounding left of them.
    for _ in range(2):
        force = system.moment - second_difference(system.x, _at_support(pattern, kappa)) - system.times(values)
        values = values + system.solve(force)
        step = _slopes(system.x, values) @ tie / stiffness
        kappa, values = kappa + step, values - np.outer(step, give)
    return values, kappa


def _at_support(pattern: Pattern, kappa: Array) -> Array:
    """Pair of z at the support: on the wall at the knots."""
    z = np.empty((2, pattern.support.size))
    z[:, 0], z[:, 1:-1], z[:, -1] = kappa / 2, np.outer(_half_width(pattern, kappa), pattern.signs), -kappa / 2
    return z


def _half_width(pattern: Pattern, kappa: Array) -> Array:
    return np.array([0.0, 1.0]) - pattern.end_sign * kappa / 2


def _slopes(x: Array, values: Array) -> Array:
    return np.diff(values, axis=1) / np.diff(x)
