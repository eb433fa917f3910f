"""The Batch norm page: its picture follows the sliders in the same frame, and can be turned."""

import re

import pytest
from playwright.sync_api import expect

from cvxdnn.exhibits.batch_norm.case import Setting, shape_of
from tests.browser.test_point_editor import next_frame
from tests.browser.test_whitened import PHONE, SLOW, drag, tile


def places(page, kind):
    """Of the marks of each class, in pixels."""
    return page.locator(f".{kind}[data-class]").evaluate_all(
        "marks => marks.map((mark) => { const { x, y, width, height } = mark.getBoundingClientRect();"
        " return [x + width / 2, y + height / 2]; })"
    )


def test_means_end_in_the_corners_and_a_class_vanishes_in_the_frame_of_the_slider(new_page, address):
    page = new_page(**PHONE)
    page.goto(f"{address}/batch_norm")
    expect(page.locator(".network-mark[data-class]")).to_have_count(3, timeout=SLOW)
    expect(page.get_by_role("button", name="Play the film of the training")).to_be_visible(timeout=SLOW)
    expect(tile(page, "objective")).to_have_text(re.compile("apart|above"), timeout=SLOW)
    # The box of a triangle is not around its centre: that of a larger one lies a pixel lower.
    assert places(page, "network-mark") == [pytest.approx(place, abs=1.5) for place in places(page, "exact-mark")]
    card, picture = (page.locator(name).bounding_box() for name in (".stage-page .card", ".picture svg"))
    assert card["x"] <= picture["x"]
    assert picture["x"] + picture["width"] <= card["x"] + card["width"]
    corners = places(page, "exact-mark")
    drag(page, "beta", 8)  # 0.9
    assert places(page, "exact-mark") != corners
    value = shape_of(Setting(beta=0.9)).ideal.lower_bound
    assert f"closed form: {value:.3g}" not in page.locator(".tiles").inner_text()  # the network's is still of 0.5
    drag(page, "beta", 17)
    expect(page.locator(".picture")).to_contain_text("1, 2, 3 gone")
    page.locator("[data-control=beta] input").evaluate("it => it.onchange()")
    expect(page.locator(".stage-page")).to_have_attribute("data-old", "false", timeout=SLOW)
    expect(page.get_by_text("0 of 3").first).to_be_visible(timeout=SLOW)


def test_four_classes_can_be_turned(new_page, address):
    page = new_page()
    page.goto(f"{address}/batch_norm")
    page.get_by_role("slider", name="Classes K").press("ArrowRight", timeout=SLOW)
    turn = page.get_by_role("slider", name="Turn the space of the class means")
    expect(turn).to_be_visible(timeout=SLOW)
    before, angle = places(page, "exact-mark"), float(turn.get_attribute("aria-valuenow"))
    turn.press("ArrowRight")
    next_frame(page)
    assert float(turn.get_attribute("aria-valuenow")) == angle + 5
    assert places(page, "exact-mark") != before
