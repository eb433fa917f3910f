"""The point editor in a real browser: what a hand, a finger or a keyboard does, and what Python is told."""

import json
import re
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest
from playwright.sync_api import CDPSession, Locator, Page, WebSocketRoute, expect

from cvxdnn.core.spline import interpolating_spline
from tests.browser.waiting import wait_until

APP = "tests/browser/apps/editor_app.py"
POINTS = [[0, 0.15], [0.09, 0.12], [0.2, 0.62], [0.3, 0.78], [0.42, 0.2], [0.55, -0.35], [0.66, -0.55]]
POINTS += [[0.8, -0.5], [0.9, 0.1], [1, 0.55]]
REPLACEMENT = [[0.1, 0.5], [0.5, -0.5], [0.9, 0.5]]
DOMAIN = (-0.04, 1.04, -0.85, 1.02)
KEY_STEP = 0.01  # 1/200 of the axis, rounded up to 1, 2 or 5 times a power of ten
PIXEL = 0.01  # more than a pixel of either axis, in units of the data
PHONE = {"width": 390, "height": 844, "touch": True}

Pair = tuple[float, float]


class Editor:
    """The mounted editor: where its points are, what a hand does, what Python was told."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._plot_box: list[float] = []
        page.goto(address)
        self.host = page.locator(".editor[data-points]")
        self.host.wait_for()
        self.chart = page.locator(".chart")
        self.points = page.locator(".point")
        page.locator(".st-key-python").wait_for()

    def read(self, name: str) -> str:
        return self.host.get_attribute(f"data-{name}") or ""

    def path(self, name: str) -> Locator:
        return self.page.locator(f'path[data-name="{name}"]')

    def entry(self, name: str) -> Locator:
        return self.page.locator(f'.entry[data-name="{name}"]')

    def told(self) -> dict[str, Any]:
        """What Python has, as the page shows it."""
        return json.loads(self.page.locator(".st-key-python").inner_text())

    def wait_told(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        def look() -> list[dict[str, Any]]:
            return [told for told in [self.told()] if fits(told)]

        return wait_until(self.page, look, "Python was told so")[0]

    def wait_points(self, points: list[list[float]]) -> None:
        self.wait_told(lambda told: near(told["points"], points))

    def centre(self, index: int) -> Pair:
        box = self.points.nth(index).locator(".dot").bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def plot_box(self) -> list[float]:
        """Left, top, width and height of the plot area within the chart."""
        if not self._plot_box:  # it depends on the width of the page alone
            plot = self.page.locator(".plot")
            self._plot_box = [float(plot.get_attribute(name) or 0) for name in ("x", "y", "width", "height")]
        return self._plot_box

    def at(self, x: float, y: float) -> Pair:
        """Where on the screen (x, y) lies."""
        chart = self.chart.bounding_box()
        assert chart is not None
        left, top, width, height = self.plot_box()
        x0, x1, y0, y1 = DOMAIN
        across, down = (x - x0) / (x1 - x0), (y1 - y) / (y1 - y0)
        return chart["x"] + left + across * width, chart["y"] + top + down * height

    def vertices(self, name: str) -> np.ndarray:
        """The corners of a drawn path, in units of the data."""
        left, top, width, height = self.plot_box()
        corners = np.array(re.findall(r"[-\d.]+", self.path(name).get_attribute("d") or ""), dtype=float).reshape(-1, 2)
        x0, x1, y0, y1 = DOMAIN
        return np.column_stack(
            [x0 + (corners[:, 0] - left) / width * (x1 - x0), y1 - (corners[:, 1] - top) / height * (y1 - y0)]
        )

    def drag(self, start: Pair, *path: Pair) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        for place in path:
            mouse.move(*place, steps=3)
        mouse.up()

    def focus(self, index: int) -> None:
        self.points.nth(index).focus()

    def focused_label(self) -> str:
        label = self.host.evaluate("host => host.getRootNode().activeElement?.getAttribute('aria-label')")
        return str(label)

    def next_frame(self) -> None:
        next_frame(self.page)


def next_frame(page: Page) -> None:
    """Wait until what has happened so far is drawn."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def near(a: list[list[float]], b: list[list[float]]) -> bool:
    return len(a) == len(b) and bool(np.allclose(a, b, rtol=0, atol=PIXEL))


def placed(index: int, x: float, y: float) -> list[list[float]]:
    """POINTS with one of them moved."""
    return sorted([*POINTS[:index], [x, y], *POINTS[index + 1 :]])


@pytest.fixture
def open_editor(page: Page, app_server: Callable[..., str]) -> Callable[..., Editor]:
    """Open the test app in `page`; keywords go into its address."""
    return lambda **query: Editor(
        page, f"{app_server(APP)}/?{'&'.join(f'{name}={value}' for name, value in query.items())}"
    )


@pytest.fixture
def editor(open_editor: Callable[..., Editor]) -> Editor:
    return open_editor()


# Mouse


def test_click_on_empty_space_adds_a_point_there(editor: Editor) -> None:
    editor.page.mouse.click(*editor.at(0.5, 0.5))
    expect(editor.points).to_have_count(len(POINTS) + 1)
    editor.wait_points(sorted([*POINTS, [0.5, 0.5]]))
    assert editor.told()["told"] == 1


def test_click_that_adds_continues_as_a_drag(editor: Editor) -> None:
    editor.drag(editor.at(0.5, 0.5), editor.at(0.7, 0.6))
    editor.wait_points(sorted([*POINTS, [0.7, 0.6]]))
    assert editor.read("edits") == "1"


def test_drag_moves_in_the_browser_and_tells_python_once_on_release(editor: Editor) -> None:
    mouse, spline, optimum = editor.page.mouse, editor.path("spline"), editor.path("optimum")
    before, optimum_before = spline.get_attribute("d"), optimum.get_attribute("d")
    mouse.move(*editor.centre(4))
    mouse.down()
    seen = {before}
    for y in (0.3, 0.4, 0.5):
        mouse.move(*editor.at(0.45, y))
        editor.next_frame()
        seen.add(spline.get_attribute("d"))
    assert len(seen) == 4
    assert (editor.read("dragging"), editor.read("stale"), editor.read("edits")) == ("true", "true", "0")
    assert editor.told()["told"] == 0
    mouse.up()
    editor.wait_points(placed(4, 0.45, 0.5))
    assert editor.read("edits") == "1"
    assert editor.told()["told"] == 1
    expect(editor.host).to_have_attribute("data-stale", "false")
    assert optimum.get_attribute("d") != optimum_before


def test_points_are_told_on_a_short_decimal_grid(editor: Editor) -> None:
    editor.drag(editor.centre(4), editor.at(0.4567, 0.321))
    moved = editor.wait_told(lambda told: told["told"] == 1)["points"][4]
    assert all(len(str(abs(value))) <= len("0.1234") for value in moved)


def test_click_without_a_move_changes_nothing(editor: Editor) -> None:
    editor.page.mouse.click(*editor.centre(4))
    editor.next_frame()
    assert editor.read("edits") == "0"
    expect(editor.points).to_have_count(len(POINTS))


def test_a_point_may_pass_its_neighbours(editor: Editor) -> None:
    editor.drag(editor.centre(1), editor.at(0.5, 0.9))
    editor.wait_points(placed(1, 0.5, 0.9))
    assert editor.focused_label().startswith("Point 5 of 10: x 0.50, y 0.90")
    xs = [editor.centre(i)[0] for i in range(len(POINTS))]
    assert xs == sorted(xs)


def test_a_point_never_leaves_the_domain(editor: Editor) -> None:
    editor.drag(editor.centre(5), (5, 5), (5, 890))
    moved = editor.wait_told(lambda told: told["told"] == 1)["points"][0]
    assert moved == [DOMAIN[0], DOMAIN[2]]


def test_several_points_may_be_the_same(editor: Editor) -> None:
    editor.drag(editor.centre(4), editor.centre(5))
    editor.wait_points(placed(4, 0.55, -0.35))
    editor.drag(editor.centre(5), editor.at(0.6, 0.3))
    editor.wait_points(placed(4, 0.6, 0.3))


def test_double_click_removes(editor: Editor) -> None:
    editor.page.mouse.dblclick(*editor.centre(2))
    editor.wait_points(POINTS[:2] + POINTS[3:])
    assert editor.told()["told"] == 1


def test_double_click_on_empty_space_adds_one_point(editor: Editor) -> None:
    editor.page.mouse.dblclick(*editor.at(0.5, 0.5))
    editor.wait_points(sorted([*POINTS, [0.5, 0.5]]))
    assert editor.read("points") == str(len(POINTS) + 1)


def test_right_click_removes(editor: Editor) -> None:
    editor.page.mouse.click(*editor.centre(2), button="right")
    editor.wait_points(POINTS[:2] + POINTS[3:])


def test_escape_abandons_a_drag(editor: Editor) -> None:
    before = editor.path("spline").get_attribute("d")
    editor.page.mouse.move(*editor.centre(4))
    editor.page.mouse.down()
    editor.page.mouse.move(*editor.at(0.5, 0.9), steps=3)
    editor.page.keyboard.press("Escape")
    editor.page.mouse.up()
    expect(editor.path("spline")).to_have_attribute("d", before or "")
    assert editor.read("edits") == "0"


def test_the_number_of_points_is_limited_both_ways(open_editor: Callable[..., Editor]) -> None:
    editor = open_editor(limit=11, points=json.dumps(REPLACEMENT[:1]))
    editor.page.mouse.dblclick(*editor.centre(0))
    expect(editor.page.locator(".message")).to_have_text("One point has to stay")
    box = editor.chart.bounding_box()
    assert box is not None
    for i in range(12):
        editor.page.mouse.click(box["x"] + 150 + 30 * i, box["y"] + 200)
    expect(editor.page.locator(".message")).to_have_text("At most 11 points")
    assert len(editor.wait_told(lambda told: len(told["points"]) > 10)["points"]) == 11


@pytest.mark.parametrize("live", [False, True], ids=["on its own", "while curves arrive ten times a second"])
def test_thirty_quick_drags_and_none_is_lost(live: bool, open_editor: Callable[..., Editor]) -> None:
    editor = open_editor(live=1) if live else open_editor()
    expected = [list(point) for point in POINTS]
    for k in range(30):
        point = expected[k % len(POINTS)]
        start = editor.at(*point)
        point[1] = round(0.8 - 0.05 * ((7 * k) % 31), 3)
        editor.drag(start, editor.at(*point))
    assert editor.read("edits") == "30"
    editor.wait_points(expected)
    expect(editor.host).to_have_attribute("data-stale", "false")


def test_an_edit_lost_on_its_way_is_told_again(page: Page, app_server: Callable[..., str]) -> None:
    lost: list[bool] = []

    def relay(client: WebSocketRoute) -> None:
        server = client.connect_to_server()
        client.on_message(lambda message: lost.append(True) if lost == [False] else server.send(message))

    page.route_web_socket("**/_stcore/stream*", relay)
    editor = Editor(page, app_server(APP))
    lost.append(False)
    editor.drag(editor.centre(4), editor.at(0.45, 0.5))
    editor.wait_points(placed(4, 0.45, 0.5))
    assert lost == [False, True]
    expect(editor.host).to_have_attribute("data-stale", "false")


def test_data_that_arrives_does_not_disturb_a_drag(open_editor: Callable[..., Editor]) -> None:
    editor = open_editor(live=1)
    network = editor.path("network")
    editor.page.mouse.move(*editor.centre(4))
    editor.page.mouse.down()
    for k in range(12):
        place = editor.at(0.42 + 0.005 * k, 0.2 + 0.05 * k)
        editor.page.mouse.move(*place)
        before = network.get_attribute("d") or ""
        expect(network).not_to_have_attribute("d", before)  # other data have arrived
        assert np.allclose(editor.centre(4), place, rtol=0, atol=1)
    editor.page.mouse.up()
    editor.wait_points(placed(4, 0.475, 0.75))


# Keyboard


def test_points_are_one_stop_and_page_keys_go_from_one_to_the_next(editor: Editor) -> None:
    editor.focus(0)
    labels = [editor.focused_label()]
    for _ in POINTS[1:]:
        editor.page.keyboard.press("PageDown")
        labels.append(editor.focused_label())
    assert labels[4] == "Point 5 of 10: x 0.42, y 0.20. Arrow keys move, Delete removes, Page Down goes on"
    assert [label.split(":")[0] for label in labels] == [f"Point {i} of 10" for i in range(1, 11)]
    editor.page.keyboard.press("Home")
    editor.page.keyboard.press("PageDown")
    editor.page.keyboard.press("Tab")
    assert editor.focused_label() == "Undo"
    editor.page.keyboard.press("Shift+Tab")
    assert editor.focused_label().startswith("Point 2 of 10")  # where it was


def test_arrow_keys_move_and_python_is_told_once_they_rest(editor: Editor) -> None:
    editor.focus(4)
    edits = editor.points.nth(4).evaluate(  # in one moment: keys one by one may come late, and rest in between
        """point => {
            const right = { key: "ArrowRight" };
            for (const key of [right, right, { ...right, shiftKey: true }, { key: "ArrowLeft" }]) {
                point.dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles: true, cancelable: true }));
            }
            return point.getRootNode().querySelector(".editor").dataset.edits;
        }"""
    )
    assert edits == "0"
    moved = editor.wait_told(lambda told: told["told"] == 1)["points"][4]
    assert moved == pytest.approx([0.42 + 11 * KEY_STEP, 0.2])
    assert editor.read("edits") == "1"
    editor.page.keyboard.press("ArrowUp")
    assert editor.wait_told(lambda told: told["told"] == 2)["points"][4] == pytest.approx([moved[0], 0.21])


def test_delete_and_a_remove_and_add(editor: Editor) -> None:
    editor.focus(4)
    editor.page.keyboard.press("Delete")
    editor.wait_points(POINTS[:4] + POINTS[5:])
    assert editor.focused_label().startswith("Point 5 of 9: x 0.55")
    editor.page.keyboard.press("a")
    editor.wait_points(sorted([*POINTS[:4], *POINTS[5:], [0.605, -0.45]]))
    assert editor.focused_label().startswith("Point 6 of 10")


def test_undo_and_redo_by_key_and_button(editor: Editor) -> None:
    undo, redo = (editor.page.locator(f'[data-action="{name}"]') for name in ("undo", "redo"))
    expect(undo).to_have_attribute("aria-disabled", "true")
    editor.drag(editor.centre(4), editor.at(0.45, 0.5))
    editor.page.mouse.dblclick(*editor.centre(0))
    first, second = placed(4, 0.45, 0.5), placed(4, 0.45, 0.5)[1:]
    editor.wait_points(second)
    editor.page.keyboard.press("Control+z")
    editor.wait_points(first)
    editor.page.keyboard.press("Control+z")
    editor.wait_points(POINTS)
    editor.page.keyboard.press("Control+Shift+z")
    editor.wait_points(first)
    editor.page.keyboard.press("Control+y")
    editor.wait_points(second)
    expect(redo).to_have_attribute("aria-disabled", "true")
    undo.click()
    editor.wait_points(first)
    redo.click()
    editor.wait_points(second)


def test_fifty_steps_can_be_undone(editor: Editor) -> None:
    editor.focus(0)
    for key in ["a"] * 55 + ["Control+z"] * 60:
        editor.page.keyboard.press(key)
    expect(editor.host).to_have_attribute("data-points", str(len(POINTS) + 5))


# Replacement by Python


@pytest.mark.parametrize("edit_first", [False, True], ids=["untouched", "edited"])
def test_a_replacement_by_python_can_be_undone(edit_first: bool, editor: Editor) -> None:
    placed_by_user = POINTS
    if edit_first:
        placed_by_user = placed(4, 0.45, 0.5)
        editor.drag(editor.centre(4), editor.at(0.45, 0.5))
        editor.wait_points(placed_by_user)
    editor.page.get_by_role("button", name="Replace").click()
    expect(editor.points).to_have_count(3)
    editor.wait_points(REPLACEMENT)
    editor.page.get_by_role("button", name="Undo").click()
    expect(editor.points).to_have_count(len(POINTS))
    editor.wait_points(placed_by_user)
    expect(editor.host).to_have_attribute("data-stale", "false")
    editor.page.get_by_role("button", name="Redo").click()
    editor.wait_points(REPLACEMENT)


def test_a_replacement_during_a_drag_waits_and_keeps_the_drag_in_the_history(editor: Editor) -> None:
    editor.page.mouse.move(*editor.centre(4))
    editor.page.mouse.down()
    editor.page.mouse.move(*editor.at(0.45, 0.5), steps=3)
    editor.page.get_by_role("button", name="Replace").evaluate("button => button.click()")
    editor.wait_points(REPLACEMENT)
    expect(editor.points).to_have_count(len(POINTS))
    editor.page.mouse.up()
    expect(editor.points).to_have_count(3)
    editor.page.get_by_role("button", name="Undo").click()
    editor.wait_points(placed(4, 0.45, 0.5))


def test_a_replacement_just_after_an_edit_wins_in_python_too(editor: Editor) -> None:
    editor.drag(editor.centre(4), editor.at(0.45, 0.5))
    editor.page.get_by_role("button", name="Replace").click()
    expect(editor.points).to_have_count(3)
    expect(editor.host).to_have_attribute("data-stale", "false")
    editor.wait_points(REPLACEMENT)


def test_the_component_is_never_mounted_anew(open_editor: Callable[..., Editor]) -> None:
    editor = open_editor(live=1)
    host, svg = editor.host.element_handle(), editor.chart.element_handle()
    point = editor.points.nth(4).element_handle()
    editor.drag(editor.centre(4), editor.at(0.45, 0.5))
    editor.wait_points(placed(4, 0.45, 0.5))
    assert point.evaluate("node => node.isConnected")
    editor.page.get_by_role("button", name="Replace").click()
    editor.wait_points(REPLACEMENT)
    editor.entry("network").click()
    editor.wait_told(lambda told: "network" in told["hidden"])
    editor.page.wait_for_timeout(300)
    assert host.evaluate("node => node.isConnected")
    assert svg.evaluate("node => node.isConnected")


# What is drawn


def test_the_spline_is_the_librarys(open_editor: Callable[..., Editor]) -> None:
    points = [[0.3, 0.4], [0.1, 0.1], [0.3, 0.8], [0.5, 0.4], [0.7, 0.2], [0.6, 0.3], [0.9, 0.6]]  # 0.3 twice, a line
    editor = open_editor(points=json.dumps(points))
    spline = interpolating_spline(*np.array(points).T)
    drawn = editor.vertices("spline")
    assert drawn[0, 0] == pytest.approx(DOMAIN[0], abs=PIXEL)
    assert drawn[-1, 0] == pytest.approx(DOMAIN[1], abs=PIXEL)
    assert np.allclose(drawn[:, 1], spline(drawn[:, 0]), rtol=0, atol=PIXEL)
    expect(editor.page.locator('[data-knots="spline"]')).to_have_attribute(
        "data-count", str(spline.significant_knots().size)
    )


def test_points_outside_the_domain_widen_it(open_editor: Callable[..., Editor]) -> None:
    editor = open_editor(points="[[-1,0],[0.5,3],[1.5,0]]")
    left, top, width, height = editor.plot_box()
    chart = editor.chart.bounding_box()
    assert chart is not None
    for x, y in (editor.centre(i) for i in range(3)):
        assert left - 1 <= x - chart["x"] <= left + width + 1
        assert top - 1 <= y - chart["y"] <= top + height + 1


def test_one_point_gives_a_horizontal_spline(open_editor: Callable[..., Editor]) -> None:
    drawn = open_editor(points="[[0.5,0.25]]").vertices("spline")
    assert drawn[[0, -1], 0] == pytest.approx(DOMAIN[:2], abs=PIXEL)
    assert drawn[:, 1] == pytest.approx(0.25, abs=PIXEL)


def test_the_legend_switches_curves_and_tells_python(editor: Editor) -> None:
    for name in ("network", "band", "spline"):
        expect(editor.path(name)).to_be_visible()
        expect(editor.entry(name)).to_have_attribute("aria-pressed", "true")
        editor.entry(name).click()
        expect(editor.path(name)).to_be_hidden()
        expect(editor.entry(name)).to_have_attribute("aria-pressed", "false")
    expect(editor.page.locator('[data-knots="network"]')).to_be_hidden()
    expect(editor.page.locator('[data-knots="optimum"]')).to_be_visible()
    expect(editor.path("sparsest")).to_be_hidden()
    hidden = {"sparsest", "network", "band", "spline"}
    editor.wait_told(lambda told: set(told["hidden"]) == hidden)
    editor.entry("sparsest").click()
    expect(editor.path("sparsest")).to_be_visible()
    editor.wait_told(lambda told: set(told["hidden"]) == hidden - {"sparsest"})
    editor.entry("knots").click()
    expect(editor.page.locator('[data-knots="optimum"]')).to_be_hidden()


def test_both_panels_share_the_axis(editor: Editor) -> None:
    drops = [
        [line.get_attribute("x1") for line in editor.page.locator(f"{panel} .drop").all()]
        for panel in (".chart", ".certificate")
    ]
    assert drops[0] == drops[1]
    assert len(drops[0]) == 8
    dots = [dot.get_attribute("cx") for dot in editor.page.locator(".touching").all()]
    assert dots == drops[0]
    knots = [
        box["x"] + box["width"] / 2 for box in map(Locator.bounding_box, editor.page.locator(".touching").all()) if box
    ]
    assert np.allclose(knots, [editor.centre(i)[0] for i in range(1, 9)], rtol=0, atol=1)


def test_text_from_outside_stays_text_and_wild_numbers_draw(open_editor: Callable[..., Editor]) -> None:
    editor = open_editor(hostile=1)
    expect(editor.entry("networks")).to_have_text("<img src=x onerror=alert(1)> & <b>bold</b>")
    assert editor.page.locator(".legend img, .legend b").count() == 0
    drawn = editor.path("network").get_attribute("d") or ""
    assert drawn.count("M") == 3
    assert np.abs(np.array(re.findall(r"[-\d.]+", drawn), dtype=float)).max() < 2000


@pytest.mark.parametrize("units", ["scale=1e-12", "scale=1e12", "scale=1e-3&offset=1e9", "scale=3e-11&offset=2e-8"])
@pytest.mark.parametrize("page", [{"width": 360, "height": 740, "touch": True}], indirect=True)
def test_axes_stay_readable_in_any_units(units: str, page: Page, app_server: Callable[..., str]) -> None:
    editor = Editor(page, f"{app_server(APP)}/?{units}")
    chart = editor.chart.bounding_box()
    labels = editor.page.locator(".backdrop text:not([transform])")
    assert chart is not None
    inks = [ink(label) for label in labels.all()]
    assert len(inks) >= 6
    for left, top, right, bottom in inks:
        assert chart["x"] <= left < right <= chart["x"] + chart["width"]
        assert chart["y"] <= top < bottom <= chart["y"] + chart["height"]
    for i, (left, top, right, bottom) in enumerate(inks):
        others = inks[:i]
        assert all(left > r or right < x or top > b or bottom < y for x, y, r, b in others)
    for anchor in ("middle", "end"):  # the x axis, then the y axis
        texts = editor.page.locator(f'.backdrop text[text-anchor="{anchor}"]:not(.note)').all_text_contents()
        assert len(set(texts)) == len(texts) >= 2
        assert all(len(text) <= 8 for text in texts)
        assert not any("e" in text for text in texts)


def ink(label: Locator) -> tuple[float, float, float, float]:
    """What a label covers: its box without the halo and the space above and below the digits."""
    box = label.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    return box["x"] + 2, middle - 6, box["x"] + box["width"] - 2, middle + 6


def test_colours_follow_the_theme_while_the_page_is_open(editor: Editor) -> None:
    def optimum_in(theme: Literal["light", "dark"]) -> str:
        editor.page.emulate_media(color_scheme=theme)
        expect(editor.host).to_have_attribute("data-theme", theme)
        return str(editor.path("optimum").evaluate("path => getComputedStyle(path).stroke"))

    assert optimum_in("light") == "rgb(0, 114, 178)"
    assert optimum_in("dark") == "rgb(86, 180, 233)"


# Words for those who do not see the chart


def test_names_and_announcements(editor: Editor) -> None:
    expect(editor.chart).to_have_attribute("role", "application")
    expect(editor.chart).to_have_attribute(
        "aria-label", re.compile(r"^Chart of 10 points, y over x\. .*: \d+ bends?, knots at x = ")
    )
    expect(editor.page.get_by_role("group", name="Curves shown").locator("[aria-pressed]")).to_have_count(8)
    expect(editor.page.get_by_role("group", name="Data points").get_by_role("button")).to_have_count(len(POINTS))
    expect(editor.page.get_by_role("img", name="Why it bends exactly there")).to_be_visible()
    editor.page.mouse.click(*editor.at(0.5, 0.5))
    announcer = editor.host.locator(".announcer")
    expect(announcer).to_have_text("Point 6 of 11: x 0.50, y 0.50")
    editor.page.keyboard.press("Delete")
    expect(announcer).to_have_text("Removed point 6, 10 left")
    editor.page.keyboard.press("Control+z")
    expect(announcer).to_have_text("Undone: 11 points")


# Fingers


class Finger:
    """One finger, through the browser's own input pipeline: it scrolls where a real one would."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session: CDPSession = page.context.new_cdp_session(page)

    def send(self, kind: str, *places: Pair) -> None:
        touches = [{"x": x, "y": y} for x, y in places]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def swipe(self, start: Pair, end: Pair) -> None:
        self.send("touchStart", start)
        for share in np.linspace(0.1, 1, 10):
            self.send("touchMove", (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
            self.page.wait_for_timeout(16)
        self.send("touchEnd")

    def scrolled(self) -> float:
        return float(self.page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollTop"))


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_tap_adds_a_point(editor: Editor) -> None:
    editor.page.touchscreen.tap(*editor.at(0.6, 0.7))
    editor.wait_points(sorted([*POINTS, [0.6, 0.7]]))
    assert editor.read("edits") == "1"


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_swipe_over_empty_space_scrolls_and_adds_nothing(editor: Editor) -> None:
    finger, (left, top) = Finger(editor.page), editor.at(0.6, 0.7)
    finger.swipe((left, top + 40), (left, top - 160))
    wait_until(editor.page, lambda: finger.scrolled() > 50, "the page scrolls")
    assert (editor.read("points"), editor.read("edits")) == (str(len(POINTS)), "0")


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_finger_on_a_point_drags_it_and_the_page_stays(editor: Editor) -> None:
    finger = Finger(editor.page)
    finger.swipe(editor.centre(4), editor.at(0.5, 0.9))
    editor.wait_points(placed(4, 0.5, 0.9))
    assert finger.scrolled() == 0
    assert editor.read("edits") == "1"


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_long_press_removes(editor: Editor) -> None:
    finger = Finger(editor.page)
    finger.send("touchStart", editor.centre(4))
    expect(editor.points).to_have_count(len(POINTS) - 1)
    finger.send("touchEnd")
    editor.wait_points(POINTS[:4] + POINTS[5:])


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_a_double_tap_removes_a_point_and_adds_only_one(editor: Editor) -> None:
    for _ in range(2):
        editor.page.touchscreen.tap(*editor.at(0.6, 0.7))
    editor.wait_points(sorted([*POINTS, [0.6, 0.7]]))
    place, count = editor.centre(2), editor.read("points")

    def double_tap() -> bool:
        for _ in range(2):
            editor.page.touchscreen.tap(*place)
        editor.page.wait_for_timeout(500)  # for the browser, two taps further apart are none
        return editor.read("points") != count

    wait_until(editor.page, double_tap, "a busy machine taps twice within a third of a second")
    editor.wait_points(sorted([*POINTS[:2], *POINTS[3:], [0.6, 0.7]]))


@pytest.mark.parametrize("page", [PHONE], indirect=True)
def test_fingers_get_large_targets(open_editor: Callable[..., Editor]) -> None:
    editor = open_editor(depth=2)
    for kind in (".hit", ".tool", ".entry", ".play", ".rail"):
        boxes = [each.bounding_box() for each in editor.page.locator(kind).all() if each.is_visible()]
        assert boxes
        assert all(box and min(box["height"], box["width"]) >= 40 for box in boxes), kind


@pytest.mark.parametrize("page", [{"width": 360, "height": 740, "touch": True}], indirect=True)
def test_nothing_overflows_a_small_phone(editor: Editor) -> None:
    widths = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    assert editor.page.evaluate(widths) == [360, 360]
    for card in editor.page.locator(".card").all():
        scroll, client = card.evaluate("card => [card.scrollWidth, card.clientWidth]")
        assert scroll <= client
    assert editor.page.locator(".hint.with-touch").is_visible()
