"""From an optimal spline to a `Solution`: every solver's answer passes through the one certificate."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn.objective import certify_fit, per_point, spline_cost, squared_loss
from cvxdnn.solution import Solution, Status
from cvxdnn.spline import LinearSpline, MergedPoints, interpolating_spline

Vector = NDArray[np.float64]

TOLERANCE = 1e-6
"""Largest relative gap at which a solution is called optimal."""


def certified_solution(
    points: MergedPoints, y: ArrayLike, spline: LinearSpline, beta: float, skip_connection: bool
) -> Solution:
    """The solution that a spline in the user's units is, with its certificate."""
    return _solution(points, y, spline, spline(points.x), beta, skip_connection, Status.OPTIMAL)


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
) -> Solution:
    cost = spline_cost(spline, points, skip_connection)
    certificate = certify_fit(points, fitted, cost, beta, skip_connection=skip_connection)
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
