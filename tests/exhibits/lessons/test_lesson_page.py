"""The page of the lessons in a session: what the browser is sent at each step, and what it can tell."""

import json

import pytest

from cvxdnn.exhibits.lessons.lesson import LESSONS
from cvxdnn.exhibits.lessons.place import Place
from cvxdnn.exhibits.lessons.prediction import read_prediction
from tests.exhibits.lessons.answers import ANSWERS
from tests.exhibits.lessons.conftest import sent

SECRET = ("words", "also", "curves", "bars", "teacher", "takeaway")
KEYS = [(lesson, meant) for lesson in LESSONS for meant in ANSWERS[lesson.name]]


def told(place):
    """What the browser would tell of it."""
    return {"number": place.told + 1, "n": place.n, "step": place.step, "answers": place.prediction}


def place_of(lesson, meant, step=2):
    answer = ANSWERS[lesson.name][meant]
    place = Place()
    answers = answer if len(lesson.questions) > 1 else [answer]
    place.hear({"number": 1, "n": lesson.number, "step": step, "answers": answers})
    return place


def test_the_bare_address_lists_all_lessons(visit):
    data = sent(visit())
    assert data["place"] == {"n": 0, "step": 0, "answers": None, "told": 0}
    assert [entry["title"] for entry in data["entries"]] == [lesson.title for lesson in LESSONS]
    assert sum(entry["is_in_path"] for entry in data["entries"]) == len([n for n in (1, 2, 3, 6) if n <= len(LESSONS)])
    assert (data["lesson"], data["reveal"]) == (None, None)


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_before_the_prediction_nothing_of_the_answer_is_sent(visit, lesson, step):
    app = visit(n=str(lesson.number), step=str(step))
    data = sent(app)
    assert data["place"]["step"] == step
    assert data["reveal"] is None
    whole = json.dumps(data)
    for secret in (lesson.right, lesson.takeaway, lesson.teacher.background, *lesson.wrong.values()):
        assert secret not in whole


@pytest.mark.parametrize(("lesson", "meant"), KEYS, ids=lambda each: getattr(each, "name", each) or "right")
def test_a_prediction_is_answered_with_its_sentence_and_a_reload_with_the_same(visit, lesson, meant):
    place = place_of(lesson, meant)
    assert place.step == 2
    app = visit(**place.texts())
    reveal = sent(app)["reveal"]
    assert set(SECRET) <= set(reveal)
    assert reveal["right"] == (not meant)
    assert reveal["words"] == (lesson.wrong[meant] if meant else lesson.right)
    assert sent(visit(**place.texts()))["reveal"] == reveal
    assert app.session_state["address_bar"].note == ""


def test_a_step_beyond_the_prediction_needs_one(visit):
    app = visit(n="1", step="3")
    assert sent(app)["place"]["step"] == 1
    assert sent(app)["reveal"] is None
    assert "no prediction" in app.warning[0].value


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"n": "99"}, "n is '99'; choose a whole number from 0 to"),
        ({"n": "1", "step": "7"}, "step is '7'"),
        ({"n": "two"}, "n is 'two'"),
        ({"step": "1"}, "no lesson is named"),
        ({"n": "1", "step": "2", "answer": "Z"}, "predict again"),
        ({"n": "2", "step": "2", "answer": "AAA"}, "predict again"),
        ({"n": "1", "answer": "A" * 300}, "too long"),
        ({"n": "1", "answer": "<script>"}, "characters that no link of this app has"),
        ({"n": "1", "v": "2", "check": "00000000"}, "incomplete or was changed"),
        ({"n": "1", "colour": "red"}, "Ignored in this link: colour"),
    ],
)
def test_a_link_that_cannot_be_is_said(visit, query, words):
    app = visit(**query)
    assert words in app.warning[0].value
    assert sent(app)["reveal"] is None


@pytest.mark.parametrize(
    "words",
    [
        None,
        [],
        {},
        {"number": 1, "n": 99, "step": 0},
        {"number": 1, "n": 1, "step": 9},
        {"number": True, "n": 1, "step": 0},
        {"number": 1, "n": "1", "step": 0},
        {"number": 2**60, "n": 1, "step": 0},
    ],
)
def test_what_no_browser_of_ours_tells_changes_nothing(words):
    place = Place(1, 1)
    place.hear(words)
    assert place == Place(1, 1)


@pytest.mark.parametrize("answers", [None, 1, [], [9], ["0"], [0, 0], [[0]], [True], [{"a": 1}]])
def test_an_answer_that_is_none_reveals_nothing(answers):
    place = Place()
    place.hear({"number": 1, "n": 1, "step": 2, "answers": answers})
    assert (place.n, place.step, place.text, place.told) == (1, 1, "", 1)


def test_back_before_the_prediction_and_forward_again(visit):
    place = place_of(LESSONS[0], "local", step=1)
    assert place.prediction == [1]
    place.hear({**told(place), "step": 3})
    assert (place.step, place.texts()["answer"]) == (3, "B")
    assert place.take({"n": "1", "step": "1"}) == ""
    assert place.prediction is None
    assert read_prediction(LESSONS[0].questions, "B") == [1]
