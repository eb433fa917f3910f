r"""Amplitudes of given ramps: a least-squares problem with a linear charge and no negative amplitudes.

.. math::  \min_{a \ge 0,\ \xi}\ \tfrac12 \sum_i D_i (A a + \xi - z_i)^2 + \lambda \sum_j a_j

The columns of A carry the signs of their amplitudes. The offset xi drops out by centring. On the set S of positive
amplitudes the minimum is a = R^{-1}(Q^T z - lambda R^{-T} 1), A_S = Q R: never the normal equations, whose condition
number is the square. The method walks from feasible amplitudes towards the minimum on S; an amplitude that reaches 0
on the way leaves S (Lawson & Hanson). Dependent columns, of which ramps have many, are no obstacle: along a
combination that changes no value the charge alone is reduced, until an amplitude reaches 0. Each leg of the walk
lowers the objective or shrinks S, so it ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

__all__ = ["AmplitudeProblem"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_DEPENDENT = 1e-11
"""A column counts as dependent when what the columns before it leave over is a smaller share of it than this."""


@dataclass(frozen=True, eq=False)
class AmplitudeProblem:
    """The problem above, centred and weighted: minimise |columns a - target|^2 / 2 + decay sum(a) over a >= 0.

    columns : (m, k);  target : (m,)
    """

    columns: Floats
    target: Floats

    @classmethod
    def of(cls, ramps: Floats, curvature: Floats, target: Floats) -> AmplitudeProblem:
        """From signed ramps (m, k), curvatures D > 0 (m,) and targets z (m,)."""
        root, share = np.sqrt(curvature), curvature / curvature.sum()
        return cls(root[:, None] * (ramps - share @ ramps), root * (target - share @ target))

    def minimum(self, start: Floats, decay: float) -> Floats:
        """The best amplitudes (k,) whose support is a part of what the walk from `start` >= 0 meets."""
        amplitudes, support = start.copy(), np.ones(start.size, dtype=np.bool_)
        while support.any():
            here = amplitudes[support]
            goal, falling = self._goal(support, decay)
            if goal is None:
                amplitudes[support] = _to_the_wall(here, falling, np.inf)
            elif (goal > 0).all():
                amplitudes[support] = goal
                break
            else:
                amplitudes[support] = _to_the_wall(here, goal - here, 1.0)
            support &= amplitudes > 0
        return amplitudes

    def line(self) -> tuple[Floats, Floats] | None:
        """(a0, d): with all columns in use the minimum is a0 - decay d; None where they are dependent."""
        nothing, all_of_them = 0.0, np.ones(self.columns.shape[1], dtype=np.bool_)
        free, _ = self._goal(all_of_them, nothing)
        charged, _ = self._goal(all_of_them, 1.0)
        return None if free is None or charged is None else (free, free - charged)

    def _goal(self, support: Mask, decay: float) -> tuple[Floats | None, Floats]:
        """The minimum on the support; or, without one, a combination that lowers the charge and changes no value."""
        q, r = np.linalg.qr(self.columns[:, support])
        dependent = _first_dependent(r, np.linalg.norm(self.columns[:, support], axis=0))
        if dependent is not None:
            return None, _falling_combination(r, dependent)
        charge = solve_triangular(r, np.ones(r.shape[1]), trans="T", check_finite=False)
        goal = solve_triangular(r, q.T @ self.target - decay * charge, check_finite=False)
        return goal, np.zeros(0)


def _first_dependent(r: Floats, sizes: Floats) -> int | None:
    diagonal = np.abs(np.diag(r))
    small = np.flatnonzero(diagonal <= _DEPENDENT * sizes[: diagonal.size])
    if small.size:
        return int(small[0])
    return diagonal.size if sizes.size > diagonal.size else None


def _falling_combination(r: Floats, dependent: int) -> Floats:
    combination = np.zeros(r.shape[1])
    combination[dependent] = 1.0
    above = r[:dependent, :dependent]
    combination[:dependent] = -solve_triangular(above, r[:dependent, dependent], check_finite=False)
    return combination if combination.sum() < 0 else -combination


def _to_the_wall(here: Floats, step: Floats, longest: float) -> Floats:
    """As far along the step as no amplitude becomes negative, at most `longest` steps; what stops it is exactly 0."""
    falling = np.flatnonzero(step < 0)
    shares = here[falling] / -step[falling]
    if shares.min(initial=np.inf) > longest:
        return np.maximum(here + longest * step, 0.0)
    moved = np.maximum(here + shares.min() * step, 0.0)
    moved[falling[np.argmin(shares)]] = 0.0
    return moved
