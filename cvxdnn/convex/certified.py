"""From an optimal spline to a `Solution`: every solver's answer passes through the one certificate.

Solvers work in units that are powers of two apart from the user's, with exact offsets (`cvxdnn.convex.problem`). So the
certificate of their spline, and the spline itself, are those of the data as given: only the scale is another.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.convex.polish import Candidate
from cvxdnn.convex.problem import Problem
from cvxdnn.core.evaluation import fit_of
from cvxdnn.core.losses import Squared
from cvxdnn.core.objective import Certificate, certify_fit, per_point
from cvxdnn.core.solution import Solution, Status
from cvxdnn.core.spline import LinearSpline, MergedPoints
from cvxdnn.core.tube import DualPoint

SQUARED = Squared()
TOLERANCE = 1e-6
"""Largest relative gap at which a solution is called optimal."""


def solution_of(candidate: Candidate, points: MergedPoints, y: ArrayLike, beta: float) -> Solution:
    """The solution that a candidate is, in the user's units."""
    problem, certificate = candidate.problem, candidate.certificate
    spline = problem.to_user(candidate.spline)
    if not problem.is_exact(beta):
        return certified_solution(points, y, spline, beta, problem.skip_connection)
    certificate = _in_user_units(certificate, problem, points, y, beta)
    solution = _solution(certificate, points, y, spline, beta, problem.skip_connection)
    # Where the active-set method has come to an end, what remains is rounding.
    is_exhausted = candidate.active is not None and solution.status is Status.INACCURATE
    return replace(solution, status=Status.PRECISION) if is_exhausted else solution


def _in_user_units(
    certificate: Certificate, problem: Problem, points: MergedPoints, y: ArrayLike, beta: float
) -> Certificate:
    """The same certificate of the data as given: a change of scale, without rounding."""
    x_scale, y_scale = problem.units.x_scale, problem.units.y_scale
    point = DualPoint(points.x, certificate.point.sums * y_scale, problem.skip_connection)
    return Certificate(
        primal=certificate.primal * y_scale**2,
        loss=certificate.loss * y_scale**2,
        cost=certificate.cost * (y_scale / x_scale),
        dual=certificate.dual * y_scale**2,
        excess=certificate.excess * y_scale**2,
        beta=beta,
        multipliers=per_point(points, y, point.portable),
        point=point,
        resolution=certificate.resolution * y_scale**2,
    )


def certified_solution(
    points: MergedPoints, y: ArrayLike, spline: LinearSpline, beta: float, skip_connection: bool
) -> Solution:
    """The solution that a spline in the user's units is, with its certificate."""
    fit = fit_of(spline, points.x, skip_connection)
    certificate = certify_fit(points, fit, beta, skip_connection=skip_connection)
    certificate = replace(certificate, multipliers=per_point(points, y, certificate.point.portable))
    return _solution(certificate, points, y, spline, beta, skip_connection)


def interpolation(points: MergedPoints, y: ArrayLike, skip_connection: bool) -> Solution:
    """The limit of vanishing weight decay: the linear spline through the merged points, all of which it holds."""
    spline = LinearSpline(points.x, points.y)
    solution = certified_solution(points, y, spline, 0.0, skip_connection)
    return replace(solution, status=Status.INTERPOLATES) if solution.status is Status.OPTIMAL else solution


def _solution(
    certificate: Certificate,
    points: MergedPoints,
    y: ArrayLike,
    spline: LinearSpline,
    beta: float,
    skip_connection: bool,
) -> Solution:
    relative_gap = certificate.relative_gap
    return Solution(
        spline=spline,
        objective=certificate.primal,
        loss=certificate.loss,
        penalty=beta * certificate.cost,
        path_norm=certificate.cost,
        effective_beta=beta,
        dual=certificate.multipliers,
        gap=certificate.gap,
        relative_gap=relative_gap,
        status=Status.OPTIMAL if relative_gap <= TOLERANCE else Status.INACCURATE,
        beta=beta,
        x_range=(float(points.x[0]), float(points.x[-1])),
        skip_connection=skip_connection,
        certificate=certificate,
        data=(points.x[points.group], np.asarray(y, dtype=np.float64).ravel()),
        loss_function=SQUARED,
    )
