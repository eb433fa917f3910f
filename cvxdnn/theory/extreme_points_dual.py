"""The dual feasible set of two-layer training, for pictures: radial samples of its exact boundary.

The set `{lambda : |lambda^T q| <= beta for all q in Q}` is convex and symmetric. In a unit direction v it ends at the
radius `beta / max(h(v), h(-v))`, with h the support function of Q. Every extreme point of the hull of Q contributes
one supporting plane: a spike gives a flat facet, an arc a ruled strip, a curved patch of Q a curved patch here.

With one input and biases the set is a polytope in the plane `1^T lambda = 0`, given by its corners.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn import validation
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.theory.extreme_points_hull import hull_facets, hull_vertices
from cvxdnn.theory.extreme_points_ramps import ramps_at_data
from cvxdnn.theory.extreme_points_support import SupportFunction
from cvxdnn.theory.inputs import matrix, positive_beta

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class DualSet:
    """Boundary points of the dual feasible set.

    points : (m, n);  facets : (k, 3) triangles for n = 3, (k, 2) edges in order for n = 2
    active : (m,) on how many samples the feature that touches there is active
    limit : the radius where the drawing stops in directions without bound; no other point is farther out
    """

    points: Array
    facets: Indices
    active: NDArray[np.int_]
    limit: float


def dual_set(X: ArrayLike, *, beta: float, limit: float, resolution: int = 60, bias: bool = False) -> DualSet:
    """The dual feasible set for two or three samples.

    Parameters
    ----------
    X : (n, d) samples in rows, n = 2 or 3; with `bias` one input, (n,) or (n, 1)
    beta : float > 0
    limit : float > 0
        Radius at which the set is cut off: it has no bound in the direction of a sample that is zero, and none along
        lines on which no feature differs.
    resolution : int >= 4
        Steps from pole to pole; the points are exact, the surface between them is flat.

    Raises
    ------
    InvalidInputError
        For another number of samples, or values that are not usable numbers.
    """
    X, beta = matrix("X", X), positive_beta(beta)
    if len(X) not in (2, 3):
        raise InvalidInputError(f"X has {len(X)} samples; the dual set can be drawn for 2 or 3")
    resolution = validation.positive_int("resolution", resolution, minimum=4)
    limit = validation.nonnegative("limit", limit)
    if bias:
        return _polytope(X[:, 0], beta, limit)
    directions, facets = _circle(2 * resolution) if len(X) == 2 else _sphere(resolution)
    support = SupportFunction(X)
    both = np.stack([directions, -directions], axis=1)
    found = support.candidates(both)
    values = found.values.reshape(len(directions), -1)
    touching = values.argmax(axis=1)
    features = found.features.reshape(len(directions), -1, len(X))[np.arange(len(directions)), touching]
    largest = values.max(axis=1)
    radius = np.minimum(limit, beta / np.maximum(largest, beta / limit))
    active = np.sum(features > 1e-9 * np.abs(X).max(initial=0.0), axis=1) * (radius < limit)
    return DualSet(directions * radius[:, None], facets, active, limit)


def _circle(steps: int) -> tuple[Array, Indices]:
    angle = np.linspace(0.0, 2 * np.pi, steps, endpoint=False)
    number = np.arange(steps, dtype=np.intp)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1), np.stack([number, np.roll(number, -1)], axis=1)


def _sphere(steps: int) -> tuple[Array, Indices]:
    """Points on the unit sphere by latitude and longitude, with the triangles between them."""
    around = 2 * steps
    polar, angle = np.meshgrid(np.linspace(0.0, np.pi, steps + 1), np.arange(around) * np.pi / steps, indexing="ij")
    points = np.stack([np.sin(polar) * np.cos(angle), np.sin(polar) * np.sin(angle), np.cos(polar)], axis=-1)
    number = np.arange((steps + 1) * around, dtype=np.intp).reshape(steps + 1, around)
    here, beside = number[:-1], np.roll(number, -1, axis=1)[:-1]
    below, across = number[1:], np.roll(number, -1, axis=1)[1:]
    triangles = [np.stack([here, below, beside], axis=-1), np.stack([beside, below, across], axis=-1)]
    return points.reshape(-1, 3), np.concatenate([part.reshape(-1, 3) for part in triangles])


def _polytope(x: Array, beta: float, limit: float) -> DualSet:
    """Corners of the polytope in the plane 1^T lambda = 0: all crossings of walls that no other wall cuts off."""
    directions, kinks = ramps_at_data(x)
    features = np.maximum(directions[:, None] * (x - kinks[:, None]), 0.0)
    n = len(x)
    plane = np.linalg.svd(np.ones((1, n)))[2][1:]  # orthonormal, (n - 1, n)
    walls = (features - features.mean(axis=1, keepdims=True)) @ plane.T
    box = np.eye(n - 1) * (beta / limit)
    walls = np.vstack([walls, -walls, box, -box]) / beta
    corners = [
        np.linalg.solve(walls[list(pair)], np.ones(n - 1))
        for pair in combinations(range(len(walls)), n - 1)
        if abs(np.linalg.det(walls[list(pair)])) > 1e-9 * np.prod(np.linalg.norm(walls[list(pair)], axis=1))
    ]
    inside = np.array([corner for corner in corners if np.all(walls @ corner <= 1 + 1e-9)])
    corner = inside[hull_vertices(inside)] @ plane
    active = np.sum(features > 0, axis=1).max(initial=0) * np.ones(len(corner), dtype=np.int_)
    facets = hull_facets(corner) if n == 3 else np.array([[0, 1]], dtype=np.intp)
    return DualSet(corner, facets, active, limit)
