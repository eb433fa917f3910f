r"""Amplitudes of given ramps: a convex loss with a linear charge and no negative amplitudes.

.. math::  \min_{a \ge 0,\ \xi}\ F(A a + \xi) + \lambda \sum_j a_j

with F a `Quadratic` model of the loss and the signs of the amplitudes in the columns of A. On the set S of positive
amplitudes, with B = [1, A_S] sqrt(D) = Q R and c the slopes of all that is linear, the step to the minimum from
outputs f is R^{-1}(Q^T (q - D f) / sqrt(D) - R^{-T} c): never the normal equations, whose condition number is the
square. The method walks from feasible amplitudes towards the minimum on S; an amplitude that reaches 0 then leaves
S (Lawson & Hanson), a point that reaches the corner of its linear piece turns quadratic. Dependent columns, of which
ramps have many, are no obstacle: a combination that changes no quadratic term is followed as far as it does not rise,
until an amplitude reaches 0 or a point its corner. Each leg of the walk ends at the minimum, or S or the set of linear
points shrinks; so it ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from cvxdnn.core.types import Array
from cvxdnn.training.exact.quadratic import Quadratic, level

__all__ = ["AmplitudeProblem"]

_DEPENDENT = 1e-11
"""A column counts as dependent when what the columns before it leave over is a smaller share of it than this."""
_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class _Leg:
    """A direction of the walk: change of the offset and of the amplitudes in use; slope and curvature along it.

    `level`: nothing that is quadratic changes, and it leads to no minimum but to a wall or a corner.
    """

    step: Array
    slope: float
    curvature: float
    level: bool = False


@dataclass(frozen=True, eq=False)
class AmplitudeProblem:
    """The problem above: minimise loss(columns a + xi) + charge sum(a) over a >= 0 and xi.

    columns : (m, k);  loss : the model of m outputs;  charge : lambda
    """

    columns: Array
    loss: Quadratic
    charge: float

    def minimum(self, sizes: Array, offset: float) -> tuple[Array, float, Quadratic]:
        """The best amplitudes (k,) and offset whose support is a part of what the walk from `sizes` >= 0 meets.

        With them, the model at the end of the walk.
        """
        sizes, support, loss = sizes.copy(), np.ones(sizes.size, dtype=np.bool_), self.loss
        for _ in range(sizes.size + loss.points.size + 1):
            columns, outputs = self.columns[:, support], self.columns @ sizes + offset
            leg = _leg(columns, loss, self.charge, outputs)
            here = sizes[support]
            if leg.curvature == 0 and not leg.level:
                break
            change = leg.step[0] + columns @ leg.step[1:]
            share = min(_to_the_wall(here, leg.step[1:]), loss.lowest(outputs, change, leg.slope, leg.curvature))
            if np.isinf(share):  # level, and nothing in this direction: there is something in the other
                leg, change = _Leg(-leg.step, 0.0, 0.0, level=True), -change
                share = min(_to_the_wall(here, leg.step[1:]), loss.lowest(outputs, change, 0.0, 0.0))
                if np.isinf(share):
                    break
            there = here + share * leg.step[1:]
            walled = (leg.step[1:] < 0) & (there <= 4 * _EPS * here)
            offset += share * float(leg.step[0])
            sizes[support] = np.where(walled, 0.0, np.maximum(there, 0.0))
            turned = loss.turned(outputs, change, share)
            if turned is loss and not walled.any():
                break
            loss = turned
            support[np.flatnonzero(support)[walled]] = False
        return sizes, offset, loss

    def multipliers(self, sizes: Array, offset: float) -> Array | None:
        """Minus the slopes of the loss (m,) at the minimum of the columns in use; None where those are dependent.

        On quadratic pieces they are Q R^{-T} c, and what of the misses no column explains. The misses themselves would
        carry the round-off of large outputs, next to which the multipliers of a weak charge are nothing.
        """
        columns, loss = self.columns[:, sizes > 0], self.loss
        q, r = _factors(columns, loss.curvature)
        if _first_dependent(r) is not None:
            return None
        root = np.sqrt(loss.curvature)
        missing = _missing(loss, root, self.columns @ sizes + offset)
        needed = solve_triangular(r, _linear(columns, loss, self.charge), trans="T", check_finite=False)
        left_over = missing - q @ (q.T @ missing)
        found: Array = root * (left_over - q @ (q.T @ left_over) + q @ needed) - loss.slope
        return found

    def line(self) -> tuple[Array, Array] | None:
        """(a0, d): with all columns in use the minimum is a0 - charge d; None where they are dependent."""
        q, r = _factors(self.columns, self.loss.curvature)
        if _first_dependent(r) is not None:
            return None
        nothing = np.zeros(self.loss.slope.size)
        free = _step(q, r, self.columns, self.loss, 0.0, nothing)
        charged = _step(q, r, self.columns, self.loss, 1.0, nothing)
        return free[1:], (free - charged)[1:]


def _leg(columns: Array, loss: Quadratic, charge: float, outputs: Array) -> _Leg:
    """To the minimum on these columns; or, without one, along a combination that changes no quadratic term."""
    q, r = _factors(columns, loss.curvature)
    dependent = _first_dependent(r)
    if dependent is not None:
        step = _combination(r, dependent)
        terms = np.append(loss.slope * (step[0] + columns @ step[1:]), charge * step[1:])
        slope = 0.0 if level(terms) else float(terms.sum())
        return _Leg(step if slope <= 0 else -step, -abs(slope), 0.0, level=True)
    step = _step(q, r, columns, loss, charge, outputs)
    # The same once more from there, to be rid of most of the first one's round-off.
    step = step + _step(q, r, columns, loss, charge, outputs + step[0] + columns @ step[1:])
    curvature = float(np.sum((r @ step) ** 2))
    return _Leg(step, -curvature, curvature)


def _factors(columns: Array, curvature: Array) -> tuple[Array, Array]:
    ones = np.ones((columns.shape[0], 1))
    q, r = np.linalg.qr(np.sqrt(curvature)[:, None] * np.hstack([ones, columns]))
    return q, r


def _step(q: Array, r: Array, columns: Array, loss: Quadratic, charge: float, outputs: Array) -> Array:
    missing = _missing(loss, np.sqrt(loss.curvature), outputs)
    needed = solve_triangular(r, _linear(columns, loss, charge), trans="T", check_finite=False)
    step: Array = solve_triangular(r, q.T @ missing - needed, check_finite=False)
    return step


def _missing(loss: Quadratic, root: Array, outputs: Array) -> Array:
    return np.divide(loss.pull - loss.curvature * outputs, root, out=np.zeros_like(root), where=root > 0)


def _linear(columns: Array, loss: Quadratic, charge: float) -> Array:
    """c: what is linear in the offset and in the amplitudes."""
    return np.append(loss.slope.sum(), charge + loss.slope @ columns)


def _first_dependent(r: Array) -> int | None:
    diagonal, whole = np.abs(np.diag(r)), np.linalg.norm(r, axis=0)
    varying = np.append(whole[0], np.linalg.norm(r[1:, 1:], axis=0))  # what is not constant in a column
    least = np.maximum(_DEPENDENT * varying, 16 * _EPS * whole)
    small = np.flatnonzero(diagonal <= least[: diagonal.size])
    if small.size:
        return int(small[0])
    return diagonal.size if whole.size > diagonal.size else None


def _combination(r: Array, dependent: int) -> Array:
    combination = np.zeros(r.shape[1])
    combination[dependent] = 1.0
    above = r[:dependent, :dependent]
    combination[:dependent] = -solve_triangular(above, r[:dependent, dependent], check_finite=False)
    return combination


def _to_the_wall(here: Array, step: Array) -> float:
    """How many steps can be taken before an amplitude becomes negative."""
    falling = step < 0
    with np.errstate(over="ignore"):
        return float((here[falling] / -step[falling]).min(initial=np.inf))
