"""What a change of the table of points means: typed numbers one by one, pastes wholly or not at all."""

import random
import re

import pytest

from cvxdnn.app.table_rows import edited, points_of, rows_of
from cvxdnn.core.exceptions import InvalidInputError

POINTS = ((0.0, 0.5), (1.234, -2.0), (2.0, 1e-7))
BEFORE = rows_of(POINTS)
MINUS = "\u2212"


def pasted(*rows, at=0, before=BEFORE):
    """The rows that the browser sends after a paste."""
    return {**before, **{at + i: row for i, row in enumerate(rows)}}


def test_rows_hold_points_exactly_and_in_order():
    chance = random.Random(0)
    points = tuple((chance.gauss(0, 10 ** chance.randint(-30, 30)), chance.random()) for _ in range(300))
    assert points_of(rows_of(points)) == points
    assert points_of(rows_of(POINTS)) == POINTS
    assert BEFORE[0] == ("0", "0.5")


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.234", 1.234), ("1.000", 1.0), ("1,5", 1.5), ("0,123", 0.123), (f"{MINUS}2", -2.0), ("1.000,5", 1000.5)],
)
def test_a_typed_number_is_read_beside_decimal_points(text, number):
    after = pasted((text, "0.5"))
    assert edited(BEFORE, after) == after
    assert points_of(after) == ((number, 0.5), *POINTS[1:])


@pytest.mark.parametrize("text", ["1,000", "12,345", "x", "1_0", "nan", "25%", "0,25\t0,5", "0,25;0,5"])
def test_a_typed_text_that_is_no_one_number_is_refused(text):
    with pytest.raises(InvalidInputError, match=r"^row 2: '"):
        edited(BEFORE, pasted((BEFORE[1][0], text), at=1))


@pytest.mark.parametrize(
    ("rows", "at", "points"),
    [
        ([("0,25", "0,5")], 0, ((0.25, 0.5), *POINTS[1:])),
        ([(f"{MINUS}1.5", "2.5")], 0, ((-1.5, 2.5), *POINTS[1:])),
        ([("1.000", "1,5")], 2, (*POINTS[:2], (1000.0, 1.5))),
        ([("1.000", "0.5"), ("2", "3")], 2, (*POINTS[:2], (1.0, 0.5), (2.0, 3.0))),
        ([("load", "stretch"), ("kN", "mm"), ("1,5", "2"), ("2", "3")], 1, (POINTS[0], (1.5, 2.0), (2.0, 3.0))),
    ],
)
def test_a_paste_is_read_like_a_file(rows, at, points):
    after = edited(BEFORE, pasted(*rows, at=at))
    assert points_of(after) == points
    assert edited(BEFORE, {**after}) is not None
    assert all("," not in text for row in after.values() for text in row)


def test_a_pasted_column_stands_beside_the_other_and_waits_where_there_is_none():
    after = edited(BEFORE, pasted(*[(f"1,{k}5", BEFORE.get(k, ("", ""))[1]) for k in range(4)]))
    assert points_of(after) == ((1.05, 0.5), (1.15, -2.0), (1.25, 1e-7))
    assert after[3] == ("1.35", "")
    complete = edited(after, {**after, 3: ("1.35", "1.234")})
    assert points_of(complete)[3] == (1.35, 1.234)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("950", "1"), ("1,000", "2"), ("1,050", "3")], "row 2, first column: '1,000' can be 1 .* or 1000 "),
        ([("1.000", "2"), ("1.050", "3")], r"row 1, first column: '1\.000' can be 1 .* or 1000 "),
        ([("1,5", "2"), ("2.5", "3")], "mixed"),
        ([("1", "7"), ("2", "")], "row 2, second column: empty"),
        ([("5", "1,2"), ("x", "y")], "row 2, first column: 'x' is not a number"),
        ([("x", "y")], "row 1: only names were pasted"),
    ],
)
def test_a_paste_with_anything_doubtful_is_refused(rows, message):
    with pytest.raises(InvalidInputError, match=message):
        edited(BEFORE, pasted(*rows))


def test_rows_that_go_or_are_emptied_bring_nothing_to_read():
    extended = {**BEFORE, 3: ("5", "6"), 4: ("7", "8")}
    without = {0: BEFORE[0], 2: BEFORE[2], 3: ("7", "8")}  # the browser counts later rows anew
    assert edited(extended, without) == without
    assert edited(BEFORE, {**BEFORE, 3: ("", "")}) == {**BEFORE, 3: ("", "")}
    assert points_of(edited(BEFORE, {**BEFORE, 1: ("", ""), 2: ("", "")})) == POINTS[:1]


def test_random_pastes_change_the_numbers_to_what_a_file_gives_or_not_at_all():
    from tests.core.test_numerals import agreed, random_table

    chance, taken = random.Random(13), 0
    for _ in range(1_000):
        rows, _, _ = random_table(chance)
        rows = [(x.strip(), y.strip()) for x, y in rows]
        try:
            after = edited({}, dict(enumerate(rows)))
        except InvalidInputError as error:
            assert re.match("row ", str(error))  # noqa: PT017  (both outcomes are right)
            continue
        if len(rows) > 1 and all(all(row) for row in rows):
            taken += 1
            assert [number for point in points_of(after) for number in point] == agreed(rows, "\t")
    assert taken > 200
