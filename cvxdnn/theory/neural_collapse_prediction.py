r"""Neural collapse at the optimum, in closed form, also for classes of different sizes.

At the optimum all samples of class k have one feature vector, and those of different classes are orthogonal. With
:math:`s_k` the size of class k's part of the output, class means and classifier vectors point in the same directions,
with norms

.. math::  m_k = s_k^{(L-1)/L} / \sqrt{n_k}, \qquad w_k = s_k^{1/L},

where L = 2 for a batch norm net of any depth. All metrics follow from these two orthogonal frames: the centred means
have the Gram matrix :math:`P\,\mathrm{diag}(m^2)\,P`, :math:`P = I - 11^\top/K`, and classifier against uncentred
means is :math:`\sqrt{2 - 2c}` with :math:`c = \sum_k w_k m_k / \sqrt{\sum w_k^2 \sum m_k^2}`.

The right output is :math:`s_k/\sqrt{n_k} < 1`: small classes are less confident, and vanish first.

Conditions: those of the closed form of s_k. Proved for two layers on whitened data, and for batch norm with the span
condition. For standard nets of L >= 3 on whitened data it describes the network with one channel per class, which is
optimal as far as searched for L <= 4 and few classes, and not in general (see `theory.whitened`).

Source: derived in docs/neural-collapse.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array
from cvxdnn.theory.batch_norm import Scaling
from cvxdnn.theory.inputs import depth_at_least_two
from cvxdnn.theory.neural_collapse_geometry import Geometry, geometry
from cvxdnn.theory.shrinkage import shrink

MAX_SAMPLES = 100_000


@dataclass(frozen=True, eq=False)
class Prediction(Geometry):
    """The geometry at the optimum; see `Geometry` for NC2 and NC3, about the classes that survive. NC1 is 0.

    counts : (K,) samples n_k;  s : (K,) size of each class's part of the output, 0 for a vanished class
    means : (K, K) class means in an orthogonal frame, m_k e_k;  classifier : (K, K) output weights, w_k e_k
    outputs : (K,) what the network answers for the right class, s_k / sqrt(n_k)
    centred_means : (k, k) means of the surviving classes, centred
    """

    counts: NDArray[np.int_]
    s: Array
    means: Array
    classifier: Array
    outputs: Array
    centred_means: Array


def predict(counts: ArrayLike, *, beta: float, depth: int = 2, scaling: Scaling = "paper") -> Prediction:
    """The geometry of the last hidden layer at the optimum.

    Parameters
    ----------
    counts : (K,) samples of each class, whole numbers >= 0
    beta : float >= 0
    depth : int >= 2
        Weight matrices of a net on whitened data; 2 for batch norm of any depth.
    scaling : "paper" or "torch"
        For batch norm, what is penalised; see `theory.batch_norm`.

    Raises
    ------
    InvalidInputError
        For counts that are not whole numbers, all zero, or "torch" with a depth above 2.
    """
    sizes = _counts(counts)
    beta, depth = validation.nonnegative("beta", beta), depth_at_least_two(depth)
    if validation.one_of("scaling", scaling, ("paper", "torch")) == "torch" and depth > 2:
        raise InvalidInputError(f'depth is {depth}; scaling="torch" is about batch norm, where depth must be 2')
    stretch = float(np.sqrt(sizes.sum())) if scaling == "torch" else 1.0
    s = shrink(np.sqrt(sizes), beta / stretch, depth).minimizer
    roots = np.sqrt(np.maximum(sizes, 1))
    means = np.diag(s ** ((depth - 1) / depth) / roots * np.sqrt(stretch))
    classifier = np.diag(s ** (1 / depth) / np.sqrt(stretch))
    compared = np.flatnonzero(s > 0)
    kept = means[compared]
    return Prediction(
        **geometry(means, classifier, compared),
        counts=sizes,
        s=s,
        means=means,
        classifier=classifier,
        outputs=s / roots,
        centred_means=kept - kept.mean(axis=0) if len(kept) else kept,
    )


def one_hot(counts: ArrayLike) -> Array:
    """One-hot targets (n, K) with the given numbers of samples, class after class."""
    sizes = _counts(counts)
    return np.repeat(np.eye(len(sizes)), sizes, axis=0)


def _counts(counts: ArrayLike) -> NDArray[np.int_]:
    values = validation.finite_vector("counts", counts)
    if np.any(values != np.round(values)) or values.min() < 0 or not 0 < values.sum() <= MAX_SAMPLES:
        raise InvalidInputError(
            f"counts is {values.tolist()!r:.60}; give whole numbers >= 0, together from 1 to {MAX_SAMPLES:,}"
        )
    return values.astype(np.int_)
