r"""Linear splines of bounded path norm, nearest to data: the convex part of every problem with free biases.

.. math::  F(r) = \min_f \{ \tfrac12 \sum_i (f(x_i) - y_i)^2 : R(f) \le r \}, \qquad
           R = \max(TV, \tfrac12 (TV + |m_1 + m_{n-1}|)),

over splines with knots at the distinct inputs, TV the total variation of the slope, :math:`m_1, m_{n-1}` the end slopes
(`cvxdnn.core.spline`). As an l1 problem over hinges (`cvxdnn.theory.hinges`) this cancels badly where slopes are steep:
that is only asked where the function bends. Given the knots and the signs of their slope changes, R is linear in the
values at the knots, in one of three regimes,

* balanced: :math:`TV = r`,
* end: :math:`TV + s (m_1 + m_{n-1}) = 2r`, s = 1 or -1,
* tied: that, and :math:`TV = s (m_1 + m_{n-1})`,

so that the nearest spline is least squares in hat functions with one or two equations, which cancels nothing. The
regime that proves most is kept, knots that turn the wrong way leave, points where the dual leaves its tube
(`cvxdnn.core.tube`) enter, until neither happens.

*Bound.* For multipliers :math:`\lambda` of sum zero, whose tube needs the width :math:`\mu`, and every s,
:math:`F(s) \ge \lambda^T y - \tfrac12 \|\lambda\|^2 - \mu s`. The width is enlarged by what rounding can hide in it.

Source: docs/rank-one.md; the path norm and the tube are derived in docs/two-layers.md and docs/certificate.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cvxdnn.core.tube import double_integral
from cvxdnn.theory.hinges import HingeFit, hinges
from cvxdnn.theory.radial import Support

__all__ = ["BoundedSplines", "bounded_splines"]

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
ROUNDS = 20
"""Exchanges of knots after which the best fit so far is taken; the line says what it leaves undone."""
EXACT = 1e-12
"""Slack of the line, as a share of the loss and of its descent to radius 0, that ends the exchanges."""
NEGLIGIBLE = 1e-13
"""Slope changes below this share of the path norm are rounding."""
FEASIBLE = 1e-9
"""Relative excess of the path norm over its bound that rounding explains."""


@dataclass(frozen=True, eq=False)
class _Fit:
    """A spline and the line that its residual proves.

    knots : (k,) indices of inner points;  slopes : (k + 1,) of the pieces between;  multipliers, curve : (n,) lambda of
    sum zero and its double integral, centred
    """

    knots: NDArray[np.intp]
    slopes: Vector
    multipliers: Vector
    curve: Vector
    support: Support

    @property
    def changes(self) -> Vector:
        return np.diff(self.slopes)


@dataclass(frozen=True, eq=False)
class BoundedSplines:
    """The problem for distinct inputs x (n,), ascending, with mean targets y and weights that count the samples.

    scatter : the loss that no function removes;  samples : x and y as given
    """

    x: Vector
    y: Vector
    weight: Vector
    scatter: float
    samples: tuple[Vector, Vector]

    @property
    def largest(self) -> float:
        """The path norm of the spline through all points: F falls no further from there on."""
        if self.x.size == 1:
            return 0.0
        slopes = np.diff(self.y) / np.diff(self.x)
        return _path_norm(slopes)

    def support(self, radius: float) -> Support:
        """F and its line at a radius."""
        return self._best(radius).support

    def dual(self, radius: float, beta: float) -> Vector:
        """Multipliers of the samples (n,), of sum zero and within the tube of `beta`, from the residual at a radius."""
        best, (_, y) = self._best(radius), self.samples
        share = min(1.0, beta / best.support.slope) if best.support.slope > 0 else 1.0
        group = np.searchsorted(self.x, self.samples[0])
        return np.asarray((share * best.multipliers / self.weight)[group] + (y - self.y[group]))

    def fit(self, radius: float) -> HingeFit:
        """The nearest spline as a sum of hinges whose l1 norm is its path norm."""
        best = self._best(radius)
        kinks, signs, coefficients = _as_hinges(self.x, best)
        x, y = self.samples
        linear = np.maximum(signs * (x[:, None] - kinks), 0.0) @ coefficients
        intercept = float(np.mean(y - linear))
        return HingeFit(np.arange(kinks.size), coefficients, kinks, signs, intercept, linear + intercept)

    def _best(self, radius: float) -> _Fit:
        """The fit that proves most, from one start or, where rounding spoils it, the other."""
        best = self._constant(radius)
        if radius == 0 or self.x.size == 1:
            return best
        for start in (self._sparse, self._full):
            for found in self._exchanges(*start(radius), radius):
                if found.support.slack < best.support.slack:
                    best = found
                if found.support.slack <= EXACT * (found.support.loss + found.support.slope * radius):
                    return best
        return best

    def _exchanges(self, knots: NDArray[np.intp], signs: Vector, radius: float) -> Iterator[_Fit]:
        """The best fits of one shape after the other, until no knot has to leave or enter."""
        for _ in range(ROUNDS):
            found = min(self._of_shape(knots, signs, radius), key=lambda fit: fit.support.slack)
            yield found
            kept = np.zeros_like(self.x)
            right = found.changes * signs > 0
            kept[knots[right]] = signs[right]
            if right.all():
                outside = self._outside(found) & (kept == 0)
                if not outside.any():
                    return
                kept[outside] = np.sign(found.curve[outside])
            knots = np.flatnonzero(kept)
            signs = kept[knots]

    def _constant(self, radius: float) -> _Fit:
        mean = np.full_like(self.y, self.weight @ self.y / self.weight.sum())
        none = np.zeros(0, dtype=np.intp)
        return self._judged(none, np.zeros(1), mean, self.weight * (self.y - mean), radius)

    def _full(self, radius: float) -> tuple[NDArray[np.intp], Vector]:
        """All knots of the spline through the points, whatever the radius."""
        changes = np.diff(np.diff(self.y) / np.diff(self.x))
        knots = np.flatnonzero(changes)
        return knots + 1, np.sign(changes[knots])

    def _sparse(self, radius: float) -> tuple[NDArray[np.intp], Vector]:
        """Knots and signs from the l1 problem over hinges."""
        dictionary = hinges(*self.samples)
        changes = np.zeros_like(self.x)
        np.add.at(changes, np.searchsorted(self.x, dictionary.kinks), dictionary.coefficients(radius))
        changes[[0, -1]] = 0.0
        knots = np.flatnonzero(np.abs(changes) > NEGLIGIBLE * radius)
        return knots, np.sign(changes[knots])

    def _of_shape(self, knots: NDArray[np.intp], signs: Vector, radius: float) -> Iterator[_Fit]:
        """The best spline with these knots and signs in every regime, where it exists."""
        nodes = np.concatenate([[0], knots, [self.x.size - 1]])
        gaps, roots = np.diff(self.x[nodes]), np.sqrt(self.weight)
        hats = np.array([np.interp(self.x, self.x[nodes], unit) for unit in np.eye(nodes.size)]).T
        basis, triangle = np.linalg.qr(roots[:, None] * hats)
        free = np.linalg.solve(triangle, basis.T @ (roots * self.y))
        slopes = np.diff(np.eye(nodes.size), axis=0) / gaps[:, None]
        variation, ends = signs @ np.diff(slopes, axis=0), slopes[0] + slopes[-1]
        half = {s: (variation + s * ends) / 2 for s in (1, -1)}
        regimes = [[variation], [half[1]], [half[-1]], [half[1], half[-1]], [half[-1], half[1]]]
        for equations in map(np.array, regimes if knots.size else regimes[1:3]):
            excess = equations @ free
            excess[0] -= radius  # of the second, in the tied regime, nothing is left
            orthogonal, prices = np.linalg.qr(np.linalg.solve(triangle.T, equations.T))
            moved = np.linalg.solve(triangle, orthogonal @ np.linalg.solve(prices.T, excess))
            values = hats @ (free - moved)
            pieces = slopes @ (free - moved)
            # Two parts, each accurate, where y - values would cancel.
            missed = (self.y - hats @ free) + hats @ moved
            found = self._judged(knots, pieces, values, self.weight * missed, radius)
            if _path_norm(pieces) > radius * (1 + FEASIBLE):  # not a fit, but it shows which knots to exchange
                found = replace(found, support=replace(found.support, slack=np.inf))
            yield found

    def _judged(
        self, knots: NDArray[np.intp], slopes: Vector, values: Vector, multipliers: Vector, radius: float
    ) -> _Fit:
        for _ in range(2):  # the second time removes the rounding of the first
            multipliers = multipliers - self.weight * (multipliers.sum() / self.weight.sum())
        centred = self.y - self.weight @ self.y / self.weight.sum()
        curve = double_integral(self.x, multipliers)
        end = float(curve[-1])
        curve = curve - end / 2
        # The last multiplier is what makes the sum zero: what rounding did to it counts among the products below.
        sums = np.abs(multipliers.cumsum()[:-1])
        hidden = EPS * float(((sums.cumsum() + 2 * sums) * np.diff(self.x)).sum() + np.abs(curve).sum())
        width = float(np.abs(curve).max()) + abs(end) / 2 + hidden
        products = multipliers * centred
        proved = float(products.sum() - 0.5 * multipliers @ (multipliers / self.weight)) - width * radius
        proved -= 4 * EPS * float(np.abs(products).sum())
        loss = 0.5 * float(self.weight @ (self.y - values) ** 2)
        support = Support(radius, self.scatter + loss, width, max(loss - proved, 0.0))
        return _Fit(knots, slopes, multipliers, curve, support)

    def _outside(self, fit: _Fit) -> NDArray[np.bool_]:
        """Inner points where the curve of the multipliers reaches the wall of the tube."""
        wall = fit.support.slope - abs(float(fit.curve[0]))
        outside = np.abs(fit.curve) > wall * (1 - 1e-12)
        outside[[0, -1]] = False
        return outside


def bounded_splines(x: Vector, y: Vector) -> BoundedSplines:
    """The problem for samples x, y (n,); equal inputs share their mean target, and no others do."""
    distinct, group, counts = np.unique(x, return_inverse=True, return_counts=True)
    offset = y - y[0]  # equal targets keep an exact mean
    means = y[0] + np.bincount(group, offset) / counts
    scatter = 0.5 * float(((y - means[group]) ** 2).sum())
    return BoundedSplines(distinct, means, counts.astype(np.float64), scatter, (x, y))


def _path_norm(slopes: Vector) -> float:
    variation = float(np.abs(np.diff(slopes)).sum())
    return max(variation, (variation + abs(float(slopes[0] + slopes[-1]))) / 2)


def _as_hinges(x: Vector, fit: _Fit) -> tuple[Vector, Vector, Vector]:
    """Kinks, signs and coefficients: what faces left supplies -m_1 as far as that is free (docs/two-layers.md)."""
    changes, first = fit.changes, float(fit.slopes[0])
    rising, falling = np.maximum(changes, 0.0), np.minimum(changes, 0.0)
    left = np.clip(-first, falling.sum(), rising.sum())
    supply = rising if left > 0 else falling
    total = float(supply.sum())
    leftward = supply * (left / total if total else 0.0)
    coefficients = np.concatenate([[first + left], changes - leftward, leftward])
    kinks = np.concatenate([x[:1], x[fit.knots], x[fit.knots]])
    signs = np.repeat([1.0, -1.0], [1 + fit.knots.size, fit.knots.size])
    used = coefficients != 0
    return kinks[used], signs[used], coefficients[used]
