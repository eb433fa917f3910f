r"""Matrix least squares under the nuclear norm :math:`\|M\|_*`, the sum of the singular values.

.. math::  \min_M \tfrac12 \|XM - Y\|_F^2 + \beta \|M\|_*, \qquad
           F(r) = \min_M \{ \tfrac12 \|XM - Y\|_F^2 : \|M\|_* \le r \},

both convex; the first is solved with cvxpy. Any residual :math:`\Lambda` bounds F from below by
:math:`\tfrac12 \|Y\|^2 - \tfrac12 \|\Lambda - Y\|^2 - r\,\sigma_{\max}(X^T \Lambda)`.

*Shrinkage iteration*: with q = sigma_max(X)^2, replace M by the matrix whose singular values are those of
:math:`M + X^T (Y - XM) / q`, each shrunk by the scalar problem of L layers with weight decay beta / q. The objective
of L layers never rises. For L = 2 it falls to the optimum; for L >= 3 to a stationary point; if :math:`X^T X = qI`,
the first step is the optimum. (Daubechies, Defrise & De Mol, 2004, for the case of soft thresholds.)
"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.exceptions import SolverFailedError
from cvxdnn.theory.radial import Support, Supports
from cvxdnn.theory.shrinkage import shrink
from cvxdnn.theory.spectral import sum_support

__all__ = ["nuclear_fit", "nuclear_support", "shrinkage_iteration"]

Matrix = NDArray[np.float64]

STEPS = 2000
BALL_STEPS = 300
ACCURATE = 1e-6
"""Relative slack of a line that ends the steps towards it."""
ASKED = 1e-12
"""Accuracy asked of the conic solver, in problems of size one."""
SETTLED = 1e-15
"""Relative change of M that ends the iteration."""


def nuclear_fit(X: Matrix, Y: Matrix, beta: float) -> Matrix:
    """The minimiser M (d, K) of the first problem, sharpened by the shrinkage iteration; X is not zero."""
    import cvxpy

    inputs, targets, unit = _ordinary(X, Y)
    M = cvxpy.Variable((X.shape[1], Y.shape[1]))
    loss = 0.5 * cvxpy.sum_squares(inputs @ M - targets)
    scaled = beta * unit / float(np.linalg.norm(Y) or 1.0) ** 2
    _run(cvxpy.Problem(cvxpy.Minimize(loss + scaled * cvxpy.normNuc(M))), M)
    return shrinkage_iteration(X, Y, beta, 2, unit * np.asarray(M.value))


def nuclear_support(X: Matrix, Y: Matrix) -> Supports:
    """F and its line at a radius, as a function; X is not zero.

    Accelerated projected gradient steps (Beck & Teboulle, 2009), begun where the last radius ended. The line takes
    account of what they leave undone, so that it is a bound however few they are.
    """
    q = float(np.linalg.norm(X, 2)) ** 2
    latest = np.zeros((X.shape[1], Y.shape[1]))

    def support(radius: float) -> Support:
        nonlocal latest
        latest = _in_ball(latest, radius)
        ahead, momentum = latest, 1.0
        line = _line(X, Y, latest, radius)
        for _ in range(BALL_STEPS):
            found = _in_ball(ahead + X.T @ (Y - X @ ahead) / q, radius)
            grown = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
            ahead = found + (momentum - 1) / grown * (found - latest)
            latest, momentum = found, grown
            line = _line(X, Y, latest, radius)
            if line.slack <= ACCURATE * line.loss:
                break
        return line

    return support


def _in_ball(M: Matrix, radius: float) -> Matrix:
    """The nearest matrix whose singular values sum to `radius` at most."""
    U, sigma, basis = np.linalg.svd(M, full_matrices=False)
    return (U * sum_support(sigma, np.ones_like(sigma), radius)[0]) @ basis


def _line(X: Matrix, Y: Matrix, M: Matrix, radius: float) -> Support:
    residual = Y - X @ M
    slope = float(np.linalg.norm(X.T @ residual, 2))
    slack = max(slope * radius - float(np.vdot(residual, X @ M)), 0.0)
    return Support(radius, 0.5 * float(np.vdot(residual, residual)), slope, slack)


def _ordinary(X: Matrix, Y: Matrix) -> tuple[Matrix, Matrix, float]:
    """X and Y of size one, on which conic solvers are accurate, and what M is then measured in."""
    size, length = float(np.linalg.norm(X, 2)), float(np.linalg.norm(Y)) or 1.0
    return X / size, Y / length, length / size


def shrinkage_iteration(X: Matrix, Y: Matrix, beta: float, depth: int, start: Matrix) -> Matrix:
    """A stationary M (d, K) of the objective of `depth` layers, not above that of `start`."""
    q = float(np.linalg.norm(X, 2)) ** 2
    M = start
    for _ in range(STEPS):
        U, sigma, basis = np.linalg.svd(M + X.T @ (Y - X @ M) / q, full_matrices=False)
        new = (U * shrink(sigma, beta / q, depth).minimizer) @ basis
        change, M = float(np.abs(new - M).max()), new
        if change <= SETTLED * np.abs(M).max():
            break
    return M


def _run(program: Any, unknown: Any) -> None:
    """Solve; afterwards `unknown` has a value. How good it is shows in the bound computed from it."""
    import cvxpy

    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Solution may be inaccurate")
            program.solve(solver=cvxpy.CLARABEL, tol_gap_abs=ASKED, tol_gap_rel=ASKED, tol_feas=ASKED, max_threads=1)
    except cvxpy.error.SolverError as error:
        raise SolverFailedError(f"the conic solver gave up ({error}); try another beta") from error
    if unknown.value is None:
        raise SolverFailedError(f"the conic solver ended with {program.status}; try another beta")
