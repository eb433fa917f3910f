"""The banded form of the two-layer problem: the same optimum in O(n) numbers instead of a dense dictionary.

An interior point method on a working set of knots finds the shape (`working_set`), the active-set method makes it
exact (`active_set`), and the better certified of the two is returned. Cases that need no iteration are answered by
the active-set method alone, which starts from the function without knots.
"""

import numpy as np

from cvxdnn.convex.active_set import ActiveSet
from cvxdnn.convex.polish import Candidate, polish
from cvxdnn.convex.problem import Problem
from cvxdnn.convex.working_set import shapes
from cvxdnn.core.objective import largest_beta
from cvxdnn.core.spline import LinearSpline

ACCEPTED = 1e-9
"""Relative gap at which no better answer is looked for."""
CLUSTERS = (1e-14, 1e-12, 1e-10, 1e-8)
"""Knots as near to each other as this, in the units of the problem, are joined where the answer is not good enough."""


def solve_banded(problem: Problem) -> Candidate:
    """The optimum of a problem with beta > 0, in the problem's units."""
    special = _special_case(problem)
    return _iterated(problem) if special is None else special


def _special_case(problem: Problem) -> Candidate | None:
    """The optimum for one or two points, or when it has no knots; None for all other problems."""
    points = problem.points
    if points.x.size == 1:
        return without_knots(problem)
    if problem.beta >= largest_beta(points, problem.skip_connection):
        return without_knots(problem)
    if points.x.size == 2:
        return polish(problem, ActiveSet(np.zeros(0, dtype=np.intp), np.zeros(0)))
    return None


def without_knots(problem: Problem) -> Candidate:
    """The best constant; with a skip connection the best line."""
    points = problem.points
    x, weight = points.x, points.weight / points.weight.sum()
    mean = float(weight @ points.y)
    slope = 0.0
    # Said outright: a slope of 1e-17 would cost something under an enormous weight decay.
    if problem.skip_connection and x.size > 1:
        centred = x - weight @ x
        slope = float((weight * centred) @ (points.y - mean) / ((weight * centred) @ centred))
        mean -= slope * float(weight @ (x - x[0]))
    return Candidate(problem, LinearSpline(x[:1], np.array([mean]), slope, slope))


def _iterated(problem: Problem) -> Candidate:
    """The first answer that is certified to `ACCEPTED`, or else the best."""
    candidates = []
    closest = float(np.diff(problem.points.x).min())
    for apart in (0.0, *(apart for apart in CLUSTERS if apart > closest)):
        for shape in shapes(problem, apart):
            exact = polish(problem, shape.active, apart)
            if exact is not None:
                if exact.relative_gap <= ACCEPTED:
                    return exact
                candidates.append(exact)
            candidates.append(Candidate(problem, LinearSpline(problem.points.x[shape.support], shape.values)))
    return min(candidates, key=lambda candidate: candidate.relative_gap)
