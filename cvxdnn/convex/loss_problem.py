"""The training problem with another loss in the units that solvers work in, and how an answer is judged.

The problem is brought to the unit box where the loss allows it: x always; y for losses of f - y, whose thresholds are
scaled along; never for labels. Scales are powers of two: inputs that nearly coincide stay exactly as far apart.

A gap is judged as a share of the *penalty* beta R(f), which is what weight decay takes, and not of the objective: of
that the loss may be any part that no function removes. Where the constant is optimal there is no penalty, and the gap
has to be round-off.
"""

from dataclasses import dataclass, replace

import numpy as np

from cvxdnn.convex.conic import ConicAnswer
from cvxdnn.convex.knot_removal import spline_through
from cvxdnn.convex.problem import unit_problem
from cvxdnn.core.datasets import Normalization
from cvxdnn.core.evaluation import fit_of
from cvxdnn.core.loss_terms import LossTerms, midpoint
from cvxdnn.core.losses import Absolute, Huber
from cvxdnn.core.objective import Certificate, certify_terms, spline_cost
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array

__all__ = ["LossProblem", "gap_to_penalty", "unit_loss_problem"]

NEARLY_ABSOLUTE = 1e-11
"""With such a threshold, y spread over 1, Huber's loss is delta |f - y| to rounding."""


@dataclass(frozen=True, eq=False)
class LossProblem:
    """The training problem in the units that solvers work in.

    terms : the data term, x exactly as given up to a power of two and an offset that costs no rounding, spread over at
        most 1; y too, unless they are labels, from their median
    factor : how many times larger the objective is in the user's units
    """

    terms: LossTerms
    beta: float
    skip_connection: bool
    units: Normalization
    factor: float

    def spline(self, answer: ConicAnswer) -> LinearSpline:
        """The answer as a function."""
        return spline_through(self.terms.points.x, answer.values, answer.nodes)

    def objective(self, spline: LinearSpline) -> float:
        """Loss and penalty of a spline, in these units."""
        points = self.terms.points
        return self.terms.total(spline(points.x)) + self.penalty(spline)

    def penalty(self, spline: LinearSpline) -> float:
        """beta R."""
        return self.beta * spline_cost(spline, self.terms.points, self.skip_connection)

    def certificate(self, spline: LinearSpline, multipliers: Array) -> Certificate:
        """What these multipliers, or the slopes of the loss, prove about a spline."""
        fit = fit_of(spline, self.terms.points.x, self.skip_connection)
        return certify_terms(self.terms, fit, self.beta, skip_connection=self.skip_connection, dual=multipliers)

    def error(self, answer: ConicAnswer) -> float:
        """The gap of an answer as a share of its penalty."""
        spline = self.spline(answer)
        gap = self.certificate(spline, answer.multipliers).excess
        return gap_to_penalty(gap, self.penalty(spline), self.terms.round_off(spline(self.terms.points.x)))

    @property
    def unit(self) -> float:
        """What a constant costs, or the polygon through the best values if that is less, above what nothing removes."""
        terms = self.terms
        best = midpoint(*terms.best_values())
        constant = terms.best_constant()
        removable = np.inf
        if np.isfinite(constant):
            removable = terms.total(np.full_like(terms.points.x, constant)) - terms.total(best)
        polygon = self.penalty(LinearSpline(terms.points.x, best)) if np.all(np.isfinite(best)) else np.inf
        unit = min(removable, polygon)
        return unit if 0 < unit < np.inf else 1.0

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Of the multipliers."""
        low, high = self.terms.loss.domain(self.terms.y)
        return -high, -low

    @property
    def multiplier_scale(self) -> float:
        """How many times larger multipliers are in the user's units."""
        return self.factor / self.units.y_scale


def gap_to_penalty(gap: float, penalty: float, round_off: float) -> float:
    """A gap as a share of the penalty, and 0 where it is round-off."""
    if gap <= round_off:
        return 0.0
    return gap / penalty if penalty > 0 else np.inf


LEAST_BETA = 1e-300
"""In units of the problem, where one divides by it; whatever it is, the certificate is about the user's."""


def unit_loss_problem(terms: LossTerms, beta: float, skip_connection: bool) -> LossProblem:
    """The problem in unit x, and in unit y where its loss has no labels."""
    points, y = terms.points, terms.y
    units = unit_problem(points, 1.0, skip_connection).units
    y_offset, y_scale = 0.0, 1.0
    if not terms.loss.needs_labels:
        y_offset = float(np.sort(y)[y.size // 2])
        y_scale = 2.0 ** np.ceil(np.log2(np.ptp(y))) if np.ptp(y) > 0 else 1.0
    units = Normalization(units.x_offset, units.x_scale, y_offset, float(y_scale))
    loss, factor = terms.loss.in_units(units.y_scale)
    match loss:
        case Huber(delta) if delta <= NEARLY_ABSOLUTE:
            loss, factor = Absolute(), factor * delta
    unit_terms = LossTerms(replace(points, x=units.unit_x(points.x)), units.unit_y(y), loss)
    unit_beta = max(beta * units.y_scale / (units.x_scale * factor), LEAST_BETA if beta > 0 else 0.0)
    return LossProblem(unit_terms, unit_beta, skip_connection, units, factor)
