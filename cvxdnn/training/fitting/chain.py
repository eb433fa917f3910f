r"""What a chain of matrices W_1, ..., W_L shows of the theorems: norms, singular values, alignment, balance.

With W_l = U_l S_l V_l^T, stationary points of weight-decayed linear chains are *balanced*,
W_l^T W_l = W_{l+1} W_{l+1}^T: all layers share their singular values, and V_l = U_{l+1} for those that are not zero.
Alignment is the matrix of |<v_i(W_l), u_j(W_{l+1})>|: the identity at such points, as far as the singular values have
survived. Vectors of equal singular values may be any basis of their space, so the basis of the later layer is turned to
fit the earlier one.

Source: Arora, Cohen & Hazan (2018), arXiv 1802.06509; Ergen & Pilanci (ICML 2021), arXiv 2002.09773.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from cvxdnn.core.types import Array

__all__ = ["alignment", "balance", "layer_norms", "singular_values"]

VANISHED = 1e-3
"""Singular values below this share of the layer's largest have no directions worth showing."""
EQUAL = 1e-2
"""Singular values this close, as a share of the larger, count as equal."""


def layer_norms(weights: Sequence[Array]) -> Array:
    """||W_l||_F of each layer, shape (L,)."""
    return np.array([np.linalg.norm(matrix) for matrix in weights])


def singular_values(weights: Sequence[Array], count: int) -> Array:
    """The `count` largest singular values of each layer, shape (L, count), zeros where a matrix has fewer."""
    values = np.zeros((len(weights), count))
    for row, matrix in zip(values, weights, strict=True):
        found = np.linalg.svd(matrix, compute_uv=False)[:count]
        row[: found.size] = found
    return values


def alignment(weights: Sequence[Array], count: int) -> Array:
    """|<v_i(W_l), u_j(W_{l+1})>| for i, j < count; shape (L - 1, count, count), NaN for vanished directions."""
    return np.array([_overlaps(below, above, count) for below, above in pairwise(weights)])


def balance(weights: Sequence[Array]) -> Array:
    """||W_l^T W_l - W_{l+1} W_{l+1}^T||_F of neighbouring layers, shape (L - 1,); 0 at stationary linear chains."""
    return np.array([np.linalg.norm(below.T @ below - above @ above.T) for below, above in pairwise(weights)])


def _overlaps(below: Array, above: Array, count: int) -> Array:
    _, lower, right = np.linalg.svd(below, full_matrices=False)
    left, upper, _ = np.linalg.svd(above, full_matrices=False)
    lower, upper = _surviving(lower)[:count], _surviving(upper)[:count]
    overlaps = np.full((count, count), np.nan)
    if lower.size and upper.size:
        left = _turned(left[:, : upper.size], right[: upper.size].T, upper)
        overlaps[: lower.size, : upper.size] = np.minimum(np.abs(right[: lower.size] @ left), 1.0)
    return overlaps


def _surviving(values: Array) -> Array:
    return values[values > VANISHED * values[0]] if values[0] > 0 else values[:0]


def _turned(vectors: Array, towards: Array, values: Array) -> Array:
    """Columns of equal singular values replaced by the basis of their space that is nearest to `towards`."""
    turned = vectors.copy()
    ends = [*(np.flatnonzero(values[1:] < (1 - EQUAL) * values[:-1]) + 1), values.size]
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        group = slice(start, min(end, towards.shape[1]))
        rotation, _, back = np.linalg.svd(vectors[:, group].T @ towards[:, group])
        turned[:, group] = vectors[:, group] @ (rotation @ back)
    return turned
