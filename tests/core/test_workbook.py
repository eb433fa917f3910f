"""Workbooks of unknown origin: what Excel wrote is read, and what would unfold to too much is refused unopened."""

import io
import random
import re
import tracemalloc
import zipfile
from datetime import datetime, time

import pytest

from cvxdnn.core.datasets import Dataset, read_csv
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.reading.tables import read_table
from cvxdnn.core.reading.workbook import MOST_ROWS, MOST_UNFOLDED, sheet_names
from tests.core.test_data_files import workbook


def archive(**members):
    """A zip archive with these members, dots written as __."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def with_member(data, name, change):
    """The same workbook with one member changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            content = old.read(each)
            new.writestr(each, change(content) if each == name else content)
    return file.getvalue()


SMALL = workbook(["x", "y"], [1, 2.5], [2, 3.5])


def test_numbers_come_exactly_and_their_marks_are_not_doubted():
    values = [random.Random(0).gauss(0, 1000) for _ in range(40)]
    assert read_csv(workbook(*zip(values[::2], values[1::2], strict=True))) == Dataset(
        *[[float(f"{value:.16g}") for value in values[start::2]] for start in (0, 1)]
    )
    assert read_csv(workbook(["load", "y"], ["1.000", 2], ["1.050", 3])) == Dataset([1, 1.05], [2, 3])


def test_dates_and_times_of_excel_are_x():
    moments = [datetime(2024, 3, 1, 12), datetime(2024, 3, 1, 12, 1)]
    assert read_csv(workbook(["t", "y"], *[[moment, k] for k, moment in enumerate(moments)])) == Dataset(
        [0, 60], [0, 1]
    )
    assert read_csv(workbook(["t", "y"], [time(0, 1), 5], [time(0, 2), 6])) == Dataset([60, 120], [5, 6])


TWO = workbook(["t", "U"], [5, 6], [7, 8], title="Run 2", first=[["x", "y"], [1, 2], [3, 4]])
WORDS = workbook(["t", "U"], [5, 6], [7, 8], title="Run 2", first=[["Read me"], ["see the next sheet"]])


@pytest.mark.parametrize(
    ("sheet", "expected"), [(None, ([1, 3], [2, 4])), ("Run 2", ([5, 7], [6, 8])), (0, ([1, 3], [2, 4]))]
)
def test_a_sheet_is_chosen_by_name_or_position(sheet, expected):
    assert sheet_names(TWO) == ("Sheet", "Run 2")
    assert read_csv(TWO, sheet=sheet) == Dataset(*expected)


def test_the_first_sheet_with_numbers_is_read_and_says_where_it_stands():
    assert read_table(WORDS, 10**6).sheet == 1
    assert read_csv(WORDS) == Dataset([5, 7], [6, 8])


def test_no_more_titles_are_told_than_somebody_can_choose_from():
    many = b"".join(b'<sheet name="%s%d" sheetId="%d" r:id="rId1"/>' % (b"a" * 100, k, k) for k in range(1, 500))
    data = with_member(SMALL, "xl/workbook.xml", lambda xml: re.sub(b"<sheet [^>]*/>", many, xml))
    names = sheet_names(data)
    assert len(names) == 100
    assert {len(name) for name in names} == {40}


@pytest.mark.parametrize(
    ("data", "sheet", "words"),
    [
        (WORDS, "Sheet", "sheet 'Sheet' has no rows of numbers; choose another sheet"),
        (TWO, "Run 3", "choose one of 'Sheet', 'Run 2'"),
        (TWO, 2, "sheet is 2"),
        (TWO, -1, "sheet is -1"),
        (b"x,y\n1,2\n", 0, "file is text, which has no sheets"),
        (workbook(["x", "y"], [1, 2], ["about 3", 4], title="Run 2"), "Run 2", "sheet 'Run 2', row 3, first column"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_named(data, sheet, words):
    with pytest.raises(InvalidInputError, match=words):
        read_csv(data, sheet=sheet)


def test_a_file_that_unfolds_to_too_much_is_refused_unopened():
    bomb = archive(xl__workbook__xml=b"0" * (MOST_UNFOLDED + 1))
    assert len(bomb) < 10_000
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInputError, match="unfolds to"):
            read_csv(bomb)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_directory_that_lies_about_a_size_unfolds_no_further():
    honest = with_member(SMALL, "xl/worksheets/sheet1.xml", lambda content: content + b" " * MOST_UNFOLDED)
    size = (MOST_UNFOLDED + len(zipfile.ZipFile(io.BytesIO(SMALL)).read("xl/worksheets/sheet1.xml"))).to_bytes(
        4, "little"
    )
    assert honest.count(size) >= 1
    with pytest.raises(InvalidInputError, match="cannot be opened"):
        read_csv(honest.replace(size, (1000).to_bytes(4, "little")))


def test_entities_are_refused():
    declared = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb">]>'
    evil = with_member(SMALL, "xl/worksheets/sheet1.xml", lambda xml: declared + xml.partition(b"?>")[2])
    with pytest.raises(InvalidInputError, match="cannot be opened"):
        read_csv(evil)


def test_a_far_row_costs_no_more_than_the_limit():
    far = with_member(
        SMALL,
        "xl/worksheets/sheet1.xml",
        lambda xml: (
            xml.replace(b'<row r="3"', b'<row r="1048576"').replace(b"A3", b"A1048576").replace(b"B3", b"B1048576")
        ),
    )
    with pytest.raises(InvalidInputError, match=f"more than {MOST_ROWS:,} rows"):
        read_csv(far)


@pytest.mark.parametrize("data", [b"PK\x03\x04", archive(a="b"), SMALL[:-30], archive(xl__workbook__xml="<a/>")])
def test_what_is_no_whole_workbook_is_refused(data):
    with pytest.raises(InvalidInputError, match="workbook"):
        read_csv(data)


def test_a_damaged_workbook_is_read_as_it_was_or_refused():
    chance, expected = random.Random(1), Dataset([1, 2], [2.5, 3.5])
    for _ in range(150):
        damaged = bytearray(SMALL)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        try:
            assert read_csv(bytes(damaged)) == expected
        except InvalidInputError as error:
            assert len(str(error)) < 300  # noqa: PT017  (both outcomes are right)
