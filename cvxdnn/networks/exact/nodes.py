"""The distinct inputs of the data, the ramps that bend there, and how much each ramp would help.

With the sorted distinct inputs x_1 < ... < x_m there are 2m *ramps*, (x - x_j)_+ to the right (column j) and (x_j -
x)_+ to the left (column m + j). On the data every other ramp is a weighted mean of two neighbours of its side, so
these are all a two-layer network needs (docs/two-layers.md).

At a function with multipliers lambda_i = -sum of d loss / d f over the points at x_i, a new ramp A_j of amplitude a
changes the objective by a (decay - |A_j^T lambda|) to first order. All 2m *correlations* A_j^T lambda are two
cumulative sums: they are the double integral of the multipliers, and |A_j^T lambda| <= decay is the tube of
`cvxdnn.tube`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cvxdnn.losses import Loss
from cvxdnn.networks.loss_curvature import curvatures
from cvxdnn.spline import merge_points
from cvxdnn.tube import double_integral

__all__ = ["Nodes"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Nodes:
    """The points of a training problem, gathered at their distinct inputs.

    x : (m,) increasing;  group : (n,) the input each point sits at
    y, loss : (n,) the points' outputs and the loss they are judged by
    """

    x: Floats
    group: NDArray[np.intp]
    y: Floats
    loss: Loss

    @classmethod
    def of(cls, x: Floats, y: Floats, loss: Loss) -> Nodes:
        """Gather points given in any order; inputs that nearly coincide become one."""
        merged = merge_points(x, y)
        return cls(merged.x, merged.group, y, loss)

    def ramps(self, columns: Integers) -> Floats:
        """The ramps of these columns at the inputs, shape (m, columns)."""
        side, kinks = self.sides(columns), self.x[columns % self.x.size]
        return np.maximum(side * (self.x[:, None] - kinks), 0.0)

    def sides(self, columns: Integers) -> Floats:
        """+1 for ramps to the right, -1 for ramps to the left."""
        return np.where(columns < self.x.size, 1.0, -1.0)

    def total(self, outputs: Floats) -> float:
        """The loss of outputs (m,) at the inputs."""
        return float(self.loss.value(outputs[self.group], self.y).sum())

    def slopes(self, outputs: Floats) -> Floats:
        """Its derivative in every output, (m,)."""
        return self._gathered(self.loss.subgradient(outputs[self.group], self.y))

    def curvatures(self, outputs: Floats) -> Floats:
        """Its second derivative in every output, (m,)."""
        return self._gathered(curvatures(self.loss, outputs[self.group], self.y))

    def correlations(self, multipliers: Floats) -> Floats:
        """A_j^T lambda for all 2m ramps."""
        left = double_integral(self.x, multipliers)
        right = left + multipliers @ self.x - self.x * multipliers.sum()
        return np.concatenate([right, left])

    def _gathered(self, values: Floats) -> Floats:
        gathered: Floats = np.bincount(self.group, weights=values, minlength=self.x.size).astype(np.float64)
        return gathered
