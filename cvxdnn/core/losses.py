r"""The convex losses that a fit can be judged by, each with what its certificate needs.

A loss :math:`\ell(f, y)` is convex in the output f. Its *conjugate* :math:`\ell^*(s, y) = \sup_f\, s f - \ell(f, y)` is
finite on an interval of slopes s, the *domain*, and obeys :math:`\ell(f, y) + \ell^*(s, y) \ge s f`, with equality
exactly where s is a subgradient at f (Fenchel-Young). With r = f - y for real y and u = y f for labels y = -1 or +1:

==================== ============================================= ================================== ===============
name                 loss                                          conjugate                          domain
==================== ============================================= ================================== ===============
squared              r^2 / 2                                       s y + s^2 / 2                      all s
absolute             \|r\|                                         s y                                \|s\| <= 1
huber                r^2 / 2, from \|r\| = delta on its tangent    s y + s^2 / 2                      \|s\| <= delta
epsilon_insensitive  max(\|r\| - epsilon, 0)                       s y + epsilon \|s\|                \|s\| <= 1
logistic             log(1 + exp(-u))                              p log p + (1 - p) log(1 - p)       0 <= p <= 1
hinge                max(1 - u, 0)                                 -p                                 0 <= p <= 1
==================== ============================================= ================================== ===============

where p = -y s. delta and epsilon are in the units of y: a fit in other units needs other thresholds, and the defaults
suit y of unit range. All functions work point by point on arrays.

Source: Boyd & Vandenberghe (2004), Convex Optimization, 3.3; Vapnik (1995) for the epsilon-insensitive loss.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array

__all__ = [
    "LOSSES",
    "Absolute",
    "EpsilonInsensitive",
    "Hinge",
    "Huber",
    "Logistic",
    "Loss",
    "Squared",
    "named",
]

Interval = tuple[Array, Array]

DEFAULT_THRESHOLD = 0.1
"""Of "huber" and "epsilon_insensitive", in the units of y: a tenth of the range of y in the unit box."""


class Loss(ABC):
    """A convex function of the output f, one for every y.

    Attributes
    ----------
    name : str
    formula : str
        Its definition in symbols, with outputs f and data y.
    needs_labels : bool
        Whether every y must be -1 or +1; if not, the loss depends on f - y only.
    is_smooth : bool
        Whether it has a derivative in f everywhere.
    is_strictly_convex : bool
        Whether all optimal functions have the same values at the points.
    """

    name: ClassVar[str]
    formula: ClassVar[str]
    needs_labels: ClassVar[bool] = False
    is_smooth: ClassVar[bool] = False
    is_strictly_convex: ClassVar[bool] = False

    @abstractmethod
    def value(self, f: ArrayLike, y: ArrayLike) -> Array:
        """The loss of outputs `f`."""

    @abstractmethod
    def slopes(self, f: ArrayLike, y: ArrayLike) -> Interval:
        """Left and right derivative in f: the ends of the subdifferential."""

    @abstractmethod
    def conjugate(self, s: ArrayLike, y: ArrayLike) -> Array:
        """sup over f of s f - loss(f, y); infinite outside the domain."""

    @abstractmethod
    def gap(self, f: ArrayLike, y: ArrayLike, multipliers: ArrayLike) -> Array:
        """loss(f, y) + conjugate(-multipliers, y) + multipliers f for multipliers in the domain.

        Never negative, and zero exactly where minus the multiplier is a slope at f (Fenchel-Young). Computed without
        cancellation, so that it stays accurate where the loss is large.
        """

    @abstractmethod
    def domain(self, y: ArrayLike) -> Interval:
        """Smallest and largest slope s at which the conjugate is finite; 0 lies between them."""

    @abstractmethod
    def best_constants(self, y: Array) -> tuple[float, float]:
        """The interval of constants with the smallest total loss on `y`; its ends may be infinite.

        Where the infimum is only approached, both ends are the same infinity.
        """

    def subgradient(self, f: ArrayLike, y: ArrayLike) -> Array:
        """The derivative in f; at a kink, the middle of its possible values."""
        left, right = self.slopes(f, y)
        return (left + right) / 2

    def in_units(self, scale: float) -> tuple["Loss", float]:
        """The loss in units of y that are `scale` old ones, and the factor by which the old one is larger."""
        return self, 1.0

    def check(self, y: Array) -> None:
        """Raise InvalidInputError, naming the first offender, if `y` holds something the loss has no meaning for."""
        wrong = np.flatnonzero(np.abs(y) != 1)
        if self.needs_labels and wrong.size:
            raise InvalidInputError(
                f"y[{wrong[0]}] is {y[wrong[0]]:g}; loss={self.name!r} needs labels -1 or +1: "
                "relabel the two classes, or choose a loss for numbers such as 'squared'"
            )


@dataclass(frozen=True)
class Squared(Loss):
    """(f - y)^2 / 2, minimised by the mean."""

    name: ClassVar[str] = "squared"
    formula: ClassVar[str] = "1/2 (f - y)^2"
    is_smooth: ClassVar[bool] = True
    is_strictly_convex: ClassVar[bool] = True

    def value(self, f: ArrayLike, y: ArrayLike) -> Array:
        return np.subtract(f, y) ** 2 / 2

    def slopes(self, f: ArrayLike, y: ArrayLike) -> Interval:
        residual = np.subtract(f, y)
        return residual, residual

    def conjugate(self, s: ArrayLike, y: ArrayLike) -> Array:
        return np.multiply(s, y) + np.square(s) / 2

    def gap(self, f: ArrayLike, y: ArrayLike, multipliers: ArrayLike) -> Array:
        return np.square(np.subtract(y, f) - multipliers) / 2

    def domain(self, y: ArrayLike) -> Interval:
        return _symmetric(np.inf, y)

    def best_constants(self, y: Array) -> tuple[float, float]:
        mean = float(y[0] + (y - y[0]).mean())
        return mean, mean

    def in_units(self, scale: float) -> tuple[Loss, float]:
        return self, scale**2


@dataclass(frozen=True)
class Huber(Loss):
    """(f - y)^2 / 2 up to the distance `delta`, and from there on its tangent: outliers pull with the force delta.

    Parameters
    ----------
    delta : float > 0
        In the units of y.
    """

    delta: float = DEFAULT_THRESHOLD
    name: ClassVar[str] = "huber"
    formula: ClassVar[str] = "1/2 (f - y)^2 if |f - y| <= delta, else delta (|f - y| - delta/2)"
    is_smooth: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "delta", _threshold("delta", validation.positive("delta", self.delta)))

    def value(self, f: ArrayLike, y: ArrayLike) -> Array:
        distance = np.abs(np.subtract(f, y))
        near = np.minimum(distance, self.delta)
        return near * (distance - near / 2)

    def slopes(self, f: ArrayLike, y: ArrayLike) -> Interval:
        slope = np.clip(np.subtract(f, y), -self.delta, self.delta)
        return slope, slope

    def conjugate(self, s: ArrayLike, y: ArrayLike) -> Array:
        inside = np.abs(s) <= self.delta
        return np.where(inside, np.multiply(s, y) + np.square(s) / 2, np.inf)

    def gap(self, f: ArrayLike, y: ArrayLike, multipliers: ArrayLike) -> Array:
        missed = np.subtract(y, f)
        near = np.clip(missed, -self.delta, self.delta)
        return np.square(near - multipliers) / 2 + _beyond(missed, near, multipliers, self.delta)

    def domain(self, y: ArrayLike) -> Interval:
        return _symmetric(self.delta, y)

    def best_constants(self, y: Array) -> tuple[float, float]:
        if y.size == 1:
            return float(y[0]), float(y[0])
        # No best constant is farther than delta from the medians, where data farther off pull with a constant force.
        low, high = Absolute().best_constants(y)
        y = np.clip(y, low - 3 * self.delta, high + 3 * self.delta)
        # The total slope rises piecewise linearly from -n delta to n delta; it may rest at 0 on an interval.
        corners = np.concatenate([y - self.delta, y + self.delta])
        order = np.argsort(corners, kind="stable")
        corners = corners[order]
        active = np.cumsum(np.where(order < y.size, 1.0, -1.0))
        slope = np.concatenate([[0.0], np.cumsum(active[:-1] * np.diff(corners))]) - y.size * self.delta
        tolerance = 1e-14 * y.size * (self.delta + np.abs(y).max())
        if slope[-1] <= tolerance:  # the numbers cannot resolve delta, and seen from afar this is |f - y|
            return Absolute().best_constants(y)
        last_below = np.flatnonzero(slope < -tolerance)[-1]
        first_above = np.flatnonzero(slope > tolerance)[0]
        low = corners[last_below] - slope[last_below] / active[last_below]
        high = corners[first_above] - slope[first_above] / active[first_above - 1]
        if high - low <= tolerance:
            low = high = (low + high) / 2
        return float(low), float(high)

    def in_units(self, scale: float) -> tuple[Loss, float]:
        return Huber(min(self.delta / scale, validation.LARGEST)), scale**2


@dataclass(frozen=True)
class Absolute(Loss):
    """|f - y|, minimised by the median."""

    name: ClassVar[str] = "absolute"
    formula: ClassVar[str] = "|f - y|"

    def value(self, f: ArrayLike, y: ArrayLike) -> Array:
        return np.abs(np.subtract(f, y))

    def slopes(self, f: ArrayLike, y: ArrayLike) -> Interval:
        residual = np.subtract(f, y)
        return np.where(residual > 0, 1.0, -1.0), np.where(residual < 0, -1.0, 1.0)

    def conjugate(self, s: ArrayLike, y: ArrayLike) -> Array:
        return np.where(np.abs(s) <= 1, np.multiply(s, y), np.inf)

    def gap(self, f: ArrayLike, y: ArrayLike, multipliers: ArrayLike) -> Array:
        return _beyond(np.subtract(y, f), 0.0, multipliers, 1.0)

    def domain(self, y: ArrayLike) -> Interval:
        return _symmetric(1.0, y)

    def best_constants(self, y: Array) -> tuple[float, float]:
        ordered = np.sort(y)
        return float(ordered[(y.size - 1) // 2]), float(ordered[y.size // 2])

    def in_units(self, scale: float) -> tuple[Loss, float]:
        return self, scale


@dataclass(frozen=True)
class EpsilonInsensitive(Loss):
    """max(|f - y| - epsilon, 0): misses up to epsilon are free.

    Parameters
    ----------
    epsilon : float >= 0
        In the units of y.
    """

    epsilon: float = DEFAULT_THRESHOLD
    name: ClassVar[str] = "epsilon_insensitive"
    formula: ClassVar[str] = "max(|f - y| - epsilon, 0)"

    def __post_init__(self) -> None:
        object.__setattr__(self, "epsilon", _threshold("epsilon", validation.nonnegative("epsilon", self.epsilon)))

    def value(self, f: ArrayLike, y: ArrayLike) -> Array:
        return np.maximum(np.abs(np.subtract(f, y)) - self.epsilon, 0.0)

    def slopes(self, f: ArrayLike, y: ArrayLike) -> Interval:
        residual = np.subtract(f, y)
        left = np.where(residual > self.epsilon, 1.0, 0.0) - np.where(residual <= -self.epsilon, 1.0, 0.0)
        right = np.where(residual >= self.epsilon, 1.0, 0.0) - np.where(residual < -self.epsilon, 1.0, 0.0)
        return left, right

    def conjugate(self, s: ArrayLike, y: ArrayLike) -> Array:
        return np.where(np.abs(s) <= 1, np.multiply(s, y) + self.epsilon * np.abs(s), np.inf)

    def gap(self, f: ArrayLike, y: ArrayLike, multipliers: ArrayLike) -> Array:
        missed = np.subtract(y, f)
        near = np.clip(missed, -self.epsilon, self.epsilon)
        inside = np.abs(multipliers) * (self.epsilon - np.sign(multipliers) * near)
        return np.maximum(inside, 0.0) + _beyond(missed, near, multipliers, 1.0)

    def domain(self, y: ArrayLike) -> Interval:
        return _symmetric(1.0, y)

    def best_constants(self, y: Array) -> tuple[float, float]:
        # The total slope starts at -n and rises by 1 at each of these 2n places.
        corners = np.sort(np.concatenate([y - self.epsilon, y + self.epsilon]))
        return float(corners[y.size - 1]), float(corners[y.size])

    def in_units(self, scale: float) -> tuple[Loss, float]:
        return EpsilonInsensitive(min(self.epsilon / scale, validation.LARGEST)), scale


@dataclass(frozen=True)
class Logistic(Loss):
    """log(1 + exp(-y f)): minus the log-likelihood of the label y when its log-odds are f."""

    name: ClassVar[str] = "logistic"
    formula: ClassVar[str] = "log(1 + exp(-y f))"
    needs_labels: ClassVar[bool] = True
    is_smooth: ClassVar[bool] = True
    is_strictly_convex: ClassVar[bool] = True

    def value(self, f: ArrayLike, y: ArrayLike) -> Array:
        return np.logaddexp(0.0, -np.multiply(y, f))

    def slopes(self, f: ArrayLike, y: ArrayLike) -> Interval:
        slope = -np.asarray(y) * np.exp(-np.logaddexp(0.0, np.multiply(y, f)))
        return slope, slope

    def conjugate(self, s: ArrayLike, y: ArrayLike) -> Array:
        p = -np.multiply(y, s)
        inside = (p >= 0) & (p <= 1)
        odds = np.where((p > 0) & (p < 1), p, 0.5)
        negative_entropy = odds * np.log(odds) + (1 - odds) * np.log1p(-odds)
        return np.where(inside, np.where(odds == p, negative_entropy, 0.0), np.inf)

    def gap(self, f: ArrayLike, y: ArrayLike, multipliers: ArrayLike) -> Array:
        # The divergence of the probability p from that of the log-odds -y f.
        p, log_odds = np.multiply(y, multipliers), np.multiply(y, f)
        log_p = np.log(np.where(p > 0, p, 1.0)) + np.logaddexp(0.0, log_odds)
        log_q = np.log1p(-np.where(p < 1, p, 0.0)) + np.logaddexp(0.0, -log_odds)
        apart = np.where(p > 0, p * log_p, 0.0) + np.where(p < 1, (1 - p) * log_q, 0.0)
        rounding = np.finfo(np.float64).eps * (2 + p * np.abs(log_p) + (1 - p) * np.abs(log_q) + np.abs(log_odds))
        return np.maximum(apart, 0.0) + 8 * rounding

    def domain(self, y: ArrayLike) -> Interval:
        return _against_label(y)

    def best_constants(self, y: Array) -> tuple[float, float]:
        positive = np.count_nonzero(y > 0)
        if positive in (0, y.size):
            return (np.inf, np.inf) if positive else (-np.inf, -np.inf)
        log_odds = float(np.log(positive / (y.size - positive)))
        return log_odds, log_odds


@dataclass(frozen=True)
class Hinge(Loss):
    """max(1 - y f, 0): zero from the margin y f = 1 on."""

    name: ClassVar[str] = "hinge"
    formula: ClassVar[str] = "max(1 - y f, 0)"
    needs_labels: ClassVar[bool] = True

    def value(self, f: ArrayLike, y: ArrayLike) -> Array:
        return np.maximum(1 - np.multiply(y, f), 0.0)

    def slopes(self, f: ArrayLike, y: ArrayLike) -> Interval:
        label = np.asarray(y, dtype=np.float64)
        short = 1 - np.multiply(y, f)
        inner, outer = np.where(short > 0, -label, 0.0), np.where(short >= 0, -label, 0.0)
        return np.minimum(inner, outer), np.maximum(inner, outer)

    def conjugate(self, s: ArrayLike, y: ArrayLike) -> Array:
        p = -np.multiply(y, s)
        return np.where((p >= 0) & (p <= 1), -p, np.inf)

    def gap(self, f: ArrayLike, y: ArrayLike, multipliers: ArrayLike) -> Array:
        p, short = np.multiply(y, multipliers), 1 - np.multiply(y, f)
        return np.maximum(short, 0.0) * (1 - p) + np.maximum(-short, 0.0) * p

    def domain(self, y: ArrayLike) -> Interval:
        return _against_label(y)

    def best_constants(self, y: Array) -> tuple[float, float]:
        # The total slope starts at -(number of positive labels) and rises by 1 at every label.
        positive = np.count_nonzero(y > 0)
        corners = np.concatenate([[-np.inf], np.sort(y), [np.inf]])
        return float(corners[positive]), float(corners[positive + 1])


def _beyond(missed: ArrayLike, near: ArrayLike, multipliers: ArrayLike, steepest: float) -> Array:
    """What multipliers waste where a loss of slope `steepest` is straight, from the miss `near` on."""
    far = np.abs(missed) - np.abs(near)
    return np.asarray(far * (steepest - np.sign(missed) * multipliers))


def _symmetric(bound: float, y: ArrayLike) -> Interval:
    high = np.full(np.shape(y), bound)
    return -high, high


def _against_label(y: ArrayLike) -> Interval:
    """Slopes between 0 and -y."""
    label = np.asarray(y, dtype=np.float64)
    return np.minimum(-label, 0.0), np.maximum(-label, 0.0)


def _threshold(name: str, value: float) -> float:
    """A number whose square does not overflow; no y is farther from another, so that a larger one means the same."""
    if value > validation.LARGEST:
        raise InvalidInputError(f"{name} is {value:g}; choose one below {validation.LARGEST:g}, as all y are")
    return value


_BY_NAME: Mapping[str, Loss] = MappingProxyType(
    {loss.name: loss for loss in (Squared(), Absolute(), Huber(), EpsilonInsensitive(), Logistic(), Hinge())}
)

LOSSES: tuple[str, ...] = tuple(_BY_NAME)
"""The names by which `named` knows a loss."""


def named(loss: str | Loss) -> Loss:
    """The loss of this name, with its default threshold; a `Loss` is returned as it is."""
    return loss if isinstance(loss, Loss) else _BY_NAME[validation.one_of("loss", loss, LOSSES)]
