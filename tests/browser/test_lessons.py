"""Lessons in a browser: predicted by finger, mouse and keys; nothing of the answer is there before; nothing moves."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from benchmarks.lesson import Visit, by_finger, by_keyboard
from cvxdnn.exhibits.lessons.lesson import LESSONS, lesson
from cvxdnn.exhibits.lessons.reveal import revealed
from tests.browser.test_access import findings
from tests.browser.test_boxes import FAULTS
from tests.exhibits.lessons.answers import ANSWERS
from tests.exhibits.lessons.test_lesson_page import place_of

PHONE = {"width": 390, "height": 844, "touch": True}
LONGEST = 300

HALO = 6  # pixels, of letters
OF_EACH_KIND = (1, 2, 3, 5, 6, 10)
"""A choice of curves, a drawing, three of them, an order, taps on a tube, a choice of words with a film."""


def open_lesson(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/lesson{query}")
    expect(page.locator(".lesson[data-step]")).to_be_attached()
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0)


def query_of(n, meant, step=2):
    return "?" + "&".join(f"{name}={text}" for name, text in place_of(lesson(n), meant, step).texts().items())


def step_is(page, name):
    expect(page.locator(".lesson .steps [aria-current='step']")).to_have_text(name)


def draw(page, places):
    """Through points of the data, by where their dots are."""
    dots = page.locator(".lesson .chart .dot")
    boxes = [dots.nth(k).bounding_box() for k in range(dots.count())]
    where = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    for k in places:
        page.mouse.move(*where[k], steps=10)
        if k == places[0]:
            page.mouse.down()
    page.mouse.up()


def test_the_list_opens_a_lesson_and_back_and_forward_walk_its_steps(page, address):
    open_lesson(page, address)
    entries = page.locator(".lesson .entries button")
    expect(entries).to_have_count(len(LESSONS))
    expect(page.locator(".lesson .star", has_text="one lecture")).to_have_count(4)
    entries.nth(3).click()
    expect(page.locator("h1")).to_have_text("4. How many best curves?")
    step_is(page, "See")
    page.get_by_role("button", name="Predict").click()
    step_is(page, "Predict")
    page.get_by_role("radio", name="two").click()
    page.get_by_role("button", name="Lock it in").click()
    step_is(page, "Reveal")
    expect(page).to_have_url(re.compile("n=4&step=2&answer=B$"))
    page.go_back()
    step_is(page, "Predict")
    expect(page.get_by_role("button", name="Lock it in")).to_be_visible()
    page.go_back()
    step_is(page, "See")
    page.go_forward(), page.go_forward()
    step_is(page, "Reveal")
    expect(page.locator(".lesson .verdict")).to_have_text("Not quite.")
    page.get_by_role("button", name="Takeaway").click()
    step_is(page, "Takeaway")
    expect(page.locator(".lesson .takeaway")).to_have_text(lesson(4).takeaway)
    expect(page.get_by_text("Ask:")).to_be_hidden()
    page.get_by_text("Teacher’s note").click()
    expect(page.get_by_text("Ask:")).to_be_visible()
    page.get_by_role("button", name="Next lesson").click()
    expect(page.locator("h1")).to_have_text("5. Which bend dies first")


def test_a_drawing_by_finger_at_390_pixels(new_page, address):
    page = new_page(**PHONE)
    open_lesson(page, address, "?n=2")
    chart = page.locator(".lesson .chart").bounding_box()
    page.get_by_role("button", name="Predict").tap()
    expect(page.get_by_role("button", name="Lock it in")).to_be_disabled()
    draw(page, range(6))
    page.get_by_role("button", name="Lock it in").tap()
    expect(page.locator(".lesson .verdict")).to_have_text("Right.")
    expect(page.locator(".lesson .say")).to_have_text(lesson(2).right)
    expect(page.locator(".lesson .names")).to_have_text("the bestyouthe network")
    assert page.locator(".lesson .chart").bounding_box() == chart
    assert len(page.url) < LONGEST
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= window.innerWidth")


def test_the_price_of_a_drawing_is_a_share_of_that_of_a_level_line(page, address):
    open_lesson(page, address, "?n=3&step=1")
    draw(page, range(page.locator(".lesson .chart .dot").count()))
    heights = [y for _, y in lesson(3).points]
    middle, span = sum(heights) / len(heights), max(heights) - min(heights)
    level = sum((y - middle) ** 2 for y in heights) / 2 / span**2
    price = float(page.locator(".lesson .sum").text_content().rpartition("= ")[2])
    bar = page.locator(".lesson .bar")
    shares = bar.locator("i").evaluate_all("(parts) => parts.map((it) => parseFloat(it.style.width) / 100)")
    assert sum(shares) == pytest.approx(price / level, rel=0.02)
    assert sum(shares) < 0.5  # the dots are nearly joined, and bending is cheap


@pytest.mark.parametrize(
    ("way", "screen", "touches", "most_keys"),
    [(by_finger, PHONE, 4, 0), (by_keyboard, {}, 0, 60)],
    ids=["by finger at 390 pixels", "by keyboard alone"],
)
def test_lesson_2_is_done_rightly_with_few_touches_or_keys(new_page, address, way, screen, touches, most_keys):
    """`python -m benchmarks.lesson` says in which time."""
    page = new_page(**screen)
    visit = Visit(page, pause=0)
    way(visit, address)
    assert visit.touches == touches
    assert visit.keys <= most_keys
    expect(page.locator(".lesson .takeaway")).to_have_text(lesson(2).takeaway)
    page.get_by_role("button", name="Back").click()
    expect(page.locator(".lesson .say")).to_have_text(lesson(2).right)


@pytest.mark.parametrize(("n", "before", "after"), [(6, 2, 2), (7, 0, 1)])
def test_the_pull_has_its_walls_and_none_where_there_is_no_pull_yet(new_page, address, n, before, after):
    page = new_page(reduced_motion="reduce")
    for step, walls in ((0, before), (2, after)):
        open_lesson(page, address, query_of(n, "", step))
        expect(page.locator(".lesson .tube .pull:not(text)")).to_have_count(min(walls, 1))
        expect(page.locator(".lesson .tube line.wall")).to_have_count(walls)


@pytest.mark.parametrize("n", [each.number for each in LESSONS if each.questions[0].kind == "choice"])
def test_on_a_phone_every_option_is_in_sight_and_none_moves_when_one_is_tapped(new_page, address, n):
    page = new_page(**PHONE)
    open_lesson(page, address, f"?n={n}&step=1")
    options = page.locator(".lesson .choice")
    foot = page.locator(".lesson .foot").bounding_box()
    boxes = [each.bounding_box() for each in options.all()]
    assert boxes[-1]["y"] + 20 < foot["y"]  # its words, above the buttons that stick to the edge
    options.first.tap()
    expect(options.first).to_have_attribute("aria-checked", "true")
    assert [each.bounding_box() for each in options.all()] == boxes


def test_a_lesson_by_keyboard_alone(new_page, address):
    page = new_page(reduced_motion="reduce")
    open_lesson(page, address, "?n=2")
    page.keyboard.press("ArrowRight")
    step_is(page, "Predict")
    page.keyboard.press("PageUp")
    step_is(page, "See")
    page.keyboard.press("PageDown")
    step_is(page, "Predict")
    canvas = page.locator(".lesson .canvas")
    canvas.focus()
    for key in ["ArrowUp", *["ArrowRight", "ArrowUp"] * 10]:
        page.keyboard.press(key)
    step_is(page, "Predict")  # the drawing has the keys
    page.keyboard.press("Tab")
    for _ in range(6):
        if page.evaluate("document.activeElement.shadowRoot?.activeElement?.className") == "next":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".lesson .verdict")).to_be_visible()
    rail = page.locator(".lesson .rail")
    assert rail.evaluate("(it) => it.valueAsNumber") == 1  # nothing is played
    rail.focus()
    before = page.locator(".lesson .curve.network").get_attribute("d")
    for _ in range(20):
        page.keyboard.press("PageDown")
        page.keyboard.press("ArrowLeft")
    rail.press("Home")
    step_is(page, "Reveal")  # the slider has the keys
    assert page.locator(".lesson .curve.network").get_attribute("d") != before
    page.locator(".lesson .back").focus()
    page.keyboard.press("ArrowRight")
    step_is(page, "Takeaway")


@pytest.mark.parametrize("n", [each.number for each in LESSONS])
def test_before_the_prediction_no_frame_holds_anything_of_the_answer(new_page, address, n):
    shown = lesson(n)
    texts = [shown.right, shown.takeaway, *shown.wrong.values(), shown.teacher.background]
    assert all(texts)
    page, frames = new_page(), []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived", lambda data: frames.append(data if isinstance(data, bytes) else data.encode())
        ),
    )
    open_lesson(page, address, f"?n={n}")
    page.get_by_role("button", name="Predict").click()
    step_is(page, "Predict")
    expect(page).to_have_url(re.compile("step=1"))
    page.wait_for_timeout(500)
    secrets = [json.dumps(text, ensure_ascii=escaped)[1:-1].encode() for text in texts for escaped in (True, False)]
    answer = ANSWERS[shown.name][""]
    reveal = revealed(shown, answer)
    secrets += [f'"{name}"'.encode() for name in ("takeaway", "misconception", "bars")]
    if reveal["also"]:
        secrets.append(json.dumps(reveal["also"])[1:-1].encode())
    got = b"".join(frames)
    assert shown.title.encode() in got
    assert [secret for secret in secrets if secret in got] == []
    page.goto(f"{address}/lesson{query_of(n, '')}")
    expect(page.locator(".lesson .say")).to_have_text(shown.right)
    assert any(b'"takeaway"' in frame for frame in frames)  # so it would have been seen


def test_a_reload_at_the_reveal_shows_the_same_at_rest(new_page, address):
    page = new_page()
    open_lesson(page, address, query_of(5, "left"))
    verdict = page.locator(".lesson .say")
    expect(verdict).to_have_text(lesson(5).wrong["left"])
    url = page.url
    at = page.locator(".lesson .rail").evaluate("(it) => it.value")
    drawn = page.locator(".lesson .curve.best").get_attribute("d")
    page.reload()
    expect(verdict).to_have_text(lesson(5).wrong["left"])
    assert page.url == url
    assert page.locator(".lesson .rail").evaluate("(it) => it.value") == at
    expect(page.locator(".lesson .curve.best")).to_have_attribute("d", drawn)


def test_the_reveal_is_played_once_and_then_moved_by_hand(new_page, address):
    page = new_page()
    open_lesson(page, address, "?n=4&step=1")
    page.get_by_role("radio", name="endlessly many").click()
    page.get_by_role("button", name="Lock it in").click()
    rail = page.locator(".lesson .rail")
    expect(rail).to_be_visible()
    page.wait_for_function("(it) => it.valueAsNumber > 0.6", arg=rail.element_handle())
    page.wait_for_function("(it) => it.valueAsNumber === 0.5", arg=rail.element_handle())  # where it rests
    middle = page.locator(".lesson .curve.best").get_attribute("d")
    rail.fill("1")
    assert page.locator(".lesson .curve.best").get_attribute("d") != middle
    page.get_by_role("button", name="Takeaway").click()
    page.get_by_role("button", name="Back").click()
    step_is(page, "Reveal")
    assert rail.evaluate("(it) => it.valueAsNumber") == 0.5


@pytest.mark.parametrize("n", [3, 8])
def test_a_bar_says_what_its_parts_are(page, address, n):
    open_lesson(page, address, query_of(n, ""))
    expect(page.locator(".lesson .key")).to_have_text(f"misfit + {lesson(n).charge}")


@pytest.mark.parametrize("n", [1, 3, 8])  # all of them: tests/exhibits/lessons
def test_now_try_opens_the_page_that_it_names(new_page, address, n):
    page = new_page()
    shown = lesson(n)
    open_lesson(page, address, query_of(n, "", step=3))
    page.get_by_role("link", name=shown.now.words).click()
    expect(page).to_have_url(re.compile(f"{address}/{'' if shown.now.page == 'explore' else shown.now.page}"))
    expect(page.locator(".lesson")).to_have_count(0)
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_text("link cannot be used")).to_have_count(0)


SMALL = """() => {
  const inside = (root) => [...root.querySelectorAll("*")].flatMap((node) =>
    node.shadowRoot ? [node, ...inside(node.shadowRoot)] : [node]);
  const least = innerHeight / 30;
  return inside(document.querySelector(".st-key-group_lesson"))
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
    .filter((node) => node.checkVisibility({ visibilityProperty: true }) && node.tagName !== "STYLE")
    .map((node) => {
      const zoom = node.closest(".lesson") ? parseFloat(getComputedStyle(node.closest(".lesson")).zoom) : 1;
      return [node.textContent.slice(0, 30), parseFloat(getComputedStyle(node).fontSize) * zoom];
    })
    .filter(([, size]) => size < least);
}"""


@pytest.mark.parametrize("n", OF_EACH_KIND)
def test_on_a_wall_words_are_large_and_everything_is_on_it(new_page, address, n):
    page = new_page(width=1920, height=1080, reduced_motion="reduce")
    for step in range(4):
        open_lesson(page, address, f"{query_of(n, '', step)}&view=wall")
        step_is(page, ("See", "Predict", "Reveal", "Takeaway")[step])
        page.wait_for_timeout(300)
        assert page.evaluate(SMALL) == []
        assert page.evaluate("document.querySelector('.stMain').scrollHeight <= window.innerHeight + 2")
        text = page.locator(".lesson .text")
        assert text.evaluate("(it) => it.scrollHeight - it.clientHeight") <= 2, (n, step)
        assert text.evaluate("(it) => it.scrollWidth - it.clientWidth") <= 2
        assert page.locator(".lesson .foot").evaluate("(it) => it.scrollWidth - it.clientWidth") <= 0


def test_the_proof_of_a_lesson_is_named_on_a_phone_and_high_on_a_wall(new_page, address):
    page = new_page(width=390, height=844)
    open_lesson(page, address, "?n=6")
    names = page.locator(".lesson .tube text.name")
    expect(names).to_have_text(["wall", "wall", "pull"])
    tube = page.locator(".lesson .tube").bounding_box()
    assert tube
    for name in names.all():
        box = name.bounding_box()
        assert box
        assert box["y"] >= tube["y"] - HALO
        assert box["y"] + box["height"] <= tube["y"] + tube["height"] + HALO
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{address}/lesson?n=6&view=wall")
    expect(names).to_have_count(3)
    heights = [chart.bounding_box()["height"] for chart in page.locator(".lesson .chart").all()]
    assert sum(heights) > 800 / 2


@pytest.mark.parametrize("n", OF_EACH_KIND)
@pytest.mark.parametrize(
    "screen", [{"width": 1280, "height": 800}, {"width": 390, "height": 844}], ids=["wide", "narrow"]
)
def test_nothing_moves_between_steps_or_stands_out(new_page, address, n, screen):
    page = new_page(reduced_motion="reduce", **screen)
    places = set()
    for step in range(4):
        open_lesson(page, address, query_of(n, next(iter(ANSWERS[lesson(n).name])), step))
        step_is(page, ("See", "Predict", "Reveal", "Takeaway")[step])
        page.wait_for_timeout(300)
        assert page.evaluate(FAULTS) == []
        chart = page.locator(".lesson .chart").first.bounding_box()
        places.add(tuple(round(chart[name]) for name in ("x", "y", "width", "height")))
    assert len(places) == 1


@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_axe_finds_nothing_in_a_lesson(new_page, address, n):
    page = new_page(reduced_motion="reduce")
    for step in range(4):
        open_lesson(page, address, query_of(n, "", step))
        step_is(page, ("See", "Predict", "Reveal", "Takeaway")[step])
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.wait_for_timeout(600)
            assert findings(page) == [], (step, scheme)


def test_names_of_curves_do_not_lie_on_each_other(new_page, address):
    page = new_page(reduced_motion="reduce")
    for n in (2, 7, 10):
        open_lesson(page, address, query_of(n, ""))
        expect(page.locator(".lesson .chart text.name").first).to_be_visible()
        boxes = [each.bounding_box() for each in page.locator(".lesson .chart:not(.tube) text.name").all()]
        for k, one in enumerate(boxes):
            for other in boxes[k + 1 :]:
                assert one["y"] + 12 <= other["y"] + 1 or other["y"] + 12 <= one["y"] + 1


ON_ITS_SIDE = {"width": 844, "height": 390, "touch": True}


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_on_a_phone_that_lies_on_its_side_the_reveal_comes_into_sight(new_page, address, motion):
    page = new_page(**ON_ITS_SIDE, reduced_motion=motion)
    open_lesson(page, address, "?n=1&step=1")
    page.get_by_role("radio", name="a jump").tap()
    chart = page.locator(".lesson .chart")
    assert chart.bounding_box()["y"] < 0  # who tapped the last option has scrolled the chart away
    page.get_by_role("button", name="Lock it in").tap()
    expect(page.locator(".lesson .verdict")).to_be_attached()
    expect(chart).to_be_in_viewport(ratio=1)
    foot = page.locator(".lesson .foot").bounding_box()
    page.wait_for_timeout(1000)  # until it has come to rest
    box = chart.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= foot["y"] + 1
