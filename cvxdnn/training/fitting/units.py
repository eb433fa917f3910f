"""The data's own units, in which a fit takes place, and the order of its parameters.

Training runs on X' = X / x, Y' = Y / y, where x and y are powers of two near the size of a sample and of a target. With
W_l = u_l W_l' and u_1 ... u_L x = y this is the same problem: P = y^2 P' for weight decay beta u^2 / y^2 if all charged
layers share one unit u. So u = (y / x)^(1/L) everywhere; in the norm-constrained form u = (y / x)^(1/2) in the last
two layers and 1 before them; with batch normalisation u = y^(1/2) for gamma, alpha and W_L, and u_1 = 1 / x.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.training.fitting.fitted import FittedNetwork
from cvxdnn.training.fitting.problem import Architecture, FitProblem
from cvxdnn.training.layout import ParameterLayout

__all__ = ["FitUnits"]

_HUGE = 1e100
"""Any weight decay above its square acts the same, but must not overflow."""
_BIASES: dict[Architecture, Literal["none", "early", "last_hidden"]] = {
    "linear": "none",
    "relu": "none",
    "relu_bias": "last_hidden",
    "batch_norm": "early",
    "batch_norm_torch": "early",
}
"""With batch normalisation the layers before it have them, so that their features can span what they must."""


class FitUnits:
    """A problem in units in which its data have size 1, and its networks back in the user's.

    Attributes
    ----------
    layout : ParameterLayout
    X, Y, beta : the data and the weight decay in these units
    y_unit : float
        The objective is y_unit^2 times that of the data in units.
    """

    def __init__(self, problem: FitProblem) -> None:
        self.problem = problem
        self.layout = ParameterLayout(
            problem.restarts,
            problem.depth,
            problem.width,
            _BIASES[problem.architecture],
            inputs=problem.X.shape[1],
            outputs=problem.Y.shape[1],
            branches=problem.branches,
            constrained=problem.budget is not None,
            normalised=problem.architecture.startswith("batch_norm"),
        )
        self._x_unit, self.y_unit = _power_of_two(problem.X), _power_of_two(problem.Y)
        self._unit, self._units = _weight_units(problem, self._x_unit, self.y_unit, self.layout.normalised)
        self.X, self.Y = problem.X / self._x_unit, problem.Y / self.y_unit
        self.beta = min(problem.beta * min(self._unit / self.y_unit, _HUGE) ** 2, _HUGE**2)

    @property
    def scale_factor(self) -> float:
        """How many gamma one unit of a trained scale is: sqrt(n) for torch's convention, else 1."""
        return float(np.sqrt(len(self.X))) if self.problem.architecture == "batch_norm_torch" else 1.0

    def network(self, flat: Array, restart: int) -> FittedNetwork:
        """One restart in the units of the user's data."""
        problem, layout, count = self.problem, self.layout, self.problem.branches or 1
        blocks = [block[restart * count : (restart + 1) * count] for block in layout.blocks(flat)]
        weights = [rows * unit for rows, unit in zip(layout.weight_rows(blocks), self._units, strict=True)]
        if problem.budget is not None:
            weights[:-2] = [matrices * (problem.budget / _norms(matrices)) for matrices in weights[:-2]]
        scales = blocks[-1][0] * (self._unit * self.scale_factor) if layout.normalised else np.zeros((2, 0))
        return FittedNetwork(
            problem.architecture,
            tuple(weights if problem.branches is not None else (matrix[0] for matrix in weights)),
            self._biases(blocks) if any(layout.biased) else (),
            gamma=scales[0],
            alpha=scales[1],
            budget=problem.budget,
        )

    def _biases(self, blocks: list[Array]) -> tuple[Array, ...]:
        """Of every layer, zeros where it has none."""
        units = self._x_unit * np.cumprod(self._units)
        return tuple(
            block[0, -1] * unit if biased else np.zeros(block.shape[2])
            for block, unit, biased in zip(blocks, units, self.layout.biased, strict=False)
        )


def _norms(matrices: Array) -> Array:
    return np.linalg.norm(matrices, axis=(1, 2), keepdims=True)


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
