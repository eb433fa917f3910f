"""The exact linear spline that a ReLU network of one input draws, breakpoints included.

Between neighbouring breakpoints every unit is affine. A layer is pushed through in two moves: `W` and `b` act on the
slopes and values of all units on all pieces at once; then each unit's zero crossings inside a piece become new
breakpoints, and relu clears the unit on the pieces where it is negative. After the last layer only the breakpoints
where the output's slope really changes are kept.

Everything is seen from the network's origin. Values are kept at one *anchor* per piece, its point nearest to 0: a unit
that bends at -1e10 then costs no accuracy near the data. Whether a unit is on is read off inside a piece, never at its
ends, where only round-off would decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cvxdnn.core.types import Array, Mask

__all__ = ["Pieces", "affine", "bends", "crossings", "identity", "relu"]

_EPS = float(np.finfo(np.float64).eps)
_SAME_BREAKPOINT = 16 * _EPS
"""Crossings closer than this share of their size are one breakpoint."""
_SAME_KNOT = 1e-13
"""Knots closer than this share of their size (or of the typical one) are one knot: the slope between them is noise."""
_FARTHEST = 1e100
"""Crossings beyond are ignored; arithmetic on them would overflow."""


@dataclass(frozen=True)
class Pieces:
    """All units of one layer: k breakpoints, k + 1 pieces, m units.

    breakpoints : (k,) increasing;  anchors : (k + 1,) one point of each piece
    values, slopes : (k + 1, m) each unit's value at the anchor and its slope
    """

    breakpoints: Array
    values: Array
    slopes: Array

    @property
    def anchors(self) -> Array:
        return _anchors(self.breakpoints)


def bends(weights: Sequence[Array], biases: Sequence[Array], skip: float) -> tuple[Array, float, float]:
    """Where the function of a network really bends, and its first and last slope; without a bend, at its origin.

    Parameters
    ----------
    weights, biases, skip
        Of a `cvxdnn.Network` of any depth and widths.

    Returns
    -------
    knots : (k,), k >= 1
        Where the output's slope changes by more than round-off, increasing, from the network's origin.
    first_slope, last_slope : float
    """
    pieces = identity()
    for matrix, shift in zip(weights[:-1], biases[:-1], strict=True):
        pieces = relu(affine(pieces, matrix, shift))
    slopes = (pieces.slopes @ weights[-1])[:, 0] + skip
    doubt = (np.abs(pieces.slopes) @ np.abs(weights[-1]))[:, 0] + abs(skip)
    round_off = 16 * len(weights) * _EPS * np.maximum(doubt[:-1], doubt[1:])
    changes = np.diff(slopes)
    bent = np.abs(changes) > round_off
    knots = _merge_knots(pieces.breakpoints[bent], changes[bent], round_off[bent])
    return knots if knots.size else np.zeros(1), float(slopes[0]), float(slopes[-1])


def identity() -> Pieces:
    """The input itself, as a layer of one unit."""
    return Pieces(np.empty(0), np.zeros((1, 1)), np.ones((1, 1)))


def affine(pieces: Pieces, weights: Array, biases: Array) -> Pieces:
    """What linear units make of a layer."""
    return Pieces(pieces.breakpoints, pieces.values @ weights + biases, pieces.slopes @ weights)


def relu(pieces: Pieces) -> Pieces:
    """Split the pieces at every unit's zero crossings and clear each unit where it is negative."""
    breakpoints = _distinct(np.concatenate([pieces.breakpoints, _places(pieces)]))
    if breakpoints.size == pieces.breakpoints.size:
        values, slopes = pieces.values, pieces.slopes
    else:
        inner = _inner_points(breakpoints)
        parent = np.searchsorted(pieces.breakpoints, inner)
        slopes = pieces.slopes[parent]
        shift = _anchors(breakpoints) - pieces.anchors[parent]
        values = pieces.values[parent] + shift[:, None] * slopes
    to_inside = _inner_points(breakpoints) - _anchors(breakpoints)
    on = values + to_inside[:, None] * slopes > 0
    return Pieces(breakpoints, np.where(on, values, 0.0), np.where(on, slopes, 0.0))


def _places(pieces: Pieces) -> Array:
    places, inside = crossings(pieces)
    return places[inside]


def crossings(pieces: Pieces) -> tuple[Array, Mask]:
    """Where each unit's line on each piece crosses zero, (k + 1, m), and whether that is strictly inside the piece."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        places = pieces.anchors[:, None] - pieces.values / pieces.slopes
    low = np.concatenate([[-_FARTHEST], pieces.breakpoints])[:, None]
    high = np.concatenate([pieces.breakpoints, [_FARTHEST]])[:, None]
    return places, (places > low) & (places < high)  # NaN and infinity compare false


def _distinct(points: Array) -> Array:
    """Sorted, without points that only round-off separates from the one before."""
    points = np.sort(points)
    if points.size == 0:
        return points
    gap = np.diff(points)
    keep = gap > _SAME_BREAKPOINT * np.maximum(np.abs(points[:-1]), np.abs(points[1:]))
    return points[np.concatenate([[True], keep])]


def _anchors(breakpoints: Array) -> Array:
    """The point of each piece that is nearest to 0."""
    low = np.concatenate([[-np.inf], breakpoints])
    high = np.concatenate([breakpoints, [np.inf]])
    return np.clip(0.0, low, high)


def _inner_points(breakpoints: Array) -> Array:
    """A point inside each piece, the middle where there is one."""
    if breakpoints.size == 0:
        return np.zeros(1)
    left, right = breakpoints[0], breakpoints[-1]
    middles = breakpoints[:-1] + np.diff(breakpoints) / 2
    return np.concatenate([[left - 1 - abs(left)], middles, [right + 1 + abs(right)]])


def _typical_size(knots: Array, changes: Array) -> float:
    """Half the bending is nearer to 0 than this: units that round-off bends far away have next to no part in it."""
    order = np.argsort(np.abs(knots))
    bent = np.cumsum(np.abs(changes[order]))
    return float(np.abs(knots[order])[np.searchsorted(bent, bent[-1] / 2)])


def _merge_knots(knots: Array, changes: Array, round_off: Array) -> Array:
    """One knot for each cluster of nearly equal ones, where the pieces beside the cluster meet."""
    if knots.size < 2:
        return knots
    size = np.maximum(np.abs(knots), _typical_size(knots, changes))
    opens = np.concatenate([[True], np.diff(knots) > _SAME_KNOT * np.maximum(size[:-1], size[1:])])
    if opens.all():
        return knots
    first = np.flatnonzero(opens)
    origin = np.repeat(knots[first], np.diff(np.append(first, knots.size)))
    total = np.add.reduceat(changes, first)
    moment = np.add.reduceat(changes * (knots - origin), first)
    bends = np.abs(total) > np.add.reduceat(round_off, first)
    extent = np.append(knots[first[1:] - 1], knots[-1]) - knots[first]
    # Opposite changes can put the meeting point outside the cluster; an end of it is then as good to round-off.
    offset = np.clip(moment[bends] / total[bends], 0.0, extent[bends])
    merged: Array = knots[first[bends]] + offset
    return merged
