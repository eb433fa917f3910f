"""Two columns of numbers out of a CSV file of unknown origin.

A spreadsheet writes "1.5,2" in one country and "1,5;2" in another, with or without a header, a byte order
mark or blank lines. The file is read in four steps, each with a bound fixed beforehand:

1. `read_text`: at most `max_bytes` + 1 bytes are ever taken from the file. They are UTF-8, UTF-16 with a byte order
   mark, or else Windows-1252, which is right for numbers and at worst wrong for a letter of the header;
2. the delimiter is the one that a first line "sep=;" names, or the one of tab, semicolon and comma that most lines
   contain, in this order on ties, so that the comma of "1,5;2,5" is a decimal mark; where there is none, spaces;
3. every line must hold two cells, or the error names the line and its remedy. Nothing is skipped silently but blank
   lines, lines that start with '#', and names and units above the first numbers;
4. `cvxdnn.core.numerals` reads the cells, all of them in one notation, or says why it cannot.
"""

import csv
import io
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import SHEET_ERROR, DecimalMark, is_not_finite, point_unless_commas, quoted, read_numbers

__all__ = ["Columns", "CsvSource", "Row", "read_rows", "read_text", "two_columns"]

CsvSource = str | os.PathLike[str] | bytes | IO[bytes] | IO[str]
Columns = tuple[list[float], list[float]]
Row = tuple[str, Sequence[str]]
"""Where a row stands, for messages, and its two cells without white space around them."""

_DELIMITERS = "\t;,"
_SEPARATOR_LINE = re.compile(rf'\s*"?sep=([{_DELIMITERS}])"?\s*', re.IGNORECASE)
# A spreadsheet's "#N/A" at the start of a line is a missing number, not a comment.
_COMMENT = re.compile(rf"\s*(?!{SHEET_ERROR})#")
# A name has a letter before any digit, or two of them after it ("2theta").
_NAME = re.compile(r"(?![+\-\u2212.,])(?:[^0-9]*[^\W\d_]|[0-9]+[^\W\d_]{2}).*", re.DOTALL)
# One number that a comma or a space would tear apart: "1,050", "1.234,5", "1 050".
_ONE_NUMBER = re.compile(
    r"[+\-\u2212]?(?:(?:[0-9]+|[1-9][0-9]{0,2}(?:[.'\u2019][0-9]{3})+),[0-9]+|[1-9][0-9]{0,2} [0-9]{3})"
)
_TORN = re.compile(r"[, ]0[0-9]|[.'\u2019]")
# "1,5 200" is (1.5, 200) or (1, 5200), and "1 ,5" is (1, 5) or (1, 0.5).
_TWO_SEPARATORS = re.compile(r"[^\"]*[0-9]\s+,?[0-9][^\"]*")


def read_text(file: CsvSource, max_bytes: int) -> str:
    """The file's text, without ever taking more than `max_bytes` + 1 bytes (or characters) from it.

    Raises
    ------
    InvalidInputError
        When it cannot be read, is larger than `max_bytes`, or is no text.
    """
    data = _head(file, max_bytes + 1)
    if len(data) > max_bytes:
        raise InvalidInputError(f"file is larger than {max_bytes:,} bytes; keep only part of its rows")
    text = data if isinstance(data, str) else _decoded(data)
    if "\0" in text:
        raise InvalidInputError("file is binary (it holds a zero byte), not text; save the data as 'CSV UTF-8'")
    return text.removeprefix("\ufeff")


def two_columns(text: str, max_rows: int, decimal: DecimalMark | None = None) -> Columns:
    """The two columns of numbers in `text`, of equal length >= 1.

    Parameters
    ----------
    text : str
    max_rows : int
    decimal : {".", ","}, optional
        The decimal mark where the numbers leave it open.

    Raises
    ------
    InvalidInputError
        When a line is anything but two finite numbers, when they have several readings, when there is none or more
        than `max_rows` of them.
    """
    lines = ["\n" if _COMMENT.match(line) else line for line in io.StringIO(text, newline="")]
    delimiter = _delimiter(lines)
    rows = list(itertools.islice(_below_names(_rows(lines, delimiter)), max_rows + 1))
    if delimiter in ", ":
        _refuse_torn_numbers(lines, delimiter)
    if delimiter == ",":
        decimal = decimal or point_unless_commas(cell for _, cells in rows for cell in cells)
    if len(rows) > max_rows:
        raise InvalidInputError(f"file has more than {max_rows:,} rows; keep at most so many, say every tenth")
    if not rows:
        raise InvalidInputError("file has no rows of numbers; give one 'x,y' pair a line")
    return read_rows(rows, decimal)


def read_rows(rows: Sequence[Row], decimal: DecimalMark | None = None) -> Columns:
    """The two columns of numbers in `rows`, above which names and units may stand.

    Raises
    ------
    InvalidInputError
        When a cell is not a finite number, or when they have several readings and `decimal` does not say which.
    """
    columns = ("first column", "second column")
    cells = [
        (f"{where}, {name}", cell) for where, row in _below_names(rows) for name, cell in zip(columns, row, strict=True)
    ]
    values = read_numbers(cells, decimal)
    return values[::2], values[1::2]


def _head(file: CsvSource, limit: int) -> bytes | str:
    """The first `limit` bytes or characters of the file (bytes are returned as they are)."""
    if isinstance(file, bytes):
        return file
    try:
        if isinstance(file, str | os.PathLike):
            with open(file, "rb") as stream:
                return stream.read(limit)
        if hasattr(file, "read"):
            return _read_up_to(file, limit)
    except UnicodeDecodeError as error:  # a text file opened with an encoding that is not its own
        raise InvalidInputError(
            f"file is not {error.encoding} text; open it with its own encoding, or in binary mode"
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidInputError(
            f"file {quoted(file)} cannot be read ({reason}); pass a path, an open file or the file's bytes"
        ) from error
    raise InvalidInputError(f"file is {quoted(file)}; pass a path, an open file or the file's bytes")


def _read_up_to(stream: IO[bytes] | IO[str], limit: int) -> bytes | str:
    """Several reads, because an unbuffered stream may return less than it was asked for."""
    pieces: list[Any] = []
    missing = limit
    while missing > 0 and (piece := stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    joined: bytes | str = pieces[0][:0].join(pieces) if pieces else ""
    return joined


def _decoded(data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise InvalidInputError("file is a workbook or archive, not text; save the sheet as 'CSV UTF-8'")
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInputError(f"file is neither {' nor '.join(encodings)} text; save the data as 'CSV UTF-8'")


def _delimiter(lines: list[str]) -> str:
    """What separates the columns; a line that says so is blanked."""
    first = next((position for position, line in enumerate(lines) if line.strip()), None)
    if first is not None and (named := _SEPARATOR_LINE.fullmatch(lines[first])):
        lines[first] = "\n"
        return named[1]
    counts = {mark: sum(mark in line for line in lines) for mark in _DELIMITERS}
    return max(counts, key=lambda mark: counts[mark]) if any(counts.values()) else " "


def _rows(lines: list[str], delimiter: str) -> Iterator[Row]:
    """Every line that is not blank, as two cells."""
    if delimiter == " ":
        lines = [line.strip() for line in lines]
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            while len(cells) > 2 and not cells[-1]:  # spreadsheets pad lines with empty cells
                cells.pop()
            if any(cells):
                where = f"file, line {reader.line_num}"
                if len(cells) != 2:
                    raise _wrong_count(where, cells, delimiter)
                yield where, cells
    except csv.Error as error:
        raise InvalidInputError(
            f"file, line {reader.line_num}: {error}; write plain numbers without quotation marks"
        ) from error


def _below_names(rows: Iterable[Row]) -> Iterator[Row]:
    return itertools.dropwhile(lambda row: _are_names(row[1]), rows)


def _are_names(cells: Sequence[str]) -> bool:
    names = [cell for cell in cells if cell]
    is_named = all(_NAME.fullmatch(cell) and not is_not_finite(cell) for cell in names)
    return is_named and any(not cell[0].isdigit() for cell in names)


def _refuse_torn_numbers(lines: Sequence[str], delimiter: str) -> None:
    """Refuse lines that could as well be one column, or two other columns."""
    kept = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    is_one_column = all(_ONE_NUMBER.fullmatch(line) for _, line in kept)
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


def _wrong_count(where: str, cells: list[str], delimiter: str) -> InvalidInputError:
    found = ", ".join(map(quoted, cells[:8])) + (", ..." if len(cells) > 8 else "")
    if len(cells) == 1:
        return InvalidInputError(
            f"{where}: only one column ({found}); give two, x and y, separated by a comma, a semicolon, a tab or spaces"
        )
    hint = ""
    if delimiter == "," and all(cell[:1].isdigit() or cell[:1] in "+-\u2212" for cell in cells):
        hint = " (if commas are decimal marks or group digits, separate the columns by semicolons)"
    elif delimiter == " ":
        hint = " (if names or numbers hold spaces, separate the columns by tabs or semicolons)"
    return InvalidInputError(f"{where}: {len(cells)} columns ({found}); keep two, x and y{hint}")
