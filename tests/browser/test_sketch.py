"""A function drawn over the points: its price follows the finger, and its gap is certified when it is lifted."""

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

from cvxdnn.app.modules import DIGEST
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sketch import Sketch, appraise
from tests.browser.test_explore import SLOW, curve, open_explore, shape
from tests.browser.test_point_editor import next_frame
from tests.tasks.sketches import COUNT, best_price, gap_of, random_sketches

PRICED = """async ([price, optimum, problems]) => {
  const { priced } = await import(price);
  const { deepOptimum, grouped } = await import(optimum);
  return problems.map(([line, x, y, model]) => {
    const { misfit, charge } = priced(line, { x, y }, model);
    const best = model.loss === "squared" ? deepOptimum(grouped(x, y), model.beta, model.depth).objective : null;
    return [misfit, charge, best];
  });
}"""
CORNERS = """(sheet) => [...sheet.querySelectorAll(".corner")].map((corner) => {
  const { x, y, width, height } = corner.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
})"""
ACROSS = [(0.0, 0.66), (0.33, 0.66), (0.5, 0.26), (0.67, 0.64), (1.0, 0.66)]
"""Over the spike: shares of the way from the first point to the last, and of the height of the chart."""


@pytest.fixture(scope="module")
def priced(app_server, browser):
    """Misfit, charge and best price by the modules of the page."""
    page = browser.new_page()
    page.goto(app_server("tests/browser/apps/editor_app.py"))
    modules = [f"/assets/{DIGEST}/{name}" for name in ("sketch/price.js", "optimum/index.js")]
    yield lambda problems: page.evaluate(PRICED, [*modules, problems])
    page.close()


def problem(scenario, sketch):
    data, units = scenario.normalized()
    f = sketch.spline(units)
    line = np.column_stack([f.knots, f.heights]).tolist()
    model = {"beta": scenario.beta, "depth": scenario.depth, "loss": scenario.loss}
    return [line, data.x.tolist(), data.y.tolist(), model]


def test_the_browsers_gaps_agree_with_linear_and_quadratic_programs(priced):
    asked = list(random_sketches())
    found = priced([problem(*each) for each in asked])
    assert len(found) == COUNT
    for (scenario, sketch), (misfit, charge, best) in zip(asked, found, strict=True):
        assert abs(misfit + charge - best - gap_of(scenario, sketch)) < 1e-9


@pytest.mark.parametrize("loss", ["squared", "absolute", "huber", "epsilon_insensitive", "logistic", "hinge"])
@pytest.mark.parametrize("depth", [2, 4])
def test_the_browser_prices_as_the_library_does(priced, loss, depth):
    is_label = loss in ("logistic", "hinge")
    scenario = Scenario(preset="two classes" if is_label else "zigzag", loss=loss, depth=depth)
    xs = np.array(scenario.points)[:, 0]
    rng = np.random.default_rng(1)
    asked = []
    for _ in range(20):
        across = np.sort(rng.uniform(xs.min() - 0.1, xs.max() + 0.1, 9))
        asked.append(Sketch(tuple(zip(across.tolist(), rng.normal(size=9).tolist(), strict=True))))
    found = priced([problem(scenario, sketch) for sketch in asked])
    for sketch, (misfit, charge, _) in zip(asked, found, strict=True):
        ours = appraise(sketch, Baseline(scenario))
        assert misfit == pytest.approx(ours.misfit, rel=1e-9)
        assert charge == pytest.approx(ours.charge, rel=1e-9)


def beat(page):
    return page.locator(".beat")


def number(page):
    return page.get_by_test_id("drawing-gap")


def tag(page):
    return beat(page).locator(".tag")


def share(page):
    """The gap on the screen."""
    return float(re.sub(r"[^\d.]", "", number(page).inner_text())) / 100


def begin(page, address, query=""):
    open_explore(page, address, query)
    expect(page.get_by_test_id("gap")).to_have_text(re.compile("%$"), timeout=SLOW)
    page.get_by_role("button", name="Beat it").click()
    expect(page.locator(".sheet")).to_be_visible()


def places(page, shares=ACROSS):
    """In the window, of shares of the way between first and last point and of the height of the chart."""
    dots = [page.locator(".point .dot").nth(k).bounding_box() for k in (0, page.locator(".point").count() - 1)]
    first, last = (box["x"] + box["width"] / 2 for box in dots)
    box = page.locator(".sheet").bounding_box()
    return [(first + a * (last - first), box["y"] + down * box["height"]) for a, down in shares]


def draw(page, shares=ACROSS):
    page.mouse.move(*places(page, shares)[0])
    page.mouse.down()
    for x, y in places(page, shares)[1:]:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()
    next_frame(page)


def test_with_the_server_stopped_the_price_follows_the_finger_in_the_same_frame(app_server, page, address):
    begin(page, address)
    way = places(page)
    page.mouse.move(*way[0])
    page.mouse.down()
    for x, y in way[1:]:
        page.mouse.move(x, y, steps=4)
    x, y = way[-1]
    seen, sums, lines = set(), set(), set()
    with app_server.stopped(address):
        for step in range(1, 21):
            page.mouse.move(x - 4 * step, y - 3 * step)
            next_frame(page)
            seen.add(number(page).inner_text())
            sums.add(page.locator('.price [data-of="drawing"] .sum').inner_text())
            lines.add(shape(page, "drawing"))
        expect(tag(page)).to_have_text("preview")
    page.mouse.up()
    assert len(lines) == 20
    assert len(sums) >= 18  # of three digits
    assert len(seen) >= 15
    expect(tag(page)).to_have_text("certified", timeout=SLOW)


def test_while_it_is_a_game_nothing_is_seen_of_the_best_and_then_all_of_it(page, address):
    begin(page, address)
    draw(page)
    secrets = ('path[data-name="optimum"]', 'path[data-name="network"]', 'path[data-name="band"]', ".certificate")
    more = (".hinges", ".film", ".legend", ".drop", 'path[data-knots="optimum"]', 'path[data-name="spline"]')
    for secret in (*secrets, *more):
        for each in page.locator(secret).all():
            expect(each).to_be_hidden()
    said = page.locator(".chart").first
    expect(said).to_have_attribute("aria-label", re.compile("your drawing"))
    expect(said).not_to_have_attribute("aria-label", re.compile("optimum|network"))
    expect(tag(page)).to_have_text("certified")
    page.get_by_role("button", name="Reveal the best").click()
    for secret in secrets[:3]:
        expect(page.locator(secret).first).to_be_visible()
    expect(beat(page).locator(".note")).to_have_text(
        re.compile(
            r"your drawing \+[\d,.]+ %, the trained network (\+|< )[\d.]+ %, best 0 %\. "
            r"\d+ % of it lies inside the band\. It pays most to "
        )
    )


def test_the_certified_gap_is_that_of_the_drawing_in_the_link(page, address):
    begin(page, address)
    draw(page)
    expect(tag(page)).to_have_text("certified")
    page.wait_for_url(re.compile("sketch="))
    before, url = share(page), page.url
    assert len(url) < 300
    page.get_by_role("button", name="Reveal the best").click()
    page.wait_for_url(re.compile("sketch=r"))
    page.reload()
    expect(tag(page)).to_have_text("certified", timeout=SLOW)
    expect(page.get_by_role("button", name="Start again")).to_be_visible()
    assert share(page) == pytest.approx(before, rel=0.01)
    expect(curve(page, "optimum")).to_be_visible()
    page.go_back()
    page.wait_for_url(re.compile("sketch=d"))
    expect(page.get_by_role("button", name="Reveal the best")).to_be_visible()
    page.locator(".sheet").press("Escape")
    page.wait_for_url(re.compile("^((?!sketch=).)*$"))
    expect(beat(page)).to_be_hidden()
    expect(curve(page, "optimum")).to_be_visible()


def test_going_back_redraws_that_part_and_corners_are_pulled(page, address):
    begin(page, address)
    draw(page, [(-0.01, 0.6), (1.0, 0.6)])
    expect(tag(page)).to_have_text("certified")
    flat = shape(page, "drawing")
    corners = page.locator(".sheet .corner")
    assert corners.count() == 2
    draw(page, [(0.4, 0.6), (0.5, 0.3), (0.6, 0.6)])
    assert 4 <= corners.count() <= 8
    assert max(xs_of(shape(page, "drawing"))) == pytest.approx(max(xs_of(flat)), abs=0.5)
    (x, y), before = (
        min(page.locator(".sheet").evaluate(CORNERS), key=lambda place: place[1]),
        number(page).inner_text(),
    )
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y - 20, steps=3)
    page.mouse.up()
    next_frame(page)
    assert number(page).inner_text() != before
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(corners).to_have_count(0)
    page.keyboard.press("Control+y")
    expect(curve(page, "drawing")).to_have_attribute("d", flat)


def xs_of(d):
    return [float(pair.split()[0]) for pair in re.split("[ML]", d)[1:]]


@pytest.mark.parametrize("page", [{"width": 390, "height": 844, "touch": True}], indirect=True)
def test_a_finger_draws_at_phone_width_and_the_page_stands_still(page, address):
    begin(page, address)
    finger = page.context.new_cdp_session(page)

    def touch(kind, *at):
        points = [{"x": x, "y": y} for x, y in at]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    way = places(page)
    touch("touchStart", way[0])
    for (x0, y0), (x1, y1) in pairwise(way):
        for step in range(1, 9):
            touch("touchMove", (x0 + step / 8 * (x1 - x0), y0 + step / 8 * (y1 - y0)))
    expect(tag(page)).to_have_text("preview")
    touch("touchEnd")
    expect(tag(page)).to_have_text("certified")
    assert page.evaluate("scrollY") == 0
    assert share(page) > 0
    page.get_by_role("button", name="Reveal the best").tap()
    expect(curve(page, "optimum")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_by_keyboard_alone_from_the_first_key_to_the_end(page, address):
    open_explore(page, address)
    expect(page.get_by_test_id("gap")).to_have_text(re.compile("%$"), timeout=SLOW)
    page.get_by_role("button", name="Beat it").focus()
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    expect(tag(page)).to_have_text("certified")
    level = number(page).inner_text()
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    for _ in range(6):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    expect(number(page)).not_to_have_text(level)
    expect(tag(page)).to_have_text("certified")
    page.keyboard.press("Control+z")
    expect(tag(page)).to_have_text("certified")
    expect(page.locator(".announcer")).to_contain_text("your drawing above the best there is")
    page.keyboard.press("Escape")
    expect(beat(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Beat it")).to_be_focused()


def test_other_points_end_the_game(page, address):
    begin(page, address)
    draw(page)
    expect(tag(page)).to_have_text("certified")
    page.get_by_role("button", name=re.compile("^Data:")).click()
    page.get_by_role("menuitem", name="zigzag").or_(page.get_by_text("zigzag", exact=True)).first.click()
    expect(beat(page)).to_be_hidden()


@pytest.mark.parametrize("query", ["?preset=zigzag&depth=3", "?preset=two+classes&loss=hinge", "?loss=huber"])
def test_other_depths_and_losses_have_a_certified_gap_too(page, address, query):
    begin(page, address, query)
    draw(page)
    expect(tag(page)).to_have_text("certified", timeout=SLOW)
    assert share(page) > 0


def test_the_quadratic_program_knows_a_case_by_hand():
    # Two points a rise apart: half of the rise is paid for by weight decay beta, once for the slope.
    assert best_price(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0.1) == pytest.approx(0.1 - 0.1**2)
