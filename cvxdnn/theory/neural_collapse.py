r"""Neural collapse: what the last hidden layer of an optimal classifier looks like, measured and predicted.

Four signs, for features h of the last hidden layer, class means mu_k and classifier W_L (no output bias):

NC1  samples of a class share one feature vector: :math:`\mathrm{tr}(S_W S_B^+)/K = 0`, with S_W the covariance within
     classes and :math:`S_B = \frac1K \sum_k (\mu_k - \mu_G)(\mu_k - \mu_G)^\top` that of their means
NC2  centred means form a simplex equiangular tight frame
NC3  the classifier is proportional to the class means, in the variants of `neural_collapse_geometry`
NC4  the network decides for the class with the nearest mean

At the optimum (`predict`) NC1 is 0 and means are orthogonal for any class sizes; NC2 and NC3 hold as above only for
equal classes. A class with :math:`\sqrt{n_k} \le \beta` (two layers, or batch norm) vanishes: its features are zero.

Source: V. Papyan, X. Han and D. Donoho, 2020 (arXiv 2008.08186); derived in docs/neural-collapse.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array, Indices, Mask
from cvxdnn.theory.inputs import matrix
from cvxdnn.theory.neural_collapse_geometry import Geometry, geometry, survivors
from cvxdnn.theory.neural_collapse_prediction import Prediction, one_hot, predict
from cvxdnn.theory.neural_collapse_simplex import aligned_means, simplex_etf, simplex_vertices

__all__ = [
    "Geometry",
    "NeuralCollapse",
    "Prediction",
    "aligned_means",
    "metrics",
    "one_hot",
    "predict",
    "simplex_etf",
    "simplex_vertices",
]

RANK_TOLERANCE = 1e-9
"""Directions in which the class means differ by less than this share of the largest are not between-class ones."""


@dataclass(frozen=True, eq=False)
class NeuralCollapse(Geometry):
    """NC1 to NC4 as measured; see `Geometry` for NC2 and NC3.

    nc1 : tr(S_W S_B^+)/K over the compared classes; None with fewer than two of them
    nc4 : share of samples for which the network decides for the nearest class mean
    accuracy : share of samples that the network labels right; equal outputs count for the first class
    nearest_mean_accuracy : share that the nearest class mean labels right
    counts : (K,) samples of each class
    means : (K, p) class means, zero rows for classes without samples
    """

    nc1: float | None
    nc4: float
    accuracy: float
    nearest_mean_accuracy: float
    counts: Indices
    means: Array


def metrics(
    features: ArrayLike, labels: ArrayLike, classifier: ArrayLike, *, keep_vanished: bool = False
) -> NeuralCollapse:
    """Measure the four signs.

    Parameters
    ----------
    features : (n, p) of the last hidden layer, after the ReLU; with batch norm in training mode, on the full batch
    labels : (n,) whole numbers 0..K-1, or (n, K) one-hot
    classifier : (p, K) output weights W_L
    keep_vanished : bool
        Compare vanished classes too: their centred mean is minus the mean of all. Angles before centring are then
        zero for them. By default they are masked, as if they did not exist.

    Raises
    ------
    InvalidInputError
        When shapes do not fit or labels are not classes.
    """
    H, W = matrix("features", features), matrix("classifier", classifier)
    keep_vanished = validation.boolean("keep_vanished", keep_vanished)
    if W.shape[0] != H.shape[1]:
        raise InvalidInputError(
            f"classifier has {W.shape[0]} rows and features {H.shape[1]} columns; give one row for each feature"
        )
    classes = W.shape[1]
    numbers = _labels(labels, len(H), classes)
    counts = np.bincount(numbers, minlength=classes)
    means = np.zeros((classes, H.shape[1]))
    np.add.at(means, numbers, H)
    means /= np.maximum(counts, 1)[:, None]
    compared = np.flatnonzero(counts) if keep_vanished else survivors(means, counts > 0)
    nearest, decided = _nearest(H, means, counts > 0), (H @ W).argmax(axis=1)
    return NeuralCollapse(
        **geometry(means, W.T, compared),
        nc1=_within_over_between(H - means[numbers], numbers, means, compared),
        nc4=float(np.mean(decided == nearest)),
        accuracy=float(np.mean(decided == numbers)),
        nearest_mean_accuracy=float(np.mean(nearest == numbers)),
        counts=counts,
        means=means,
    )


def _labels(labels: ArrayLike, n: int, classes: int) -> Indices:
    array = validation.numbers("labels", labels)
    if array.ndim == 2 and array.shape == (n, classes):
        array = array.argmax(axis=1)
    values = validation.finite_vector("labels", array)
    if values.size != n:
        raise InvalidInputError(f"labels has {values.size} entries and features {n} rows; give one label for each")
    if np.any(values != np.round(values)) or values.min() < 0 or values.max() >= classes:
        raise InvalidInputError(
            f"labels runs from {values.min():g} to {values.max():g}; use whole numbers from 0 to {classes - 1}"
        )
    return values.astype(np.intp)


def _within_over_between(deviations: Array, numbers: Indices, means: Array, compared: Indices) -> float | None:
    """tr(S_W S_B^+)/K without forming either matrix: S_B^+ acts on the directions in which the means differ."""
    if len(compared) < 2:
        return None
    centred = means[compared] - means[compared].mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    kept = sizes > RANK_TOLERANCE * sizes[0]
    if not kept.any():
        return None
    inside = deviations[np.isin(numbers, compared)] @ (axes[kept].T / sizes[kept])
    # S_B is centred^T centred / K, so that its K and the K of the ratio cancel.
    return float(np.sum(inside**2) / len(inside))


def _nearest(features: Array, means: Array, exist: Mask) -> Indices:
    """The class with the nearest mean for each sample; the first of several equally near ones."""
    distances = np.sum((features[:, None, :] - means[None]) ** 2, axis=2)
    distances[:, ~exist] = np.inf
    return distances.argmin(axis=1)
