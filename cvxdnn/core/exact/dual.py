"""What a dual point proves, in rational arithmetic; it is shrunk as much as the tube and the domain demand."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np

from cvxdnn.core.exact.rationals import Rationals, rationals, rounded, times_log
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import Absolute, EpsilonInsensitive, Hinge, Huber, Logistic, Loss, Squared
from cvxdnn.core.tube import DualPoint

__all__ = ["proven_bound"]


def proven_bound(
    inputs: Rationals, outputs: Rationals, point: DualPoint, multipliers: Rationals, beta: Fraction, loss: Loss
) -> Fraction:
    """The lower bound on the two-layer objective; `multipliers` (n,) count for losses other than the squared one."""
    places = rationals(point.x)
    sums = _level(places, rationals(point.sums)) if point.is_level else rationals(point.sums)
    needed = _needed_beta(places, sums)
    if isinstance(loss, Squared):
        share = min(Fraction(1), beta / needed) if needed else Fraction(1)
        return _squared_dual(inputs, outputs, places, sums, share)
    moved = _moved_to(sums, inputs, places, multipliers)
    low, high = (rationals(end) for end in loss.domain(np.array([float(target) for target in outputs])))
    share = min([Fraction(1), *([beta / needed] if needed else []), *_room(moved, low, high)])
    rest = [Fraction(0)] * len(moved) if share == 1 else _at_beta_zero(moved, inputs)
    scaled = [r + share * (m - r) for m, r in zip(moved, rest, strict=True)]
    if any(not -h <= m <= -lo for m, lo, h in zip(scaled, low, high, strict=True)):
        scaled = [Fraction(0)] * len(moved)
    terms = [_conjugate(loss, -m, target) for m, target in zip(scaled, outputs, strict=True)]
    return -sum((rounded(term, up=True) for term in terms), Fraction(0))


def _level(places: Rationals, sums: Rationals) -> Rationals:
    """The cumulative sums less the number that makes sum_i lambda_i x_i zero."""
    steps = [s * (b - a) for s, (a, b) in zip(sums, pairwise(places), strict=True)]
    excess = sum(steps, Fraction(0)) / (places[-1] - places[0]) if steps else Fraction(0)
    return [s - excess for s in sums]


def _needed_beta(places: Rationals, sums: Rationals) -> Fraction:
    """The smallest weight decay whose tube holds the curve."""
    steps = (s * (b - a) for s, (a, b) in zip(sums, pairwise(places), strict=True))
    integral = [Fraction(0), *accumulate(steps)]
    middle = integral[-1] / 2
    return max(abs(value - middle) for value in integral) + abs(middle)


def _differences(sums: Rationals) -> Rationals:
    return [b - a for a, b in pairwise([Fraction(0), *sums, Fraction(0)])]


def _squared_dual(
    inputs: Rationals, outputs: Rationals, places: Rationals, sums: Rationals, share: Fraction
) -> Fraction:
    """max over how the multiplier of each input is split among its points of sum lambda_i y_i - lambda_i^2 / 2.

    Of w points at one input, whose y have the sum t, that is sum y_i^2 / 2 - (t - m)^2 / (2 w).
    """
    members: dict[Fraction, Rationals] = {place: [] for place in places}
    for value, target in zip(inputs, outputs, strict=True):
        members[value].append(target)
    bound = Fraction(0)
    for targets, multiplier in zip(members.values(), _differences(sums), strict=True):
        missed = sum(targets) - share * multiplier
        squares = sum(target * target for target in targets)
        bound += rounded((squares - missed * missed / len(targets)) / 2, up=False)
    return bound


def _moved_to(sums: Rationals, inputs: Rationals, places: Rationals, multipliers: Rationals) -> Rationals:
    """The multipliers (n,), with one at each input changed, if need be, to have exactly the sums at the inputs."""
    wanted = dict(zip(places, _differences(sums), strict=True))
    moved = list(multipliers)
    for value, multiplier in zip(inputs, multipliers, strict=True):
        wanted[value] -= multiplier
    for index, value in enumerate(inputs):
        moved[index] += wanted[value]
        wanted[value] = Fraction(0)
    return moved


def _room(multipliers: Rationals, low: Rationals, high: Rationals) -> Iterable[Fraction]:
    """By which factors multipliers outside their domain would have to shrink."""
    for multiplier, lowest, highest in zip(multipliers, low, high, strict=True):
        bound = -lowest if multiplier > 0 else highest
        if abs(multiplier) > bound:
            yield bound / abs(multiplier)


def _at_beta_zero(multipliers: Rationals, inputs: Rationals) -> Rationals:
    """Multipliers whose sum is zero at every input, near the given ones, in their convex hull with zero."""
    members: dict[Fraction, list[int]] = {}
    for index, value in enumerate(inputs):
        members.setdefault(value, []).append(index)
    rest = [Fraction(0)] * len(multipliers)
    for indices in members.values():
        positive = sum((multipliers[i] for i in indices if multipliers[i] > 0), Fraction(0))
        negative = sum((-multipliers[i] for i in indices if multipliers[i] < 0), Fraction(0))
        least = min(positive, negative)
        for i in indices:
            total = positive if multipliers[i] > 0 else negative
            rest[i] = multipliers[i] * least / total if total else Fraction(0)
    return rest


def _conjugate(loss: Loss, slope: Fraction, target: Fraction) -> Fraction:
    """Of a slope in the domain; for the logistic loss an upper bound."""
    match loss:
        case Absolute():
            return slope * target
        case Huber():
            return slope * target + slope * slope / 2
        case EpsilonInsensitive(epsilon=epsilon):
            return slope * target + Fraction(epsilon) * abs(slope)
        case Hinge():
            return target * slope
        case Logistic():
            p = -target * slope
            return sum((times_log(part) for part in (p, 1 - p) if part > 0), Fraction(0))
        case _:
            raise InvalidInputError(
                f"loss is {loss!r}; rational arithmetic knows the losses of cvxdnn.core.losses only"
            )
