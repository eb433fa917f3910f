"""Networks read as ramps, and ramps written as networks whose layers are aligned and of one norm.

Without biases in its early layers a network on x >= 0 passes x g with g >= 0 to its last hidden layer (g = 1 for two
layers), so neuron j there has the input slope v_j = (g^T W_{L-1})_j, bends at t_j = -b_j / v_j, and draws the ramp

    alpha_j |v_j| (s_j (x - t_j))_+ ,    s_j = sign(v_j).

A ramp that bends between two inputs is, on the data, the weighted mean of the two that bend at them; one that bends
outside is the ramp at that end plus a constant, or nothing. So the network is a list of `Ramps`, at no higher path
norm. Written back, with r the path norm, t = r^(1/L) and unit vectors phi_l >= 0 along the activations the network
had,

    W_1 = t phi_1^T,    W_l = t phi_{l-1} phi_l^T,    W_{L-1} = phi_{L-2} q^T,    q_j = s_j sqrt|v_j|,
    b_j = -s_j t_j t^(L-2) sqrt|v_j|,    w_{L,j} = sign(u_j) sqrt|v_j|,    v = u / t^(L-2),

all of norm t: no network with these ramps has less weight decay. Each ramp goes to the neuron that bent nearest to it.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; derived in docs/depth.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cvxdnn.core.types import Array, Integers
from cvxdnn.training.exact.nodes import Nodes
from cvxdnn.training.exact.ramps import Ramps
from cvxdnn.training.layout import Layers

__all__ = ["RampNetwork"]

_ON_THE_NODE = 1e-9
"""A kink nearer to an input than this share of the interval it lies in is at the input."""


@dataclass(frozen=True, eq=False)
class RampNetwork:
    """A network of the kind above, read neuron by neuron.

    slopes, biases, outward : (width,) of the last hidden layer, neuron j being outward_j (slopes_j x + biases_j)_+
    offset : the output bias
    directions : phi_1, ..., phi_{L-2}
    """

    slopes: Array
    biases: Array
    outward: Array
    offset: float
    directions: tuple[Array, ...]

    @classmethod
    def read(cls, layers: Layers) -> RampNetwork:
        """From (weights, biases) of every layer; early biases must be 0, and inputs at least 0 if there are any."""
        signal, directions = np.ones(1), []
        for weights, _ in layers[:-2]:
            signal = np.maximum(signal @ weights, 0.0)
            directions.append(_unit(signal))
        (weights, biases), (outward, offset) = layers[-2:]
        return cls(signal @ weights, biases, outward[:, 0], float(offset[0]), tuple(directions))

    @property
    def coefficients(self) -> Array:
        """The slope change of each neuron; 0 for one that does not bend."""
        return self.outward * np.abs(self.slopes)

    def kinks(self, nodes: Nodes) -> Array:
        """Where each neuron bends, or the end of the data that is nearest to it."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            places = -self.biases / self.slopes
        return np.clip(np.where(self.slopes == 0, nodes.x[0], places), nodes.x[0], nodes.x[-1])

    def ramps(self, nodes: Nodes, *, snapped: bool = False) -> Ramps:
        """The same function on the data; `snapped` moves each kink to the nearest input instead, which changes it."""
        size, kinks, coefficients = nodes.x.size, self.kinks(nodes), self.coefficients
        at_kink = np.maximum(self.slopes * kinks + self.biases, 0.0)  # 0 up to round-off for a kink within the data
        left = np.clip(np.searchsorted(nodes.x, kinks, side="right") - 1, 0, max(size - 2, 0))
        right = np.minimum(left + 1, size - 1)
        share = (kinks - nodes.x[left]) / np.where(right > left, nodes.x[right] - nodes.x[left], 1.0)
        near = np.abs(share - np.round(share)) <= (0.5 if snapped else _ON_THE_NODE)
        share = np.where(near, np.round(share), share)
        first = np.where(self.slopes > 0, 0, size)
        signed = np.zeros(2 * size)
        np.add.at(signed, first + left, coefficients * (1 - share))
        np.add.at(signed, first + right, coefficients * share)
        signed[[size - 1, size]] = 0.0  # these two ramps are 0 on the data
        columns = np.flatnonzero(signed)
        offset = self.offset + float(self.outward @ at_kink)
        return Ramps(columns, np.sign(signed[columns]), np.abs(signed[columns]), offset)

    def written(self, ramps: Ramps, nodes: Nodes) -> list[tuple[Array, Array]]:
        """The network of least weight decay with these ramps, at most as many as there are neurons."""
        width, depth = self.slopes.size, len(self.directions) + 2
        layer_norm = ramps.path_norm ** (1 / depth)
        gain = layer_norm ** (depth - 2)
        neurons, sides = self._neurons_for(ramps, nodes), nodes.sides(ramps.columns)
        places = nodes.x[ramps.columns % nodes.x.size]
        roots, biases, signs = np.zeros(width), np.zeros(width), np.zeros(width)
        roots[neurons] = np.sqrt(ramps.sizes / gain) if gain else 0.0
        biases[neurons] = -sides * places * gain * roots[neurons]
        signs[neurons] = ramps.signs
        facing = np.zeros(width)
        facing[neurons] = sides
        chain = (np.ones(1), *self.directions)
        early = [(layer_norm * np.outer(a, b), np.zeros(width)) for a, b in pairwise(chain)]
        last_hidden = (np.outer(chain[-1], facing * roots), biases)
        return [*early, last_hidden, ((signs * roots)[:, None], np.array([ramps.offset]))]

    def _neurons_for(self, ramps: Ramps, nodes: Nodes) -> Integers:
        """A neuron for each ramp, the largest first: the nearest on its side, or else one that is idle."""
        extent = float(nodes.x[-1] - nodes.x[0])
        places, sides = nodes.x[ramps.columns % nodes.x.size], nodes.sides(ramps.columns)
        distance = np.abs(places[:, None] - self.kinks(nodes))
        distance = np.where(sides[:, None] == np.sign(self.slopes), distance, 2 * extent)
        distance = np.where(self.coefficients == 0, extent, distance)
        neurons = np.empty(ramps.columns.size, dtype=np.int64)
        for ramp in np.argsort(-ramps.sizes, kind="stable"):
            neurons[ramp] = np.argmin(distance[ramp])
            distance[:, neurons[ramp]] = np.inf
        return neurons


def _unit(signal: Array) -> Array:
    """Its direction; a dead signal has none, and any will do."""
    norm = float(np.linalg.norm(signal))
    return signal / norm if norm > 0 else np.full(signal.size, signal.size**-0.5)
