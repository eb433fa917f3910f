"""Checks shared by the closed forms: matrices, positive numbers, and data that are whitened."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn import validation
from cvxdnn.exceptions import InvalidInputError

Matrix = NDArray[np.float64]

WHITENED = 1e-10
"""Largest entry of X X^T / q - I (or X^T X / q - I) of data that count as whitened."""


def matrix(name: str, value: ArrayLike) -> Matrix:
    """`value` as a finite float64 matrix (rows, columns), both >= 1; a vector becomes one column."""
    try:
        if np.iscomplexobj(value):
            raise TypeError("complex")
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(f"{name} must be a matrix of numbers, got {value!r:.60}") from error
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.size == 0:
        raise InvalidInputError(f"{name} has shape {array.shape}; it must be a matrix with one row for each sample")
    validation.bounded(name, validation.finite_vector(name, array.ravel()))
    return array


def samples(inputs: ArrayLike, targets: ArrayLike) -> tuple[Matrix, Matrix]:
    """X (n, d) and Y (n, K) with the same number of rows."""
    X, Y = matrix("X", inputs), matrix("Y", targets)
    if len(X) != len(Y):
        raise InvalidInputError(f"X has {len(X)} rows and Y has {len(Y)}; give one row of Y for each sample")
    return X, Y


def positive(name: str, value: float) -> float:
    """A number > 0."""
    number = validation.nonnegative(name, value)
    if number == 0:
        raise InvalidInputError(f"{name} is 0; the closed forms need a positive value")
    return number


def positive_beta(beta: float) -> float:
    """A weight decay > 0, without which nothing selects among the networks that fit best."""
    return positive("beta", beta)


def depth_at_least_two(depth: int) -> int:
    """The number of weight matrices L >= 2."""
    return validation.positive_int("depth", depth, minimum=2)


def row_scale(X: Matrix) -> float | None:
    """q if X X^T = q I to `WHITENED` with q > 0, else None."""
    return _scale(X @ X.T) if X.shape[0] <= X.shape[1] else None


def column_scale(X: Matrix) -> float | None:
    """q if X^T X = q I to `WHITENED` with q > 0, else None."""
    return _scale(X.T @ X) if X.shape[1] <= X.shape[0] else None


def _scale(gram: Matrix) -> float | None:
    scale = float(np.trace(gram)) / len(gram)
    off = np.abs(gram - scale * np.eye(len(gram))).max()
    return scale if scale > 0 and off <= WHITENED * scale else None
