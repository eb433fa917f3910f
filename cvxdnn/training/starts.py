"""Where each restart starts: from a seed, or from a given network."""

from __future__ import annotations

import numpy as np

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.network import Network
from cvxdnn.core.types import Array
from cvxdnn.training.initialization import disturbed, idle, layer_norm, random_layers
from cvxdnn.training.layout import Layers, ParameterLayout
from cvxdnn.training.state import INSERTION, Problem
from cvxdnn.training.units import Units

__all__ = ["first_layers", "layers_of", "seen_from"]


def first_layers(problem: Problem, initial: Network | None, seed: int) -> list[Layers]:
    """The weights each restart starts from, in the problem's units."""
    layout, units = problem.layout, problem.units
    x, y = units.data(problem.x, problem.y)
    norm = layer_norm(layout, y, units.beta(problem.beta), units.loss)
    if initial is None:
        drawn = [random_layers(layout, x, y, norm=norm, seed=seed, restart=i) for i in range(layout.restarts)]
        if problem.optimizer != INSERTION:
            return [*drawn]
        return [idle(layers, y, units.loss) for layers in drawn]
    given = seen_from(units, initial, problem.x, _padded(initial, layout))
    return [disturbed(given, layout, norm=norm, seed=seed, restart=i) for i in range(layout.restarts)]


def layers_of(network: Network) -> Layers:
    """Its (weights, biases), layer by layer."""
    return list(zip(network.weights, network.biases, strict=True))


def seen_from(units: Units, network: Network, x: Array, layers: Layers) -> Layers:
    """A network's layers in these units; its origin must be one that they can leave."""
    low = float(x.min())
    if not units.bias_in_first_layer and network.origin != units.x_origin and low < max(network.origin, 0.0):
        raise InvalidInputError(
            f"initial has its origin at {network.origin:g}, the smallest x is {low:g}; without biases in early layers "
            "the inputs must not lie left of it, nor of 0"
        )
    return units.inward(layers, network.origin)


def _padded(network: Network, layout: ParameterLayout) -> Layers:
    """The network's layers, with dead units up to the width of the layout."""
    if not isinstance(network, Network):
        raise InvalidInputError(f"initial is a {type(network).__name__}; pass a Network, a Snapshot's state, or None")
    if network.depth != layout.depth:
        raise InvalidInputError(f"initial has depth {network.depth}, depth is {layout.depth}; they must agree")
    if max(network.widths) > layout.width:
        raise InvalidInputError(f"initial has width {max(network.widths)}, width is {layout.width}; use a larger width")
    if network.skip != 0.0:
        raise InvalidInputError(f"initial has a skip connection of slope {network.skip:g}; train has none: set it to 0")
    for layer, (bias, biased) in enumerate(zip(network.biases, layout.biased, strict=True)):
        if bias.any() and not biased:
            raise InvalidInputError(f'initial has biases in hidden layer {layer + 1}; train it with biases="all"')
    layers = []
    for weights, bias, rows, columns in zip(
        network.weights, network.biases, layout.widths[:-1], layout.widths[1:], strict=True
    ):
        wide = np.zeros((rows, columns))
        wide[: weights.shape[0], : weights.shape[1]] = weights
        layers.append((wide, np.concatenate([bias, np.zeros(columns - bias.size)])))
    return layers
