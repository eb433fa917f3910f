"""The support function of the rectified ellipsoid, exactly, for few samples.

The features of one hidden neuron on n samples are `q(u) = (X u)_+`, `||u|| <= 1`, and

    h(lambda) = max_{||u|| <= 1}  lambda^T (X u)_+

is what a dual multiplier has to keep below beta. On the cone of all u with one *activation pattern* (which
samples have `x_i^T u > 0`, `= 0`, `< 0`) the objective is linear, `g^T u` with `g = sum of lambda_i x_i over the
positive samples`. A maximiser with positive set S and zero set A therefore is the normalised projection of g onto
`{u : x_i^T u = 0 for i in A}`. Trying all 3^n pairs (S, A), and evaluating the true `lambda^T (X u)_+` at each, finds
the maximum: every candidate is a lower bound, and one of them is a maximiser.

Source: derived here; the constraint is that of T. Ergen and M. Pilanci, ICML 2021 (arXiv 2002.09773).
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from cvxdnn.core.types import Array

MAX_SAMPLES = 6
"""3^6 = 729 candidates; the enumeration is meant for pictures, not for data."""
RANK_TOLERANCE = 1e-12
"""Singular values below this share of the largest are zero."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """What a list of multipliers is tested against; the last axes are candidate, then component.

    values : (..., c) lambda^T q of each candidate
    neurons : (..., c, d) unit vectors u, or zero where the pattern offers no direction
    features : (..., c, n) q = (X u)_+
    """

    values: Array
    neurons: Array
    features: Array


class SupportFunction:
    """h(lambda) and its maximisers for one data matrix.

    Parameters
    ----------
    X : (n, d) samples in rows, n <= `MAX_SAMPLES`

    Attributes
    ----------
    maps : (3^n, d, n) for each pattern the linear map from lambda to the unnormalised maximiser
    """

    def __init__(self, X: Array) -> None:
        self.X = X
        self.maps = np.stack([_map(X, np.array(pattern)) for pattern in product((0, 1, 2), repeat=len(X))])

    def candidates(self, multipliers: Array) -> Candidates:
        """All candidates for multipliers of shape (..., n)."""
        directions = np.einsum("cdn,...n->...cd", self.maps, multipliers)
        lengths = np.linalg.norm(directions, axis=-1, keepdims=True)
        # A direction that cancels to rounding is no direction.
        noise = 1e-14 * np.abs(self.X).max(initial=0.0) * np.linalg.norm(multipliers, axis=-1)[..., None, None]
        neurons = np.divide(directions, lengths, out=np.zeros_like(directions), where=lengths > noise)
        features = np.maximum(neurons @ self.X.T, 0.0)
        return Candidates(np.einsum("...cn,...n->...c", features, multipliers), neurons, features)

    def __call__(self, multipliers: Array) -> Array:
        """h of multipliers (..., n): shape (...), never negative because u = 0 is allowed."""
        values: Array = np.maximum(self.candidates(multipliers).values.max(axis=-1), 0.0)
        return values

    def touching(self, multipliers: Array) -> Array:
        """For multipliers (m, n) the feature q or -q (m, n) for which lambda^T q is largest."""
        found = self.candidates(np.concatenate([multipliers[:, None], -multipliers[:, None]], axis=1))
        m, count = len(multipliers), 2 * len(self.maps)
        best = found.values.reshape(m, count).argmax(axis=1)
        features: Array = found.features.reshape(m, count, len(self.X))[np.arange(m), best]
        return features * np.where(best < len(self.maps), 1.0, -1.0)[:, None]


def _map(X: Array, pattern: NDArray[np.int_]) -> Array:
    """lambda -> projection of sum_{S} lambda_i x_i onto the null space of the rows in A (2 marks A, 1 marks S)."""
    on_boundary = X[pattern == 2]
    projector = np.eye(X.shape[1]) - np.linalg.pinv(on_boundary, rcond=RANK_TOLERANCE) @ on_boundary
    mapped: Array = projector @ (X.T * (pattern == 1))
    return mapped
