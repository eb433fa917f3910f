r"""Exact optimum for known knots, and the active-set method that corrects the knots.

The symmetric dual (`cvxdnn.objective`) writes the penalty as a maximum over multipliers,

.. math::  \beta R(f) = \max \sum_j z_j D_j + \kappa\,\tfrac12 (m_- + m_+)
           \quad\text{s.t.}\quad |z_j| \le \beta - |\kappa|/2,\ |\kappa| \le \beta,

so the optimum is described by its knots, the signs of its slope changes D_j (where :math:`z_j` sits on the
wall) and one of three *regimes* for the end slopes :math:`m_-, m_+`:

* balanced: :math:`|m_- + m_+| < TV`, :math:`\kappa = 0`;
* end:      :math:`|m_- + m_+| > TV`, :math:`|\kappa| = \beta`;
* tied:     equality, :math:`\kappa` in between is the multiplier of that equation.

Given these, stationarity is one tridiagonal system for the values at the knots, in the basis of hat functions.
From a start with the right signs, `polish` walks towards that point and drops the first knot whose slope change
would turn round, again and again (as Lawson & Hanson do for nonnegative least squares): every step lowers the
objective. When no sign is in the way, points where z leaves the tube become knots, a regime whose condition fails
is changed, and the walk goes on until neither is needed. With a skip connection the end slopes are free and the
regime is always balanced.

Source: Lawson & Hanson (1974), Solving Least Squares Problems, ch. 23, for the walk.
"""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from cvxdnn.convex.hat_basis import Quadratic, coarser, end_slope_gradient, hat_quadratic, slope_change_adjoint
from cvxdnn.convex.problem import Problem
from cvxdnn.objective import double_integral
from cvxdnn.spline import LinearSpline

Vector = NDArray[np.float64]
Indices = NDArray[np.intp]

ROUND_OFF = 1e-12
"""Share of the total variation, or of beta, that counts as equality."""
MAX_STALLED = 10
"""Rounds without a clearly better certificate after which round-off has the last word."""


class Regime(Enum):
    """Which part of the path norm decides (see above)."""

    BALANCED = "balanced"
    END = "end"
    TIED = "tied"


@dataclass(frozen=True, eq=False)
class ActiveSet:
    """Guess of the optimum's shape.

    knots : (k,) sorted indices of interior points;  changes : (k,) slope changes there, with the right signs
    regime : which part of the path norm decides;  end_sign : sign of m_- + m_+ in the end and tied regimes
    """

    knots: Indices
    changes: Vector
    regime: Regime = Regime.BALANCED
    end_sign: float = 1.0


@dataclass(frozen=True, eq=False)
class Stationary:
    """The stationary point of an active set: values at both ends and all knots, slopes between, multipliers."""

    values: Vector
    slopes: Vector
    kappa: float
    half_width: float

    @property
    def changes(self) -> Vector:
        """Slope changes at the knots."""
        return np.diff(self.slopes)


def with_ends(knots: Indices, n: int) -> Indices:
    """The support of a spline on n points with these interior knots."""
    return np.concatenate([[0], knots, [n - 1]])


@dataclass(frozen=True, eq=False)
class Polished:
    """A spline, the certified relative gap it has, and its shape (None: not from the active-set method)."""

    spline: LinearSpline
    relative_gap: float
    active: ActiveSet | None


def polish(problem: Problem, start: ActiveSet) -> Polished | None:
    """The best certified stationary point met on the way from `start`; None when there is none."""
    active, stalled = start, 0
    best: Polished | None = None
    while stalled < MAX_STALLED:
        walked = _walk(problem, active)
        if walked is None:
            break
        active, point = walked
        spline = _spline(problem, active, point)
        gap = problem.certify(spline).relative_gap
        stalled = 0 if best is None or gap < 0.5 * best.relative_gap else stalled + 1
        if best is None or gap < best.relative_gap:
            best = Polished(spline, gap, active)
        entering = _entering(problem, active, point)
        if entering is None:
            break
        active = entering
    return best


def _walk(problem: Problem, active: ActiveSet) -> tuple[ActiveSet, Stationary] | None:
    """Drop knots and change the regime until the stationary point has all signs right."""
    n = problem.points.x.size
    support = with_ends(active.knots, n)
    quadratic = hat_quadratic(problem.points, support)
    for _ in range(3 * support.size + 10):
        at = np.searchsorted(support, with_ends(active.knots, n))
        point = stationary_point(coarser(quadratic, at), problem.beta, active)
        if point is None:
            return None
        turning = point.changes * active.changes <= 0
        if turning.any():
            active = _up_to_first_turn(active, point.changes, turning)
            continue
        active = replace(active, changes=point.changes)
        regime, end_sign = _next_regime(problem, active, point)
        if regime is active.regime:
            return active, point
        active = replace(active, regime=regime, end_sign=end_sign)
    return None


def _up_to_first_turn(active: ActiveSet, target: Vector, turning: NDArray[np.bool_]) -> ActiveSet:
    """Walk from the present slope changes towards `target` until the first becomes zero, and drop that knot."""
    now = active.changes
    reach = np.full(now.size, np.inf)
    reach[turning] = now[turning] / (now[turning] - target[turning])
    length = reach.min()
    stays = reach > length * (1 + 1e-9) + 1e-15
    changes = now + length * (target - now)
    # Round-off must not turn a sign that the walk has not reached.
    stays &= changes * now > 0
    return replace(active, knots=active.knots[stays], changes=changes[stays])


def stationary_point(quadratic: Quadratic, beta: float, active: ActiveSet) -> Stationary | None:
    """Solve the tridiagonal stationarity system on the active set's support; None when it is singular."""
    gaps = np.diff(quadratic.x)
    variation = slope_change_adjoint(np.sign(active.changes), gaps)  # gradient of TV in the values
    ends = end_slope_gradient(gaps)
    tie = ends - active.end_sign * variation / 2
    right_sides = np.array([quadratic.moment, variation, ends, tie]).T
    *_, solved, failed = lapack.dptsv(quadratic.diagonal, quadratic.off_diagonal, right_sides)
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
    return Stationary(values, np.diff(values) / gaps, kappa, beta - abs(kappa) / 2)


def _spline(problem: Problem, active: ActiveSet, point: Stationary) -> LinearSpline:
    """The function, with its real knots only."""
    x = problem.points.x
    first, last = float(point.slopes[0]), float(point.slopes[-1])
    if active.knots.size == 0:
        return LinearSpline(x[:1], point.values[:1], first, last)
    return LinearSpline(x[active.knots], point.values[1:-1], first, last)


def _entering(problem: Problem, active: ActiveSet, point: Stationary) -> ActiveSet | None:
    """The active set with the points where z leaves the tube; None when there are none."""
    points = problem.points
    support = with_ends(active.knots, points.x.size)
    residual = points.y - np.interp(points.x, points.x[support], point.values)
    at_knots = np.sign(active.changes) * point.half_width
    at_support = np.concatenate([[point.kappa / 2], at_knots, [-point.kappa / 2]])
    z = tube_curve(points.x, points.weight * residual, support, at_support)
    # Two cumulative sums over n terms leave round-off that grows with n.
    found = worst_violations(z, point.half_width, support, ROUND_OFF + 1e-15 * points.x.size)
    if found.size == 0:
        return None
    # A change that is about to grow has no size yet: the smallest number of its sign.
    tiny = np.finfo(np.float64).tiny
    knots = np.concatenate([active.knots, found])
    changes = np.concatenate([active.changes, np.sign(z[found]) * tiny])
    order = np.argsort(knots, kind="stable")
    return replace(active, knots=knots[order], changes=changes[order])


def tube_curve(x: Vector, multipliers: Vector, support: Indices, at_support: Vector) -> Vector:
    """z at every point, pinned to its known values at the support.

    The double integral alone would carry round-off from far away to the wall, where the decision is made.
    """
    integral = double_integral(x, multipliers)
    pinned: Vector = integral + np.interp(x, x[support], at_support - integral[support])
    return pinned


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


def _next_regime(problem: Problem, active: ActiveSet, point: Stationary) -> tuple[Regime, float]:
    """The regime whose condition the stationary point meets, or the neighbouring one to try next."""
    regime, sign = active.regime, active.end_sign
    if problem.skip_connection:
        return Regime.BALANCED, sign
    variation = float(np.abs(point.changes).sum())
    ends = float(point.slopes[0] + point.slopes[-1])
    if regime is Regime.BALANCED and abs(ends) > variation * (1 + ROUND_OFF):
        return Regime.TIED, float(np.sign(ends))
    if regime is Regime.END and ends * sign < variation * (1 - ROUND_OFF):
        return Regime.TIED, sign
    if regime is Regime.TIED and point.kappa * sign < -ROUND_OFF * problem.beta:
        return Regime.BALANCED, sign
    if regime is Regime.TIED and point.kappa * sign > (1 + ROUND_OFF) * problem.beta:
        return Regime.END, sign
    return regime, sign


def with_regime(active: ActiveSet, kappa: float, beta: float, tolerance: float = 1e-4) -> ActiveSet:
    """The active set in the regime that an approximate multiplier kappa suggests."""
    share = abs(kappa) / beta
    regime = Regime.BALANCED if share < tolerance else Regime.END if share > 1 - tolerance else Regime.TIED
    return replace(active, regime=regime, end_sign=float(np.sign(kappa)) or 1.0)
