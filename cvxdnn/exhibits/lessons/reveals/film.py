"""A drawing beside the film of a training that ends at the best curve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals.drawings import Drawn, bar_of_best, bar_of_you, drawn
from cvxdnn.exhibits.lessons.reveals.picture import Bar, Curve, Reveal, above_best, curve_of, numbers
from cvxdnn.exhibits.lessons.trainings import first
from cvxdnn.tasks.moments import Moment

__all__ = ["NEAR", "reveal"]

NEAR = 0.15
"""A drawing no more above the best than this share is right."""
SOFT = 2
"""A drawing with so many turns more than the best one, but no more swings, is a soft one."""
SLIGHT = 0.005
"""Changes of slope of a smaller share of all of them are no turns."""
FRAMES = 60


def reveal(lesson: Lesson, answers: Sequence[Sequence[tuple[float, float]]]) -> Reveal:
    """The network learns beside the drawing."""
    you = drawn(lesson.scenario(), answers[0])
    stills = _some(first("drawn").film.stills())  # type: ignore[union-attr]  # the sample has one
    units, low, high = you.baseline.units, lesson.points[0][0], lesson.points[-1][0]
    bound = you.baseline.lower_bound or np.nan
    objectives = [still.numbers["objective"] for still in stills]
    misfits = [still.numbers["misfit"] for still in stills]
    above = [above_best(objective / bound - 1) for objective in objectives]
    return Reveal(
        misconception=_misconception(you),
        also=f"Price of your curve: {you.above} (certified). Price of the network: {above[-1]} (measured).",
        slider="training",
        said=[f"step {still.step:,}: {share}" for still, share in zip(stills, above, strict=True)],
        seconds=9.0,
        curves=[
            curve_of("best", "the best", you.best, low, high),
            curve_of("you", "you", you.you, low, high),
            Curve(
                "network",
                "the network",
                numbers(units.user_x(stills[0].arrays["grid"])),
                [numbers(units.user_y(still.arrays["values"])) for still in stills],
            ),
        ],
        knots=[[float(knot) for knot in you.best.significant_knots()]],
        bars=[
            bar_of_you(you),
            Bar(
                "network",
                "the network",
                misfits,
                [objective - misfit for objective, misfit in zip(objectives, misfits, strict=True)],
                above,
            ),
            bar_of_best(you),
        ],
    )


def _misconception(you: Drawn) -> str:
    """A drawing that is too dear misses the points; or goes round in soft turns; or turns to and fro."""
    if you.gap <= NEAR:
        return ""
    if you.misses > you.bends:
        return "far"
    mine, best = (_turns(spline, *you.baseline.units.user_x([0.0, 1.0])) for spline in (you.you, you.best))
    is_soft = mine.size >= best.size + SOFT and _swings(mine) <= _swings(best)
    return "smooth" if is_soft else "bends"


def _turns(spline: LinearSpline, low: float, high: float) -> Array:
    """The changes of slope between the first and the last point that count."""
    changes = spline.restricted(float(low), float(high)).slope_changes
    return changes[np.abs(changes) > SLIGHT * np.abs(changes).sum()]


def _swings(turns: Array) -> int:
    """How often turns to the left and to the right follow each other."""
    return int(np.count_nonzero(np.diff(np.sign(turns))))


def _some(stills: Sequence[Moment]) -> list[Moment]:
    """So many frames, the first and the last among them."""
    chosen = np.unique(np.linspace(0, len(stills) - 1, FRAMES).round().astype(int))
    return [stills[k] for k in chosen]
