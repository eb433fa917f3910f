"""Files as instruments, spreadsheets and R write them, and what each gives; docs/data-files.md shows the same table."""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import pytest

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.reading.choice import ROW_NUMBER, points, questions, usual
from cvxdnn.core.reading.tables import read_table
from cvxdnn.core.reading.words import left_out, taken

DOCS = Path(__file__).parents[2] / "docs" / "data-files.md"
MOST = 200


def workbook(*rows, title="Data", first=()):
    book = openpyxl.Workbook()
    if first:
        for row in first:
            book.active.append(row)
        sheet = book.create_sheet(title)
    else:
        sheet = book.active
        sheet.title = title
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@dataclass(frozen=True)
class Case:
    """A file, what the page proposes to take from it, and the answers to what it asks."""

    what: str
    content: str | bytes
    x: list
    y: list
    gives: str
    asks: str = ""
    answers: tuple = ()
    choose: tuple = ()

    @property
    def data(self):
        return self.content if isinstance(self.content, bytes) else self.content.encode()


OSCILLOSCOPE = (
    '"Model","MSO-24"\n"Record Length",3\n"Sample Interval",0.5\n"Vertical Units","V"\n\n"TIME","CH1"\n'
    "-5.0e-01,1.2e-02\n0.0e+00,1.4e-02\n5.0e-01,9.8e-01\n"
)
LONG = "t\tU\n" + "".join(f"{k}\t{k * k}\n" for k in range(1000))

CASES = [
    Case("comma-separated values with names", "x,y\n1.5,2\n2.5,3\n", [1.5, 2.5], [2, 3], "x and y: 2 points"),
    Case(
        "German spreadsheet: semicolons and decimal commas",
        "Weg (mm);Kraft (N)\n0,5;1.234,5\n1,0;2.345,5\n",
        [0.5, 1.0],
        [1234.5, 2345.5],
        "Weg (mm) and Kraft (N): 2 points",
    ),
    Case(
        "spreadsheet that names its separator, Windows-1252",
        "sep=;\nT (°C);U (µV)\n1,5;2\n2,5;3\n".encode("cp1252"),
        [1.5, 2.5],
        [2, 3],
        "T (°C) and U (µV): 2 points; left out: 1 line that names the separator",
    ),
    Case(
        "spreadsheet's Unicode text: UTF-16, tabs",
        "x\ty\n1\t2\n3\t4\n".encode("utf-16"),
        [1, 3],
        [2, 4],
        "x and y: 2 points",
    ),
    Case(
        "thousands, all with one comma each",
        "load\tstretch\n950\t1\n1,000\t2\n1,050\t3\n",
        [950, 1000, 1050],
        [1, 2, 3],
        "load and stretch: 3 points",
        "is '1,000' 1 or 1000?",
        (("decimal", "."),),
    ),
    Case(
        "thousands with points, and one cell that settles it",
        "load;stretch\n950;1\n1.000;2,5\n1.050;3\n",
        [950, 1000, 1050],
        [1, 2.5, 3],
        "load and stretch: 3 points",
    ),
    Case(
        "thousands that a third column settles",
        "n;load;share\n1;1,000;0.5\n2;2,000;0.25\n",
        [1, 2],
        [1000, 2000],
        "n and load: 2 points",
    ),
    Case(
        "oscilloscope: settings above the numbers",
        OSCILLOSCOPE,
        [-0.5, 0, 0.5],
        [0.012, 0.014, 0.98],
        "TIME and CH1: 3 points; left out: 4 lines above the numbers and 1 blank line",
    ),
    Case(
        "names and a row of units",
        "time,voltage\ns,V\n0,1\n1,2\n",
        [0, 1],
        [1, 2],
        "time (s) and voltage (V): 2 points",
    ),
    Case(
        "names that say their units, and a row of units",
        "time (s);height [m]\ns;m\n0;1,5\n1;2,5\n",
        [0, 1],
        [1.5, 2.5],
        "time (s) and height [m]: 2 points",
    ),
    Case(
        "numpy.savetxt with a header",
        "# time signal\n0.000e+00 1.000e+00\n5.000e-01 8.776e-01\n",
        [0, 0.5],
        [1, 0.8776],
        "time and signal: 2 points; left out: 1 comment",
    ),
    Case(
        "LaTeX and MATLAB export: % comments, aligned by spaces",
        "% run 12\n%    t      U\n   0.0   1.25\n  10.0  -3.5\n",
        [0, 10],
        [1.25, -3.5],
        "t and U: 2 points; left out: 2 comments",
    ),
    Case(
        "spectrometer: ; comments, tabs",
        "; integration 100 ms\n; lamp on\n400.1\t12\n400.6\t15\n",
        [400.1, 400.6],
        [12, 15],
        "column 1 and column 2: 2 points; left out: 2 comments",
    ),
    Case(
        "diffractometer: a name that begins with a digit",
        "2theta,counts\n10.0,5\n10.1,7\n",
        [10, 10.1],
        [5, 7],
        "2theta and counts: 2 points",
    ),
    Case(
        "R, write.csv: names of rows in quotation marks",
        '"","eruptions","waiting"\n"1",3.6,79\n"2",1.8,54\n"3",3.333,74\n',
        [3.6, 1.8, 3.333],
        [79, 54, 74],
        "eruptions and waiting: 3 points",
    ),
    Case(
        "R, write.table: no name above the names of rows",
        '"speed" "dist"\n"1" 4 2\n"2" 4 10\n"3" 7 4\n',
        [4, 4, 7],
        [2, 10, 4],
        "speed and dist: 3 points",
    ),
    Case(
        "R data set with its row names as a column",
        "rownames,eruptions,waiting\n1,3.6,79\n2,1.8,54\n3,3.333,74\n",
        [3.6, 1.8, 3.333],
        [79, 54, 74],
        "eruptions and waiting: 3 points",
    ),
    Case(
        "R, missing values",
        "Ozone,Temp\n41,67\nNA,72\n12,74\n",
        [41, 12],
        [67, 74],
        "Ozone and Temp: 2 points, 1 row without a number left out",
        "leave out 1 row without a number?",
        (("drop", True),),
    ),
    Case(
        "spreadsheet: empty cells, #N/A and padding",
        "t,U,,\n1,0.5,,\n2,#N/A,,\n,0.7,,\n4,0.25,,\n,,,\n",
        [1, 4],
        [0.5, 0.25],
        "t and U: 2 points, 2 rows without a number left out",
        "leave out 2 rows without a number?",
        (("drop", True),),
    ),
    Case(
        "data logger: dates and times",
        "Timestamp;Temp\n2024-03-01 12:00:00;20.5\n2024-03-01 12:00:30;20.7\n2024-03-01 12:01:00;21.0\n",
        [0, 30, 60],
        [20.5, 20.7, 21],
        "Timestamp and Temp: 3 points, x in seconds since 2024-03-01 12:00:00",
    ),
    Case(
        "German dates, decimal commas",
        "Datum;Pegel\n28.02.2024;3,5\n01.03.2024;3,75\n",
        [0, 2],
        [3.5, 3.75],
        "Datum and Pegel: 2 points, x in days since 2024-02-28",
    ),
    Case(
        "dates in which day and month could change places",
        "date,price\n03/01/2024,10.5\n04/01/2024,11\n",
        [0, 31],
        [10.5, 11],
        "date and price: 2 points, x in days since 2024-03-01",
        "does '03/01/2024' begin with the day?",
        (("day_first", False),),
    ),
    Case(
        "text beside the numbers",
        "sample,place,depth,salt\nA1,north,0.5,35.1\nA2,south,1.5,35.4\n",
        [0.5, 1.5],
        [35.1, 35.4],
        "depth and salt: 2 points",
    ),
    Case(
        "several columns; the user chooses the third",
        "t,a,b\n0,1.5,7\n1,2.5,9\n",
        [0, 1],
        [7, 9],
        "t and b: 2 points",
        choose=(("y", 2),),
    ),
    Case(
        "frequencies with counts",
        "dose,response,n\n0,0.5,2\n1,0.75,1\n",
        [0, 0, 1],
        [0.5, 0.5, 0.75],
        "dose and response: 3 points",
        choose=(("weights", 2),),
    ),
    Case(
        "fractional weights",
        "dose,response,weight\n0,0.5,1.5\n1,0.75,1\n2,0.5,0\n",
        [0, 0, 0, 1, 1],
        [0.5, 0.5, 0.5, 0.75, 0.75],
        "dose and response: 5 points, weights times 2 (the same function needs a weight decay times 2)",
        choose=(("weights", 2),),
    ),
    Case(
        "one column of numbers beside text",
        "month;sales\nMay;1,5\nJune;2,5\n",
        [1, 2],
        [1.5, 2.5],
        "row number and sales: 2 points",
    ),
    Case(
        "pasted from a chat: minus signs of typography",
        "x;y\n−1,5;2\n2;−3\n",
        [-1.5, 2],
        [2, -3],
        "x and y: 2 points",
    ),
    Case(
        "old Macintosh line ends, byte order mark",
        "\ufeffx,y\r1,2.5\r2,3.5\r",
        [1, 2],
        [2.5, 3.5],
        "x and y: 2 points",
    ),
    Case(
        "a thousand rows",
        LONG,
        [round(k * 999 / 199) for k in range(MOST)],
        [round(k * 999 / 199) ** 2 for k in range(MOST)],
        "t and U: 200 points, thinned from 1,000, evenly in the order of x",
        "keep 200 of 1,000 rows?",
        (("thin", True),),
    ),
    Case(
        "Excel: a title, names, numbers, a formula's cell without value",
        workbook(["Tensile test 7"], ["strain", "stress"], [0.1, 12], [0.2, "=B3*2"], [0.25, 31]),
        [0.1, 0.25],
        [12, 31],
        "strain and stress: 2 points, 1 row without a number left out; left out: 1 line above the numbers",
        "leave out 1 row without a number?",
        (("drop", True),),
    ),
    Case(
        "Excel: numbers on the second sheet",
        workbook(["day", "kg"], [1, 70.5], [2, 70.25], first=[["Read me"], ["see the next sheet"]]),
        [1, 2],
        [70.5, 70.25],
        "day and kg: 2 points",
    ),
]

REFUSED = [
    ("decimal commas between commas", "1,5,2,5\n2,5,3,5\n", "commas can separate columns or be decimal marks"),
    ("one column of decimal commas", "U\n1,5\n2,7\n", "commas can separate columns or be decimal marks"),
    ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
    ("two notations in one column", "1.25;2\n1,5;2\n", "decimal commas and decimal points are mixed"),
    ("a word among the numbers", "x,y\n1,2\n3,about 4\n", "line 3, second column: 'about 4' is not a number"),
    ("some times with a zone", "t;y\n2024-03-01 12:00;1\n2024-03-01 13:00Z;2\n", "some have a time zone"),
]


def asked(open_questions):
    """The questions in words."""
    found = []
    if open_questions.decimal:
        _, text, point, comma = open_questions.decimal
        found.append(f"is '{text}' {min(point, comma):g} or {max(point, comma):g}?")
    if open_questions.day:
        found.append(f"does '{open_questions.day}' begin with the day?")
    if open_questions.missing:
        rows = "1 row" if open_questions.missing == 1 else f"{open_questions.missing} rows"
        found.append(f"leave out {rows} without a number?")
    if open_questions.complete > MOST:
        found.append(f"keep {MOST} of {open_questions.complete:,} rows?")
    return " ".join(found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_file_gives_what_it_should_after_the_questions_it_leaves_open(case):
    table = read_table(case.data, 10**6)
    choice = replace(usual(table), **dict(case.choose))
    assert asked(questions(table, choice)) == case.asks
    if case.asks:
        with pytest.raises(InvalidInputError):
            points(table, choice, MOST)
    read = points(table, replace(choice, **dict(case.answers)), MOST)
    assert (read.x, read.y) == (case.x, case.y)
    names = ["row number" if column == ROW_NUMBER else table.names[column] for column in (choice.x, choice.y)]
    skipped = f"; left out: {left_out(table)}" if table.skipped else ""
    assert f"{names[0]} and {names[1]}: {taken(read)}{skipped}" == case.gives


@pytest.mark.parametrize(("what", "content", "message"), REFUSED)
def test_a_file_with_several_readings_or_none_is_refused_with_its_place(what, content, message):
    def read():
        table = read_table(content if isinstance(content, bytes) else content.encode(), 10**6)
        return points(table, replace(usual(table), drop=True), MOST)

    with pytest.raises(InvalidInputError, match=message):
        read()


def test_there_are_at_least_25_and_the_documentation_shows_them_all():
    text = DOCS.read_text("utf-8")
    assert len(CASES) >= 25
    for case in CASES:
        assert f"| {case.what} | {case.gives} | {case.asks or 'nothing'} |" in text
    for what, _, message in REFUSED:
        assert f"| {what} | {message} |" in text
