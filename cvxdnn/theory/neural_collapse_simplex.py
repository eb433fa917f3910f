r"""The simplex equiangular tight frame, and features seen from it.

K unit vectors with equal pairwise cosines can be at most :math:`-1/(K-1)` apart. The frame that attains it is the
set of corners of a regular simplex: :math:`\sqrt{K/(K-1)}\,(I - 11^\top/K)` in R^K, a triangle for K = 3 and a
tetrahedron for K = 4 in the K - 1 dimensions that it spans.
"""

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array
from cvxdnn.theory.inputs import matrix

MAX_CLASSES = 1_000
"""The frame is a matrix of so many rows and columns."""


def simplex_etf(K: int) -> Array:
    """The frame as rows (K, K): norm 1, cosines -1/(K-1), sum zero.

    K : int >= 2, number of classes
    """
    K = validation.positive_int("K", K, minimum=2, maximum=MAX_CLASSES)
    frame: Array = np.sqrt(K / (K - 1)) * (np.eye(K) - 1 / K)
    return frame


def simplex_vertices(K: int) -> Array:
    """The same frame in coordinates of the space it spans, (K, K - 1); the last corner points up the last axis."""
    K = validation.positive_int("K", K, minimum=2, maximum=MAX_CLASSES)
    corners = np.zeros((K, K - 1))
    # Corner by corner from the top: what is left of the frame after removing the top corner is a smaller frame.
    radius = 1.0
    for top in range(K - 1, 0, -1):
        corners[top, top - 1] = radius
        corners[:top, top - 1] = -radius / top
        radius *= np.sqrt(1 - 1 / top**2)
    return corners


def aligned_means(means: ArrayLike, points: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    """Class means and features in the coordinates of a target shape, as well aligned with it as a rotation allows.

    Centred means of K classes span at most K - 1 dimensions, so nothing of them is lost; features are projected.

    Parameters
    ----------
    means : (K, p) class means;  points : (n, p) features, in the same space
    target : (K, r) centred shape to align with, r <= K - 1

    Returns
    -------
    means (K, r) and points (n, r), without change of scale
    """
    mu, h, shape = matrix("means", means), matrix("points", points), matrix("target", target)
    if h.shape[1] != mu.shape[1] or len(shape) != len(mu):
        raise InvalidInputError(
            f"means, points and target have shapes {mu.shape}, {h.shape} and {shape.shape}; points must have as many "
            "columns as means, target as many rows"
        )
    centre = mu.mean(axis=0)
    left, _, right = np.linalg.svd((mu - centre).T @ shape, full_matrices=False)
    rotation = left @ right
    return (mu - centre) @ rotation, (h - centre) @ rotation
