"""Splines with given support as combinations of hat functions: the tridiagonal quadratic they turn the loss into.

A spline with support points x_1 < ... < x_K and values c there has weighted loss
`1/2 sum w (f - y)^2 = 1/2 c^T G c - g^T c + 1/2 sum w y^2` with G tridiagonal, because only neighbouring hats overlap.
"""

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.spline import MergedPoints
from cvxdnn.core.types import Array, Indices


@dataclass(frozen=True, eq=False)
class Quadratic:
    """The loss of a spline as a function of its values at the support.

    x : (K,) support;  diagonal (K,), off_diagonal (K - 1,) : G;  moment : (K,) g;  constant : 1/2 sum w y^2
    """

    x: Array
    diagonal: Array
    off_diagonal: Array
    moment: Array
    constant: float

    def times(self, values: Array) -> Array:
        """G c."""
        product = self.diagonal * values
        product[:-1] += self.off_diagonal * values[1:]
        product[1:] += self.off_diagonal * values[:-1]
        return product

    def value(self, values: Array) -> float:
        """The loss, without the scatter of merged points."""
        return 0.5 * float(values @ self.times(values)) - float(self.moment @ values) + self.constant


def hat_quadratic(points: MergedPoints, support: Indices) -> Quadratic:
    """The quadratic of splines whose support is `support`, sorted indices of points that include both ends."""
    x = points.x[support]
    starts, counts = support[:-1], support[1:] - support[:-1]
    rising = (points.x[:-1] - np.repeat(x[:-1], counts)) / np.repeat(x[1:] - x[:-1], counts)
    falling = 1.0 - rising
    weight, weighted_y = points.weight[:-1], points.weight[:-1] * points.y[:-1]
    diagonal, moment = np.zeros(support.size), np.zeros(support.size)
    diagonal[:-1] += np.add.reduceat(weight * falling**2, starts)
    diagonal[1:] += np.add.reduceat(weight * rising**2, starts)
    diagonal[-1] += points.weight[-1]
    moment[:-1] += np.add.reduceat(falling * weighted_y, starts)
    moment[1:] += np.add.reduceat(rising * weighted_y, starts)
    moment[-1] += points.weight[-1] * points.y[-1]
    off_diagonal = np.add.reduceat(weight * rising * falling, starts)
    constant = 0.5 * float(points.weight @ points.y**2)
    return Quadratic(x, diagonal, off_diagonal, moment, constant)


def coarser(quadratic: Quadratic, support: Indices) -> Quadratic:
    """The same loss for splines whose support is only `support`, sorted indices that include both ends; O(K)."""
    if support.size == quadratic.x.size:
        return quadratic
    x, starts, counts = quadratic.x[support], support[:-1], np.diff(support)
    origin, width = np.repeat(x[:-1], counts), np.repeat(np.diff(x), counts)
    # Where in its piece each fine interval begins (left) and ends (right), as a share.
    left, right = (quadratic.x[:-1] - origin) / width, (quadratic.x[1:] - origin) / width
    pair, own, moment_own = quadratic.off_diagonal, quadratic.diagonal[:-1], quadratic.moment[:-1]

    def total(terms: Array) -> Array:
        return np.add.reduceat(terms, starts)

    diagonal, moment = np.zeros(support.size), np.zeros(support.size)
    diagonal[:-1] += total(own * (1 - left) ** 2 + 2 * pair * (1 - left) * (1 - right))
    diagonal[1:] += total(own * left**2 + 2 * pair * left * right)
    diagonal[-1] += quadratic.diagonal[-1]
    moment[:-1] += total((1 - left) * moment_own)
    moment[1:] += total(left * moment_own)
    moment[-1] += quadratic.moment[-1]
    off_diagonal = total(own * left * (1 - left) + pair * (left * (1 - right) + right * (1 - left)))
    return Quadratic(x, diagonal, off_diagonal, moment, quadratic.constant)


def slope_change_adjoint(at_knots: Array, gaps: Array) -> Array:
    """The transpose of values -> slope changes, applied to one number per interior support point."""
    slopes = np.zeros(gaps.size)
    slopes[:-1] = at_knots
    slopes[1:] -= at_knots
    slopes /= gaps
    adjoint = np.zeros(gaps.size + 1)
    adjoint[:-1] = slopes
    adjoint[1:] -= slopes
    return adjoint


def end_slope_gradient(gaps: Array) -> Array:
    """Gradient of the mean of first and last slope in the values at the support."""
    gradient = np.zeros(gaps.size + 1)
    gradient[0] -= 0.5 / gaps[0]
    gradient[1] += 0.5 / gaps[0]
    gradient[-2] -= 0.5 / gaps[-1]
    gradient[-1] += 0.5 / gaps[-1]
    return gradient
