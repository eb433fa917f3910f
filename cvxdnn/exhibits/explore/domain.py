"""The part of the plane that the Explore chart shows."""

from collections.abc import Sequence

from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.labels import LEVELS
from cvxdnn.tasks.scenario import Scenario

__all__ = ["Domain", "contains", "domain_of", "is_too_large"]

Domain = tuple[float, float, float, float]
"""Smallest and largest x, smallest and largest y, in the user's units."""

MOST_SHOWN = 4.0
"""How far from 0 the chart follows an optimum for labels, which may grow without bound."""


def domain_of(scenario: Scenario, known: Baseline | None = None) -> Domain:
    """The points with some room to move them.

    For labels -1 and +1 both of them, and the values of the optimum that is `known` at the points.
    """
    xs, ys = zip(*scenario.points, strict=True)
    x_low, x_high = _padded(xs, 0.05)
    heights = [*ys, *LEVELS] if scenario.loss_function.needs_labels else ys
    fitted = [] if known is None else known.fitted.clip(-MOST_SHOWN, MOST_SHOWN).tolist()
    y_low, y_high = _padded([*heights, *fitted], 0.18)
    return x_low, x_high, y_low, y_high


def contains(domain: Domain, points: Sequence[tuple[float, float]]) -> bool:
    """Whether all points are in it."""
    x_low, x_high, y_low, y_high = domain
    return all(x_low <= x <= x_high and y_low <= y <= y_high for x, y in points)


def is_too_large(domain: Domain, points: Sequence[tuple[float, float]]) -> bool:
    """Whether the points fill less than half of it, across or upwards."""
    x_low, x_high, y_low, y_high = domain
    xs, ys = zip(*points, strict=True)
    return 2 * (max(xs) - min(xs)) < x_high - x_low or 2 * (max(ys) - min(ys)) < y_high - y_low


def _padded(values: Sequence[float], share: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = share * (high - low) or 0.5 * max(abs(low), 1.0)
    return low - room, high + room
