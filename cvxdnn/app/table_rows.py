"""What a table of points holds as text, and which numbers a change of it means.

One new cell was typed, into a table that shows decimal points: "1.234" is 1.234 and "1,5" is 1.5, but "1,000" is
refused. Several new cells were pasted: they follow the rules of a file (`cvxdnn.core.reading`), wholly or not at
all, and the table then shows them with decimal points. A row with one empty cell waits for the other.
"""

from collections.abc import Mapping
from typing import Any

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import point_unless_commas, read_numbers
from cvxdnn.core.reading.cells import are_names
from cvxdnn.core.reading.choice import Choice, points
from cvxdnn.core.reading.delimiter import Line
from cvxdnn.core.reading.table import table_of_rows
from cvxdnn.tasks.link import Points

__all__ = ["COLUMNS", "Rows", "are_edits", "edited", "points_of", "rows_of"]

COLUMNS = ("x", "y")

Rows = Mapping[int, tuple[str, str]]
"""The two texts of every row, without white space around them, by a label that it keeps while rows are added."""


def rows_of(points: Points) -> Rows:
    """The points as rows of texts, of which `points_of` makes exactly the same points."""
    return {label: (_text(x), _text(y)) for label, (x, y) in enumerate(points)}


def points_of(rows: Rows) -> Points:
    """The points of all rows without an empty cell, whose texts `edited` has accepted."""
    return tuple((_typed("", x), _typed("", y)) for x, y in rows.values() if x and y)


def are_edits(told: Any, rows: int) -> bool:
    """Whether what a browser tells of a table with so many rows are changes of it; Streamlit fails at others."""
    if told is None:
        return True
    changed, added, removed = (told.get(f"{kind}_rows") for kind in ("edited", "added", "deleted"))
    return (
        isinstance(changed, Mapping)
        and isinstance(added, list)
        and isinstance(removed, list)
        and all(isinstance(row, int) and 0 <= row < rows for row in [*changed, *removed])
        and all(isinstance(cells, Mapping) and set(cells) <= set(COLUMNS) for cells in [*changed.values(), *added])
    )


def edited(before: Rows, after: Rows) -> Rows:
    """The rows after a change by the user: as given, or with what was pasted written anew.

    Raises
    ------
    InvalidInputError
        When something new is not a number, or can be two.
    """
    new = _new_cells(before, after)
    if len(new) > 1:
        return _pasted(after, list(dict.fromkeys(label for label, _ in new)), {column for _, column in new})
    for label, column in new:
        _typed(_place(after, label), after[label][column])
    return after


def _new_cells(before: Rows, after: Rows) -> list[tuple[int, int]]:
    """Label and column of every cell with a new text; emptied cells have none."""
    cells = [(label, column) for label, row in after.items() for column in (0, 1) if row[column]]
    if len(after) < len(before):  # a removal moves later rows to other labels and brings nothing new
        known = {text for row in before.values() for text in row}
        return [(label, column) for label, column in cells if after[label][column] not in known]
    return [(label, column) for label, column in cells if after[label][column] != before.get(label, ("", ""))[column]]


def _pasted(after: Rows, labels: list[int], columns: set[int]) -> Rows:
    """All rows, those at `labels` as numbers in decimal points; names above these numbers are left out."""
    pasted = [(_place(after, label), after[label]) for label in labels]
    rows = dict(after)
    if len(columns) == 1:  # one column of numbers, beside what was there
        (column,) = columns
        numbers = read_numbers([(place, row[column]) for place, row in pasted])
        for label, number in zip(labels, numbers, strict=True):
            x, y = rows[label]
            rows[label] = (_text(number), y) if column == 0 else (x, _text(number))
        return rows
    lines = [Line(list(after).index(label) + 1, after[label]) for label in labels]
    if all(are_names(line.cells) for line in lines):
        raise InvalidInputError(f"{pasted[0][0]}: only names were pasted, no numbers; paste both")
    table = table_of_rows(lines, "row")
    read = points(table, Choice(0, 1), len(lines))
    names = len(labels) - len(read.x)
    for label in labels[:names]:
        del rows[label]
    for label, number, other in zip(labels[names:], read.x, read.y, strict=True):
        rows[label] = _text(number), _text(other)
    return rows


def _typed(place: str, text: str) -> float:
    return read_numbers([(place, text)], point_unless_commas([text]))[0]


def _text(number: float) -> str:
    return repr(number).removesuffix(".0")


def _place(rows: Rows, label: int) -> str:
    return f"row {list(rows).index(label) + 1}"
