r"""Linear networks on whitened inputs: what their singular values are fitted to, and how well float64 knows it.

:math:`X^T X = qI` or :math:`X X^T = qI` holds to rounding only. With all :math:`\sigma_i(X)^2` between
:math:`q_-` and :math:`q_+`, and :math:`M_0` the least-squares solution,

* columns: :math:`\tfrac12 \|XM - Y\|^2 \ge \tfrac12 \|XM_0 - Y\|^2
  + \tfrac{q_-}2 \sum_i (\sigma_i(M) - \sigma_i(M_0))^2`;
* rows: for A = XM, :math:`\tfrac12 \|A - Y\|^2 \ge \tfrac12 \sum_i (\sigma_i(A) - \sigma_i(Y))^2` and
  :math:`\sigma_i(M) \ge \sigma_i(A) / \sqrt{q_+}`,

by von Neumann's inequality. Either way no network is below
:math:`c + q \min_s \tfrac12 \sum_i (s_i - a_i)^2 + (\text{penalty of } s \text{ with weight decay } \beta')` for the
numbers in `Floor`, which is exact where X is. The minimum rises with the :math:`a_i`, so that taking them too small, by
what rounding can have added, keeps the bound.
"""

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.theory.inputs import column_scale, row_scale
from cvxdnn.theory.nuclear import ROUNDING

__all__ = ["Floor", "WhitenedInputs", "whitened_inputs"]


@dataclass(frozen=True, eq=False)
class Floor:
    """A lower bound as above: c, q, the a_i, and by what beta is divided per unit of the penalty's exponent.

    beta' = beta / (curvature * scale^exponent) for a penalty that grows like s^exponent
    """

    constant: float
    curvature: float
    targets: Array
    scale: float

    def beta(self, beta: float, exponent: float) -> float:
        """beta'."""
        return float(beta / (self.curvature * self.scale**exponent))


@dataclass(frozen=True, eq=False)
class WhitenedInputs:
    """q, the least-squares solution U diag(values) basis, and the bound."""

    q: float
    U: Array
    values: Array
    basis: Array
    floor: Floor


def whitened_inputs(X: Array, Y: Array) -> WhitenedInputs | None:
    """The problem for X (n, d) and Y (n, K); None if X is not whitened."""
    rows, columns = row_scale(X), column_scale(X)
    q = rows or columns
    if q is None:
        return None
    left, sizes, right = np.linalg.svd(X, full_matrices=False)
    U, values, basis = np.linalg.svd(right.T @ ((left.T @ Y) / sizes[:, None]), full_matrices=False)
    size = float(np.linalg.norm(Y))
    unknown = ROUNDING * size / float(sizes[-1])
    values = np.where(values > unknown, values, 0.0)
    if rows is not None:
        targets: Array = np.maximum(np.linalg.svd(Y, compute_uv=False) - ROUNDING * size, 0.0)
        return WhitenedInputs(q, U, values, basis, Floor(0.0, 1.0, targets, float(sizes[0])))
    missed = max(float(np.linalg.norm(Y - X @ (U * values) @ basis)) - ROUNDING * size, 0.0)
    targets = np.maximum(values - unknown, 0.0)
    return WhitenedInputs(q, U, values, basis, Floor(0.5 * missed**2, float(sizes[-1]) ** 2, targets, 1.0))
