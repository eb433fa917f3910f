"""The Path page: the line across the lives of the knots is pulled, and all follows in the same frame."""

import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from cvxdnn.app.modules import DIGEST
from cvxdnn.exhibits.explore.axes import write_axes
from cvxdnn.exhibits.path.case import path_case, path_of
from cvxdnn.tasks import link
from cvxdnn.tasks.scenario import Scenario
from tests.browser.test_point_editor import next_frame
from tests.browser.waiting import SLOW, wait_until

PHONE = {"width": 390, "height": 844}
HALO = 3  # pixels, of letters
ENDS = """titles => titles.map((title) => {
  const [{ left, right }, picture] = [title, title.closest("svg")].map((each) => each.getBoundingClientRect());
  return [left - picture.left, right - picture.left, picture.width];
})"""
COMPUTE = """async ([module, model, betas]) => {
  const { lives, optimumAt } = await import(module);
  return { optima: betas.map((beta) => optimumAt(model, beta)), lives: lives(model) };
}"""


def tile(page, title):
    return page.locator(".tile").filter(has_text=title).locator(".big")


def test_the_line_is_pulled_by_pointer_and_keys(new_page, address):
    page = new_page(**PHONE)
    page.goto(f"{address}/path")
    handle = page.get_by_role("slider", name="weight decay", exact=True)
    picture = page.locator("svg.path-picture")
    expect(handle).to_be_visible(timeout=SLOW)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= window.innerWidth")
    path, _ = path_of(Scenario())
    assert tile(page, "a constant from").inner_text() == f"β = {path.beta_max:.3g}"
    handle.focus()
    handle.press("End")
    next_frame(page)
    assert picture.get_attribute("data-knots") == tile(page, "knots now").inner_text() == "0"
    assert page.get_by_role("button", name="Play the film of the falling weight decay").is_visible()
    spline = page.locator("svg.path-picture .optimum")
    shape = spline.get_attribute("d")
    page.wait_for_timeout(300)
    assert spline.get_attribute("d") == shape
    handle.scroll_into_view_if_needed()
    box = page.locator(".path-picture .band").bounding_box()
    grip = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    page.mouse.move(*grip)
    page.mouse.down()
    page.mouse.move(grip[0], grip[1] + 500, steps=4)
    next_frame(page)
    assert spline.get_attribute("d") != shape
    assert int(tile(page, "knots now").inner_text()) == path.knot_count[-1]
    page.mouse.up()


def shown(page):
    """Where the line stands; not a number before it is drawn."""
    return float(page.locator("svg.path-picture").get_attribute("data-beta") or "nan")


def told(page):
    """By the address; 0 where it says nothing of it."""
    return float(parse_qs(urlsplit(page.url).query).get("path_beta", ["0"])[0])


def stands_at(page, beta):
    wait_until(page, lambda: shown(page) == pytest.approx(beta, rel=1e-3), f"the line stands at {beta}")


def test_the_weight_decay_is_in_the_address_where_the_line_is_left(new_page, address):
    page = new_page()
    page.goto(f"{address}/path")
    handle = page.get_by_role("slider", name="weight decay", exact=True)
    handle.focus()
    handle.press("End")
    for _ in range(4):
        handle.press("PageDown")
    next_frame(page)
    beta = shown(page)
    wait_until(page, lambda: told(page) == pytest.approx(beta, rel=1e-3), "the address says where it stands")
    link = page.url
    handle.press("PageDown")
    next_frame(page)
    wait_until(page, lambda: told(page) == pytest.approx(shown(page), rel=1e-3), "and where it stands next")
    page.go_back()
    stands_at(page, beta)
    page.reload()
    expect(handle).to_be_visible()
    page.wait_for_timeout(1500)  # no film sets out, and no other address is written
    stands_at(page, beta)
    assert page.url == link
    handle.focus()
    handle.press("Home")
    page.wait_for_function("location.search === ''")  # as low as is drawn: where the film ends


def test_other_points_are_shown_at_the_same_weight_decay(new_page, address):
    page = new_page()
    page.goto(f"{address}/path?path_beta=0.05")
    stands_at(page, 0.05)
    page.get_by_role("button", name="Data: spike").click()
    page.get_by_role("menuitem", name="zigzag").click()
    page.wait_for_function("location.search.includes('preset=zigzag')")
    page.wait_for_timeout(1500)  # for another weight decay to be told
    stands_at(page, 0.05)
    assert told(page) == 0.05


@pytest.mark.parametrize("preset", ["zigzag", "motorcycle"])
def test_the_browser_follows_the_path_as_the_library(new_page, app_server, preset):
    scenario = Scenario(preset=preset)
    (path, _), (_, units) = path_of(scenario), scenario.normalized()
    drawn = json.loads(json.dumps(path_case(scenario).drawn))
    betas = np.geomspace(drawn["highest"], drawn["lowest"], 57)
    page = new_page()
    page.goto(app_server("tests/browser/apps/editor_app.py"))
    module = f"/assets/{DIGEST}/stage/pictures/path_walk.js"
    found = page.evaluate(COMPUTE, [module, drawn, betas.tolist()])
    for beta, optimum in zip(betas, found["optima"], strict=True):
        exact = units.user_y(path.fitted(path.points.x, [beta]))[0]
        assert np.abs(np.interp(drawn["x"], optimum["x"], optimum["y"]) - exact).max() <= 1e-7 * units.y_scale
        assert optimum["loss"] == pytest.approx(float(path.loss_at(beta)), rel=1e-9, abs=1e-12)
        assert optimum["pathNorm"] == pytest.approx(float(path.path_norm_at(beta)), rel=1e-9, abs=1e-12)
    wanted = sorted((float(units.user_x(life.x)), life.sign) for life in path.knot_lives if life.born > drawn["lowest"])
    assert sorted((life["x"], life["sign"]) for life in found["lives"]) == wanted


@pytest.mark.parametrize("name", ["path", "depth"])
def test_axes_have_the_names_of_the_users_columns_and_no_more_letters_than_fit(new_page, address, name):
    page = new_page(1280, 800)
    points = link.write_points(((1990.0, 20.0), (2000.0, 150.0), (2010.0, 25.0), (2020.0, 200.0)))
    for axes, words in ((("year", "height, m"), ["year", "height, m"]), ((80 * "x", 80 * "y"), ["^x+…?$", "^y+…?$"])):
        page.goto(f"{address}/{name}?{urlencode(link.pack({'points': points, 'axes': write_axes(axes)}))}")
        for each in words:
            expect(page.locator(".picture svg .title").filter(has_text=re.compile(each))).to_be_visible(timeout=SLOW)
        for left, right, width in page.locator(".picture svg .title").evaluate_all(ENDS):
            assert left >= -HALO
            assert right <= width + HALO
    assert page.locator(".picture svg").get_by_text("2000", exact=True).count() == 1


@pytest.mark.parametrize(
    ("name", "picture", "words"),
    [
        ("path", "svg.path-picture", "at year = 2000.0, 2010.0, from height, m = "),
        ("depth", "svg.depth", "height, m over year."),
        ("", "svg.chart", "^Chart of 4 points, height, m over year. .* knots at year = 2000.0, 2010.0; "),
        ("", "svg[aria-label*='touches']", "It touches at year = 2000.0, 2010.0"),
    ],
)
def test_what_is_said_of_a_picture_has_the_names_of_the_users_columns(new_page, address, name, picture, words):
    page = new_page(1280, 800)
    points = link.write_points(((1990.0, 20.0), (2000.0, 150.0), (2010.0, 25.0), (2020.0, 200.0)))
    texts = {"points": points, "beta": "0.001", "axes": write_axes(("year", "height, m"))}
    page.goto(f"{address}/{name}?{urlencode(link.pack(texts))}")
    expect(page.locator(picture).first).to_have_attribute("aria-label", re.compile(words))
