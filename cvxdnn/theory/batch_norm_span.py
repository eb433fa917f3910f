"""The span condition of batch normalisation: can the layers before produce a class's centred indicator?

With features H (n x p) the pre-activation of a neuron is `z = H w`, and normalisation keeps only its centred part, a
vector in the column space of the centred H. That space has at most n - 1 dimensions, and if it has all of them the
condition holds for any targets.

Source: docs/batch-norm.md.
"""

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.types import Array

TOLERANCE = 1e-9
"""Share of a centred indicator that may lie outside the span, as a norm."""
RANK_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class Span:
    """What the features can produce.

    rank : dimensions of the column space of the centred features;  needed : n - 1, with which it holds for all targets
    residuals : (K,) distance of each centred, normalised target column to the span: 0 inside, 1 orthogonal to it
    weights : (p, K) for which H w_k has the nearest centred part
    """

    rank: int
    needed: int
    residuals: Array
    weights: Array


def span_of(features: Array, targets: Array) -> Span:
    """Features (n, p) against the columns of targets (n, K); a constant column asks for nothing."""
    centred = features - features.mean(axis=0)
    wanted = targets - targets.mean(axis=0)
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    kept = sizes > RANK_TOLERANCE * max(float(sizes[0]), 1e-300)
    inside = left[:, kept].T @ wanted
    missing = np.linalg.norm(wanted - left[:, kept] @ inside, axis=0)
    lengths = np.linalg.norm(wanted, axis=0)
    residuals = np.divide(missing, lengths, out=np.zeros_like(missing), where=lengths > 0)
    return Span(int(kept.sum()), len(features) - 1, residuals, right[kept].T @ (inside / sizes[kept, None]))
