"""Random tables: every number is what its cell says under the reading that is reported, or all is refused."""

import random
from decimal import Decimal

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.reading.choice import Choice, points, questions, usual
from cvxdnn.core.reading.tables import read_table
from tests.core.test_numerals import HOSTILE, readings, written

TABLES = 1_000
ABOVE = [
    "Run 7, cold",
    "# made on 2024-03-01",
    "% x y",
    "; lamp on",
    "",
    "Rate;1000",
    "[mm]\t[N]",
    "//",
    "x;y",
    "a,b,c",
]
WORDS = ["north", "A1", "NA", "", "-", "#N/A", "2024-03-01", "12:30", "1/2", "5 kg"]


def random_file(chance):
    """A text with some columns of numbers in one notation, sometimes with foreign cells, lines and line ends."""
    decimal, delimiter = chance.choice(".,"), chance.choice("\t;, |")
    columns, hostility = chance.randint(1, 4), chance.choice([0, 0, 0.03, 0.2])
    quote = '"' if chance.random() < 0.3 or (delimiter == "," == decimal) else ""

    def cell():
        if chance.random() < hostility:
            return chance.choice(HOSTILE + WORDS)
        return written(chance, chance.choice([1, 1e2, 1e4]) * chance.gauss(0, 1), decimal)

    rows = [[cell() for _ in range(columns)] for _ in range(chance.randint(1, 9))]
    names = [[f"name{k}" for k in range(columns)]] if chance.random() < 0.6 else []
    lines = [delimiter.join(f"{quote}{text}{quote}" for text in row) for row in [*names, *rows]]
    above = chance.choices(ABOVE, k=chance.choice([0, 0, 1, 3]))
    text = chance.choice(["\n", "\r\n", "\r"]).join([*above, *lines])
    return text.encode(chance.choice(["utf-8", "utf-8-sig", "utf-16"]))


def answered(table, choice, chance):
    """The choice with an answer to everything that is open."""
    open_questions = questions(table, choice)
    decimal = chance.choice(".,") if open_questions.decimal else None
    return Choice(choice.x, choice.y, None, decimal, True, drop=True, thin=True)


def test_no_number_of_a_thousand_random_tables_is_changed():
    chance = random.Random(21)
    numbers = whole = 0
    for _ in range(TABLES):
        content = random_file(chance)
        try:
            table = read_table(content, 10**6)
            choice = answered(table, usual(table), chance)
            read = points(table, choice, 500)
        except InvalidInputError:
            continue
        whole += 1
        kept = [line for line in table.lines if read_or_missing(line, choice)]
        assert len(kept) == len(read.y)
        assert len(table.lines) == len(kept) + read.dropped
        for column, values in ((choice.x, read.x), (choice.y, read.y)):
            if column < 0 or (column == choice.x and read.unit):
                continue
            for line, value in zip(kept, values, strict=True):
                assert float(Decimal(readings(line.cells[column])[read.decimal])) == value
                assert line.cells[column] in content.decode("utf-16" if content[:2] == b"\xff\xfe" else "utf-8")
                numbers += 1
    assert whole > TABLES / 3
    assert numbers > 3 * TABLES


def read_or_missing(line, choice):
    """Whether every chosen cell of a row says something: words for missing numbers have no digit."""
    return all(any(letter.isdigit() for letter in line.cells[column]) for column in choice.columns)


def test_a_random_table_whose_cells_have_one_reading_is_read_as_it_is():
    """The other direction: what leaves nothing open is not refused."""
    chance, read = random.Random(22), 0
    for _ in range(300):
        delimiter, decimal = chance.choice("\t;| "), chance.choice(".,")
        values = [(chance.gauss(0, 1), chance.gauss(0, 1e3)) for _ in range(chance.randint(1, 9))]
        lines = [delimiter.join(repr(value).replace(".", decimal) for value in row) for row in values]
        table = read_table("\n".join(["first" + delimiter + "second", *lines]).encode(), 10**6)
        found = points(table, usual(table), 500)
        assert list(zip(found.x, found.y, strict=True)) == values
        assert table.names == ("first", "second")
        read += 1
    assert read == 300
