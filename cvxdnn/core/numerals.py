"""Numbers as people and programs write them, without ever guessing what a point or a comma means.

A number is a sign, digits, perhaps a decimal mark and further digits, and then either digit groups ("1,234,567.8")
or an exponent ("1.5e3"), never both. Two notations differ in which of "." and "," is the decimal mark; the other
one may group digits, and so may a space or an apostrophe in either. "1,234" is a number in both, 1.234 or 1234;
"0,123", "1,5", "12,34" and "1,234,567" are numbers in one of them only.

Cells that belong together are in one notation. `read_numbers` therefore strikes out the notations in which some cell
is not a number, and answers when what is left gives one value for every cell. Otherwise it refuses, naming both
readings: a factor of a thousand is not for a program to choose.

Only what reads as one number is read: ASCII digits, a plus, a hyphen or a minus sign (U+2212). Units, percent and
currency signs, underscores, hexadecimal digits, digits of other scripts, nan and infinity, and numbers that float64
cannot hold are refused.
"""

import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from cvxdnn.core.exceptions import InvalidInputError

__all__ = [
    *("SHEET_ERROR", "Cell", "DecimalMark", "Open"),
    *("is_not_finite", "is_number", "marks_of", "open_cell", "point_unless_commas", "quoted", "read_numbers"),
]

Cell = tuple[str, str]
"""Where a text stands, for messages, and the text."""
DecimalMark = Literal[".", ","]
Open = tuple[str, str, float, float]
"""Where a cell with two readings stands, its text, and its value with a decimal point and with a decimal comma."""

_NAMES: dict[DecimalMark, str] = {".": "point", ",": "comma"}
_GROUPING = " \u00a0\u2007\u2009\u202f'\u2019"  # five spaces and two apostrophes
_EXPONENT = r"[eE][+\-\u2212]?[0-9]+"
SHEET_ERROR = r"#(N/A|DIV/0!|NAME\?|NULL!|NUM!|REF!|VALUE!)"
_NOT_FINITE = re.compile(rf"[+\-\u2212]?(?i:nan|inf|infinity|\u221e)|(?i:null|none)|NA|N/A|n/a|{SHEET_ERROR}")
_EXACT = 2**53  # up to here float64 holds every integer


def _notation(decimal: DecimalMark) -> re.Pattern[str]:
    group = "," if decimal == "." else "."
    groups = rf"[1-9][0-9]{{0,2}}(?P<mark>[{group}{_GROUPING}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*"
    plain = rf"(?:[0-9]+(?:[{decimal}][0-9]*)?|[{decimal}][0-9]+)(?:{_EXPONENT})?"
    return re.compile(rf"[+\-\u2212]?(?:{groups}(?:[{decimal}][0-9]*)?|{plain})")


_NOTATIONS: dict[DecimalMark, re.Pattern[str]] = {mark: _notation(mark) for mark in _NAMES}
_TO_PLAIN = {mark: str.maketrans({**dict.fromkeys(",." + _GROUPING, ""), "\u2212": "-", mark: "."}) for mark in _NAMES}


def read_numbers(cells: Sequence[Cell], decimal: DecimalMark | None = None) -> list[float]:
    """The finite numbers that the cells hold, all in one notation.

    Parameters
    ----------
    cells : sequence of (where, text)
        Texts without white space around them.
    decimal : {".", ","}, optional
        The decimal mark where the cells leave it open.

    Raises
    ------
    InvalidInputError
        When a cell is not a finite number of float64, when two cells are in different notations, or when the cells
        have several readings and `decimal` is not given.
    """
    possible = marks_of(cells)
    if len(possible) > 1 and decimal is None and (found := open_cell(cells)):
        raise _two_readings(found)
    return [_value(cell, decimal if decimal in possible else possible[0]) for cell in cells]


def marks_of(cells: Sequence[Cell]) -> tuple[DecimalMark, ...]:
    """The decimal marks with which every cell is a number: one, or both where nothing settles it.

    Raises
    ------
    InvalidInputError
        When a cell is not a number, or two cells are in different notations.
    """
    possible: tuple[DecimalMark, ...] = tuple(_NAMES)
    witness: Cell = ("", "")
    for cell in cells:
        readings = _readings(cell)
        left = tuple(mark for mark in possible if mark in readings)
        if not left:
            raise _mixed(cell, readings[0], witness)
        if len(left) < len(possible):
            possible, witness = left, cell
    return possible


def open_cell(cells: Iterable[Cell]) -> Open | None:
    """The first of these cells, which both marks allow, that has a mark and so two values."""
    for where, text in cells:
        if "." in text or "," in text:
            point, comma = (float(text.translate(_TO_PLAIN[mark])) for mark in _NAMES)
            return where, text, point, comma
    return None


def is_number(text: str) -> bool:
    """Whether the text is a number in one notation at least."""
    return any(notation.fullmatch(text) for notation in _NOTATIONS.values())


def point_unless_commas(texts: Iterable[str]) -> DecimalMark | None:
    """The point, if no text holds a comma: for places where commas already separate, or where points are shown."""
    return None if any("," in text for text in texts) else "."


def is_not_finite(text: str) -> bool:
    """Whether the text stands for a missing, infinite or undefined number."""
    return _NOT_FINITE.fullmatch(text) is not None


def quoted(value: object) -> str:
    """A value of unknown origin for a message, never long."""
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _readings(cell: Cell) -> list[DecimalMark]:
    where, text = cell
    readings = [mark for mark, notation in _NOTATIONS.items() if notation.fullmatch(text)]
    if readings:
        return readings
    if not text:
        raise InvalidInputError(f"{where}: empty; give a number or remove the line")
    if is_not_finite(text):
        raise InvalidInputError(f"{where}: {quoted(text)} is not a finite number; correct or remove the line")
    raise InvalidInputError(
        f"{where}: {quoted(text)} is not a number; write a plain one such as -1.5 or 2e-3 (no units, no other digits"
        " or signs), or remove the line"
    )


def _value(cell: Cell, decimal: DecimalMark) -> float:
    where, text = cell
    plain = text.translate(_TO_PLAIN[decimal])
    number = float(plain)
    if math.isinf(number):
        raise InvalidInputError(f"{where}: {quoted(text)} is not a finite number of float64; rescale or remove it")
    if number == 0 and re.search("[1-9]", re.split("[eE]", plain)[0]):
        raise InvalidInputError(f"{where}: {quoted(text)} is too small for float64, which has 0 for it; rescale it")
    if abs(number) >= _EXACT and not re.search("[eE]", plain) and Decimal(plain) != Decimal(number):
        raise InvalidInputError(
            f"{where}: {quoted(text)} has more digits than float64 holds (it would become {number:.0f});"
            " subtract an offset from the column"
        )
    return number


def _two_readings(found: Open) -> InvalidInputError:
    where, text, point, comma = found
    mark: DecimalMark = "." if "." in text else ","
    first, second = (point, comma) if mark == "." else (comma, point)
    return InvalidInputError(
        f"{where}: '{text}' can be {first:.15g} (decimal {_NAMES[mark]}) or {second:.15g} (digit groups), and nothing"
        f" beside it settles which; write '{text}0' for {first:.15g}, or all numbers without digit groups"
    )


def _mixed(cell: Cell, mark: DecimalMark, witness: Cell) -> InvalidInputError:
    where, text = cell
    other = _NAMES["." if mark == "," else ","]
    return InvalidInputError(
        f"{where}: decimal commas and decimal points are mixed: {quoted(text)} needs a decimal {_NAMES[mark]},"
        f" {quoted(witness[1])} ({witness[0].removeprefix('file, ')}) a decimal {other}; use one of them throughout"
    )
