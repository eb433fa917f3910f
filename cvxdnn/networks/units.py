"""The data's own units, in which training takes place.

Step sizes and first weights must not depend on whether x is in metres or in millimetres. Training therefore runs on

    x' = (x - x_origin) / x_unit,    y' = (y - y_origin) / y_unit,    W' = W / c,    c = (y_unit / x_unit)^(1/L),

with the hidden biases of layer l in units of x_unit c^l. This is the same problem, not a similar one: for the squared
loss the objective is y_unit^2 times the objective of the primed network with weight decay beta c^2 / y_unit^2, whatever
the units are. An origin other than 0 is exact as well, because the biases that absorb it are free; for x that takes a
bias in the first layer. Data in the unit box have units 1 and origins 0, so that nothing is rescaled there.

Any loss that looks at f - y only takes another factor in place of y_unit^2 and thresholds in the new units
(`Loss.in_units`). Labels -1 and +1 have no units: for them y stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cvxdnn.losses import Loss, Squared
from cvxdnn.networks.layout import Layers

Floats = NDArray[np.float64]

_FAR = 1.0
"""Data whose middle is farther from 0 than this many times their range are measured from that middle."""

_HUGE = 1e100
"""Any weight decay above acts the same, but must not overflow."""


@dataclass(frozen=True)
class Units:
    """A change of units that maps a training problem to one of ordinary size, and networks back.

    x_origin, x_unit, y_origin, y_unit : units of the data; the units are powers of two, so scaling costs no accuracy
    depth : number of weight layers L
    loss : the loss in these units;  loss_unit : the factor by which the user's is larger
    """

    x_origin: float
    x_unit: float
    y_origin: float
    y_unit: float
    depth: int
    loss: Loss
    loss_unit: float

    @classmethod
    def of(cls, x: Floats, y: Floats, *, depth: int, bias_in_first_layer: bool, loss: Loss | None = None) -> Units:
        """Units in which the data have a size near 1; `loss` is the squared one unless given."""
        loss = Squared() if loss is None else loss
        x_origin, x_unit = _origin_and_unit(x, movable=bias_in_first_layer)
        y_origin, y_unit = (0.0, 1.0) if loss.needs_labels else _origin_and_unit(y, movable=True)
        return cls(x_origin, x_unit, y_origin, y_unit, depth, *loss.in_units(y_unit))

    @property
    def weight_unit(self) -> float:
        """c: the L weights along a path multiply to a slope."""
        return float((self.y_unit / self.x_unit) ** (1 / self.depth))

    def beta(self, beta: float) -> float:
        """The weight decay of the problem in these units."""
        root = max(float(np.sqrt(self.loss_unit)), 1e-150)
        return min(beta * min(self.weight_unit / root, 1e100) ** 2, _HUGE)

    def data(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The points in these units."""
        return (x - self.x_origin) / self.x_unit, (y - self.y_origin) / self.y_unit

    def outward(self, layers: Layers) -> list[tuple[Floats, Floats]]:
        """A network in these units as one in the user's."""
        c = self.weight_unit
        scaled = [(w * c, b * self._bias_unit(layer)) for layer, (w, b) in enumerate(layers, start=1)]
        first, last = scaled[0], scaled[-1]
        scaled[0] = (first[0], first[1] - self.x_origin * first[0][0])
        scaled[-1] = (last[0], last[1] + self.y_origin)
        return scaled

    def inward(self, layers: Layers) -> list[tuple[Floats, Floats]]:
        """A network in the user's units as one in these."""
        shifted = list(layers)
        first, last = shifted[0], shifted[-1]
        shifted[0] = (first[0], first[1] + self.x_origin * first[0][0])
        shifted[-1] = (last[0], last[1] - self.y_origin)
        c = self.weight_unit
        return [(w / c, b / self._bias_unit(layer)) for layer, (w, b) in enumerate(shifted, start=1)]

    def _bias_unit(self, layer: int) -> float:
        return self.y_unit if layer == self.depth else float(self.x_unit * self.weight_unit**layer)


def _origin_and_unit(values: Floats, *, movable: bool) -> tuple[float, float]:
    """0, or the middle of data that lie far from 0; and a power of two near the size of the data seen from there."""
    low, high = float(values.min()), float(values.max())
    middle, spread = low / 2 + high / 2, high - low
    if movable:
        return (middle if abs(middle) > _FAR * spread else 0.0), _power_of_two(spread)
    return 0.0, _power_of_two(max(abs(low), abs(high)))


def _power_of_two(size: float) -> float:
    return 2.0 ** round(float(np.log2(size))) if size > 0 else 1.0
