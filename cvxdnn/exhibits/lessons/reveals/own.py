"""The best curve of somebody's own lesson, beside what was predicted (`cvxdnn.exhibits.lessons.own`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cvxdnn.core.spline import LinearSpline
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals.drawings import Drawn, bar_of_best, bar_of_you, drawn
from cvxdnn.exhibits.lessons.reveals.picture import Reveal, curve_of, listed
from cvxdnn.tasks.comparison import Baseline

__all__ = ["NEAR", "reveal", "right"]

NEAR = 0.25
"""A drawing no more above the best than this share of it is right."""
MOST_NAMED = 8
"""So many bends are named by their places; of more only their number is said."""
SAME_PLACE = 1e-9
"""Share of the width within which a bend is at a point."""


def right(lesson: Lesson) -> Any:
    """The points where the best curve bends; None where nothing but the reader can judge."""
    if lesson.questions[0].kind != "taps":
        return None
    return _points_at(lesson, _best(lesson).significant_knots())


def reveal(lesson: Lesson, answers: Sequence[Any]) -> Reveal:
    """The best curve, and what was drawn or tapped."""
    kind = lesson.questions[0].kind
    if kind == "sketch":
        return _drawing(lesson, drawn(lesson.scenario(), answers[0]))
    best = _best(lesson)
    knots = [float(knot) for knot in best.significant_knots()]
    return Reveal(
        misconception=_taps(lesson, answers[0], _points_at(lesson, knots)) if kind == "taps" else "",
        is_judged=kind == "taps",
        also=_bends(knots),
        curves=[curve_of("best", "the best", best, *_ends(lesson))],
        knots=[knots],
    )


def _bends(knots: Sequence[float]) -> str:
    if not knots:
        return "The best curve is straight (certified)."
    where = f"at {listed([f'{x:g}' for x in knots])}" if len(knots) <= MOST_NAMED else f"in {len(knots)} places"
    return f"The best curve bends {where} (certified)."


def _drawing(lesson: Lesson, each: Drawn) -> Reveal:
    misconception = "far" if each.misses > each.bends else "bends"
    return Reveal(
        misconception="" if each.gap <= NEAR else misconception,
        also=f"Your curve: {each.above} (certified).",
        curves=[
            curve_of("best", "the best", each.best, *_ends(lesson)),
            curve_of("you", "you", each.you, *_ends(lesson)),
        ],
        knots=[[float(knot) for knot in each.best.significant_knots()]],
        bars=[bar_of_you(each), bar_of_best(each)],
    )


def _points_at(lesson: Lesson, knots: Iterable[float]) -> list[int]:
    """Numbers of the points where a curve with these knots bends."""
    low, high = _ends(lesson)
    near = SAME_PLACE * (high - low)
    bends = list(knots)
    return [k for k, (x, _) in enumerate(lesson.points) if any(abs(knot - x) <= near for knot in bends)]


def _taps(lesson: Lesson, tapped: Sequence[int], bending: Sequence[int]) -> str:
    """By places: points above each other bend together."""
    where, bends = ({lesson.points[k][0] for k in numbers} for numbers in (tapped, bending))
    if where - bends:
        return "extra"
    return "missed" if bends - where else ""


def _best(lesson: Lesson) -> LinearSpline:
    baseline = Baseline(lesson.scenario())
    assert baseline.solution is not None
    return baseline.units.user_spline(baseline.solution.spline)


def _ends(lesson: Lesson) -> tuple[float, float]:
    return lesson.points[0][0], lesson.points[-1][0]
