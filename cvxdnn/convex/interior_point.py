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

# theta = (t, kappa): beta - t - kappa/2, beta - t + kappa/2, t - kappa/2, t + kappa/2 must be positive.
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
    state = system.start()
    for iteration in range(max_iterations):
        gap = state.complementarity()
        if gap <= tolerance * system.primal(state) and iteration > 0:
            return _answer(state, True, iteration)
        if not system.advance(state):
            break
    return _answer(state, False, max_iterations)


@dataclass(eq=False)
class _State:
    """The iterate: c, z, theta, the multipliers p, q and those of theta's constraints, and all slacks."""

    values: Vector
    z: Vector
    theta: Vector
    p: Vector
    q: Vector
    h: Vector
    offset: Vector

    @property
    def slack_p(self) -> Vector:
        return self.theta[0] - self.z

    @property
    def slack_q(self) -> Vector:
        return self.theta[0] + self.z

    @property
    def slack_h(self) -> Vector:
        return self.offset + _C[: self.h.size] @ self.theta

    @property
    def constraints(self) -> int:
        return 2 * self.z.size + self.h.size

    def complementarity(self) -> float:
        return float(self.p @ self.slack_p + self.q @ self.slack_q + self.h @ self.slack_h)


@dataclass(frozen=True, eq=False)
class _Step:
    """A direction, with the changes of the slacks it implies."""

    values: Vector
    z: Vector
    theta: Vector
    p: Vector
    q: Vector
    h: Vector

    @property
    def slack_p(self) -> Vector:
        return self.theta[0] - self.z

    @property
    def slack_q(self) -> Vector:
        return self.theta[0] + self.z

    @property
    def slack_h(self) -> Vector:
        return _C[: self.h.size] @ self.theta

    def longest(self, state: _State) -> float:
        """How far one can go until a multiplier or a slack becomes zero."""
        ratio = max(
            _largest_fall(self.p, state.p),
            _largest_fall(self.q, state.q),
            _largest_fall(self.h, state.h),
            _largest_fall(self.slack_p, state.slack_p),
            _largest_fall(self.slack_q, state.slack_q),
            _largest_fall(self.slack_h, state.slack_h),
        )
        return 1.0 / ratio if ratio > 0 else np.inf


class _System:
    """The optimality conditions of one problem."""

    def __init__(self, quadratic: Quadratic, beta: float, skip_connection: bool) -> None:
        self.quadratic = quadratic
        self.beta = beta
        self.is_fixed = skip_connection
        self.gaps = np.diff(quadratic.x)
        self.ends = end_slope_gradient(self.gaps)
        self.before, self.after = 1 / self.gaps[:-1], 1 / self.gaps[1:]
        self.centre = -(self.before + self.after)

    def start(self) -> _State:
        """The least squares line, and multipliers of the size that the loss lets one expect."""
        q = self.quadratic
        line = _least_squares_line(q)
        inner = q.x.size - 2
        excess = max(q.value(line), 1e-300)
        size = max(excess / (self.beta * inner), 1e-12)
        theta = np.array([self.beta if self.is_fixed else self.beta / 2, 0.0])
        h = np.zeros(0) if self.is_fixed else np.full(4, size * inner)
        offset = np.zeros(0) if self.is_fixed else np.array([self.beta, self.beta, 0.0, 0.0])
        return _State(line, np.zeros(inner), theta, np.full(inner, size), np.full(inner, size), h, offset)

    def primal(self, state: _State) -> float:
        """Loss plus penalty, as the multipliers see it."""
        variation = float(np.sum(state.p + state.q)) if self.is_fixed else float(state.h[0] + state.h[1])
        return abs(self.quadratic.value(state.values)) + self.beta * variation

    def advance(self, state: _State) -> bool:
        """One predictor-corrector step in place; False when no further progress is possible."""
        residuals = self._residuals(state)
        solve = self._factorise(state)
        if solve is None:
            return False
        slack_p, slack_q, slack_h = state.slack_p, state.slack_q, state.slack_h
        mean = state.complementarity() / state.constraints
        predictor = self._direction(state, residuals, solve, -state.p * slack_p, -state.q * slack_q, -state.h * slack_h)
        reach = min(1.0, predictor.longest(state))
        predicted = _complementarity_after(state, predictor, reach) / state.constraints
        target = (max(predicted, 0.0) / mean) ** 3 * mean
        corrector = self._direction(
            state,
            residuals,
            solve,
            target - state.p * slack_p - predictor.p * predictor.slack_p,
            target - state.q * slack_q - predictor.q * predictor.slack_q,
            target - state.h * slack_h - predictor.h * predictor.slack_h,
        )
        length = min(1.0, _TO_BOUNDARY * corrector.longest(state))
        if not np.isfinite(length) or length < 1e-10:
            return False
        for name in ("values", "z", "theta", "p", "q", "h"):
            setattr(state, name, getattr(state, name) + length * getattr(corrector, name))
        return bool(np.isfinite(state.values).all())

    def _residuals(self, state: _State) -> tuple[Vector, Vector, Vector]:
        """How far the three groups of equations are from holding."""
        in_values = self.quadratic.moment - self.quadratic.times(state.values)
        in_values -= slope_change_adjoint(state.z, self.gaps) + state.theta[1] * self.ends
        in_z = state.p - state.q - np.diff(np.diff(state.values) / self.gaps)
        in_theta = -np.array([float(np.sum(state.p + state.q)), float(self.ends @ state.values)])
        in_theta -= _C[: state.h.size].T @ state.h
        return in_values, in_z, in_theta

    def _factorise(self, state: _State) -> "_Solver | None":
        weights = state.p / state.slack_p + state.q / state.slack_q
        return _Solver.factorise(self, weights)

    def _direction(
        self,
        state: _State,
        residuals: tuple[Vector, Vector, Vector],
        solver: "_Solver",
        to_p: Vector,
        to_q: Vector,
        to_h: Vector,
    ) -> _Step:
        """The Newton step that brings each multiplier times slack to its target."""
        in_values, in_z, in_theta = residuals
        slack_p, slack_q, slack_h = state.slack_p, state.slack_q, state.slack_h
        by_p, by_q, by_h = to_p / slack_p, to_q / slack_q, to_h / slack_h
        values, z = solver.solve(in_values, in_z + by_p - by_q)
        theta = np.zeros(2)
        if not self.is_fixed:
            skew = state.p / slack_p - state.q / slack_q
            border_values, border_z = solver.borders(skew, self.ends)
            total = float(np.sum(state.p / slack_p + state.q / slack_q))
            matrix = -_C.T @ ((state.h / slack_h)[:, None] * _C)
            matrix[0, 0] -= total
            matrix[0] -= skew @ border_z
            matrix[1] -= self.ends @ border_values
            right = in_theta - _C.T @ by_h
            right[0] -= float(np.sum(by_p + by_q)) + float(skew @ z)
            right[1] -= float(self.ends @ values)
            theta = np.linalg.solve(matrix, right)
            values = values - border_values @ theta
            z = z - border_z @ theta
        p = by_p - state.p / slack_p * (theta[0] - z)
        q = by_q - state.q / slack_q * (theta[0] + z)
        h = by_h - state.h / slack_h * (_C[: state.h.size] @ theta)
        return _Step(values, z, theta, p, q, h)


class _Solver:
    """Banded LU of the interleaved system (c_0, -, c_1, z_1, c_2, z_2, ..., c_{K-1}, -), rows of z scaled."""

    def __init__(self, factor: Vector, pivots: Vector, scale: Vector) -> None:
        self._factor = factor
        self._pivots = pivots
        self._scale = scale
        self._borders: tuple[Vector, Vector] | None = None

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

    def borders(self, skew: Vector, ends: Vector) -> tuple[Vector, Vector]:
        """Solutions for the two columns that theta contributes; the same for both steps of an iteration."""
        if self._borders is None:
            in_values, in_z = np.zeros((ends.size, 2)), np.zeros((skew.size, 2))
            in_z[:, 0], in_values[:, 1] = skew, ends
            self._borders = self.solve(in_values, in_z)
        return self._borders


def _least_squares_line(quadratic: Quadratic) -> Vector:
    """The line with the smallest loss, as values at the support."""
    basis = np.stack([np.ones_like(quadratic.x), quadratic.x - quadratic.x.mean()], axis=1)
    gram = basis.T @ np.stack([quadratic.times(column) for column in basis.T], axis=1)
    coefficients = np.linalg.lstsq(gram, basis.T @ quadratic.moment, rcond=None)[0]
    return basis @ coefficients


def _largest_fall(change: Vector, value: Vector) -> float:
    return float(np.max(-change / value, initial=0.0))


def _complementarity_after(state: _State, step: _Step, length: float) -> float:
    return float(
        (state.p + length * step.p) @ (state.slack_p + length * step.slack_p)
        + (state.q + length * step.q) @ (state.slack_q + length * step.slack_q)
        + (state.h + length * step.h) @ (state.slack_h + length * step.slack_h)
    )


def _answer(state: _State, converged: bool, iterations: int) -> InteriorPoint:
    return InteriorPoint(
        state.values,
        state.z,
        float(state.theta[1]),
        float(state.theta[0]),
        state.p,
        state.q,
        converged,
        iterations,
    )
