"""Dates and times become numbers of a unit that is named; orders that could be two are asked for."""

import random
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.reading.instants import is_instant, is_order_open, read_instants

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


def read(*texts, day_first=None):
    return tuple(read_instants([(f"row {k}", text) for k, text in enumerate(texts, 1)], day_first))


@pytest.mark.parametrize(
    ("texts", "values", "unit"),
    [
        (("2024-02-28", "2024-03-01"), [0, 2], "days since 2024-02-28"),
        (("2024/3/1", "2023/3/1"), [366, 0], "days since 2023-03-01"),
        (("2024-01", "2024-03"), [0, 60], "days since 2024-01-01"),
        (("28.2.2024", "1.3.2024"), [0, 2], "days since 2024-02-28"),
        (("2024-03-01 12:00", "2024-03-01T12:00:30.5"), [0, 30.5], "seconds since 2024-03-01 12:00:00"),
        (("2024-03-01 12:00", "2024-03-01 13:30"), [0, 90], "minutes since 2024-03-01 12:00:00"),
        (("2024-03-01 00:00", "2024-03-02 12:00"), [0, 36], "hours since 2024-03-01"),
        (("2024-03-01 12:00", "2024-04-01 12:00"), [0.5, 31.5], "days since 2024-03-01"),
        (("2024-03-01 12:00Z", "2024-03-01 14:00+01:00"), [0, 60], "minutes since 2024-03-01 12:00:00 UTC"),
        (("13/01/2024", "02/03/2024"), [0, 49], "days since 2024-01-13"),
        (("01/13/2024", "03/02/2024"), [0, 49], "days since 2024-01-13"),
        (("14:05", "2:05 PM", "0:01"), [845, 845, 1], "minutes since midnight"),
        (("14:05:30.25", "12:00:00 am"), [50730.25, 0], "seconds since midnight"),
    ],
)
def test_instants_are_counted_in_a_unit_that_is_named(texts, values, unit):
    assert read(*texts) == (values, unit)


def test_the_order_of_day_and_month_is_asked_for_only_where_it_makes_a_difference():
    assert is_order_open(["3/1/2024", "4/1/2024"])
    assert not is_order_open(["3/1/2024", "13/1/2024"])
    assert not is_order_open(["3/3/2024", "4/4/2024"])
    assert not is_order_open(["2024-01-03"])
    assert read("3/1/2024", "4/1/2024", day_first=True)[0] == [0, 1]
    assert read("3/1/2024", "4/1/2024", day_first=False)[0] == [0, 31]
    with pytest.raises(InvalidInputError, match="row 1: '3/1/2024' can begin with the day or with the month"):
        read("3/1/2024", "4/1/2024")


@pytest.mark.parametrize(
    "text",
    ["2024", "1.5", "30.02.2024", "2024-13-01", "25:00", "12:60", "0:30 PM", "1/2", "2024-3/1", "13/13/2024", "x"],
)
def test_what_is_no_date_is_none(text):
    assert not is_instant(text)


@pytest.mark.parametrize(
    "texts", [("2024-03-01", "12:00"), ("2024-03-01 12:00", "2024-03-01 12:00Z"), ("2024-03-01", "3")]
)
def test_what_does_not_go_together_is_refused(texts):
    with pytest.raises(InvalidInputError, match=r"^row 2: "):
        read(*texts)


def test_every_value_is_the_exact_quotient_rounded_once():
    chance = random.Random(3)
    for _ in range(200):
        start = datetime(2000, 1, 1) + timedelta(seconds=chance.randrange(10**9))
        moments = [start + timedelta(microseconds=chance.randrange(10 ** chance.randint(6, 15))) for _ in range(5)]
        values, unit = read(*(moment.isoformat(" ", "microseconds") for moment in moments))
        name, _, origin = unit.split(" ", 2)
        began = datetime.fromisoformat(origin)
        for moment, value in zip(moments, values, strict=True):
            exact = Fraction((moment - began) // timedelta(microseconds=1), 10**6 * UNITS[name])
            assert value == float(exact)
