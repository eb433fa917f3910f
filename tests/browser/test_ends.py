"""Names at the ends of curves and of the weight decay's slider; chart, hinges and tube in one frame on a wall."""

import itertools
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from scipy.optimize import minimize

from cvxdnn.app.modules import DIGEST
from tests.browser.waiting import SLOW, wait_until

APART = 16
"""Pixels from one name to the next (ends.js)."""
SPREAD = """async ([module, problems]) => {
  const { spread } = await import(module);
  return problems.map(([wanted, low, high]) => spread(wanted, low, high));
}"""
WALLS = [(1280, 800, 0.33), (1920, 1080, 0.33), (1024, 768, 0.24), (1080, 1920, 0.33)]
"""Width, height, and the least share of the height that the chart has: sliders are below each other on a low wall."""


@pytest.fixture
def tolerated():
    return ("status of 404",)  # opened by link, Streamlit first looks for its server under the page's own address


def opened(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/{query}")
    expect(page.locator("svg.chart .curve.optimum")).to_have_attribute("d", re.compile("M"), timeout=SLOW)


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found, selector
    return {**found, "right": found["x"] + found["width"], "bottom": found["y"] + found["height"]}


def boxes(page: Page, *selectors: str) -> list[list[dict[str, float]]]:
    """Those of each selector, at one moment: a film may play, or the page be laid out anew."""
    return page.locator(".editor").evaluate(
        """(editor, selectors) => selectors.map((selector) =>
          [...editor.querySelectorAll(selector)]
            .map((node) => node.getBoundingClientRect().toJSON())
            .filter(({ width, height }) => width || height))""",
        selectors,
    )


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    across = min(a["right"], b["right"]) - max(a["left"], b["left"])
    return across > 1 and min(a["bottom"], b["bottom"]) - max(a["top"], b["top"]) > 1  # places are rounded


def test_names_are_as_near_to_their_curves_as_their_distance_allows(app_server, browser):
    rng = np.random.default_rng(3)
    problems = [[np.sort(rng.uniform(0, 120, n)).tolist(), 8, 112] for n in (1, 2, 3, 4, 5, 6) for _ in range(5)]
    page = browser.new_page()
    page.goto(app_server("tests/browser/apps/editor_app.py"))
    found = page.evaluate(SPREAD, [f"/assets/{DIGEST}/editor/ends.js", problems])
    page.close()
    for (wanted, low, high), heights in zip(problems, found, strict=True):
        steps = {"type": "ineq", "fun": lambda t: np.diff(t) - APART}
        start = np.linspace(low, high, len(wanted))
        best = minimize(
            lambda t, wanted=wanted: np.sum((t - wanted) ** 2),
            start,
            bounds=[(low, high)] * len(wanted),
            constraints=[steps] if len(wanted) > 1 else [],
            method="SLSQP",
        )
        assert best.success
        np.testing.assert_allclose(heights, best.x, atol=0.02)


@pytest.mark.parametrize("query", ["", "?preset=zigzag", "?preset=step&hide=film", "?preset=spike&beta=1"])
def test_names_cover_neither_each_other_nor_points_nor_the_edge(new_page, address, query):
    page = new_page(1280, 800)
    opened(page, address, query)
    for screen in ((1280, 800), (768, 1024), (1920, 1080)):
        page.set_viewport_size({"width": screen[0], "height": screen[1]})
        expect(page.locator('[data-end="optimum"]')).to_be_visible(timeout=SLOW)
        for _ in range(4):  # a film may play meanwhile
            names, points, [chart] = boxes(page, "[data-end] text", ".dot", "svg.chart")
            assert names
            assert not any(overlap(*pair) for pair in itertools.combinations(names, 2)), (screen, names)
            assert not any(overlap(name, point) for name in names for point in points), screen
            for name in names:
                assert name["right"] <= chart["right"]
                assert chart["top"] <= name["top"] <= name["bottom"] <= chart["bottom"]
            page.wait_for_timeout(200)


def test_a_name_stays_and_goes_with_its_curve_and_has_its_colour(new_page, address):
    page = new_page(1280, 800)
    opened(page, address)
    for style, name in (("optimum", "optimum"), ("network", "network"), ("spline", "linear spline")):
        expect(page.locator(f'[data-end="{style}"] text')).to_have_text(name, timeout=SLOW)
    ink = "node => getComputedStyle(node).fill"
    colours = [page.locator(f'[data-end="{style}"] text').evaluate(ink) for style in ("optimum", "network", "spline")]
    assert len(set(colours)) == 3
    page.locator('.entry[data-name="optimum"]').click()
    expect(page.locator('[data-end="optimum"]')).to_have_count(0)
    page.locator('.entry[data-name="optimum"]').click()
    expect(page.locator('[data-end="optimum"]')).to_have_count(1)
    page.get_by_role("button", name="Beat it").click()
    expect(page.locator("[data-end]")).to_have_count(0)


def test_where_there_is_no_room_the_legend_names_the_curves(new_page, address):
    page = new_page(390, 844)
    opened(page, address)
    expect(page.locator(".legend")).to_be_visible()
    expect(page.locator("[data-end]")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_words_stand_at_the_ends_of_the_weight_decay_at_every_width(new_page, address, width):
    page = new_page(width, 844)
    opened(page, address, "?preset=spike")
    expect(page.locator(".weight-decay .low")).to_have_text("joins the dots")
    expect(page.locator(".weight-decay .high")).to_have_text(re.compile(r"^flat from 0\.14"), timeout=SLOW)
    parts, [rail] = boxes(page, ".weight-decay > span", ".weight-decay .rail")
    parts.sort(key=lambda part: part["left"])
    assert len(parts) == 3
    assert not any(overlap(*pair) for pair in itertools.combinations(parts, 2))
    assert abs(parts[0]["left"] - rail["left"]) < 2
    assert abs(parts[-1]["right"] - rail["right"]) < 2
    [card] = boxes(page, ".main-card")[0]
    assert card["left"] - rail["left"] == pytest.approx(rail["right"] - card["right"], abs=1)


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ("?loss=absolute", "joins the dots", "bends less"),
        ("?loss=epsilon_insensitive", "follows the dots", "bends less"),
        ("?preset=two+classes&loss=hinge", "signs right", "bends less"),
    ],
)
def test_words_at_the_ends_are_true_of_the_loss(new_page, address, query, start, end):
    page = new_page(1280, 800)
    page.goto(f"{address}/{query}")
    expect(page.locator(".weight-decay .low")).to_have_text(start, timeout=SLOW)
    expect(page.locator(".weight-decay .high")).to_have_text(end)


@pytest.mark.parametrize(("width", "height", "share"), WALLS)
def test_a_wall_shows_hinges_and_tube_under_the_chart_in_its_frame(new_page, address, width, height, share):
    page = new_page(width, height)
    opened(page, address, "?view=wall")
    expect(page.locator(".hinges path").first).to_be_visible(timeout=SLOW)
    expect(page.locator(".legend")).to_be_hidden()
    card, chart, hinges, tube = (box(page, part) for part in (".main-card", "svg.chart", ".hinges svg", ".certificate"))
    assert chart["bottom"] <= hinges["y"] + 1
    assert hinges["bottom"] <= tube["y"] + 1
    assert box(page, ".weight-decay")["bottom"] <= card["bottom"]
    assert tube["bottom"] < card["bottom"] < height
    assert chart["height"] > share * height

    def knots() -> list[list[float]]:
        places = [[each["left"] for each in found] for found in boxes(page, "svg.chart .drop", ".certificate .drop")]
        return places if [len(found) for found in places] == [3, 3] else []

    above, below = wait_until(page, knots, "the certified knots go through chart and tube")
    np.testing.assert_allclose(sorted(above), sorted(below), atol=1)  # one axis
