"""A fitted network as plain arrays, and the objective evaluated from them, independently of the training code.

    H_0 = X,    H_l = act(H_{l-1} W_l + 1 b_l^T)  for l < L,    f = H_{L-1} W_L + 1 b_L^T

In a parallel net every W_l has a leading axis of branches and the branches' outputs are added. With batch
normalisation the last hidden layer is relu(Z_c D gamma + alpha 1 / sqrt(n)), D dividing the columns of the centred
pre-activations Z_c by their lengths: the training-mode layer on all n samples at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core.solution import Status
from cvxdnn.core.types import Array
from cvxdnn.training.fitting.problem import Architecture

__all__ = ["FitSnapshot", "FitState", "FittedNetwork"]

NOTHING = np.zeros(0)


@dataclass(frozen=True, eq=False)
class FittedNetwork:
    """One network of a fit.

    architecture : see `FitProblem`
    weights : W_l (d_{l-1}, d_l), l = 1..L; in a parallel net (branches, d_{l-1}, d_l)
    biases : b_l (d_l,), zeros where the architecture has none; empty for none at all
    gamma, alpha : (d_{L-1},) factors of batch normalisation in the convention gamma^2 + alpha^2 = ||v||^2, for
        "batch_norm_torch" too (torch's g, b times sqrt(n)); empty without it
    budget : norm of the early layers in the norm-constrained form, which weight decay then leaves alone
    """

    architecture: Architecture
    weights: tuple[Array, ...]
    biases: tuple[Array, ...] = ()
    gamma: Array = field(default_factory=lambda: NOTHING)
    alpha: Array = field(default_factory=lambda: NOTHING)
    budget: float | None = None

    @property
    def depth(self) -> int:
        """Number L of weight matrices."""
        return len(self.weights)

    @property
    def is_parallel(self) -> bool:
        """Whether the net consists of branches that share nothing."""
        return self.weights[0].ndim == 3

    def standard(self) -> FittedNetwork:
        """The same function with one matrix a layer: the blocks of a parallel net on a diagonal."""
        if not self.is_parallel:
            return self
        first, *middle, last = self.weights
        weights = (np.hstack(tuple(first)), *map(_block_diagonal, middle), np.vstack(tuple(last)))
        return FittedNetwork(self.architecture, weights, budget=self.budget)

    def layers(self, X: ArrayLike) -> tuple[Array, ...]:
        """Features H_0 = X, ..., H_{L-1}, each (n, d_l), after the activation; branches side by side."""
        net = self.standard()
        features = [np.asarray(X, dtype=np.float64)]
        for layer, weights in enumerate(net.weights[:-1]):
            values = features[-1] @ weights + (net.biases[layer] if net.biases else 0.0)
            if self.gamma.size and layer == self.depth - 2:
                values = _normalised(values) * self.gamma + self.alpha / np.sqrt(len(values))
            features.append(values if self.architecture == "linear" else np.maximum(values, 0.0))
        return tuple(features)

    def __call__(self, X: ArrayLike) -> Array:
        """Outputs (n, K) at the samples X (n, d)."""
        output = self.layers(X)[-1] @ self.standard().weights[-1]
        return np.asarray(output + (self.biases[-1] if self.biases else 0.0))

    def penalty(self, n: int) -> float:
        """What weight decay charges, for n samples, before the factor beta / 2."""
        if self.gamma.size:
            squares = float(self.gamma @ self.gamma + self.alpha @ self.alpha)
            return squares / (n if self.architecture == "batch_norm_torch" else 1) + _square(self.weights[-1])
        return sum(map(_square, self.weights if self.budget is None else self.weights[-2:]))

    def objective(self, X: ArrayLike, Y: ArrayLike, beta: float) -> float:
        """1/2 ||f(X) - Y||_F^2 + beta/2 times the penalty."""
        target = np.asarray(Y, dtype=np.float64).reshape(len(np.asarray(X)), -1)
        return _square(self(X) - target) / 2 + beta / 2 * self.penalty(len(target))


@dataclass(frozen=True, eq=False)
class FitState:
    """All that a fit needs to go on: NumPy arrays and numbers.

    step : steps taken;  parameters : flat array of the parameters;  memory : what Adam or L-BFGS remembers
    """

    step: int
    parameters: Array
    memory: tuple[Array, ...]


@dataclass(frozen=True, eq=False)
class FitSnapshot:
    """A fit at one moment.

    step : steps of Adam and iterations of L-BFGS so far
    objectives : (restarts,) of each restart, infinite where it overflows
    best : index of the smallest;  network : that restart's network
    hidden : (n, m) its features in the last hidden layer, one column a branch in a parallel net
    outputs : (n, K) its outputs on the data
    """

    step: int
    objectives: Array
    best: int
    network: FittedNetwork
    hidden: Array
    outputs: Array
    done: bool
    status: Status
    state: FitState = field(repr=False)

    @property
    def objective(self) -> float:
        """The smallest objective."""
        return float(self.objectives[self.best])

    @property
    def weights(self) -> tuple[Array, ...]:
        """Weights of the best network, layer by layer."""
        return self.network.weights


def _normalised(values: Array) -> Array:
    """Columns centred and divided by their lengths; a constant column becomes zero."""
    centred = values - values.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    return np.asarray(centred / np.where(lengths > 0, lengths, 1.0))


def _block_diagonal(blocks: Array) -> Array:
    count, rows, columns = blocks.shape
    matrix = np.zeros((count, rows, count, columns))
    matrix[np.arange(count), :, np.arange(count)] = blocks
    return matrix.reshape(count * rows, count * columns)


def _square(array: Any) -> float:
    return float(np.vdot(array, array))
