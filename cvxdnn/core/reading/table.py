"""A table: names, columns of cells, and what was left out on the way.

Numbers begin at the first row of values. What stands above them is left out and counted, if it can be a title, a name,
a unit or a setting of the instrument; a row that looks like mistyped numbers is refused instead. The last row of
names above the numbers names the columns, and a row of units below it is added to them.

Left out are also blank lines and comments: lines that begin with "#", "%" or "//", and with ";" where that does not
separate columns. A comment above the numbers with a word for each column names them, if nothing else does.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import SHEET_ERROR, DecimalMark, is_number, point_unless_commas, quoted, read_numbers
from cvxdnn.core.reading.cells import are_names, is_data, is_labelled, is_value
from cvxdnn.core.reading.delimiter import (
    DELIMITERS,
    Line,
    delimiter_of,
    named_delimiter,
    refuse_doubtful_commas,
    refuse_torn_numbers,
    rows_of,
)

__all__ = ["MOST_COLUMNS", "NoRowsError", "Table", "above_and_body", "ordinal", "table_of_rows", "table_of_text"]

MOST_COLUMNS = 200
# A spreadsheet's "#N/A" at the start of a line is a missing number, not a comment.
_COMMENT = re.compile(rf"\s*(?:(?!{SHEET_ERROR})#|%|//)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_SEMICOLON = re.compile(r"\s*;")
_COMMENT_MARKS = re.compile(r"\s*[#%;/!]+\s*")
_TEARING = (DELIMITERS[","], DELIMITERS[" "])
_GROUPED = re.compile(r"[+\-\u2212]?[1-9][0-9]{0,2} [0-9]{3}")
_LONGEST_NAME, _LONGEST_UNIT = 40, 8


class NoRowsError(InvalidInputError):
    """Nothing looks like a row of numbers."""


@dataclass(frozen=True, eq=False)
class Table:
    """What a file holds, as text.

    names : one for each column
    lines : rows of as many cells, each with where it stands
    place : what the number of a line counts, "file, line" for text
    separator : what separates the columns, in words
    decimal : the decimal mark, where the format settles it
    skipped : how many lines were left out, by what they were
    have_names : whether the names are the file's own
    sheet : position of the sheet in its workbook
    """

    names: tuple[str, ...]
    lines: tuple[Line, ...]
    place: str
    separator: str = ""
    decimal: DecimalMark | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)
    have_names: bool = False
    sheet: int = 0

    def texts(self, position: int) -> list[str]:
        """The cells of a column."""
        return [line.cells[position] for line in self.lines]

    def where(self, line: Line, position: int) -> str:
        """Where a cell stands, for messages."""
        return f"{self.place} {line.number}, {ordinal(position)}"


def ordinal(position: int) -> str:
    """What to call a column in a message."""
    names = ("first", "second", "third")
    return f"{names[position]} column" if position < len(names) else f"column {position + 1}"


def table_of_text(text: str) -> Table:
    """The table in a text.

    Raises
    ------
    InvalidInputError
        When it has no rows of numbers, or rows that do not fit together; the message names the line.
    """
    lines = _LINE_END.split(text)
    if not lines[-1]:
        lines.pop()
    named = _take_separator(lines)
    comments = _take_comments(lines)
    delimiter = named or delimiter_of(lines)
    rows = list(rows_of([line + "\n" for line in lines], delimiter))
    remarks = [Line(number, _words(remark, delimiter)) for number, remark in comments]
    table = table_of_rows(rows, "file, line", DELIMITERS[delimiter], remarks)
    if named:
        blank = Counter(table.skipped) - Counter({"blank line": 1})  # the line has been blanked
        table = replace(table, skipped={"line that names the separator": 1, **blank})
    if delimiter in ", ":
        body = [(line.number, lines[line.number - 1]) for line in table.lines]
        refuse_torn_numbers(body, delimiter, have_names=table.have_names)
    if delimiter != ",":
        return table
    if not table.have_names:
        refuse_doubtful_commas(table.lines, is_below_words="line above the numbers" in table.skipped)
    return replace(table, decimal=point_unless_commas(cell for line in table.lines for cell in line.cells))


def table_of_rows(rows: Sequence[Line], place: str, separator: str = "", remarks: Sequence[Line] = ()) -> Table:
    """The table in rows of cells; `remarks` are comments, which have been taken out and may name the columns.

    Raises
    ------
    InvalidInputError
        When there is no row of numbers, or rows do not fit together.
    """
    filled = [line for line in rows if any(line.cells)]
    above, body = above_and_body(filled, place, separator)
    width = _width(body)
    given, used = _names_above(above, width)
    lines = [_of_width(line, width, place, separator, may_be_short=used > 0) for line in body]
    if given and not given[0] and separator in _TEARING and any(map(_begins_torn, lines)):
        raise _wrong_count(f"{place} {lines[0].number}", lines[0].cells, separator)
    if not given:
        given = _names_in(remarks, body[0].number, width)
    blank = sum(not any(line.cells) and line.number < body[-1].number for line in rows)
    skipped = {
        "comment": len(remarks),
        "line above the numbers": len(above) - used,
        "blank line": blank - sum(line.number < body[-1].number for line in remarks),
    }
    return _without_empty_columns(
        Table(given or ("",) * width, tuple(lines), place, separator, None, +Counter(skipped), bool(given))
    )


def above_and_body(rows: Sequence[Line], place: str, separator: str = "") -> tuple[Sequence[Line], Sequence[Line]]:
    """What stands above the numbers, and all from the first row of numbers on.

    Raises
    ------
    InvalidInputError
        When there is none, or something above looks like numbers that are mistyped.
    """
    kinds = (is_data, is_labelled) if not any(is_data(line.cells) for line in rows) else (is_data,)
    first = next((k for k, line in enumerate(rows) if any(is_kind(line.cells) for is_kind in kinds)), len(rows))
    for line in rows[:first]:
        cells = _trimmed(line.cells)
        if len(cells) == 1 and (is_number(cells[0]) or (first == len(rows) and not are_names(cells))):
            raise _wrong_count(f"{place} {line.number}", cells, separator)
        if len(cells) > 1 and not are_names(cells):
            wrong = next(position for position, cell in enumerate(cells) if cell and not is_value(cell))
            read_numbers([(f"{place} {line.number}, {ordinal(wrong)}", cells[wrong])])
    if first == len(rows):
        raise NoRowsError("file has no rows of numbers; give one 'x,y' pair a line")
    return rows[:first], rows[first:]


def _take_separator(lines: list[str]) -> str | None:
    """What a first line "sep=;" names; the line is blanked."""
    first = next((position for position, line in enumerate(lines) if line.strip()), None)
    named = None if first is None else named_delimiter(lines[first])
    if first is not None and named:
        lines[first] = ""
    return named


def _take_comments(lines: list[str]) -> list[tuple[int, str]]:
    """Number and text of every comment; the lines are blanked."""
    semicolons = [bool(_SEMICOLON.match(line)) for line in lines]
    separates = any(";" in line and not begins for line, begins in zip(lines, semicolons, strict=True))
    comments = []
    for position, line in enumerate(lines):
        if _COMMENT.match(line) or (semicolons[position] and not separates):
            comments.append((position + 1, _COMMENT_MARKS.sub("", line, count=1)))
            lines[position] = ""
    return comments


def _words(remark: str, delimiter: str) -> tuple[str, ...]:
    return tuple(word.strip(' \t"') for word in (remark.split() if delimiter == " " else remark.split(delimiter)))


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Without empty cells at the end, with which spreadsheets pad lines."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return tuple(cells[:end])


def _width(body: Sequence[Line]) -> int:
    """The number of cells that most rows have, the larger one on ties."""
    counts = Counter(len(line.cells) for line in body)
    return max(counts, key=lambda width: (counts[width], width))


def _of_width(line: Line, width: int, place: str, separator: str, *, may_be_short: bool) -> Line:
    """The row with so many cells: without padding, or with empty cells where a line ends early."""
    cells, missing = _trimmed(line.cells), width - len(line.cells)
    fits = missing <= 0 or (may_be_short and len(line.cells) > 1 and separator != DELIMITERS[" "])
    if len(cells) > width or not fits or width < 2:
        raise _wrong_count(f"{place} {line.number}", cells, separator)
    return Line(line.number, cells + ("",) * (width - len(cells)))


def _names_above(above: Sequence[Line], width: int) -> tuple[tuple[str, ...], int]:
    """The names of the columns and how many rows they take; none if no row right above the numbers holds names."""
    heads: list[tuple[str, ...]] = []
    for line in reversed(above[-2:]):
        head = _as_names(line.cells, width)
        if not head or (heads and line.number < above[-1].number - 1):
            break
        heads.insert(0, head)
    if len(heads) == 2 and all(len(unit.strip("[]()")) <= _LONGEST_UNIT for unit in heads[1]):
        return tuple(_with_unit(name, unit) for name, unit in zip(*heads, strict=True)), 2
    return (heads[-1], 1) if heads else ((), 0)


def _as_names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """The cells as names of columns; R leaves out the name above the names of rows."""
    given = _trimmed(cells)
    if len(given) < 2 or any(map(is_number, given)):
        return ()
    if len(cells) == width - 1 > 1:
        return ("", *given, *("",) * (width - 1 - len(given)))
    return (*given, *("",) * (width - len(given))) if len(given) <= width else ()


def _begins_torn(line: Line) -> bool:
    """Whether the first two cells can be one number with digit groups."""
    return bool(_GROUPED.fullmatch(" ".join(line.cells[:2])))


def _names_in(remarks: Sequence[Line], below: int, width: int) -> tuple[str, ...]:
    """The names in the last comment above line `below`, if it has one for each column."""
    last = next((line.cells for line in reversed(remarks) if line.number < below), ())
    return last if len(last) == width and all(last) and not any(map(is_value, last)) else ()


def _with_unit(name: str, unit: str) -> str:
    unit = unit.strip("[]()")
    return f"{name} ({unit})" if unit and not name.endswith((f"({unit})", f"[{unit}]")) else name


def _without_empty_columns(table: Table) -> Table:
    """Without columns that have neither a name nor a cell; a name for each that is left."""
    width = len(table.names)
    kept = [k for k in range(width) if table.names[k] or any(line.cells[k] for line in table.lines)]
    kept = kept if len(kept) > 1 else list(range(width))
    if len(kept) > MOST_COLUMNS:
        raise InvalidInputError(f"file has {len(kept):,} columns; keep at most {MOST_COLUMNS}")
    names = tuple(table.names[k][:_LONGEST_NAME] or f"column {place}" for place, k in enumerate(kept, 1))
    if len(kept) == width:
        return replace(table, names=names)
    lines = tuple(Line(line.number, tuple(line.cells[k] for k in kept)) for line in table.lines)
    return replace(table, names=names, lines=lines)


def _wrong_count(where: str, cells: Sequence[str], separator: str) -> InvalidInputError:
    found = ", ".join(map(quoted, cells[:8])) + (", ..." if len(cells) > 8 else "")
    if len(cells) == 1:
        return InvalidInputError(
            f"{where}: only one column ({found}); give two, x and y, separated by a comma, a semicolon, a tab or spaces"
        )
    hint = ""
    if separator == DELIMITERS[","] and all(cell[:1].isdigit() or cell[:1] in "+-\u2212" for cell in cells):
        hint = " (if commas are decimal marks or group digits, separate the columns by semicolons)"
    elif separator == DELIMITERS[" "]:
        hint = " (if names or numbers hold spaces, separate the columns by tabs or semicolons)"
    return InvalidInputError(
        f"{where}: {len(cells)} columns ({found}), and other lines have another number of them; give every line as"
        f" many{hint}"
    )
