"""The stage: a finished film at first, a picture that follows a slider in the same frame, a film that fades."""

import re

import numpy as np
from playwright.sync_api import expect

from cvxdnn.exhibits.rank_one.case import RankOneSetting, rank_one_case
from tests.browser.test_explore import SLOW
from tests.browser.test_point_editor import next_frame


def open_stage(page, address):
    page.goto(address)
    expect(page.locator(".picture svg .bar path")).to_have_attribute("d", re.compile("M"), timeout=SLOW)
    expect(page.get_by_role("button", name="Play the film of the training")).to_be_visible(timeout=SLOW)


def slide(page, name, steps):
    slider = page.get_by_role("slider", name=re.compile(name))
    slider.focus()
    for _ in range(abs(steps)):
        slider.press("ArrowRight" if steps > 0 else "ArrowLeft")


def frames_of(path):
    """Top edges of the bars that a path draws."""
    return [float(top) for top in re.findall(r"V([\d.]+)h", path)]


def test_it_opens_with_a_film_that_ends_at_the_closed_form(page, address):
    open_stage(page, f"{address}/rank_one")
    bars, frames = (page.locator(f".picture .{style} path").get_attribute("d") for style in ("bar", "frame"))
    assert np.abs(np.subtract(frames_of(bars), frames_of(frames))).max() < 0.5
    expect(page.locator(".tile").nth(1)).to_contain_text("0.0°")
    bar = page.get_by_role("slider", name="Moment of the training")
    bar.press("Home")
    next_frame(page)
    assert float(page.locator(".tile .big").nth(1).inner_text().rstrip("°")) > 10


def test_the_closed_form_follows_a_slider_in_the_same_frame_and_the_film_fades_until_the_next_comes(page, address):
    open_stage(page, f"{address}/rank_one")
    stage = page.locator(".stage-page")
    slider = page.get_by_role("slider", name=re.compile("weight decay"))
    moved = slider.evaluate(
        """(it) => {
            it.value = Number(it.value) + 2;
            it.oninput();
            return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
                done(it.getRootNode().querySelector(".tile .note").textContent))));
        }"""
    )
    assert "new training" in moved
    assert stage.get_attribute("data-old") == "true"
    third = page.locator(".tile").nth(2)
    case = rank_one_case(RankOneSetting(beta=0.7))
    expect(third.locator(".big")).to_have_text("1" if case.optimum.value else "0")
    slider.evaluate("(it) => it.onchange()")
    expect(stage).to_have_attribute("data-old", "false", timeout=SLOW)
    expect(page.locator(".tile .note").first).to_contain_text(f"{case.optimum.value:.3g}"[:4], timeout=SLOW)


def test_what_is_chosen_is_kept_while_another_page_is_open(page, address):
    open_stage(page, f"{address}/rank_one")
    slide(page, "weight layers", 1)
    output = page.locator(".control output").nth(1)
    expect(output).to_have_text("4")
    expect(page.locator(".stage-page")).to_have_attribute("data-ahead", "false", timeout=SLOW)
    page.get_by_role("link", name="About").click()
    expect(page.locator(".picture svg")).to_have_count(0, timeout=SLOW)
    page.get_by_role("link", name=re.compile("Rank one")).click()
    expect(output).to_have_text("4", timeout=SLOW)
