r"""Exact optimum for known knots, and the active-set method that corrects the knots.

The symmetric dual (`cvxdnn.objective`) writes the penalty as a maximum over multipliers,

.. math::  \beta R(f) = \max \sum_j z_j D_j + \kappa\,\tfrac12 (m_- + m_+)
           \quad\text{s.t.}\quad |z_j| \le \beta - |\kappa|/2,\ |\kappa| \le \beta,

so the optimum is described by its knots, the signs of its slope changes D_j (where :math:`z_j` sits on the
wall) and one of three *regimes* for the end slopes :math:`m_-, m_+`:

* balanced: :math:`|m_- + m_+| < TV`, :math:`\kappa = 0`;
* end:      :math:`|m_- + m_+| > TV`, :math:`|\kappa| = \beta`;
* tied:     equality, :math:`\kappa` in between is the multiplier of that equation.

Given these, stationarity is one tridiagonal system for the values at the knots, in the hat function basis.
Knots whose slope change has the wrong sign are dropped, inputs where z leaves the tube become knots, regimes
whose condition fails change, until nothing changes. With a skip connection the end slopes are free and the
regime is always balanced.
"""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from cvxdnn.convex.hat_basis import end_slope_gradient, hat_quadratic, slope_change_adjoint
from cvxdnn.convex.problem import Problem
from cvxdnn.objective import double_integral
from cvxdnn.spline import LinearSpline

Vector = NDArray[np.float64]
Indices = NDArray[np.intp]

ROUND_OFF = 1e-12
"""Share of the tube's half width, or of the total variation, that counts as equality."""


class Regime(Enum):
    """Which part of the path norm decides (see above)."""

    BALANCED = "balanced"
    END = "end"
    TIED = "tied"


@dataclass(frozen=True, eq=False)
class ActiveSet:
    """Guess of the optimum's shape: interior knots (indices, sorted), signs of their slope changes, regime.

    `end_sign` is the sign of m_- + m_+ in the end and the tied regime.
    """

    knots: Indices
    signs: Vector
    regime: Regime = Regime.BALANCED
    end_sign: float = 1.0


@dataclass(frozen=True, eq=False)
class Stationary:
    """The stationary point for an active set: values at both ends and all knots, and the multipliers."""

    support: Indices
    values: Vector
    kappa: float
    half_width: float
    slopes: Vector
    z: Vector

    def spline(self, x: Vector) -> LinearSpline:
        """The function, with its real knots only."""
        first, last = float(self.slopes[0]), float(self.slopes[-1])
        keep = slice(1, -1) if self.support.size > 2 else slice(0, 1)
        return LinearSpline(x[self.support[keep]], self.values[keep], first, last)


def polish(problem: Problem, start: ActiveSet, max_rounds: int = 40) -> LinearSpline | None:
    """The best certified stationary point met on the way from `start`; None when there is none."""
    active, best, best_gap = start, None, np.inf
    for _ in range(max_rounds):
        point = stationary_point(problem, active)
        if point is None:
            break
        spline = point.spline(problem.points.x)
        gap = problem.certify(spline).relative_gap
        if gap < best_gap:
            best, best_gap = spline, gap
        corrected = _corrected(problem, active, point)
        if corrected is None:
            break
        active = corrected
    return best


def stationary_point(problem: Problem, active: ActiveSet) -> Stationary | None:
    """Solve the tridiagonal stationarity system of an active set; None when it is singular."""
    points, beta = problem.points, problem.beta
    support = np.concatenate([[0], active.knots, [points.x.size - 1]])
    gaps = np.diff(points.x[support])
    quadratic = hat_quadratic(points, support)
    variation = slope_change_adjoint(active.signs, gaps)  # gradient of TV in the values at the knots
    ends = end_slope_gradient(gaps)
    tie = ends - active.end_sign * variation / 2
    right_sides = np.stack([quadratic.moment, variation, ends, tie], axis=1)
    *_, solved, failed = lapack.dptsv(quadratic.diagonal, quadratic.off_diagonal, np.asfortranarray(right_sides))
    if failed:
        return None
    fit, by_variation, by_ends, by_tie = solved.T
    if active.regime is Regime.BALANCED:
        kappa, values = 0.0, fit - beta * by_variation
    elif active.regime is Regime.END:
        kappa = active.end_sign * beta
        values = fit - beta / 2 * by_variation - kappa * by_ends
    else:
        loose = fit - beta * by_variation
        kappa = float(tie @ loose / (tie @ by_tie))
        values = loose - kappa * by_tie
    half_width = beta - abs(kappa) / 2
    residual = points.y - np.interp(points.x, points.x[support], values)
    at_support = np.concatenate([[kappa / 2], active.signs * half_width, [-kappa / 2]])
    z = tube_curve(points.x, points.weight * residual, support, at_support)
    return Stationary(support, values, kappa, half_width, np.diff(values) / gaps, z)


def tube_curve(x: Vector, multipliers: Vector, support: Indices, at_support: Vector) -> Vector:
    """z at every point, pinned to its known values at the support.

    The double integral alone would carry round-off from far away to the wall, where the decision is made.
    """
    integral = double_integral(x, multipliers)
    pinned: Vector = integral + np.interp(x, x[support], at_support - integral[support])
    return pinned


def _corrected(problem: Problem, active: ActiveSet, point: Stationary) -> ActiveSet | None:
    """The active set with its violations repaired; None when there are none."""
    changes = np.diff(point.slopes)
    right_sign = changes * active.signs > 0
    regime, end_sign = (
        (Regime.BALANCED, 1.0) if problem.skip_connection else _next_regime(problem, active, point, changes)
    )
    entering = worst_violations(point.z, point.half_width, point.support, ROUND_OFF)
    if right_sign.all() and regime is active.regime and not entering.size:
        return None
    knots = np.concatenate([active.knots[right_sign], entering])
    signs = np.concatenate([active.signs[right_sign], np.sign(point.z[entering])])
    order = np.argsort(knots, kind="stable")
    return ActiveSet(knots[order], signs[order], regime, end_sign)


def worst_violations(z: Vector, half_width: float, support: Indices, tolerance: float) -> Indices:
    """In every piece between support points, the point that leaves the tube farthest, if any does."""
    excess = np.abs(z) - half_width
    excess[support] = -np.inf
    starts = support[:-1]
    worst = np.maximum.reduceat(excess[:-1], starts)
    is_worst = excess[:-1] == np.repeat(worst, np.diff(support))
    candidates = np.flatnonzero(is_worst & (excess[:-1] > tolerance * half_width))
    # Ties within a piece would put two knots where one is enough.
    piece = np.searchsorted(starts, candidates, side="right")
    _, first = np.unique(piece, return_index=True)
    return candidates[first]


def _next_regime(problem: Problem, active: ActiveSet, point: Stationary, changes: Vector) -> tuple[Regime, float]:
    """The regime whose condition the stationary point meets, or the neighbouring one to try next."""
    variation = float(np.abs(changes).sum())
    ends = float(point.slopes[0] + point.slopes[-1])
    if active.regime is Regime.BALANCED and abs(ends) > variation * (1 + ROUND_OFF):
        return Regime.TIED, float(np.sign(ends))
    if active.regime is Regime.END and ends * active.end_sign < variation * (1 - ROUND_OFF):
        return Regime.TIED, active.end_sign
    if active.regime is Regime.TIED and point.kappa * active.end_sign < 0:
        return Regime.BALANCED, active.end_sign
    if active.regime is Regime.TIED and point.kappa * active.end_sign > problem.beta:
        return Regime.END, active.end_sign
    return active.regime, active.end_sign


def with_regime(active: ActiveSet, kappa: float, beta: float, tolerance: float = 1e-4) -> ActiveSet:
    """The active set in the regime that an approximate multiplier kappa suggests."""
    share = abs(kappa) / beta
    regime = Regime.BALANCED if share < tolerance else Regime.END if share > 1 - tolerance else Regime.TIED
    return replace(active, regime=regime, end_sign=float(np.sign(kappa)) or 1.0)
