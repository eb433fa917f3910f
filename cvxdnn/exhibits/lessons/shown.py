"""What a class is shown when its answers are revealed: phones a little, the wall more. Computed only then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cvxdnn.app.rooms.room import MOST_CURVE
from cvxdnn.exhibits.lessons.crowd import Easel
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveal import best_curve, revealed, right_answer

__all__ = ["Shown", "shown"]

DRAWN_SECONDS = 1.8
"""In which the best curve is drawn over those of the class."""
ANY = 0
"""An answer to a choice that nobody judges: the same is shown after any."""
NOTHING: dict[str, Any] = {
    **{"right": None, "results": [], "curves": [], "best": None, "pull": None, "touches": [], "dragged": None},
    **{"said": [""], "seconds": 0.0, "rest": 1.0},
}
"""What the wall is sent besides words where there is nothing of the kind."""


@dataclass(frozen=True)
class Shown:
    """The answer to a question.

    told : to the phones, as `cvxdnn.app.rooms.room.revealed` takes it
    sent : to the wall (``assets/wall/index.js``)
    """

    told: dict[str, Any]
    sent: dict[str, Any]


def shown(lesson: Lesson, place: int, answers: Mapping[int, Any], easel: Easel | None) -> Shown:
    """What is shown of one of a lesson's questions, and of what a class said to it, by numbers of phones."""
    words = lesson.takeaway if place + 1 == len(lesson.questions) else ""
    if easel is None:
        return _answered(lesson, words, answers)
    if lesson.questions[place].frame:
        return _drawn_on(lesson, words, answers)
    return _drawn(words, best_curve(lesson, place), easel)


def _drawn(words: str, curve: list[tuple[float, float]], easel: Easel) -> Shown:
    """Drawings over the points, which are dearer than the best by so much."""
    gaps = easel.gaps()
    results: list[dict[str, Any]] = [{"name": "best there is", "gap": 0.0, "style": "best"}]
    if gaps:
        middle, closest = float(np.median(list(gaps.values()))), min(gaps.values())
        results.append({"name": "class median", "gap": middle, "style": "yours"})
        results.append({"name": "closest", "gap": closest, "style": "yours"})
    best = {"role": "best", "name": "the best", **_columns(curve)}
    return Shown(
        {"words": words, "curve": _knots(best), "scores": [list(each) for each in sorted(gaps.items())]},
        {**NOTHING, "words": words, "results": results, "curves": [best], "best": easel.best, "seconds": DRAWN_SECONDS},
    )


def _drawn_on(lesson: Lesson, words: str, answers: Mapping[int, Any]) -> Shown:
    """Drawings beyond the points, of which it counts how they go on."""
    right = sum(revealed(lesson, [list(knot) for knot in answer])["right"] for answer in answers.values())
    reveal = revealed(lesson, [list(knot) for knot in best_curve(lesson)])
    curves = _curves(reveal)
    results = [{"name": "right", "count": right, "style": "best"}]
    return Shown(
        {"words": words, "curve": _knots(curves[0]) if curves else []},
        {**NOTHING, "words": words, "results": results, "curves": curves, **_played(reveal)},
    )


def _answered(lesson: Lesson, words: str, answers: Mapping[int, Any]) -> Shown:
    """Choices, orders and taps, which are counted."""
    if len(lesson.questions) > 1:
        return Shown({"words": words}, {**NOTHING, "words": words})
    question, right = lesson.questions[0], right_answer(lesson)
    reveal = revealed(lesson, ANY if right is None else right)
    count = sum(question.agree(answer, right) for answer in answers.values())
    marks = {mark["kind"]: mark for mark in reveal["marks"]}
    curves = _curves(reveal)
    best = next((curve for curve in curves if curve["role"] == "best"), None)
    return Shown(
        {"words": words, "right": right, "curve": _knots(best) if best and question.kind == "taps" else []},
        {
            **NOTHING,
            "right": right,
            "words": words,
            "results": [] if right is None else [{"name": "right", "count": count, "style": "best"}],
            "curves": curves,
            "pull": marks.get("pull") if lesson.hides_curve else None,
            "touches": marks["touches"]["points"] if "touches" in marks else [],
            "dragged": marks.get("point"),
            **_played(reveal),
        },
    )


def _played(reveal: Mapping[str, Any]) -> dict[str, Any]:
    """What is played, or drawn where nothing moves."""
    if not reveal["slider"]:
        return {"said": [reveal["also"]], "seconds": DRAWN_SECONDS}
    return {name: reveal[name] for name in ("said", "seconds", "rest")}


def _curves(reveal: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those of a reveal that are not an answer's own."""
    return [curve for curve in reveal["curves"] if curve["role"] != "you" and curve["name"] != "before"]


def _columns(knots: list[tuple[float, float]]) -> dict[str, Any]:
    """As a curve of one frame."""
    return {"x": [x for x, _ in knots], "y": [[y for _, y in knots]]}


def _knots(curve: Mapping[str, Any]) -> list[list[float]]:
    """Those of its last frame."""
    return [list(knot) for knot in zip(curve["x"], curve["y"][-1], strict=True)][:MOST_CURVE]
