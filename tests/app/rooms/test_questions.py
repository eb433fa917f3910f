"""Which answers are answers, and what a class said in numbers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.app.rooms.questions import KNOTS, Question, parsed
from cvxdnn.core.exceptions import InvalidInputError
from tests.app.rooms.conftest import CHOICE, LESSON, ORDER, SKETCH, TAPS

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("question", "told", "answer"),
    [
        (CHOICE, 0, 0),
        (CHOICE, 2, 2),
        (ORDER, [2, 0, 1], [2, 0, 1]),
        (TAPS, [3, 1], [1, 3]),
        (SKETCH, [[0, 0], [3, 3]], [(0.0, 0.0), (3.0, 3.0)]),
        (SKETCH, [[-0.5, -2.9], [3.5, 5.9]], [(-0.5, -2.9), (3.5, 5.9)]),
        (SKETCH, [[0.12345678, 1.23456789], [1, 1]], [(0.123, 1.235), (1.0, 1.0)]),
    ],
)
def test_an_answer_is_taken(question, told, answer):
    assert question.checked(told) == answer
    assert question.checked(json.loads(json.dumps(answer))) == answer


@pytest.mark.parametrize(
    ("question", "told"),
    [
        *((CHOICE, told) for told in (3, -1, True, 1.0, "1", None, [1], {})),
        *((ORDER, told) for told in ([0, 1], [0, 1, 1], [0, 1, 2, 3], [0, 1, 3], [0, 1, True], "012", 0)),
        *((TAPS, told) for told in ([], [4], [0, 0], [-1], [1.0], 1, [[1]], list(range(50)))),
        *((SKETCH, told) for told in ([], [[0, 0]], [[0, 0], [0, 1]], [[1, 0], [0, 1]], [[0, 0], [1, 9]], 3)),
        *((SKETCH, told) for told in ([[0, 0], [5, 0]], [[0, 0], [1, float("nan")]], [[0, 0], [1, "1"]], [[0], [1]])),
        *((SKETCH, told) for told in ([[0, 0], [1e-9, 0]], [[0, 0, 0], [1, 1, 1]], [[0, 0], [1, True]])),
        (SKETCH, [[k / 20, 0] for k in range(KNOTS + 1)]),
    ],
)
def test_what_is_no_answer_is_refused(question, told):
    with pytest.raises(ValueError, match=r"."):
        question.checked(told)


@given(st.sampled_from(LESSON), ANYTHING)
def test_whatever_is_told_becomes_numbers_or_is_refused(question, told):
    try:
        answer = question.checked(told)
    except ValueError:
        return
    flat = json.dumps(answer)
    assert set(flat) <= set("0123456789-+.e[], ")
    assert len(flat) < 1500


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=60))
def test_a_sketch_stays_near_what_was_drawn_in_any_units(low, span, drawn):
    question = Question("sketch", "Draw.", points=((low, low), (low + span, low + span)))
    told = sorted([low + x * span, low + y * span] for x, y in drawn)
    try:
        answer = question.checked(told)
    except ValueError:
        return
    assert max(abs(x - u) for (x, _), (u, _) in zip(answer, told, strict=True)) <= 1e-3 * span


def test_what_a_class_said_is_counted():
    assert CHOICE.counts([0, 2, 2]) == [1, 0, 2]
    assert TAPS.counts([[0, 1], [1], []]) == [1, 2, 0, 0]
    assert ORDER.counts([[2, 0, 1], [2, 1, 0]]) == [[0, 1, 1], [0, 1, 1], [2, 0, 0]]
    assert SKETCH.counts([[(0, 0), (1, 1)]]) == []


@pytest.mark.parametrize("question", LESSON)
def test_a_question_comes_back_from_json(question):
    assert Question.from_dict(json.loads(json.dumps(question.to_dict()))) == question


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "essay", "text": "Why?"},
        {"kind": "choice", "text": "Which?", "options": ("one",)},
        {"kind": "choice", "text": "", "options": ("one", "two")},
        {"kind": "choice", "text": "Which?", "options": ("one", "x" * 200)},
        {"kind": "choice", "text": "Which?", "options": ("one", "two"), "points": ((0, float("inf")),)},
        {"kind": "choice", "text": "Which?", "options": ("one", "two"), "curve": ((1, 0), (0, 0))},
        {"kind": "taps", "text": "Where?"},
        {"kind": "sketch", "text": "Draw.", "points": ((1, 0), (1, 1))},
    ],
)
def test_a_question_that_nobody_could_answer_is_refused_when_it_is_made(wrong):
    with pytest.raises(InvalidInputError):
        Question(**wrong)


@pytest.mark.parametrize("body", [b"", b"\xff", b"NaN", b"[Infinity]", b"[" * 4000, b"{", b"9" * 5000])
def test_what_is_no_json_is_refused(body):
    with pytest.raises(ValueError, match=r"."):
        parsed(body)
