"""Undo by key on all of the page, and a history that outlives a refresh and a visit to another page."""

import re

from playwright.sync_api import Page, expect

from tests.browser.waiting import wait_until

SPIKE = 7  # points that the page opens with


def has_points(page: Page, count: int) -> None:
    expect(page.locator(".editor")).to_have_attribute("data-points", str(count))


def opened(page: Page, address: str) -> None:
    page.goto(address)
    has_points(page, SPIKE)


def remove_two(page: Page) -> None:
    for count in (SPIKE, SPIKE - 1):
        page.get_by_role("button", name=re.compile(f"^Point 2 of {count}")).focus()
        page.keyboard.press("Delete")
        has_points(page, count - 1)


def test_undo_and_redo_by_key_wherever_nobody_writes(page: Page, address: str) -> None:
    opened(page, address)
    remove_two(page)
    page.get_by_role("button", name="Your own data").focus()
    page.keyboard.press("Control+z")
    has_points(page, SPIKE - 1)
    page.keyboard.press("Control+Shift+Z")
    has_points(page, SPIKE - 2)
    page.keyboard.press("Meta+z")
    has_points(page, SPIKE - 1)
    page.get_by_text("Network and training", exact=True).click()
    page.get_by_role("spinbutton", name="Seed").focus()
    page.keyboard.press("Control+z")
    page.wait_for_timeout(300)  # its own undo, not that of the points
    has_points(page, SPIKE - 1)


def test_the_history_outlives_a_refresh(page: Page, address: str) -> None:
    opened(page, address)
    remove_two(page)
    wait_until(page, lambda: "points=" in page.url, "the address has the points")
    expect(page.locator(".editor")).to_have_attribute("data-stale", "false")
    page.keyboard.press("Control+z")
    has_points(page, SPIKE - 1)
    expect(page.locator(".editor")).to_have_attribute("data-stale", "false")
    page.reload()
    has_points(page, SPIKE - 1)
    expect(page.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "false")
    page.keyboard.press("Control+z")
    has_points(page, SPIKE)
    for count in (SPIKE - 1, SPIKE - 2):
        page.keyboard.press("Control+Shift+Z")
        has_points(page, count)


def test_what_another_page_makes_of_the_points_can_be_undone(page: Page, address: str) -> None:
    opened(page, address)
    remove_two(page)
    expect(page.locator(".editor")).to_have_attribute("data-stale", "false")
    page.get_by_role("link", name="Path", exact=True).click()
    page.get_by_role("button", name=re.compile("^Data: ")).click()
    page.get_by_text("zigzag", exact=True).click()
    expect(page.get_by_role("button", name="Data: zigzag")).to_be_visible()
    page.get_by_role("link", name="Spline explorer").click()
    expect(page.locator(".editor")).not_to_have_attribute("data-points", str(SPIKE - 2))
    page.keyboard.press("Control+z")
    has_points(page, SPIKE - 2)
    page.keyboard.press("Control+z")
    has_points(page, SPIKE - 1)


def test_what_the_tab_keeps_is_not_believed(page: Page, address: str) -> None:
    opened(page, address)
    remove_two(page)
    for kept in (
        '{"a": 1}',
        "[[[[0, 1e999]]], [[[0, 0]]], []]",
        "[[[]], [[[0, 0]]], []]",
        "[[], [], []]",
        "<",
        '["","",""]',
    ):
        page.evaluate("kept => sessionStorage.setItem('cvxdnn-points-1', kept)", kept)
        page.goto(address)
        expect(page.locator(".editor")).to_have_attribute("data-points", str(SPIKE))
        expect(page.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "true")
