"""A phone in class: joins, answers with finger, mouse and keys, and is back where the class is, whatever happens."""

import re
import time
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from cvxdnn.app.rooms.classroom import close_room, look, move, open_room, reveal
from cvxdnn.app.rooms.questions import KNOTS, Question
from cvxdnn.app.rooms.sqlite_store import SqliteStore
from tests.app.rooms.conftest import CHOICE, LESSON, ORDER, SKETCH, TAPS
from tests.browser.waiting import wait_until

PHONE = {"width": 390, "height": 844, "touch": True}
MOST_BYTES = 150_000
FOLLOWS = 2_000  # milliseconds, on a busy machine; tests/app/rooms/test_desk.py has the second

PAUSES = """
window.pauses = [];
const later = setTimeout;
window.setTimeout = (what, time, ...more) => {
  if (time >= 300 && time <= 3000) pauses.push(time); // not the patience with a request
  return later(what, time, ...more);
};
"""
"""Notes how long a page waits before it does something."""


@pytest.fixture
def tolerated():
    return ("Failed to load resource", "net::ERR")  # while there is no connection


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    return tmp_path_factory.mktemp("rooms") / "rooms.db"


@pytest.fixture(scope="module")
def address(app_server, rooms):
    return app_server("app.py", env={"CVXDNN_WORKERS": "0", "CVXDNN_ROOMS": str(rooms)})


class Teacher:
    """Has opened a room in the file that the server has, too."""

    def __init__(self, path, questions):
        self.store = SqliteStore(path)
        self.opened = open_room(self.store, "lesson", questions, most=200)

    def move(self, where):
        move(self.store, self.opened.code, self.opened.secret, where)

    def reveal(self, **told):
        reveal(self.store, self.opened.code, self.opened.secret, told)

    def answers(self):
        return look(self.store, self.opened.code, self.opened.secret)["answers"]


@pytest.fixture
def begin(rooms, address, new_page):
    """A class on questions, open at the first, and a phone in it."""

    def begun(*questions, **phone):
        teacher = Teacher(rooms, questions or LESSON)
        page = new_page(**(PHONE | phone))
        page.goto(f"{address}/join/{teacher.opened.code.lower()}")
        expect(page.get_by_text("You are in.")).to_be_visible()
        teacher.move("open")
        expect(page.locator("h1")).to_have_text(teacher.store.read(teacher.opened.code).question.text, timeout=FOLLOWS)
        return teacher, page

    return begun


def said(page, text):
    expect(page.locator(".status")).to_contain_text(text, timeout=5_000)


def send(page):
    page.get_by_role("button", name="Send").tap()
    said(page, "Sent. You may change it")


def draw(page, shares):
    """Draw with the mouse through places given as shares of the chart's width and height."""
    box = page.locator(".chart svg").bounding_box()
    for k, (across, down) in enumerate(shares):
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=8)
        if k == 0:
            page.mouse.down()
    page.mouse.up()


def test_a_lesson_from_joining_to_the_last_answer(begin):
    teacher, page = begin()
    page.get_by_role("radio", name="a hinge").tap()
    send(page)
    assert teacher.answers() == [(0, 1)]
    teacher.move("lock")
    said(page, "Locked. Your answer is in.")
    teacher.reveal(right=1, words="A neuron is a hinge.")
    said(page, "Right.")
    expect(page.locator("h1")).to_have_text("A neuron is a hinge.")
    expect(page.get_by_role("radio", name="a hinge")).to_contain_text("1 of 1")

    teacher.move("next")
    expect(page.get_by_text("The next question comes soon.")).to_be_visible()
    teacher.move("open")
    for option in ("middle", "left"):
        page.get_by_role("button", name=option).tap()
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    page.get_by_role("button", name="right").tap()
    send(page)
    assert teacher.answers() == [(0, [1, 0, 2])]
    teacher.reveal(right=[1, 2, 0])
    said(page, "Not this time.")

    teacher.move("next"), teacher.move("open")
    page.get_by_role("button", name="x = 1, y = 2").tap()
    page.get_by_role("button", name="x = 2, y = 1").tap()
    send(page)
    assert teacher.answers() == [(0, [1, 2])]
    teacher.reveal(right=[1, 2], curve=[[0, 0], [1, 2], [2, 1], [3, 3]])
    said(page, "Right.")

    teacher.move("next"), teacher.move("open")
    expect(page.locator("h1")).to_have_text(SKETCH.text)
    draw(page, [(0.02, 0.7), (0.4, 0.3), (0.6, 0.6), (0.98, 0.2)])
    send(page)
    ((number, knots),) = teacher.answers()
    assert 2 <= len(knots) <= KNOTS
    teacher.reveal(curve=[[0, 0], [3, 3]], scores=[[number, 0.14]])
    said(page, "Your drawing: +14 % above the best there is.")


def test_the_newest_answer_counts(begin):
    teacher, page = begin(CHOICE)
    for name, k in (("a step", 0), ("a tent", 2), ("a hinge", 1)):
        page.get_by_role("radio", name=name).tap()
        page.get_by_role("button", name="Send").tap()
        said(page, "Sent.")
        assert teacher.answers() == [(0, k)]
    page.get_by_role("radio", name="a tent").tap()
    said(page, "Changed, not sent yet.")
    teacher.move("lock")
    said(page, "Your answer is in.")
    expect(page.get_by_role("radio", name="a hinge")).to_be_checked()


@pytest.mark.parametrize("question", LESSON, ids=lambda question: question.kind)
def test_a_reload_loses_nothing(begin, question):
    teacher, page = begin(question)
    if question is CHOICE:
        page.get_by_role("radio", name="a tent").tap()
    elif question is ORDER:
        for option in ("right", "middle", "left"):
            page.get_by_role("button", name=option).tap()
    elif question is TAPS:
        page.get_by_role("button", name="x = 3").tap()
    else:
        draw(page, [(0.02, 0.7), (0.5, 0.2), (0.98, 0.4)])
    page.reload()
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    send(page)
    sent = teacher.answers()
    page.reload()
    said(page, "Sent.")
    expect(page.get_by_role("button", name="Sent")).to_be_disabled()
    teacher.move("lock")
    page.reload()
    said(page, "Locked. Your answer is in.")
    assert teacher.answers() == sent
    assert len(sent) == 1


def test_a_phone_that_lost_its_network_is_back_where_the_class_is_and_sends_what_it_could_not(begin):
    teacher, page = begin(CHOICE, ORDER)
    options = page.get_by_role("radio").all()
    places = [option.bounding_box() for option in options]
    page.context.set_offline(True)
    page.get_by_role("radio", name="a hinge").tap()
    page.get_by_role("button", name="Send").tap()
    said(page, "Not sent yet.")
    expect(page.get_by_text("No connection. Your answer is kept")).to_be_visible(timeout=30_000)
    assert [option.bounding_box() for option in options] == places  # nothing moves under a finger
    assert teacher.answers() == []
    page.context.set_offline(False)
    said(page, "Sent.")
    expect(page.get_by_text("No connection.")).to_be_hidden()
    assert teacher.answers() == [(0, 1)]
    page.context.set_offline(True)
    teacher.reveal(right=1), teacher.move("next"), teacher.move("open")
    page.context.set_offline(False)
    expect(page.locator("h1")).to_have_text(ORDER.text, timeout=10_000)


def test_an_answer_that_comes_too_late_is_told_so(begin, address):
    teacher, page = begin(CHOICE)
    page.get_by_role("radio", name="a hinge").tap()
    page.route("**/rooms/*/answer", lambda route: (teacher.move("lock"), route.continue_()))
    page.get_by_role("button", name="Send").tap()
    said(page, "Too late: the answers were locked before yours came.")
    assert teacher.answers() == []
    teacher.reveal(right=0)
    said(page, "Your answer came too late to count.")


@pytest.mark.parametrize("is_reloaded", [False, True], ids=["", "reloaded"])
@pytest.mark.parametrize("is_taken", [False, True], ids=["never arrived", "taken"])
def test_a_phone_whose_network_comes_back_after_the_lock_is_told_whether_its_answer_is_in(begin, is_taken, is_reloaded):
    teacher, page = begin(CHOICE)
    page.get_by_role("radio", name="a tent").tap()
    send(page)
    page.get_by_role("radio", name="a hinge").tap()

    arrived = []

    def lose(route):
        if is_taken and not arrived:
            arrived.append(route.fetch())  # what the server says to it is lost
        route.abort()

    page.route("**/rooms/*/answer", lose)
    page.get_by_role("button", name="Send again").tap()
    said(page, "Not sent yet.")
    teacher.move("lock")
    said(page, "Asking whether your answer came in time")
    if is_reloaded:
        page.reload()
        said(page, "Asking whether your answer came in time")
    page.unroute("**/rooms/*/answer")
    said(page, "Locked. Your answer is in." if is_taken else "Too late: what you had sent before counts.")
    expect(page.get_by_role("radio", name="a hinge" if is_taken else "a tent")).to_be_checked()
    assert teacher.answers() == [(0, 1 if is_taken else 2)]
    teacher.reveal(right=1)
    said(page, "Right." if is_taken else "Not this time.")


def test_what_is_changed_while_an_answer_waits_for_the_network_is_not_sent_by_itself(begin):
    teacher, page = begin(CHOICE)
    page.get_by_role("radio", name="a hinge").tap()
    page.route("**/rooms/*/answer", lambda route: route.abort())
    page.get_by_role("button", name="Send").tap()
    said(page, "Not sent yet.")
    page.get_by_role("radio", name="a tent").tap()
    page.unroute("**/rooms/*/answer")
    said(page, "Changed, not sent yet.")
    assert teacher.answers() == [(0, 1)]
    send(page)
    assert teacher.answers() == [(0, 2)]


def test_requests_that_wait_for_nobody_are_given_up(begin):
    """A network that was changed says nothing: what the server says does not come, and no request fails."""
    teacher, page = begin(CHOICE)
    page.get_by_role("radio", name="a hinge").tap()
    page.route("**/rooms/**", lambda route: None)
    page.get_by_role("button", name="Send").tap()
    expect(page.get_by_text("No connection. Your answer is kept.")).to_be_visible()
    page.unroute("**/rooms/**")  # what was asked before is not answered
    said(page, "Sent.")
    expect(page.get_by_text("No connection.")).to_be_hidden()
    assert teacher.answers() == [(0, 1)]


def test_a_server_that_stood_still_is_followed_as_soon_as_it_goes_on(begin, app_server, address):
    teacher, page = begin(CHOICE)
    with app_server.stopped(address):
        expect(page.get_by_text("No connection. Your answer is kept.")).to_be_visible()
    expect(page.get_by_text("No connection.")).to_be_hidden()
    teacher.move("lock")
    said(page, "Locked.")


def test_pauses_begin_anew_when_the_phone_is_told_of_a_connection(begin):
    """Which it may be a moment too early."""
    _, page = begin(CHOICE)
    page.add_init_script(PAUSES)
    page.reload()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    page.route("**/rooms/**", lambda route: route.abort())
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(page, lambda: page.evaluate("pauses.at(-1) >= 2000"), "the longest pause")
    page.evaluate("pauses.length = 0; dispatchEvent(new Event('online'))")
    wait_until(page, lambda: page.evaluate("pauses.length"), "a pause")
    assert page.evaluate("pauses[0]") == 300


def test_a_server_that_is_killed_and_started_again_has_everybody_and_everything(begin, app_server, address):
    teacher, page = begin(CHOICE, ORDER)
    page.get_by_role("radio", name="a hinge").tap()
    send(page)
    with app_server.killed(address):
        page.get_by_role("radio", name="a tent").tap()
        page.get_by_role("button", name="Send").tap()
        said(page, "Not sent yet.")
        assert teacher.answers() == [(0, 1)]
    said(page, "Sent.")
    assert teacher.answers() == [(0, 2)]
    teacher.reveal(right=2), teacher.move("next"), teacher.move("open")
    expect(page.locator("h1")).to_have_text(ORDER.text, timeout=10_000)


def test_by_keyboard_alone(begin):
    teacher, page = begin(CHOICE, ORDER, TAPS, SKETCH)
    page.keyboard.press("Tab")
    for key in ("Space", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said(page, "Sent.")
    assert teacher.answers() == [(0, 1)]
    teacher.move("next"), teacher.move("open")
    expect(page.locator("h1")).to_have_text(ORDER.text)
    for _ in range(3):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    page.keyboard.press("Tab"), page.keyboard.press("Tab"), page.keyboard.press("Enter")
    said(page, "Sent.")
    assert teacher.answers() == [(0, [0, 1, 2])]
    teacher.move("next"), teacher.move("next"), teacher.move("open")
    expect(page.locator("h1")).to_have_text(SKETCH.text)
    page.keyboard.press("Tab")
    for key in ["ArrowUp", *["ArrowRight", "ArrowUp"] * 6, "Tab", "Tab", "Enter"]:
        page.keyboard.press(key)
    said(page, "Sent.")
    ((_, knots),) = teacher.answers()
    assert knots[0][0] == 0
    assert knots[-1][0] == 3
    assert knots[-1][1] > knots[0][1]


def test_a_finger_that_goes_back_redraws_and_a_drawing_stays_a_function(begin):
    teacher, page = begin(SKETCH)
    draw(page, [(0.02, 0.5), (0.6, 0.1)])
    said(page, "Draw on to both ends.")
    draw(page, [(0.98, 0.5), (0.3, 0.8), (0.5, 0.9), (0.4, 0.3)])
    draw(page, [(0.02 + 0.96 * k / 60, 0.3 + 0.2 * (k % 2)) for k in range(61)])
    send(page)
    ((_, knots),) = teacher.answers()
    assert len(knots) == KNOTS
    assert all(before[0] < after[0] for before, after in pairwise(knots))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 768])
@pytest.mark.parametrize("question", LESSON, ids=lambda question: question.kind)
def test_everything_fits_and_is_large_enough_for_a_finger(begin, question, width, scheme):
    _, page = begin(question, width=width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in page.get_by_role("button").or_(page.get_by_role("radio")).all():
        if button.is_visible():
            box = button.bounding_box()
            assert box["width"] >= 44
            assert box["height"] >= 44
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
    send_box = page.get_by_role("button", name="Send").bounding_box()
    assert send_box["y"] + send_box["height"] <= 844


@pytest.mark.parametrize("size", [(844, 390), (320, 480)], ids=str)
@pytest.mark.parametrize("question", LESSON, ids=lambda question: question.kind)
def test_on_a_low_screen_send_stays_in_sight_and_what_has_the_focus_is_not_below_it(begin, question, size):
    width, height = size
    _, page = begin(question, width=width, height=height)
    foot = page.locator(".foot").bounding_box()
    assert foot["y"] + foot["height"] <= height
    for option in page.get_by_role("radio").all():
        option.focus()
        box = option.bounding_box()
        assert box["y"] + box["height"] <= page.locator(".foot").bounding_box()["y"]


def test_a_code_that_is_none_is_asked_for_again(new_page, address):
    page = new_page(**PHONE)
    page.goto(f"{address}/join")
    page.get_by_label("The code on the screen").fill("AEIO")
    page.get_by_role("button", name="Join").tap()
    expect(page.get_by_text("A code has four letters and no vowels.")).to_be_visible()
    page.get_by_label("The code on the screen").fill("bbbb")
    page.get_by_role("button", name="Join").tap()
    expect(page.get_by_text("There is no class with this code, or it is over.")).to_be_visible()
    assert page.url.endswith("/join/BBBB")


def test_a_class_that_is_closed_is_over(begin):
    teacher, page = begin(CHOICE)
    close_room(teacher.store, teacher.opened.code, teacher.opened.secret)
    expect(page.get_by_text("This class is over. The next one has another code.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("There is no class with this code, or it is over.")).to_be_visible()


def test_words_of_a_teacher_are_text(begin):
    question = Question("choice", "<img src=x onerror=alert(1)>", options=("<b>bold</b>", "&lt;"))
    _, page = begin(question)
    assert page.get_by_role("radio").first.text_content() == "A<b>bold</b>"
    assert page.locator("main img, main b").count() == 0


def test_a_phone_loads_little_and_no_cookie_and_nothing_that_gives_the_answer_away(begin, rooms, address, new_page):
    teacher = Teacher(rooms, LESSON)
    page, loaded = new_page(**PHONE), []
    page.on("response", lambda answer: loaded.append((answer.url, answer)))
    page.goto(f"{address}/join/{teacher.opened.code}")
    expect(page.get_by_text("You are in.")).to_be_visible()
    page.wait_for_timeout(500)
    assert sum(len(answer.body()) for _, answer in loaded if answer.ok and answer.status != 204) < MOST_BYTES
    assert all(re.search(r"/join/|/rooms/|/assets/\w+/(phone|questions|common|sketch)/", url) for url, _ in loaded)
    assert not [cookie for cookie in page.context.cookies() if "/join" in cookie["path"]]
    assert page.evaluate("localStorage.length") == 0


def test_a_hundred_phones_need_no_session(begin, rooms, address, new_page):
    """A phone opens no web socket: it costs no seat."""
    teacher, page = begin(CHOICE)
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.reload()
    expect(page.locator("h1")).to_have_text(CHOICE.text)
    began = time.monotonic()
    teacher.move("lock")
    said(page, "Locked.")
    assert time.monotonic() - began < FOLLOWS / 1000
    assert sockets == []


@pytest.mark.parametrize("question", [CHOICE, SKETCH], ids=lambda question: question.kind)
def test_on_a_phone_that_lies_on_its_side_the_reveal_comes_into_sight(begin, question):
    teacher, page = begin(question, width=844, height=390, reduced_motion="reduce")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    words = page.locator("h1")
    expect(words).not_to_be_in_viewport(ratio=1)
    teacher.reveal(right=1 if question is CHOICE else None, curve=[[0, 0], [3, 3]], words="A neuron is a hinge.")
    expect(words).to_have_text("A neuron is a hinge.")
    expect(words).to_be_in_viewport(ratio=1)
