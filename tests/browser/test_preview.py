"""While a point moves, the browser computes the optimum and its proof; then the server's answer takes their place."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from cvxdnn import beta_max, critical_betas
from cvxdnn.core.datasets import load_preset
from tests.browser.test_explore import SLOW, curve, open_explore, shape, take
from tests.browser.test_point_editor import next_frame

STEPS = 24
LAST_DIGIT = 0.01  # of three


def heights(page, name, lefts):
    """Of a drawn curve, in pixels."""
    corners = np.array(re.findall(r"[-\d.]+", shape(page, name)), dtype=float).reshape(-1, 2)
    return np.interp(lefts, corners[:, 0], corners[:, 1])


def slider(page):
    return page.get_by_role("slider", name="Weight decay β")


def row(page, of):
    return page.locator(f'.price [data-of="{of}"]')


def price(page, of):
    """Misfit, charge and their sum, to three digits."""
    return tuple(map(float, re.findall(r"[\d.]+", row(page, of).locator(".sum").inner_text())))


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
def test_the_servers_answer_takes_the_place_of_the_browsers_without_a_jump(app_server, page, address, query):
    open_explore(page, address, f"?{query}")
    point = page.get_by_role("button", name=re.compile("^Point 4 of"))
    lefts = np.linspace(70, 600, 200)
    with app_server.stopped(address):  # its answer could be there before the browser's is read
        for _ in range(3):
            point.press("ArrowUp")
        next_frame(page)
        expect(page.locator('.editor[data-previewed="true"]')).to_be_visible()
        ours = {name: heights(page, name, lefts) for name in ("optimum", "dual")}
    expect(page.locator('.editor[data-stale="false"]')).to_be_visible(timeout=SLOW)
    for name, drawn in ours.items():
        assert np.abs(heights(page, name, lefts) - drawn).max() < 1, name


def test_with_the_server_stopped_optimum_tube_and_price_follow_the_weight_decay(app_server, page, address):
    open_explore(page, address, "?preset=zigzag")
    expect(curve(page, "dual")).to_be_visible(timeout=SLOW)
    rail = slider(page).bounding_box()
    y = rail["y"] + rail["height"] / 2
    at = float(slider(page).evaluate("it => it.value / it.max"))
    start = rail["x"] + 11 + at * (rail["width"] - 22)  # the thumb's centre stops half its width before either end
    stop_width = (rail["width"] - 22) / float(slider(page).get_attribute("max"))
    page.mouse.move(start, y)
    page.mouse.down()
    seen = set()
    with app_server.stopped(address):
        for step in range(1, STEPS + 1):
            page.mouse.move(start + step * stop_width, y)
            next_frame(page)
            expect(page.locator('.editor[data-previewed="true"]')).to_be_visible()
            words = slider(page).get_attribute("aria-valuetext")
            seen.add((shape(page, "optimum"), shape(page, "dual"), price(page, "optimum"), words))
    page.mouse.up()
    for kind in zip(*seen, strict=True):
        assert len(set(kind)) == STEPS
    before = price(page, "optimum")
    expect(page.locator('.editor[data-stale="false"]')).to_be_visible(timeout=SLOW)
    assert price(page, "optimum") == pytest.approx(before, rel=LAST_DIGIT)
    page.wait_for_url(re.compile("beta="), timeout=SLOW)


def test_the_price_by_keys_is_that_of_the_server_and_the_network_follows(app_server, page, address):
    open_explore(page, address, "?preset=spike")
    expect(row(page, "network").locator(".sum")).to_contain_text("=", timeout=SLOW)
    with app_server.stopped(address):
        for _ in range(8):
            slider(page).press("ArrowRight")
        next_frame(page)
        ours = price(page, "optimum")
        expect(page.get_by_role("button", name="earlier network")).to_be_visible()
        expect(row(page, "network")).to_have_css("opacity", "0.35")
    expect(page.locator('.editor[data-stale="false"]')).to_be_visible(timeout=SLOW)
    assert price(page, "optimum") == pytest.approx(ours, rel=LAST_DIGIT)
    expect(page.get_by_role("button", name="trained network")).to_be_visible(timeout=SLOW)
    expect(row(page, "network")).to_have_css("opacity", "1")
    misfit, charge, whole = price(page, "network")
    assert misfit + charge == pytest.approx(whole, rel=LAST_DIGIT)


@pytest.mark.parametrize(("depth", "accuracy"), [(2, 5e-3), (4, 0.03)])
def test_the_mark_says_from_where_the_best_network_is_flat(page, address, depth, accuracy):
    open_explore(page, address, f"?preset=step&depth={depth}")
    data, _ = load_preset("step").normalized()
    exact = beta_max(data.x, data.y) if depth == 2 else critical_betas(data.x, data.y, depth=depth)[0]
    words = page.locator(".weight-decay .high")
    expect(words).to_contain_text("flat from " if depth == 2 else "flat from ≈ ")
    assert float(words.inner_text().split()[-1]) == pytest.approx(exact, rel=accuracy)
    slider(page).press("End")
    expect(page.locator(".bends .of-best")).to_have_text("0")


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
