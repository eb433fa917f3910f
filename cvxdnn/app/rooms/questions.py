"""What a phone is asked, and which answers are answers: numbers and nothing else.

    choice   one of the options: its number, from 0
    order    all options, the first one first: a permutation of their numbers
    taps     some of the points: their numbers, rising
    sketch   a function over the points: knots (x, y), x rising, 2 to 40 of them, not far beyond the points

A question is what the phone may know before the answer is revealed; what is right is not in it.
"""

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from cvxdnn.core.exceptions import InvalidInputError

__all__ = ["KNOTS", "Answer", "Kind", "Question", "numbers", "parsed"]

Kind = Literal["choice", "order", "taps", "sketch"]
Answer = int | list[int] | list[tuple[float, float]]
Curve = tuple[tuple[float, float], ...]

KNOTS = 40
LONGEST_TEXT, LONGEST_OPTION = 400, 120
MOST_OPTIONS = 12
MOST_POINTS = 100
BEYOND_X, BEYOND_Y = 0.2, 1.0
"""How far a sketch may go beyond the points, as a share of their width and of their height."""
DIGITS = 4
"""Decimals kept of a sketch, in units of the points' width and height rounded up to a power of ten."""


@dataclass(frozen=True)
class Question:
    """What is asked in one step of a lesson.

    Parameters
    ----------
    kind : {"choice", "order", "taps", "sketch"}
    text : str
        The question, plain text of at most 400 characters.
    options : tuple of str
        For "choice" and "order": 2 to 12, each of at most 120 characters.
    points : tuple of (float, float)
        Data that are shown, at most 100, x rising; taps are taps on them, a sketch goes over them (at least two of
        different x).
    curve : tuple of (float, float)
        Knots of a curve that is shown with them, at most 100; may be empty.
    frame : tuple of (float, float)
        Places that the axes reach over besides the points: a sketch may go on to there.

    Raises
    ------
    InvalidInputError
        If it is not of this form.
    """

    kind: Kind
    text: str
    options: tuple[str, ...] = ()
    points: Curve = ()
    curve: Curve = ()
    frame: Curve = ()

    def __post_init__(self) -> None:
        fault = _fault(self)
        if fault:
            raise InvalidInputError(f"question {self.text[:40]!r}: {fault}")

    def checked(self, told: object) -> Answer:
        """The answer that is told.

        Raises
        ------
        ValueError
            If it is none.
        """
        if self.kind == "choice":
            return _index(told, len(self.options))
        if self.kind == "sketch":
            return self._sketch(told)
        count = len(self.options if self.kind == "order" else self.points)
        chosen = [_index(each, count) for each in _list(told, count)]
        if self.kind == "taps":
            chosen.sort()
        if len(set(chosen)) < (count if self.kind == "order" else max(1, len(chosen))):
            raise ValueError("each once")
        return chosen

    def _sketch(self, told: object) -> list[tuple[float, float]]:
        x, y = _Range.of(x for x, _ in self.points), _Range.of(y for _, y in self.points)
        knots = [(x.inside(left, BEYOND_X), y.inside(height, BEYOND_Y)) for left, height in numbers(told, KNOTS)]
        if len(knots) < 2 or any(after <= before for (before, _), (after, _) in itertools.pairwise(knots)):
            raise ValueError("a function has one value at each x, from left to right")
        return knots

    def agree(self, answer: Any, other: Any) -> bool:
        """Whether two answers say the same: taps by their x, for points may lie above each other."""
        if self.kind == "taps":
            return {self.points[k][0] for k in answer} == {self.points[k][0] for k in other}
        return bool(answer == other)

    def counts(self, answers: Sequence[Any]) -> list[Any]:
        """What a class said: votes for each option; taps on each point; for an order, row by row for each option how
        often it was put first, second and so on; nothing for a sketch.

        Parameters
        ----------
        answers : sequence of answers that `checked` gave
        """
        if self.kind == "choice":
            return [sum(answer == k for answer in answers) for k in range(len(self.options))]
        if self.kind == "taps":
            return [sum(k in answer for answer in answers) for k in range(len(self.points))]
        if self.kind == "order":
            places = range(len(self.options))
            return [[sum(answer[place] == k for answer in answers) for place in places] for k in places]
        return []

    def to_dict(self) -> dict[str, Any]:
        """What a phone is sent."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "Question":
        """What `to_dict` gave, after JSON."""
        return cls(
            kind=stored["kind"],
            text=stored["text"],
            options=tuple(stored["options"]),
            points=tuple((x, y) for x, y in stored["points"]),
            curve=tuple((x, y) for x, y in stored["curve"]),
            frame=tuple((x, y) for x, y in stored.get("frame", ())),
        )


@dataclass(frozen=True)
class _Range:
    low: float
    high: float

    @classmethod
    def of(cls, values: Any) -> "_Range":
        found = list(values)
        return cls(min(found), max(found))

    def inside(self, value: float, beyond: float) -> float:
        """A value that is not far outside, rounded so that it is short when written."""
        span = self.high - self.low or max(abs(self.high), 1.0)
        if not self.low - beyond * span <= value <= self.high + beyond * span:
            raise ValueError("far from the points")
        return round(value, DIGITS - math.ceil(math.log10(span)))


def parsed(body: bytes) -> Any:
    """What a body of JSON says.

    Raises
    ------
    ValueError
        If it is none, or has numbers that are none.
    """
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("too deep") from error


def numbers(told: object, most: int) -> list[tuple[float, float]]:
    """Pairs of finite numbers, at most so many.

    Raises
    ------
    ValueError
        If they are anything else.
    """
    pairs = [_list(each, 2) for each in _list(told, most)]
    if not all(len(pair) == 2 and all(map(_is_finite, pair)) for pair in pairs):
        raise ValueError("pairs of numbers")
    return [(float(x), float(y)) for x, y in pairs]


def _fault(question: Question) -> str:
    """What is wrong with a question; empty where nothing is."""
    if question.kind not in get_args(Kind):
        return f"kind {question.kind!r} is none of {', '.join(get_args(Kind))}"
    if not 1 <= len(question.text) <= LONGEST_TEXT:
        return f"a text has 1 to {LONGEST_TEXT} characters"
    if any(not 1 <= len(each) <= LONGEST_OPTION for each in question.options):
        return f"an option has 1 to {LONGEST_OPTION} characters"
    if question.kind in ("choice", "order") and not 2 <= len(question.options) <= MOST_OPTIONS:
        return f"there are 2 to {MOST_OPTIONS} options"
    for name, places in (("points", question.points), ("curve", question.curve), ("frame", question.frame)):
        if len(places) > MOST_POINTS or not all(_is_finite(value) for place in places for value in place):
            return f"{name} are at most {MOST_POINTS} pairs of finite numbers"
        if any(after[0] < before[0] for before, after in itertools.pairwise(places)):
            return f"x of {name} does not fall"
    if question.kind == "taps" and not question.points:
        return "taps are on points"
    if question.kind == "sketch" and (len(question.points) < 2 or question.points[0][0] == question.points[-1][0]):
        return "a sketch goes over points of different x"
    return ""


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9 and math.isfinite(value)


def _list(told: object, most: int) -> list[Any]:
    if not isinstance(told, list) or len(told) > most:
        raise ValueError(f"a list of at most {most}")
    return told


def _index(told: object, count: int) -> int:
    if not isinstance(told, int) or isinstance(told, bool) or not 0 <= told < count:
        raise ValueError(f"a whole number from 0 to {count - 1}")
    return told


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")
