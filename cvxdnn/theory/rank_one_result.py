"""The data of a rank-one problem in normal form, and the network that answers it."""

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.theory.result import Verdict

__all__ = ["RankOne", "RankOneData", "features"]


@dataclass(frozen=True, eq=False)
class RankOneData:
    """Inputs X = length * x direction^T with ||direction|| = 1, and targets; x is not all negative.

    The numbers x are those given, but for a power of two, because other scales would round away what tells near-equal
    ones apart. A slope s in x is the slope s / length of the network, so `beta` is scaled once, and what is found in x
    divided by the length.

    x, y : (n,);  direction : (d,);  X : (n, d) as float64 rounds it
    """

    x: Array
    direction: Array
    length: float
    y: Array
    X: Array

    @property
    def both_signs(self) -> bool:
        """True when some inputs are positive and some negative."""
        return bool(self.x.min() < 0)

    def scaled_beta(self, beta: float, depth: int) -> float:
        """The weight decay of the same problem in x."""
        return float(beta * self.length ** (-2 / depth))


@dataclass(frozen=True, eq=False)
class RankOne:
    """A network for rank-one data, and what is known about its objective (see `status`).

    objective : of the network in `weights` and `biases`, as float64 evaluates it
    weights : W_1 (d, m_1), ..., W_L (m_{L-1}, 1)
    biases : b_l (m_l,) for l = 1..L; zeros where the architecture has none
    fitted : (n,) its outputs
    strengths : (k,) end-to-end strength of each chain of aligned layers; all layers of a chain have the norm s^(1/L)
    dual_bound : a proven lower bound on every network's objective
    formula : what the formula for inputs of one sign would give; differs from `objective` only where it is false
    status : which statement gives the objective, and whether it is proved
    """

    objective: float
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    fitted: Array
    strengths: Array
    dual_bound: float
    formula: float
    status: Verdict
    beta: float
    depth: int

    @property
    def gap(self) -> float:
        """Objective minus the proven lower bound."""
        return self.objective - self.dual_bound


def features(x: Array) -> Array:
    """(n, 2): the parts of x that a ReLU passes along the direction and against it."""
    return np.column_stack([np.maximum(x, 0.0), np.maximum(-x, 0.0)])
