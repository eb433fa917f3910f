r"""How many starts arrive, and how neurons that are put where the pull leaves its walls set a stuck one free.

What is shown are trainings that come with the package (`cvxdnn.exhibits.lessons.trainings`); how many of them arrive is
counted here, against the certified optimum.

With residuals :math:`l_i` of a network, less their mean, a neuron that bends at t lowers the misfit at the rate
:math:`r(t) = \sum_i l_i (x_i - t)_+` to the right, and :math:`r(t) - \sum_i l_i x_i` to the left, and is charged beta.
The pull is the larger of the two sizes as a share of beta: where it is beyond 1 a neuron would lower the price, and
where it nowhere is the network is the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals.picture import Bar, Curve, Reveal, above_best, curve_of, numbers
from cvxdnn.exhibits.lessons.trainings import RESCUED, Splines, first
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.moments import Moment
from cvxdnn.tasks.stream import Frame

__all__ = ["ARRIVED", "LEAST", "arrived", "reveal", "right"]

ARRIVED = 0.01
"""Networks no more above the best than this share have arrived."""
LEAST = (8, 5, 1, 0)
"""The smallest number of each option, in their order."""
PLACES = 81
"""Where the pull is told, besides at the points."""
SAME = 1e-6
"""Of steps that change the price by a smaller share the first is shown."""


def arrived(lesson: Lesson) -> int:
    """How many of the trained networks have arrived."""
    bound = Baseline(lesson.scenario()).lower_bound
    assert bound is not None
    return int(np.count_nonzero(first("starts").objectives <= bound * (1 + ARRIVED)))


def right(lesson: Lesson) -> int:
    """The option that holds this number."""
    count = arrived(lesson)
    return next(option for option, least in enumerate(LEAST) if count >= least)


def reveal(lesson: Lesson, answers: Sequence[int]) -> Reveal:
    """Where all networks ended; and one of those that are stuck, freed one neuron after the other."""
    baseline = Baseline(lesson.scenario())
    units, bound, solution = baseline.units, baseline.lower_bound, baseline.solution
    assert bound is not None
    assert solution is not None
    ended, stills = first("starts"), _steps()
    low, high = lesson.points[0][0], lesson.points[-1][0]
    places = np.union1d(baseline.data.x, np.linspace(0.0, 1.0, PLACES))
    above = [above_best(still.numbers["objective"] / bound - 1) for still in stills]
    steps = ["the stuck network", *(f"after step {k}" for k in range(1, len(stills)))]
    return Reveal(
        misconception=lesson.meant[answers[0]] if answers[0] != right(lesson) else "",
        also=f"{arrived(lesson)} of {ended.objectives.size} starts arrived (measured; the best is certified). "
        f"The network shown ended {above[0]}; with new neurons in place: {above[-1]}.",
        slider="neurons put where the pull is beyond its wall",
        said=[f"{step}: {share}" for step, share in zip(steps, above, strict=True)],
        seconds=2.0 * (len(stills) - 1),
        curves=[
            *(curve_of("given", "stuck, too", units.user_spline(each), low, high) for each in _stuck(ended, bound)),
            curve_of("best", "the best", units.user_spline(solution.spline), low, high),
            Curve(
                "network",
                "the network",
                numbers(units.user_x(stills[0].arrays["grid"])),
                [numbers(units.user_y(still.arrays["values"])) for still in stills],
            ),
        ],
        bars=[
            Bar(
                "network",
                "the network",
                [still.numbers["misfit"] for still in stills],
                [still.numbers["objective"] - still.numbers["misfit"] for still in stills],
                above,
            ),
            Bar("best", "the best", [solution.loss], [solution.penalty], ["certified"]),
        ],
        marks=[
            {
                "kind": "pull",
                "x": numbers(units.user_x(places)),
                "y": [numbers(_pull(baseline, each, places)) for each in stills],
                "walls": [1.0],
            },
            {"kind": "ends", "above": numbers(ended.objectives / bound - 1)},
        ],
    )


def _steps() -> list[Moment]:
    """The stuck network, and every step after it that lowered its price."""
    film = first("rescued").film
    assert film is not None
    stills = film.stills()
    fell = [
        after
        for before, after in pairwise(stills)
        if after.numbers["objective"] < before.numbers["objective"] * (1 - SAME)
    ]
    return [stills[0], *fell]


def _stuck(ended: Frame[Splines], bound: float) -> list[LinearSpline]:
    """The functions of the other networks that have not arrived, without bends far beyond the points."""
    return [
        spline.restricted(0.0, 1.0)
        for start, (spline, objective) in enumerate(zip(ended.view, ended.objectives, strict=True))
        if objective > bound * (1 + ARRIVED) and start != RESCUED
    ]


def _pull(baseline: Baseline, still: Moment, places: Array) -> Array:
    """The pull of what a network misses, at these places."""
    x, y = baseline.data.x, baseline.data.y
    residuals = y - np.interp(x, still.arrays["grid"], still.arrays["values"])
    residuals -= residuals.mean()
    right = np.maximum(x - places[:, None], 0.0) @ residuals
    return np.maximum(np.abs(right), np.abs(right - residuals @ x)) / baseline.scenario.beta
