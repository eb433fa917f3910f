"""From an optimal spline to a `Solution`: every solver's answer passes through the one certificate."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn.convex.polish import Candidate
from cvxdnn.objective import certify_fit, per_point, spline_cost, squared_loss
from cvxdnn.solution import Solution, Status
from cvxdnn.spline import LinearSpline, MergedPoints, interpolating_spline

Vector = NDArray[np.float64]

TOLERANCE = 1e-6
"""Largest relative gap at which a solution is called optimal."""
ROUND_OFF = 1e-12
"""Relative gap from which on it is worth asking for better multipliers than the residuals."""


def solution_of(candidate: Candidate, points: MergedPoints, y: ArrayLike, beta: float) -> Solution:
    """The solution that a candidate is, in the user's units."""
    problem, spline = candidate.problem, candidate.problem.to_user(candidate.spline)
    solution = certified_solution(points, y, spline, beta, problem.skip_connection)
    if solution.relative_gap <= ROUND_OFF or candidate.multipliers is None:
        return solution
    multipliers = problem.units.y_scale * candidate.multipliers
    return certified_solution(points, y, spline, beta, problem.skip_connection, multipliers)


def certified_solution(
    points: MergedPoints,
    y: ArrayLike,
    spline: LinearSpline,
    beta: float,
    skip_connection: bool,
    multipliers: Vector | None = None,
) -> Solution:
    """The solution that a spline in the user's units is, with its certificate.

    `multipliers` (m,) prove the bound where residuals, being rounded as y is, prove less.
    """
    return _solution(points, y, spline, spline(points.x), beta, skip_connection, Status.OPTIMAL, multipliers)


def interpolation(points: MergedPoints, y: ArrayLike, skip_connection: bool) -> Solution:
    """The limit of vanishing weight decay: the linear spline, which fits the merged points exactly."""
    spline = interpolating_spline(points.x, points.y)
    return _solution(points, y, spline, points.y, 0.0, skip_connection, Status.INTERPOLATES)


def _solution(
    points: MergedPoints,
    y: ArrayLike,
    spline: LinearSpline,
    fitted: Vector,
    beta: float,
    skip_connection: bool,
    when_accurate: Status,
    multipliers: Vector | None = None,
) -> Solution:
    cost = spline_cost(spline, points, skip_connection)
    certificate = certify_fit(points, fitted, cost, beta, skip_connection=skip_connection, dual=multipliers)
    return Solution(
        spline=spline,
        objective=certificate.primal,
        loss=squared_loss(points, fitted),
        penalty=beta * cost,
        path_norm=cost,
        effective_beta=beta,
        dual=per_point(points, y, certificate.multipliers),
        gap=certificate.gap,
        relative_gap=certificate.relative_gap,
        status=when_accurate if certificate.relative_gap <= TOLERANCE else Status.INACCURATE,
        beta=beta,
        x_range=(float(points.x[0]), float(points.x[-1])),
        skip_connection=skip_connection,
    )
