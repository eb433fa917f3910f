"""What a cell of a table can be: a number, a date, nothing, a name, or something that is none of these."""

import re
from collections.abc import Sequence

from cvxdnn.core.numerals import is_not_finite, is_number
from cvxdnn.core.reading.instants import is_instant

__all__ = ["are_all_values", "are_names", "is_data", "is_labelled", "is_missing", "is_value"]

# A name has a letter before any digit, or two of them after it ("2theta").
_NAME = re.compile(r"(?![+\-\u2212.,])(?:[^0-9]*[^\W\d_]|[0-9]+[^\W\d_]{2}).*", re.DOTALL)
_MISSING = {"", "-", "--", "---", ".", "?", "*"}


def is_missing(text: str) -> bool:
    """Whether the cell says that there is no number, or none that is finite."""
    return not text[:1].isdigit() and (text in _MISSING or is_not_finite(text))


def is_value(text: str) -> bool:
    """Whether the cell is a number, a date, a time, or a word for a missing number."""
    return is_number(text) or is_not_finite(text) or is_instant(text)


def are_all_values(cells: Sequence[str]) -> bool:
    """Whether something stands in them, and nothing but values."""
    given = [cell for cell in cells if cell]
    return bool(given) and all(map(is_value, given))


def is_data(cells: Sequence[str]) -> bool:
    """Whether these can be a row of measurements: nothing but values, or two of them beside text."""
    return len(cells) > 1 and (are_all_values(cells) or sum(map(is_value, cells)) > 1)


def is_labelled(cells: Sequence[str]) -> bool:
    """Whether these can be a row of one measurement behind a name."""
    return are_names(cells) and any(map(is_value, cells[1:]))


def are_names(cells: Sequence[str]) -> bool:
    """Whether these can stand above the numbers: names, units, or a name with its value ("Record length", "2500")."""
    given = [cell for cell in cells if cell]
    if not given or any(map(is_not_finite, given)):
        return False
    if _is_name(given[0]) and not given[0][0].isdigit():
        return True
    if not any(letter.isdigit() for cell in given for letter in cell):
        return True
    return all(map(_is_name, given)) and any(not cell[0].isdigit() for cell in given)


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None
