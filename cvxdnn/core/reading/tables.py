"""The table in whatever a visitor has: a file, its bytes, an open file, or pasted text."""

from cvxdnn.core.reading.source import Source, head, text_of
from cvxdnn.core.reading.table import Table, table_of_text
from cvxdnn.core.reading.workbook import is_workbook, table_of_workbook

__all__ = ["read_table"]


def read_table(file: Source, max_bytes: int) -> Table:
    """The table in a text file or a workbook.

    Raises
    ------
    InvalidInputError
        When it cannot be read, is larger than `max_bytes`, or holds no rows of numbers that fit together.
    MissingExtraError
        When it is a workbook and openpyxl is not installed.
    """
    data = head(file, max_bytes)
    if isinstance(data, bytes) and is_workbook(data):
        return table_of_workbook(data)
    return table_of_text(text_of(data))
