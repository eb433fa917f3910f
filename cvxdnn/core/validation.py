"""Checks of what a caller passes in; each failure names the argument, shows the value and says what to do.

What counts as a number, and how it becomes float64, is said in `cvxdnn.core.conversion`.
"""

import math
import operator
from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core.conversion import float64, place, scalar
from cvxdnn.core.conversion import shown as shown
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array

Choice = TypeVar("Choice", bound=str)

LARGEST = 1e100
"""Products and quotients of a few numbers up to this size are far from overflow."""
LARGEST_NUMBER = 1e300
"""A single number above this overflows in any product."""
MAX_DEPTH = 1_000_000
"""Weight layers; networks are written down as a list of them."""


def numbers(name: str, value: ArrayLike) -> Array:
    """`value` as float64 of any shape, without NaN or infinity; shares memory with what is that already."""
    array = float64(name, value)
    is_finite = np.isfinite(array)
    if not is_finite.all():
        where, wrong = place(name, array, ~is_finite)
        raise InvalidInputError(f"{where} is {wrong}; every value must be finite: remove or correct it")
    return array


def finite_vector(name: str, value: ArrayLike) -> Array:
    """`value` as a float64 vector (n,), n >= 1, without NaN or infinity; always a copy."""
    vector = np.array(numbers(name, value))
    if vector.ndim == 2 and 1 in vector.shape:
        vector = vector.ravel()
    if vector.ndim != 1:
        raise InvalidInputError(f"{name} must be one-dimensional, got shape {vector.shape}; pass one number per point")
    if vector.size == 0:
        raise InvalidInputError(f"{name} is empty; at least one point is needed")
    return vector


def matrix(name: str, value: ArrayLike) -> Array:
    """`value` as a bounded float64 matrix (rows, columns), both >= 1, a copy; a vector becomes one column."""
    array = np.array(numbers(name, value))
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.size == 0:
        raise InvalidInputError(f"{name} has shape {array.shape}; it must be a matrix with one row for each sample")
    return bounded(name, array)


def points(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Both coordinates (n,), n >= 1, of the same length and finite."""
    x, y = finite_vector("x", x), finite_vector("y", y)
    if x.size != y.size:
        raise InvalidInputError(f"x has {x.size} values and y has {y.size}; give one y for each x")
    return resolved("x", bounded("x", x)), bounded("y", y)


def resolved(name: str, vector: Array) -> Array:
    """`vector` if its range is zero, or so far from underflow that one can divide by its square."""
    span = float(vector.max() - vector.min())
    if 0 < span < 1e-100:
        raise InvalidInputError(f"{name} spans only {span:g}; rescale to a range above 1e-100, or use equal {name}")
    return vector


def resolvable(x: Array, gaps: Array) -> None:
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


def bounded(name: str, array: Array) -> Array:
    """`array` if its entries are so far from overflow that their products and quotients are, too."""
    size = np.abs(array)
    if size.max(initial=0.0) > LARGEST:
        where, wrong = place(name, array, size > LARGEST)
        raise InvalidInputError(f"{where} is {wrong:g}; rescale to magnitudes below 1e100")
    return array


def nonnegatives(name: str, value: ArrayLike) -> Array:
    """`value` as float64 of any shape, every entry a finite number >= 0."""
    array = numbers(name, value)
    if (array < 0).any():
        where, wrong = place(name, array, array < 0)
        raise InvalidInputError(f"{where} is {wrong:g}; it must be zero or positive")
    return array


def number(name: str, value: float) -> float:
    """A finite number; text and booleans are refused."""
    result = scalar(name, value)
    if not math.isfinite(result):
        raise InvalidInputError(f"{name} is {result}; it must be a finite number")
    if abs(result) > LARGEST_NUMBER:
        raise InvalidInputError(f"{name} is {result:g}; rescale to magnitudes below {LARGEST_NUMBER:g}")
    return result


def nonnegative(name: str, value: float) -> float:
    """A finite number >= 0."""
    result = number(name, value)
    if result < 0:
        raise InvalidInputError(f"{name} is {result:g}; it must be zero or positive")
    return result


def positive(name: str, value: float) -> float:
    """A finite number > 0."""
    result = nonnegative(name, value)
    if result == 0:
        raise InvalidInputError(f"{name} is 0; it must be positive")
    return result


def positive_int(name: str, value: int, minimum: int = 1, maximum: int | None = None) -> int:
    """An integer in [minimum, maximum]; booleans and fractions are refused."""
    limits = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
    message = f"{name} is {shown(value)}; it must be a whole number, {limits}"
    if isinstance(value, bool | np.ma.MaskedArray) or "bool" in str(getattr(value, "dtype", "")):
        raise InvalidInputError(message)
    try:
        result = operator.index(value)
    except TypeError:
        raise InvalidInputError(message) from None
    if result < minimum or (maximum is not None and result > maximum):
        raise InvalidInputError(message)
    return result


def depth(value: int) -> int:
    """A number of weight layers L >= 2."""
    return positive_int("depth", value, minimum=2, maximum=MAX_DEPTH)


def entries(name: str, value: Iterable[Any]) -> tuple[Any, ...]:
    """The entries of a list of anything; text is not a list of its letters."""
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        return tuple(value)
    except TypeError:
        raise InvalidInputError(f"{name} is {shown(value)}; pass a list") from None


def boolean(name: str, value: bool) -> bool:
    """True or False itself: text like "False" counts as true in Python, which nobody means."""
    if not isinstance(value, bool | np.bool_):
        raise InvalidInputError(f"{name} is {shown(value)}; it must be True or False")
    return bool(value)


def one_of(name: str, value: Choice, allowed: Iterable[Choice]) -> Choice:
    """`value` if it is one of `allowed`."""
    choices = tuple(allowed)
    if not isinstance(value, str) or value not in choices:
        raise InvalidInputError(f"{name} is {shown(value)}; choose one of {', '.join(map(repr, choices))}")
    return value
