"""The console says nothing: no error, no warning, no failed request, on any page, also after twenty moves."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_boxes import PAGES

SLOW = 60_000
MOVES = 20
# Streamlit mounts a Vega chart empty and gives it its rows afterwards; what Vega says of the empty one is not ours.
OF_AN_EMPTY_CHART = re.compile("warning: WARN (Infinite extent for field|Log scale domain includes zero)")


@pytest.mark.parametrize("name", PAGES)
def test_the_console_is_silent(new_page, app_server, name):
    page = new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text} {message.location['url']}"))
    page.on("pageerror", lambda error: said.append(f"uncaught: {error}"))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url} {request.failure}"))
    page.on("response", lambda answer: answer.status >= 400 and said.append(f"{answer.status}: {answer.url}"))
    page.goto(f"{app_server('app.py', env={'CVXDNN_WORKERS': '1'})}/{name}")
    expect(page.locator("[data-testid='stMain'] h1")).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0, timeout=SLOW)
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
    said = [each for each in said if not OF_AN_EMPTY_CHART.match(each)]
    assert said == [], "\n".join(said)
