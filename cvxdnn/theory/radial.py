r"""The one-dimensional search that is left when everything but the size of the network is convex.

.. math::  \min_{r \ge 0}\ h(r) = F(r) + \tfrac{\beta L}{2}\, r^{2/L}, \qquad
           F(r) = \min_z \{ \text{loss}(z) : \|z\| \le r \} .

F is convex and falls; the penalty is concave for L >= 3, so h can have several local minima. A dual feasible point for
one radius gives a line below F everywhere. Between two radii F lies above the larger of their two lines; that plus
a concave function has its minimum at an end or where the lines cross. Branch and bound over the intervals therefore
ends with the global minimum and a proven lower bound. A root search for :math:`-F'(r) = \beta r^{2/L - 1}` then
sharpens the radius, which the value of h alone determines to half of the digits only.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from cvxdnn.core.types import Array

__all__ = ["OUTWARDS", "RadialMinimum", "Support", "least_above", "minimize_over_radius"]

TOLERANCE = 1e-13
"""Relative distance of minimum and lower bound that ends the search; rounding may end it earlier."""
ROUNDING = 1e-15
OUTWARDS = 1 - 1e-14
"""A lower bound is a sum of terms that are each rounded; so much of it is left as proven."""
EVALUATIONS = 2000


@dataclass(frozen=True)
class Support:
    """F at one radius, and a line below it: F(s) >= loss - slack - slope (s - radius) for all s.

    slope : >= 0, minus the derivative of F where it has one
    slack : >= 0, how far the line is below F here: zero up to the accuracy of the inner solver
    """

    radius: float
    loss: float
    slope: float
    slack: float = 0.0

    def line(self, radius: float) -> float:
        """The lower bound of F at another radius."""
        return self.loss - self.slack - self.slope * (radius - self.radius)


NOTHING = Support(0.0, 0.0, 0.0)
"""A loss is never negative."""


@dataclass(frozen=True)
class RadialMinimum:
    """The best radius found, h there, and a proven lower bound of h."""

    radius: float
    value: float
    lower_bound: float


Supports = Callable[[float], Support]


def minimize_over_radius(support: Supports, largest: float, beta: float, depth: int) -> RadialMinimum:
    """The global minimum of h over [0, largest], and a bound for all radii, for beta > 0.

    support : F at any radius in that interval;  largest : a radius from which F no longer falls
    """
    search = _Search(beta, depth, [support(0.0), support(largest)])
    while len(search.points) < EVALUATIONS:
        bound, where, a, b = search.weakest()
        undone = max(TOLERANCE * search.best_value, min(a.slack, b.slack))  # more points would be as inexact
        if bound >= search.best_value - undone or not a.radius < where < b.radius:
            break
        search.split(support(where))
    search.settle(support(search.stationary_radius(support)))
    return RadialMinimum(search.best.radius, search.best_value, search.lower_bound())


@dataclass(frozen=True)
class Corner:
    """Where the least is: its value, rounded down, and the slopes of the lines that meet there."""

    value: float
    steep: float
    flat: float


def least_above(supports: Sequence[Support], beta: float, depth: int) -> Corner:
    """The least of the upper envelope of all lines plus the penalty, over all radii.

    On each line the sum is concave, and on the last, a loss of zero, it rises: the least is at a corner.
    """
    radii, heights, slopes = np.array([(p.radius, p.loss - p.slack, p.slope) for p in [*supports, NOTHING]]).T

    def lines(radius: float) -> Array:
        return np.asarray(heights - slopes * (radius - radii))

    line = int(lines(0.0).argmax())
    least = Corner(float(lines(0.0)[line]), np.inf, float(slopes[line]))
    while (flatter := slopes < slopes[line]).any():
        above = lines(radii[line])[line] - lines(radii[line])
        ahead = np.divide(above, slopes[line] - slopes, out=np.full_like(slopes, np.inf), where=flatter)
        following = int(np.lexsort((slopes, ahead))[0])
        at = max(float(radii[line] + ahead[following]), 0.0)
        # Of the two lines that meet, the flatter one suffers less from the rounding of the place.
        found = float(lines(at)[following]) + _penalty(at, beta, depth)
        if found < least.value:
            least = Corner(found, float(slopes[line]), float(slopes[following]))
        line = following
    return Corner(OUTWARDS * least.value, least.steep, least.flat)


def _penalty(radius: float, beta: float, depth: int) -> float:
    return float(0.5 * beta * depth * radius ** (2 / depth))


class _Search:
    """The radii looked at, and a queue of the intervals between them, that of the lowest bound first."""

    def __init__(self, beta: float, depth: int, points: list[Support]) -> None:
        self.beta, self.depth, self.points = beta, depth, points
        self.best = min(points, key=self.value)
        self._queue = [self._interval(*points)]

    @property
    def best_value(self) -> float:
        return self.value(self.best)

    def value(self, point: Support) -> float:
        return point.loss + self._penalty(point.radius)

    def weakest(self) -> tuple[float, float, Support, Support]:
        """The lowest bound of h inside an interval, where it is, and the interval's ends."""
        bound, _, where, a, b = self._queue[0]
        return bound, where, a, b

    def split(self, new: Support) -> None:
        """Replace the weakest interval by its parts on both sides of a new point."""
        _, _, a, b = self.weakest()
        heapq.heapreplace(self._queue, self._interval(a, new))
        heapq.heappush(self._queue, self._interval(new, b))
        self.add(new)

    def add(self, new: Support) -> None:
        self.points.append(new)
        if self.value(new) < self.best_value:
            self.best = new

    def settle(self, stationary: Support) -> None:
        """Prefer a stationary point to the best one unless it is worse by more than rounding."""
        self.points.append(stationary)
        if self.value(stationary) <= self.best_value * (1 + ROUNDING):
            self.best = stationary

    def lower_bound(self) -> float:
        return least_above(self.points, self.beta, self.depth).value

    def stationary_radius(self, support: Supports) -> float:
        """The root of h' between the neighbours of the best point, if it is a minimum inside the interval."""
        radii = sorted(point.radius for point in self.points)
        place = radii.index(self.best.radius)
        if place == 0:
            return self.best.radius

        def slope(radius: float) -> float:
            return float(self.beta * radius ** (2 / self.depth - 1) - support(radius).slope)

        low, high = radii[place - 1] or 0.5 * self.best.radius, radii[min(place + 1, len(radii) - 1)]
        if not slope(low) < 0 < slope(high):
            return self.best.radius
        return float(brentq(slope, low, high, xtol=1e-15 * high, rtol=1e-14))

    def _interval(self, a: Support, b: Support) -> tuple[float, float, float, Support, Support]:
        where = _crossing(a, b)
        inside = (b.line(where) if a.slope > b.slope else max(a.line(where), b.line(where))) + self._penalty(where)
        ends = (point.line(point.radius) + self._penalty(point.radius) for point in (a, b))
        return min(inside, *ends), a.radius, where, a, b

    def _penalty(self, radius: float) -> float:
        return _penalty(radius, self.beta, self.depth)


def _crossing(a: Support, b: Support) -> float:
    """Where the two lines cross; if that is outside, the lowest value is at an end and any place inside will do."""
    if a.slope > b.slope:
        where = a.radius + (a.line(a.radius) - b.line(a.radius)) / (a.slope - b.slope)
        if a.radius < where < b.radius:
            return where
    return 0.5 * (a.radius + b.radius)
