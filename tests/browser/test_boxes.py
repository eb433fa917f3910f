"""Nothing stands out of its card, is cut or shortened, and no row leaves a blank, on any page at six sizes."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import SLOW

PAGES = ("", "path", "depth", "rank_one", "whitened", "batch_norm", "extreme_points", "beyond", "sweep")
PAGES += ("lesson", "about", "glossary")
SCREENS = [{"width": 320, "height": 640}, {"width": 640, "height": 400}]  # the second: a small window at 200 %
SCREENS += [{"width": 390, "height": 844}, {"width": 768, "height": 1024}, {"width": 1280, "height": 800}]
SCREENS.append({"width": 1920, "height": 1080})
FAULTS = Path(__file__).with_name("boxes.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_everything_is_in_its_place(new_page, address, name):
    page = new_page()
    page.goto(f"{address}/{name}")
    expect(page.locator("[data-testid='stMain'] h1")).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0, timeout=SLOW)
    for screen in SCREENS:
        page.set_viewport_size(screen)
        page.wait_for_timeout(700)  # a film may play meanwhile: what it shows on its way counts, too
        assert page.evaluate(FAULTS) == [], screen
        assert page.evaluate("document.querySelector('.stMain').scrollWidth <= window.innerWidth")
