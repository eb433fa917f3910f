"""In which order bends vanish as weight decay grows: read from the exact path of best curves.

A bend lives for all weight decays below the one at which it is born as weight decay falls. The reveal turns weight
decay up; its frames are evenly spaced in the logarithm.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from cvxdnn.convex import Path, regularization_path
from cvxdnn.core.solution import Solution
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals.picture import Bar, Reveal, curve_of, listed, numbers

__all__ = ["reveal", "right", "vanishing"]

FRAMES = 61
RANGE = 2e-3, 1.1
"""Of weight decay, as shares of the least one at which the best curve is flat."""


def right(lesson: Lesson) -> list[int]:
    """The options in the order in which their bends vanish."""
    gone = vanishing(lesson)
    return sorted(range(len(lesson.places)), key=lambda option: gone[option])


def vanishing(lesson: Lesson) -> list[float]:
    """Of every option the weight decay at which its bend vanishes for good, in normalised units."""
    path, units = _path(lesson), lesson.scenario().normalized()[1]
    born = {round(float(units.user_x(life.x)), 9): life.born for life in reversed(path.knot_lives)}
    return [born[round(lesson.points[place][0], 9)] for place in lesson.places]


def reveal(lesson: Lesson, answers: Sequence[Sequence[int]]) -> Reveal:
    """Weight decay grows, and the bends vanish."""
    (answer,) = answers
    order, gone = right(lesson), vanishing(lesson)
    ends = [f"{gone[option]:.2g}" for option in order]
    _, units = lesson.scenario().normalized()
    solutions = _turned_up(lesson)
    betas = np.array([solution.beta for solution in solutions])
    splines = [units.user_spline(solution.spline) for solution in solutions]
    low, high = lesson.points[0][0], lesson.points[-1][0]
    left = [_count(sum(beta < end for end in gone)) for beta in betas]
    return Reveal(
        misconception=_misconception(lesson, list(answer), order),
        also=f"Blue numbers: in which order the bends vanish, at weight decay {listed(ends)} (computed, not sampled).",
        slider="weight decay",
        said=[f"weight decay {beta:.2g}: {bends}" for beta, bends in zip(betas, left, strict=True)],
        seconds=9.0,
        curves=[curve_of("best", "the best", splines, low, high)],
        knots=[
            numbers(
                np.array(
                    [lesson.points[place][0] for place, end in zip(lesson.places, gone, strict=True) if beta < end]
                )
            )
            for beta in betas
        ],
        bars=[
            Bar(
                "best",
                "the best",
                [solution.loss for solution in solutions],
                [solution.penalty for solution in solutions],
                left,
            )
        ],
        marks=[
            {
                "kind": "gone",
                "x": lesson.points[lesson.places[option]][0],
                "name": str(place + 1),
                "from": int(np.searchsorted(betas, gone[option])),
            }
            for place, option in enumerate(order)
        ],
    )


@lru_cache(maxsize=8)
def _path(lesson: Lesson) -> Path:
    data, _ = lesson.scenario().normalized()
    return regularization_path(data.x, data.y)


@lru_cache(maxsize=8)
def _turned_up(lesson: Lesson) -> tuple[Solution, ...]:
    """The best curves while weight decay grows; kept, since a whole class asks for them."""
    path = _path(lesson)
    return tuple(path.at(float(beta)) for beta in path.beta_max * np.geomspace(*RANGE, FRAMES))


def _misconception(lesson: Lesson, answer: list[int], order: list[int]) -> str:
    if answer == order:
        return ""
    if answer == sorted(answer):
        return "left"
    x, y = np.array(lesson.points).T
    corners = np.abs(np.diff(np.diff(y) / np.diff(x)))[np.array(lesson.places) - 1]
    if answer[0] == int(corners.argmin()):
        return "flattest"
    return "sharpest" if answer[0] == int(corners.argmax()) else "other"


def _count(bends: int) -> str:
    return f"{bends} bend{'' if bends == 1 else 's'}"
