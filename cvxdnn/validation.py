"""Checks of what a caller passes in; each failure names the argument, shows the value and says what to do."""

import math
import operator
from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn.exceptions import InvalidInputError

Vector = NDArray[np.float64]
Choice = TypeVar("Choice", bound=str)


def finite_vector(name: str, value: ArrayLike) -> Vector:
    """`value` as a float64 vector (n,), n >= 1, without NaN or infinity; always a copy."""
    try:
        if np.iscomplexobj(value):
            raise TypeError("complex")
        vector = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(f"{name} must be a sequence of numbers, got {_short(value)}") from error
    if vector.ndim == 2 and 1 in vector.shape:
        vector = vector.ravel()
    if vector.ndim != 1:
        raise InvalidInputError(f"{name} must be one-dimensional, got shape {vector.shape}; pass one number per point")
    if vector.size == 0:
        raise InvalidInputError(f"{name} is empty; at least one point is needed")
    bad = np.flatnonzero(~np.isfinite(vector))
    if bad.size:
        raise InvalidInputError(
            f"{name}[{bad[0]}] is {vector[bad[0]]}; every value must be finite: remove or correct that point"
        )
    return vector


def points(x: ArrayLike, y: ArrayLike) -> tuple[Vector, Vector]:
    """Both coordinates (n,), n >= 1, of the same length and finite."""
    x, y = finite_vector("x", x), finite_vector("y", y)
    if x.size != y.size:
        raise InvalidInputError(f"x has {x.size} values and y has {y.size}; give one y for each x")
    x, y = bounded("x", x), bounded("y", y)
    span = float(x.max() - x.min())
    if 0 < span < 1e-100:
        raise InvalidInputError(f"x spans only {span:g}; rescale to a range above 1e-100, or use equal x")
    return x, y


def resolvable(x: Vector, gaps: Vector) -> None:
    """Refuse inputs x (n,), sorted and with these gaps, if slopes between distinct ones could overflow."""
    if gaps.size == 0 or gaps.min() >= 1e-100 * (x[-1] - x[0]):
        return
    too_close = np.flatnonzero((gaps > 0) & (gaps < 1e-100 * (x[-1] - x[0])))
    if too_close.size:
        first, gap = x[too_close[0]], gaps[too_close[0]]
        raise InvalidInputError(
            f"x holds {first:g} and another value only {gap:g} above it, less than 1e-100 of the range: "
            "make them equal, or move them apart"
        )


def bounded(name: str, vector: Vector) -> Vector:
    """`vector` if its entries are so far from overflow that their products and quotients are, too."""
    largest = np.abs(vector).argmax()
    if abs(vector[largest]) > 1e100:
        raise InvalidInputError(f"{name} holds {vector[largest]:g}; rescale to magnitudes below 1e100")
    return vector


def finite(name: str, value: float) -> float:
    """A finite number."""
    return _number(name, value)


def nonnegative(name: str, value: float) -> float:
    """A finite number >= 0."""
    number = _number(name, value)
    if number < 0:
        raise InvalidInputError(f"{name} is {number:g}; it must be zero or positive")
    return number


def positive_int(name: str, value: int, minimum: int = 1, maximum: int | None = None) -> int:
    """An integer in [minimum, maximum]; booleans and fractions are refused."""
    limits = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
    message = f"{name} is {_short(value)}; it must be a whole number, {limits}"
    if isinstance(value, bool | np.bool_):
        raise InvalidInputError(message)
    try:
        number = operator.index(value)
    except TypeError:
        raise InvalidInputError(message) from None
    if number < minimum or (maximum is not None and number > maximum):
        raise InvalidInputError(message)
    return number


def one_of(name: str, value: Choice, allowed: Iterable[Choice]) -> Choice:
    """`value` if it is one of `allowed`."""
    choices = tuple(allowed)
    if not isinstance(value, str) or value not in choices:
        raise InvalidInputError(f"{name} is {_short(value)}; choose one of {', '.join(map(repr, choices))}")
    return value


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(f"{name} is {_short(value)}; it must be a number") from None
    if not math.isfinite(number):
        raise InvalidInputError(f"{name} is {number}; it must be a finite number")
    return number


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
