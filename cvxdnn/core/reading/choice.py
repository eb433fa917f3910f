"""Two columns of a table as numbers, after the questions that the table leaves open.

`usual` proposes columns, `questions` says what is open for a choice, and `points` reads it. Nothing open is guessed:

* the decimal mark, where every marked cell of the chosen columns and of all other columns of numbers has two readings;
* day or month first, where the dates of x allow both;
* rows in which a chosen cell is empty or holds no finite number: they are left out if the caller says so;
* more rows than may be kept: they are thinned if the caller says so, evenly in the order of x, both ends kept.

A column of weights repeats each row in their ratio (`cvxdnn.core.reading.weights`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import Cell, DecimalMark, Open, is_number, marks_of, open_cell, quoted, read_numbers
from cvxdnn.core.reading.cells import is_missing
from cvxdnn.core.reading.instants import is_instant, is_order_open, read_instants
from cvxdnn.core.reading.table import Table
from cvxdnn.core.reading.weights import repetitions

__all__ = [
    *("ROW_NUMBER", "Choice", "Kind", "Points", "Questions"),
    *("can_be_numbers", "kinds", "points", "questions", "usual"),
]

Kind = Literal["number", "date", "text"]
ROW_NUMBER = -1
"""In place of a column of x: 1, 2, 3, ... in the order of the rows."""
_READERS: dict[Kind, Callable[[str], bool]] = {"number": is_number, "date": is_instant}
_ROW_NAMES = {"", "rownames", "row names", "row", "id", "index", "idx", "no", "no.", "nr", "nr.", "#", "unnamed: 0"}


@dataclass(frozen=True)
class Choice:
    """Which columns, from 0 on, and the answers to what they leave open.

    x : position of the column, or `ROW_NUMBER`
    y : position of the column
    weights : position of a column of numbers from 0 on, what each row's loss is to be multiplied by
    decimal : the decimal mark where cells leave it open
    day_first : whether 3/1/2024 is in January, where dates leave it open
    drop : whether rows without a number are left out
    thin : whether rows beyond the limit are
    """

    x: int
    y: int
    weights: int | None = None
    decimal: DecimalMark | None = None
    day_first: bool | None = None
    drop: bool = False
    thin: bool = False

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns that are read."""
        given = (self.x, self.y, self.weights)
        return tuple(dict.fromkeys(column for column in given if column is not None and column != ROW_NUMBER))


@dataclass(frozen=True)
class Questions:
    """What a choice leaves open.

    decimal : a cell with two readings and nothing that settles it, or None
    day : a date in which day and month could change places, and nothing settles it, or ""
    missing : rows in which a chosen cell holds no finite number
    complete : the other rows
    """

    decimal: Open | None
    day: str
    missing: int
    complete: int


@dataclass(frozen=True)
class Points:
    """Two lists of numbers, and how they came about.

    x, y : of equal length >= 1, in the order of the rows, or of x where rows were thinned
    dropped : rows left out for want of a number
    thinned_from : rows before thinning; 0 if there was none
    decimal : the decimal mark with which numbers were read
    unit : what x counts, if it is made of dates or times
    weights_times : what weights were multiplied by to make them numbers of points
    """

    x: list[float]
    y: list[float]
    dropped: int = 0
    thinned_from: int = 0
    decimal: DecimalMark = "."
    unit: str = ""
    weights_times: Fraction = Fraction(1)


@lru_cache(maxsize=8)
def kinds(table: Table) -> tuple[Kind, ...]:
    """What half of the cells of each column are, or more; cells that say nothing aside."""
    return tuple(_kind(table.texts(position)) for position in range(len(table.names)))


def can_be_numbers(table: Table, position: int) -> bool:
    """Whether a column is not plainly text: it holds a number or a date, or nothing at all."""
    return kinds(table)[position] != "text" or all(map(is_missing, table.texts(position)))


def usual(table: Table) -> Choice:
    """The columns called x and y; else the first two that hold numbers, or dates for x; else row number and numbers.

    Raises
    ------
    InvalidInputError
        When no column holds numbers.
    """
    found = kinds(table)
    names = [name.lower() for name in table.names]
    if {"x", "y"} <= set(names):
        return Choice(names.index("x"), names.index("y"))
    numbers = [position for position, kind in enumerate(found) if kind == "number"]
    inputs = [position for position, kind in enumerate(found) if kind != "text"]
    if len(numbers) > 2 and numbers[0] == inputs[0] and _is_row_name(table, numbers[0]):
        del numbers[0], inputs[0]
    if not numbers:
        raise InvalidInputError(f"file has no column of numbers ({', '.join(map(quoted, table.names[:8]))}); give two")
    x = inputs[0]
    others = [position for position in numbers if position != x]
    return Choice(x, others[0]) if others else Choice(ROW_NUMBER, x)


@lru_cache(maxsize=8)
def questions(table: Table, choice: Choice) -> Questions:
    """What the choice leaves open; answers in it are not looked at.

    Raises
    ------
    InvalidInputError
        When a cell of the chosen columns is wrong, whatever the answers.
    """
    rows = _complete(table, choice)
    _, decimal = _mark(table, choice, rows)
    dates = _texts(table, choice.x, rows) if _is_date(table, choice.x) else []
    day = next(filter(_can_turn, dates), "") if is_order_open(dates) else ""
    return Questions(decimal, day, len(table.lines) - len(rows), len(rows))


def points(table: Table, choice: Choice, most: int) -> Points:
    """The numbers chosen, at most `most` of them.

    Raises
    ------
    InvalidInputError
        When a cell is not what its column should hold, or something is open that the choice does not answer.
    """
    rows = _complete(table, choice)
    dropped = len(table.lines) - len(rows)
    if dropped and not choice.drop:
        _refuse_missing(table, choice, rows)
    if not rows:
        raise InvalidInputError("file has no row with a number in every chosen column; choose other columns")
    if len(rows) > most and not choice.thin and choice.weights is None:
        raise InvalidInputError(
            f"file has {len(rows):,} rows, more than {most:,} rows; thin them, say to every tenth, or keep only part"
        )
    mark, unanswered = _mark(table, choice, rows)
    cells = _cells(table, choice, rows)
    if mark is None and choice.decimal is None and unanswered:
        read_numbers(cells)  # says what is open
    decimal = mark or choice.decimal or "."
    x, unit = _inputs(table, choice, rows, decimal)
    y = read_numbers(_column(table, choice.y, rows), decimal)
    factor = Fraction(1)
    if choice.weights is not None:
        times, factor = repetitions(_column(table, choice.weights, rows), decimal, most)
        x, y = ([value for value, many in zip(each, times, strict=True) for _ in range(many)] for each in (x, y))
    thinned_from = len(x) if len(x) > most else 0
    if thinned_from:
        x, y = _thinned(x, y, most)
    return Points(x, y, dropped, thinned_from, decimal, unit, factor)


def _kind(texts: Sequence[str]) -> Kind:
    given = [text for text in texts if not is_missing(text)]
    for kind, is_one in _READERS.items():
        count = sum(map(is_one, given))
        if 2 * count >= len(given) and count:
            return kind
    return "text"


def _is_date(table: Table, position: int) -> bool:
    return position != ROW_NUMBER and kinds(table)[position] == "date"


def _is_row_name(table: Table, position: int) -> bool:
    """Whether the column counts the rows and is called so, or has no name."""
    name = table.names[position].lower()
    is_called_so = name in _ROW_NAMES or name == f"column {position + 1}"
    count = [str(number) for number in range(len(table.lines) + 1)]
    return is_called_so and table.texts(position) in (count[1:], count[:-1])


def _complete(table: Table, choice: Choice) -> list[int]:
    """The rows in which every chosen cell says something."""
    return [
        row
        for row, line in enumerate(table.lines)
        if not any(is_missing(line.cells[column]) for column in choice.columns)
    ]


def _texts(table: Table, position: int, rows: Sequence[int]) -> list[str]:
    return [table.lines[row].cells[position] for row in rows]


def _column(table: Table, position: int, rows: Sequence[int]) -> list[Cell]:
    return [(table.where(table.lines[row], position), table.lines[row].cells[position]) for row in rows]


def _cells(table: Table, choice: Choice, rows: Sequence[int]) -> list[Cell]:
    """Every chosen cell that should be a number, row by row."""
    columns = [column for column in choice.columns if not (column == choice.x and _is_date(table, column))]
    return [
        (table.where(table.lines[row], column), table.lines[row].cells[column]) for row in rows for column in columns
    ]


def _mark(table: Table, choice: Choice, rows: Sequence[int]) -> tuple[DecimalMark | None, Open | None]:
    """The decimal mark, if anything settles it, or else a cell that is open; neither if no cell has a mark."""
    cells = _cells(table, choice, rows)
    possible = marks_of(cells)
    if len(possible) == 1:
        return possible[0], None
    is_open = open_cell(cells)
    if is_open is None or table.decimal:
        return table.decimal, None
    elsewhere = _marks_elsewhere(table, choice)
    return (elsewhere.pop(), None) if len(elsewhere) == 1 else (None, is_open)


def _marks_elsewhere(table: Table, choice: Choice) -> set[DecimalMark]:
    """The marks that the other columns of numbers need."""
    needed: set[DecimalMark] = set()
    for position, kind in enumerate(kinds(table)):
        if kind == "number" and position not in choice.columns:
            texts = [text for text in table.texts(position) if is_number(text)]
            for text in texts:
                possible = marks_of([("", text)])
                needed |= set(possible) if len(possible) == 1 else set()
    return needed


def _can_turn(text: str) -> bool:
    return is_order_open([text])


def _refuse_missing(table: Table, choice: Choice, rows: Sequence[int]) -> None:
    """Name the first row without a number."""
    row = next(row for row in range(len(table.lines)) if row >= len(rows) or rows[row] != row)
    line = table.lines[row]
    column = next(column for column in choice.columns if is_missing(line.cells[column]))
    read_numbers([(table.where(line, column), line.cells[column])])


def _inputs(table: Table, choice: Choice, rows: Sequence[int], decimal: DecimalMark) -> tuple[list[float], str]:
    if choice.x == ROW_NUMBER:
        return [float(row + 1) for row in rows], ""
    cells = _column(table, choice.x, rows)
    if _is_date(table, choice.x):
        found = read_instants(cells, choice.day_first)
        return found.values, found.unit
    return read_numbers(cells, decimal), ""


def _thinned(x: list[float], y: list[float], most: int) -> tuple[list[float], list[float]]:
    """So many of the points, evenly spread in the order of x, with the first and the last."""
    order = sorted(range(len(x)), key=x.__getitem__)
    kept = [order[(step * (len(order) - 1) + (most - 1) // 2) // max(most - 1, 1)] for step in range(most)]
    return [x[each] for each in kept], [y[each] for each in kept]
