r"""The banded program as a sparse conic program, for Clarabel.

With slopes m, bounds u on the absolute slope changes and r on the path norm, the program reads

.. math::  \min\ \tfrac12 \sum_i w_i \rho_i^2 + \beta r  \quad\text{s.t.}\quad
           y_{i+1} - y_i - (\rho_{i+1} - \rho_i) = h_i m_i,\ \ |m_{i+1} - m_i| \le u_i,\ \
           r \ge \sum u,\ \ r \ge \tfrac12 (\sum u \pm (m_1 + m_{n-1})) .

The unknown is the *residual* :math:`\rho = y - f`, scaled by :math:`\min(1, \beta)`, and not f: for a small
weight decay the interesting part of the objective would drown in :math:`\tfrac12 \|y\|^2` (a solver then
reports success with a gap of order one). Every constraint but the last touches neighbours only.
"""

from dataclasses import dataclass

import clarabel
import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from cvxdnn.convex.problem import Problem

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ConicAnswer:
    """Approximate residual (m,) and slopes (m - 1,) of the optimum, as Clarabel left them."""

    residual: Vector
    slopes: Vector
    status: str


def solve_conic(problem: Problem, tolerance: float = 1e-10) -> ConicAnswer:
    """Solve the program above for a problem with at least three distinct points and beta > 0."""
    x, y, weight = problem.points.x, problem.points.y, problem.points.weight
    n, gaps = x.size, np.diff(x)
    scale = min(1.0, problem.beta)
    quadratic = sparse.diags(
        np.concatenate([weight * scale**2 / problem.beta, np.zeros(2 * n - 2)]), format="csc"
    )
    linear = np.zeros(3 * n - 2)
    linear[-1] = 1.0
    constraints = sparse.vstack(
        [
            _slope_equations(gaps, scale),
            _slope_change_bounds(n),
            _path_norm_bounds(n, problem.skip_connection),
        ],
        format="csc",
    )
    bounds = np.zeros(constraints.shape[0])
    bounds[: n - 1] = np.diff(y)
    cones = [clarabel.ZeroConeT(n - 1), clarabel.NonnegativeConeT(bounds.size - (n - 1))]
    answer = clarabel.DefaultSolver(
        quadratic, linear, constraints, bounds, cones, _settings(tolerance)
    ).solve()
    unknowns = np.array(answer.x)
    return ConicAnswer(scale * unknowns[:n], unknowns[n : 2 * n - 1], str(answer.status))


def _settings(tolerance: float) -> clarabel.DefaultSettings:
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.max_iter = 200
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
    return settings


def _difference(n: int) -> sparse.csc_matrix:
    """Differences of n neighbours, (n - 1, n)."""
    return sparse.csc_matrix(sparse.diags([-1.0, 1.0], [0, 1], shape=(n - 1, n)))


def _slope_equations(gaps: Vector, scale: float) -> sparse.csc_matrix:
    n = gaps.size + 1
    return sparse.hstack(
        [scale * _difference(n), sparse.diags(gaps), sparse.csc_matrix((n - 1, n - 1))], format="csc"
    )


def _slope_change_bounds(n: int) -> sparse.csc_matrix:
    """|m_{i+1} - m_i| <= u_i."""
    change, bound = _difference(n - 1), sparse.identity(n - 2)
    none, free = sparse.csc_matrix((n - 2, n)), sparse.csc_matrix((n - 2, 1))
    return sparse.bmat([[none, change, -bound, free], [none, -change, -bound, free]], format="csc")


def _path_norm_bounds(n: int, skip_connection: bool) -> sparse.csc_matrix:
    """r is at least the total variation and, without a skip connection, its mean with the end slopes."""
    ends = np.zeros(n - 1)
    ends[0] += 0.5
    ends[-1] += 0.5
    variation = np.ones(n - 2)
    rows = [np.concatenate([np.zeros(n), 0 * ends, variation, [-1.0]])]
    if not skip_connection:
        rows += [np.concatenate([np.zeros(n), sign * ends, variation / 2, [-1.0]]) for sign in (1.0, -1.0)]
    return sparse.csc_matrix(np.array(rows))
