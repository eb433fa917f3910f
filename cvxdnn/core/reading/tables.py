"""The table in whatever a visitor has: a file, its bytes, an open file, or pasted text."""

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import quoted
from cvxdnn.core.reading.source import Source, head, text_of
from cvxdnn.core.reading.table import Table, table_of_text
from cvxdnn.core.reading.workbook import is_workbook, table_of_workbook

__all__ = ["read_table"]


def read_table(file: Source, max_bytes: int, sheet: str | int | None = None) -> Table:
    """The table in a text file or in a sheet of a workbook: of this name or position, or the first with numbers.

    Raises
    ------
    InvalidInputError
        When it cannot be read, is larger than `max_bytes`, or holds no rows of numbers that fit together.
    MissingExtraError
        When it is a workbook and openpyxl is not installed.
    """
    data = head(file, max_bytes)
    if isinstance(data, bytes) and is_workbook(data):
        return table_of_workbook(data, sheet)
    if sheet is not None:
        raise InvalidInputError(f"sheet is {quoted(sheet)}, and file is text, which has no sheets; leave it out")
    return table_of_text(text_of(data))
