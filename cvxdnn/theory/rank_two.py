r"""A network that is better than one channel per class: three classes, five layers, hidden layers of rank two.

With :math:`X = Y = I_3` (three classes of one sample each; balanced classes reduce to this case) take

.. math::  W_1 = \begin{pmatrix} a & a \\ b & 0 \\ 0 & b \end{pmatrix}, \quad W_2 = W_3 = c I_2, \quad
           W_4 = \begin{pmatrix} u & v & -v \\ u & -v & v \end{pmatrix}, \quad
           W_5 = \begin{pmatrix} e & f & f \\ g & h & k \\ g & k & h \end{pmatrix} .

The first class lies between the other two in the plane of two features, and only the last ReLU, fed by
:math:`W_4`, tells the three apart. Three layers of rank two cost less than three layers of rank three. The ten numbers
are found by minimising the objective over them; no claim is made that no other network is lower still.

Source: found by training (docs/whitened.md); the phenomenon: Sukenik, Mondelli & Lampert (2024), arXiv 2405.14468.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array
from cvxdnn.theory.inputs import positive_beta
from cvxdnn.theory.shrinkage import shrink

__all__ = ["RankTwo", "rank_two_counterexample"]

CLASSES, DEPTH = 3, 5
NEARBY = np.array([0.8, 0.9, 1.2, 0.5, 0.8, 0.8, 0.0, -0.5, 0.9, 0.0])
"""(a, b, c, u, v, e, f, g, h, k) from which the search starts."""


@dataclass(frozen=True, eq=False)
class RankTwo:
    """The network and the value it beats, for X = Y = I_3.

    weights : W_1 (3, 2), W_2 and W_3 (2, 2), W_4 (2, 3), W_5 (3, 3)
    objective : of this network
    one_channel : the value of one channel per class
    """

    weights: tuple[Array, ...]
    objective: float
    one_channel: float
    beta: float


def rank_two_counterexample(beta: float) -> RankTwo:
    """The K = 3, L = 5 network below the one-channel-per-class value, for X = Y = I_3.

    Parameters
    ----------
    beta : float > 0
        Weight decay, up to 0.217; beyond, the zero network is better than both.

    Raises
    ------
    InvalidInputError
        For a beta that is not positive, or so large that no network of this kind is lower.
    """
    beta = positive_beta(beta)
    one_channel = CLASSES * float(shrink(1.0, beta, DEPTH).value)
    numbers = NEARBY
    for _ in range(2):  # the second run starts with a fresh estimate of the curvature
        numbers = minimize(_objective, numbers, args=(beta,), method="BFGS", options={"gtol": 1e-11}).x
    objective = _objective(numbers, beta)
    if not objective < one_channel:
        raise InvalidInputError(
            f"beta is {beta:g}; the rank-two network beats one channel per class for beta below 0.217 only"
        )
    return RankTwo(_layers(numbers), objective, one_channel, beta)


def _layers(numbers: Array) -> tuple[Array, ...]:
    a, b, c, u, v, e, f, g, h, k = numbers
    return (
        np.array([[a, a], [b, 0.0], [0.0, b]]),
        c * np.eye(2),
        c * np.eye(2),
        np.array([[u, v, -v], [u, -v, v]]),
        np.array([[e, f, f], [g, h, k], [g, k, h]]),
    )


def _objective(numbers: Array, beta: float) -> float:
    *hidden, last = _layers(numbers)
    features = np.eye(CLASSES)
    for layer in hidden:
        features = np.maximum(features @ layer, 0.0)
    penalty = sum(float(np.vdot(layer, layer)) for layer in (*hidden, last))
    return 0.5 * float(np.linalg.norm(features @ last - np.eye(CLASSES))) ** 2 + 0.5 * beta * penalty
