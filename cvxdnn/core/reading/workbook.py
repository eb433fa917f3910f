"""The values in a sheet of an Excel workbook (.xlsx), as a table; macros are not looked at.

A cell with a formula counts as the value that was saved with it, and as empty if there is none.

A workbook is a zip archive of XML, and a small one can unfold into a large one. So it is measured before it is
opened: what its directory says is bounded (and Python reads no more of a member than the directory says), and an
archive with an entity declaration, from which XML could unfold again, is refused. Read is one sheet, no more than
`MOST_ROWS` rows and `MOST_COLUMNS` columns of it: the one that is asked for, or the first with numbers.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError, require
from cvxdnn.core.numerals import quoted
from cvxdnn.core.reading.delimiter import Line
from cvxdnn.core.reading.table import MOST_COLUMNS, NoRowsError, Table, table_of_rows

__all__ = ["MOST_ROWS", "MOST_UNFOLDED", "is_workbook", "sheet_names", "table_of_workbook"]

MOST_ROWS = 50_000
MOST_UNFOLDED = 8_000_000
"""Bytes of all members together: some 150,000 cells."""
_MOST_MEMBERS = 500
_MOST_SHEETS = 20
"""That are searched for numbers."""
_MOST_TITLES, _LONGEST_TITLE = 100, 40
_XML = (".xml", ".rels", ".vml")
_BROKEN = (
    "file is a workbook or archive that cannot be opened as .xlsx; open it in a spreadsheet program and save the sheet"
    " as 'CSV UTF-8'"
)


def is_workbook(data: bytes | str) -> bool:
    """Whether this is a zip archive, as .xlsx files are."""
    return isinstance(data, bytes) and data.startswith(b"PK\x03\x04")


def sheet_names(data: bytes) -> tuple[str, ...]:
    """What its sheets are called, in their order; of a hundred at most.

    Raises
    ------
    InvalidInputError
        When this is no workbook, or is too large.
    MissingExtraError
        When openpyxl is not installed.
    """
    with _sheets(data) as sheets:
        return tuple(str(sheet.title)[:_LONGEST_TITLE] for sheet in sheets[:_MOST_TITLES])


def table_of_workbook(data: bytes, sheet: str | int | None = None) -> Table:
    """The table in the sheet of this name or position; without one, in the first sheet that holds numbers.

    Raises
    ------
    InvalidInputError
        When this is no workbook, is too large, or holds no such sheet or no rows of numbers there.
    MissingExtraError
        When openpyxl is not installed.
    """
    with _sheets(data) as sheets:
        if sheet is not None:
            return _chosen_table(sheets, _position(sheet, sheets))
        return _first_table(sheets)


@contextmanager
def _sheets(data: bytes) -> Iterator[Sequence[Any]]:
    """The sheets of a workbook; what goes wrong with them is a refusal."""
    require("openpyxl", extra="app")
    _measure(data)
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        yield book.worksheets
    except InvalidInputError:
        raise
    except Exception as error:  # whatever openpyxl meets in a file of unknown origin
        raise InvalidInputError(_BROKEN) from error


def _position(sheet: str | int, sheets: Sequence[Any]) -> int:
    if isinstance(sheet, str):
        titles = [str(each.title) for each in sheets]
        if sheet not in titles:
            names = ", ".join(map(quoted, titles[:8])) + (", ..." if len(titles) > 8 else "")
            raise InvalidInputError(f"sheet is {quoted(sheet)}; choose one of {names}")
        return titles.index(sheet)
    return validation.positive_int("sheet", sheet, 0, len(sheets) - 1)


def _first_table(sheets: Sequence[Any]) -> Table:
    """Of the first sheet with numbers; sheets that are empty, or hold words only, are passed over."""
    problem = InvalidInputError("file has no sheet with rows of numbers; give x in one column and y in another")
    for position, sheet in enumerate(sheets[:_MOST_SHEETS]):
        lines = list(_lines(sheet))  # one with too many ends the search: each such sheet costs as much
        try:
            return _table_of(lines, quoted(sheet.title), position)
        except NoRowsError:
            continue
        except InvalidInputError as error:
            problem = error
    raise problem


def _chosen_table(sheets: Sequence[Any], position: int) -> Table:
    sheet = sheets[position]
    try:
        return _table_of(list(_lines(sheet)), quoted(sheet.title), position)
    except NoRowsError as error:
        raise InvalidInputError(f"sheet {quoted(sheet.title)} has no rows of numbers; choose another sheet") from error


def _table_of(lines: Sequence[Line], title: str, position: int) -> Table:
    table = table_of_rows(lines, f"sheet {title}, row", "cells of a sheet")
    return replace(table, decimal=".", sheet=position)


def _measure(data: bytes) -> None:
    """Refuse what would unfold to too much, without unfolding it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            unfolded = sum(member.file_size for member in members)
            if len(members) > _MOST_MEMBERS or unfolded > MOST_UNFOLDED:
                raise InvalidInputError(
                    f"file unfolds to {unfolded:,} bytes, more than {MOST_UNFOLDED:,}; save only the sheet with the"
                    " numbers, as 'CSV UTF-8'"
                )
            if "xl/workbook.xml" not in archive.namelist():
                raise InvalidInputError(_BROKEN)
            if any(_can_unfold(archive.read(member)) for member in members if member.filename.endswith(_XML)):
                raise InvalidInputError(_BROKEN)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise InvalidInputError(_BROKEN) from error


def _can_unfold(xml: bytes) -> bool:
    """Whether it declares entities, or is in an encoding in which one would have to look for that otherwise."""
    return b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or xml.startswith((b"\xff\xfe", b"\xfe\xff"))


def _lines(sheet: Any) -> Iterator[Line]:
    """The rows of a sheet as text."""
    rows = sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise InvalidInputError(f"file has more than {MOST_ROWS:,} rows in a sheet; keep only part of them")
        yield Line(number, tuple(map(_text, row)))


def _text(value: Any) -> str:
    """A cell as one would write it, numbers in full."""
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, timedelta):
        return repr(value / timedelta(days=1))
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()
