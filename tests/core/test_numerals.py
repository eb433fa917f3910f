"""Numbers in files: read where one reading is left, refused with both readings where two are."""

import itertools
import random
import re
from decimal import Decimal

import pytest

from cvxdnn.core.datasets import Dataset, read_csv
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import read_numbers

MINUS, NO_BREAK, THIN = "\u2212", "\u00a0", "\u202f"


def numbers(*texts, decimal=None):
    return read_numbers([(f"row {row}", text) for row, text in enumerate(texts, 1)], decimal)


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (("1,000", "0,123"), (1.0, 0.123)),
        (("1,000", "1,5"), (1.0, 1.5)),
        (("1,000", "12,34"), (1.0, 12.34)),
        (("1,000", "1234,567"), (1.0, 1234.567)),
        (("1,000", "1,000e3"), (1.0, 1000.0)),
        (("1,000", "1,000,000"), (1000.0, 1e6)),
        (("1,000", "1,000.5"), (1000.0, 1000.5)),
        (("1,000", "0.5"), (1000.0, 0.5)),
        (("1.000", "1.000,5"), (1000.0, 1000.5)),
        (("1.000", "1.5"), (1.0, 1.5)),
        (("1.000", "2.000.000"), (1000.0, 2e6)),
        (("1.000", ",5", "-3,"), (1000.0, 0.5, -3.0)),
        (("1 000", "1 000 000"), (1000.0, 1e6)),
        ((f"1{NO_BREAK}234,5", f"2{THIN}345"), (1234.5, 2345.0)),
        (("1'234.5", "2\u2019345"), (1234.5, 2345.0)),
        ((f"{MINUS}1,5", f"2e{MINUS}3", "+3E+2"), (-1.5, 0.002, 300.0)),
        (("007", "00.5", "-0"), (7.0, 0.5, -0.0)),
        (("9007199254740993e0", "100000000000000000000"), (9007199254740992.0, 1e20)),
    ],
)
def test_one_cell_that_has_one_reading_settles_the_others(texts, values):
    assert numbers(*texts) == list(values)
    assert numbers(*reversed(texts)) == list(reversed(values))


@pytest.mark.parametrize(
    ("texts", "first", "second"),
    [
        (("950", "1,050"), "1.05", "1050"),
        (("950", "-1.050"), "-1.05", "-1050"),
        (("123,456", "7"), "123.456", "123456"),
        (("1.000", "1,000"), "1", "1000"),
    ],
)
def test_a_number_with_two_readings_is_refused_with_both_and_the_advice_helps(texts, first, second):
    with pytest.raises(InvalidInputError, match=re.escape(f"can be {first} (decimal")) as caught:
        numbers(*texts)
    assert f"or {second} (digit groups)" in str(caught.value)
    marked = next(text for text in texts if {*text} & {*".,"})
    assert numbers(*(text + "0" if text == marked else text for text in texts[:2]))
    assert numbers(marked, decimal="," if "," in marked else ".") == [float(first)]
    assert numbers(marked, decimal="." if "," in marked else ",") == [float(second)]
    written = f"write '{marked}0' for {first}, or all numbers without digit groups"
    assert written in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *("1_000", "0x1p3", "0x10", "1,00,000", "12,34,567", "1,0000,000", "0,123,456", "1'00", "1 00", "10 0"),
        *("1.000,000.5", "1,000 000", "1,000e3,0", "1.5e3.2", "1 000e3", "--1", "+-1", "- 1", "1-", "(5)", "1e", "."),
        *("50%", "$5", "5 €", "€1,000", "3 mV", "1/2", "1:30", "5.", "2024-01-31", "1\u20135", "\u20131.5", "~5"),
        *("１２", "１,５", "١٢", "٣٫٥", "Ⅷ", "²", "½", "1\u200e", "\ufeff1", "1\n2", "True", "1j", "1d3", "1²"),
    ],
)
def test_what_is_no_plain_number_is_refused(text):
    if text == "5.":
        assert numbers(text) == [5.0]
        return
    with pytest.raises(InvalidInputError, match=r"row 1: .* is not a number; write a plain one"):
        numbers(text)


@pytest.mark.parametrize("text", ["nan", "-NaN", "inf", "Infinity", f"{MINUS}inf", "∞", "NA", "#N/A", "null", "1e999"])
def test_what_is_no_finite_number_is_refused(text):
    with pytest.raises(InvalidInputError, match="is not a finite number"):
        numbers(text)


@pytest.mark.parametrize("text", ["1e-400", "0." + 400 * "0" + "1", "-1,5e-330"])
def test_a_number_that_float64_would_turn_into_zero_is_refused(text):
    with pytest.raises(InvalidInputError, match="too small for float64"):
        numbers(text)
    assert numbers("0e-400", "0,000e-999") == [0, 0]


@pytest.mark.parametrize("text", ["9007199254740993", "-1.700.000.000.000.000.001", "1700000000000000001,0"])
def test_an_integer_that_float64_would_round_is_refused(text):
    with pytest.raises(InvalidInputError, match=r"more digits than float64 holds .* subtract an offset"):
        numbers(text)


def test_two_notations_are_refused_with_a_cell_of_each():
    with pytest.raises(
        InvalidInputError, match=r"row 3: .*'0\.5' needs a decimal point, '1,5' \(row 2\) a decimal comma"
    ):
        numbers("1,000", "1,5", "0.5")


# Files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        pytest.param("x;y\n−1,5;2\n2;−3\n", [-1.5, 2], [2, -3], id="unicode minus"),
        pytest.param("time,voltage\ns,V\n0,1\n1,2\n", [0, 1], [1, 2], id="units row"),
        pytest.param("0.1 0.2\n338.8 337.4\n118.1 118.2\n", [0.1, 338.8, 118.1], [0.2, 337.4, 118.2], id="white space"),
        pytest.param("  1e0   2\n\n 10  -3.5 \n", [1, 10], [2, -3.5], id="aligned by spaces"),
        pytest.param("2theta,counts\n10.0,5\n10.1,7\n", [10, 10.1], [5, 7], id="header that starts with a digit"),
        pytest.param("sep=;\nx;y\n1,5;2\n2,5;3\n", [1.5, 2.5], [2, 3], id="line that names the separator"),
        pytest.param('"sep=,"\n1,5\n2,5\n', [1, 2], [5, 5], id="comma named as the separator"),
        pytest.param("load\tstretch\n950\t1\n1,000\t2,5\n", [950, 1], [1, 2.5], id="settled by the other column"),
        pytest.param("load;stretch\n950;1\n1.000;2,5\n", [950, 1000], [1, 2.5], id="groups of points"),
        pytest.param("1.000,2.500\n1.125,3.000\n", [1, 1.125], [2.5, 3], id="commas between: points are decimal"),
        pytest.param('"1,000.5",2\n"2,000",3\n', [1000.5, 2000], [2, 3], id="groups in quotation marks"),
        pytest.param("hour,minute\n1,05\n2,10\n", [1, 2], [5, 10], id="a header makes two columns of it"),
        pytest.param("1,5\n2,7\n", [1, 2], [5, 7], id="whole numbers"),
    ],
)
def test_files_as_they_occur_are_read(text, x, y):
    assert read_csv(text.encode()) == Dataset(x, y)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "cp1252", "latin-1"])
def test_the_encodings_of_spreadsheets_are_read(encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    assert read_csv((mark + "T (°C);U (µV)\n1,5;2\n2,5;3\n").encode(encoding)) == Dataset([1.5, 2.5], [2, 3])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("load\tstretch\n950\t1\n1,000\t2\n1,050\t3\n", r"line 3, first column: '1,000' can be 1 \(.*\) or 1000 \("),
        ("load;stretch\n950;1\n1.000;2\n1.050;3\n", r"line 3, first column: '1\.000' can be 1 \(.*\) or 1000 \("),
        ('"1,000","2"\n', r"'1,000' can be 1 \(.*\) or 1000 \("),
        ("1.000 2\n1.050 3\n", r"'1\.000' can be 1 \(.*\) or 1000 \("),
        ("1,000\n1,050\n", "line 1: '1,000' can be one number or two; separate the columns by tabs or semicolons"),
        ("1,5\n1,05\n", "line 2: '1,05' can be one number or two"),
        ("1.000,5\n2.000,25\n", r"line 1: '1\.000,5' can be one number or two"),
        ("1'000,5\n2'000,25\n", "can be one number or two"),
        ("x,y\n1,5 200\n2,5 300\n", "line 2: in '1,5 200' commas or spaces can separate the columns; separate"),
        ("3 ,5\n", "commas or spaces can separate the columns"),
        (f"1{NO_BREAK}000,5\n", "commas or spaces can separate the columns"),
        ("1 500\n2 050\n", "line 2: '2 050' can be one number or two"),
        ("1,000 2,000\n", r"line 1, first column: '1,000' can be 1 \(.*\) or 1000 \("),
        ("a b\n1 000 2\n", "line 2: 3 columns .*if names or numbers hold spaces, separate the columns by tabs"),
        ("Ozone,Temp\n41,67\nNA,72\n", "line 3, first column: 'NA' is not a finite number; correct or remove the line"),
        ("a,b,c\n1,3.6,79\n", r"file has 3 columns \('a', 'b', 'c'\); choose two of them as x and y$"),
        ("$5;$6\n7;8\n", r"line 1, first column: '\$5' is not a number"),
        ("١;٢\n7;8\n", "line 1, first column: '١' is not a number"),
        ("5kg,6kg\n7,8\n", "line 1, first column: '5kg' is not a number"),
        ("sep=5\n152\n", "line 2: only one column"),
    ],
)
def test_files_that_cannot_be_read_rightly_are_refused(text, message):
    with pytest.raises(InvalidInputError, match=message):
        read_csv(text.encode())


def test_the_caller_can_say_what_a_file_leaves_open():
    text = b"950\t1\n1,000\t2\n"
    assert read_csv(text, decimal=",") == Dataset([950, 1], [1, 2])
    assert read_csv(text, decimal=".") == Dataset([950, 1000], [1, 2])
    assert read_csv(b"0.5\t1\n", decimal=",") == Dataset([0.5], [1])  # nothing is open here
    with pytest.raises(InvalidInputError, match="decimal is ';'"):
        read_csv(text, decimal=";")


# A thousand random tables, with a reader of their own ------------------------------------------------------

HOSTILE = [
    *(
        "1,000",
        "1.000",
        "12,34",
        "0,123",
        "1,000,000",
        "1.000.000,5",
        "1 000",
        f"2{NO_BREAK}000,5",
        "3'000.25",
        "1_000",
    ),
    *(f"{MINUS}1,5", f"{MINUS}2.5", "1,5e3", "2.5E-3", "nan", "inf", "NA", "", "0x10", "50%", "$5", "１２", "٣", "007"),
    *(
        "9007199254740993",
        "1e999",
        "1e-999",
        "1x",
        "-",
        ".",
        ",",
        "1,",
        ".5",
        ",5",
        "(5)",
        "\u20131",
        "1e5",
        "1d5",
        "1_000",
    ),
]


def readings(text):
    """What a text can mean, found by trying every split at marks: nothing shared with the library."""
    sign = -1 if text[:1] in ("-", MINUS) else 1
    body = text[1:] if text[:1] in ("-", "+", MINUS) else text
    mantissa, exponent = [*body.lower().replace(MINUS, "-").split("e"), "0"][:2]
    found = {}
    for decimal, groups in ((".", [","]), (",", ["."])):
        whole, _, fraction = mantissa.partition(decimal)
        for group in [None, *groups, " ", NO_BREAK, THIN, "'", "\u2019"]:
            parts = [whole] if group is None else whole.split(group)
            if group is not None and (len(parts) == 1 or "e" in body.lower() or not parts[0] or parts[0][0] == "0"):
                continue
            if group is not None and (len(parts[0]) > 3 or any(len(part) != 3 for part in parts[1:])):
                continue
            digits = "".join(parts) + fraction
            if digits and all(c in "0123456789" for c in digits) and re.fullmatch("[+-]?[0-9]+", exponent):
                found[decimal] = sign * Decimal("".join(parts) + "." + fraction) * Decimal(10) ** int(exponent)
    return found


def written(chance, value, decimal):
    """An ordinary number in one notation, perhaps with digit groups."""
    layout = chance.choice([".3f", ",.1f", ",.0f", "r", ".2e", ",.3f", ".0f"])
    text = repr(value) if layout == "r" else format(value, layout)
    swapped = text.translate(str.maketrans(".,", ",.")) if decimal == "," else text
    return swapped.replace("-", chance.choice(["-", MINUS]))


def random_table(chance):
    """Two columns of texts, and the file that they make."""
    decimal, delimiter, quote = chance.choice(".,"), chance.choice("\t;, "), chance.choice(['"', ""])
    hostility = chance.choice([0, 0, 0.02, 0.3])
    hostile = [
        text for text in HOSTILE if quote or text.rstrip(",") == text != ""
    ]  # empty cells at the end are padding
    size = chance.choice([1, 10, 1e4])

    def cell():
        return (
            chance.choice(hostile)
            if chance.random() < hostility
            else written(chance, size * chance.gauss(0, 1), decimal)
        )

    rows = [[cell() for _ in range(2)] for _ in range(chance.randint(1, 8))]
    return rows, delimiter, "\n".join(delimiter.join(f"{quote}{text}{quote}" for text in row) for row in rows)


def agreed(rows, delimiter):
    """The one set of values that all cells allow, or None."""
    cells = [text for row in rows for text in row]
    marks = "." if delimiter == "," and not any("," in text for text in cells) else ".,"
    values = [
        [readings(text)[mark] for text in cells] for mark in marks if all(mark in readings(text) for text in cells)
    ]
    return [float(value) for value in values[0]] if values and all(other == values[0] for other in values) else None


def interleaved(data):
    return list(itertools.chain.from_iterable(zip(data.x.tolist(), data.y.tolist(), strict=True)))


def test_no_number_of_a_thousand_random_tables_is_changed():
    chance, read = random.Random(11), 0
    for _ in range(1_000):
        rows, delimiter, text = random_table(chance)
        try:
            data = read_csv(text.encode())
        except InvalidInputError:
            continue
        read += 1
        assert interleaved(data) == agreed(rows, delimiter), text
    assert 300 < read < 950


def test_ordinary_tables_are_read_unless_every_mark_is_open():
    chance, read = random.Random(12), 0
    for _ in range(300):
        decimal = chance.choice(".,")
        rows = [[written(chance, chance.choice([1e3, 1e4]) * chance.gauss(0, 1), decimal) for _ in range(2)]]
        text = ";".join(rows[0])
        expected = agreed(rows, ";")
        if expected is None:
            with pytest.raises(InvalidInputError, match="digit groups"):
                read_csv(text.encode())
        else:
            read += 1
            assert interleaved(read_csv(text.encode())) == expected
    assert 200 < read < 300
