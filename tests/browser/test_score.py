"""The numbers above the chart are those of the moment that is shown, and a start that is stuck can be seen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_explore import SLOW, curve, drag, gap, open_explore
from tests.browser.test_film import at_rest, bar
from tests.browser.test_point_editor import next_frame
from tests.browser.test_preview import price


def percent(text):
    return float(re.sub(r"[^\d.-]", "", text.replace("\u2212", "-")))


def bends(page):
    return [page.locator(f".bends .of-{name}").inner_text() for name in ("network", "best")]


def test_gap_and_bends_are_those_of_the_moment_that_is_shown(page, address):
    open_explore(page, address)
    at_rest(page)
    assert bends(page) == ["3", "3"]
    end = percent(gap(page))
    for key in ("Home", *["PageUp"] * 3):
        bar(page).press(key)
        next_frame(page)
        network, best = price(page, "network")[2], price(page, "optimum")[2]
        assert percent(gap(page)) / 100 == pytest.approx(network / best - 1, abs=0.01 * network / best)
        assert percent(gap(page)) > end
        assert bends(page)[1] == "3"


def test_a_network_of_earlier_points_has_no_gap(app_server, page, address):
    open_explore(page, address)
    at_rest(page)
    with app_server.stopped(address):  # networks for the new weight decay could be there before anybody looks
        page.get_by_role("slider", name="Weight decay β").press("ArrowRight")
        next_frame(page)
        assert gap(page) == "–"
        assert bends(page)[0] == "–"


def test_a_start_that_is_stuck_is_shown_at_a_press_and_the_last_one_gives_way(page, address):
    open_explore(page, address, "?preset=two+close+points&width=8")
    note = page.locator(".score .note")
    expect(note).to_contain_text(re.compile(r"[1-7] of 8 starts within 1\s% of it, \d at \+"), timeout=2 * SLOW)
    expect(page.locator(".st-key-explore_progress")).to_contain_text("converged", timeout=2 * SLOW)
    stuck = int(re.search(r"(\d) at", note.inner_text()).group(1))
    press = note.get_by_role("button")
    seen = set()
    for _ in range(stuck):
        press.click()
        next_frame(page)
        expect(press).to_have_text(re.compile(r"showing start \d, \+"))
        assert curve(page, "stuck").get_attribute("d").startswith("M")
        seen.add(press.inner_text())
    assert len(seen) == stuck
    press.click()
    next_frame(page)
    expect(page.locator('path[data-name="stuck"]')).to_have_count(0)
    press.click()
    next_frame(page)
    drag(page, 2, 0, -20)  # it belongs to other points now
    expect(page.locator('path[data-name="stuck"]')).to_have_count(0, timeout=SLOW)
