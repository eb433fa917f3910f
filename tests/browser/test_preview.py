"""While a point moves, the browser computes the optimum and its proof; then the server's answer takes their place."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.test_explore import SLOW, curve, open_explore, shape, take
from tests.browser.test_point_editor import next_frame

STEPS = 24


@pytest.fixture
def address(app_server):
    return app_server("app.py", env={"CVXDNN_WORKERS": "1"})


def heights(page, name, lefts):
    """Of a drawn curve, in pixels."""
    corners = np.array(re.findall(r"[-\d.]+", shape(page, name)), dtype=float).reshape(-1, 2)
    return np.interp(lefts, corners[:, 0], corners[:, 1])


def knots(page):
    return page.locator('path[data-knots="optimum"]').get_attribute("d")


def test_with_the_server_stopped_optimum_knots_and_tube_follow_the_finger(app_server, page, address):
    open_explore(page, address)
    expect(curve(page, "dual")).to_be_visible(timeout=SLOW)
    x, y = take(page, 5)
    optima, tubes, places = set(), set(), set()
    with app_server.stopped(address):
        for step in range(STEPS):
            page.mouse.move(x + step, y - 4 * step - 5)
            next_frame(page)
            expect(page.locator('.editor[data-previewed="true"]')).to_be_visible()
            optima.add(shape(page, "optimum"))
            tubes.add(shape(page, "dual"))
            places.add(knots(page))
    page.mouse.up()
    assert len(optima) == len(tubes) == STEPS
    assert len(places) > 1
    expect(page.locator('.editor[data-stale="false"]')).to_be_visible(timeout=SLOW)


@pytest.mark.parametrize("query", ["preset=spike", "preset=zigzag&depth=3", "preset=motorcycle", "preset=step&depth=5"])
def test_the_servers_answer_takes_the_place_of_the_browsers_without_a_jump(page, address, query):
    open_explore(page, address, f"?{query}")
    point = page.get_by_role("button", name=re.compile("^Point 4 of"))
    for _ in range(3):
        point.press("ArrowUp")
    next_frame(page)
    expect(page.locator('.editor[data-previewed="true"]')).to_be_visible()
    lefts = np.linspace(70, 600, 200)
    ours = {name: heights(page, name, lefts) for name in ("optimum", "dual")}
    expect(page.locator('.editor[data-stale="false"]')).to_be_visible(timeout=SLOW)
    for name, drawn in ours.items():
        assert np.abs(heights(page, name, lefts) - drawn).max() < 1, name


def test_for_another_loss_the_last_answer_stays_and_is_faded(page, address):
    open_explore(page, address, "?preset=spike&loss=absolute")
    before = shape(page, "optimum")
    x, y = take(page, 4)
    page.mouse.move(x, y - 40, steps=3)
    expect(page.locator('.editor[data-stale="true"][data-previewed="false"]')).to_be_visible()
    assert shape(page, "optimum") == before
    expect(curve(page, "optimum")).to_have_css("opacity", "0.35")
    page.mouse.up()
    expect(page.locator('.editor[data-stale="false"]')).to_be_visible(timeout=SLOW)
    assert shape(page, "optimum") != before
