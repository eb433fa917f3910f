"""The views of a page, measured in a browser: a wall that the last row can read, a frame in which nothing is cut."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waiting import SLOW, wait_until

PICTURES = ("", "path", "depth", "rank_one", "whitened", "batch_norm", "extreme_points", "beyond", "sweep")
WALLS = [{"width": 1280, "height": 720}, {"width": 1920, "height": 1080}]
SQUARISH = [{"width": 1280, "height": 1024}, {"width": 1024, "height": 768}]
UPRIGHT = [{"width": 1080, "height": 1920}, {"width": 768, "height": 1024}]
DESKS = [{"width": 390, "height": 844}, {"width": 768, "height": 1024}, {"width": 1280, "height": 800}]
FRAMES = [{"width": 400, "height": 380}, {"width": 800, "height": 450}]
FAULTS = Path(__file__).with_name("boxes.js").read_text(encoding="utf-8")
FAULTS_ON_THE_WAY = f"""async rail => {{
  const found = [];
  for (let k = 0; k <= 80; k += 1) {{
    rail.value = rail.max * k / 80;
    rail.dispatchEvent(new Event("input", {{ bubbles: true }}));
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    found.push(...({FAULTS.strip()})());
  }}
  return found;
}}"""
PICTURE = ":is(.picture svg, svg.chart)"
SIZES_OF_WORDS = """nodes => nodes.filter((node) => node.textContent && node.getBoundingClientRect().width)
  .map((node) => {
    const picture = node.ownerSVGElement.closest("svg");
    const zoom = picture.getBoundingClientRect().width / picture.clientWidth;
    return [Number.parseFloat(getComputedStyle(node).fontSize) * zoom, node.textContent];
  })"""


BLANK = """pictures => {
  const whole = pictures[0].parentElement.getBoundingClientRect();
  const leaves = pictures.flatMap((picture) => [...picture.querySelectorAll("path, line, text, circle, canvas")]);
  const boxes = leaves.filter((leaf) => !leaf.closest("clipPath")).map((leaf) => leaf.getBoundingClientRect());
  const drawn = boxes.filter((box) => box.width + box.height > 0 && box.left < whole.left + 0.6 * whole.width);
  let [end, most] = [whole.top, 0];
  for (const box of drawn.toSorted((a, b) => a.top - b.top)) {
    most = Math.max(most, box.top - end);
    end = Math.max(end, box.bottom);
  }
  return Math.max(most, whole.bottom - end) / whole.height;
}"""
"""The highest blank across the left of a picture, as a share of its height."""
BELOW_THE_PICTURE = """columns => {
  const first = (column) => column.querySelector(":scope > .stVerticalBlock > *").getBoundingClientRect();
  return first(columns.lastElementChild).top - first(columns.firstElementChild).bottom;
}"""
LABELS = (
    ":is(.legend .entry, .controls .name, .weight-decay span, .film .step, .stButton p, .stSlider p, .stSelectbox p)"
)
SIZES_OF_LABELS = """nodes => nodes.filter((node) => node.getBoundingClientRect().width > 2)
  .map((node) => [Number.parseFloat(getComputedStyle(node).fontSize) * node.currentCSSZoom, node.textContent])"""


@pytest.fixture
def tolerated():
    return ("status of 404",)  # opened by link, Streamlit first looks for its server under the page's own address


@pytest.fixture
def address(app_server):
    return app_server("app.py", env={"CVXDNN_WORKERS": "1"})


def open_view(page: Page, address: str, query: str) -> None:
    page.goto(f"{address}{query}")
    expect(page.locator(f"{PICTURE} text").first).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0, timeout=SLOW)
    page.wait_for_timeout(1000)  # a film may play meanwhile: what it shows on its way counts, too


def words_of(page: Page) -> list[list[Any]]:
    """Sizes on the screen, and words; a picture that is just being mounted has none."""
    found = page.locator(f"{PICTURE} text")
    return wait_until(page, lambda: found.evaluate_all(SIZES_OF_WORDS), "words in the picture")


def settled(page: Page, screen: dict[str, int]) -> None:
    page.set_viewport_size(screen)
    page.wait_for_timeout(700)
    words_of(page)


def are_as_large(page: Page, words: float, labels: float) -> None:
    """No word of the picture is less high on the screen than `words` pixels, none beside it less than `labels`."""
    smallest = min(words_of(page))
    assert smallest[0] >= words, smallest
    smallest = min(page.locator(LABELS).filter(visible=True).evaluate_all(SIZES_OF_LABELS))
    assert smallest[0] >= labels, smallest


def are_on_screen(page: Page, *things: str) -> None:
    """Each of them is seen, whole, without scrolling."""
    size = page.viewport_size
    assert size
    for thing in things:
        for each in page.locator(thing).all():
            if not each.is_visible():
                continue
            box = each.bounding_box()
            assert box, thing
            assert box["x"] >= 0, (thing, box, size)
            assert box["y"] >= 0, (thing, box, size)
            assert box["x"] + box["width"] <= size["width"] + 1, (thing, box, size)
            assert box["y"] + box["height"] <= size["height"] + 1, (thing, box, size)


def nothing_around(page: Page) -> None:
    for part in (".stSidebar", ".stAppHeader", ".stMain h1"):
        expect(page.locator(part).filter(visible=True)).to_have_count(0, timeout=SLOW)


@pytest.mark.parametrize("name", PICTURES)
def test_the_last_row_reads_every_word_of_a_wall_also_where_it_is_higher_than_wide(new_page, address, name):
    page = new_page()
    open_view(page, address, f"/{name}?view=wall")
    for screen in WALLS:
        settled(page, screen)
        nothing_around(page)
        is_read_and_whole_on_a_wide_wall(page, screen)
    for screen in SQUARISH:
        settled(page, screen)
        is_read_and_whole_on_a_squarish_wall(page, screen)
    for screen in UPRIGHT:
        settled(page, screen)
        is_read_and_whole_on_an_upright_wall(page, screen)


def is_read_and_whole_on_a_wide_wall(page: Page, screen: dict[str, int]) -> None:
    are_as_large(page, words=screen["height"] / 30, labels=0.99 * screen["height"] / 30)
    are_on_screen(page, PICTURE, ".control", ".film", ".tile", '[data-testid="gap"]')
    picture = page.locator(PICTURE).first.bounding_box()
    assert picture
    assert picture["width"] > 0.94 * screen["width"]
    assert page.evaluate(FAULTS) == [], screen


def is_read_and_whole_on_a_squarish_wall(page: Page, screen: dict[str, int]) -> None:
    are_as_large(page, words=screen["height"] / 34, labels=screen["height"] / 34)
    are_on_screen(page, PICTURE, ".control", ".film", ".tile", '[data-testid="gap"]', ".stage-page .legend .entry")
    for slider in page.locator(".control input, .film .rail, .stSlider [role=group]").filter(visible=True).all():
        box = slider.bounding_box()
        assert box
        assert box["width"] > 0.12 * screen["width"]
    assert page.evaluate(FAULTS) == [], screen


def is_read_and_whole_on_an_upright_wall(page: Page, screen: dict[str, int]) -> None:
    are_as_large(page, words=screen["width"] / 35, labels=screen["width"] / 35)
    are_on_screen(page, PICTURE, ".control", ".film", ".tile", '[data-testid="gap"]', ".st-key-group_train button")
    for slider in page.locator(".control, .weight-decay, .film").filter(visible=True).all():
        box = slider.bounding_box()
        assert box
        assert box["width"] > 0.8 * screen["width"]  # none beside another
    picture = page.locator(PICTURE).first.bounding_box()
    assert picture
    assert picture["height"] > 0.3 * screen["height"]
    if screen["height"] > 1.5 * screen["width"]:
        assert page.locator(PICTURE).evaluate_all(BLANK) < 0.2, screen
    assert page.evaluate(FAULTS) == [], screen


def test_no_word_that_goes_along_with_a_film_is_cut_on_its_way(new_page, address):
    page = new_page(**WALLS[1])
    open_view(page, address, "/extreme_points?view=wall")
    assert page.locator(".film .rail").evaluate(FAULTS_ON_THE_WAY) == []


@pytest.mark.parametrize("name", ["path", "about"])
def test_the_way_back_from_a_wall_covers_nothing(new_page, address, name):
    page = new_page()
    page.goto(f"{address}/{name}?view=wall")
    for screen in (*WALLS, *UPRIGHT):
        page.set_viewport_size(screen)
        page.wait_for_timeout(700)
        leave = page.get_by_role("button", name="Leave").bounding_box()
        main = page.locator(".stMain").bounding_box()
        assert leave
        assert main
        assert main["y"] + main["height"] <= leave["y"] + 1, screen


def test_headings_of_a_wall_are_larger_than_its_text(new_page, address):
    page = new_page(**WALLS[0])
    page.goto(f"{address}/about?view=wall")
    heading = page.get_by_role("heading", name="Where it stops")
    expect(heading).to_be_visible(timeout=SLOW)
    size = "node => Number.parseFloat(getComputedStyle(node).fontSize)"
    assert heading.evaluate(size) > 1.2 * page.locator(".stMain p").first.evaluate(size)


def test_a_wall_has_train_depth_and_data_and_goes_back(new_page, address):
    page = new_page(**WALLS[0])
    open_view(page, address, "/?preset=zigzag")
    page.get_by_role("button", name="Projector").click()
    for name in (re.compile("^(Train|Pause)$"), "Data: zigzag", "Leave"):
        expect(page.get_by_role("button", name=name)).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("slider", name=re.compile("Depth"))).to_be_visible()
    are_on_screen(page, ".st-key-group_train", ".st-key-group_data button", ".st-key-view_leave button", "svg.chart")
    page.get_by_role("button", name="Data: zigzag").click()
    page.get_by_role("menuitem", name="step", exact=True).or_(page.get_by_text("step", exact=True)).first.click()
    page.wait_for_url("**preset=step**", timeout=SLOW)
    assert parse_qs(urlsplit(page.url).query)["view"] == ["wall"]
    page.get_by_role("button", name="Leave").click()
    expect(page.locator(".stMain h1")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Data: step")).to_be_visible(timeout=SLOW)
    assert "view" not in page.url


@pytest.mark.parametrize("screen", FRAMES, ids=lambda screen: str(screen["width"]))
def test_a_frame_shows_chart_gap_weight_decay_and_train(new_page, address, screen):
    page = new_page(**screen)
    open_view(page, address, "/?embed=true")
    nothing_around(page)
    expect(page.locator('[data-testid="gap"]')).to_be_visible(timeout=SLOW)
    expect(page.locator(".weight-decay")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name=re.compile("^(Train|Pause)$"))).to_be_visible(timeout=SLOW)
    are_on_screen(page, '[data-testid="gap"]', "svg.chart", ".weight-decay", ".film", ".st-key-group_train button")
    words, rail = (page.locator(f".weight-decay > {part}").bounding_box() for part in (":first-child", ".rail"))
    assert words
    assert rail
    assert words["x"] + words["width"] <= rail["x"] or words["y"] + words["height"] <= rail["y"] + 5
    assert page.evaluate(FAULTS) == []
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("name", PICTURES[1:])
def test_a_frame_shows_the_stage_of_a_page_and_nothing_else(new_page, address, name):
    page = new_page()
    open_view(page, address, f"/{name}?embed=true")
    for screen in FRAMES:
        settled(page, screen)
        nothing_around(page)
        are_on_screen(page, PICTURE, ".control", ".film", ".tile")
        assert page.evaluate(FAULTS) == [], screen
        assert page.locator(".stButton").filter(visible=True).count() == 0


@pytest.mark.parametrize("name", PICTURES[1:])
def test_a_picture_its_sliders_and_its_numbers_fit_one_screen(new_page, address, name):
    page = new_page()
    open_view(page, address, f"/{name}")
    for screen in DESKS:
        settled(page, screen)
        parts = [page.locator(part).first for part in (".tiles", ".controls", ".film")]
        boxes = [box for part in parts if part.is_visible() and (box := part.bounding_box())]
        high = max(box["y"] + box["height"] for box in boxes) - min(box["y"] for box in boxes)
        assert high <= screen["height"], screen


@pytest.mark.parametrize("screen", [(768, 1024), (1280, 800)], ids=str)
def test_buttons_stand_above_the_title_and_scroll_away_with_it(new_page, address, screen):
    page = new_page(*screen)
    open_view(page, address, "/path")
    share = page.get_by_role("button", name="Share")
    button, title = share.bounding_box(), page.locator(".stMain h1").bounding_box()
    assert button
    assert title
    assert button["y"] + button["height"] <= title["y"]
    page.locator(".stMain").evaluate("main => main.scrollTop = 300")
    expect(share).not_to_be_in_viewport()


def test_controls_stand_beside_the_picture_on_a_laptop(new_page, address):
    page = new_page(1280, 800)
    open_view(page, address, "/")
    are_on_screen(page, "svg.chart", ".weight-decay", ".st-key-group_train", ".st-key-group_depth")


def test_groups_that_the_address_names_are_left_out(new_page, address):
    page = new_page(**FRAMES[1])
    open_view(page, address, "/?embed=true&hide=data,film,nonsense")
    for part in (".st-key-group_data", ".film"):
        expect(page.locator(part).filter(visible=True)).to_have_count(0)
    expect(page.locator(".st-key-group_train")).to_be_visible()


def test_a_point_is_where_the_finger_is_on_a_wall(new_page, address):
    page = new_page(**WALLS[1])
    open_view(page, address, "/?view=wall")
    point = page.get_by_role("button", name=re.compile("^Point 3 of"))
    point.hover()
    box = point.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.down()
    page.mouse.move(x, y - 100, steps=4)  # within what the chart shows
    page.wait_for_timeout(500)
    held = point.bounding_box()
    page.mouse.up()
    assert held
    assert held["y"] + held["height"] / 2 == pytest.approx(y - 100, abs=8)


@pytest.mark.parametrize("name", ["", "path", "depth", "rank_one", "whitened", "batch_norm", "extreme_points"])
def test_on_a_phone_the_first_controls_are_next_to_the_picture(new_page, address, name):
    page = new_page(390, 844)
    open_view(page, address, f"/{name}")
    found = page.locator(".st-key-split > * > .stHorizontalBlock").first
    wait_until(page, lambda: 0 <= found.evaluate(BELOW_THE_PICTURE) < 40, "its controls are below it")
