r"""Winsorizing: outliers of bounded influence may be moved nearer without changing the optimum.

A loss of f - y whose slope is bounded has its steepest slope from the distance *reach* on (absolute: 0; Huber: delta;
epsilon-insensitive: epsilon). Let every y outside :math:`[l - reach, h + reach]` be moved to the nearest end. If the
optimal function of the moved data stays between l and h at the points that were moved, strictly, then the loss has the
same slopes there for the data as given, so the same multipliers prove the same function optimal for these.

Otherwise the interval is widened. It always does in the end: an interval that holds all data holds everything.

A threshold far above the range of y is of the same kind. No residual r of an optimum is larger than half that range
times sqrt(n), since a constant costs less than r^2 / 2 (epsilon-insensitive: nothing); so any threshold beyond does the
same.

With a free linear term a steep trend is of the same kind: it changes nothing and drowns the rest. It is subtracted
first, and added to the optimum afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cvxdnn.core.loss_terms import LossTerms
from cvxdnn.core.losses import Absolute, EpsilonInsensitive, Huber, Loss
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array, Mask

__all__ = ["Clipped", "Trend", "clippings", "with_relevant_threshold"]

TYPICAL = 0.75
"""This share of the distances from the median is typical."""
NEAR = 10.0
"""The first interval reaches this many typical distances from the median."""
WIDER = 30.0
NEARLY = 1e-6
"""A multiplier whose distance to its bound is this share of the bound is meant to be there."""
STEEP = 10.0
"""A trend is subtracted if that makes the typical distance so many times smaller."""
WORTHWHILE = 100.0
"""Data that reach no farther than this many first intervals are not moved."""


@dataclass(frozen=True, eq=False)
class Clipped:
    """A data term with some of its y moved to the ends of an interval.

    moved_up, moved_down : (n,) marks the y that were moved
    low, high : the interval that the function must not leave there
    """

    terms: LossTerms
    moved_up: Mask
    moved_down: Mask
    low: float
    high: float

    @property
    def is_moved(self) -> bool:
        """Whether any y was."""
        return bool(self.moved_up.any() or self.moved_down.any())

    def allows(self, fitted: Array, multipliers: Array) -> bool:
        """Whether an optimum here is one for the data as given: from its values (m,) at the inputs and multipliers."""
        f, down, up = fitted[self.terms.points.group], self.moved_down, self.moved_up
        stays = np.all(f[down] < self.high) and np.all(f[up] > self.low)
        moved = down | up
        return bool(stays and np.array_equal(self.pinned(multipliers)[moved], self._at_bounds(multipliers)[moved]))

    def pinned(self, multipliers: Array, scale: float = 1.0) -> Array:
        """The multipliers with those of the points that were moved exactly at their bound, if nearly there."""
        at_bounds = self._at_bounds(multipliers, scale)
        return np.where(np.abs(multipliers - at_bounds) <= NEARLY * np.abs(at_bounds), at_bounds, multipliers)

    def _at_bounds(self, multipliers: Array, scale: float = 1.0) -> Array:
        """The multipliers with those of the points that were moved at their bound, in units of `scale`."""
        slopes = self.terms.loss.domain(self.terms.y)
        low, high = -slopes[1] / scale, -slopes[0] / scale
        return np.where(self.moved_down, high, np.where(self.moved_up, low, multipliers))


LEAST = 1e-100
"""Of the largest distance: what is nearer to the median is nothing beside it, and would underflow in its own units."""


def clippings(terms: LossTerms) -> Iterator[Clipped]:
    """The data term clipped to wider and wider intervals; the last one is the data as given."""
    reach, y = _reach(terms.loss), terms.y
    nothing = np.zeros(y.size, dtype=np.bool_)
    if reach is not None:
        center = float(np.median(y))
        distance = np.sort(np.abs(y - center))
        radius = NEAR * max(_typical(y, center), reach)
        if radius == 0 and distance[-1] > 0:
            radius = NEAR * float(distance[distance > 0][0])
        radius = max(radius, LEAST * float(distance[-1]))
        while radius * WORTHWHILE < distance[-1]:
            low, high = center - radius, center + radius
            moved_up, moved_down = y < low - reach, y > high + reach
            moved = LossTerms(terms.points, np.clip(y, low - reach, high + reach), terms.loss)
            yield Clipped(moved, moved_up, moved_down, low, high)
            # Nothing changes before the next point is reached.
            beyond = distance[distance > radius]
            radius = max(WIDER * radius, 2 * float(beyond[0]))
    yield Clipped(terms, nothing, nothing, -np.inf, np.inf)


@dataclass(frozen=True)
class Trend:
    """The line slope (x - center)."""

    slope: float
    center: float

    @classmethod
    def of(cls, terms: LossTerms, skip_connection: bool) -> "Trend":
        """The trend of the data where it is free and much of what y varies, else none.

        Its slope is the median of those between points half the data apart, so that outliers do not matter.
        """
        x, y = terms.points.x[terms.points.group], terms.y
        order = np.argsort(x, kind="stable")
        half = y.size // 2
        run, rise = x[order[half:]] - x[order[: y.size - half]], y[order[half:]] - y[order[: y.size - half]]
        if terms.loss.needs_labels or not skip_connection or not np.any(run > 0):
            return cls(0.0, 0.0)
        found = cls(float(np.median(rise[run > 0] / run[run > 0])), float(terms.points.x[0]))
        left = y - found(x)
        is_much = STEEP * _typical(left, np.median(left)) < _typical(y, np.median(y))
        return found if is_much else cls(0.0, 0.0)

    def __call__(self, x: Array) -> Array:
        return self.slope * (x - self.center)

    def removed(self, terms: LossTerms) -> LossTerms:
        """The data term without the trend."""
        return self._shifted(terms, -1.0)

    def restored(self, terms: LossTerms) -> LossTerms:
        """The data term with it."""
        return self._shifted(terms, 1.0)

    def added_to(self, spline: LinearSpline) -> LinearSpline:
        """The spline with it."""
        left, right = spline.slopes[[0, -1]] + self.slope
        return LinearSpline(spline.knots, spline.values + self(spline.knots), float(left), float(right))

    def _shifted(self, terms: LossTerms, sign: float) -> LossTerms:
        if not self.slope:
            return terms
        return LossTerms(terms.points, terms.y + sign * self(terms.points.x)[terms.points.group], terms.loss)


def with_relevant_threshold(terms: LossTerms) -> LossTerms:
    """The data term with a threshold that is not beyond all residuals."""
    largest = float(np.sqrt(terms.y.size) * np.ptp(terms.y))
    match terms.loss:
        case Huber(delta) if delta > largest > 0:
            return LossTerms(terms.points, terms.y, Huber(largest))
        case EpsilonInsensitive(epsilon) if epsilon > largest > 0:
            return LossTerms(terms.points, terms.y, EpsilonInsensitive(largest))
        case _:
            return terms


def _typical(values: Array, center: float) -> float:
    """How far from the center most of the values are."""
    return float(np.sort(np.abs(values - center))[int(TYPICAL * (values.size - 1))])


def _reach(loss: Loss) -> float | None:
    """From which distance on the slope is constant; None where it never is, or where y are labels."""
    match loss:
        case Absolute():
            return 0.0
        case Huber():
            return loss.delta
        case EpsilonInsensitive():
            return loss.epsilon
        case _:
            return None
