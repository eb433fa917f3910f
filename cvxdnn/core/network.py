"""A ReLU network of one input and one output, as plain arrays.

    t = x - origin,    A_0 = t,    A_l = relu(A_{l-1} W_l + 1 b_l^T)  for l < L,    f(x) = A_{L-1} W_L + b_L + skip * t

The depth L counts weight layers: L = 2 is one hidden layer. Weight decay charges sum_l ||W_l||_F^2; biases and the
skip connection are free. Architectures that lack a bias have zeros in its place, so that one class covers them all.

The origin is 0 but for data far from 0. A bias could move a network there, but not in float64: at a distance of 1e9
ranges the bias that places a kink is rounded to 1e-7 of the range. The subtraction is exact (`origin_for`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError, require
from cvxdnn.core.pieces import bends
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array

if TYPE_CHECKING:
    from cvxdnn.core.torch_module import TorchNetwork

__all__ = ["Network", "origin_for"]

_FAR = 1000.0
"""Data farther from 0 than this many times their range are far: biases would lose three digits and more."""


def origin_for(low: float, high: float) -> float:
    """Where a network for inputs from `low` to `high` has its origin: 0, or `low` where that is far from 0.

    From there the difference of any input is exact, because the two have the same size (Sterbenz).
    """
    return low if abs(low) > _FAR * (high - low) > 0 else 0.0


@dataclass(frozen=True, eq=False)
class Network:
    """A trained, constructed or imported network; immutable.

    Parameters
    ----------
    weights : sequence of arrays
        W_l of shape (d_{l-1}, d_l), l = 1..L, L >= 2, with d_0 = d_L = 1.
    biases : sequence of arrays
        b_l of shape (d_l,), zeros where the architecture has none; the last is the output bias.
    skip : float, default 0
        Slope of the unregularised skip connection.
    origin : float, default 0
        The input that the first layer and the skip connection see as 0.

    Raises
    ------
    InvalidInputError
        When shapes do not fit together or a number is not finite.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    skip: float = 0.0
    origin: float = 0.0

    def __post_init__(self) -> None:
        weights = _frozen_arrays("weights", self.weights, dimensions=2)
        biases = _frozen_arrays("biases", self.biases, dimensions=1)
        _check_shapes(weights, biases)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "biases", biases)
        for name in ("skip", "origin"):
            object.__setattr__(self, name, validation.number(name, getattr(self, name)))

    @property
    def depth(self) -> int:
        """Number of weight layers L."""
        return len(self.weights)

    @property
    def widths(self) -> tuple[int, ...]:
        """Units in each hidden layer, (d_1, ..., d_{L-1})."""
        return tuple(len(bias) for bias in self.biases[:-1])

    @property
    def parameters_norm(self) -> float:
        """sum_l ||W_l||_F^2, what weight decay charges; biases and skip excluded."""
        return sum(float(np.vdot(w, w)) for w in self.weights)

    def __call__(self, x: ArrayLike) -> Array:
        """Outputs at `x` (any shape), in the same shape.

        Raises
        ------
        InvalidInputError
            When an input is not a finite number; the message names the first.
        """
        x = validation.bounded("x", validation.numbers("x", x))
        activations = (x.reshape(-1) - self.origin)[:, None]
        line = self.skip * activations[:, 0]
        for weights, biases in zip(self.weights[:-1], self.biases[:-1], strict=True):
            activations = np.maximum(activations @ weights + biases, 0.0)
        output: Array = (activations @ self.weights[-1] + self.biases[-1])[:, 0] + line
        return output.reshape(x.shape)

    def to_spline(self) -> LinearSpline:
        """The exact piecewise-linear function on the whole real line: knots wherever its slope really changes.

        A network that never bends gets a single knot at its origin.
        """
        knots, first_slope, last_slope = bends(self.weights, self.biases, self.skip)
        places = np.unique(self.origin + knots)  # far from 0 two close knots can be the same number
        return LinearSpline(places, self(places), first_slope, last_slope)

    def to_torch(self) -> TorchNetwork:
        """A float64 torch module with the same outputs, for any shape of input; needs the extra "train"."""
        require("torch", extra="train")
        from cvxdnn.core.torch_module import TorchNetwork

        return TorchNetwork(self)


def _frozen_arrays(name: str, arrays: Iterable[Any], dimensions: int) -> tuple[Array, ...]:
    """Read-only float64 copies, each finite and of the given number of dimensions."""
    frozen = []
    for layer, given in enumerate(validation.entries(name, arrays)):
        array = np.array(validation.numbers(f"{name}[{layer}]", given))
        if array.ndim != dimensions:
            raise InvalidInputError(f"{name}[{layer}] has shape {array.shape}; it must have {dimensions} dimension(s)")
        array.setflags(write=False)
        frozen.append(array)
    return tuple(frozen)


def _check_shapes(weights: tuple[Array, ...], biases: tuple[Array, ...]) -> None:
    if len(weights) < 2:
        raise InvalidInputError(f"weights has {len(weights)} layer(s); a network needs at least 2")
    if len(biases) != len(weights):
        raise InvalidInputError(
            f"biases has {len(biases)} entries for {len(weights)} layers; give one each, zeros where there is none"
        )
    if weights[0].shape[0] != 1 or weights[-1].shape[1] != 1:
        raise InvalidInputError(
            f"weights lead from {weights[0].shape[0]} input(s) to {weights[-1].shape[1]} output(s); both must be 1"
        )
    for layer, (below, above) in enumerate(pairwise(weights)):
        if below.shape[1] != above.shape[0]:
            raise InvalidInputError(
                f"weights[{layer}] of shape {below.shape} does not fit weights[{layer + 1}] of shape {above.shape}; "
                "the columns of one are the rows of the next"
            )
    for layer, (matrix, bias) in enumerate(zip(weights, biases, strict=True)):
        if bias.shape != matrix.shape[1:]:
            raise InvalidInputError(
                f"biases[{layer}] has shape {bias.shape}; weights[{layer}] has {matrix.shape[1]} columns, one bias each"
            )
