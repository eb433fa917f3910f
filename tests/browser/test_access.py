"""Who does not see, does not point, or needs it large: axe's findings, texts of pictures, and the keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_boxes import PAGES

SLOW = 60_000
SCHEMES = ("light", "dark")
SCREENS = ({"width": 1280, "height": 800}, {"width": 390, "height": 844})
SERIOUS = {"serious", "critical", "moderate"}
OF_STREAMLIT: dict[tuple[str, str], str] = {}
"""Findings in Streamlit's own elements, which no option of it changes: rule and a part of the selector, and why."""


@pytest.fixture
def tolerated():
    return ("status of 404",)  # opened by link, Streamlit first looks for its server under the page's own address


@pytest.fixture
def address(app_server):
    return app_server("app.py", env={"CVXDNN_WORKERS": "1"})


def open_page(page: Page, address: str, name: str) -> None:
    """The page with its first picture, and nothing on its way."""
    page.goto(f"{address}/{name}")
    expect(page.locator("[data-testid='stMain'] h1")).to_be_visible(timeout=SLOW)
    if name != "about":
        expect(page.locator(".widget svg[aria-label]").first).to_be_attached(timeout=SLOW)
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0, timeout=SLOW)
    page.wait_for_timeout(1500)


def findings(page: Page) -> list[str]:
    """What axe finds, but for what is Streamlit's."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['impact']} {rule['id']}: {node['target']} {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
        if not any(rule["id"] == known and part in str(node["target"]) for known, part in OF_STREAMLIT)
    ]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_of_ours(new_page, address, name):
    page = new_page(reduced_motion="reduce")
    open_page(page, address, name)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for screen in SCREENS:
            page.set_viewport_size(screen)
            page.wait_for_timeout(800)
            assert findings(page) == [], (scheme, screen)
