"""The two-layer optimum for losses other than the squared one, from a conic solver's answer to a certified solution.

The problem is brought to the unit box where the loss allows it: x always; y for losses of f - y, whose thresholds are
scaled along; never for labels. The solver's values become a spline, bends that are only its noise are dropped, and its
multipliers are one of the candidates for the certificate in the user's units.

Without weight decay (the limit beta -> 0) the loss is as small as possible at every input. Where each input has a
single best value the interpolating spline through these is wanted, else the straightest function in a band. `gap` then
speaks of the loss, and the status also of the path norm. The logistic loss has no such limit where the labels at an
input agree: it falls for ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn.convex.band import Band
from cvxdnn.convex.certified import TOLERANCE
from cvxdnn.convex.conic import ATTEMPTS, ConicAnswer, solve_conic
from cvxdnn.convex.tidy import NOISE, fewer_bends, first
from cvxdnn.datasets import Normalization
from cvxdnn.evaluation import fit_of
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.loss_terms import LossTerms
from cvxdnn.losses import Logistic, Loss
from cvxdnn.objective import certify_terms, loss_terms, spline_cost
from cvxdnn.solution import Solution, Status
from cvxdnn.spline import LinearSpline, MergedPoints

__all__ = ["LossProblem", "solve_loss", "unit_loss_problem"]

Vector = NDArray[np.float64]

ACCEPTED = 1e-9
"""Largest relative gap at which no other attempt is made."""


@dataclass(frozen=True, eq=False)
class LossProblem:
    """The training problem in the units that solvers work in.

    terms : the data term, x in [0, 1] and, unless y are labels, y in an interval of length 1 around 0
    factor : how many times larger the objective is in the user's units
    """

    terms: LossTerms
    beta: float
    skip_connection: bool
    units: Normalization
    factor: float

    def objective(self, spline: LinearSpline) -> float:
        """Loss and penalty of a spline, in these units."""
        points = self.terms.points
        return self.terms.total(spline(points.x)) + self.beta * spline_cost(spline, points, self.skip_connection)

    def relative_gap(self, answer: ConicAnswer) -> float:
        """How far the certificate leaves the solver's values from the optimum."""
        primal = self.objective(LinearSpline(self.terms.points.x, answer.values))
        bound = self.terms.best_bound(
            [self.terms.multipliers(answer.values), answer.multipliers], self.beta, self.skip_connection
        )
        return (primal - bound.value) / primal if primal > 0 else 0.0

    def to_user(self, multipliers: Vector) -> Vector:
        """The multipliers in the units of the data."""
        return multipliers * (self.factor / self.units.y_scale)


def unit_loss_problem(terms: LossTerms, beta: float, skip_connection: bool) -> LossProblem:
    """The problem in unit x, and in unit y where its loss has no labels."""
    points, y = terms.points, terms.y
    x_scale = float(points.x[-1] - points.x[0]) or 1.0
    y_offset, y_scale = 0.0, 1.0
    if not terms.loss.needs_labels:
        y_offset, y_scale = float(y.min() / 2 + y.max() / 2), float(np.ptp(y)) or 1.0
    units = Normalization(float(points.x[0]), x_scale, y_offset, y_scale)
    loss, factor = terms.loss.in_units(y_scale)
    unit_terms = LossTerms(replace(points, x=units.unit_x(points.x)), units.unit_y(y), loss)
    return LossProblem(unit_terms, beta * y_scale / (x_scale * factor), skip_connection, units, factor)


def solve_loss(
    points: MergedPoints, y: ArrayLike, loss: Loss, beta: float, skip_connection: bool, method: str
) -> Solution:
    """The certified optimum; see `cvxdnn.solve` for the parameters."""
    terms = loss_terms(points, y, loss)
    _check_that_an_optimum_exists(terms, beta, skip_connection)
    if points.x.size == 1:
        constant = LinearSpline(points.x, np.array([terms.best_constant()]))
        return _solution(terms, constant, terms.at_rest, beta, skip_connection)
    if beta == 0:
        return _without_weight_decay(terms, skip_connection)
    problem = unit_loss_problem(terms, beta, skip_connection)
    answer = _answer(problem, method)
    spline = problem.units.user_spline(_tidied(problem, answer.values))
    return _solution(terms, spline, problem.to_user(answer.multipliers), beta, skip_connection)


def _answer(problem: LossProblem, method: str) -> ConicAnswer:
    if method == "dictionary":
        from cvxdnn.convex.dictionary import solve_loss_dictionary  # cvxpy is heavy: only when asked for

        return solve_loss_dictionary(problem.terms, problem.beta, problem.skip_connection)
    answers = []
    for attempt in ATTEMPTS:
        answers.append(solve_conic(problem.terms, problem.beta, problem.skip_connection, attempt))
        if problem.relative_gap(answers[-1]) <= ACCEPTED:
            return answers[-1]
    return min(answers, key=problem.relative_gap)


def _solution(
    terms: LossTerms,
    spline: LinearSpline,
    dual: Vector,
    beta: float,
    skip_connection: bool,
    when_accurate: Status = Status.OPTIMAL,
) -> Solution:
    """The solution that a spline in the user's units is."""
    points = terms.points
    fit = fit_of(spline, points.x, skip_connection)
    certificate = certify_terms(terms, fit, beta, skip_connection=skip_connection, dual=dual)
    is_accurate = certificate.relative_gap <= TOLERANCE or certificate.gap <= terms.round_off(fit.values)
    return Solution(
        spline=spline,
        objective=certificate.primal,
        loss=certificate.loss,
        penalty=beta * fit.cost,
        path_norm=fit.cost,
        effective_beta=beta,
        dual=certificate.multipliers,
        gap=certificate.gap,
        relative_gap=certificate.relative_gap,
        status=when_accurate if is_accurate else Status.INACCURATE,
        beta=beta,
        x_range=(float(points.x[0]), float(points.x[-1])),
        skip_connection=skip_connection,
        certificate=certificate,
        data=(points.x[points.group], terms.y),
        loss_function=terms.loss,
    )


def _check_that_an_optimum_exists(terms: LossTerms, beta: float, skip_connection: bool) -> None:
    """Only the logistic loss can fall for ever: along a constant, a free line, or without weight decay."""
    if not isinstance(terms.loss, Logistic):
        return
    if not np.isfinite(terms.best_constant()):
        raise InvalidInputError(
            f"y holds only the label {terms.y[0]:g}; with loss='logistic' the best function is then infinite: "
            "add points of the other class, or use loss='hinge'"
        )
    if beta == 0 and not np.isfinite(terms.best_values()).all():
        raise InvalidInputError(
            "beta is 0; with loss='logistic' the best function is then infinite wherever the labels agree: "
            "use beta > 0, or loss='hinge'"
        )
    if skip_connection and _separable_by_a_line(terms):
        raise InvalidInputError(
            "skip_connection is True and one threshold on x separates the labels in y; with loss='logistic' the best "
            "slope is then infinite: use skip_connection=False, or loss='hinge'"
        )


def _separable_by_a_line(terms: LossTerms) -> bool:
    x = terms.points.x[terms.points.group]
    positive, negative = x[terms.y > 0], x[terms.y < 0]
    overlap = positive.max() > negative.min() and negative.max() > positive.min()
    return bool(terms.points.x.size > 1 and not overlap)


def _tidied(problem: LossProblem, values: Vector) -> LinearSpline:
    """The spline with these values (m,), without bends that are only noise."""
    x = problem.terms.points.x

    def candidates() -> Iterator[LinearSpline]:
        yield LinearSpline(x[:1], np.array([problem.terms.best_constant()]))
        yield from fewer_bends(x, values)

    enough = problem.objective(LinearSpline(x, values)) * (1 + NOISE)
    return first(candidates(), lambda spline: problem.objective(spline) <= enough)


def _without_weight_decay(terms: LossTerms, skip_connection: bool) -> Solution:
    points = terms.points
    low, high = terms.best_values()
    if np.array_equal(low, high):
        spline = LinearSpline(points.x, low)
        return _solution(terms, spline, terms.at_rest, 0.0, skip_connection, Status.INTERPOLATES)
    problem = unit_loss_problem(terms, 0.0, skip_connection)
    unit_points, units = problem.terms.points, problem.units
    band = Band(unit_points.x, *problem.terms.best_values(), skip_connection)
    spline, excess = band.narrowed(8 * np.finfo(np.float64).eps * abs(units.y_offset) / units.y_scale).straightest()
    status = Status.OPTIMAL if excess <= TOLERANCE else Status.INACCURATE
    return _solution(terms, units.user_spline(spline), terms.at_rest, 0.0, skip_connection, status)
