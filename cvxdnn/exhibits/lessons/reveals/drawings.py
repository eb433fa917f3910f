"""A drawing beside the best curve: what both cost, and why the drawing costs more."""

from __future__ import annotations

from collections.abc import Sequence

from cvxdnn.core.spline import LinearSpline
from cvxdnn.exhibits.lessons.reveals.picture import Bar, above_best
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.link import Points
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sketch import Appraisal, Sketch, appraise

__all__ = ["Drawn", "drawn"]


class Drawn:
    """A drawing over the points of a scenario.

    Attributes
    ----------
    baseline : the points with their certified optimum;  appraisal : what the drawing is worth
    you, best : both curves in the units of the points;  spline : the drawing in normalised units
    gap : how far the drawing is above the best, as a share of it
    misses, bends : by how much its misfit and what weight decay charges are above those of the best
    """

    def __init__(self, scenario: Scenario, knots: Points) -> None:
        self.baseline = Baseline(scenario)
        solution = self.baseline.solution
        assert solution is not None
        sketch = Sketch(tuple(knots))
        self.appraisal: Appraisal = appraise(sketch, self.baseline)
        across, up = zip(*sketch.knots, strict=True)
        self.you = LinearSpline(across, up)
        self.spline = sketch.spline(self.baseline.units)
        self.best = self.baseline.units.user_spline(solution.spline)
        self.gap = self.appraisal.gap or 0.0
        self.best_costs = solution.loss, solution.penalty
        self.misses = self.appraisal.misfit - solution.loss
        self.bends = self.appraisal.charge - solution.penalty

    @property
    def above(self) -> str:
        """How far it is above the best, in words."""
        return above_best(self.gap)


def drawn(scenario: Scenario, knots: Sequence[tuple[float, float]]) -> Drawn:
    """A drawing over the points of a scenario, as a question's answer gives it."""
    return Drawn(scenario, tuple((float(x), float(y)) for x, y in knots))


def bar_of_you(each: Drawn) -> Bar:
    """What a drawing costs."""
    return Bar("you", "you", [each.appraisal.misfit], [each.appraisal.charge], [each.above])


def bar_of_best(each: Drawn) -> Bar:
    """What the best curve costs."""
    misfit, charge = each.best_costs
    return Bar("best", "the best", [misfit], [charge], ["certified"])
