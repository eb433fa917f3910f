"""The two-layer optimum for losses other than the squared one, from a conic solver's answer to a certified solution.

Outliers are moved nearer (`cvxdnn.convex.clipping`), the problem is solved in its own units
(`cvxdnn.convex.loss_problem`), bends that are only noise are dropped, and the multipliers are one of the candidates for
the certificate in the user's units. They have to fit the tube as they are: to make them fit would take a little from
all of them, and 1e-12 of the multiplier of a point that is 1e12 away is 1. So the solver works with a weight decay that
is smaller by a margin.

Without weight decay (the limit beta -> 0) the loss is as small as possible at every input. Where each input has a
single best value the interpolating spline through these is wanted, else the one of least path norm in a band. `gap`
then speaks of the loss, and the status also of the path norm. The logistic loss has no such limit where the labels at
an input agree: it falls for ever.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.convex.band import Band
from cvxdnn.convex.certified import TOLERANCE
from cvxdnn.convex.clipping import Clipped, Trend, clippings, with_relevant_threshold
from cvxdnn.convex.conic import ConicAnswer, loss_program
from cvxdnn.convex.conic_search import ACCEPTED, search_nodes
from cvxdnn.convex.knot_removal import NOISE, first_accepted, with_fewer_knots
from cvxdnn.convex.loss_problem import LossProblem, gap_to_penalty, unit_loss_problem
from cvxdnn.core.evaluation import fit_of
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.loss_terms import LossTerms
from cvxdnn.core.losses import Logistic, Loss
from cvxdnn.core.objective import certificate_of, certify_terms, loss_terms
from cvxdnn.core.projection import with_zero_sum
from cvxdnn.core.solution import Solution, Status
from cvxdnn.core.spline import LinearSpline, MergedPoints
from cvxdnn.core.tube import needed_beta
from cvxdnn.core.types import Array

__all__ = ["solve_loss"]

SMALLEST_MARGIN, USUAL_MARGIN, LARGEST_MARGIN = 1e-12, 3e-11, 1e-8
"""By such a share the tube is left unused, so that round-off does not carry the multipliers out of it."""
MOST_MARGINS = 4
BEYOND = 1e-12
"""By this share of the largest, multipliers may be beyond their bounds."""
ROUND_OFF = 32 * float(np.finfo(np.float64).eps)
"""Of the double integral of multipliers of order one."""
POWERS = (1.0, 0.5, 0.0)
"""Of the unit of the objective, to be tried in turn."""


def solve_loss(
    points: MergedPoints, y: ArrayLike, loss: Loss, beta: float, skip_connection: bool, method: str
) -> Solution:
    """The certified optimum; see `cvxdnn.solve` for the parameters."""
    terms = loss_terms(points, y, loss)
    _check_that_an_optimum_exists(terms, beta, skip_connection)
    if points.x.size == 1:
        constant = LinearSpline(points.x, np.array([terms.best_constant()]))
        return _solution(terms, constant, terms.at_beta_zero, beta, skip_connection)
    if beta == 0:
        return _without_weight_decay(terms, skip_connection)
    trend = Trend.of(terms, skip_connection)
    for clipped in clippings(with_relevant_threshold(trend.removed(terms))):
        problem = unit_loss_problem(clipped.terms, beta, skip_connection)
        unit_spline, multipliers = _with_margin(problem, clipped, method)
        spline, dual = problem.units.user_spline(unit_spline), multipliers * problem.multiplier_scale
        if clipped.allows(spline(points.x), dual):
            break
    dual, clipped_terms = clipped.pinned(dual), trend.restored(clipped.terms)
    return _solution(terms, trend.added_to(spline), dual, beta, skip_connection, clipped_terms=clipped_terms)


def _with_margin(problem: LossProblem, clipped: Clipped, method: str) -> tuple[LinearSpline, Array]:
    """The optimal function and its multipliers, which fit the tube as they are if there are outliers."""
    margin = float(np.clip(ROUND_OFF / problem.beta, SMALLEST_MARGIN, USUAL_MARGIN))
    for _ in range(MOST_MARGINS):
        answer = _answer(problem, method, margin)
        if not clipped.is_moved:
            return _without_noise(problem, answer), answer.multipliers
        pinned = clipped.pinned(_within_bounds(problem, answer), problem.multiplier_scale)
        multipliers = with_zero_sum(pinned, *problem.bounds)
        excess = needed_beta(problem.terms.points.x, problem.terms.at_inputs(multipliers)) / problem.beta - 1
        if not 0 < excess <= LARGEST_MARGIN:
            break
        margin = 2 * (excess + margin)
    return _without_noise(problem, answer), multipliers


def _within_bounds(problem: LossProblem, answer: ConicAnswer) -> Array:
    """The answer's multipliers, or if some are beyond their bounds those that the certificate makes of them."""
    beyond = np.abs(np.clip(answer.multipliers, *problem.bounds) - answer.multipliers).max()
    if beyond <= BEYOND * np.abs(answer.multipliers).max():
        return answer.multipliers
    return problem.certificate(problem.spline(answer), answer.multipliers).multipliers


def _answer(problem: LossProblem, method: str, margin: float) -> ConicAnswer:
    """The optimum for a weight decay that is smaller by this share, as exact as it can be had."""
    if method == "dictionary":
        from cvxdnn.convex.dictionary import solve_loss_dictionary  # cvxpy is heavy: only when asked for

        return solve_loss_dictionary(problem.terms, problem.beta, problem.skip_connection)

    answers, accepted = [], max(ACCEPTED, 2 * margin)
    for power in POWERS:
        beta, unit = problem.beta * (1 - margin), problem.unit**power
        program = loss_program(problem.terms, beta, unit, problem.skip_connection)
        answers.append(search_nodes(program, problem.error, accepted))
        if answers[-1][1] <= accepted:
            break
    return min(answers, key=lambda pair: pair[1])[0]


def _solution(
    terms: LossTerms,
    spline: LinearSpline,
    dual: Array,
    beta: float,
    skip_connection: bool,
    when_accurate: Status = Status.OPTIMAL,
    clipped_terms: LossTerms | None = None,
) -> Solution:
    """The solution that a spline in the user's units is.

    The status is that of the data term `clipped_terms`, in which no loss drowns the rest.
    """
    points = terms.points
    fit = fit_of(spline, points.x, skip_connection)
    clipped = clipped_terms or terms
    proof = certificate = certify_terms(clipped, fit, beta, skip_connection=skip_connection, dual=dual)
    if clipped is not terms:
        bound = terms.bound_of(proof.multipliers, proof.point)
        certificate = certificate_of(terms, fit, beta, bound, skip_connection=skip_connection)
    gap = gap_to_penalty(proof.excess, beta * fit.cost, clipped.round_off(fit.values))
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
        status=when_accurate if gap <= TOLERANCE else Status.INACCURATE,
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


def _without_noise(problem: LossProblem, answer: ConicAnswer) -> LinearSpline:
    """The answer's function without bends that are only noise."""
    points = problem.terms.points

    def candidates() -> Iterator[LinearSpline]:
        yield LinearSpline(points.x[:1], np.array([problem.terms.best_constant()]))
        yield from with_fewer_knots(points.x, answer.values, answer.nodes)

    given = problem.spline(answer)
    enough = problem.objective(given) + NOISE * problem.penalty(given)
    enough += problem.terms.round_off(given(points.x)) / 64
    return first_accepted(candidates(), lambda spline: problem.objective(spline) <= enough)


def _without_weight_decay(terms: LossTerms, skip_connection: bool) -> Solution:
    points = terms.points
    low, high = terms.best_values()
    if np.array_equal(low, high):
        spline = LinearSpline(points.x, low)
        return _solution(terms, spline, terms.at_beta_zero, 0.0, skip_connection, Status.INTERPOLATES)
    problem = unit_loss_problem(terms, 0.0, skip_connection)
    unit_points, units = problem.terms.points, problem.units
    band = Band(unit_points.x, *problem.terms.best_values(), skip_connection)
    spline, excess = band.narrowed(8 * np.finfo(np.float64).eps * abs(units.y_offset) / units.y_scale).solve()
    status = Status.OPTIMAL if excess <= TOLERANCE else Status.INACCURATE
    return _solution(terms, units.user_spline(spline), terms.at_beta_zero, 0.0, skip_connection, status)
