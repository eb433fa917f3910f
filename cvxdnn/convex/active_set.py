r"""The shape of an optimum, and the exact optimum among the functions of that shape.

The symmetric dual (`cvxdnn.core.objective`) writes the penalty as a maximum over multipliers,

.. math::  \beta R(f) = \max \sum_j z_j D_j + \kappa\,\tfrac12 (m_- + m_+)
           \quad\text{s.t.}\quad |z_j| \le \beta - |\kappa|/2,\ |\kappa| \le \beta,

so the optimum is described by its knots, the signs of its slope changes D_j (where :math:`z_j` sits on the
wall) and one of three *regimes* for the end slopes :math:`m_-, m_+`:

* balanced: :math:`|m_- + m_+| < TV`, :math:`\kappa = 0`;
* end:      :math:`|m_- + m_+| > TV`, :math:`|\kappa| = \beta`;
* tied:     equality, :math:`\kappa` in between is the multiplier of that equation.

Given these, stationarity is one tridiagonal system for the values at the knots, in the basis of hat functions. With a
skip connection the end slopes are free and the regime is always balanced. `cvxdnn.convex.polish` corrects a shape.
"""

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import numpy as np
from scipy.linalg import lapack

from cvxdnn.convex.hat_basis import Quadratic, end_slope_gradient, interpolated, slope_change_adjoint
from cvxdnn.core.tube import double_integral, integrated
from cvxdnn.core.types import Array, Indices

EPSILON = float(np.finfo(np.float64).eps)


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
    changes: Array
    regime: Regime = Regime.BALANCED
    end_sign: float = 1.0


@dataclass(frozen=True, eq=False)
class Stationary:
    """The stationary point of an active set: values at both ends and all knots, slopes between, multipliers."""

    values: Array
    slopes: Array
    kappa: float
    half_width: float

    @cached_property
    def changes(self) -> Array:
        """Slope changes at the knots."""
        return self.slopes[1:] - self.slopes[:-1]


def with_ends(knots: Indices, n: int) -> Indices:
    """The support of a spline on n points with these interior knots."""
    support = np.zeros(knots.size + 2, dtype=np.intp)
    support[1:-1] = knots
    support[-1] = n - 1
    return support


def stationary_point(quadratic: Quadratic, beta: float, active: ActiveSet) -> Stationary | None:
    """Solve the tridiagonal stationarity system on the active set's support; None when it is singular."""
    gaps = quadratic.x[1:] - quadratic.x[:-1]
    variation = slope_change_adjoint(np.sign(active.changes), gaps)  # gradient of TV in the values
    ends = end_slope_gradient(gaps)
    kappa = active.end_sign * beta if active.regime is Regime.END else 0.0
    force = quadratic.moment - (beta - abs(kappa) / 2) * variation - kappa * ends
    tie = ends - active.end_sign * variation / 2
    right_sides = [force, tie] if active.regime is Regime.TIED else [force]
    *_, solved, failed = lapack.dptsv(quadratic.diagonal, quadratic.off_diagonal, np.array(right_sides).T)
    if failed:
        return None
    values = solved[:, 0]
    if active.regime is Regime.TIED:
        kappa = float(tie @ values / (tie @ solved[:, 1]))
        values = values - kappa * solved[:, 1]
    return Stationary(values, (values[1:] - values[:-1]) / gaps, kappa, beta - abs(kappa) / 2)


def tube_curve(x: Array, multipliers: Array, support: Indices, at_support: Array) -> Array:
    """z at every point, pinned to its known values at the support.

    The double integral alone would carry round-off from far away to the wall, where the decision is made.
    """
    curve = double_integral(x, multipliers)
    curve += interpolated(x, support, at_support - curve[support])
    return curve


def pinned(x: Array, multipliers: Array, support: Indices, at_support: Array) -> tuple[Array, Array]:
    """`tube_curve`, and the cumulative sums (m - 1,) of the multipliers whose double integral it is.

    They differ from the given ones at the support only, and there by no more than needed: to divide the rounding of z
    by a very short gap would make forces of it.
    """
    sums = multipliers.cumsum()[:-1]
    curve = integrated(x, sums)
    integral = curve[support]
    missing = at_support - integral
    curve += interpolated(x, support, missing)
    turn = missing[1:] - missing[:-1]
    rounding = 4 * EPSILON * max(float(np.abs(at_support).max()), float(np.abs(integral).max()))
    turn[np.abs(turn) <= rounding] = 0.0
    corners = x[support]
    turn /= corners[1:] - corners[:-1]
    sums += turn.repeat(support[1:] - support[:-1])
    return curve, sums


def worst_violations(z: Array, half_width: float, support: Indices, tolerance: float) -> Indices:
    """In every piece between support points, the point that leaves the tube farthest, if any does."""
    excess = np.abs(z)
    excess -= half_width
    excess[support] = -np.inf
    if excess.max() <= tolerance * half_width:
        return np.zeros(0, dtype=np.intp)
    starts = support[:-1]
    worst = np.maximum.reduceat(excess[:-1], starts)
    is_worst = excess[:-1] == np.repeat(worst, np.diff(support))
    candidates = np.flatnonzero(is_worst & (excess[:-1] > tolerance * half_width))
    # Ties within a piece would put two knots where one is enough.
    piece = np.searchsorted(starts, candidates, side="right")
    _, first = np.unique(piece, return_index=True)
    return candidates[first]


def with_regime(active: ActiveSet, kappa: float, beta: float, tolerance: float = 1e-4) -> ActiveSet:
    """The active set in the regime that an approximate multiplier kappa suggests."""
    share = abs(kappa) / beta
    regime = Regime.BALANCED if share < tolerance else Regime.END if share > 1 - tolerance else Regime.TIED
    return replace(active, regime=regime, end_sign=float(np.sign(kappa)) or 1.0)
