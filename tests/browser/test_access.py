"""Who does not see, does not point, or needs it large: axe's findings, texts of pictures, and the keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_boxes import PAGES

SLOW = 60_000
SCHEMES = ("light", "dark")
SCREENS = ({"width": 1280, "height": 800}, {"width": 390, "height": 844})
SERIOUS = {"serious", "critical", "moderate"}
TEXTS = ("lesson", "about", "glossary")
"""Pages without a picture of their own."""
OF_STREAMLIT = {
    "list": "[data-testid='stSidebarNav']",  # the navigation has its sections as <div> in a <ul>
    "listitem": "[data-testid='stSidebarNav']",  # and its links as <li> in such a <div>
}
"""Findings in Streamlit's own elements, which no option of it changes: the rule, and inside of what."""


@pytest.fixture
def address(app_server):
    return app_server("app.py", env={"CVXDNN_WORKERS": "1"})


def open_page(page: Page, address: str, name: str) -> None:
    """The page with its first picture, and nothing on its way."""
    page.goto(f"{address}/{name}")
    expect(page.locator("[data-testid='stMain'] h1")).to_be_visible(timeout=SLOW)
    if name not in TEXTS:
        said = ".picture svg[aria-label], svg.chart[aria-label^='Chart of']"
        expect(page.locator(said).first).to_be_attached(timeout=SLOW)
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0, timeout=SLOW)
    page.wait_for_timeout(1500)


def findings(page: Page) -> list[str]:
    """What axe finds, but for what is Streamlit's."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['impact']} {rule['id']}: {node['target']} {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
        if not is_streamlits(page, rule["id"], node["target"])
    ]


def is_streamlits(page: Page, rule: str, target: list[str]) -> bool:
    """Whether a finding is one of the known ones."""
    inside = OF_STREAMLIT.get(rule)
    if inside is None or not isinstance(target[0], str):
        return False
    return bool(
        page.evaluate("([it, inside]) => document.querySelector(it).closest(inside) !== null", [target[0], inside])
    )


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_of_ours(new_page, address, name):
    page = new_page(reduced_motion="reduce")
    open_page(page, address, name)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for screen in SCREENS:
            page.set_viewport_size(screen)
            page.wait_for_timeout(800)
            assert findings(page) == [], (scheme, screen)


FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node.getAttribute("aria-label") || node.innerText.trim();
}"""
STAGES = tuple(name for name in PAGES if name not in ("", *TEXTS))


def presses_to(page: Page, words: str, most: int = 20) -> int:
    """How often Tab is pressed until what has the focus is called so."""
    for count in range(1, most + 1):
        page.keyboard.press("Tab")
        if re.search(words, page.evaluate(FOCUSED)):
            return count
    raise AssertionError(f"{words} is not among the next {most}")


def test_keys_reach_points_weight_decay_training_and_data_of_explore(new_page, address):
    page = new_page()
    open_page(page, address, "")
    assert presses_to(page, "^Skip to the picture") == 1
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED).startswith("Point 1 of 7")
    assert presses_to(page, "^Weight decay") <= 6
    assert presses_to(page, "^On to the other controls") <= 7
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED).endswith("Train")
    assert presses_to(page, "^Data: ") <= 2


@pytest.mark.parametrize("name", STAGES)
def test_keys_reach_the_picture_and_go_on_to_the_controls(new_page, address, name):
    page = new_page()
    open_page(page, address, name)
    assert presses_to(page, "^Skip to the controls") == 2
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    first = page.evaluate(FOCUSED)
    assert page.evaluate("document.activeElement.shadowRoot !== null"), first
    if name != "sweep":  # which has a slider only where seeds are pooled
        presses_to(page, "^On to the other controls", most=16)
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.closest('.stMain') !== null"), page.evaluate(FOCUSED)
        assert page.evaluate("document.activeElement.shadowRoot === null")


def test_what_has_the_focus_is_seen(new_page, address):
    page = new_page()
    open_page(page, address, "rank_one")
    page.keyboard.press("Tab")
    box = page.get_by_role("button", name="Skip to the picture").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    for name in ("Play the film", "Moment of the training", "Speed of the film", "weight decay"):
        control = page.locator(".stage-page").get_by_label(re.compile(name)).first
        control.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")  # as somebody who uses keys
        style = control.evaluate("(it) => getComputedStyle(it).outlineStyle + getComputedStyle(it).outlineWidth")
        assert style == "solid2px", name


@pytest.mark.parametrize("name", ["", *STAGES])
def test_pictures_say_what_they_show(new_page, address, name):
    page = new_page()
    open_page(page, address, name)
    pictures = page.locator(".picture svg[role], .drawn svg[role], svg.chart, svg.certificate")
    for picture in pictures.all():
        expect(picture).to_have_attribute("aria-label", re.compile(r"\d.*\d", re.DOTALL))  # said once it is at rest
        assert not re.search("undefined|NaN|null", picture.get_attribute("aria-label") or "")
    slider = page.locator(".stage-page .controls .rail").first
    if slider.count():
        before = pictures.first.get_attribute("aria-label")
        slider.press("ArrowLeft" if slider.evaluate("(it) => it.value === it.max") else "ArrowRight")
        expect(pictures.first).not_to_have_attribute("aria-label", before or "")


def test_nothing_moves_by_itself_for_who_wants_it_so(new_page, address):
    page = new_page(reduced_motion="reduce")
    open_page(page, address, "rank_one")
    assert page.locator(".film .play.playing").count() == 0
    rail = page.locator(".film .rail")
    assert rail.evaluate("(it) => it.value === it.max")


@pytest.mark.parametrize("name", ["", "rank_one"])
def test_a_finger_has_room_on_all_controls_of_ours(new_page, address, name):
    page = new_page(width=390, height=844, touch=True)
    open_page(page, address, name)
    controls = page.locator(".widget :is(button:not(.onward), .rail, .hit), .stMain .stButton button")
    for control in controls.all():
        box = control.bounding_box() if control.is_visible() else None
        if box is not None:
            assert box["height"] >= 43.5, control.evaluate("(it) => it.outerHTML.slice(0, 200)")


def test_in_a_frame_there_is_neither_title_nor_header(new_page, address):
    page = new_page()
    page.goto(f"{address}/path?embed=true")
    expect(page.locator(".stage-page .picture")).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-testid='stMain'] h1")).to_be_hidden()
    expect(page.locator("[data-testid='stHeader']")).to_be_hidden()


def test_no_title_is_covered(new_page, address):
    page = new_page()
    for width in (1280, 1000, 768, 641, 390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        page.goto(f"{address}/path")
        title = page.locator("[data-testid='stMain'] h1")
        expect(title).to_be_visible(timeout=SLOW)
        collapse = page.locator("[data-testid='stSidebarCollapseButton'] button")
        if page.locator(".stSidebar[aria-expanded='true'], .stSidebar[data-collapsed='false']").count():
            page.locator(".stSidebar").hover()
            collapse.click()
            page.wait_for_timeout(600)
        top = title.bounding_box()
        header = page.locator("[data-testid='stHeader']")
        bottom = header.bounding_box() if header.count() else None
        assert top is not None
        assert bottom is None or top["y"] >= bottom["y"] + bottom["height"], width


@pytest.mark.parametrize("name", ["", "path", "rank_one"])
def test_a_page_prints_on_one_sheet_without_buttons_and_with_its_address(new_page, address, name):
    page = new_page()
    open_page(page, address, name)
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    for gone in (".stSidebar", "[data-testid='stHeader']", ".stMain .stButton button", ".film", ".toolbar"):
        assert not any(each.is_visible() for each in page.locator(gone).all()), gone
    expect(page.locator(".on-paper")).to_have_text(page.url)
