"""A value that is chosen from what is offered, and its text in a link.

Offered is a list of numbers and words, a range, or everything between two numbers (`Span`). Several chosen values have
their texts one behind the other with two dots between; words are written with letters, digits and hyphens only, since
mail programs break links at spaces. Nothing that is not offered is ever read.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from cvxdnn.core.exceptions import InvalidInputError

__all__ = ["Span", "in_order", "may_be", "read", "write"]

SEVERAL, NONE = "..", "none"
MOST_NAMED = 8
"""Of the values offered, that a message lists."""


class Span(NamedTuple):
    """Every number from the lowest to the highest."""

    low: float
    high: float


def may_be(value: Any, offered: Sequence[Any] | Span, *, several: bool = False) -> bool:
    """Whether a value is offered; with `several`, whether it is a tuple of such values, each once."""
    if several:
        is_tuple = isinstance(value, tuple)
        return is_tuple and len(set(value)) == len(value) and all(may_be(each, offered) for each in value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return isinstance(value, bool) and value in offered
    if isinstance(offered, Span):
        return not isinstance(value, str) and offered.low <= value <= offered.high
    return value in offered


def in_order(values: Sequence[Any], offered: Sequence[Any]) -> tuple[Any, ...]:
    """Several values as they are offered, whatever the order in which they were chosen; others last."""
    return (*(each for each in offered if each in values), *(each for each in values if each not in offered))


def write(value: Any) -> str:
    """The text of a value, or of a tuple of them."""
    if isinstance(value, tuple):
        return SEVERAL.join(map(write, value)) or NONE
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return re.sub("[^a-z0-9]+", "-", value.lower()).strip("-")
    return repr(value)


def read(name: str, text: str, offered: Any, *, several: bool = False) -> Any:
    """The value that a text means.

    Raises
    ------
    InvalidInputError
        When it is not offered; the message has the name, the text and what may be chosen.
    """
    if several:
        parts = [] if text == NONE else text.split(SEVERAL)
        return in_order([read(name, part, offered) for part in parts], offered)
    found = _number(text, offered) if isinstance(offered, range | Span) else _listed(text, offered)
    if found is None:
        raise InvalidInputError(f"{name} is {text!r}; choose {_said(offered)}")
    return found


def _number(text: str, offered: range | Span) -> float | None:
    try:
        value = int(text) if isinstance(offered, range) else float(text)
    except ValueError:
        return None
    return value if may_be(value, offered) else None


def _listed(text: str, offered: Sequence[Any]) -> Any:
    """By its text, else as a number that was written in another way."""
    for value in offered:
        if write(value) == text:
            return value
    try:
        return next((value for value in offered if not isinstance(value, str) and value == float(text)), None)
    except ValueError:
        return None


def _said(offered: Sequence[Any] | Span) -> str:
    if isinstance(offered, range):
        return f"a whole number from {offered[0]} to {offered[-1]}"
    if isinstance(offered, Span):
        return f"a number from {offered.low:g} to {offered.high:g}"
    texts = [write(value) for value in offered]
    return f"one of {', '.join(texts)}" if len(texts) <= MOST_NAMED else f"a value from {texts[0]} to {texts[-1]}"
