r"""Array least squares under a penalty on singular values, for inputs of any condition.

.. math::  \min_M \tfrac12 \|XM - Y\|_F^2 + \tfrac{\beta L}{2} \sum_i \sigma_i(M)^{2/L}, \qquad
           F(r) = \min_M \{ \tfrac12 \|XM - Y\|_F^2 : \|M\|_* \le r \} .

The first is convex for L = 2, where the penalty is the nuclear norm. Any residual :math:`\Lambda` bounds F from below
by :math:`\tfrac12 \|Y\|^2 - \tfrac12 \|\Lambda - Y\|^2 - r\,\sigma_{\max}(X^T \Lambda)`.

*Reweighting.* With :math:`M = U \operatorname{diag}(s) Q^T` and :math:`c = s^{1-1/L}` the penalty is at most
:math:`\tfrac\beta2 \|\operatorname{diag}(1/c)\, U^T M\|^2` plus a constant, with equality at M itself, because
:math:`(MM^T)^{1/L}` is operator concave. The least squares problem that remains has a closed form in the singular basis
of :math:`X U \operatorname{diag}(c)`. The same holds on the side of Q, where the singular bases of X and of M make it
diagonal. Taking the two in turns never raises the objective and, unlike gradient steps, does not mind the condition
of X. (Mohan & Fazel, 2012, for one side.) The rank never grows, so rank and start decide where it ends for L >= 3.
"""

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.theory.radial import Support, least_above

__all__ = ["FEW", "ROUNDING", "Descent", "descend", "nuclear_bound", "penalised"]

STEPS, FEW = 3000, 50
"""Steps at most, and where few will do: to compare starts, and towards a line, which is a bound however few."""
PATIENCE = 3
"""Steps without progress that end the descent."""
SETTLED = 1e-15
"""Relative fall of the objective that is no progress."""
LINES, STRIDE, CLOSE = 60, 30.0, 1.02
"""Lines of a bound at most; the factor between prices while none is flat; the factor up to which two are one."""
ROUNDING = 8 * float(np.finfo(np.float64).eps)
"""Rounding of a product or of singular values, as a share of the norms that enter."""


@dataclass(frozen=True, eq=False)
class Descent:
    """Where the descent ends.

    matrix : (d, K) M;  objective : of M
    residual : (n, K) Y - XM, of which the part that the penalty leaves is computed without cancellation
    """

    matrix: Array
    objective: float
    residual: Array


def penalised(X: Array, Y: Array, M: Array, beta: float, depth: int) -> float:
    """The objective of the first problem at M."""
    powers = np.linalg.svd(M, compute_uv=False) ** (2 / depth)
    return 0.5 * float(np.linalg.norm(X @ M - Y)) ** 2 + 0.5 * beta * depth * float(powers.sum())


def descend(X: Array, Y: Array, beta: float, depth: int, start: Array, steps: int = STEPS) -> Descent:
    """Reweighted least squares from a start, to a point that no further step improves."""
    left, sizes, right = np.linalg.svd(X, full_matrices=False)
    M, lowest, idle = start, np.inf, 0
    best = Descent(start, penalised(X, Y, start, beta, depth), Y - X @ start)
    for _ in range(steps):
        M = _from_the_left(X, Y, beta, depth, M)
        M, residual = _from_the_right(left, sizes, right, Y, beta, depth, M)
        value = penalised(X, Y, M, beta, depth)
        idle = idle + 1 if value >= lowest * (1 - SETTLED) else 0
        lowest = value
        if value < best.objective or not np.isfinite(best.objective):
            best = Descent(M, value, residual)
        if idle > PATIENCE or not M.any():
            break
    return best


def _from_the_left(X: Array, Y: Array, beta: float, depth: int, M: Array) -> Array:
    U, s, _ = np.linalg.svd(M, full_matrices=False)
    scaled = U * s ** (1 - 1 / depth)
    left, sizes, right = np.linalg.svd(X @ scaled, full_matrices=False)
    return np.asarray(scaled @ (right.T @ ((sizes / (sizes**2 + beta))[:, None] * (left.T @ Y))))


def _from_the_right(
    left: Array, sizes: Array, right: Array, Y: Array, beta: float, depth: int, M: Array
) -> tuple[Array, Array]:
    """The next M, and its residual."""
    _, s, basis = np.linalg.svd(M, full_matrices=False)
    weights = s ** (1 - 1 / depth)
    products = sizes[:, None] * weights
    targets = left.T @ Y @ basis.T
    share = beta / (products**2 + beta)
    found = right.T @ (targets * share * (products * weights / beta)) @ basis
    outside = Y - left @ targets @ basis
    return found, outside + left @ (targets * share) @ basis


def nuclear_line(X: Array, Y: Array, residual: Array) -> Support:
    """The line below F that a residual proves, less what rounding can hide in it."""
    hidden = ROUNDING * float(np.linalg.norm(X, 2)) * float(np.linalg.norm(residual))
    products = residual * (Y - 0.5 * residual)
    height = float(products.sum()) - ROUNDING * float(np.abs(products).sum())
    return Support(0.0, height, float(np.linalg.norm(X.T @ residual, 2)) + hidden)


def nuclear_bound(X: Array, Y: Array, beta: float, depth: int) -> float:
    """What lines below F prove about every M: F(r) plus (beta L / 2) r^(2/L) is nowhere lower.

    Each line is that of the convex problem for one price of the norm; prices are set where the bound is weakest.
    """
    left, sizes, right = np.linalg.svd(X, full_matrices=False)
    start = right.T @ ((left.T @ Y) / np.maximum(sizes, ROUNDING * sizes[0])[:, None])
    lines = [nuclear_line(X, Y, Y)]
    for _ in range(LINES):
        corner = least_above(lines, beta, depth)
        if corner.steep <= CLOSE * corner.flat or not np.isfinite(corner.steep):
            break
        price = float(np.sqrt(corner.steep * corner.flat)) if corner.flat > 0 else corner.steep / STRIDE
        lines.append(nuclear_line(X, Y, descend(X, Y, price, 2, start, FEW).residual))
    return least_above(lines, beta, depth).value
