r"""How many curves are best, and a walk from one to another at constant price.

Best curves have the same values at the points, and fill the band between two edges (`cvxdnn.core.spline`). Where it is
open, the ends of the walk are the best curve that bends at points only and one of the fewest bends. The mixtures
:math:`(1 - w) f + w g` of two best curves are best, for the price is convex.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from cvxdnn.core.objective import certify
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals.picture import Bar, Reveal, curve_of, numbers, power_of_ten
from cvxdnn.tasks.comparison import Baseline

__all__ = ["reveal", "right"]

FRAMES = 21
OPEN = 1e-6
"""How wide a band is to be open, as a share of the height of the points: what the solver leaves is less."""
MANY, ONE = 2, 0
Price = tuple[float, float, float]
"""Of a curve in normalised units: in all, misfit, charge for bending."""


def right(lesson: Lesson) -> int:
    """Whether one curve is best or endlessly many: there are never two."""
    lower, upper = Baseline(lesson.scenario()).band
    at = np.union1d(lower.knots, upper.knots)
    return MANY if np.max(upper(at) - lower(at)) > OPEN else ONE


def reveal(lesson: Lesson, answers: Sequence[int]) -> Reveal:
    """The band opens; the slider mixes two winners, and every mixture is priced anew."""
    baseline = Baseline(lesson.scenario())
    units, solution = baseline.units, baseline.solution
    assert solution is not None
    walk, prices = _walk(lesson)
    objectives = np.array([price for price, _, _ in prices])
    low, high = lesson.points[0][0], lesson.points[-1][0]
    frames = [units.user_spline(each) for each in walk]
    moves = power_of_ten(np.ptp(objectives))
    above = power_of_ten(max(objectives) / (solution.objective - solution.gap) - 1)
    return Reveal(
        misconception=lesson.meant[answers[0]] if answers[0] != right(lesson) else "",
        also=f"Over the whole walk the price changes by less than {moves}, which is rounding. "
        f"It is the lowest there is up to a share of {above} (certified).",
        slider="from one winner to another",
        said=[f"price {price:.10f}" for price in objectives],
        seconds=6.0,
        rest=0.5,
        curves=[curve_of("best", "a winner", frames, low, high)],
        knots=[numbers(frame.significant_knots(1e-6)) for frame in frames],
        band=_band(baseline),
        bars=[Bar("best", "a winner", [loss for _, loss, _ in prices], [charge for *_, charge in prices], [""])],
    )


@lru_cache(maxsize=8)
def _walk(lesson: Lesson) -> tuple[list[LinearSpline], list[Price]]:
    """Winners in normalised units, and what each costs."""
    baseline = Baseline(lesson.scenario())
    assert baseline.solution is not None
    ends = baseline.solution.spline, baseline.sparsest
    walk = [_mixture(*ends, weight) for weight in np.linspace(0, 1, FRAMES)]
    return walk, [_priced(baseline, each) for each in walk]


def _mixture(f: LinearSpline, g: LinearSpline, weight: float) -> LinearSpline:
    x = np.unique(np.concatenate([[0.0, 1.0], f.knots, g.knots]))
    return LinearSpline(x, (1 - weight) * f(x) + weight * g(x))


def _priced(baseline: Baseline, spline: LinearSpline) -> Price:
    data, beta = baseline.data, baseline.scenario.beta
    found = certify(data.x, data.y, spline, beta=beta)
    return found.primal, found.loss, found.primal - found.loss


def _band(baseline: Baseline) -> list[list[tuple[float, float]]]:
    """The region between the edges, a polygon for every gap that is open, in the units of the points."""
    lower, upper = baseline.band
    polygons = []
    for ends in pairwise(np.unique(baseline.data.x)):
        below, above = _along(lower, *ends), _along(upper, *ends)[-2:0:-1]
        middle = below[1:-1] if below.size > 2 else above
        if middle.size and np.max(upper(middle) - lower(middle)) > OPEN:
            across = baseline.units.user_x(np.concatenate([below, above]))
            up = baseline.units.user_y(np.concatenate([lower(below), upper(above)]))
            polygons.append(list(zip(numbers(across), numbers(up), strict=True)))
    return polygons


def _along(edge: LinearSpline, left: float, right: float) -> Array:
    """Both ends of a gap, and where the edge bends between them."""
    return np.concatenate([[left], edge.knots[(edge.knots > left) & (edge.knots < right)], [right]])
