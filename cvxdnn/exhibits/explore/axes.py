"""What x and y are: what stands at the axes, and its entry in the link.

A link has both names in one entry: UTF-8 in URL-safe base64, a line break between them. They are shown as plain text.
"""

from collections.abc import Iterable

from cvxdnn.app.written import csv_of
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.link import from_letters, to_letters

__all__ = ["AXES", "ENTRY", "Axes", "csv_of_points", "heads", "letters", "named", "pictured", "read_axes", "write_axes"]

Axes = tuple[str, str]
AXES: Axes = ("input x", "output y")
"""Where nobody has said it."""
ENTRY = "axes"
LONGEST = 80
"""Letters of what stands at an axis."""
MOST_OF_A_NAME = 24
"""Of them for a column's name."""


def named(name: str, unit: str = "") -> str:
    """What stands at the axis of a column: its name on one line, and what its numbers count."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split()) or "unnamed"
    short = plain if len(plain) <= MOST_OF_A_NAME else f"{plain[: MOST_OF_A_NAME - 1]}…"
    return f"{short}, {unit}" if unit else short


def letters(axes: Axes) -> Axes:
    """What x and y are called in a sentence: by plain letters where nobody has named them, or both have one name."""
    x, y = axes
    return axes if axes != AXES and x != y else ("x", "y")


def pictured(axes: Axes) -> dict[str, dict[str, str]]:
    """What the pictures of a stage are told: titles, and what x and y are called in a sentence."""
    return {name: dict(zip("xy", words, strict=True)) for name, words in (("axes", axes), ("letters", letters(axes)))}


def heads(axes: Axes, *others: str) -> tuple[str, str]:
    """What stands above the columns of x and y in a table that also has these others.

    Plain letters where nobody has named them, where two columns would have one name, and where a spreadsheet would take
    a name for a formula: a link may come from anybody.
    """
    x, y = axes
    is_fit = not {x, y} & set(others) and x[0].isalnum() and y[0].isalnum()
    return letters(axes) if is_fit else ("x", "y")


def csv_of_points(points: Iterable[tuple[float, float]], axes: Axes) -> str:
    """x and y as they were given, below the names of the axes."""
    return csv_of(dict(zip(heads(axes), zip(*points, strict=True), strict=True)))


def write_axes(axes: Axes) -> str:
    """The names as a link has them."""
    return to_letters("\n".join(axes).encode("utf-8"))


def read_axes(text: str) -> Axes:
    """The names that `write_axes` wrote.

    Raises
    ------
    InvalidInputError
        When they are not two, or one is too long or no plain text.
    """
    try:
        x, y = from_letters(text).decode("utf-8").split("\n")
    except ValueError as error:
        raise InvalidInputError("the names of its axes are garbled; copy the whole link again") from error
    if not all(len(name) <= LONGEST and name.isprintable() and name.strip() for name in (x, y)):
        raise InvalidInputError(f"the name of an axis is plain text on one line, of 1 to {LONGEST} letters")
    return x, y
