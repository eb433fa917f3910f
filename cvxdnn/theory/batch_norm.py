r"""Batch normalisation before the last ReLU turns deep training into a two-layer problem with a closed form.

Let :math:`H` (n x p) be what the layers before produce from the data. Neuron j of the last hidden layer computes
:math:`z = H w_j`, normalises it over the whole batch, with :math:`z_c = z - \bar z 1`, and shifts it:

.. math::  v_j = \gamma_j \frac{z_c}{\|z_c\|} + \alpha_j \frac{1}{\sqrt n}, \qquad f = \sum_j (v_j)_+ w_{L,j}^\top .

Only the scale, the shift and the output weights are penalised,

.. math::  P = \tfrac12\|f - Y\|_F^2 + \tfrac\beta2 \sum_j \bigl(\gamma_j^2 + \alpha_j^2 + \|w_{L,j}\|^2\bigr),

and :math:`\|v_j\|^2 = \gamma_j^2 + \alpha_j^2` because the two directions are orthonormal. So if the layers before can
produce every direction that is asked for, the v_j are free vectors and depth no longer matters: for one-hot Y with
columns y_k, class sizes :math:`n_k = \|y_k\|^2` and :math:`s_k = (\|y_k\| - \beta)_+`,

.. math::  P^* = \sum_k S_2(\|y_k\|, \beta), \quad v_k = \sqrt{s_k}\, y_k/\|y_k\|, \quad w_{L,k} = \sqrt{s_k}\,e_k,

           [\gamma_k, \alpha_k] = \sqrt{s_k}\,\bigl[\sqrt{1 - n_k/n},\ \sqrt{n_k/n}\bigr].

*Span condition*: :math:`y_k - \bar y_k 1` lies in the column space of the centred H, for every class with
:math:`s_k > 0`. Without it P* is only a lower bound. At least K neurons.

*PyTorch* divides by :math:`\sqrt{\|z_c\|^2/n + \epsilon}`, multiplies by g and adds b: :math:`\gamma = \sqrt n\,g`,
:math:`\alpha = \sqrt n\,b`. Decaying g and b themselves is the same problem with :math:`\beta/\sqrt n`.

Source: T. Ergen and M. Pilanci, ICML 2021 (arXiv 2002.09773); derived with its conditions in docs/batch-norm.md.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array
from cvxdnn.theory.batch_norm_span import TOLERANCE, Span, span_of
from cvxdnn.theory.inputs import matrix
from cvxdnn.theory.radial import OUTWARDS
from cvxdnn.theory.result import Claim, Verdict
from cvxdnn.theory.shrinkage import shrink

__all__ = ["BatchNormSolution", "Scaling", "normalized", "solve"]

Scaling = Literal["paper", "torch"]

PROVED = Verdict(
    Claim.PROVED,
    "batch norm before the last ReLU, with the span condition: every pre-activation can be reached, and the value is "
    "the optimum at every depth",
)
SPAN_VIOLATED = Verdict(
    Claim.NO_CLOSED_FORM,
    "the span condition fails: a centred class indicator is not a combination of the centred features; the closed "
    "form is a lower bound, and the network shown uses the nearest pre-activations that can be reached",
    "Use features whose centred matrix has rank n - 1: more inputs or a wider hidden layer.",
)


@dataclass(frozen=True, eq=False)
class BatchNormSolution:
    """One optimal network with batch normalisation, with one neuron of the last hidden layer for each class.

    objective : of this network, in its scaling; the optimum where `status` says so
    lower_bound : the closed form P*, which no network of any depth is below
    status : proved, or that the span condition fails
    s : (K,) size of each class's part of f; 0 where the class has vanished
    gamma, alpha : (K,) scale and shift along the orthonormal directions z_c/||z_c|| and 1/sqrt(n)
    features : (n, K) of the last hidden layer, (v_k)_+
    weights : (p, K) into the normalisation (their scale does not matter), then (K, K) out of the hidden layer
    span : what the layers before can reach
    beta : weight decay;  effective_beta : that of the same problem in the paper's scaling
    """

    objective: float
    lower_bound: float
    status: Verdict
    s: Array
    gamma: Array
    alpha: Array
    features: Array
    weights: tuple[Array, Array]
    span: Span
    beta: float
    effective_beta: float
    scaling: Scaling

    def norm_constrained(self) -> tuple[Array, Array, Array]:
        """Scale, shift (K,) and output weights (K, K) of the norm-constrained form of the problem.

        There the penalty is `effective_beta * sum_j ||w_{L,j}||` subject to gamma_j^2 + alpha_j^2 <= 1. The optimal
        value is the same; each pair [gamma_k, alpha_k] has norm 1, and w_{L,k} = s_k e_k.
        """
        lengths = np.hypot(self.gamma, self.alpha)
        inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        return self.gamma * inverse, self.alpha * inverse, self.weights[1] * lengths[:, None]


def solve(
    Y: ArrayLike, *, beta: float, features: ArrayLike | None = None, scaling: Scaling = "paper"
) -> BatchNormSolution:
    """The optimum of training with batch normalisation before the last ReLU, at any depth.

    Parameters
    ----------
    Y : (n, K) targets, n >= 2
        One-hot, or any matrix >= 0 with at most one positive entry in each row.
    beta : float >= 0
        Weight decay on scale, shift and output weights; on nothing else.
    features : (n, p), optional
        What feeds the normalised layer: X for two layers, a hidden layer's output for more. The span condition is
        checked for it. Default: the identity, one feature for each sample, for which it holds.
    scaling : "paper" or "torch"
        What is penalised: gamma and alpha, or the parameters g = gamma/sqrt(n) and b = alpha/sqrt(n) of PyTorch.

    Raises
    ------
    InvalidInputError
        For targets of another kind, a negative beta, or features with another number of rows.
    """
    targets = _class_targets(Y)
    inputs = _inputs(features, len(targets))
    beta, scaling = validation.nonnegative("beta", beta), validation.one_of("scaling", scaling, ("paper", "torch"))
    # A unit vector of g, b moves the pre-activations sqrt(n) times as far as one of gamma, alpha.
    stretch = 1.0 if scaling == "paper" else float(np.sqrt(len(targets)))
    shrunk = shrink(np.linalg.norm(targets, axis=0), beta / stretch, 2)
    s, span = shrunk.minimizer, span_of(inputs, targets)
    gamma, alpha = _scale_and_shift(targets, np.sqrt(s * stretch))
    hidden = np.maximum(normalized(inputs @ span.weights, gamma, alpha), 0.0)
    output = np.diag(np.sqrt(s / stretch))
    penalty = 0.5 * beta * float(np.sum(gamma**2 + alpha**2) / stretch**2 + np.sum(output**2))
    objective = 0.5 * float(np.sum((hidden @ output - targets) ** 2)) + penalty
    lower_bound = OUTWARDS * float(shrunk.value.sum())
    verdict = PROVED if np.all(span.residuals[s > 0] <= TOLERANCE) else SPAN_VIOLATED
    return BatchNormSolution(
        objective=objective,
        lower_bound=lower_bound,
        status=verdict.judged(objective, lower_bound, targets),
        s=s,
        gamma=gamma,
        alpha=alpha,
        features=hidden,
        weights=(span.weights, output),
        span=span,
        beta=beta,
        effective_beta=beta / stretch,
        scaling=scaling,
    )


def normalized(pre_activations: Array, gamma: Array, alpha: Array) -> Array:
    """Batch normalisation of the columns of z (n, m); a constant column keeps its shift only, as in PyTorch."""
    centred = pre_activations - pre_activations.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    unit = np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 0)
    moved: Array = gamma * unit + alpha / np.sqrt(len(centred))
    return moved


def _scale_and_shift(targets: Array, lengths: Array) -> tuple[Array, Array]:
    """gamma and alpha for which v_k points along y_k and has the given length."""
    mean = targets.mean(axis=0)
    sizes = np.linalg.norm(targets, axis=0)
    share = np.divide(lengths, sizes, out=np.zeros_like(sizes), where=sizes > 0)
    gamma: Array = share * np.linalg.norm(targets - mean, axis=0)
    return gamma, share * mean * np.sqrt(len(targets))


def _inputs(features: ArrayLike | None, n: int) -> Array:
    if features is None:
        return np.eye(n)
    inputs = matrix("features", features)
    if len(inputs) != n:
        raise InvalidInputError(f"features has {len(inputs)} rows and Y has {n}; give one row for each sample")
    return inputs


def _class_targets(Y: ArrayLike) -> Array:
    targets = matrix("Y", Y)
    if len(targets) < 2:
        raise InvalidInputError("Y has 1 row; batch normalisation needs at least 2 samples")
    if targets.min() < 0:
        raise InvalidInputError(f"Y holds {targets.min():g}; class targets are zero or positive")
    crowded = np.flatnonzero(np.count_nonzero(targets, axis=1) > 1)
    if crowded.size:
        raise InvalidInputError(f"row {crowded[0]} of Y has several positive entries; give each sample one class")
    return targets
