"""The proof as a beam: springs where points are missed, lights where it kinks, nothing of it before a guess."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from cvxdnn import solve
from cvxdnn.tasks.scenario import Scenario
from tests.browser.test_explore import SLOW, open_explore
from tests.browser.test_point_editor import next_frame

BENT = Scenario(preset="zigzag", beta=0.02)


def switch(page):
    return page.locator('.legend .entry[data-name="beam"]')


def springs(page):
    """The x of each, in pixels of the chart."""
    path = page.locator(".plot .springs").get_attribute("d") or ""
    return [float(left) for left in re.findall(r"M([\d.]+) ", path)]


@pytest.fixture
def optimum():
    dataset, _ = BENT.normalized()
    return dataset, solve(dataset.x, dataset.y, beta=BENT.beta)


def test_springs_pull_where_points_are_missed_and_lights_are_where_it_kinks(page, address, optimum):
    open_explore(page, address, "?" + urlencode(BENT.to_query()))
    expect(page.locator(".glow")).to_have_count(0)
    switch(page).click()
    expect(switch(page)).to_have_attribute("aria-pressed", "true")
    dataset, solution = optimum
    far = abs(dataset.y - solution.spline(dataset.x)) > 0.05
    assert len(springs(page)) >= far.sum() > 0
    expect(page.locator(".glows .glow")).to_have_count(solution.knots.size)
    expect(page.locator(".certificate .glow")).to_have_count(solution.knots.size)
    expect(page.locator(".certificate text").first).to_have_text("strength +0.02")
    expect(page.locator(".caption")).to_contain_text("kinks only where the moment reaches its strength, ±β")
    page.wait_for_url("**hidden=sparsest.beam**", timeout=SLOW)
    assert parse_qs(urlsplit(page.url).query)["hidden"] == ["sparsest.beam"]
    page.reload()
    expect(page.locator(".glows .glow")).to_have_count(solution.knots.size, timeout=SLOW)


def test_the_moment_is_the_loads_summed_twice_and_stays_within_the_strength(optimum):
    dataset, solution = optimum
    loads = dataset.y - solution.spline(dataset.x)
    assert loads.sum() == pytest.approx(0, abs=1e-12)
    moment = [((loads * (dataset.x - t)) * (dataset.x > t)).sum() for t in dataset.x]
    assert max(map(abs, moment)) == pytest.approx(BENT.beta, rel=1e-6)
    touching = [x for x, each in zip(dataset.x, moment, strict=True) if abs(each) > BENT.beta * (1 - 1e-6)]
    assert set(solution.knots) <= set(touching)


def test_springs_follow_a_point_while_it_is_dragged_and_are_gone_in_front_of_a_pencil(app_server, page, address):
    open_explore(page, address, "?" + urlencode(BENT.replace(hidden=("sparsest", "stack")).to_query()))
    expect(page.locator(".glows .glow").first).to_be_visible(timeout=SLOW)
    before = page.locator(".plot .springs").get_attribute("d")
    with app_server.stopped(address):
        page.locator(".point").nth(2).focus()
        page.keyboard.press("Shift+ArrowUp")
        next_frame(page)
        assert page.locator(".plot .springs").get_attribute("d") != before
    page.locator('[data-action="beat"]').click()
    next_frame(page)
    assert springs(page) == []
    expect(page.locator(".glows .glow")).to_have_count(0)
