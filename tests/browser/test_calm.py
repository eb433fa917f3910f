"""Nothing jumps: how far things on the Explore page move by themselves while somebody works with it.

The figure is the browser's own (Layout Instability API): the share of the window that moved times the share of its
height by which it moved, added up. All of it counts here, also what follows an action at once.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_explore import SLOW, drag, open_explore

MOST = 0.02
WATCH = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const moved = entry.sources.map(({ node, previousRect: from, currentRect: to }) =>
        `${node?.textContent?.slice(0, 30)} from ${from.y} to ${to.y}, ${to.width} x ${to.height}`);
      window.shifts.push({ value: entry.value, moved });
    }
  }).observe({ type: "layout-shift" });
}"""
SCREENS = [{"width": 1280, "height": 800}, {"width": 390, "height": 844}]


@pytest.fixture
def calm_page(page: Page, app_server) -> Page:
    """The page at rest, its shifts being watched."""
    open_explore(page, app_server("app.py", env={"CVXDNN_WORKERS": "1"}))
    at_rest(page)
    page.evaluate(WATCH)
    return page


def at_rest(page: Page) -> None:
    """Trained, drawn and silent."""
    expect(page.locator(".st-key-explore_progress")).to_contain_text("converged", timeout=2 * SLOW)
    page.wait_for_timeout(1500)


def expect_calm(page: Page) -> None:
    at_rest(page)
    shifts = page.evaluate("() => window.shifts.splice(0)")
    assert sum(shift["value"] for shift in shifts) < MOST, shifts


def slide(page: Page, name: re.Pattern[str], key: str) -> None:
    page.get_by_role("slider", name=name).focus()
    page.keyboard.press(key)


@pytest.mark.parametrize("page", SCREENS, indirect=True)
def test_a_drag_moves_nothing_but_the_point(calm_page):
    drag(calm_page, 5, 0, -40)
    expect_calm(calm_page)


@pytest.mark.parametrize("page", SCREENS, indirect=True)
def test_weight_decay_moves_nothing_else(calm_page):
    slide(calm_page, re.compile("Weight decay"), "ArrowRight")
    expect_calm(calm_page)


@pytest.mark.parametrize("page", SCREENS, indirect=True)
def test_depth_moves_nothing_else(calm_page):
    slide(calm_page, re.compile("Depth"), "ArrowRight")
    expect_calm(calm_page)


@pytest.mark.parametrize("page", SCREENS, indirect=True)
def test_a_file_and_a_refused_one_move_nothing_on_the_chart(calm_page, tmp_path):
    page = calm_page
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("x,y\n0,0\n1,2\n2,1\n3,4\n")
    bad.write_text("x,y\n0,zero\n")
    page.get_by_role("button", name="Your own data").click()
    choose = page.locator("input[type=file]")
    choose.wait_for(state="attached", timeout=SLOW)
    page.wait_for_timeout(800)
    page.evaluate("() => window.shifts.splice(0)")  # what the visitor opened, he wanted to move
    chart = page.locator(".chart")
    place = chart.bounding_box()
    choose.set_input_files(str(bad))
    expect(page.get_by_text("The file was not read")).to_be_visible(timeout=SLOW)
    assert chart.bounding_box() == pytest.approx(place, abs=1)
    choose.set_input_files(str(good))
    page.get_by_role("button", name="Use these points").click(timeout=SLOW)
    expect(page.get_by_role("button", name=re.compile("^Point 1 of 4"))).to_be_visible(timeout=SLOW)
    assert chart.bounding_box() == pytest.approx(place, abs=1)
