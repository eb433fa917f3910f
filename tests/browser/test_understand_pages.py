"""A visitor on the pages that explain: opens a link, sees the pictures, moves something and sees it answer."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.waiting import SLOW

PHONE = {"width": 390, "height": 844}


def expect_no_sideways_scrolling(page: Page) -> None:
    assert page.evaluate(
        "[document.documentElement, document.querySelector('.stMain')].every(e => e.scrollWidth <= window.innerWidth)"
    )


def press(slider: Locator, key: str) -> None:
    slider.focus()
    slider.press(key)


def measured(page: Page, row: str) -> Locator:
    """What the network reached, in the table of numbers."""
    return page.locator("table.closed tr").filter(has_text=row).locator("td").nth(2)


def test_rank_one_training_reaches_the_closed_form(new_page, address):
    page = new_page(**PHONE)
    page.goto(f"{address}/rank_one")
    expect(page.locator(".tile").first).to_contain_text("%", timeout=SLOW)
    expect_no_sideways_scrolling(page)
    page.get_by_role("button", name="Train again", exact=True).click()
    expect(page.get_by_text("converged: the objective no longer falls")).to_be_visible(timeout=SLOW)
    expect(measured(page, "objective")).to_have_text(re.compile(r"^[\d.]+$"))
    expect_no_sideways_scrolling(page)
