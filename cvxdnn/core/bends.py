"""How many bends of a curve a person can tell apart.

A trained network bends at as many places as it has neurons; dozens of them make what looks like one corner. So that
network, optimum and spline can be compared, corners are left out that lie close to the line between others (Douglas and
Peucker 1973), and neighbours count as one where a single bend in their place changes the curve as little.
"""

import numpy as np

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array

__all__ = ["distinct_bends"]


def distinct_bends(spline: LinearSpline, *, low: float, high: float, tolerance: float) -> Array:
    """The places between low and high of the bends that can be told apart, ascending.

    Parameters
    ----------
    low, high : float
    tolerance : float >= 0
        How far the curve may move on the way to one with so few bends, in units of its values.

    Raises
    ------
    InvalidInputError
        When low is not below high, or tolerance is negative.
    """
    low, high = validation.number("low", low), validation.number("high", high)
    if not low < high:
        raise InvalidInputError(f"low is {low:g} and high is {high:g}; low must be smaller")
    tolerance = validation.nonnegative("tolerance", tolerance)
    inside = spline.knots[(spline.knots > low) & (spline.knots < high)]
    x = np.concatenate([[low], inside, [high]])
    y = spline.above_offset(x)
    kept = [0, *_corners(x, y, 0, x.size - 1, tolerance / 2), x.size - 1]
    return np.array(_joined(x[kept], y[kept], spline, tolerance))


def _corners(x: Array, y: Array, first: int, last: int, tolerance: float) -> list[int]:
    """Indices between two corners of those that a line between them would miss, or lines between these."""
    kept, pieces = [], [(first, last)]
    while pieces:
        first, last = pieces.pop()
        between = slice(first + 1, last)
        line = y[first] + (y[last] - y[first]) / (x[last] - x[first]) * (x[between] - x[first])
        off = np.abs(y[between] - line)
        if off.size and off.max() > tolerance:
            farthest = first + 1 + int(off.argmax())
            kept.append(farthest)
            pieces += [(first, farthest), (farthest, last)]
    return sorted(kept)


def _joined(x: Array, y: Array, spline: LinearSpline, tolerance: float) -> list[float]:
    """The places of the bends, each in place of as many neighbouring corners as it can replace."""
    places, first = [], 1
    while first < x.size - 1:
        last, place = first, float(x[first])
        while last + 1 < x.size - 1 and (joint := _one_bend(x, y, first, last + 1, spline, tolerance)) is not None:
            last, place = last + 1, joint
        places.append(place)
        first = last + 1
    return places


def _one_bend(x: Array, y: Array, first: int, last: int, spline: LinearSpline, tolerance: float) -> float | None:
    """Where the lines before and after some corners cross, if they can replace the curve there; else None."""
    before = (y[first] - y[first - 1]) / (x[first] - x[first - 1])
    after = (y[last + 1] - y[last]) / (x[last + 1] - x[last])
    if before == after:
        return None
    crossing = (y[last] - after * x[last] - y[first] + before * x[first]) / (before - after)
    if not x[first] <= crossing <= x[last]:
        return None
    replaced = spline.knots[(spline.knots >= x[first]) & (spline.knots <= x[last])]
    at = np.append(replaced, crossing)  # between these both curves are straight
    bent = np.where(at < crossing, y[first] + before * (at - x[first]), y[last] + after * (at - x[last]))
    return float(crossing) if np.abs(bent - spline.above_offset(at)).max() <= tolerance else None
