"""Drawings over the same points at several weight decays, each beside the best curve there."""

from __future__ import annotations

from collections.abc import Sequence

from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals.drawings import Drawn, drawn
from cvxdnn.exhibits.lessons.reveals.picture import Bar, Reveal, curve_of, held, listed
from cvxdnn.tasks.comparison import largest_distance

__all__ = ["NEAR", "reveal"]

NEAR = 0.25
"""Drawings that are all no more above the best than this share are right."""
ALIKE = 0.08
"""Drawings that are nowhere farther apart, as a share of the height of the points, are the same."""


def reveal(lesson: Lesson, answers: Sequence[Sequence[tuple[float, float]]]) -> Reveal:
    """Each drawing with its price and the lowest one, one weight decay after the other."""
    every = [drawn(lesson.scenario(k), answer) for k, answer in enumerate(answers)]
    low, high = lesson.points[0][0], lesson.points[-1][0]
    words = [f"bending is {name}: {each.above}" for name, each in zip(lesson.names, every, strict=True)]
    misconception = _misconception(every)
    return Reveal(
        misconception=misconception,
        also=f"Your prices: {listed([each.above for each in every])} (certified).",
        slider="weight decay",
        said=held(words),
        seconds=7.0,
        rest=0.0 if misconception and every[0].gap == max(each.gap for each in every) else 1.0,
        curves=[
            curve_of("best", "the best", held([each.best for each in every]), low, high),
            curve_of("you", "you", held([each.you for each in every]), low, high),
        ],
        knots=held([[float(knot) for knot in each.best.significant_knots()] for each in every]),
        bars=[
            Bar(
                "you",
                "you",
                held([each.appraisal.misfit for each in every]),
                held([each.appraisal.charge for each in every]),
                held([each.above for each in every]),
            ),
            Bar(
                "best",
                "the best",
                held([each.best_costs[0] for each in every]),
                held([each.best_costs[1] for each in every]),
                held(["certified" for each in every]),
            ),
        ],
    )


def _misconception(every: Sequence[Drawn]) -> str:
    """All alike; or at the worst of them too little bending, or too much."""
    worst = max(every, key=lambda each: each.gap)
    if worst.gap <= NEAR:
        return ""
    if _apart(every) <= ALIKE:
        return "same"
    return "stiff" if worst.misses > worst.bends else "wiggly"


def _apart(every: Sequence[Drawn]) -> float:
    """The largest distance between any two drawings over the points, as a share of their height."""
    splines = [each.spline for each in every]
    return max(largest_distance(f, g) for f in splines for g in splines)
