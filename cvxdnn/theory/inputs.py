"""Checks shared by the closed forms: matrices, positive numbers, and data that are whitened."""

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array
from cvxdnn.core.validation import matrix as matrix

SMALLEST = 1e-100
"""Where the largest entry is smaller, products of a few of them underflow."""
WHITENED = 1e-10
"""Largest entry of X X^T / q - I (or X^T X / q - I) of data that count as whitened."""


def samples(inputs: ArrayLike, targets: ArrayLike) -> tuple[Array, Array]:
    """X (n, d) and Y (n, K) with the same number of rows."""
    X, Y = matrix("X", inputs), matrix("Y", targets)
    for name, given in (("X", X), ("Y", Y)):
        if 0 < np.abs(given).max() < SMALLEST:
            raise InvalidInputError(
                f"{name} holds nothing above {np.abs(given).max():g}; rescale it above {SMALLEST:g}"
            )
    if len(X) != len(Y):
        raise InvalidInputError(f"X has {len(X)} rows and Y has {len(Y)}; give one row of Y for each sample")
    return X, Y


def positive_beta(beta: float) -> float:
    """A weight decay > 0, without which nothing selects among the networks that fit best."""
    return validation.positive("beta", beta)


def depth_at_least_two(depth: int) -> int:
    """The number of weight matrices L >= 2."""
    return validation.depth(depth)


def row_scale(X: Array) -> float | None:
    """q if X X^T = q I to `WHITENED` with q > 0, else None."""
    return _scale(X @ X.T) if X.shape[0] <= X.shape[1] else None


def column_scale(X: Array) -> float | None:
    """q if X^T X = q I to `WHITENED` with q > 0, else None."""
    return _scale(X.T @ X) if X.shape[1] <= X.shape[0] else None


def _scale(gram: Array) -> float | None:
    scale = float(np.trace(gram)) / len(gram)
    off = np.abs(gram - scale * np.eye(len(gram))).max()
    return scale if scale > 0 and off <= WHITENED * scale else None
