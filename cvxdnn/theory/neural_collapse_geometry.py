r"""How class means and classifier rows lie to each other: the second and the third sign of neural collapse.

Let :math:`\mu_k` be the mean feature of class k, :math:`\mu_G = \frac1K \sum_k \mu_k` their unweighted mean, and
:math:`w_k` the classifier's vector for class k. Two families of vectors are compared as stacked matrices of norm 1,
:math:`\|W/\|W\|_F - M/\|M\|_F\|_F`.

NC2  centred means :math:`\mu_k - \mu_G` of equal norm, with cosines -1/(K-1): a *simplex equiangular tight frame*;
     before centring the means are orthogonal.
NC3  *raw, uncentred*: w_k against mu_k.  *centred*: w_k minus their mean against centred means.  Both vanish for equal
     classes.  *raw, centred*: w_k against centred means, as the distance is often written; it cannot vanish, because
     one family sums to zero and the other does not: for equal classes it is
     :math:`\sqrt{2 - 2\sqrt{(K-1)/K}}`.

A class *vanishes* when its features are all zero. Its mean has no direction, and it is left out.

Source: V. Papyan, X. Han and D. Donoho, 2020 (arXiv 2008.08186); the correction in docs/neural-collapse.md.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cvxdnn.core.types import Array, Indices, Mask

VANISHED = 1e-3
"""A class whose mean is shorter than this share of the longest has vanished."""


@dataclass(frozen=True, eq=False)
class Geometry:
    """NC2 and NC3 of the k classes that are compared; None where fewer than two are.

    compared : (k,) their numbers
    centred_norms : (k,) of the centred means
    cosines : (k, k) between centred means
    equinorm : standard deviation over mean of `centred_norms`; 0 when they are equal
    angle_spread : largest |cosine + 1/(k-1)| between different classes; 0 for a simplex frame
    nc3_raw_centred, nc3_raw_uncentred, nc3_centred : distances between classifier and means, 0 to 2
    """

    compared: Indices
    centred_norms: Array
    cosines: Array
    equinorm: float | None
    angle_spread: float | None
    nc3_raw_centred: float | None
    nc3_raw_uncentred: float | None
    nc3_centred: float | None


def geometry(means: Array, classifier: Array, compared: Indices) -> dict[str, Any]:
    """The fields of `Geometry` for means (K, p) and classifier vectors (K, p)."""
    means, rows = means[compared], classifier[compared]
    centred = means - means.mean(axis=0) if len(means) else means
    centred_rows = rows - rows.mean(axis=0) if len(rows) else rows
    norms = np.linalg.norm(centred, axis=1)
    enough = len(compared) > 1 and norms.max(initial=0.0) > 0
    cosines = _cosines(centred)
    return {
        "compared": compared,
        "centred_norms": norms,
        "cosines": cosines,
        "equinorm": float(norms.std() / norms.mean()) if enough else None,
        "angle_spread": _largest_off_diagonal(cosines + 1 / (len(compared) - 1)) if enough else None,
        "nc3_raw_centred": _distance(rows, centred) if enough else None,
        "nc3_raw_uncentred": _distance(rows, means) if enough else None,
        "nc3_centred": _distance(centred_rows, centred) if enough else None,
    }


def survivors(means: Array, exist: Mask) -> Indices:
    """Numbers of the classes that have samples and a mean (K, p) that is not vanishingly short."""
    norms = np.linalg.norm(means, axis=1)
    return np.flatnonzero(exist & (norms > VANISHED * norms.max(initial=0.0)))


def _cosines(vectors: Array) -> Array:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    cosines: Array = unit @ unit.T
    return cosines


def _largest_off_diagonal(values: Array) -> float:
    return float(np.abs(values[~np.eye(len(values), dtype=np.bool_)]).max())


def _distance(first: Array, second: Array) -> float | None:
    """Between the two as matrices of norm 1; None if one of them is zero."""
    sizes = np.linalg.norm(first), np.linalg.norm(second)
    return float(np.linalg.norm(first / sizes[0] - second / sizes[1])) if min(sizes) > 0 else None
