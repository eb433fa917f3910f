"""A class on a lesson of somebody's own: it does what a class on the ten does, and its words are in no store."""

import json
from urllib.parse import urlencode

import pytest

from cvxdnn.app.rooms.questions import MOST_POINTS
from cvxdnn.app.rooms.sqlite_store import SqliteStore
from cvxdnn.app.wall import LONGEST, _plain
from cvxdnn.exhibits.lessons import class_view
from cvxdnn.exhibits.lessons.asked import asked, name_of
from cvxdnn.exhibits.lessons.class_ import resume
from cvxdnn.exhibits.lessons.own import Own
from cvxdnn.exhibits.lessons.reveal import best_curve, right_answer
from cvxdnn.tasks import link
from cvxdnn.tasks.scenario import Scenario
from tests.exhibits.class_phones import PHONES, begin, phone, say
from tests.exhibits.test_class_page import Desk, Tab

POINTS = ((0.0, 0.0), (1.0, 0.0), (2.0, 1.0), (3.0, 3.0), (4.0, 1.5))
BENT = Scenario(preset="", points=POINTS, beta=0.01)
WORDS = "<b>Where</b> does *it* bend?"
OWN = {
    "sketch": Own("Secret title", WORDS, "sketch", BENT),
    "taps": Own("Secret title", WORDS, "taps", BENT),
    "choice": Own("Secret title", WORDS, "choice", BENT, ("once", "<i>twice</i>", "never")),
}
MANY = tuple((k + 0.1, float(k % 7) / 3) for k in range(MOST_POINTS))
LARGEST = Own(
    "t" * 80, "".join(map(chr, range(0x4E00, 0x4E00 + 280))), "taps", Scenario(preset="", points=MANY, beta=0.01)
)
of_each_kind = pytest.mark.parametrize("own", OWN.values(), ids=OWN)


def query_of(own):
    return link.pack(own.texts())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rooms.db"


@pytest.fixture
def store(path, monkeypatch):
    made = SqliteStore(path)
    monkeypatch.setattr(class_view, "desk", lambda: Desk(made))
    yield made
    made.close()


@of_each_kind
def test_a_class_from_opening_to_closing(path, own):
    here = begin(path, own.lesson)
    code = here.opened.code
    said = say(here._store, code, range(PHONES))
    here.poll()
    sent = here.sent()
    assert (sent["number"], sent["title"], sent["steps"], sent["answered"]) == (0, own.title, 1, PHONES)
    assert sent["question"]["text"] == WORDS
    assert sent["counts"] == own.lesson.questions[0].counts(list(said.values()))
    here.act("lock", here.version)
    here.act("reveal", here.version)
    assert here.trouble == ""
    reveal, told = here.sent()["reveal"], here._store.read(code).shown()["reveal"]
    assert reveal["words"] == told["words"] == own.lesson.takeaway
    (best,) = [curve for curve in reveal["curves"] if curve["role"] == "best"]
    assert list(zip(best["x"], best["y"][0], strict=True)) == pytest.approx(
        [pytest.approx(knot, abs=1e-4) for knot in best_curve(own.lesson)]
    )
    assert told["right"] == right_answer(own.lesson)
    json.dumps(here.sent(), allow_nan=False)
    here.act("close", here.version)
    assert here._store.read(code) is None


@of_each_kind
def test_the_store_has_the_question_and_neither_title_nor_link(path, own):
    here = begin(path, own.lesson)
    room = here._store.read(here.opened.code)
    assert room.questions == own.lesson.questions
    assert len(room.lesson) <= 20
    here._store.close()
    stored = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert WORDS.encode() in stored
    for secret in (own.title, own.texts()["own"], own.texts()["points"]):
        assert secret.encode() not in stored


@of_each_kind
def test_the_tab_comes_back_with_the_link_alone(path, own):
    here = begin(path, own.lesson)
    say(here._store, here.opened.code, range(5))
    here.poll()
    found = asked(query_of(own))
    assert found.note == ""
    back = resume(SqliteStore(path), here.opened, lambda name: found.lessons if name == name_of(found.lessons) else ())
    back.poll()
    one, other = here.sent(), back.sent()
    assert json.dumps(one) == json.dumps(other)


def test_nothing_is_said_of_prices_before_the_reveal_and_then_all(path):
    here = begin(path, OWN["sketch"].lesson)
    say(here._store, here.opened.code, range(PHONES))
    here.poll()
    assert here.sent()["reveal"] is None
    here.act("reveal", here.version)
    names = [row["name"] for row in here.sent()["reveal"]["results"]]
    assert names == ["best there is", "class median", "closest"]
    low, high = here.sent()["drawings"]["axis"]
    assert 0 < low < here.sent()["reveal"]["best"] < high


def test_taps_on_points_above_each_other_are_right_by_their_place(path):
    points = ((0.0, 0.0), (1.0, 0.9), (1.0, 1.1), (2.0, 0.0))
    own = Own("Two", "Where?", "taps", Scenario(preset="", points=points, beta=0.001))
    assert right_answer(own.lesson) == [1, 2]
    here = begin(path, own.lesson)
    for number, answer in enumerate(([1], [1, 2], [0, 1], [3])):
        here._store.enter(here.opened.code, phone(number), 150)
        here._store.take(here.opened.code, phone(number), 0, 1, answer)
    here.act("reveal", here.version)
    assert here.sent()["reveal"]["results"] == [{"name": "right", "count": 2, "style": "best"}]


def test_a_choice_is_judged_by_nobody(path):
    here = begin(path, OWN["choice"].lesson)
    say(here._store, here.opened.code, range(PHONES))
    here.act("reveal", here.version)
    reveal = here.sent()["reveal"]
    assert (reveal["right"], reveal["results"]) == (None, [])
    first, *others, last = [f"{x:g}" for x, _ in best_curve(OWN["choice"].lesson)[1:-1]]
    assert reveal["said"] == [f"The best curve bends at {', '.join([first, *others])} and {last} (certified)."]


@of_each_kind
def test_the_page_opens_it_and_a_reload_is_back_in_it(explore, store, own):
    tab = Tab(explore, **query_of(own))
    assert tab.sent["begin"]["title"] == f"A class on “{own.title}”"
    assert "So is your question" in tab.sent["begin"]["what"]
    assert tab.sent["begin"]["back"] == f"./lesson?{urlencode(query_of(own))}"
    tab.press("begin")
    shown = tab.sent["class"]
    assert (shown["title"], shown["question"]["text"]) == (own.title, WORDS)
    assert shown["secret"] not in shown["link"]
    again = Tab(explore, **query_of(own))
    again.hear("kept", code=shown["code"], secret=shown["secret"])
    assert again.sent["class"]["code"] == shown["code"]


def test_a_class_on_an_own_lesson_is_offered_on_the_page_of_another(explore, store):
    own = OWN["taps"]
    tab = Tab(explore, **query_of(own))
    tab.press("begin")
    kept = {name: tab.sent["class"][name] for name in ("code", "secret")}
    other = Tab(explore, n="1")
    other.hear("kept", **kept, search=f"?view=wall&{urlencode(query_of(own))}")
    buttons = other.sent["begin"]["buttons"]
    assert buttons[1] == {"what": "resume", "label": f"Go on with {kept['code']}, “{own.title}”"}
    other.press("resume")
    assert other.sent["class"]["code"] == kept["code"]


@pytest.mark.parametrize("search", ["", "?n=1", "?own=x", "%%%", f"?{urlencode(query_of(OWN['sketch']))}"])
def test_a_tab_that_does_not_know_the_lesson_has_no_class(explore, store, search):
    tab = Tab(explore, **query_of(OWN["taps"]))
    tab.press("begin")
    kept = {name: tab.sent["class"][name] for name in ("code", "secret")}
    other = Tab(explore, n="1")
    other.hear("kept", **kept, search=search)
    assert other.sent["class"] is None
    assert len(other.sent["begin"]["buttons"]) == 1


@pytest.mark.parametrize("change", [{"own": "x"}, {"check": "00000000"}, {"points": ""}, {"own": "<script>"}])
def test_a_link_that_cannot_be_used_says_so(explore, store, change):
    tab = Tab(explore, **{**query_of(OWN["taps"]), **change})
    assert tab.sent["begin"]["title"] == "A class on “One neuron”"
    assert tab.sent["trouble"].startswith("This link cannot be used: ")


def test_what_a_browser_says_of_its_address_is_bounded_text():
    assert len(_plain({"search": "x" * 10**6})["search"]) == LONGEST["search"]
    assert len(urlencode(query_of(LARGEST))) < LONGEST["search"]
    assert [_plain({"search": each})["search"] for each in (None, 7, ["?n=1"], {"n": 1})] == [""] * 4


def test_points_of_one_height_ask_nothing():
    flat = Scenario(preset="", points=((0.0, 1.0), (1.0, 1.0), (2.0, 1.0)), beta=0.01)
    assert "nothing to predict" in Own("Flat", "What?", "sketch", flat).obstacle
    assert asked(query_of(Own("Flat", "What?", "sketch", flat))).note.startswith(
        "This link cannot be used: a flat line"
    )


def test_another_word_or_point_makes_another_name():
    names = {own.lesson.name for own in OWN.values()}
    names.add(Own("Secret title", WORDS, "taps", Scenario(preset="", points=POINTS, beta=0.02)).lesson.name)
    names.add(Own("Other title", WORDS, "taps", BENT).lesson.name)
    assert len(names) == 5
