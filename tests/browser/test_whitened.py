"""The page on whitened data: its picture follows the sliders in the same frame, and its numbers are the library's."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from cvxdnn.app.modules import DIGEST
from cvxdnn.theory.shrinkage import shrink
from tests.browser.test_point_editor import next_frame
from tests.browser.waiting import SLOW

PHONE = {"width": 390, "height": 844}
COMPUTE = """async ([module, problems]) => {
  const { threshold, strength, price } = await import(module);
  return problems.map((one) => [threshold(...one.slice(1)), strength(...one), price(...one)]);
}"""


def tile(page, title):
    return page.locator(".tile").filter(has_text=title).locator(".big")


def drag(page, control, index):
    """Move a slider of the stage without letting it go, and wait for the next frame alone."""
    page.locator(f"[data-control={control}] input").evaluate("(it, at) => { it.value = at; it.oninput(); }", index)
    next_frame(page)


def test_a_class_loses_its_channel_in_the_frame_of_the_slider(new_page, address):
    page = new_page(**PHONE)
    page.goto(f"{address}/whitened")
    expect(page.locator(".channel")).to_have_count(3, timeout=SLOW)
    expect(page.get_by_role("button", name="Play the film of the training")).to_be_visible(timeout=SLOW)
    expect(tile(page, "objective of the network")).to_have_text(re.compile("apart|above"), timeout=SLOW)
    expect(tile(page, "classes that have a channel")).to_have_text("3 of 3")
    card, picture = (page.locator(name).bounding_box() for name in (".stage-page .card", ".picture svg"))
    assert card["x"] <= picture["x"]
    assert picture["x"] + picture["width"] <= card["x"] + card["width"]
    drag(page, "beta", 8)
    assert page.locator(".channel").count() == 2
    assert tile(page, "classes that have a channel").inner_text() == "2 of 3"
    assert tile(page, "threshold").inner_text() == f"{shrink(1.0, 0.7, 3).threshold:.3g}"
    assert page.locator(".picture .old").count() > 0
    page.locator("[data-control=beta] input").evaluate("it => it.onchange()")
    expect(page.locator(".stage-page")).to_have_attribute("data-old", "false", timeout=SLOW)
    expect(page.get_by_role("button", name="Train again")).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-testid=stHtml]").filter(has_text="classes that survive")).to_contain_text("2 of 3")


def test_the_browser_shrinks_as_the_library(app_server, new_page):
    rng = np.random.default_rng(0)
    problems = [
        [float(target), float(beta), depth]
        for depth in range(2, 9)
        for target, beta in zip(rng.uniform(0, 4, 60), 10 ** rng.uniform(-3, 1, 60), strict=True)
    ]
    problems += [[shrink(1.0, 0.3, depth).threshold * (1 + 1e-9), 0.3, depth] for depth in range(2, 9)]
    page = new_page()
    page.goto(app_server("tests/browser/apps/editor_app.py"))
    found = page.evaluate(COMPUTE, [f"/assets/{DIGEST}/stage/shrinkage.js", problems])
    solved = [shrink(target, beta, depth) for target, beta, depth in problems]
    wanted = [[one.threshold, float(one.minimizer), float(one.value)] for one in solved]
    assert np.array(found) == pytest.approx(np.array(wanted), rel=1e-9, abs=1e-12)
