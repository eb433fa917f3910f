"""The console says nothing: no error, no warning, no failed request, on any page, also after twenty moves."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_boxes import PAGES

SLOW = 60_000
MOVES = 20


def listen(page: Page) -> list[str]:
    """All that goes wrong, or is said, from now on."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text} {message.location['url']}"))
    page.on("pageerror", lambda error: said.append(f"uncaught: {error}"))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url} {request.failure}"))
    page.on("response", lambda answer: answer.status >= 400 and said.append(f"{answer.status}: {answer.url}"))
    return said


def open_page(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/{name}")
    expect(page.locator("[data-testid='stMain'] h1")).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0, timeout=SLOW)


@pytest.mark.parametrize("name", PAGES)
def test_the_console_is_silent(new_page, address, name):
    page = new_page()
    said = listen(page)
    open_page(page, address, name)
    page.wait_for_timeout(1500)
    sliders = page.locator(".controls .rail, .weight-decay .rail, .film .rail")
    if sliders.count():
        for k in range(MOVES):
            sliders.first.press("ArrowRight" if k % 4 < 2 else "ArrowLeft")
            page.wait_for_timeout(150)
    page.wait_for_timeout(2000)
    closed = page.locator("details:not([open]) > summary")
    for _ in range(closed.count()):
        closed.first.click()
        page.wait_for_timeout(1000)
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0, timeout=SLOW)
    page.wait_for_timeout(1000)
    assert said == [], "\n".join(said)


def test_the_console_is_silent_while_the_plots_of_look_closer_fill(new_page, address):
    page = new_page()
    said = listen(page)
    open_page(page, address, "")
    page.get_by_text("Look closer").click()
    drawn = page.locator(".st-key-explore_details_open .drawn > svg")
    lines = drawn.locator("path.line")
    expect(drawn).to_be_visible(timeout=SLOW)
    expect(lines.and_(page.locator(".certified"))).to_have_count(1)
    starts = {"Race": "Start the race", "Seeds": "Train 64 networks"}
    for view, start in starts.items():
        page.locator(".st-key-explore_details_view").get_by_text(view, exact=True).click()
        page.get_by_role("button", name=start).click(timeout=SLOW)
        filled = lines.nth(3) if view == "Race" else drawn.locator("path.bar").first
        expect(filled).to_have_attribute("d", re.compile("^M"), timeout=SLOW)
    page.wait_for_timeout(1000)
    assert said == [], "\n".join(said)
