"""Which points can be knots: an interior point method on few support points, enlarged until the tube holds all.

A spline on K support points is optimal among all splines exactly when z, the double integral of its residual,
stays in the tube at *every* data point. So solve on a coarse support, look where z leaves the tube, add the worst
point of every piece, drop support points that are neither bent nor near the wall, and repeat. Each look costs O(n);
the number of rounds hardly depends on n.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cvxdnn.convex.active_set import ActiveSet, tube_curve, with_regime, worst_violations
from cvxdnn.convex.hat_basis import hat_quadratic
from cvxdnn.convex.interior_point import InteriorPoint, interior_point
from cvxdnn.convex.problem import Problem

Vector = NDArray[np.float64]
Indices = NDArray[np.intp]

COARSE = 48
"""Support points to begin with; problems up to this size are solved at once."""
MAX_ROUNDS = 40
FIRST_TOLERANCE, TOLERANCE = 1e-4, 1e-9
OUTSIDE = 1e-8
"""Share of the half width by which z may leave the tube before the active-set method takes over."""


@dataclass(frozen=True, eq=False)
class Shape:
    """An approximate optimum: support points, values there, and the guess of its exact shape."""

    support: Indices
    values: Vector
    active: ActiveSet


def find_shape(problem: Problem) -> Shape:
    """Support, values and active set of the optimum of a problem with three or more points and beta > 0."""
    points = problem.points
    n = points.x.size
    support = np.unique(np.linspace(0, n - 1, min(n, COARSE)).astype(np.intp))
    is_first = support.size < n
    for _ in range(MAX_ROUNDS):
        answer = interior_point(
            hat_quadratic(points, support),
            problem.beta,
            skip_connection=problem.skip_connection,
            tolerance=FIRST_TOLERANCE if is_first else TOLERANCE,
        )
        entering = _outside(problem, support, answer)
        if entering.size == 0 and not is_first:
            break
        if entering.size:
            stays = np.ones(answer.z.size, dtype=bool) if is_first else _matters(answer)
            support = np.unique(np.concatenate([[0], support[1:-1][stays], entering, [n - 1]]))
        is_first = False
    return Shape(support, answer.values, _active_set(problem, support, answer))


def _outside(problem: Problem, support: Indices, answer: InteriorPoint) -> Indices:
    """In every piece, the point where z leaves the tube farthest."""
    points = problem.points
    if support.size == points.x.size:
        return np.zeros(0, dtype=np.intp)
    residual = points.y - np.interp(points.x, points.x[support], answer.values)
    at_support = np.concatenate([[answer.kappa / 2], answer.z, [-answer.kappa / 2]])
    z = tube_curve(points.x, points.weight * residual, support, at_support)
    return worst_violations(z, answer.half_width, support, OUTSIDE)


def _matters(answer: InteriorPoint) -> NDArray[np.bool_]:
    """Support points that are bent, or so near the wall that they may soon be."""
    slack = answer.half_width - np.abs(answer.z)
    bend = np.maximum(answer.rising, answer.falling)
    typical = np.abs(answer.rising - answer.falling).mean()
    return (slack < 1e-3 * answer.half_width) | (bend * answer.half_width > 1e-3 * typical * slack)


def _active_set(problem: Problem, support: Indices, answer: InteriorPoint) -> ActiveSet:
    """Knots are support points more bent than away from the wall, each measured in its own scale."""
    changes = answer.rising - answer.falling
    variation = float(np.abs(changes).sum()) or 1.0
    slack = (answer.half_width - np.abs(answer.z)) / answer.half_width
    is_knot = (np.abs(changes) * changes.size > slack * variation) & (changes * answer.z > 0)
    active = ActiveSet(support[1:-1][is_knot], changes[is_knot])
    return active if problem.skip_connection else with_regime(active, answer.kappa, problem.beta)
