r"""How far the best curves for the squared and for the absolute loss move when one point is dragged away.

In fixed units, those of the points as they were. The pull of a point is the slope of its loss, for the absolute loss
:math:`\pm 1`, so multipliers that prove a curve best go on proving it while the point stays on its side. That is
checked: at every place of the point the first curve is certified anew with its first multipliers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cvxdnn.convex import solve
from cvxdnn.core.datasets import Dataset, Normalization
from cvxdnn.core.objective import certify
from cvxdnn.core.solution import Solution
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals.picture import Reveal, curve_of, numbers, power_of_ten
from cvxdnn.tasks.comparison import largest_distance

__all__ = ["Drag", "drag", "reveal", "right"]

PROVEN = 1e-9
"""A curve whose certified gap is a smaller share of its price is still the best."""
STILL = 1e-6
"""A curve that moves by a smaller share of the height of the points does not move."""
ALIKE = 0.5
"""Curves move about equally far if one moves at least this share of the other's way."""
BOTH, LESS, ONE, NONE = range(4)


@dataclass(frozen=True)
class Drag:
    """What happens while the point is dragged.

    times : how many times as far from the line as first;  heights : of the point
    squared, absolute : the best curves, all in the units of the points
    moved : by how much each of the two moves at most, as a share of the height of the points
    gap : the largest certified gap of the first absolute curve over all places
    """

    times: Array
    heights: Array
    squared: list[LinearSpline]
    absolute: list[LinearSpline]
    moved: tuple[float, float]
    gap: float


@lru_cache(maxsize=8)
def drag(lesson: Lesson) -> Drag:
    """Drag the point, and solve again at each place."""
    x, y = np.array(lesson.points).T
    units = Dataset(x, y).normalized()[1]
    line = LinearSpline(*np.array(lesson.show["line"]).T.tolist())
    point, times = lesson.show["dragged"], np.arange(1, lesson.show["times"] + 1)
    start = float(line(x[point]))
    heights = start + times * (y[point] - start)
    every = [np.where(np.arange(x.size) == point, height, y) for height in heights]
    squared = [_best(units, x, each, lesson.betas[0], "squared").spline for each in every]
    first = _best(units, x, y, lesson.betas[0], "absolute")
    gaps = [_gap(units, x, each, lesson.betas[0], first) for each in every]
    absolute = [
        first.spline if gap <= PROVEN else _best(units, x, each, lesson.betas[0], "absolute").spline
        for gap, each in zip(gaps, every, strict=True)
    ]
    return Drag(
        times,
        heights,
        [units.user_spline(each) for each in squared],
        [units.user_spline(each) for each in absolute],
        (largest_distance(squared[0], squared[-1]), largest_distance(absolute[0], absolute[-1])),
        max(gaps),
    )


def right(lesson: Lesson) -> int:
    """Which of the two curves moves."""
    squared, absolute = drag(lesson).moved
    if absolute <= STILL:
        return ONE if squared > STILL else NONE
    return BOTH if absolute >= ALIKE * squared else LESS


def reveal(lesson: Lesson, answers: Sequence[int]) -> Reveal:
    """The point goes up, and takes one of the curves along."""
    found = drag(lesson)
    low, high = lesson.points[0][0], lesson.points[-1][0]
    height = np.ptp(np.array(lesson.points)[:, 1])
    squared, absolute = (moved * height for moved in found.moved)
    return Reveal(
        misconception=lesson.meant[answers[0]] if answers[0] != right(lesson) else "",
        also=f"The squared curve moves by up to {squared:.2f}, the absolute one by {absolute:.2g}: wherever the point "
        f"is, the old curve is best up to a share of {power_of_ten(found.gap)} (certified).",
        slider="how far out the point is",
        said=[f"{times} times as far" if times > 1 else "as it was" for times in found.times.tolist()],
        seconds=6.0,
        curves=[
            curve_of("best", "best for absolute misses", found.absolute, low, high),
            curve_of("network", "best for squared misses", found.squared, low, high),
            curve_of("given", "squared, before", found.squared[0], low, high),
        ],
        marks=[
            {
                "kind": "point",
                "point": lesson.show["dragged"],
                "x": lesson.points[lesson.show["dragged"]][0],
                "y": [numbers(height) for height in found.heights[:, None]],
            }
        ],
    )


def _best(units: Normalization, x: Array, y: Array, beta: float, loss: str) -> Solution:
    return solve(units.unit_x(x), units.unit_y(y), beta=beta, loss=loss)


def _gap(units: Normalization, x: Array, y: Array, beta: float, known: Solution) -> float:
    """How far a known curve for the absolute loss is above the best at other heights, by its own multipliers."""
    found = certify(units.unit_x(x), units.unit_y(y), known.spline, beta=beta, loss="absolute", dual=known.dual)
    return found.relative_gap
