"""What is revealed: every sentence can be reached, and what is sent is plain, small and as the browser expects it."""

import json

import numpy as np
import pytest

from cvxdnn.app.rooms.questions import KNOTS
from cvxdnn.exhibits.lessons.lesson import LESSONS
from cvxdnn.exhibits.lessons.own import ENTRY
from cvxdnn.exhibits.lessons.reveal import REVEALS, revealed, right_answer
from tests.exhibits.lessons.answers import ANSWERS

EVERY = [(lesson, meant) for lesson in LESSONS for meant in ("", *lesson.wrong)]
LARGEST = 100_000
"""Bytes of a reveal."""

every_answer = pytest.mark.parametrize(("lesson", "meant"), EVERY, ids=lambda each: getattr(each, "name", each))


def test_every_lesson_has_a_reveal():
    assert {lesson.reveal for lesson in LESSONS} | {ENTRY} == set(REVEALS)  # that of somebody's own lesson, too


@every_answer
def test_every_sentence_is_met(lesson, meant):
    shown = revealed(lesson, ANSWERS[lesson.name][meant])
    assert shown["right"] == (meant == "")
    assert shown["words"] == (lesson.wrong[meant] if meant else lesson.right)


@every_answer
def test_what_is_sent_is_plain_and_small(lesson, meant):
    sent = json.dumps(revealed(lesson, ANSWERS[lesson.name][meant]), allow_nan=False)
    assert len(sent) < LARGEST


@every_answer
def test_frames_agree(lesson, meant):
    shown = revealed(lesson, ANSWERS[lesson.name][meant])
    frames = len(shown["said"])
    assert frames > 0
    assert 0 <= shown["rest"] <= 1
    assert bool(shown["slider"]) == (frames > 1)
    for curve in shown["curves"]:
        assert len(curve["y"]) in (1, frames)
        assert all(len(y) == len(curve["x"]) for y in curve["y"])
        assert curve["x"] == sorted(set(curve["x"]))
    for bar in shown["bars"]:
        assert {len(bar["misfit"]), len(bar["charge"]), len(bar["note"])} <= {1, frames}
    assert len(shown["knots"]) in (0, 1, frames)
    assert bool(shown["slider"]) == (shown["seconds"] > 0)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.name)
def test_what_is_right_is_in_no_file(lesson):
    """A choice's file says which misconception each option comes from; which one comes from none is computed."""
    if lesson.meant:
        assert [meant == "" for meant in lesson.meant].index(True) == right_answer(lesson)
        assert sorted(filter(None, lesson.meant)) == sorted(lesson.wrong)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.name)
@pytest.mark.parametrize("told", [None, "x", -1, 99, [], {}, [None], 1.5, [[0, float("nan")]], True])
def test_what_is_no_answer_is_refused(lesson, told):
    with pytest.raises(ValueError, match=r"\w"):
        revealed(lesson, told)


def some_answer(rng, question):
    """Any answer that a question takes."""
    if question.kind == "choice":
        return int(rng.integers(len(question.options)))
    if question.kind == "order":
        return rng.permutation(len(question.options)).tolist()
    if question.kind == "taps":
        count = len(question.points)
        return sorted(rng.choice(count, int(rng.integers(1, count + 1)), replace=False).tolist())
    x, y = np.array(question.points).T
    width, height, knots = np.ptp(x), np.ptp(y), int(rng.integers(2, KNOTS + 1))
    across = x[0] - 0.2 * width + 1.4 * width * np.sort(rng.choice(1000, knots, replace=False)) / 1000
    up = rng.uniform(y.min() - height, y.max() + height, knots)
    if rng.random() < 0.5:
        up = np.interp(across, x, y) + rng.choice([0, 0.01, 0.2]) * height * rng.uniform(-1, 1, knots)
    return np.column_stack([across, up]).tolist()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.name)
def test_any_answer_is_met_with_a_sentence(lesson):
    rng = np.random.default_rng(lesson.number)
    for _ in range(25):
        answers = [some_answer(rng, question) for question in lesson.questions]
        shown = revealed(lesson, answers if len(answers) > 1 else answers[0])
        assert shown["words"] == lesson.right if shown["right"] else shown["words"] in lesson.wrong.values()
        assert len(json.dumps(shown, allow_nan=False)) < LARGEST
