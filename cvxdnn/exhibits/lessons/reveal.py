"""The reveal of a lesson, computed by the library when it is asked for, on the server.

revealed(lesson, answer)      everything that the player shows after the prediction
right_answer(lesson)          the right answer of a question, where there is one
best_curve(lesson, question)  the best curve over its points
gap(lesson, question, answer) how far a drawing is above it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from cvxdnn.app.rooms.questions import Answer
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals import beyond, depth, film, neuron, own, path, prices, proof, pull, stuck, winners
from cvxdnn.exhibits.lessons.reveals.drawings import drawn
from cvxdnn.exhibits.lessons.reveals.picture import Reveal
from cvxdnn.tasks.comparison import Baseline

__all__ = ["REVEALS", "best_curve", "gap", "revealed", "right_answer"]

REVEALS: Mapping[str, Callable[[Lesson, Sequence[Any]], Reveal]] = MappingProxyType(
    {
        "neuron": neuron.reveal,
        "film": film.reveal,
        "prices": prices.reveal,
        "winners": winners.reveal,
        "path": path.reveal,
        "proof": proof.reveal,
        "stuck": stuck.reveal,
        "depth": depth.reveal,
        "beyond": beyond.reveal,
        "pull": pull.reveal,
        "own": own.reveal,
    }
)
"""By the name that a lesson's file gives."""
_RIGHT: Mapping[str, Callable[[Lesson], Answer]] = MappingProxyType(
    {
        "neuron": neuron.right,
        "winners": winners.right,
        "path": path.right,
        "proof": proof.right,
        "stuck": stuck.right,
        "depth": depth.right,
        "pull": pull.right,
        "own": own.right,
    }
)


def revealed(lesson: Lesson, answer: object) -> dict[str, Any]:
    """What the browser is sent after the prediction.

    Parameters
    ----------
    lesson : Lesson
    answer : object
        What was told: an answer to its question, or a list of answers where it has several.

    Returns
    -------
    dict
        "right", "words", "takeaway", "now", "teacher", and all of `cvxdnn.exhibits.lessons.reveals.picture.Reveal`.

    Raises
    ------
    ValueError
        If `answer` is none to the questions.
    """
    shown = REVEALS[lesson.reveal](lesson, _checked(lesson, answer))
    return {
        "right": not shown.misconception if shown.is_judged else None,
        "words": lesson.wrong[shown.misconception] if shown.misconception else lesson.right,
        "takeaway": lesson.takeaway,
        "now": {"words": lesson.now.words if lesson.now else "", "link": lesson.link()},
        "teacher": {**vars(lesson.teacher)},
        **shown.shown(),
    }


def right_answer(lesson: Lesson) -> Answer | None:
    """The right answer to the first question; None where answers are near or far, as drawings are."""
    return _RIGHT[lesson.reveal](lesson) if lesson.reveal in _RIGHT else None


def best_curve(lesson: Lesson, question: int = 0) -> list[tuple[float, float]]:
    """Knots and ends of the best curve over the points of a question; empty where it has no weight decay."""
    if not lesson.betas:
        return []
    baseline = Baseline(lesson.scenario(question))
    solution = baseline.solution
    assert solution is not None
    spline = baseline.units.user_spline(solution.spline)
    low, high = (lesson.questions[question].points[end][0] for end in (0, -1))
    inside = [float(knot) for knot in spline.significant_knots() if low < knot < high]
    return [(x, float(spline(x))) for x in (low, *inside, high)]


def gap(lesson: Lesson, question: int, answer: Sequence[tuple[float, float]]) -> float:
    """How far a drawing is above the best curve over the same points, as a share of it."""
    return drawn(lesson.scenario(question), answer).gap


def _checked(lesson: Lesson, answer: object) -> list[Answer]:
    told = answer if len(lesson.questions) > 1 else [answer]
    if not isinstance(told, list) or len(told) != len(lesson.questions):
        raise ValueError(f"{len(lesson.questions)} answers")
    return [question.checked(each) for question, each in zip(lesson.questions, told, strict=True)]
