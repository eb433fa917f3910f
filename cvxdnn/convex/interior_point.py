r"""Primal-dual interior point method on the banded optimality conditions.

For a quadratic :math:`\tfrac12 c^T G c - g^T c` in the values c at K support points (G tridiagonal), slope changes
:math:`D c` at the K - 2 inner ones and mean end slope :math:`e^T c = \tfrac12 (m_- + m_+)`, the problem and the
symmetric dual of `cvxdnn.objective` meet in the saddle point

.. math::  \min_c \max_{z, \kappa, t}\ \tfrac12 c^T G c - g^T c + z^T D c + \kappa\, e^T c
           \quad\text{s.t.}\quad |z_j| \le t,\ \ t \le \beta - |\kappa|/2,\ \ |\kappa| \le 2 t .

Multipliers p, q of :math:`t \mp z \ge 0` are the positive and negative parts of the slope changes; four more
belong to the constraints on :math:`\theta = (t, \kappa)`, written :math:`o + C \theta \ge 0`. Mehrotra's
predictor-corrector steps need, per iteration, one factorisation of

.. math::  \begin{pmatrix} G & D^T \\ D & -W \end{pmatrix}, \qquad W = p/(t - z) + q/(t + z),

which is banded with three diagonals on either side when c and z are interleaved, and a 2 x 2 system for theta.
Never form :math:`D D^T`: on uneven grids it is singular in floating point. With a skip connection theta is
fixed at :math:`(\beta, 0)`.

Source: Mehrotra (1992), SIAM J. Optim. 2, 575-601, for the step rules.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from cvxdnn.convex.hat_basis import Quadratic, end_slope_gradient, slope_change_adjoint

Vector = NDArray[np.float64]

# theta = (t, kappa): beta - t - kappa/2, beta - t + kappa/2, t - kappa/2 and t + kappa/2 must be positive.
_C = np.array([[-1.0, -0.5], [-1.0, 0.5], [1.0, -0.5], [1.0, 0.5]])
_TO_BOUNDARY = 0.995


@dataclass(frozen=True, eq=False)
class InteriorPoint:
    """An approximate saddle point.

    values : (K,) c;  z : (K - 2,) multipliers of the slope changes;  kappa, half_width : kappa and t
    rising, falling : (K - 2,) p and q, positive and negative parts of the slope changes
    converged : whether the complementarity gap reached the tolerance;  iterations : how many it took
    """

    values: Vector
    z: Vector
    kappa: float
    half_width: float
    rising: Vector
    falling: Vector
    converged: bool
    iterations: int


def interior_point(
    quadratic: Quadratic,
    beta: float,
    *,
    skip_connection: bool,
    tolerance: float,
    max_iterations: int = 80,
) -> InteriorPoint:
    """Solve the saddle point problem for K >= 3 support points and beta > 0."""
    system = _System(quadratic, beta, skip_connection)
    point = system.start()
    for iteration in range(max_iterations):
        slack = system.slack(point.z, point.theta)
        gap = float(point.multipliers @ slack)
        if gap <= tolerance * system.primal(point) and iteration > 0:
            return system.answer(point, True, iteration)
        following = system.step(point, slack, gap)
        if following is None:
            break
        point = following
    return system.answer(point, False, max_iterations)


@dataclass(frozen=True, eq=False)
class _Point:
    """An iterate, or a direction: c, z, theta, and all multipliers in one vector: p, q, then those of theta."""

    values: Vector
    z: Vector
    theta: Vector
    multipliers: Vector

    def plus(self, length: float, step: "_Point") -> "_Point":
        return _Point(
            self.values + length * step.values,
            self.z + length * step.z,
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
        self.gaps = np.diff(quadratic.x)
        self.ends = end_slope_gradient(self.gaps)
        self.before, self.after = 1 / self.gaps[:-1], 1 / self.gaps[1:]
        self.centre = -(self.before + self.after)

    def start(self) -> _Point:
        """The least squares line, and multipliers of the size that the loss lets one expect."""
        line = _least_squares_line(self.quadratic)
        size = max(self.quadratic.value(line) / (self.beta * self.inner), 1e-12)
        theta = np.array([self.beta if self.is_fixed else self.beta / 2, 0.0])
        multipliers = np.full(2 * self.inner, size)
        if not self.is_fixed:
            multipliers = np.concatenate([multipliers, np.full(4, size * self.inner)])
        return _Point(line, np.zeros(self.inner), theta, multipliers)

    def slack(self, z: Vector, theta: Vector) -> Vector:
        """The left sides of all constraints, in the order of the multipliers."""
        slack = self.slack_change(z, theta)
        slack[2 * self.inner : 2 * self.inner + 2] += self.beta
        return slack

    def slack_change(self, z: Vector, theta: Vector) -> Vector:
        """The linear part of `slack`."""
        parts = [theta[0] - z, theta[0] + z]
        return np.concatenate(parts if self.is_fixed else [*parts, _C @ theta])

    def primal(self, point: _Point) -> float:
        """Loss plus penalty, as the multipliers see it."""
        of_beta = point.multipliers[2 * self.inner : 2 * self.inner + 2] if not self.is_fixed else point.multipliers
        return abs(self.quadratic.value(point.values)) + self.beta * float(of_beta.sum())

    def step(self, point: _Point, slack: Vector, gap: float) -> _Point | None:
        """One predictor-corrector step; None when no further progress is possible."""
        ratio = point.multipliers / slack
        newton = _Newton.prepare(self, point, slack, ratio)
        if newton is None:
            return None
        complementarity = point.multipliers * slack
        predictor = newton.direction(-complementarity)
        change = self.slack_change(predictor.z, predictor.theta)
        reach = min(1.0, _longest(point.multipliers, predictor.multipliers, slack, change))
        predicted = float((point.multipliers + reach * predictor.multipliers) @ (slack + reach * change))
        target = (max(predicted, 0.0) / gap) ** 3 * gap / slack.size
        corrector = newton.direction(target - complementarity - predictor.multipliers * change)
        change = self.slack_change(corrector.z, corrector.theta)
        length = min(1.0, _TO_BOUNDARY * _longest(point.multipliers, corrector.multipliers, slack, change))
        if not length >= 1e-10:  # also when it is not a number
            return None
        return point.plus(length, corrector)

    def answer(self, point: _Point, converged: bool, iterations: int) -> InteriorPoint:
        rising, falling = point.multipliers[: self.inner], point.multipliers[self.inner : 2 * self.inner]
        half_width, kappa = point.theta.tolist()
        return InteriorPoint(point.values, point.z, kappa, half_width, rising, falling, converged, iterations)


class _Newton:
    """The Newton equations at one iterate, factorised once and solved for two right sides."""

    def __init__(self, system: _System, point: _Point, slack: Vector, ratio: Vector, solver: "_Solver") -> None:
        self.system, self.slack, self.ratio, self.solver = system, slack, ratio, solver
        inner, gaps, theta = system.inner, system.gaps, point.theta
        p, q, h = np.split(point.multipliers, [inner, 2 * inner])
        self.in_values = system.quadratic.moment - system.quadratic.times(point.values)
        self.in_values -= slope_change_adjoint(point.z, gaps) + theta[1] * system.ends
        slopes = np.diff(point.values) / gaps
        self.in_z = p - q - np.diff(slopes)
        if not system.is_fixed:
            total = float(p.sum() + q.sum())
            self.in_theta = -np.array([total, (slopes[0] + slopes[-1]) / 2]) - _C.T @ h
            self._border()

    @classmethod
    def prepare(cls, system: _System, point: _Point, slack: Vector, ratio: Vector) -> "_Newton | None":
        weights = ratio[: system.inner] + ratio[system.inner : 2 * system.inner]
        solver = _Solver.factorise(system, weights)
        return None if solver is None else cls(system, point, slack, ratio, solver)

    def _border(self) -> None:
        """Eliminate theta: the two columns it contributes, and the inverse of its 2 x 2 Schur complement."""
        system, inner = self.system, self.system.inner
        of_p, of_q, of_theta = np.split(self.ratio, [inner, 2 * inner])
        self.skew = of_p - of_q
        in_values, in_z = np.zeros((inner + 2, 2)), np.zeros((inner, 2))
        in_z[:, 0], in_values[:, 1] = self.skew, system.ends
        self.border_values, self.border_z = self.solver.solve(in_values, in_z)
        schur = -_C.T @ (of_theta[:, None] * _C)
        schur[0, 0] -= of_p.sum() + of_q.sum()
        schur[0] -= self.skew @ self.border_z
        schur[1] -= system.ends @ self.border_values
        self.inverse = np.array([[schur[1, 1], -schur[0, 1]], [-schur[1, 0], schur[0, 0]]])
        self.inverse /= schur[0, 0] * schur[1, 1] - schur[0, 1] * schur[1, 0]

    def direction(self, target: Vector) -> _Point:
        """The step that changes every multiplier times slack by `target`, to first order."""
        system, inner = self.system, self.system.inner
        by = target / self.slack
        by_p, by_q = by[:inner], by[inner : 2 * inner]
        values, z = self.solver.solve(self.in_values, self.in_z + by_p - by_q)
        theta = np.zeros(2)
        if not system.is_fixed:
            right = self.in_theta - _C.T @ by[2 * inner :]
            right[0] -= by_p.sum() + by_q.sum() + self.skew @ z
            right[1] -= system.ends @ values
            theta = self.inverse @ right
            values = values - self.border_values @ theta
            z = z - self.border_z @ theta
        return _Point(values, z, theta, by - self.ratio * system.slack_change(z, theta))


class _Solver:
    """Banded LU of the interleaved system (c_0, -, c_1, z_1, c_2, z_2, ..., c_{K-1}, -), rows of z scaled."""

    def __init__(self, factor: Vector, pivots: Vector, scale: Vector) -> None:
        self._factor = factor
        self._pivots = pivots
        self._scale = scale

    @staticmethod
    def factorise(system: _System, weights: Vector) -> "_Solver | None":
        size = 2 * system.quadratic.x.size
        # Rows of D grow like 1/gap and W spans many decades: scaling brings both to order one.
        scale = 1 / np.maximum(np.abs(system.centre), np.sqrt(weights))
        band = np.zeros((10, size), order="F")  # entry (i, j) in row 6 + i - j, two thirds for pivoting
        band[6, 0::2] = system.quadratic.diagonal
        band[4, 2::2] = band[8, 0:-2:2] = system.quadratic.off_diagonal
        band[6, 1] = band[6, -1] = 1.0
        band[6, 3:-2:2] = -weights * scale**2
        rows = np.arange(3, size - 2, 2)
        before, centre, after = system.before * scale, system.centre * scale, system.after * scale
        band[9, rows - 3], band[7, rows - 1], band[5, rows + 1] = before, centre, after
        band[3, rows], band[5, rows], band[7, rows] = before, centre, after
        factor, pivots, failed = lapack.dgbtrf(band, 3, 3, overwrite_ab=1)
        return None if failed else _Solver(factor, pivots, scale)

    def solve(self, in_values: Vector, in_z: Vector) -> tuple[Vector, Vector]:
        """c and z for one right side, or one per column."""
        columns = () if in_values.ndim == 1 else (in_values.shape[1],)
        scale = self._scale if in_values.ndim == 1 else self._scale[:, None]
        right = np.zeros((2 * len(in_values), *columns), order="F")
        right[0::2] = in_values
        right[3:-2:2] = in_z * scale
        solved, _ = lapack.dgbtrs(self._factor, 3, 3, right, self._pivots, overwrite_b=1)
        solved = solved.reshape(right.shape)
        return solved[0::2], solved[3:-2:2] * scale


def _least_squares_line(quadratic: Quadratic) -> Vector:
    """The line with the smallest loss, as values at the support."""
    basis = np.stack([np.ones_like(quadratic.x), quadratic.x - quadratic.x.mean()], axis=1)
    gram = basis.T @ np.stack([quadratic.times(column) for column in basis.T], axis=1)
    coefficients = np.linalg.lstsq(gram, basis.T @ quadratic.moment, rcond=None)[0]
    return basis @ coefficients


def _longest(multipliers: Vector, their_change: Vector, slack: Vector, its_change: Vector) -> float:
    """How far one can go until a multiplier or a slack becomes zero."""
    fall = max((-their_change / multipliers).max(), (-its_change / slack).max())
    return 1.0 / float(fall) if fall > 0 else np.inf
