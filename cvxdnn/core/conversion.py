"""Numbers as a caller has them become float64 without a change of value, or are refused.

Read are numbers (of Python and NumPy, fractions, decimals), sequences of them however nested, NumPy arrays, and all
that offers itself as one (pandas, tensors). Refused is what has no value as a number (a mask, a missing value, a text),
one only in a unit that has to be chosen (dates), no single one (complex numbers, booleans), one that no float64 equals
(most whole numbers beyond 2^53, most long doubles), or no order (sets). A refusal names the first offender.
"""

from array import array as machine_array
from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from numbers import Real
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array, Mask

__all__ = ["float64", "place", "scalar", "shown"]

EXACT = 2**53
"""Every whole number up to this size is a float64."""

_PLAIN = {float, int, np.float64, np.float32, np.float16, *(np.dtype(code).type for code in "bhilqBHILQ")}
_TEXTS = (str, bytes, bytearray)
_SINGLE = (Real, Decimal, complex, date, time, timedelta, np.generic)
_MISSING = ("NoneType", "NAType", "NaTType")  # the last two are pandas', which is not imported for this

_REFUSED: tuple[tuple[tuple[type, ...], str], ...] = (
    ((bool, np.bool_), "write 1 or 0, or for labels 1 or -1, if that is what you mean"),
    (_TEXTS, "convert text with float(...)"),
    (
        (timedelta, np.timedelta64),
        "choose a unit: np.asarray(..., dtype='timedelta64[us]') / np.timedelta64(1, 's') gives seconds",
    ),
    (
        (date, time, np.datetime64),
        "choose a unit: with t = np.asarray(..., dtype='datetime64[us]'), (t - t.min()) / np.timedelta64(1, 'D') gives "
        "days since the first",
    ),
    ((complex, np.complexfloating), "pass the real part if that is what you mean"),
)


def float64(name: str, value: Any) -> Array:
    """`value` as an array of any shape; it shares memory with one that is float64 already.

    Raises
    ------
    InvalidInputError
        Where something is no number, or none that a float64 equals.
    """
    if type(value) is np.ndarray and value.dtype == np.float64:
        return value
    try:
        if _is_array(value):
            return _of_array(name, _as_array(name, value))
        if _is_sequence(value):
            return _of_sequence(name, value)
    except RecursionError:
        whole = name.partition("[")[0]
        raise InvalidInputError(f"{whole} is nested too deeply, or holds itself; pass a flat list") from None
    if isinstance(value, _SINGLE) and not isinstance(value, _TEXTS):
        return np.asarray(scalar(name, value))
    raise InvalidInputError(f"{name} is {shown(value)}; pass a list or an array of numbers")


def scalar(name: str, value: Any) -> float:
    """One number, or an array of shape () that holds one."""
    if type(value) is float:
        return value
    if _is_array(value):
        array = float64(name, value)
        if array.shape != ():
            raise InvalidInputError(f"{name} is {shown(value)}; it must be a number, one only")
        return float(array)
    for kinds, advice in _REFUSED:
        if isinstance(value, kinds):
            _refuse(name, value, "remove it" if _is_missing(value) else advice)
    if not isinstance(value, Real | Decimal):
        _refuse(name, value, "remove it" if _is_missing(value) else "convert it with float(...)")
    try:
        number = float(value)
        # NumPy compares its own integers with floats in floats.
        is_same = number == (value.item() if isinstance(value, np.integer) else value) or number != number
    except (ArithmeticError, ValueError, TypeError):
        is_same = False
    if not is_same:
        raise InvalidInputError(
            f"{name} is {shown(value)}, and no float64 equals it; subtract an offset from all values first, or round "
            "them with np.float64"
        )
    return number


def shown(value: Any) -> str:
    """What a message shows of a value."""
    try:
        text = repr(value)
    except Exception:  # whatever an object's own repr raises; that of a long whole number does
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."


def place(name: str, array: NDArray[Any], is_wrong: Mask) -> tuple[str, Any]:
    """The first wrong entry by its full name, as in x[3], and what it is."""
    index = tuple(map(int, np.unravel_index(int(is_wrong.argmax()), array.shape)))
    return _at(name, index), array[index]


def _at(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _is_array(value: Any) -> bool:
    if isinstance(value, np.ndarray | memoryview | machine_array):
        return True
    return hasattr(value, "__array__") and not isinstance(value, np.generic | type)


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, _TEXTS)


def _as_array(name: str, value: Any) -> NDArray[Any]:
    if getattr(value, "requires_grad", False) is True:
        raise InvalidInputError(f"{name} requires a gradient, which would be lost here; pass it detached: .detach()")
    try:
        # Columns of pandas with different types, and whole numbers with gaps, would be rounded to floats on the way.
        is_table = hasattr(value, "columns") or hasattr(getattr(value, "dtype", None), "na_value")
        array = value.to_numpy(dtype=object) if is_table else np.asanyarray(value)
    except Exception as error:  # whatever another library raises, as for tensors on a graphics card
        raise InvalidInputError(f"{name} cannot be read as an array ({error!s:.100}); convert it to one") from error
    if isinstance(array, np.ma.MaskedArray) and array.dtype.names is None:
        mask = np.ma.getmaskarray(array)
        if mask.any():
            where, _ = place(name, mask, mask)
            raise InvalidInputError(f"{where} is masked; leave masked points out, x and y alike: array[~array.mask]")
    return np.asarray(array)


def _of_array(name: str, array: NDArray[Any]) -> Array:
    kind = array.dtype.kind
    if array.size == 0 or (kind == "f" and array.dtype.itemsize <= 8):
        return np.zeros(array.shape) if array.size == 0 else array.astype(np.float64)
    if kind in "fiu":
        with np.errstate(all="ignore"):
            rounded = array.astype(np.float64)
        doubtful = ~(np.abs(rounded) < EXACT) if kind in "iu" else (rounded != array) & ~np.isnan(array)
        for index in map(tuple, np.argwhere(doubtful).tolist()):
            scalar(_at(name, index), array[index])
        return rounded
    if kind == "O":
        numbers = np.empty(array.shape)
        for index, value in np.ndenumerate(array):
            numbers[index] = scalar(_at(name, index), value)
        return numbers
    # Every entry is wrong; among dates one that is missing is worse, because it would spoil the others' unit.
    is_wrong = np.isnat(array) if kind in "mM" and np.isnat(array).any() else np.ones(array.shape, dtype=bool)
    where, value = place(name, array, is_wrong)
    return np.asarray(scalar(where, value))  # refuses


def _of_sequence(name: str, values: Sequence[Any]) -> Array:
    if set(map(type, values)) <= _PLAIN:
        try:
            numbers = np.array(values, dtype=np.float64)
        except OverflowError:
            numbers = np.full(len(values), np.inf)
        for index in np.flatnonzero(~(np.abs(numbers) < EXACT)).tolist():
            scalar(f"{name}[{index}]", values[index])
        return numbers
    parts = [_entry(f"{name}[{position}]", value) for position, value in enumerate(values)]
    for position, part in enumerate(parts):
        if np.shape(part) != np.shape(parts[0]):
            raise InvalidInputError(
                f"{name}[{position}] has shape {np.shape(part)} and {name}[0] {np.shape(parts[0])}; they must be alike"
            )
    return np.array(parts, dtype=np.float64)


def _entry(name: str, value: Any) -> Array | float:
    return float64(name, value) if _is_array(value) or _is_sequence(value) else scalar(name, value)


def _is_missing(value: Any) -> bool:
    return type(value).__name__ in _MISSING or (isinstance(value, np.datetime64 | np.timedelta64) and np.isnat(value))


def _refuse(name: str, value: Any, advice: str) -> NoReturn:
    text = str(value) if isinstance(value, np.datetime64 | np.timedelta64 | date | timedelta) else shown(value)
    raise InvalidInputError(f"{name} is {text}; it must be a number: {advice}")
