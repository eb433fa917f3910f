r"""Two-layer ReLU training as geometry: optimal hidden neurons are extreme points of a convex set.

On n samples one hidden neuron is the vector :math:`q(u) = (Xu)_+ \in \mathbb R^n`. With the weight decay balanced
between the layers, training :math:`f = \sum_j (X w_{1,j})_+ w_{2,j}` is

.. math::  \min_{u_j, w_j}\ \tfrac12 \Bigl\| \sum_j q(u_j) w_j - y \Bigr\|^2 + \beta \sum_j |w_j|, \quad \|u_j\| \le 1,

a convex problem over the hull of the *rectified ellipsoid* :math:`Q = \{(Xu)_+ : \|u\| \le 1\}` and its mirror image
-Q. Its dual projects y onto a convex set, and there is no gap:

.. math::  \max_\lambda\ \lambda^\top y - \tfrac12\|\lambda\|^2 \quad \text{s.t.}\quad
           |\lambda^\top q| \le \beta \ \text{ for all } q \in Q, \qquad f = y - \lambda .

A neuron is in use only if its q *touches*: :math:`\lambda^\top q = \pm\beta`. A linear function is largest over a
convex set at an extreme point, so optimal neurons are extreme points of the hull.

With one input and free biases Q consists of the ramps :math:`(\pm(x - t))_+`, an output bias adds
:math:`1^\top\lambda = 0`, and the extreme points are the ramps that bend at a data point.

Conditions: squared loss, one output, enough neurons (n of them always suffice, n - 1 with the output bias). Without
biases no input column of ones is added.

Source: T. Ergen and M. Pilanci, ICML 2021 (arXiv 2002.09773); derived in docs/extreme-points.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.solution import Status
from cvxdnn.core.types import Array
from cvxdnn.theory.extreme_points_dual import DualSet, dual_set
from cvxdnn.theory.extreme_points_hull import Hull, convex_hull
from cvxdnn.theory.extreme_points_pieces import Piece, ramps, rectified_ellipsoid
from cvxdnn.theory.extreme_points_ramps import optimal_ramps
from cvxdnn.theory.extreme_points_solver import Touching, optimal_neurons
from cvxdnn.theory.extreme_points_support import MAX_SAMPLES, SupportFunction
from cvxdnn.theory.inputs import positive_beta, samples

__all__ = [
    "DualSet",
    "ExtremePoints",
    "Hull",
    "Piece",
    "SupportFunction",
    "convex_hull",
    "dual_set",
    "ramps",
    "rectified_ellipsoid",
    "solve",
]

SMALLEST = 1e-14
"""Weight decay in units of the largest entries of X and y, below which rounding hides it."""
TOLERANCE = 1e-9
"""Relative gap up to which a solution is called optimal."""


@dataclass(frozen=True, eq=False)
class ExtremePoints:
    """An optimal two-layer network and the extreme points that its dual touches.

    objective : 1/2 ||f - y||^2 + (beta/2)(||W_1||^2 + ||W_2||^2) of this network
    gap, relative_gap : objective minus what the dual proves; divided by the objective
    dual : (n,) lambda, feasible;  fitted : (n,) f at the samples, equal to y - lambda up to rounding
    touched : (k, n) the features q with lambda^T q = beta (sign 1) or -beta (sign -1);  signs : (k,)
    neurons : (k, d) u of each, ||u|| = 1;  kinks : (k,) where each ramp bends, with biases; empty without
    coefficients : (k,) >= 0, the |w| of each in an optimal network; zero where a touched point is not needed
    weights : W_1 (d, m), W_2 (m, 1) of the m neurons in use;  biases : b_1 (m,), b_2 (1,), zeros without biases
    status : certified optimal, or how the gap came about
    beta : the weight decay
    """

    objective: float
    gap: float
    relative_gap: float
    dual: Array
    fitted: Array
    touched: Array
    signs: Array
    neurons: Array
    kinks: Array
    coefficients: Array
    weights: tuple[Array, Array]
    biases: tuple[Array, Array]
    status: Status
    beta: float

    def __call__(self, X: ArrayLike) -> Array:
        """The network at other inputs: X (m, d), or (m,) for one input; returns (m,)."""
        inputs = validation.matrix("X", X)
        if inputs.shape[1] != self.weights[0].shape[0]:
            raise InvalidInputError(f"X has {inputs.shape[1]} columns; give one for each of {self.weights[0].shape[0]}")
        hidden = np.maximum(inputs @ self.weights[0] + self.biases[0], 0.0)
        outputs: Array = (hidden @ self.weights[1] + self.biases[1])[:, 0]
        return outputs


def solve(X: ArrayLike, y: ArrayLike, *, beta: float, bias: bool = False) -> ExtremePoints:
    """The global optimum of two-layer training on a handful of samples, with a dual certificate.

    Parameters
    ----------
    X : (n, d) samples in rows, n <= 6; with `bias` one input, (n,) or (n, 1), and any n
    y : (n,) targets
    beta : float > 0
        Weight decay, in units of y times X.
    bias : bool
        Free hidden and output biases, not penalised; one input only.

    Raises
    ------
    InvalidInputError
        For more than 6 samples without `bias`, several inputs with it, a beta too small for the data's size, or values
        that are not usable numbers.
    """
    inputs, targets = samples(X, validation.finite_vector("y", y))
    beta, bias = positive_beta(beta), validation.boolean("bias", bias)
    least = SMALLEST * float(np.abs(inputs).max()) * float(np.abs(targets).max())
    if beta < least:
        raise InvalidInputError(
            f"beta is {beta:g}; for data of this size it cannot be told from 0: use at least {least:g}"
        )
    if bias:
        return _with_bias(inputs, targets[:, 0], beta)
    if len(inputs) > MAX_SAMPLES:
        raise InvalidInputError(f"X has {len(inputs)} samples; patterns are enumerated for at most {MAX_SAMPLES}")
    found = optimal_neurons(inputs, targets[:, 0], beta)
    return _result(inputs, targets[:, 0], beta, found)


def _with_bias(inputs: Array, y: Array, beta: float) -> ExtremePoints:
    if inputs.shape[1] != 1:
        raise InvalidInputError(f"X has {inputs.shape[1]} columns; bias=True is for one input")
    x, y = validation.points(inputs[:, 0], y)
    return _result(inputs, y, beta, optimal_ramps(x, y, beta))


def _result(X: Array, y: Array, beta: float, found: Touching) -> ExtremePoints:
    """The network of the touched features, its objective, and the gap.

    For feasible lambda the gap is `1/2||f - y + lambda||^2 + sum_j c_j (beta - |lambda^T q_j|)`, a sum of nonnegative
    terms: subtracting the bound from the objective would cancel.
    """
    used = found.coefficients > 0
    roots = np.sqrt(found.coefficients[used])
    first, second = found.neurons[used].T * roots, (found.signs[used] * roots)[:, None]
    hidden_biases = found.offsets[used] * roots
    hidden = np.maximum(X @ first + hidden_biases, 0.0)
    fitted = (hidden @ second)[:, 0] + found.output_bias
    penalty = 0.5 * beta * float(np.sum(first**2) + np.sum(second**2))
    objective = 0.5 * float(np.sum((fitted - y) ** 2)) + penalty
    slack = beta - found.signs * (found.features @ found.dual)
    gap = 0.5 * float(np.sum((fitted - y + found.dual) ** 2)) + float(found.coefficients @ np.maximum(slack, 0.0))
    relative_gap = gap / objective if objective > 0 else 0.0
    return ExtremePoints(
        objective=objective,
        gap=gap,
        relative_gap=relative_gap,
        dual=found.dual,
        fitted=fitted,
        touched=found.features,
        signs=found.signs,
        neurons=found.neurons,
        kinks=found.kinks,
        coefficients=found.coefficients,
        weights=(first, second),
        biases=(hidden_biases, np.array([found.output_bias])),
        status=Status.OPTIMAL if relative_gap <= TOLERANCE else Status.INACCURATE,
        beta=beta,
    )
