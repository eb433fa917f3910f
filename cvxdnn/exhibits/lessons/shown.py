"""What a class is shown when its answers are revealed: phones a little, the wall more. Computed only then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cvxdnn.exhibits.lessons.crowd import Easel
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveal import best_curve, revealed, right_answer

__all__ = ["Shown", "shown"]


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
    if easel is not None:
        return _drawn(words, best_curve(lesson, place), easel)
    right = right_answer(lesson) if len(lesson.questions) == 1 else None
    results = []
    if right is not None:
        count = sum(answer == right for answer in answers.values())
        results.append({"name": "right", "count": count, "style": "best"})
    curves = [] if right is None else _at_rest(revealed(lesson, right))
    return Shown(
        {"words": words, "right": right},
        {"right": right, "words": words, "results": results, "curves": curves, "best": None},
    )


def _drawn(words: str, curve: list[tuple[float, float]], easel: Easel) -> Shown:
    gaps = easel.gaps()
    results: list[dict[str, Any]] = [{"name": "best there is", "gap": 0.0, "style": "best"}]
    if gaps:
        middle, closest = float(np.median(list(gaps.values()))), min(gaps.values())
        results.append({"name": "class median", "gap": middle, "style": "yours"})
        results.append({"name": "closest", "gap": closest, "style": "yours"})
    knots = [list(knot) for knot in curve]
    return Shown(
        {"words": words, "curve": knots, "scores": [list(each) for each in sorted(gaps.items())]},
        {
            "right": None,
            "words": words,
            "results": results,
            "curves": [{"role": "best", "name": "the best", "knots": knots}],
            "best": easel.best,
        },
    )


def _at_rest(reveal: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The curves of a reveal as they stand after it was played, without what is the answer's own."""
    found = []
    for curve in reveal["curves"]:
        at = reveal["rest"] * (len(curve["y"]) - 1)
        before = min(int(at), len(curve["y"]) - 1)
        after, part = min(before + 1, len(curve["y"]) - 1), at - before
        heights = (1 - part) * np.array(curve["y"][before]) + part * np.array(curve["y"][after])
        if curve["role"] not in ("you", "given"):
            knots = [list(knot) for knot in zip(curve["x"], heights.tolist(), strict=True)]
            found.append({"role": curve["role"], "name": curve["name"], "knots": knots})
    return found
