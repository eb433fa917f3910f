r"""The one-dimensional search that is left when everything but the size of the network is convex.

.. math::  \min_{r \ge 0}\ h(r) = F(r) + \tfrac{\beta L}{2}\, r^{2/L}, \qquad
           F(r) = \min_z \{ \text{loss}(z) : \|z\| \le r \} .

F is convex and falls; the penalty is concave for L >= 3, so h can have several local minima. A dual feasible point for
one radius gives a line below F everywhere. Between the places where the upper envelope of these lines changes from one
to the next, it plus a concave function has no minimum. So the lowest of these corners is a proven lower bound, and F is
looked at there next, until the bound meets the best value found. A root search for
:math:`-F'(r) = \beta r^{2/L - 1}` then sharpens the radius, which the value of h alone determines to half of the digits
only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from cvxdnn.convex.deep_curve import Penalty

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
    penalty = Penalty(beta, depth)
    points = [support(0.0), support(largest)]
    best = min(_values(points, penalty))
    while len(points) < EVALUATIONS:
        corner = least_above(points, beta, depth)
        undone = max(TOLERANCE * best, corner.slack)  # more points would be as inexact
        is_new = corner.radius < largest and all(corner.radius != point.radius for point in points)
        if corner.value >= best - undone or not is_new:
            break
        points.append(support(corner.radius))
        best = min(best, *_values(points[-1:], penalty))
    points.append(support(_stationary_radius(support, points, penalty)))
    values = _values(points, penalty)
    # A stationary point is preferred to the best one unless it is worse by more than rounding.
    chosen = -1 if values[-1] <= min(values) * (1 + ROUNDING) else int(np.argmin(values))
    return RadialMinimum(points[chosen].radius, values[chosen], least_above(points, beta, depth).value)


@dataclass(frozen=True)
class Corner:
    """Where the least is: its value, rounded down, radius, the lines that meet there: their slopes and least slack."""

    value: float
    radius: float
    slack: float
    steep: float
    flat: float


def least_above(supports: Sequence[Support], beta: float, depth: int) -> Corner:
    """The least of the upper envelope of all lines plus the penalty, over all radii.

    On each line the sum is concave, and on the last, a loss of zero, it rises: the least is at a corner.
    """
    penalty = Penalty(beta, depth)
    highest = _envelope(supports)
    first = highest[0]
    least = Corner(first.line(0.0), 0.0, first.slack, np.inf, first.slope)
    for above, below in pairwise(highest):
        at = _meeting(above, below)
        # Of the two lines that meet, the flatter one suffers less from the rounding of the place.
        value = below.line(at) + float(penalty(at))
        if value < least.value:
            least = Corner(value, at, min(above.slack, below.slack), above.slope, below.slope)
    return replace(least, value=OUTWARDS * least.value)


def _envelope(supports: Sequence[Support]) -> list[Support]:
    """Those, by descending slope, whose line is the highest somewhere; without any of them the rest is a bound, too."""
    highest: list[Support] = []
    for support in sorted([*supports, NOTHING], key=lambda each: (-each.slope, each.line(0.0))):
        while highest and (
            support.line(0.0) >= highest[-1].line(0.0)
            or (len(highest) > 1 and _meeting(highest[-2], support) <= _meeting(highest[-2], highest[-1]))
        ):
            highest.pop()
        highest.append(support)
    return highest


def _meeting(above: Support, below: Support) -> float:
    """The radius >= 0 at which the line of `above`, which is the steeper one, meets the other."""
    ahead = (above.line(above.radius) - below.line(above.radius)) / (above.slope - below.slope)
    return max(above.radius + ahead, 0.0)


def _values(points: Sequence[Support], penalty: Penalty) -> list[float]:
    """h at each point."""
    return [point.loss + float(penalty(point.radius)) for point in points]


def _stationary_radius(support: Supports, points: Sequence[Support], penalty: Penalty) -> float:
    """The root of h' between the neighbours of the best point, if it is a minimum inside the interval."""
    radii = sorted(point.radius for point in points)
    best = points[int(np.argmin(_values(points, penalty)))].radius
    place = radii.index(best)
    if place == 0:
        return best

    def slope(radius: float) -> float:
        return float(penalty.slope(radius)) - support(radius).slope

    low, high = radii[place - 1] or 0.5 * best, radii[min(place + 1, len(radii) - 1)]
    if not slope(low) < 0 < slope(high):
        return best
    return float(brentq(slope, low, high, xtol=1e-15 * high, rtol=1e-14))
