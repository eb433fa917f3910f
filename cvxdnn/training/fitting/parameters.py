"""Where every parameter of every restart lives in one flat array, and in which units.

Block after block: the weights of layer 1 of all restarts (and of all branches of each), then its biases where it has
any, and so on; the pair (gamma, alpha) of batch normalisation is one more block. Each block is contiguous, so that a
layer of all restarts is one batched matrix product, and an optimiser's step is a handful of operations on one vector.

Training runs on X' = X / x, Y' = Y / y, where x and y are powers of two near the size of a sample and of a target. With
W_l = u_l W_l' and u_1 ... u_L x = y this is the same problem: P = y^2 P' for weight decay beta u^2 / y^2 if all charged
layers share one unit u. So u = (y / x)^(1/L) everywhere; in the norm-constrained form u = (y / x)^(1/2) in the last
two layers and 1 before them; with batch normalisation u = y^(1/2) for gamma, alpha and W_L, and u_1 = 1 / x.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from cvxdnn.core.types import Array, Integers
from cvxdnn.training.fitting.fitted import FittedNetwork
from cvxdnn.training.fitting.problem import FitProblem

__all__ = ["Block", "Parameters"]

_HUGE = 1e100
"""Any weight decay above its square acts the same, but must not overflow."""


@dataclass(frozen=True)
class Block:
    """One kind of parameter of one layer, of all restarts.

    kind : "weights", "biases" or "scales" (gamma in the first row, alpha in the second)
    layer : 1..L
    shape : (restarts times branches, rows, columns)
    unit : what the parameter is measured in
    decayed : whether weight decay charges it
    """

    kind: str
    layer: int
    shape: tuple[int, int, int]
    unit: float
    decayed: bool


class Parameters:
    """The order of the parameters of a problem.

    Attributes
    ----------
    blocks : tuple of Block
    X, Y, beta : the data and the weight decay in the problem's units
    y_unit : float
        The objective is y_unit^2 times that of the data in units.
    """

    def __init__(self, problem: FitProblem) -> None:
        self.problem = problem
        self.normalised = problem.architecture.startswith("batch_norm")
        self._x_unit, self.y_unit = _power_of_two(problem.X), _power_of_two(problem.Y)
        self._unit, self._units = _weight_units(problem, self._x_unit, self.y_unit, self.normalised)
        self.X, self.Y = problem.X / self._x_unit, problem.Y / self.y_unit
        self.beta = min(problem.beta * min(self._unit / self.y_unit, _HUGE) ** 2, _HUGE**2)
        self.blocks = tuple(block for layer in range(1, problem.depth + 1) for block in self._blocks_of(layer))

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Units per layer, d_0 = d to d_L = K; of one branch in a parallel net."""
        problem = self.problem
        hidden = [problem.width] * (problem.depth - 1)
        if problem.branches is not None:
            hidden[-1] = 1
        return (problem.X.shape[1], *hidden, problem.Y.shape[1])

    @cached_property
    def size(self) -> int:
        """Length of the flat array."""
        return sum(int(np.prod(block.shape)) for block in self.blocks)

    def views(self, flat: Any) -> list[Any]:
        """Each block of a flat NumPy array or torch tensor, in its shape."""
        ends = np.cumsum([np.prod(block.shape) for block in self.blocks])
        starts = (0, *ends[:-1])
        return [flat[a:b].reshape(block.shape) for a, b, block in zip(starts, ends, self.blocks, strict=True)]

    @cached_property
    def owner(self) -> Integers:
        """The restart that each entry of the flat array belongs to."""
        restarts = self.problem.restarts
        return np.concatenate([np.repeat(np.arange(restarts), np.prod(b.shape) // restarts) for b in self.blocks])

    @cached_property
    def is_decayed(self) -> Array:
        """1 for entries under weight decay, 0 for the others."""
        return np.concatenate([np.full(int(np.prod(b.shape)), float(b.decayed)) for b in self.blocks])

    def network(self, flat: Array, restart: int) -> FittedNetwork:
        """One restart in the units of the user's data."""
        problem, count = self.problem, self.problem.branches or 1
        weights, biases = [], [np.zeros(width) for width in self.widths[1:]]
        scales = np.zeros((2, 0))
        for block, view in zip(self.blocks, self.views(flat), strict=True):
            values = view[restart * count : (restart + 1) * count] * block.unit
            if block.kind == "weights":
                weights.append(self._constrained(block.layer, values))
            elif block.kind == "biases":
                biases[block.layer - 1] = values[0, 0]
            else:
                scales = values[0] * self.scale_factor
        biased = any(block.kind == "biases" for block in self.blocks)
        return FittedNetwork(
            problem.architecture,
            tuple(weights if problem.branches is not None else (matrix[0] for matrix in weights)),
            tuple(biases) if biased else (),
            gamma=scales[0],
            alpha=scales[1],
            budget=problem.budget,
        )

    @property
    def scale_factor(self) -> float:
        """How many gamma one unit of a trained scale is: sqrt(n) for torch's convention, else 1."""
        return float(np.sqrt(len(self.X))) if self.problem.architecture == "batch_norm_torch" else 1.0

    def is_constrained(self, layer: int) -> bool:
        """Whether the norm of a layer is prescribed."""
        return self.problem.budget is not None and layer <= self.problem.depth - 2

    def _constrained(self, layer: int, weights: Array) -> Array:
        """Weights (branches, rows, columns) as they are used: of prescribed norm if the layer has one."""
        budget = self.problem.budget
        if budget is None or not self.is_constrained(layer):
            return weights
        return weights * (budget / np.linalg.norm(weights, axis=(1, 2), keepdims=True))

    def _blocks_of(self, layer: int) -> list[Block]:
        problem, depth = self.problem, self.problem.depth
        count = problem.restarts * (problem.branches or 1)
        rows, columns = tuple(pairwise(self.widths))[layer - 1]
        charged = layer == depth if self.normalised else not self.is_constrained(layer)
        blocks = [Block("weights", layer, (count, rows, columns), self._units[layer - 1], charged)]
        if self._is_biased(layer):
            unit = self._x_unit * float(np.prod(self._units[:layer]))
            blocks.append(Block("biases", layer, (count, 1, columns), unit, False))
        if self.normalised and layer == depth - 1:
            blocks.append(Block("scales", layer, (count, 2, columns), self._unit, True))
        return blocks

    def _is_biased(self, layer: int) -> bool:
        """With batch normalisation the layers before it, so that their features can span what they must."""
        if self.normalised:
            return layer <= self.problem.depth - 2
        return self.problem.architecture == "relu_bias" and layer >= self.problem.depth - 1


def _weight_units(
    problem: FitProblem, x_unit: float, y_unit: float, normalised: bool
) -> tuple[float, tuple[float, ...]]:
    """The unit of what is charged, and the unit of each layer's weights."""
    depth = problem.depth
    if normalised:
        unit = float(y_unit**0.5)
        return unit, (1 / x_unit, *[1.0] * (depth - 2), unit)
    if problem.budget is not None:
        unit = float((y_unit / x_unit) ** 0.5)
        return unit, (*[1.0] * (depth - 2), unit, unit)
    unit = float((y_unit / x_unit) ** (1 / depth))
    return unit, (unit,) * depth


def _power_of_two(matrix: Array) -> float:
    """A power of two near the root mean square length of the rows; 1 for zeros."""
    largest = float(np.abs(matrix).max())
    if largest == 0:
        return 1.0
    length = largest * float(np.linalg.norm(matrix / largest)) / np.sqrt(len(matrix))
    return 2.0 ** round(float(np.log2(length)))
