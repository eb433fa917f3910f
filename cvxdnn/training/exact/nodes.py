"""The distinct inputs of the data, the ramps that bend there, and how much each ramp would help.

With the sorted distinct inputs x_1 < ... < x_m there are 2m *ramps*, (x - x_j)_+ to the right (column j) and (x_j -
x)_+ to the left (column m + j). On the data every other ramp is a weighted mean of two neighbours of its side, so
these are all a two-layer network needs (docs/two-layers.md).

At a function with multipliers lambda_i = -sum of d loss / d f over the points at x_i, a new ramp A_j of amplitude a
changes the objective by a (decay - |A_j^T lambda|) to first order. All 2m *correlations* A_j^T lambda are two
cumulative sums: they are the double integral of the multipliers, and |A_j^T lambda| <= decay is the tube of
`cvxdnn.core.tube`.

Moves are judged by what they change, never by the difference of two totals: a total may hold a large part that no
function removes, the scatter of points that share an input or an outlier of Huber's loss, and its round-off would hide
everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cvxdnn.core.losses import Huber, Logistic, Loss, Squared
from cvxdnn.core.spline import merge_points
from cvxdnn.core.tube import double_integral
from cvxdnn.core.types import Array, Indices, Integers
from cvxdnn.training.exact.quadratic import Quadratic
from cvxdnn.training.loss_curvature import curvatures

__all__ = ["Nodes"]

_EPS = float(np.finfo(np.float64).eps)
_TOLD_APART = 64 * _EPS
_LEAST_CURVATURE = 1e-10
"""Of a model of the loss where it is nearly flat: steps must end."""

_SMALLEST = 1e-100


@dataclass(frozen=True, eq=False)
class Nodes:
    """The points of a training problem, gathered at their distinct inputs.

    x : (m,) increasing;  group : (n,) the input each point sits at
    y, loss : (n,) the points' outputs and the loss they are judged by
    tolerance : outputs nearer to each other are the same; more than a matter of round-off only where a threshold is
    """

    x: Array
    group: Indices
    y: Array
    loss: Loss
    tolerance: float = 0.0

    @classmethod
    def of(cls, x: Array, y: Array, loss: Loss) -> Nodes:
        """Gather points given in any order; inputs that nearly coincide become one."""
        merged = merge_points(x, y)
        return cls(merged.x, merged.group, y, loss)

    def ramps(self, columns: Integers) -> Array:
        """The ramps of these columns at the inputs, shape (m, columns)."""
        side, kinks = self.sides(columns), self.x[columns % self.x.size]
        return np.maximum(side * (self.x[:, None] - kinks), 0.0)

    @cached_property
    def ramp_sizes(self) -> Array:
        """How far each of the 2m ramps reaches, (2m,); never 0."""
        reach = np.concatenate([self.x[-1] - self.x, self.x - self.x[0]])
        return np.maximum(reach, _SMALLEST)

    def sides(self, columns: Integers) -> Array:
        """+1 for ramps to the right, -1 for ramps to the left."""
        return np.where(columns < self.x.size, 1.0, -1.0)

    def total(self, outputs: Array) -> float:
        """The loss of outputs (m,) at the inputs."""
        return float(self.loss.value(outputs[self.group], self.y).sum())

    def slopes(self, outputs: Array) -> Array:
        """Its derivative in every output, (m,)."""
        return self._gathered(self.loss.subgradient(outputs[self.group], self.y))

    def slope_doubts(self, outputs: Array) -> Array:
        """How much round-off there may be in the slope of every point, (n,)."""
        f = outputs[self.group]
        numbers = 2 * _EPS * (np.abs(f) + np.abs(self.y))
        if not isinstance(self.loss, Huber):
            return numbers
        corner = self._corners(self.loss)
        near = np.abs(f - self.y) <= corner + numbers
        return self.loss.delta * np.where(near, numbers / corner, 2 * _EPS)

    def curvatures(self, outputs: Array) -> Array:
        """Its second derivative in every output, (m,)."""
        return self._gathered(curvatures(self.loss, outputs[self.group], self.y))

    def model(self, outputs: Array) -> Quadratic:
        """The quadratic model at these outputs; the loss itself, up to the corners, if it is "squared" or "huber"."""
        if isinstance(self.loss, Squared):
            return Quadratic(self._gathered(np.ones_like(self.y)), self._gathered(self.y), np.zeros_like(self.x))
        if isinstance(self.loss, Huber):
            return self._between_corners(outputs, self.loss)
        curvature = np.maximum(self.curvatures(outputs), _LEAST_CURVATURE)
        return Quadratic(curvature, curvature * outputs - self.slopes(outputs), np.zeros_like(self.x))

    def fits(self, outputs: Array, model: Quadratic) -> bool:
        """Whether every point is on the piece of the loss that the model has it on."""
        if not isinstance(self.loss, Huber):
            return isinstance(self.loss, Squared)
        f = outputs[self.group]
        beyond = np.abs(f - self.y) > self._corners(self.loss) + 8 * _EPS * (np.abs(f) + np.abs(self.y))
        beyond[model.points] = False
        return not beyond.any()

    def change(self, outputs: Array, step: Array) -> float:
        """By how much the loss changes with a step from these outputs, accurate however small the step."""
        f, by = outputs[self.group], step[self.group]
        if isinstance(self.loss, Squared | Huber):
            before, after = self.loss.subgradient(f, self.y), self.loss.subgradient(f + by, self.y)
            return float(np.sum(after * by + (after - before) * (f - self.y - (after + before) / 2)))
        direct = self.loss.value(f + by, self.y) - self.loss.value(f, self.y)
        if isinstance(self.loss, Logistic):
            small = np.abs(by) < 1
            share = np.abs(self.loss.subgradient(f, self.y))
            direct = np.where(small, np.log1p(share * np.expm1(np.where(small, -self.y * by, 0.0))), direct)
        return float(direct.sum())

    def correlations(self, multipliers: Array) -> Array:
        """A_j^T lambda for all 2m ramps."""
        left = double_integral(self.x, multipliers)
        right = left + multipliers @ self.x - self.x * multipliers.sum()
        return np.concatenate([right, left])

    def _between_corners(self, outputs: Array, loss: Huber) -> Quadratic:
        missed, corner = outputs[self.group] - self.y, self._corners(loss)
        bend = loss.delta / corner
        near = (np.abs(missed) <= corner).astype(np.float64)
        points = np.flatnonzero(near == 0)
        sides = np.sign(missed[points])
        return Quadratic(
            self._gathered(near * bend),
            self._gathered(near * bend * self.y),
            self._gathered((1 - near) * np.sign(missed) * loss.delta),
            points,
            self.group[points],
            sides,
            self.y[points] + sides * corner[points],
            bend[points],
            loss.delta,
        )

    def _corners(self, loss: Huber) -> Array:
        """How far from each y the loss turns linear: delta, or what the numbers can tell from y if that is more."""
        return np.maximum(loss.delta, np.maximum(_TOLD_APART * np.abs(self.y), self.tolerance))

    def with_larger_tolerance(self) -> Nodes:
        """With outputs told apart only over a larger distance: those of steep functions carry more round-off."""
        return replace(self, tolerance=max(_TOLD_APART * float(np.abs(self.y).max()), 8 * self.tolerance))

    def _gathered(self, values: Array) -> Array:
        gathered: Array = np.bincount(self.group, weights=values, minlength=self.x.size).astype(np.float64)
        return gathered
