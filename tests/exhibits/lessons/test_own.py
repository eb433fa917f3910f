"""A lesson of somebody's own: all of it is in a link, which is short, plain and refused where it is none."""

import base64
import json
import zlib
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn import solve
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.lessons.maker import MOST_CHARACTERS, lesson_link
from cvxdnn.exhibits.lessons.own import ENTRY, OWN_NUMBER, Own
from cvxdnn.exhibits.lessons.place import Place
from cvxdnn.exhibits.lessons.reveal import revealed, right_answer
from cvxdnn.tasks.scenario import Scenario
from tests.exhibits.lessons.conftest import sent

POINTS = ((2.0, 1.0), (0.0, 0.0), (1.0, 0.0), (3.0, 3.0), (4.0, 1.5))
BENT = Scenario(preset="", points=POINTS, beta=0.01)
URL = "https://spline.example.org/"
SKETCH = Own("Mine", "Where does it bend?", "sketch", BENT)
TAPS = Own("Mine", "Where does it bend?", "taps", BENT)
CHOICE = Own("Mine", "How often does it bend?", "choice", BENT, ("once", "twice", "never"))


def query_of(address):
    return dict(parse_qsl(urlsplit(address).query))


@pytest.mark.parametrize("own", [SKETCH, TAPS, CHOICE], ids=lambda own: own.kind)
def test_a_link_opens_the_lesson_that_it_was_made_of(visit, own):
    address = lesson_link(URL, own)
    assert address.startswith("https://spline.example.org/lesson?")
    assert len(address) <= MOST_CHARACTERS
    data = sent(visit(**query_of(address)))
    assert data["place"]["n"] == OWN_NUMBER
    assert data["lesson"]["title"] == own.title
    question = data["lesson"]["questions"][0]
    assert (question["kind"], question["text"], tuple(question["options"])) == (own.kind, own.question, own.options)
    assert question["points"] == [list(point) for point in sorted(POINTS)]
    assert data["reveal"] is None


@pytest.mark.parametrize(("own", "answer"), [(SKETCH, [[0, 0], [4, 2]]), (TAPS, [1, 3]), (CHOICE, 1)])
def test_a_reload_reveals_the_same(own, answer):
    place = Place()
    place.take({**own.texts(), "step": "1"})
    place.hear({"number": 1, "n": OWN_NUMBER, "step": 2, "answers": [answer]})
    assert place.step == 2
    other = Place()
    assert other.take(place.texts()) == ""
    assert (other.n, other.step, other.text) == (OWN_NUMBER, 2, place.text)
    assert place.own == other.own == own


def test_a_drawing_is_priced_against_the_best_curve():
    dataset, units = BENT.normalized()
    best = solve(dataset.x, dataset.y, beta=BENT.beta)
    curve = [(x, float(units.user_spline(best.spline)(x))) for x, _ in sorted(POINTS)]
    shown = revealed(SKETCH.lesson, [list(knot) for knot in curve])
    assert shown["right"] is True
    assert sum(shown["bars"][0][part][0] for part in ("misfit", "charge")) == pytest.approx(best.objective, rel=1e-6)
    far = revealed(SKETCH.lesson, [[0, 3], [4, 3]])
    assert (far["right"], far["words"]) == (False, SKETCH.lesson.wrong["far"])
    bent = [[0, 0], [0.5, 1], [1, 0], [1.5, 1], [2, 1], [2.5, 1], [3, 3], [3.5, 1], [4, 1.5]]
    assert revealed(SKETCH.lesson, bent)["words"] == SKETCH.lesson.wrong["bends"]


@pytest.mark.parametrize(("depth", "charge"), [(2, "weight decay × bending"), (3, "what weight decay charges")])
def test_what_weight_decay_charges_is_named_by_the_depth(depth, charge):
    assert Own("A", "Draw.", "sketch", BENT.replace(depth=depth)).lesson.before()["charge"] == charge


def test_taps_are_judged_by_where_the_best_curve_bends():
    dataset, units = BENT.normalized()
    bends = units.user_x(solve(dataset.x, dataset.y, beta=BENT.beta).knots)
    right = [k for k, (x, _) in enumerate(sorted(POINTS)) if abs(bends - x).min() < 1e-9]
    assert right_answer(TAPS.lesson) == right
    assert revealed(TAPS.lesson, right)["right"] is True
    assert revealed(TAPS.lesson, right[:-1])["words"] == TAPS.lesson.wrong["missed"]
    assert revealed(TAPS.lesson, [0, *right])["words"] == TAPS.lesson.wrong["extra"]


def test_a_choice_is_shown_the_curve_and_judged_by_nobody():
    shown = revealed(CHOICE.lesson, 0)
    assert shown["right"] is None
    assert shown["curves"][0]["role"] == "best"


WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60).filter(str.isprintable)


@given(title=WORDS, question=WORDS, options=st.lists(WORDS, min_size=2, max_size=6))
def test_any_words_are_told_as_they_are(title, question, options):
    own = Own(title, question, "choice", BENT, tuple(options))
    assert Own.from_texts(own.texts()) == own


def test_markup_in_a_title_is_text(visit):
    own = Own("![x](https://evil.example/x.png) **b**", "<b>?</b>", "sketch", BENT)
    app = visit(**query_of(lesson_link(URL, own)))
    assert app.title[0].value.replace("\\", "") == own.title
    assert r"\!\[x\]\(" in app.title[0].value


def packed(words):
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(words).encode())).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AAAA",
        "not-base64-at-all",
        packed(["a", "b"]),
        packed({"a": 1}),
        packed(["a", "b", 3]),
        packed(["a", "b", "guess"]),
        packed(["", "b", "sketch"]),
        packed(["a\u0000", "b", "sketch"]),
        packed(["a\ud800", "b", "sketch"]),
        packed(["a", "b" * 500, "sketch"]),
        packed(["a", "b", "choice", "only one"]),
        packed(["a" * 1_000_000, "b", "sketch"]),
        packed([[[[[]]]]]),
    ],
)
def test_what_is_no_lesson_is_refused_with_a_sentence(text):
    place = Place()
    said = place.take({**BENT.texts, ENTRY: text})
    assert said.startswith("This link cannot be used: ")
    assert (place.n, place.own) == (0, None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "title"),
        ({"title": "two\nlines"}, "one line"),
        ({"question": ""}, "text has"),
        ({"kind": "guess"}, "a prediction is"),
        ({"kind": "choice"}, "2 to 6 options"),
        ({"scenario": Scenario(preset="", points=((1.0, 0.0), (1.0, 2.0)))}, "different x"),
        ({"scenario": BENT.replace(depth=4, loss="absolute")}, "takes too long"),
        (
            {"scenario": Scenario(preset="", points=((0.0, 1.0), (1.0, -1.0)), loss="hinge")},
            "not about labels",
        ),
    ],
)
def test_what_can_be_no_lesson_is_said_to_its_author(change, words):
    with pytest.raises(InvalidInputError, match=words):
        Own(**({"title": "a", "question": "b?", "kind": "sketch", "scenario": BENT} | change))


def test_a_link_that_mail_would_cut_is_not_made():
    many = BENT.replace(points=tuple((k / 7, (k * 0.37) % 1) for k in range(90)))
    with pytest.raises(InvalidInputError, match="fewer points or words"):
        lesson_link(URL, Own("a", "b?", "sketch", many))


def test_the_explorer_makes_one(explore):
    app = explore(**BENT.to_query())
    app.session_state["explore_table_open"] = True
    app.run()
    app.button(key="lesson_maker_button").click().run()
    app.text_input(key="lesson_maker_title").set_value("Mine").run()
    address = app.code[-1].value
    assert Own.from_texts(query_of(address)).title == "Mine"
    assert Own.from_texts(query_of(address)).scenario.points == BENT.points
    app.text_input(key="lesson_maker_title").set_value(" ").run()
    assert any("title" in each.value for each in app.warning)
