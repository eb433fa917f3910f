"""What separates the columns of a text, found out from its lines, or refused where two readings are left.

Tab, semicolon, comma, bar and white space are tried in this order. Taken is the one that makes most lines rows of
nothing but values; failing that, of two values beside text; failing that, the mark that stands in most lines. So the
comma of "1,5;2,5" is a decimal mark, and lines of prose above the numbers decide nothing.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import quoted
from cvxdnn.core.reading.cells import are_all_values, is_data

__all__ = [
    "DELIMITERS",
    "Line",
    "delimiter_of",
    "named_delimiter",
    "refuse_doubtful_commas",
    "refuse_torn_numbers",
    "rows_of",
]

DELIMITERS = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars", " ": "white space"}
"""Marks in the order in which they are tried, and what to call them."""
_SEPARATOR_LINE = re.compile(r'\s*"?sep=([\t;,|])"?\s*', re.IGNORECASE)
_LOOKED_AT = 400
"""Lines that decide, spread over the text."""
# One number that a comma or a space would tear apart: "1,050", "1.234,5", "1 050".
_ONE_NUMBER = re.compile(
    r"[+\-\u2212]?(?:(?:[0-9]+|[1-9][0-9]{0,2}(?:[.'\u2019][0-9]{3})+),[0-9]+|[1-9][0-9]{0,2} [0-9]{3})"
)
# A number that settles what a point is: "1.5", but not "1.500", which can be 1500.
_POINT = re.compile(r"(?!.?[1-9][0-9]{0,2}(?:\.[0-9]{3})+$)[+\-\u2212]?[0-9]*\.[0-9]*(?:[eE].*)?")
_TORN = re.compile(r"[, ]0[0-9]|[.'\u2019]")
# "1,5 200" is (1.5, 200) or (1, 5200), and "1 ,5" is (1, 5) or (1, 0.5).
_TWO_SEPARATORS = re.compile(r"[^\"]*[0-9]\s+,?[0-9][^\"]*")


class Line(NamedTuple):
    """The number of a line, from 1 on, and its cells without white space around them."""

    number: int
    cells: tuple[str, ...]


def named_delimiter(line: str) -> str | None:
    """What a first line "sep=;" says."""
    named = _SEPARATOR_LINE.fullmatch(line)
    return named[1] if named else None


def delimiter_of(lines: Sequence[str]) -> str:
    """The mark that separates the columns of these lines."""
    given = [line for line in lines if line.strip()]
    sample = given[:: max(1, len(given) // _LOOKED_AT)]
    scores = {mark: _score(sample, mark) for mark in DELIMITERS}
    return max(scores, key=lambda mark: scores[mark])


def rows_of(lines: Sequence[str], delimiter: str) -> Iterator[Line]:
    """Every line as its cells.

    Raises
    ------
    InvalidInputError
        Where quotation marks are not closed.
    """
    if delimiter == " ":
        lines = [line.replace("\t", " ").strip() for line in lines]
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            yield Line(reader.line_num, tuple(cell.strip() for cell in row))
    except csv.Error as error:
        raise InvalidInputError(
            f"file, line {reader.line_num}: {error}; write plain numbers without quotation marks"
        ) from error


def refuse_torn_numbers(lines: Iterable[tuple[int, str]], delimiter: str, *, have_names: bool) -> None:
    """Refuse lines of numbers, each with where it stands, that could as well be one column, or two other columns.

    Parameters
    ----------
    lines : iterable of (number, text)
    delimiter : {",", " "}
    have_names : bool
        Whether two names stand above them, which makes them two columns.
    """
    kept = [(number, line.strip()) for number, line in lines]
    is_one_column = not have_names and all(_ONE_NUMBER.fullmatch(line) for _, line in kept)
    for number, line in kept if is_one_column else ():
        if _TORN.search(line):
            raise InvalidInputError(
                f"file, line {number}: {quoted(line)} can be one number or two; separate the columns by tabs or"
                " semicolons, or begin with a line of two names if these are two columns"
            )
    for number, line in kept if delimiter == "," else ():
        if _TWO_SEPARATORS.fullmatch(line):
            raise InvalidInputError(
                f"file, line {number}: in {quoted(line)} commas or spaces can separate the columns; separate them by"
                " tabs or semicolons"
            )


def refuse_doubtful_commas(lines: Sequence[Line], *, is_below_words: bool) -> None:
    """Refuse rows without names in which every comma could as well be a decimal mark.

    Parameters
    ----------
    lines : sequence of Line
    is_below_words : bool
        Whether something stands above them, which then names one column rather than two.
    """
    if len(lines[0].cells) == 2 and not is_below_words:
        return
    if not any(_POINT.fullmatch(cell) for line in lines for cell in line.cells):
        raise InvalidInputError(
            f"file, line {lines[0].number}: in {quoted(','.join(lines[0].cells))} commas can separate columns or be"
            " decimal marks; separate the columns by tabs or semicolons, or begin with a line that names each of them"
        )


def _score(lines: Sequence[str], mark: str) -> tuple[int, int, int]:
    try:
        rows = [line.cells for line in rows_of(lines, mark)]
    except InvalidInputError:
        rows = []
    pure = sum(len(row) > 1 and are_all_values(row) for row in rows)
    return pure, sum(map(is_data, rows)), 0 if mark == " " else sum(mark in line for line in lines)
