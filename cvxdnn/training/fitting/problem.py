r"""What is fitted: the training problem of the theory pages, for any data and the architectures that have closed forms.

With H_0 = X (n samples in rows) and L weight matrices W_l,

    H_l = act(H_{l-1} W_l)  for l < L,    f = H_{L-1} W_L,
    P = 1/2 ||f - Y||_F^2 + beta/2 sum_l ||W_l||_F^2 .

architecture          act                                              what weight decay charges
====================  ===============================================  ==========================================
linear                the identity                                     every W_l
relu                  relu                                             every W_l
relu_bias             relu; free biases in the last hidden layer, b_0  every W_l, no bias
batch_norm            relu; the last hidden layer is normalised first  gamma, alpha and W_L, nothing else
batch_norm_torch      the same                                         the factors g, b of torch's layer and W_L
====================  ===============================================  ==========================================

Batch normalisation of a unit's pre-activations z is v = gamma z_c / ||z_c|| + alpha 1 / sqrt(n), z_c = z - mean(z) 1;
torch's factors are g = gamma / sqrt(n) and b = alpha / sqrt(n).

*Parallel* nets have `branches` chains, each ending in one scalar unit h_j, and f = sum_j h_j w_{L,j}^T. The
*norm-constrained form* replaces the decay of the early layers l <= L - 2 by ||W_l||_F = `budget` (in a parallel net of
each branch); the last two layers stay under weight decay, which at an optimum charges beta sum_j ||w_{L,j}|| for unit
columns of W_{L-1}.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array

__all__ = ["ARCHITECTURES", "Architecture", "FitProblem"]

Architecture = Literal["linear", "relu", "relu_bias", "batch_norm", "batch_norm_torch"]
ARCHITECTURES: tuple[Architecture, ...] = ("linear", "relu", "relu_bias", "batch_norm", "batch_norm_torch")
HOMOGENEOUS = ("linear", "relu")
"""Architectures that also come as parallel nets and in the norm-constrained form."""

MAX_DEPTH, MAX_WIDTH, MAX_BRANCHES, MAX_RESTARTS = 12, 512, 512, 256
MAX_NUMBERS = 20_000_000
"""Of parameters, and of activations, in all restarts together."""


@dataclass(frozen=True, eq=False)
class FitProblem:
    """Data, architecture and training recipe; immutable, picklable, NumPy only.

    Parameters
    ----------
    X : array (n, d)
        Samples in rows.
    Y : array (n, K) or (n,)
        Targets; a vector is stored as one column.
    beta : float
        Weight decay, at least 0.
    architecture : {"linear", "relu", "relu_bias", "batch_norm", "batch_norm_torch"}
        See the module's table.
    depth : int, 2 to 12
        Number L of weight matrices.
    width : int, 1 to 512
        Units in each hidden layer; in a parallel net of each branch, but for its last hidden layer, which has one.
    branches : int, optional
        Number of branches of a parallel net; None for the standard net. "linear" and "relu" only.
    budget : float, optional
        Frobenius norm of the early layers in the norm-constrained form, positive; None for weight decay everywhere.
        "linear" and "relu" only.
    restarts : int, 1 to 256
        Networks fitted side by side. Restart i is the same for any number of restarts.
    seed : int, at least 0
        Of the first weights.
    init_scale : float, positive
        First weights are normal with standard deviation init_scale / sqrt(fan in), for data of size 1.
    steps : int, at least 0
        Steps of Adam.
    rate, final_rate : float, positive
        Its first and last rate; it falls exponentially.
    polish : int, at least 0
        Largest number of L-BFGS iterations afterwards.

    Raises
    ------
    InvalidInputError
        When an argument is out of range or two do not fit together.
    """

    X: Array
    Y: Array
    beta: float
    architecture: Architecture = "relu"
    depth: int = 2
    width: int = 16
    branches: int | None = None
    budget: float | None = None
    restarts: int = 16
    seed: int = 0
    init_scale: float = 1.4
    steps: int = 2000
    rate: float = 0.02
    final_rate: float = 1e-4
    polish: int = 500

    def __post_init__(self) -> None:
        checked = {
            "X": _frozen(validation.matrix("X", self.X)),
            "Y": _frozen(validation.matrix("Y", self.Y)),
            "beta": validation.nonnegative("beta", self.beta),
            "architecture": validation.one_of("architecture", self.architecture, ARCHITECTURES),
            "depth": validation.positive_int("depth", self.depth, 2, MAX_DEPTH),
            "width": validation.positive_int("width", self.width, 1, MAX_WIDTH),
            "restarts": validation.positive_int("restarts", self.restarts, 1, MAX_RESTARTS),
            "seed": validation.positive_int("seed", self.seed, 0),
            "steps": validation.positive_int("steps", self.steps, 0),
            "polish": validation.positive_int("polish", self.polish, 0),
            **{name: validation.positive(name, getattr(self, name)) for name in ("init_scale", "rate", "final_rate")},
        }
        if self.branches is not None:
            checked["branches"] = validation.positive_int("branches", self.branches, 1, MAX_BRANCHES)
        if self.budget is not None:
            checked["budget"] = validation.positive("budget", self.budget)
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        self._check_together()

    def _check_together(self) -> None:
        if len(self.X) != len(self.Y):
            raise InvalidInputError(f"X has {len(self.X)} rows and Y has {len(self.Y)}; give one row of Y a sample")
        for name in ("branches", "budget"):
            if getattr(self, name) is not None and self.architecture not in HOMOGENEOUS:
                raise InvalidInputError(
                    f'{name} is {getattr(self, name)} for architecture="{self.architecture}"; it needs "linear" or '
                    '"relu": leave it None'
                )
        size = self.restarts * (self.branches or 1) * self.width
        numbers = size * max(len(self.X) * self.depth, self.X.shape[1] + (self.depth - 2) * self.width)
        if numbers > MAX_NUMBERS:
            raise InvalidInputError(
                f"width={self.width}, branches={self.branches}, depth={self.depth} and restarts={self.restarts} on "
                f"{len(self.X)} samples need {numbers:,} numbers; the limit is {MAX_NUMBERS:,}: use fewer restarts"
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FitProblem) and all(
            np.array_equal(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)
        )

    def __hash__(self) -> int:
        return hash((self.Y.tobytes(), self.beta, self.depth, self.width, self.seed))


def _frozen(matrix: Array) -> Array:
    matrix.setflags(write=False)
    return matrix
