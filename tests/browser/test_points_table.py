"""Typing and pasting into the table of points, in a real browser: the numbers meant, or none and a message."""

import re

import pytest
from playwright.sync_api import Locator, Page, Position, expect

from tests.browser.test_explore import SLOW, labels, open_explore

ROW_HEIGHT = 35  # of Streamlit's table, whose first row is the header


@pytest.fixture
def table(page, app_server):
    """The Explore page with its table open."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_explore(page, app_server("app.py", env={"CVXDNN_WORKERS": "1"}), "?preset=zigzag")
    page.get_by_text("Points as a table").click()
    canvas = page.get_by_test_id("stDataFrame").locator("canvas").first
    expect(canvas).to_be_visible(timeout=SLOW)
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # the expander opens with a movement
    return page


def cell(page: Page, row: int, column: str) -> tuple[Locator, Position]:
    """The table, and where in it this cell lies. To be pressed by its locator, which scrolls there first: words above
    the table move it down, at times out of the window.
    """
    frame = page.get_by_test_id("stDataFrame")
    box = frame.locator("canvas").first.bounding_box()
    assert box
    return frame, {"x": {"x": 0.3, "y": 0.8}[column] * box["width"], "y": (row + 0.5) * ROW_HEIGHT}


def paste(page: Page, row: int, column: str, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    frame, place = cell(page, row, column)
    frame.click(position=place)
    page.wait_for_function("() => document.activeElement.closest('[data-testid=stDataFrame]')")
    page.keyboard.press("Control+V")


def type_into(page: Page, row: int, column: str, text: str) -> None:
    frame, place = cell(page, row, column)
    frame.dblclick(position=place)
    box = page.locator("#portal input, #portal textarea").first
    expect(box).to_be_visible(timeout=SLOW)
    box.fill(text)
    box.press("Enter")


def refused(page: Page, words: str, row: int, column: str, text: str) -> None:
    """A paste that is answered with these words, and with the table anew."""
    old = page.get_by_test_id("stDataFrame").element_handle()
    paste(page, row, column, text)
    expect(page.get_by_text(re.compile(words))).to_be_visible(timeout=SLOW)
    page.wait_for_function("old => !old.isConnected", arg=old, timeout=SLOW)  # drawn after the words
    expect(page.get_by_test_id("stDataFrame").locator("canvas").first).to_be_visible(timeout=SLOW)


def expect_point(page: Page, number: int, words: str, count: int = 10) -> None:
    name = re.compile(rf"^Point {number} of {count}: {re.escape(words)}")
    expect(page.get_by_role("button", name=name)).to_be_visible(timeout=SLOW)


def test_a_paste_with_decimal_commas_and_minus_signs_is_read(table):
    paste(table, 1, "x", "−1,5\t2,5\n0,05\t0,25")
    expect_point(table, 1, "x −1.50, y 2.50")
    expect_point(table, 2, "x 0.05, y 0.25")


def test_a_paste_that_can_be_meant_two_ways_changes_nothing(table):
    before = labels(table)
    words = "The table is as it was: row 2, first column: '1,000' can be 1"
    refused(table, words, 1, "x", "950\t1\n1,000\t2\n1,050\t3")
    assert labels(table) == before
    type_into(table, 1, "y", "0,5")  # the table shows numbers again
    expect_point(table, 1, "x 0.00, y 0.50")
    expect(table.get_by_text("The table is as it was")).to_have_count(0)


def test_a_long_paste_is_taken_wholly_or_not_at_all(table):
    before = labels(table)
    rows = [f"{i / 7:.4f}\t{(-1) ** i * i / 9:.4f}".replace(".", ",").replace("-", "\u2212") for i in range(120)]
    refused(table, "row 123, second column: 'abc' is not a number", 3, "x", "\n".join([*rows, "17,5\tabc"]))
    assert labels(table) == before
    paste(table, 3, "x", "load\tstretch\n" + "\n".join(rows))
    expect_point(table, 122, "x 17.0, y −13.2", count=122)
    expect(table.get_by_text("The table is as it was")).to_have_count(0)


def test_a_number_typed_into_the_table_moves_the_point_and_undo_moves_it_back(table):
    type_into(table, 3, "y", "-0.3")
    expect_point(table, 3, "x 0.20, y −0.30")
    table.get_by_role("button", name="Undo").click()
    expect_point(table, 3, "x 0.20, y 0.60")
