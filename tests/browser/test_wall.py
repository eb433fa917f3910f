"""The wall of a class and phones in one browser: what they say is seen, and whoever was away is back where it is."""

import re
from pathlib import Path
from urllib.parse import unquote, urlencode

import numpy as np
import pytest
from playwright.sync_api import expect

from cvxdnn.app.rooms.sqlite_store import SqliteStore
from cvxdnn.exhibits.lessons.lesson import LESSONS, lesson
from cvxdnn.exhibits.lessons.own import Own
from cvxdnn.tasks import link
from cvxdnn.tasks.scenario import Scenario
from tests.browser.test_access import findings
from tests.browser.test_lessons import OF_EACH_KIND
from tests.browser.waiting import SLOW, wait_until
from tests.exhibits.class_phones import say

PHONE = {"width": 390, "height": 844, "touch": True}
WALLS = [{"width": 1280, "height": 800}, {"width": 1920, "height": 1080}]
NARROW = [{"width": 390, "height": 844}, {"width": 768, "height": 1024}]
FAULTS = Path(__file__).with_name("boxes.js").read_text(encoding="utf-8")
ROOM = ".class-wall .room"
DOT = f"{ROOM} .strip circle"
SMALLEST = """wall => Math.min(...[...wall.querySelectorAll("*")]
  .filter((node) => [...node.childNodes].some((each) => each.nodeType === 3 && each.data.trim()))
  .filter((node) => node.getClientRects().length)
  .map((node) => Number.parseFloat(getComputedStyle(node).fontSize)))"""


@pytest.fixture
def tolerated():
    # while there is no connection
    return (
        "status of 404",
        "Failed to load",
        "net::ERR",
        "WebSocket",
        "disconnected",
        "reaching server",
        "not responding",
    )


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    return tmp_path_factory.mktemp("rooms") / "rooms.db"


@pytest.fixture(scope="module")
def address(app_server, rooms):
    return app_server("app.py", env={"CVXDNN_WORKERS": "0", "CVXDNN_ROOMS": str(rooms)})


@pytest.fixture
def store(rooms):
    made = SqliteStore(rooms)
    yield made
    made.close()


@pytest.fixture
def opened(address, new_page):
    """A wall with a class on lessons, by their numbers or the link of an own one; not begun."""

    def begin(lessons, prepare=lambda _: None, **options):
        query = urlencode(link.pack(lessons.texts())) if isinstance(lessons, Own) else f"n={lessons}"
        wall = new_page(**({"width": 1280, "height": 800} | options))
        prepare(wall)
        wall.goto(f"{address}/class?{query}")
        wall.get_by_role("button", name="Open a class").click()
        expect(wall.locator(f"{ROOM} .code")).to_be_visible()
        return wall

    return begin


@pytest.fixture
def joined(address, new_page):
    """A phone in the class of a wall."""

    def join(wall):
        page = new_page(**PHONE)
        page.goto(f"{address}/join/{code_of(wall)}")
        expect(page.get_by_text("You are in.").or_(page.locator(".status"))).to_be_visible()
        return page

    return join


def code_of(wall):
    return wall.locator(f"{ROOM} .code").text_content()


def phase(wall, name):
    expect(wall.locator(ROOM)).to_have_attribute("data-phase", name)


def forward(wall, name):
    wall.keyboard.press("PageDown")
    phase(wall, name)


def count(wall, words):
    expect(wall.locator(f"{ROOM} .count")).to_have_text(words)


def choose(phone, option):
    phone.get_by_role("radio", name=option).tap()
    phone.get_by_role("button", name="Send").tap()
    expect(phone.locator(".status")).to_contain_text("Sent.")


def draw(phone, begin, end):
    """A straight line between two heights, from the top, as shares of the picture's."""
    canvas = phone.locator(".chart svg")
    expect(canvas).to_be_visible()
    box = canvas.bounding_box()
    phone.mouse.move(box["x"] + 0.03 * box["width"], box["y"] + begin * box["height"])
    phone.mouse.down()
    phone.mouse.move(box["x"] + 0.99 * box["width"], box["y"] + end * box["height"], steps=20)
    phone.mouse.up()
    phone.get_by_role("button", name="Send").tap()
    expect(phone.locator(".status")).to_contain_text("Sent.")


def readable_sizes(wall):
    """Each size of a wall, with all of it on the screen and no word too small for the last row."""
    for size in WALLS:
        wall.set_viewport_size(size)
        wall.wait_for_timeout(500)
        assert wall.locator(".class-wall").evaluate(SMALLEST) >= size["height"] / 30
        low = wall.evaluate("(main => main.scrollHeight - main.clientHeight)(document.querySelector('.stMain'))")
        assert low <= 0, size
        yield size


def votes(wall):
    return [int(words) for words in wall.locator(f"{ROOM} .votes b").all_text_contents()]


def test_a_class_from_opening_to_closing(opened, joined):
    wall = opened("1,2")
    first, second = joined(wall), joined(wall)
    count(wall, "2 joined")
    wall.get_by_role("button", name="Open", exact=True).click()
    phase(wall, "open")
    choose(first, "a small tent")
    count(wall, "1 of 2 sent")
    choose(second, "one more bend")
    count(wall, "2 of 2 sent")
    assert votes(wall) == [0, 1, 1, 0]
    choose(first, "a jump")
    expect(wall.locator(f"{ROOM} .votes b").last).to_have_text("1")
    assert votes(wall) == [0, 0, 1, 1]

    forward(wall, "locked")
    expect(first.locator(".status")).to_contain_text("Locked.")
    assert wall.locator(f"{ROOM} .votes .right").count() == 0
    forward(wall, "revealed")
    expect(second.locator(".status")).to_contain_text("Right.")
    expect(wall.locator(f"{ROOM} .votes .right .words")).to_have_text("one more bend")
    expect(wall.locator(f"{ROOM} .results")).to_have_text("right1 of 2")
    expect(wall.locator(f"{ROOM} .asked")).to_have_text(lesson(1).takeaway)

    forward(wall, "waiting")
    expect(wall.locator(f"{ROOM} .title")).to_have_text("2Draw the network")
    expect(first.get_by_text("The next question comes soon.")).to_be_visible()
    wall.get_by_role("button", name="Close").click()
    wall.get_by_role("button", name="Close and forget it all?").click()
    expect(wall.get_by_text("A class on “One neuron”, “Draw the network”")).to_be_visible()
    expect(first.get_by_text("This class is over.")).to_be_visible(timeout=SLOW)
    assert wall.evaluate("sessionStorage.getItem('cvxdnn-class')") is None


def test_a_press_lost_on_its_way_is_told_again(opened):
    lost = []

    def lose_one(wall):
        def relay(client):
            server = client.connect_to_server()
            client.on_message(
                lambda message: lost.append("one") if lost == ["next"] and b"asked" in message else server.send(message)
            )

        wall.route_web_socket(re.compile("/_stcore/stream"), relay)

    wall = opened("1", prepare=lose_one)
    lost.append("next")
    forward(wall, "open")
    assert lost == ["next", "one"]
    forward(wall, "locked")


def test_no_dot_moves_and_nothing_is_told_until_the_reveal(opened, store):
    wall = opened("2")
    forward(wall, "open")
    say(store, code_of(wall), range(27))
    count(wall, "27 of 27 sent")
    expect(wall.locator(DOT)).to_have_count(27)
    assert wall.locator(f"{ROOM} .line.ghost").count() == 27
    assert wall.locator(f"{ROOM} .line.median").count() == wall.locator(f"{ROOM} .envelope").count() == 1
    before = places(wall)
    assert wall.locator(f"{ROOM} :is(.line, .strip line).best").count() == 0
    assert "%" not in wall.locator(f"{ROOM} .strip").text_content()
    forward(wall, "locked")
    forward(wall, "revealed")
    expect(wall.locator(f"{ROOM} .strip line.best")).to_have_count(1)
    assert places(wall) == before
    best = float(wall.locator(f"{ROOM} .strip line.best").get_attribute("x1"))
    assert all(x >= best - 10 for x, _ in before.values())
    expect(wall.locator(f"{ROOM} .results")).to_contain_text(re.compile(r"class median\+\d.* %closest\+\d.* %"))


def places(wall):
    names = ("cx", "cy", "data-phone")
    found = [[dot.get_attribute(name) for name in names] for dot in wall.locator(DOT).all()]
    return {phone: (float(x), float(y)) for x, y, phone in found}


def test_the_median_on_the_wall_is_that_of_the_heights(opened, store):
    wall = opened("2")
    forward(wall, "open")
    said = say(store, code_of(wall), range(9))
    expect(wall.locator(DOT)).to_have_count(9)
    x = [x for x, _ in lesson(2).points]
    middle = np.median([np.interp(x, *np.transpose(knots)) for knots in said.values()], axis=0)
    tops = [float(dot.get_attribute("cy")) for dot in wall.locator(f"{ROOM} .picture .dot").all()]
    heights = [y for _, y in lesson(2).points]
    scale, offset = np.polyfit(heights, tops, 1)
    median = wall.locator(f"{ROOM} .line.median").get_attribute("d")
    drawn = [tuple(map(float, pair.split())) for pair in re.findall(r"[\d.]+ [\d.]+", median)]
    lefts = [float(dot.get_attribute("cx")) for dot in wall.locator(f"{ROOM} .picture .dot").all()]
    assert np.interp(lefts, *np.transpose(drawn)) == pytest.approx(scale * middle + offset, abs=0.5)


def test_a_reload_of_the_wall_comes_back_to_the_class(opened, joined):
    wall = opened("1,2")
    phone = joined(wall)
    forward(wall, "open")
    choose(phone, "a small tent")
    count(wall, "1 of 1 sent")
    code, secret = code_of(wall), wall.evaluate("JSON.parse(sessionStorage.getItem('cvxdnn-class')).secret")
    wall.reload()
    expect(wall.locator(f"{ROOM} .code")).to_have_text(code)
    count(wall, "1 of 1 sent")
    assert votes(wall) == [0, 1, 0, 0]
    forward(wall, "locked")
    forward(wall, "revealed")
    wall.reload()
    phase(wall, "revealed")
    expect(wall.locator(f"{ROOM} .votes .right .words")).to_have_text("one more bend")
    assert secret not in wall.url + wall.locator("body").inner_text()
    assert secret not in unquote(wall.locator(f"{ROOM} .qr").get_attribute("src"))


def test_a_reload_has_all_drawings_again(opened, store):
    wall = opened("2")
    forward(wall, "open")
    for few in range(0, 60, 15):  # so many that the browser says up to where it has them
        say(store, code_of(wall), range(few, few + 15))
        expect(wall.locator(DOT)).to_have_count(few + 15)
    wall.reload()
    expect(wall.locator(DOT)).to_have_count(60)
    say(store, code_of(wall), range(2), seed=5)
    say(store, code_of(wall), [60])
    expect(wall.locator(DOT)).to_have_count(61)


def test_a_phone_that_sleeps_is_back_where_the_class_is(opened, joined):
    wall = opened("1,2")
    awake, asleep = joined(wall), joined(wall)
    forward(wall, "open")
    expect(asleep.get_by_role("radio").first).to_be_visible()
    asleep.goto("about:blank")
    choose(awake, "one more bend")
    count(wall, "1 of 2 sent")
    forward(wall, "locked")
    forward(wall, "revealed")
    forward(wall, "waiting")
    asleep.go_back()
    expect(asleep.get_by_text("The next question comes soon.")).to_be_visible()
    forward(wall, "open")
    for phone in (awake, asleep):
        expect(phone.locator("h1")).to_have_text(lesson(2).questions[0].text)


def test_a_phone_draws_on_beyond_the_points(opened, joined, store):
    wall = opened("9")
    phone = joined(wall)
    forward(wall, "open")
    draw(phone, 0.7, 0.3)
    count(wall, "1 of 1 sent")
    ((_, knots),) = store.gathered(code_of(wall), 0).answers.items()
    assert knots[-1][0] == lesson(9).questions[0].frame[-1][0]
    expect(wall.locator(f"{ROOM} .line.ghost")).to_have_count(1)


def test_a_class_on_an_own_lesson(address, new_page, joined):
    points = ((0.0, 0.0), (1.0, 0.0), (2.0, 1.0), (3.0, 3.0), (4.0, 1.5))
    own = Own("<b>Ours</b>", "<i>Where</i> does *it* go?", "sketch", Scenario(preset="", points=points, beta=0.01))
    wall = new_page(width=1280, height=800)
    wall.goto(f"{address}/lesson?{urlencode(link.pack(own.texts()))}")
    wall.get_by_role("link", name="Open a class").click()
    wall.get_by_role("button", name="Open a class").click()
    expect(wall.locator(f"{ROOM} .title")).to_have_text(own.title)
    first, second = joined(wall), joined(wall)
    forward(wall, "open")
    for page in (wall.locator(f"{ROOM} .asked"), first.locator("h1"), second.locator("h1")):
        expect(page).to_have_text(own.question)
    draw(first, 0.7, 0.4)
    count(wall, "1 of 2 sent")
    code = code_of(wall)
    wall.reload()
    expect(wall.locator(f"{ROOM} .line.ghost")).to_have_count(1)
    assert code_of(wall) == code
    second.goto("about:blank")
    second.go_back()
    draw(second, 0.4, 0.7)
    count(wall, "2 of 2 sent")
    forward(wall, "locked")
    forward(wall, "revealed")
    expect(wall.locator(f"{ROOM} .line.best")).not_to_have_count(0)
    expect(wall.locator(f"{ROOM} .results")).to_contain_text(re.compile(r"class median\+\d.* %closest\+\d.* %"))
    for phone in (first, second):
        expect(phone.locator(".status")).to_contain_text(re.compile(r"\+\d.* % above the best there is"))
        expect(phone.locator("h1")).to_have_text(own.lesson.takeaway)
    wall.get_by_role("button", name="Close").click()
    wall.get_by_role("button", name="Close and forget it all?").click()
    expect(wall.get_by_text(f"A class on “{own.title}”")).to_be_visible()


@pytest.mark.parametrize("kind", ["sketch", "choice"])
def test_the_longest_words_of_a_teacher_leave_room_for_the_picture(opened, store, kind):
    options = tuple(f"{number} {'option ' * 14}".strip() for number in range(6)) if kind == "choice" else ()
    points = ((0.0, 0.0), (1.0, 1.0), (2.0, 0.5))
    own = Own(("Title " * 14)[:80], "Long words. " * 25, kind, Scenario(preset="", points=points, beta=0.01), options)
    wall = opened(own)
    forward(wall, "open")
    say(store, code_of(wall), range(27))
    count(wall, "27 of 27 sent")
    for size in readable_sizes(wall):
        assert wall.locator(f"{ROOM} .picture").bounding_box()["height"] >= size["height"] / 5, size
        for part in (".strip", *([".votes li:last-child"] if options else [])):
            box = wall.locator(f"{ROOM} {part}").bounding_box()
            assert box["y"] + box["height"] <= wall.locator(f"{ROOM} footer").bounding_box()["y"], (size, part)


def test_another_tab_does_not_come_back_to_the_class(opened, address, new_page):
    wall = opened("1")
    other = new_page()
    other.goto(wall.url)
    expect(other.get_by_role("button", name="Open a class")).to_be_visible()
    other.wait_for_timeout(1500)
    assert not other.locator(ROOM).is_visible()


def test_a_server_that_is_killed_and_started_again_has_the_class(opened, joined, app_server, address):
    wall = opened("1,2")
    phone = joined(wall)
    forward(wall, "open")
    choose(phone, "a jump")
    count(wall, "1 of 1 sent")
    with app_server.killed(address):
        pass
    expect(wall.locator(f"{ROOM} .votes b").last).to_have_text("1", timeout=SLOW)
    wait_until(wall, lambda: pressed(wall, "locked"), "the class is locked")


def pressed(wall, name):
    """Whether the class has gone on; the key is pressed again, for the connection may just be coming back."""
    wall.keyboard.press("PageDown")
    wall.wait_for_timeout(3000)
    return wall.locator(ROOM).get_attribute("data-phase") == name


def test_the_qr_code_and_the_words_are_of_the_address_of_the_teacher(opened, address):
    wall = opened("1")
    host = address.split("://")[1]
    expect(wall.locator(f"{ROOM} .where")).to_have_text(f"{host}/join")
    assert wall.locator(f"{ROOM} .qr").get_attribute("alt") == f"QR code of {address}/join/{code_of(wall)}"
    expect(wall.get_by_text("Phones cannot reach 127.0.0.1.")).to_be_visible()


@pytest.mark.parametrize("number", OF_EACH_KIND)
def test_the_last_row_reads_every_word_and_all_is_on_screen(opened, store, number):
    wall = opened(number, color_scheme=("light", "dark")[number % 2])
    for moment in ("waiting", "open", "locked", "revealed"):
        if moment != "waiting":
            forward(wall, moment)
        if moment == "open":
            say(store, code_of(wall), range(27))
            count(wall, "27 of 27 sent")
        for size in readable_sizes(wall):
            assert wall.evaluate(FAULTS) == [], (moment, size)
            for part in ("header", ".picture", ".strip", "aside", ".buttons"):
                box = wall.locator(f"{ROOM} {part}").bounding_box()
                if box:
                    assert box["y"] + box["height"] <= size["height"], (moment, size, part)
                    assert box["x"] + box["width"] <= size["width"], (moment, size, part)


@pytest.mark.parametrize("number", [each.number for each in LESSONS])
def test_until_the_reveal_a_class_reads_what_its_question_is_about(opened, number):
    wall, taught = opened(number), lesson(number)
    told = wall.locator(f"{ROOM} .see")
    expect(told).to_have_text(" ".join(taught.on_wall or taught.see))
    for size in readable_sizes(wall):
        assert wall.evaluate(FAULTS) == [], size
        assert wall.locator(f"{ROOM} .picture").bounding_box()["height"] >= size["height"] / 5, size
    forward(wall, "open")
    expect(told).to_be_visible()
    forward(wall, "locked")
    forward(wall, "revealed")
    expect(told).to_be_hidden()


@pytest.mark.parametrize("entries", ["view=wall", "embed=true", "hide=title,legend"])
def test_a_wall_is_one_whatever_view_its_address_asks_for(opened, entries):
    wall = opened(f"4&{entries}")
    forward(wall, "open")
    assert list(readable_sizes(wall)) == WALLS


@pytest.mark.parametrize("number", [2, 4, 5, 6])
def test_axe_finds_nothing(opened, store, number):
    wall = opened(number, color_scheme=("light", "dark")[number % 2])
    assert findings(wall) == []
    forward(wall, "open")
    say(store, code_of(wall), range(27))
    count(wall, "27 of 27 sent")
    forward(wall, "locked")
    forward(wall, "revealed")
    assert findings(wall) == []


@pytest.mark.parametrize("number", OF_EACH_KIND)
def test_a_narrow_screen_has_one_below_the_other(opened, store, number):
    wall = opened(number)
    forward(wall, "open")
    say(store, code_of(wall), range(27))
    count(wall, "27 of 27 sent")
    forward(wall, "locked")
    forward(wall, "revealed")
    for size in NARROW:
        wall.set_viewport_size(size)
        wall.wait_for_timeout(500)
        assert wall.evaluate(FAULTS) == [], size
        assert wall.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth"), size
        for button in wall.locator(f"{ROOM} footer").get_by_role("button").all():
            box = button.bounding_box()
            assert box["height"] >= 44
            assert box["y"] + box["height"] <= size["height"]
