"""The numbers beside the chart: a trained network against the certified optimum and the linear spline.

All values are in normalised units: x in [0, 1], y centred with range 1, so that a distance of 0.01 is one
percent of the range of y. Distances between piecewise-linear functions are taken at the union of their knots,
where they are exact.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from cvxdnn.core.bends import distinct_bends
from cvxdnn.core.datasets import Dataset, Normalization
from cvxdnn.core.loss_terms import midpoint
from cvxdnn.core.objective import Certificate
from cvxdnn.core.solution import Solution
from cvxdnn.core.spline import LinearSpline, band_edges, interpolating_spline, sparsest_interpolant
from cvxdnn.core.types import Array
from cvxdnn.tasks.experiments import NetworkFrame
from cvxdnn.tasks.link import Points
from cvxdnn.tasks.optimum import Answer, optimum_of
from cvxdnn.tasks.scenario import Scenario

__all__ = [
    "BAND_TOLERANCE",
    "BEND_TOLERANCE",
    "Baseline",
    "Comparison",
    "compare",
    "held_out_error",
    "largest_distance",
]

BEND_TOLERANCE = 0.005
"""Neighbouring bends count as one where one bend in their place moves the curve by at most this share of the range."""
CHECKED_POINTS = 500
"""Up to so many points an optimum is checked in rational arithmetic."""
BAND_TOLERANCE = 0.01
"""How far outside the band, in units of the range of y, still counts as inside."""


@dataclass(frozen=True)
class Baseline:
    """What is known without training: the spline, and the certified optimum of the paper's architecture.

    The band and the sparsest function refer to the fitted values of that optimum, and where there is none to the
    points themselves, the limit of vanishing weight decay. The optimum is computed when it is asked for first, unless
    it is given as `answer`.
    """

    scenario: Scenario
    answer: Answer | None = None

    @cached_property
    def _normalized(self) -> tuple[Dataset, Normalization]:
        return self.scenario.normalized()

    @property
    def data(self) -> Dataset:
        """The points in normalised units."""
        return self._normalized[0]

    @property
    def units(self) -> Normalization:
        """The map between the user's units and normalised ones."""
        return self._normalized[1]

    @property
    def is_optimum(self) -> bool:
        """Whether `solution` is the optimum of the networks trained; else it is an upper bound of theirs.

        Biases in the early layers of a deep network give it functions that the theorem does not count.
        """
        return self.scenario.is_paper_architecture

    @property
    def solution(self) -> Solution | None:
        """The certified optimum for biases in the last hidden layer only; None where there is none."""
        return self._answer.solution

    @property
    def lower_bound(self) -> float | None:
        """Below which no network of this architecture can come, proven; None where nothing is."""
        solution = self.solution
        return None if solution is None or not self.is_optimum else solution.objective - solution.gap

    @property
    def obstacle(self) -> str:
        """Why these points have no optimum; "" where they have one."""
        return self._answer.obstacle

    @property
    def is_known(self) -> bool:
        """Whether there is an optimum, or none to come; until then nothing that refers to it should be shown."""
        return self._answer.is_known

    @cached_property
    def _answer(self) -> Answer:
        return optimum_of(self.scenario) if self.answer is None else self.answer

    @property
    def certificate(self) -> Certificate | None:
        """The dual certificate of the optimum, as one of two layers with its effective weight decay."""
        return None if self.solution is None else self.solution.certificate

    @cached_property
    def is_checked(self) -> bool:
        """Whether objective and gap of the optimum were computed once more in rational arithmetic, and hold.

        For two layers, where that takes some milliseconds.
        """
        solution = self.solution
        if solution is None or solution.depth > 2 or len(self.data) > CHECKED_POINTS:
            return False
        exact = solution.verified()
        return exact.objective <= solution.objective and exact.gap <= solution.gap

    @cached_property
    def spline(self) -> LinearSpline:
        """The linear spline through the points."""
        return interpolating_spline(self.data.x, self.data.y)

    @property
    def flat_loss(self) -> float:
        """What the best flat line is charged, which bends nowhere."""
        loss, y = self.scenario.loss_function, self.data.y
        return float(loss.value(midpoint(*map(np.array, loss.best_constants(y))), y).sum())

    @cached_property
    def fitted(self) -> Array:
        """The values at the points that the band and the sparsest function keep."""
        return self.data.y if self.solution is None else self.solution.spline(self.data.x)

    @cached_property
    def band(self) -> tuple[LinearSpline, LinearSpline]:
        """Lower and upper edge of the band of all optimal functions."""
        return band_edges(self.data.x, self.fitted)

    @cached_property
    def sparsest(self) -> LinearSpline:
        """The optimal function with the fewest knots."""
        return sparsest_interpolant(self.data.x, self.fitted)


@dataclass(frozen=True)
class Comparison:
    """A trained network measured against a `Baseline`.

    objective : the network's (measured);  optimum : certified; where `Baseline.is_optimum` is false it
        is an upper bound, and there is no gap
    gap, relative_gap : objective minus the proven lower bound; as a share of that bound
    knots : bends inside the data's range of network, optimum and spline that can be told apart
    deviation : largest distance to the linear spline
    outside, outside_at : largest distance to the band, and at which x; None before the optimum is known
    correct : for labels, how many the network's sign gets right;  None for numbers
    """

    objective: float
    optimum: float | None
    gap: float | None
    relative_gap: float | None
    knots: tuple[int, int | None, int]
    deviation: float
    outside: float | None
    outside_at: float | None
    correct: int | None

    @property
    def is_inside(self) -> bool:
        """Inside the band, to `BAND_TOLERANCE`."""
        return self.outside is not None and self.outside <= BAND_TOLERANCE


def compare(baseline: Baseline, frame: NetworkFrame) -> Comparison:
    """Every number that the readout shows."""
    solution, network = baseline.solution, frame.view.spline
    bound = baseline.lower_bound
    gap = None if bound is None else frame.objective - bound
    outside_at, outside = _farthest_outside(network, *baseline.band) if baseline.is_known else (None, None)
    return Comparison(
        objective=frame.objective,
        optimum=None if solution is None else solution.objective,
        gap=gap,
        relative_gap=gap / bound if gap is not None and bound else None,
        knots=(
            bends(network).size,
            None if solution is None else bends(solution.spline).size,
            bends(baseline.spline).size,
        ),
        deviation=largest_distance(network, baseline.spline),
        outside=outside,
        outside_at=outside_at,
        correct=_correct_labels(baseline, network),
    )


def _correct_labels(baseline: Baseline, network: LinearSpline) -> int | None:
    if not baseline.scenario.loss_function.needs_labels:
        return None
    return int(np.count_nonzero(network(baseline.data.x) * baseline.data.y > 0))


def network_loss(baseline: Baseline, frame: NetworkFrame) -> float:
    """What the best network is charged for missing the points; the rest of its objective is weight decay's charge."""
    data = baseline.data
    return float(baseline.scenario.loss_function.value(frame.view.spline(data.x), data.y).sum())


def held_out_error(baseline: Baseline, spline: LinearSpline, points: Points) -> float:
    """Root of the mean squared distance of a function in normalised units from points in the user's units."""
    x, y = np.array(points).T
    return float(np.sqrt(np.mean((baseline.units.user_y(spline(baseline.units.unit_x(x))) - y) ** 2)))


@lru_cache(maxsize=256)
def bends(spline: LinearSpline) -> Array:
    """The bends inside the data's range that can be told apart; not to be written into."""
    found = distinct_bends(spline, low=0.0, high=1.0, tolerance=BEND_TOLERANCE)
    found.setflags(write=False)
    return found


def largest_distance(f: LinearSpline, g: LinearSpline) -> float:
    """Largest distance of two splines on [0, 1], exact."""
    at = _union_of_knots(f, g)
    return float(np.abs(f(at) - g(at)).max())


def _farthest_outside(f: LinearSpline, lower: LinearSpline, upper: LinearSpline) -> tuple[float, float]:
    """Where in [0, 1] a spline is farthest from the band, and how far."""
    at = _union_of_knots(f, lower, upper)
    distances = np.maximum(lower(at) - f(at), f(at) - upper(at)).clip(min=0.0)
    worst = int(distances.argmax())
    return float(at[worst]), float(distances[worst])


def _union_of_knots(*splines: LinearSpline) -> Array:
    ends = np.array([0.0, 1.0])
    return np.unique(np.concatenate([ends, *(_inside(spline.knots) for spline in splines)]))


def _inside(knots: Array) -> Array:
    return knots[(knots > 0) & (knots < 1)]
