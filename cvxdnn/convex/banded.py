"""The banded form of the two-layer problem: the same optimum in O(n) numbers instead of a dense dictionary.

A conic solver finds the shape (`conic`), the active-set method makes it exact (`active_set`), and the better
certified of the two is returned. Cases that need no iteration are answered in closed form.
"""

import numpy as np
from numpy.typing import NDArray

from cvxdnn.convex.active_set import ActiveSet, polish, with_regime
from cvxdnn.convex.conic import ConicAnswer, solve_conic
from cvxdnn.convex.problem import Problem
from cvxdnn.objective import largest_beta, tube
from cvxdnn.spline import LinearSpline

Vector = NDArray[np.float64]


def solve_banded(problem: Problem) -> LinearSpline:
    """The optimal spline of a problem with beta > 0, in the problem's units."""
    points = problem.points
    if points.x.size == 1:
        return LinearSpline(points.x, points.y)
    if points.x.size == 2 or problem.beta >= largest_beta(points, problem.skip_connection):
        exact = polish(problem, _no_knots(problem))
        if exact is not None:
            return exact
    answer = solve_conic(problem)
    if not np.isfinite(answer.residual).all():
        return polish(problem, _no_knots(problem)) or _mean(problem)
    rough = LinearSpline(points.x, points.y - answer.residual)
    exact = polish(problem, _active_set(problem, answer))
    return min((s for s in (exact, rough) if s is not None), key=lambda s: problem.certify(s).relative_gap)


def _mean(problem: Problem) -> LinearSpline:
    points = problem.points
    return LinearSpline(points.x[:1], np.array([points.weight @ points.y / points.weight.sum()]))


def _no_knots(problem: Problem) -> ActiveSet:
    return ActiveSet(np.zeros(0, dtype=np.intp), np.zeros(0))


def _active_set(problem: Problem, answer: ConicAnswer) -> ActiveSet:
    """Knots are where z is near the wall and the slope really changes, each measured in its own scale."""
    points, beta = problem.points, problem.beta
    picture = tube(points.x, points.weight * answer.residual, beta)
    changes = np.diff(answer.slopes)
    variation = np.abs(changes).sum()
    slack = np.maximum(picture.half_width - np.abs(picture.z[1:-1]), 0.0) / picture.half_width
    is_knot = np.abs(changes) * changes.size > slack * variation
    knots = np.flatnonzero(is_knot & (changes != 0)) + 1
    active = ActiveSet(knots, np.sign(changes[knots - 1]))
    if problem.skip_connection:
        return active
    return with_regime(active, picture.c, beta)
