"""Which points can be knots: an interior point method on few support points, enlarged until the tube holds all.

A spline on K support points is optimal among all splines exactly when z, the double integral of its residual,
stays in the tube at *every* data point. So solve on a coarse support, look where z leaves the tube, add the worst
point of every piece, drop support points that are neither bent nor near the wall, and repeat. Each look costs O(n);
the number of rounds hardly depends on n.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cvxdnn.convex.active_set import ActiveSet, Regime, tube_curve, with_ends, with_regime, worst_violations
from cvxdnn.convex.hat_basis import hat_quadratic, interpolated
from cvxdnn.convex.interior_point import InteriorPoint, interior_point
from cvxdnn.convex.problem import Problem
from cvxdnn.core.types import Array, Indices, Mask

COARSE = 128
"""Support points to begin with; problems up to this size are solved at once."""
MAX_ROUNDS = 40
SMALL = 10_000
"""Points up to which a rough shape is offered first: correcting it takes more looks at all points, but spares half of
the interior point method."""

NEAR_WALL = 0.1
"""Share of the half width within which a point may be a knot."""
VANISHING = 1e-20
"""Weight decay for each point below which the optimum can hardly be told from the interpolant."""


@dataclass(frozen=True)
class _Accuracy:
    """When to be content: relative gap of the interior point method, share of the half width by which z may leave the
    tube, and how many points may be farther out."""

    gap: float
    outside: float
    points_outside: int


ROUGH, FINE = _Accuracy(1e-5, 1e-4, 8), _Accuracy(1e-9, 1e-8, 0)


@dataclass(frozen=True, eq=False)
class Shape:
    """An approximate optimum: support points, values there, and the guess of its exact shape."""

    support: Indices
    values: Array
    active: ActiveSet


def shapes(problem: Problem, apart: float = 0.0) -> Iterator[Shape]:
    """Approximations of the optimum for three or more points and beta > 0; who asks again gets a better one.

    With `apart` support points keep that distance from each other. All points still count in the loss.
    """
    n = problem.points.x.size
    if problem.beta <= VANISHING * problem.points.weight.sum():
        yield _interpolant(problem)
    allowed = _spread(problem.points.x, apart) if apart else np.arange(n)
    support = allowed[np.unique(np.linspace(0, allowed.size - 1, min(allowed.size, COARSE)).astype(np.intp))]
    if support.size < 3:
        return
    for accuracy in (ROUGH, FINE) if n <= SMALL and not apart else (FINE,):
        support, answer = _with_support_enlarged(problem, support, accuracy, allowed)
        yield Shape(support, answer.values, _active_set(problem, support, answer, _bent(answer)))
    yield Shape(support, answer.values, _active_set(problem, support, answer, _near_the_wall(answer)))


def _interpolant(problem: Problem) -> Shape:
    """The spline through all points, whose shape the optimum has when weight decay vanishes."""
    points = problem.points
    slopes = np.diff(points.y) / np.diff(points.x)
    changes = np.diff(slopes)
    knots = np.flatnonzero(changes) + 1
    ends, variation = float(slopes[0] + slopes[-1]), float(np.abs(changes).sum())
    is_steep = abs(ends) > variation and not problem.skip_connection
    regime = Regime.END if is_steep else Regime.BALANCED
    active = ActiveSet(knots, changes[knots - 1], regime, float(np.sign(ends)) or 1.0)
    support = with_ends(knots, points.x.size)
    return Shape(support, points.y[support], active)


def _spread(x: Array, apart: float) -> Indices:
    """Both ends, and of the points between as many as keep the distance, from left to right."""
    places, place = [0], 0
    while True:
        place = int(np.searchsorted(x, x[place] + apart))
        if place >= x.size or x[-1] - x[place] < apart:
            return np.array([*places, x.size - 1])
        places.append(place)


def _with_support_enlarged(
    problem: Problem, support: Indices, accuracy: _Accuracy, allowed: Indices
) -> tuple[Indices, InteriorPoint]:
    """The optimum on a support that holds all its knots, looked for from another support."""
    answer = _on_support(problem, support, accuracy)
    for _ in range(MAX_ROUNDS):
        entering = _outside(problem, support, answer, accuracy.outside, allowed)
        if entering.size <= accuracy.points_outside:
            break
        stays = support[1:-1][_matters(answer)]
        support = np.unique(np.concatenate([[0], stays, entering, [problem.points.x.size - 1]]))
        answer = _on_support(problem, support, accuracy)
    return support, answer


def _on_support(problem: Problem, support: Indices, accuracy: _Accuracy) -> InteriorPoint:
    """The optimum among the splines with this support."""
    quadratic = hat_quadratic(problem.points, support)
    return interior_point(quadratic, problem.beta, skip_connection=problem.skip_connection, tolerance=accuracy.gap)


def _outside(problem: Problem, support: Indices, answer: InteriorPoint, tolerance: float, allowed: Indices) -> Indices:
    """In every piece, the allowed point where z leaves the tube farthest."""
    points = problem.points
    if support.size == allowed.size:
        return np.zeros(0, dtype=np.intp)
    pulls = points.y - interpolated(points.x, support, answer.values)
    pulls *= points.weight
    at_support = np.concatenate([[answer.kappa / 2], answer.z, [-answer.kappa / 2]])
    z = tube_curve(points.x, pulls, support, at_support)
    if allowed.size < z.size:
        z[np.delete(np.arange(z.size), allowed)] = 0.0
    return worst_violations(z, answer.half_width, support, tolerance)


def _matters(answer: InteriorPoint) -> Mask:
    """Support points that are bent, or so near the wall that they may soon be."""
    slack = answer.half_width - np.abs(answer.z)
    bend = np.maximum(answer.rising, answer.falling)
    typical = np.abs(answer.rising - answer.falling).mean()
    return (slack < 1e-3 * answer.half_width) | (bend * answer.half_width > 1e-3 * typical * slack)


def _bent(answer: InteriorPoint) -> Mask:
    """Support points more bent than away from the wall, each measured in its own scale."""
    changes = answer.rising - answer.falling
    variation = float(np.abs(changes).sum()) or 1.0
    return np.asarray(np.abs(changes) * changes.size > _slack(answer) * variation)


def _near_the_wall(answer: InteriorPoint) -> Mask:
    """A generous guess, for data whose slopes span many decades: what is too much, the active-set method drops."""
    return np.asarray(_slack(answer) < NEAR_WALL)


def _slack(answer: InteriorPoint) -> Array:
    """Distance of z from the wall, as a share of the half width."""
    return np.asarray((answer.half_width - np.abs(answer.z)) / answer.half_width)


def _active_set(problem: Problem, support: Indices, answer: InteriorPoint, is_knot: Mask) -> ActiveSet:
    """The guess that these inner support points are knots."""
    changes = answer.rising - answer.falling
    is_knot = is_knot & (changes * answer.z > 0)
    active = ActiveSet(support[1:-1][is_knot], changes[is_knot])
    return active if problem.skip_connection else with_regime(active, answer.kappa, problem.beta)
