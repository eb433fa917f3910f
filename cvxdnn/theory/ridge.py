r"""Least squares with a bounded norm, :math:`F(r) = \min \{ \tfrac12 \|Xw - y\|^2 : \|w\|_2 \le r \}`: the ridge path.

The minimiser is :math:`w = (X^T X + \mu I)^{-1} X^T y` with the multiplier :math:`\mu \ge 0` that uses up r; in the
singular basis :math:`w_i = \sigma_i u_i / (\sigma_i^2 + \mu)`, :math:`u = U^T y`. Any residual :math:`\lambda` bounds F
from below by :math:`\tfrac12 \|y\|^2 - \tfrac12 \|\lambda - y\|^2 - r \|X^T \lambda\|`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from cvxdnn.core.types import Array
from cvxdnn.theory.radial import Support

__all__ = ["RidgePath", "ridge_path"]

RANK = 4 * float(np.finfo(np.float64).eps)
"""Singular values below this share of the largest cannot be told from zero."""
ROUNDING = 8 * float(np.finfo(np.float64).eps)
"""What rounding can add to X^T lambda, as a share of the norms of both."""


@dataclass(frozen=True, eq=False)
class RidgePath:
    """The path in the singular basis.

    sigma, targets : (k,) positive singular values of X and the components of y along their left vectors
    basis : (k, d) right singular vectors, as rows
    rest : 1/2 of the squared part of y that X cannot reach
    """

    sigma: Array
    targets: Array
    basis: Array
    rest: float

    @property
    def largest(self) -> float:
        """The norm of the least-squares solution of least norm."""
        return float(np.linalg.norm(self._coordinates(0.0)))

    def weights(self, radius: float) -> Array:
        """The minimiser w (d,)."""
        return self._coordinates(self._multiplier(radius)) @ self.basis

    def support(self, radius: float) -> Support:
        """F and its line at a radius."""
        w = self._coordinates(self._multiplier(radius))
        fitted = self.sigma * w
        residual = self.targets - fitted
        size = float(np.sqrt(residual @ residual + 2 * self.rest))
        slope = float(np.linalg.norm(self.sigma * residual)) + ROUNDING * float(self.sigma.max()) * size
        slack = max(slope * radius - float(residual @ fitted), 0.0)
        return Support(radius, 0.5 * float(residual @ residual) + self.rest, slope, slack)

    def _coordinates(self, multiplier: float) -> Array:
        return self.sigma * self.targets / (self.sigma**2 + multiplier)

    def _multiplier(self, radius: float) -> float:
        if radius >= self.largest:
            return 0.0
        if radius == 0:
            return np.inf
        highest = 1.01 * float(np.linalg.norm(self.sigma * self.targets)) / radius

        def excess(multiplier: float) -> float:
            return float(np.linalg.norm(self._coordinates(multiplier))) - radius

        return float(brentq(excess, 0.0, highest, xtol=1e-300, rtol=1e-15, maxiter=1000))


def ridge_path(X: Array, y: Array) -> RidgePath:
    """The path of inputs X (n, d) and targets y (n,)."""
    U, sigma, basis = np.linalg.svd(X, full_matrices=False)
    kept = sigma > RANK * sigma[0]
    targets = (U.T @ y)[kept]
    outside = y - U[:, kept] @ targets
    return RidgePath(sigma[kept], targets, basis[kept], 0.5 * float(outside @ outside))
