"""Splines with given support as combinations of hat functions: the tridiagonal quadratic they turn the loss into.

A spline with support points x_1 < ... < x_K and values c there has weighted loss
`1/2 sum w (f - y)^2 = 1/2 c^T G c - g^T c + 1/2 sum w y^2` with G tridiagonal, because only neighbouring hats overlap.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cvxdnn.core.spline import MergedPoints
from cvxdnn.core.types import Array, Indices

FEW = 2_000
"""Points among which looking for the piece of each is quicker than anything."""
LONG = 2_000
"""Points in a piece, on average, from which on it is quicker taken by itself."""


@dataclass(frozen=True, eq=False)
class Quadratic:
    """The loss of a spline as a function of its values at the support.

    x : (K,) support;  diagonal (K,), off_diagonal (K - 1,) : G;  moment : (K,) g;  points : the data
    """

    x: Array
    diagonal: Array
    off_diagonal: Array
    moment: Array
    points: MergedPoints

    @property
    def constant(self) -> float:
        """1/2 sum w y^2."""
        return self.points.loss_of_zero

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
    are_long = points.x.size > LONG * support.size
    falling, rising, mixed, falling_y, rising_y = (_piece_by_piece if are_long else _all_pieces)(points, support)
    diagonal, moment = np.zeros(support.size), np.zeros(support.size)
    diagonal[:-1] += falling
    diagonal[1:] += rising
    diagonal[-1] += points.weight[-1]
    moment[:-1] += falling_y
    moment[1:] += rising_y
    moment[-1] += points.weight[-1] * points.y[-1]
    return Quadratic(points.x[support], diagonal, mixed, moment, points)


def _all_pieces(points: MergedPoints, support: Indices) -> tuple[Array, ...]:
    """Weighted sums over every piece: of both hats there squared, of their product, and of each times y."""
    x = points.x[support]
    starts, counts = support[:-1], support[1:] - support[:-1]
    rising = points.x[:-1] - x[:-1].repeat(counts)
    rising /= (x[1:] - x[:-1]).repeat(counts)
    falling, terms = 1.0 - rising, np.empty((5, rising.size))
    weight, y = points.weight[:-1], points.y[:-1]
    np.multiply(weight, falling, out=terms[0])
    np.multiply(weight, rising, out=terms[1])
    np.multiply(terms[1], falling, out=terms[2])
    np.multiply(terms[:2], y, out=terms[3:])
    terms[0] *= falling
    terms[1] *= rising
    return tuple(np.add.reduceat(terms, starts, axis=1))


def _piece_by_piece(points: MergedPoints, support: Indices) -> tuple[Array, ...]:
    """The same, of pieces that are long, but not too long for the processor's cache."""
    sums = np.empty((5, support.size - 1))
    for piece, (first, end) in enumerate(pairwise(support.tolist())):
        x, y, weight = points.x[first:end], points.y[first:end], points.weight[first:end]
        rising = (x - x[0]) / (points.x[end] - x[0])
        falling = 1.0 - rising
        weighted_rising, weighted_falling = weight * rising, weight * falling
        sums[:, piece] = (
            _product(weighted_falling, falling),
            _product(weighted_rising, rising),
            _product(weighted_rising, falling),
            _product(weighted_falling, y),
            _product(weighted_rising, y),
        )
    return tuple(sums)


def _product(left: Array, right: Array) -> float:
    """Their inner product, in this thread: those of a BLAS would wait for each other where processors are busy."""
    return float(np.einsum("i,i", left, right))


def interpolated(x: Array, support: Indices, values: Array) -> Array:
    """The spline with these values at the support, which includes both ends, at all points x (m,)."""
    corners = x[support]
    if x.size <= FEW:
        return np.asarray(np.interp(x, corners, values))
    counts, result = support[1:] - support[:-1], np.empty_like(x)  # x is sorted: nothing has to be looked for
    inner = np.subtract(x[:-1], np.repeat(corners[:-1], counts), out=result[:-1])
    inner *= np.repeat((values[1:] - values[:-1]) / (corners[1:] - corners[:-1]), counts)
    inner += np.repeat(values[:-1], counts)
    result[-1] = values[-1]
    return result


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
    return Quadratic(x, diagonal, off_diagonal, moment, quadratic.points)


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
