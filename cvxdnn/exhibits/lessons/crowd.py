"""All drawings of a class at once: what each costs, the one in the middle, and between which the middle 80 % are.

Median and envelope are taken place by place: at every x the median, the lowest and the highest tenth of the heights. An
axis for prices is the same before and after the best price is known: it comes from the points alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sketch import Sketch, appraise, price

__all__ = ["Crowd", "Easel"]

PLACES = 81
FEWEST = 3
"""Drawings of which there is a middle and an envelope."""
SHARES = (0.1, 0.5, 0.9)
Knots = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Crowd:
    """What the drawings have in common, in the user's units: at each x a tenth, half and nine tenths are below."""

    x: Array
    low: Array
    median: Array
    high: Array

    def sent(self) -> dict[str, list[float]]:
        """Plain numbers, as many digits as are seen."""
        return {name: np.round(values, 4).tolist() for name, values in vars(self).items()}


@dataclass(frozen=True)
class _Drawing:
    heights: Array
    price: float


class Easel:
    """Drawings over the points of a scenario; each is looked at once.

    Parameters
    ----------
    scenario : Scenario
    edge : float, optional
        Up to where they are drawn, if that is beyond the points.
    """

    def __init__(self, scenario: Scenario, edge: float = -np.inf) -> None:
        self._baseline, self._edge = Baseline(scenario), edge
        self._drawings: dict[int, _Drawing] = {}
        self._knots: dict[int, Knots] = {}

    @cached_property
    def places(self) -> Array:
        """Where heights are compared, in the user's units: evenly, and at the points."""
        x = np.array([x for x, _ in self._baseline.scenario.points])
        return np.unique(np.concatenate([np.linspace(x.min(), max(x.max(), self._edge), PLACES), x]))

    @cached_property
    def axis(self) -> tuple[float, float]:
        """From below what joining the points or the best flat line costs to above the latter; both are positive."""
        flat, joined = self._baseline.flat_loss, price(self._baseline.spline, self._baseline)
        return min(flat, joined) / 4, 2.5 * max(flat, joined)

    def add(self, drawings: Mapping[int, Knots]) -> None:
        """Take these in, by numbers of phones, instead of what those drew before."""
        units = self._baseline.units
        for number, knots in drawings.items():
            f = Sketch(tuple((x, y) for x, y in knots)).spline(units)
            heights = units.user_y(f(units.unit_x(self.places)))
            self._drawings[number], self._knots[number] = _Drawing(heights, price(f, self._baseline)), knots

    def prices(self, numbers: Iterable[int]) -> list[float]:
        """Objectives of these drawings."""
        return [self._drawings[number].price for number in numbers]

    def crowd(self) -> Crowd | None:
        """What they have in common; None where they are too few."""
        if len(self._drawings) < FEWEST:
            return None
        heights = np.array([drawing.heights for drawing in self._drawings.values()])
        return Crowd(self.places, *np.quantile(heights, SHARES, axis=0))

    @property
    def best(self) -> float | None:
        """Below which no network is, proven; asks for the optimum."""
        return self._baseline.lower_bound

    def gaps(self) -> dict[int, float]:
        """By numbers of phones how far each drawing is above the best there is, as a share of it."""
        found = {
            number: appraise(Sketch(tuple((x, y) for x, y in knots)), self._baseline).gap
            for number, knots in self._knots.items()
        }
        return {number: gap for number, gap in found.items() if gap is not None}
