"""A prediction as a text of the address: what is written is read again, and what is no prediction is refused."""

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.app.rooms.questions import KNOTS, Question
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.lessons.lesson import LESSONS
from cvxdnn.exhibits.lessons.prediction import most_knots, read_prediction, write_prediction
from cvxdnn.tasks import link

CHOICE = Question("choice", "Which?", options=("a", "b", "c"))
ORDER = Question("order", "Which first?", options=("a", "b", "c", "d"))
TAPS = Question("taps", "Where?", points=((0.0, 0.0), (1.0, 2.0), (2.0, 1.0)))
SKETCH = Question("sketch", "Draw.", points=((-1.0, 10.0), (0.0, 30.0), (3.0, 20.0)))
LONGEST = 300


def some_answer(question, rng):
    if question.kind == "choice":
        return rng.randrange(len(question.options))
    if question.kind == "order":
        return rng.sample(range(len(question.options)), len(question.options))
    if question.kind == "taps":
        return sorted(rng.sample(range(len(question.points)), rng.randint(1, len(question.points))))
    (x0, *_, x1), ys = [x for x, _ in question.points], [y for _, y in question.points]
    xs = [x0 + (x1 - x0) * k / (KNOTS - 1) for k in range(KNOTS)]
    return [[x, rng.uniform(min(ys), max(ys))] for x in sorted([x0, x1, *rng.sample(xs[1:-1], rng.randint(0, 10))])]


@pytest.mark.parametrize("questions", [[CHOICE], [ORDER], [TAPS], [SKETCH], [SKETCH] * 3, [CHOICE, SKETCH]])
def test_what_is_written_is_read_again(questions):
    rng = random.Random(str(questions))
    for _ in range(20):
        answers = [some_answer(question, rng) for question in questions]
        text = write_prediction(questions, [q.checked(a) for q, a in zip(questions, answers, strict=True)])
        read = read_prediction(questions, text)
        for question, before, after in zip(questions, answers, read, strict=True):
            if question.kind != "sketch":
                assert after == before
                continue
            assert len(after) == len(before)
            for (x, y), (x_again, y_again) in zip(before, after, strict=True):
                assert x_again == pytest.approx(x, abs=1e-3 * 4)  # of the points' width, which is 4
                assert y_again == pytest.approx(y, abs=1e-3 * 20)
        again = write_prediction(questions, [q.checked(a) for q, a in zip(questions, read, strict=True)])
        assert read_prediction(questions, again) == read


@given(st.text(alphabet="ABCZaz09-_. +%", max_size=40))
def test_any_text_is_a_prediction_or_is_refused(text):
    for questions in ([CHOICE], [ORDER], [TAPS], [SKETCH], [SKETCH, SKETCH]):
        with suppress(InvalidInputError):
            answers = read_prediction(questions, text)
            assert all(q.checked(a) is not None for q, a in zip(questions, answers, strict=True))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_longest_link_of_a_lesson_is_short(lesson):
    rng = random.Random(lesson.name)

    def longest(question):
        if question.kind != "sketch":
            return question.checked(
                some_answer(question, rng) if question.kind != "taps" else list(range(len(question.points)))
            )
        low, high = question.points[0][0], question.points[-1][0]
        most = most_knots(lesson.questions)
        y = question.points[0][1]
        return question.checked([[low + (high - low) * k / (most - 1), y] for k in range(most)])

    text = write_prediction(lesson.questions, [longest(question) for question in lesson.questions])
    query = link.pack({"n": str(lesson.number), "step": "3", "answer": text})
    address = "https://cvxdnn.example.org/lesson?" + "&".join(f"{name}={value}" for name, value in query.items())
    assert len(address) < LONGEST
    assert link.unpack(query, ["n", "step", "answer"], 10)["answer"] == text
