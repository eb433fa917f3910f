"""The Depth page in a browser: it opens with networks on the landscape, which follows its sliders in the same frame."""

import re
from itertools import combinations

import pytest
from playwright.sync_api import Page, expect

from cvxdnn import PRESETS, load_preset, regularization_path
from cvxdnn.app.modules import DIGEST
from cvxdnn.convex import DeepPath
from cvxdnn.exhibits.depth.view import landscape_of
from tests.browser.waiting import SLOW

PHONE = {"width": 390, "height": 844}
VALLEYS = """async ([module, curve, settings]) => {
    const { Landscape } = await import(module);
    return settings.map(([beta, depth, at]) => {
        const landscape = new Landscape(curve, beta, depth);
        const found = landscape.valleys().map(({ r, objective, isDeepest }) => [r, objective, isDeepest]);
        return [found, at.map((r) => landscape.objective(r))];
    });
}"""
HEIGHTS = """(picture) => {
    const line = picture.querySelector('.curve.optimum').getAttribute('d').slice(1);
    const ridge = line.split('L').map((it) => it.split(' ').map(Number));
    const at = (x) => ridge.reduce((best, place) => Math.abs(place[0] - x) < Math.abs(best[0] - x) ? place : best);
    return [...picture.querySelectorAll('.ball')].map((ball) => {
        const [x, y, r] = ['cx', 'cy', 'r'].map((name) => Number(ball.getAttribute(name)));
        return at(x)[1] - (y + r);
    });
}"""
WITHIN = """(svg) => [...svg.querySelectorAll('.line')].map((line) => {
    const { x, y, width, height } = line.getBBox();
    return Math.min(x, y, width) >= 0 && x + width <= svg.clientWidth && y + height <= svg.clientHeight;
})"""
WORDS = """(svg) => [...svg.querySelectorAll('text')]
    .filter((text) => /^(the constant|r = |deepest|.* % above)/.test(text.textContent))
    .map((text) => text.getBBox()).map(({ x, y, width }) => [x, x + width, y])"""
SLIDE = """(input, value) => new Promise((done) => {
    input.value = value;
    input.dispatchEvent(new Event('input'));
    requestAnimationFrame(() => requestAnimationFrame(done));
})"""
BLUR = 3.0
"""Pixels from one place of the curve to the next, on a slope, and half the width of a line."""


def tile(page: Page, title: str):
    return page.locator(".tile").filter(has_text=title).locator(".big")


def test_networks_lie_on_the_landscape_that_follows_the_sliders(new_page, address):
    page = new_page(**PHONE)
    page.goto(f"{address}/depth")
    expect(page.locator(".picture .ball")).to_have_count(16, timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture = page.locator(".picture svg")
    expect(page.locator(".film .step")).to_have_text("step 7,300", timeout=SLOW)  # the end of its film
    expect(tile(page, "deepest valley")).to_have_text("0.4286")
    expect(tile(page, "networks in it")).to_have_text("2 of 16")
    assert min(picture.evaluate(HEIGHTS)) > -BLUR

    ridge = page.locator(".curve.optimum").first
    before = ridge.get_attribute("d")
    page.locator("[data-control=beta] input").evaluate(SLIDE, 70)
    assert ridge.get_attribute("d") != before
    told = "Valleys: the constant at 0.4286, with 2 networks; r = 18.5 at 0.2722, the deepest"
    expect(picture).to_have_attribute("aria-label", re.compile(re.escape(told)))  # once it has come to rest
    assert min(picture.evaluate(HEIGHTS)) > -BLUR  # the same networks at another price
    page.locator("[data-control=depth] input").evaluate(SLIDE, 0)
    expect(tile(page, "valley")).to_have_text(["0.3095", "1"])
    assert min(picture.evaluate(HEIGHTS)) > -BLUR

    page.locator("[data-control=depth] input").evaluate("(input) => input.dispatchEvent(new Event('change'))")
    expect(page.locator(".tile .tag").first).to_have_text("certified", timeout=SLOW)
    expect(page.locator(".stage-page")).to_have_attribute(
        "data-old", "false", timeout=SLOW
    )  # others train by themselves
    expect(page.get_by_text(re.compile("Of 16 networks: .* elsewhere"))).to_be_visible(timeout=SLOW)


def test_words_of_neighbouring_valleys_do_not_lie_on_each_other(new_page, address):
    page = new_page(**PHONE)
    page.goto(f"{address}/depth")
    expect(page.locator(".picture .ball")).to_have_count(16, timeout=SLOW)
    for name, steps in [("beta", -2), ("depth", 2)]:
        slider = page.locator(f"[data-control={name}] input")
        slider.evaluate(SLIDE, int(slider.input_value()) + steps)
    expect(tile(page, "valleys")).to_have_text("3")
    boxes = page.locator(".picture svg").evaluate(WORDS)
    assert len(boxes) == 6
    for (left, right, top), (other_left, other_right, other_top) in combinations(boxes, 2):
        assert abs(top - other_top) > 10 or right < other_left or other_right < left  # pixels


def test_plots_below_the_picture_are_drawn_and_say_what_is_to_be_seen(new_page, address):
    page = new_page(**PHONE)
    page.goto(f"{address}/depth")
    plots = page.locator(".plot-page .drawn > svg")
    expect(plots).to_have_count(2, timeout=SLOW)
    expect(plots.nth(0).locator(".line.stacked").first).to_have_attribute("d", re.compile("^M"))
    expect(plots.nth(1)).to_have_attribute("aria-label", re.compile("^With 5 layers the optimum jumps"))
    assert plots.nth(1).evaluate(WITHIN) == [True] * 6  # a line for each of five depths, and the jumps of one


def test_valleys_are_those_of_the_library(app_server, page):
    page.goto(app_server("tests/browser/apps/editor_app.py"))
    for name in PRESETS:
        data, _ = load_preset(name).normalized()
        deep = DeepPath(regularization_path(data.x, data.y))
        norms = [share * float(deep.curve.path_norm[-1]) for share in (0.0, 1e-6, 0.01, 0.3, 1.0, 2.0)]
        settings = [(s * deep.path.beta_max, depth, norms) for s in (1e-4, 0.01, 0.1, 0.5, 2) for depth in range(2, 7)]
        module = f"/assets/{DIGEST}/stage/pictures/depth_landscape.js"
        answers = page.evaluate(VALLEYS, [module, landscape_of(deep)["curve"], settings])
        for (beta, depth, _), (valleys, heights) in zip(settings, answers, strict=True):
            theirs = deep.local_minima(beta=beta, depth=depth)
            assert [r for r, _, _ in valleys] == pytest.approx([each.r for each in theirs], rel=1e-9, abs=1e-12)
            assert [height for _, height, _ in valleys] == pytest.approx([m.objective for m in theirs], rel=1e-11)
            assert [deepest for _, _, deepest in valleys] == [each.is_global for each in theirs]
            assert heights == pytest.approx(deep.objective_at(norms, beta=beta, depth=depth), rel=1e-11)
