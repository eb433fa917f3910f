"""Two columns of numbers out of a CSV file of unknown origin.

A spreadsheet writes "1.5,2" in one country and "1,5;2" in another, with or without a header, a byte order
mark or blank lines. The file is read in three steps, each with a bound fixed beforehand:

1. `read_text`: at most `max_bytes` + 1 bytes are ever taken from the file, and must be UTF-8;
2. the delimiter is the one of tab, semicolon and comma that most lines contain, in this order on ties, so
   that the comma of "1,5;2,5" is a decimal mark;
3. `two_columns`: every line must hold two finite numbers, or the error names the line and its remedy. Nothing
   is skipped silently but blank lines, lines that start with '#', and one header.
"""

import csv
import io
import math
import os
import re
from collections.abc import Iterator
from typing import IO, Any

from cvxdnn.exceptions import InvalidInputError

__all__ = ["CsvSource", "read_text", "two_columns"]

CsvSource = str | os.PathLike[str] | bytes | IO[bytes] | IO[str]

_DELIMITERS = "\t;,"
_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
_SHEET_ERROR = r"#(N/A|DIV/0!|NAME\?|NULL!|NUM!|REF!|VALUE!)"
_NOT_FINITE = re.compile(rf"[+-]?(?i:nan|inf|infinity)|(?i:null|none)|NA|N/A|n/a|{_SHEET_ERROR}")
# A spreadsheet's "#N/A" at the start of a line is a missing number, not a comment.
_COMMENT = re.compile(rf"\s*(?!{_SHEET_ERROR})#")


def read_text(file: CsvSource, max_bytes: int) -> str:
    """The file's text, without ever taking more than `max_bytes` + 1 bytes (or characters) from it.

    Raises
    ------
    InvalidInputError
        When it cannot be read, is larger than `max_bytes`, is binary or is not UTF-8.
    """
    data = _head(file, max_bytes + 1)
    if len(data) > max_bytes:
        raise InvalidInputError(f"file is larger than {max_bytes:,} bytes; keep only part of its rows")
    text = data if isinstance(data, str) else _decoded(data)
    if "\0" in text:
        raise InvalidInputError("file is binary (it holds a zero byte), not text; save the data as CSV")
    return text.removeprefix("\ufeff")


def two_columns(text: str, max_rows: int) -> tuple[list[float], list[float]]:
    """The two columns of numbers in `text`, of equal length >= 1.

    Raises
    ------
    InvalidInputError
        When a line is anything but two finite numbers, when there is none or more than `max_rows` of them.
    """
    x: list[float] = []
    y: list[float] = []
    marks: set[str] = set()
    for position, (line, cells) in enumerate(_rows(text)):
        if len(cells) != 2:
            raise _wrong_count(line, cells)
        if position == 0 and _is_header(cells):
            continue
        if len(x) == max_rows:
            raise InvalidInputError(f"file has more than {max_rows:,} rows; keep at most so many, say every tenth")
        marks |= {mark for cell in cells for mark in ".," if mark in cell}
        numbers = [_number(line, name, cell) for name, cell in zip(("first", "second"), cells, strict=True)]
        if len(marks) == 2:
            raise InvalidInputError(
                f"file, line {line}: decimal commas and decimal points are mixed ({_quoted(cells)});"
                " use one of them throughout and no thousands separators"
            )
        x.append(numbers[0])
        y.append(numbers[1])
    if not x:
        raise InvalidInputError("file has no rows of numbers; give one 'x,y' pair a line")
    return x, y


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
        raise InvalidInputError(f"file is not {error.encoding} text; open it with encoding='utf-8'") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidInputError(
            f"file {_short(file)} cannot be read ({reason}); pass a path, an open file or the file's bytes"
        ) from error
    raise InvalidInputError(f"file is {_short(file)}; pass a path, an open file or the file's bytes")


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
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInputError("file is encoded as UTF-16; save it as 'CSV UTF-8'")
    if b"\0" in data:
        raise InvalidInputError("file is binary (it holds a zero byte), not text; save the data as CSV")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInputError(
            f"file, line {line}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as 'CSV UTF-8'"
        ) from error


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every line that is neither blank nor a comment."""
    lines = ["\n" if _COMMENT.match(line) else line for line in io.StringIO(text, newline="")]
    delimiter = max(_DELIMITERS, key=lambda candidate: sum(candidate in line for line in lines))
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            while len(cells) > 2 and not cells[-1]:  # spreadsheets pad lines with empty cells
                cells.pop()
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise InvalidInputError(
            f"file, line {reader.line_num}: {error}; write plain numbers without quotation marks"
        ) from error


def _is_header(cells: list[str]) -> bool:
    return all(_NOT_FINITE.fullmatch(cell) is None and cell[:1] not in set("0123456789+-.,") for cell in cells)


def _number(line: int, column: str, cell: str) -> float:
    where = f"file, line {line}, {column} column"
    if not cell:
        raise InvalidInputError(f"{where}: empty; give a number or remove the line")
    number = float(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else math.nan
    if math.isfinite(number):
        return number
    if _NOT_FINITE.fullmatch(cell) or math.isinf(number):
        raise InvalidInputError(f"{where}: {_short(cell)} is not a finite number; correct or remove the line")
    raise InvalidInputError(f"{where}: {_short(cell)} is not a number; correct or remove the line")


def _wrong_count(line: int, cells: list[str]) -> InvalidInputError:
    if len(cells) == 1:
        return InvalidInputError(
            f"file, line {line}: only one column ({_quoted(cells)});"
            " give two, x and y, separated by a comma, a semicolon or a tab"
        )
    return InvalidInputError(
        f"file, line {line}: {len(cells)} columns ({_quoted(cells)}); keep two, x and y"
        " (if a comma is the decimal mark, separate the columns by semicolons)"
    )


def _quoted(cells: list[str]) -> str:
    shown = ", ".join(map(_short, cells[:8]))
    return shown if len(cells) <= 8 else f"{shown}, ..."


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
