"""A prediction as a text for the address, short enough for a link of 300 characters.

    choice   a letter: of 64 letters the one with the option's number
    order    a letter for each option
    taps     a letter for each point
    sketch   four letters for each knot: x and y in 4095ths of where one may draw

Several questions have their texts one behind the other with a dot between, and the knots of a drawing share what room
there is. What is revealed is revealed of what the text says, so that a reload shows the very same.
"""

import string
from collections.abc import Sequence
from typing import Any

from cvxdnn.app.rooms.questions import BEYOND_X, BEYOND_Y, KNOTS, Answer, Question
from cvxdnn.core.exceptions import InvalidInputError

__all__ = ["Prediction", "most_knots", "read_prediction", "write_prediction"]

LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
STEPS = len(LETTERS) ** 2 - 1
KNOTS_IN_ALL = 48
"""Of all drawings of a lesson together: 192 letters."""
DOT = "."

Prediction = list[int | list[Any]]
"""One answer for each question, as JSON has it."""


def most_knots(questions: Sequence[Question]) -> int:
    """How many each drawing may have."""
    return min(KNOTS, KNOTS_IN_ALL // max(1, len(questions)))


def write_prediction(questions: Sequence[Question], answers: Sequence[Answer]) -> str:
    """The text of one answer for each question.

    Raises
    ------
    ValueError
        If there are more knots than fit.
    """
    if len(answers) != len(questions):
        raise ValueError("one answer for each question")
    return DOT.join(_written(*each, most_knots(questions)) for each in zip(questions, answers, strict=True))


def read_prediction(questions: Sequence[Question], text: str) -> Prediction:
    """The answers that `write_prediction` wrote.

    Raises
    ------
    InvalidInputError
        If they are none to these questions.
    """
    parts = text.split(DOT)
    try:
        if len(parts) != len(questions):
            raise ValueError("one answer for each question")
        told = [_read(question, part) for question, part in zip(questions, parts, strict=True)]
        return [_plain(question.checked(each)) for question, each in zip(questions, told, strict=True)]
    except ValueError as error:
        raise InvalidInputError("its prediction is none that can be made here; predict again") from error


def _written(question: Question, answer: Answer, most: int) -> str:
    if isinstance(answer, int):
        return LETTERS[answer]
    if question.kind != "sketch":
        return "".join(LETTERS[k] for k in answer if isinstance(k, int))
    knots = [each for each in answer if isinstance(each, tuple)]
    if len(knots) > most:
        raise ValueError(f"at most {most} knots")
    ranges = _ranges(question)
    return "".join(_digits(value, *within) for knot in knots for value, within in zip(knot, ranges, strict=True))


def _read(question: Question, text: str) -> object:
    if any(letter not in LETTERS for letter in text):
        raise ValueError("other letters")
    numbers = [LETTERS.index(letter) for letter in text]
    if question.kind == "choice":
        (number,) = numbers
        return number
    if question.kind != "sketch":
        return numbers
    if len(numbers) % 4:
        raise ValueError("cut short")
    values = [high * len(LETTERS) + low for high, low in zip(numbers[::2], numbers[1::2], strict=True)]
    x, y = _ranges(question)
    return [[_value(across, *x), _value(up, *y)] for across, up in zip(values[::2], values[1::2], strict=True)]


def _plain(answer: Answer) -> int | list[Any]:
    return answer if isinstance(answer, int) else [list(each) if isinstance(each, tuple) else each for each in answer]


def _ranges(question: Question) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where one may draw, in x and in y."""
    xs, ys = zip(*question.points, strict=True)
    return _widened(xs, BEYOND_X), _widened(ys, BEYOND_Y)


def _widened(values: Sequence[float], beyond: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = beyond * (high - low or max(abs(high), 1.0))
    return low - room, high + room


def _digits(value: float, low: float, high: float) -> str:
    step = min(max(round((value - low) / (high - low) * STEPS), 0), STEPS)
    return LETTERS[step // len(LETTERS)] + LETTERS[step % len(LETTERS)]


def _value(step: int, low: float, high: float) -> float:
    return low + step / STEPS * (high - low)
