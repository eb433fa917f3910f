r"""Hinges with kinks at the data, and least squares over them with a bounded l1 norm.

.. math::  F(r) = \min \{ \tfrac12 \|A z + b_0 1 - y\|^2 : \|z\|_1 \le r \},
           \qquad A = [\,(x_i - u_j)_+ \mid (u_j - x_i)_+\,],

u the distinct values of x. The free b_0 is eliminated by centring; then the hinges to the right of the first and to
the left of the last value are the same line, so one of the two is left out. With :math:`\pm` every column, scaled by r,
F asks for the point of a polytope that is nearest to y; that point is the solution of a nonnegative least-squares
problem (Lawson & Hanson, 1974, chapter 23) whose active-set method is exact and indifferent to dependent columns.

Any residual :math:`\lambda` with :math:`1^T \lambda = 0` bounds F from below by
:math:`\tfrac12 \|y\|^2 - \tfrac12 \|\lambda - y\|^2 - r \|A^T \lambda\|_\infty`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from cvxdnn.core.exceptions import SolverFailedError
from cvxdnn.core.types import Array
from cvxdnn.theory.radial import Support

__all__ = ["Hinges", "hinges"]


@dataclass(frozen=True, eq=False)
class Hinges:
    """The dictionary for inputs x (n,) and targets y (n,).

    columns : (n, m) features on the sample;  kinks, signs : (m,) of each feature;  y : (n,)
    """

    columns: Array
    kinks: Array
    signs: Array
    y: Array

    def support(self, radius: float) -> Support:
        """F and its line at a radius."""
        columns, y = self._centred()
        fitted = columns @ self.coefficients(radius)
        residual = y - fitted
        slope = float(np.abs(columns.T @ residual).max(initial=0.0))
        slack = max(slope * radius - float(residual @ fitted), 0.0)
        return Support(radius, 0.5 * float(residual @ residual), slope, slack)

    @property
    def largest(self) -> float:
        """The l1 norm of some least-squares solution: F falls no further from there on."""
        columns, y = self._centred()
        if columns.shape[1] == 0:
            return 0.0
        return float(np.abs(_nonnegative(np.hstack([columns, -columns]), y)).sum())

    def coefficients(self, radius: float) -> Array:
        """Signed coefficients (m,) of the best combination with an l1 norm of at most `radius`."""
        columns, y = self._centred()
        if radius == 0 or columns.shape[1] == 0:
            return np.zeros(columns.shape[1])
        unit = float(np.abs(y).max())
        if unit == 0:
            return np.zeros(columns.shape[1])
        steep = (radius / unit) * columns
        corners = np.hstack([steep, -steep]) - (y / unit)[:, None]
        # Any weight of the condition that shares sum to one is exact; one of the size of the corners is accurate.
        scale = float(np.abs(steep).max())
        total = np.full((1, corners.shape[1]), scale)
        shares = _nonnegative(np.vstack([corners, total]), np.append(np.zeros_like(y), scale))
        shares = radius * shares / shares.sum()
        right, left = np.split(shares, 2)
        return right - left

    def _centred(self) -> tuple[Array, Array]:
        return self.columns - self.columns.mean(axis=0), self.y - self.y.mean()


def hinges(x: Array, y: Array) -> Hinges:
    """The dictionary of x (n,), with targets y (n,)."""
    values = np.unique(x)
    right, left = values[:-1], values[1:-1]
    kinks = np.concatenate([right, left])
    signs = np.concatenate([np.ones_like(right), -np.ones_like(left)])
    return Hinges(np.maximum(signs * (x[:, None] - kinks), 0.0), kinks, signs, y)


def _nonnegative(matrix: Array, target: Array) -> Array:
    try:
        solution, _ = nnls(matrix, target, maxiter=30 * matrix.shape[1])
    except RuntimeError as error:
        raise SolverFailedError(f"nonnegative least squares gave up ({error}); use fewer samples") from error
    return np.asarray(solution)
