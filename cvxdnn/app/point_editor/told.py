"""What a browser tells of the point editor, read as if anybody had written it.

The state of a component is JSON that a visitor's browser made, or a program that only speaks like one. Nothing in it
is used before it has the one shape that the editor writes; everything else is refused with the sentence that a
missing number gets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from reprlib import repr as shallow
from typing import Any

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.link import Points

__all__ = ["Drawn", "told_drawing", "told_names", "told_number", "told_points", "told_weight_decay", "told_wish"]


def _told(state: Any, name: str) -> Any:
    """Whatever is under this name; None when there is no state, or none of names."""
    return state.get(name) if isinstance(state, Mapping) else None


def told_points(state: Any, name: str = "points") -> Points:
    """The pairs of numbers under this name.

    Raises
    ------
    InvalidInputError
        When there is anything but a list of pairs of numbers. (Whether they are finite, and how many they may be, is
        for whoever uses them to say.)
    """
    given = _told(state, name)
    if not isinstance(given, list | tuple):
        raise InvalidInputError(f"{name} is {_short(given)}; give a list of (x, y) pairs")
    return tuple(_pair(f"{name}[{position}]", pair) for position, pair in enumerate(given))


def told_number(state: Any, name: str) -> int | None:
    """The whole number under this name; None when there is none."""
    given = _told(state, name)
    return given if isinstance(given, int) and abs(given) <= 2**53 else None


def told_weight_decay(state: Any) -> float | None:
    """The number under "beta"; None when there is none.

    Raises
    ------
    InvalidInputError
        When there is anything but a number.
    """
    given = _told(state, "beta")
    if given is None:
        return None
    if not _is_number(given):
        raise InvalidInputError(f"beta is {_short(given)}; give a number")
    return _as_float("beta", given)


@dataclass(frozen=True)
class Drawn:
    """A drawing as the browser tells it.

    number : which edit of it this is; rises
    knots : places (x, y); none where the drawing was put away
    is_revealed : whether optimum and network have been shown beside it
    """

    number: int
    knots: Points
    is_revealed: bool


def told_drawing(state: Any) -> Drawn | None:
    """The drawing under "sketch"; None when there is none.

    Raises
    ------
    InvalidInputError
        When there is anything but a number, a list of pairs of numbers and a truth value.
    """
    given = _told(state, "sketch")
    if given is None:
        return None
    number, is_revealed = told_number(given, "number"), _told(given, "isRevealed")
    if number is None or not isinstance(is_revealed, bool):
        raise InvalidInputError(f"sketch is {_short(given)}; give its number, its knots and whether it is revealed")
    return Drawn(number, told_points(given, "knots"), is_revealed)


def told_wish(state: Any) -> bool:
    """Whether somebody wants the axes to fit the points; else an undo may have left them too large."""
    return _told(_told(state, "fit"), "isWanted") is True


def told_names(state: Any, name: str) -> tuple[str, ...]:
    """The texts under this name.

    Raises
    ------
    InvalidInputError
        When there is anything but a list of texts.
    """
    given = _told(state, name)
    if not isinstance(given, list | tuple) or not all(isinstance(text, str) for text in given):
        raise InvalidInputError(f"{name} is {_short(given)}; give a list of names")
    return tuple(given)


def _pair(name: str, pair: Any) -> tuple[float, float]:
    if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(map(_is_number, pair)):
        raise InvalidInputError(f"{name} is {_short(pair)}; give a pair (x, y) of numbers")
    return _as_float(name, pair[0]), _as_float(name, pair[1])


def _as_float(name: str, number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        raise InvalidInputError(f"{name} is {_short(number)}; every value must be a finite number") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(value: Any) -> str:
    return f"{shallow(value):.60}"
