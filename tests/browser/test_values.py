"""What is read off the chart: by mouse, by finger, by keys; its axes; and that it fits its points again."""

import json
import re
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, expect

from cvxdnn.exhibits.explore.axes import write_axes
from cvxdnn.tasks import link
from tests.browser.test_point_editor import APP, PHONE, Editor

NUMBER = r"[-\u2212]?[\d.]+"


WITHIN = """mark => {
  const [box, chart] = [mark, mark.closest("svg.chart")].map((each) => each.getBoundingClientRect());
  return { x: box.x - chart.x + 4, y: box.y - chart.y + box.height / 2 };
}"""
"""The place of the first mark of a row in its chart."""


def reading(page: Page) -> str:
    return page.locator(".values").get_attribute("aria-valuetext") or ""


def shows(page: Page, words: str) -> None:
    expect(page.locator(".values")).to_have_attribute("aria-valuetext", re.compile(words))
    expect(page.locator(".values .reading")).to_be_visible()


@pytest.fixture
def zigzag(page: Page, app_server: Callable[..., str]) -> Editor:
    """A spline through (0, 0), (0.5, 1), (1, 0): slopes 2 and -2."""
    points = quote(json.dumps([[0, 0], [0.5, 0.8], [1, 0]]))
    editor = Editor(page, f"{app_server(APP)}/?points={points}")
    for name in ("optimum", "network", "networks"):
        editor.entry(name).click()
    return editor


def test_a_mouse_reads_value_and_slope_on_a_piece_and_the_bend_at_a_knot(zigzag: Editor) -> None:
    zigzag.page.mouse.move(*zigzag.at(0.25, 0.42))
    shows(zigzag.page, r"^linear spline: x 0\.25, y 0\.40, slope 1\.6$")
    zigzag.page.mouse.move(*zigzag.at(0.503, 0.7))
    shows(zigzag.page, "^linear spline: x 0\\.50, y 0\\.80, slope 1\\.6 → \u22121\\.6, bend \u22123\\.2$")
    zigzag.page.mouse.move(2, 2)
    expect(zigzag.page.locator(".values .reading")).to_be_hidden()


def test_the_reading_covers_no_data_and_follows_the_curve(zigzag: Editor) -> None:
    zigzag.page.mouse.move(*zigzag.at(0.25, 0.42))
    shows(zigzag.page, r"y 0\.40")
    _left, top, _width, height = zigzag.plot_box()
    chart, line = zigzag.chart.bounding_box(), zigzag.page.locator(".values").bounding_box()
    assert chart is not None
    assert line is not None
    assert line["y"] >= chart["y"] + top + height
    assert line["y"] + line["height"] <= chart["y"] + chart["height"]
    zigzag.page.evaluate("() => scrollBy(0, 0)")
    zigzag.focus(1)
    zigzag.page.keyboard.press("Shift+ArrowDown")
    shows(zigzag.page, r"^linear spline: x 0\.25, y 0\.35, slope 1\.4$")


def test_keys_walk_along_a_curve_and_from_one_to_the_next(zigzag: Editor) -> None:
    page = zigzag.page
    page.locator(".values").focus()
    shows(page, r"^linear spline: x 0\.50")
    page.keyboard.press("ArrowRight")
    shows(page, r"^linear spline: x 1\.00, y 0\.00, slope")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    shows(page, r"^linear spline: x 1\.04")  # the edge
    page.keyboard.press("Shift+ArrowLeft")
    shows(page, r"^linear spline: x 1\.03")
    page.keyboard.press("ArrowDown")
    shows(page, r"^proof: x 1\.03, z ")
    page.keyboard.press("ArrowDown")
    shows(page, "^linear spline")


def test_the_proof_is_read_where_it_is_pointed_at(zigzag: Editor) -> None:
    proof = zigzag.page.locator(".certificate").bounding_box()
    assert proof is not None
    across, _ = zigzag.at(0.5, 0)
    zigzag.page.mouse.move(across, proof["y"] + 20)
    shows(zigzag.page, r"^proof: x 0\.50, z .*, slope .* → .*, bend")


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_finger_reads_the_mark_of_a_knot_and_adds_no_point(zigzag: Editor) -> None:
    mark = zigzag.page.locator('[data-knots="spline"]').bounding_box()
    assert mark is not None
    zigzag.page.touchscreen.tap(mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    shows(zigzag.page, "^linear spline: x 0\\.50, .*bend \u22123\\.2$")
    assert zigzag.points.count() == 3


RANGES = [
    (low, low + span)
    for low in (0.0, 1e-9, -3e-5, 0.3, 7.0, 1.7e9, -1.7e9, 1e12)
    for span in (1e-9, 1e-6, 1e-3, 1.0, 86400.0, 1e12)
    if span > 1e-11 * abs(low)
]


def test_axes_have_two_numbers_at_least_in_any_range(zigzag: Editor) -> None:
    address = zigzag.page.evaluate(
        "performance.getEntriesByType('resource').map(({name}) => name).find((name) => name.endsWith('numbers.js'))"
    )
    marked = zigzag.page.evaluate(
        """async ([address, ranges]) => {
            const { axisLabels, ticks } = await import(address);
            return ranges.flatMap(([low, high]) => [1, 2, 3, 5, 8].map((count) => {
                const found = ticks(low, high, count);
                return { low, high, values: found.values, ...axisLabels(found) };
            }));
        }""",
        [address, RANGES],
    )
    for each in marked:
        labels = each["labels"]
        assert len(labels) == len(set(labels)) >= 2, each
        assert all(re.fullmatch(NUMBER, label) and len(label) <= 8 for label in labels), each
        assert all(each["low"] <= value <= each["high"] for value in each["values"])
        assert "NaN" not in each["note"]


def test_axes_have_titles_that_cross_nothing(zigzag: Editor) -> None:
    expect(zigzag.page.locator(".backdrop .note")).to_have_text(["input x", "output y"])
    texts = zigzag.chart.evaluate(
        """chart => [...chart.querySelectorAll(".backdrop text")].map((text) => {
            const { x, y, width, height } = text.getBoundingClientRect();
            return [text.classList.contains("note"), [x, width], [y, height]];
        })"""
    )
    notes, labels = ([text for text in texts if text[0] is kind] for kind in (True, False))
    for _, across, down in notes:
        assert all(separate(across, other[1]) or separate(down, other[2]) for other in labels)


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_long_names_are_cut_where_an_axis_ends_and_values_are_read_over_them(page: Page, address: str) -> None:
    points = link.write_points(((0.0, 0.2), (1.0, 1.5), (2.0, 0.25), (3.0, 2.0)))
    names = write_axes((80 * "x", 80 * "y"))
    page.goto(f"{address}/?{urlencode(link.pack({'points': points, 'axes': names}))}")
    titles = page.locator(".backdrop .note")
    expect(titles).to_have_text([re.compile("^x+…$"), re.compile("^y+…$")])
    chart = page.locator("svg.chart").bounding_box()
    across, up = (title.bounding_box() for title in titles.all())
    assert chart
    assert across
    assert up
    assert across["x"] >= chart["x"] - 2
    assert up["y"] >= chart["y"] + 26  # below the buttons
    assert up["y"] + up["height"] <= across["y"] - 4
    mark = page.locator('[data-knots="spline"]')
    expect(mark).to_have_attribute("d", re.compile("^M"))
    page.locator("svg.chart").tap(position=mark.evaluate(WITHIN))  # wherever the page is by then
    shows(page, r"^linear spline: x 1\.0+, y 1\.50, slope .* → .*, bend")
    assert page.locator(".values").evaluate("line => line.scrollWidth <= line.clientWidth")


def separate(one: list[float], other: list[float]) -> bool:
    """Whether two stretches (start, length) share nothing but the halo of letters."""
    halo = 6
    return one[0] + one[1] <= other[0] + halo or other[0] + other[1] <= one[0] + halo


def test_a_curve_that_leaves_the_chart_says_so(page: Page, app_server: Callable[..., str]) -> None:
    editor = Editor(page, f"{app_server(APP)}/?hostile=1")
    expect(editor.page.locator(".beyond.network").first).to_contain_text("trained network")
    editor.entry("network").click()
    expect(editor.page.locator(".beyond.network")).to_have_count(0)


def tallest(page: Page) -> float:
    """The largest number at the y axis."""
    texts = page.locator('.backdrop text[text-anchor="end"]:not(.note)').all_text_contents()
    return max(float(text.replace("\u2212", "-")) for text in texts)


def test_fit_shows_what_is_left_when_an_outlier_has_gone(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("g.point").nth(6).wait_for()
    assert tallest(page) == 1
    page.get_by_role("button", name=re.compile("^Point 4 of 7")).focus()
    page.keyboard.press("Delete")  # the only one that is not at 0
    expect(page.get_by_role("button", name=re.compile("^Point 4 of 6"))).to_be_visible()
    assert tallest(page) == 1
    page.get_by_role("button", name="Fit", exact=True).click()
    expect(page.locator(".backdrop text", has_text=re.compile("^1$"))).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.locator(".backdrop text", has_text=re.compile("^1$"))).to_have_count(1)
