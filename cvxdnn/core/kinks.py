"""Where each neuron bends the network: the kinks of the last hidden layer.

A unit of the last hidden layer has a pre-activation p(x) that is piecewise linear (with biases in that layer only and
x >= 0, linear). Where p crosses zero with slope p', the unit, weighted by v, changes the slope of the network by
v |p'|, and it is active on the side to which p grows. The changes of all kinks at one place add up to the slope
change there of `to_spline`, except where an earlier layer bends as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cvxdnn.core.network import Network
from cvxdnn.core.pieces import Pieces, affine, crossings, identity, relu
from cvxdnn.core.types import Array, Indices

__all__ = ["Kinks", "kinks", "units_behind"]

SAME = 1e-9
"""Places that differ by at most this share of their size, or of 1, are one."""


@dataclass(frozen=True, eq=False)
class Kinks:
    """One entry for each zero crossing of a unit, sorted by x.

    x : (k,) where it is;  slope_changes : (k,) by how much the network's slope changes there
    sides : (k,) +1 when the unit is active to the right, -1 to the left;  units : (k,) which unit it is
    """

    x: Array
    slope_changes: Array
    sides: Array
    units: Indices


def kinks(network: Network) -> Kinks:
    """The kinks of a network's last hidden layer on the whole real line.

    Units that never cross zero have none; with biases in earlier layers a unit may have several.
    """
    *_, pieces = _pre_activations(network)
    places, inside = crossings(pieces)
    slopes = pieces.slopes[inside]
    units = np.nonzero(inside)[1]
    changes = network.weights[-1][units, 0] * np.abs(slopes)
    order = np.argsort(places[inside], kind="stable")
    return Kinks(network.origin + places[inside][order], changes[order], np.sign(slopes)[order], units[order])


def units_behind(network: Network, places: Array) -> list[list[tuple[int, int]]]:
    """For each of `places`, (k,), the units that switch on or off there: pairs of hidden layer and unit, both from 0.

    Not all of them need bend the network: one that switches may weigh nothing, or feed a unit that is off.
    """
    behind: list[list[tuple[int, int]]] = [[] for _ in places]
    for layer, pieces in enumerate(_pre_activations(network)):
        at, inside = crossings(pieces)
        units, switches = np.nonzero(inside)[1], network.origin + at[inside]
        for found, place in zip(behind, places, strict=True):
            here = np.abs(switches - place) <= SAME * max(1.0, abs(place))
            found += [(layer, int(unit)) for unit in np.unique(units[here])]
    return behind


def _pre_activations(network: Network) -> Iterator[Pieces]:
    """Of each hidden layer in turn."""
    pieces = identity()
    for weights, biases in zip(network.weights[:-1], network.biases[:-1], strict=True):
        pieces = affine(pieces, weights, biases)
        yield pieces
        pieces = relu(pieces)
