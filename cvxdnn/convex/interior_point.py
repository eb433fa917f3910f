r"""Primal-dual interior point method on the banded optimality conditions.

For a quadratic :math:`\tfrac12 c^T G c - g^T c` in the values c at K support points (G tridiagonal), slope changes
:math:`D c` at the K - 2 inner ones and mean end slope :math:`e^T c = \tfrac12 (m_- + m_+)`, the problem and the
symmetric dual of `cvxdnn.core.objective` meet in the saddle point

.. math::  \min_c \max_{z, \kappa, t}\ \tfrac12 c^T G c - g^T c + z^T D c + \kappa\, e^T c
           \quad\text{s.t.}\quad |z_j| \le t,\ \ t \le \beta - |\kappa|/2,\ \ |\kappa| \le 2 t .

Multipliers p, q of :math:`t \mp z \ge 0` are the positive and negative parts of the slope changes; four more
belong to the constraints on :math:`\theta = (t, \kappa)`, written :math:`o + C \theta \ge 0`. With
:math:`u = (c, z)`, stationarity reads

.. math::  A u + \kappa\, (e, 0) = (g, p - q), \qquad A = \begin{pmatrix} G & D^T \\ D & 0 \end{pmatrix} .

Mehrotra's predictor-corrector steps need, per iteration, one factorisation of A with -W in the corner,
:math:`W = p/(t - z) + q/(t + z)`, which is banded (`cvxdnn.convex.saddle_matrix`), and a 2 x 2 system for theta. With a
skip connection theta is fixed at :math:`(\beta, 0)`.

Source: Mehrotra (1992), SIAM J. Optim. 2, 575-601, for the step rules.
"""

from dataclasses import dataclass

import numpy as np

from cvxdnn.convex.hat_basis import Quadratic, end_slope_gradient
from cvxdnn.convex.saddle_matrix import INNER, VALUES, Factors, SaddleMatrix
from cvxdnn.core.types import Array

# theta = (t, kappa): beta - t - kappa/2, beta - t + kappa/2, t - kappa/2 and t + kappa/2 must be positive.
_C = np.array([[-1.0, -0.5], [-1.0, 0.5], [1.0, -0.5], [1.0, 0.5]])
_TO_BOUNDARY = 0.995


@dataclass(frozen=True, eq=False)
class InteriorPoint:
    """An approximate saddle point.

    values : (K,) c;  z : (K - 2,) multipliers of the slope changes;  kappa, half_width : kappa and t
    rising, falling : (K - 2,) p and q, positive and negative parts of the slope changes
    """

    values: Array
    z: Array
    kappa: float
    half_width: float
    rising: Array
    falling: Array


def interior_point(
    quadratic: Quadratic,
    beta: float,
    *,
    skip_connection: bool,
    tolerance: float,
    max_iterations: int = 80,
) -> InteriorPoint:
    """Solve the saddle point problem for K >= 3 support points and beta > 0, as well as round-off allows."""
    system = _System(quadratic, beta, skip_connection)
    point = system.start()
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # a step that is not a number is not taken
        for iteration in range(max_iterations):
            product, slack = system.matrix.times(point.unknowns), system.slack(point)
            gap = float(point.multipliers @ slack)
            if gap <= tolerance * system.primal(point, product) and iteration > 0:
                break
            following = system.step(point, product, slack, gap)
            if following is None:
                break
            point = following
    return system.answer(point)


@dataclass(frozen=True, eq=False)
class _Point:
    """An iterate, or a direction: u (see `SaddleMatrix`), theta, and all multipliers: p, q, then those of theta."""

    unknowns: Array
    theta: Array
    multipliers: Array

    def plus(self, length: float, step: "_Point") -> "_Point":
        return _Point(
            self.unknowns + length * step.unknowns,
            self.theta + length * step.theta,
            self.multipliers + length * step.multipliers,
        )


class _System:
    """The optimality conditions of one problem."""

    def __init__(self, quadratic: Quadratic, beta: float, skip_connection: bool) -> None:
        self.quadratic = quadratic
        self.beta = beta
        self.is_fixed = skip_connection
        self.inner = quadratic.x.size - 2
        self.matrix = SaddleMatrix(quadratic)
        self.moment, self.ends = np.zeros((2, 2 * quadratic.x.size))
        self.moment[VALUES], self.ends[VALUES] = quadratic.moment, end_slope_gradient(np.diff(quadratic.x))

    def start(self) -> _Point:
        """The least squares line, and multipliers of the size that the loss lets one expect."""
        line = _least_squares_line(self.quadratic)
        unknowns = np.zeros_like(self.moment)
        unknowns[VALUES] = line
        size = max(self.quadratic.value(line) / (self.beta * self.inner), 1e-12)
        multipliers = np.full(2 * self.inner + (0 if self.is_fixed else 4), size)
        multipliers[2 * self.inner :] *= self.inner
        return _Point(unknowns, np.array([self.beta if self.is_fixed else self.beta / 2, 0.0]), multipliers)

    def slack(self, point: _Point) -> Array:
        """The left sides of all constraints, in the order of the multipliers."""
        slack = self.slack_change(point.unknowns, point.theta)
        slack[2 * self.inner : 2 * self.inner + 2] += self.beta
        return slack

    def slack_change(self, unknowns: Array, theta: Array) -> Array:
        """The linear part of `slack`."""
        z = self.matrix.scale * unknowns[INNER]
        parts = [theta[0] - z, theta[0] + z]
        return np.concatenate(parts if self.is_fixed else [*parts, _C @ theta])

    def on_inner(self, multipliers: Array) -> Array:
        """What multipliers contribute to the rows of D: the differences of those of t - z and t + z."""
        return np.asarray(self.matrix.scale * (multipliers[: self.inner] - multipliers[self.inner : 2 * self.inner]))

    def on_theta(self, multipliers: Array) -> Array:
        """What multipliers contribute to the equations of theta: the transpose of `slack_change`."""
        total = multipliers[2 * self.inner :] @ _C
        total[0] += multipliers[: 2 * self.inner].sum()
        return np.asarray(total)

    def primal(self, point: _Point, product: Array) -> float:
        """Loss plus penalty, as the multipliers see it; `product` is A u."""
        u = point.unknowns
        curvature = float(u @ product) - 2 * float(u[INNER] @ product[INNER])
        loss = 0.5 * curvature - float(self.moment @ u) + self.quadratic.constant
        of_beta = point.multipliers[2 * self.inner : 2 * self.inner + 2] if not self.is_fixed else point.multipliers
        return abs(loss) + self.beta * float(of_beta.sum())

    def step(self, point: _Point, product: Array, slack: Array, gap: float) -> _Point | None:
        """One predictor-corrector step; None when no further progress is possible."""
        newton = _Newton.prepare(self, point, product, slack)
        if newton is None:
            return None
        complementarity = point.multipliers * slack
        predictor, change = newton.direction(-complementarity)
        reach = 1 / np.maximum(_fall(point.multipliers, predictor.multipliers, slack, change), 1.0)
        predicted = float((point.multipliers + reach * predictor.multipliers) @ (slack + reach * change))
        target = (max(predicted, 0.0) / gap) ** 3 * gap / slack.size
        corrector, change = newton.direction(target - complementarity - predictor.multipliers * change)
        length = 1 / np.maximum(_fall(point.multipliers, corrector.multipliers, slack, change) / _TO_BOUNDARY, 1.0)
        if not length >= 1e-10:  # also when it is not a number
            return None
        return point.plus(length, corrector)

    def answer(self, point: _Point) -> InteriorPoint:
        values, z = point.unknowns[VALUES].copy(), self.matrix.scale * point.unknowns[INNER]
        rising, falling = point.multipliers[: self.inner], point.multipliers[self.inner : 2 * self.inner]
        half_width, kappa = point.theta.tolist()
        return InteriorPoint(values, z, kappa, half_width, rising, falling)


class _Newton:
    """The Newton equations at one iterate, factorised once and solved for two right sides."""

    def __init__(self, system: _System, point: _Point, product: Array, slack: Array, factors: Factors) -> None:
        self.system, self.slack, self.ratio, self.factors = system, slack, point.multipliers / slack, factors
        self.residual = system.moment - product - point.theta[1] * system.ends
        self.residual[INNER] += system.on_inner(point.multipliers)
        if not system.is_fixed:
            self.in_theta = -system.on_theta(point.multipliers)
            self.in_theta[1] -= system.ends @ point.unknowns
            self._border()

    @classmethod
    def prepare(cls, system: _System, point: _Point, product: Array, slack: Array) -> "_Newton | None":
        ratio = point.multipliers / slack
        factors = system.matrix.factorised(ratio[: system.inner] + ratio[system.inner : 2 * system.inner])
        return None if factors is None else cls(system, point, product, slack, factors)

    def _border(self) -> None:
        """Eliminate theta: the two columns it contributes, and the inverse of its 2 x 2 Schur complement."""
        system, of_theta = self.system, self.ratio[2 * self.system.inner :]
        self.columns = np.zeros((system.ends.size, 2), order="F")
        self.columns[INNER, 0], self.columns[:, 1] = system.on_inner(self.ratio), system.ends
        self.solved_columns = self.factors.solve(self.columns)
        schur = -(_C.T * of_theta) @ _C - self.columns.T @ self.solved_columns
        schur[0, 0] -= self.ratio[: 2 * system.inner].sum()
        self.inverse = np.array([[schur[1, 1], -schur[0, 1]], [-schur[1, 0], schur[0, 0]]])
        self.inverse /= schur[0, 0] * schur[1, 1] - schur[0, 1] * schur[1, 0]

    def direction(self, target: Array) -> tuple[_Point, Array]:
        """The step that changes every multiplier times slack by `target`, to first order; and how it changes slacks."""
        system, by = self.system, target / self.slack
        right = self.residual.copy()
        right[INNER] += system.on_inner(by)
        unknowns, theta = self.factors.solve(right), np.zeros(2)
        if not system.is_fixed:
            theta = self.inverse @ (self.in_theta - system.on_theta(by) - unknowns @ self.columns)
            unknowns = unknowns - self.solved_columns @ theta
        change = system.slack_change(unknowns, theta)
        return _Point(unknowns, theta, by - self.ratio * change), change


def _least_squares_line(quadratic: Quadratic) -> Array:
    """The line with the smallest loss, as values at the support."""
    mass = quadratic.times(np.ones_like(quadratic.x))
    total = mass.sum()
    centred = quadratic.x - mass @ quadratic.x / total
    slope = quadratic.moment @ centred / (centred @ quadratic.times(centred))
    return np.asarray(quadratic.moment.sum() / total + slope * centred)


def _fall(multipliers: Array, their_change: Array, slack: Array, its_change: Array) -> float:
    """The share of itself that a multiplier or a slack loses at most in a full step; more than 1 is too long."""
    return float(-np.minimum((their_change / multipliers).min(), (its_change / slack).min()))
