"""The banded form of the two-layer problem: the same optimum in O(n) numbers instead of a dense dictionary.

An interior point method on a working set of knots finds the shape (`working_set`), the active-set method makes it
exact (`active_set`), and the better certified of the two is returned. Cases that need no iteration are answered by
the active-set method alone, which starts from the function without knots.
"""

import numpy as np

from cvxdnn.convex.active_set import ActiveSet, Polished, polish
from cvxdnn.convex.problem import Problem
from cvxdnn.convex.working_set import find_shape
from cvxdnn.objective import largest_beta
from cvxdnn.spline import LinearSpline


def solve_banded(problem: Problem) -> Polished:
    """The optimum of a problem with beta > 0, in the problem's units."""
    points = problem.points
    if points.x.size == 1:
        return Polished(LinearSpline(points.x, points.y), 0.0, None)
    if problem.beta >= largest_beta(points, problem.skip_connection) and not problem.skip_connection:
        # Said outright: a slope of 1e-17 would cost something under an enormous weight decay.
        mean = np.array([points.weight @ points.y / points.weight.sum()])
        return Polished(LinearSpline(points.x[:1], mean), 0.0, None)
    if is_trivial(problem):
        exact = polish(problem, ActiveSet(np.zeros(0, dtype=np.intp), np.zeros(0)))
        if exact is not None:
            return exact
    shape = find_shape(problem)
    exact = polish(problem, shape.active)
    rough = LinearSpline(points.x[shape.support], shape.values)
    rough_gap = problem.certify(rough).relative_gap
    return exact if exact is not None and exact.relative_gap <= rough_gap else Polished(rough, rough_gap, None)


def is_trivial(problem: Problem) -> bool:
    """Whether the optimum has no knots: too few points, or weight decay at its maximum."""
    points = problem.points
    return points.x.size <= 2 or problem.beta >= largest_beta(points, problem.skip_connection)
