r"""The data's own units, in which training takes place.

Step sizes and first weights must not depend on whether x is in metres, feet or millimetres. Training therefore runs on

    x' = (x - x_origin) / x_unit,    y' = (y - y_origin) / y_unit,    W' = W / c,    c = (y_unit / x_unit)^(1/L),

with the hidden biases of layer l in units of x_unit c^l. This is the same problem, not a similar one: for the squared
loss the objective is y_unit^2 times the objective of the primed network with weight decay beta c^2 / y_unit^2, whatever
the units are. x' begins at 0, and x' and y' extend over 1. So data that are any factor times others are the same to the
trainer but for the rounding of one division (none with powers of two), and data in the unit box are left alone.

An origin other than 0 is exact as well, because the biases that absorb it are free. For x that takes a bias in the
first layer, or x >= 0, where early layers without biases pass x g with g >= 0 to the last hidden layer, whose bias can
do it; else x keeps its origin, and its largest magnitude is the unit. Where data are far from 0 no bias of float64
could absorb x_origin, and the network keeps it (`Network.origin`).

Any loss that looks at f - y only takes another factor in place of y_unit^2 and thresholds in the new units
(`Loss.in_units`). Labels -1 and +1 have no units: for them y stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.losses import Loss, Squared
from cvxdnn.core.network import Network, origin_for
from cvxdnn.core.types import Array
from cvxdnn.training.layout import Layers

_FAR = 1.0
"""Values of y whose middle is farther from 0 than this many times their range are measured from that middle."""

_HUGE = 1e100
"""Any weight decay above acts the same, but must not overflow."""


@dataclass(frozen=True)
class Units:
    """A change of units that maps a training problem to one of ordinary size, and networks back.

    x_origin, x_unit, y_origin, y_unit : units of the data
    network_origin : the origin of networks in the user's units, x_origin or 0
    depth : number of weight layers L
    bias_in_first_layer : whether that layer has a bias, which is then what moves networks
    loss : the loss in these units;  loss_unit : the factor by which the user's is larger
    """

    x_origin: float
    x_unit: float
    y_origin: float
    y_unit: float
    network_origin: float
    depth: int
    bias_in_first_layer: bool
    loss: Loss
    loss_unit: float

    @classmethod
    def of(cls, x: Array, y: Array, *, depth: int, bias_in_first_layer: bool, loss: Loss | None = None) -> Units:
        """Units in which the data have a size near 1; `loss` is the squared one unless given."""
        loss = Squared() if loss is None else loss
        low, high = float(x.min()), float(x.max())
        if bias_in_first_layer or low >= 0:
            x_origin, x_unit, origin = low, high - low or 1.0, origin_for(low, high)
        else:
            x_origin, x_unit, origin = 0.0, max(-low, high), 0.0
        y_origin, y_unit = (0.0, 1.0) if loss.needs_labels else _origin_and_unit(y)
        loss, loss_unit = loss.in_units(y_unit)
        return cls(x_origin, x_unit, y_origin, y_unit, origin, depth, bias_in_first_layer, loss, loss_unit)

    @property
    def weight_unit(self) -> float:
        """c: the L weights along a path multiply to a slope."""
        return float((self.y_unit / self.x_unit) ** (1 / self.depth))

    def beta(self, beta: float) -> float:
        """The weight decay of the problem in these units."""
        root = max(float(np.sqrt(self.loss_unit)), 1e-150)
        return min(beta * min(self.weight_unit / root, 1e100) ** 2, _HUGE)

    def data(self, x: Array, y: Array) -> tuple[Array, Array]:
        """The points in these units."""
        return (x - self.x_origin) / self.x_unit, (y - self.y_origin) / self.y_unit

    def outward(self, layers: Layers) -> Network:
        """A network in these units as one in the user's."""
        c = self.weight_unit
        scaled = [(w * c, b * self._bias_unit(layer)) for layer, (w, b) in enumerate(layers, start=1)]
        moved = self._moved(scaled, self.network_origin - self.x_origin)
        weights, biases = zip(*moved, strict=True)
        return Network(weights, (*biases[:-1], biases[-1] + self.y_origin), origin=self.network_origin)

    def inward(self, layers: Layers, origin: float = 0.0) -> list[tuple[Array, Array]]:
        """A network of the user's units and of this origin as one in these."""
        c = self.weight_unit
        moved = self._moved(layers, self.x_origin - origin)
        last, bias = moved[-1]
        moved[-1] = (last, bias - self.y_origin)
        return [(w / c, b / self._bias_unit(layer)) for layer, (w, b) in enumerate(moved, start=1)]

    def _moved(self, layers: Layers, by: float) -> list[tuple[Array, Array]]:
        """The layers that make the same of inputs that are smaller by this much."""
        moved = list(layers)
        if by:
            signal, biased = np.ones(1), 0 if self.bias_in_first_layer else self.depth - 2
            for weights, _ in moved[:biased]:
                signal = np.maximum(signal @ weights, 0.0)
            weights, bias = moved[biased]
            moved[biased] = (weights, bias + by * (signal @ weights))
        return moved

    def _bias_unit(self, layer: int) -> float:
        return self.y_unit if layer == self.depth else float(self.x_unit * self.weight_unit**layer)


def _origin_and_unit(y: Array) -> tuple[float, float]:
    """0, or the middle of data that lie far from 0; and how far they extend."""
    low, high = float(y.min()), float(y.max())
    middle, spread = low / 2 + high / 2, high - low
    return (middle if abs(middle) > _FAR * spread else 0.0), spread or 1.0
