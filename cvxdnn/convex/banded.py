"""The banded form of the two-layer problem: the same optimum in O(n) numbers instead of a dense dictionary.

An interior point method on a working set of knots finds the shape (`working_set`), the active-set method makes it
exact (`active_set`), and the better certified of the two is returned. Cases that need no iteration are answered by
the active-set method alone, which starts from the function without knots.
"""

import numpy as np

from cvxdnn.convex.active_set import ActiveSet, polish
from cvxdnn.convex.problem import Problem
from cvxdnn.convex.working_set import find_shape
from cvxdnn.objective import largest_beta
from cvxdnn.spline import LinearSpline


def solve_banded(problem: Problem) -> LinearSpline:
    """The optimal spline of a problem with beta > 0, in the problem's units."""
    points = problem.points
    if points.x.size == 1:
        return LinearSpline(points.x, points.y)
    if points.x.size == 2 or problem.beta >= largest_beta(points, problem.skip_connection):
        exact = polish(problem, ActiveSet(np.zeros(0, dtype=np.intp), np.zeros(0)))
        if exact is not None:
            return exact
    shape = find_shape(problem)
    exact = polish(problem, shape.active)
    rough = LinearSpline(points.x[shape.support], shape.values)
    return min((s for s in (exact, rough) if s is not None), key=lambda s: problem.certify(s).relative_gap)
