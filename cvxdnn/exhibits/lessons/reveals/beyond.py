"""How the best network goes on beyond the last point, beside a drawing.

A drawing is judged by how much it rises from the last point to the right edge of the picture, compared with the best
network, which goes straight on: every one does where the two edges of the band of all best curves agree there.

The reveal has the best network walk on from the last point to the edge, beside the wave that the points are on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cvxdnn.app.rooms.questions import BEYOND_X
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals.drawings import drawn
from cvxdnn.exhibits.lessons.reveals.picture import DIGITS, Curve, Reveal, Role, curve_of, numbers
from cvxdnn.tasks.comparison import Baseline

__all__ = ["reveal", "rise_of", "spread_beyond"]

NEAR = 0.3
"""A rise no farther from that of the best network than this share of it is right."""
SHORT = 0.6
"""A drawing goes at least so far of the way from the last point to the right edge."""
LEVEL = 0.15
"""A drawing that falls again by more than this share of the best network's rise is a wave."""
PLACES = 50
FRAMES = 41


def reveal(lesson: Lesson, answers: Sequence[Sequence[tuple[float, float]]]) -> Reveal:
    """The drawing, and the network beside it, which walks out to the edge."""
    you = drawn(lesson.scenario(), answers[0])
    low, last, edge = lesson.points[0][0], lesson.points[-1][0], _edge(lesson)
    seen = min(edge, answers[0][-1][0])
    reach = np.linspace(last, edge, FRAMES)
    bends = np.array([knot for knot in you.best.knots if low < knot < last])
    return Reveal(
        misconception=_misconception(you.you, you.best, last, edge, seen),
        also=f"Beyond x = {last:g} every best network has the slope {you.best.slopes[-1]:.3g} (certified).",
        slider="how far the curve is drawn",
        said=["drawn up to the last point", *(f"drawn up to x = {x:.1f}" for x in reach[1:])],
        seconds=5.0,
        curves=[
            _walk("best", "the best", you.best, np.array([low, *bends]), reach),
            curve_of("you", "you", you.you, low, max(seen, low)),
            _walk("given", "the sine", lambda x: _wave(lesson, x), np.linspace(low, last, PLACES), reach),
        ],
        knots=[[float(knot) for knot in you.best.significant_knots()]],
    )


def spread_beyond(lesson: Lesson) -> float:
    """How far any two best networks are apart at the right edge, in the units of the points."""
    baseline = Baseline(lesson.scenario())
    lower, upper = (float(each(1.0 + BEYOND_X)) for each in baseline.band)
    return (upper - lower) * baseline.units.y_scale


def rise_of(curve: LinearSpline, last: float, edge: float) -> float:
    """By how much a curve rises between two places."""
    return float(curve(edge) - curve(last))


def _walk(role: Role, name: str, curve: Callable[[Array], Array], before: Array, reach: Array) -> Curve:
    """A curve that is drawn up to one place after the other of `reach`; `before` are places to the left of those."""
    x = np.unique(np.concatenate([before, reach]).round(DIGITS))
    heights = numbers(curve(x))
    ends = np.searchsorted(x, reach.round(DIGITS), side="right")
    return Curve(role, name, numbers(x), [[*heights[:end], *[None] * (x.size - end)] for end in ends])


def _wave(lesson: Lesson, x: Array) -> Array:
    """The sine that the points are on."""
    return np.asarray(np.sin(np.pi * (x / lesson.show["half_wave"] + lesson.show["phase"])))


def _edge(lesson: Lesson) -> float:
    """The right edge of the picture."""
    x = np.array(lesson.points)[:, 0]
    return float(x.max() + BEYOND_X * np.ptp(x))


def _misconception(you: LinearSpline, best: LinearSpline, last: float, edge: float, seen: float) -> str:
    """Too short to tell; or what it does out there, by its rise as a share of the best network's."""
    if seen - last < SHORT * (edge - last):
        return "short"
    share = rise_of(you, last, seen) / rise_of(best, last, seen)
    if abs(share - 1) <= NEAR:
        return ""
    if share > 1:
        return "steeper"
    heights = you(np.linspace(last, seen, PLACES))
    return "wave" if heights.max() - heights[-1] > LEVEL * rise_of(best, last, seen) else "level"
