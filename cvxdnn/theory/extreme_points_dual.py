"""The dual feasible set of two-layer training, for pictures: a polytope whose corners lie on its exact boundary.

The set `{lambda : |lambda^T q| <= beta for all q in Q}` is convex and symmetric, and only the extreme points of Q
matter: a spike gives a flat facet, an arc a ruled strip, a curved patch of Q a curved patch here. Facets of the hull of
Q and -Q correspond to corners of the set: the plane `{q : c^T q = 1}` of a facet gives the corner `beta c`. So the
sampled rims of Q (see `rectified_ellipsoid`) give a polytope that is slightly too large between samples; its corners
are moved inwards along their ray, with the exact support function, and edges between flat facets stay sharp.

With one input and biases the set is a polytope in the plane `1^T lambda = 0`, exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array, Indices, Mask
from cvxdnn.theory.extreme_points_hull import hull_facets, solid
from cvxdnn.theory.extreme_points_pieces import rectified_ellipsoid
from cvxdnn.theory.extreme_points_ramps import ramps_at_data
from cvxdnn.theory.extreme_points_support import SupportFunction
from cvxdnn.theory.inputs import matrix, positive_beta


@dataclass(frozen=True, eq=False)
class DualSet:
    """The dual feasible set in R^n, n = 2 or 3.

    points : (m, n) corners on its boundary, or where the drawing is cut off
    facets : (k, 3) triangles for n = 3, (k, 2) edges in order for n = 2; with biases edges of a polygon, or a segment
    touching : (k, n) the feature q or -q that touches the facet and is normal to it; zero where the drawing is cut off
    """

    points: Array
    facets: Indices
    touching: Array

    @property
    def active(self) -> NDArray[np.int_]:
        """(k,) on how many samples the touching feature is positive; 0 where the drawing is cut off."""
        largest = np.abs(self.touching).max(axis=1, keepdims=True)
        return np.asarray(np.sum(np.abs(self.touching) > 1e-9 * largest, axis=1), dtype=np.int_)


def dual_set(X: ArrayLike, *, beta: float, limit: float, resolution: int = 32, bias: bool = False) -> DualSet:
    """The dual feasible set for two or three samples.

    Parameters
    ----------
    X : (n, d) samples in rows, n = 2 or 3; with `bias` one input, (n,) or (n, 1)
    beta : float > 0
    limit : float > 0
        The drawing is cut off where an entry of lambda exceeds this: a sample that is zero leaves the set unbounded.
    resolution : int >= 2
        Of the rims of Q.

    Raises
    ------
    InvalidInputError
        For another number of samples, or values that are not usable numbers.
    """
    inputs, beta, limit = matrix("X", X), positive_beta(beta), validation.positive("limit", limit)
    bias = validation.boolean("bias", bias)
    if len(inputs) not in (2, 3):
        raise InvalidInputError(f"X has {len(inputs)} samples; the dual set can be drawn for 2 or 3")
    if bias:
        return _with_bias(inputs[:, 0], beta, limit)
    rims = [piece.rim for piece in rectified_ellipsoid(inputs, resolution=resolution)]
    corners = _polar(np.vstack([np.zeros((0, len(inputs))), *rims]), beta, limit)
    support = SupportFunction(inputs)
    reached = support(np.stack([corners, -corners], axis=1)).max(axis=1)
    points = corners * (beta / np.maximum(reached, beta))[:, None]
    facets = _facets(points)
    touching = support.touching(points[facets].mean(axis=1))
    return DualSet(points, facets, np.where(_is_cut(points, facets, limit)[:, None], 0.0, touching))


def _with_bias(x: Array, beta: float, limit: float) -> DualSet:
    directions, kinks = ramps_at_data(x)
    features = np.maximum(directions[:, None] * (x - kinks[:, None]), 0.0)
    plane = np.linalg.svd(np.ones((1, len(x))))[2][1:]  # orthonormal rows, (n - 1, n)
    corners = _polar(features @ plane.T, beta, limit)
    facets = _facets(corners)
    signed = np.vstack([np.zeros((1, len(x))), features, -features])
    touching = signed[(corners[facets].mean(axis=1) @ plane @ signed.T).argmax(axis=1)]
    return DualSet(corners @ plane, facets, np.where(_is_cut(corners, facets, limit)[:, None], 0.0, touching))


def _polar(features: Array, beta: float, limit: float) -> Array:
    """Corners (m, n) of {lambda : |lambda^T q| <= beta for the features q (k, n), |lambda_i| <= limit}."""
    n = features.shape[1]
    # In units of the limit, at most 10^6 times the least extent: qhull resolves no more contrast, nor does a screen.
    unit = min(limit, 1e6 * beta / max(float(np.abs(features).max(initial=0.0)), 1e-200))
    walls = np.vstack([features * (unit / beta), np.eye(n) * (unit / limit)])
    if n == 1:
        return unit * np.array([[1.0], [-1.0]]) / np.abs(walls).max()
    # A facet's plane is normal^T q + offset = 0 with a unit outer normal and a negative offset, as 0 is inside.
    equations = solid(np.vstack([walls, -walls])).equations
    corners = -equations[:, :-1] / equations[:, -1:]
    scale = float(np.abs(corners).max())
    return np.asarray(np.unique(np.round(corners / scale, 11), axis=0) * (scale * unit), dtype=np.float64)


def _facets(corners: Array) -> Indices:
    """Triangles of the hull in R^3, its edges in order in R^2, the segment in R^1."""
    return np.array([[0, 1]], dtype=np.intp) if corners.shape[1] == 1 else hull_facets(corners)


def _is_cut(corners: Array, facets: Indices, limit: float) -> Mask:
    """Which facets lie where an entry of lambda is at the limit."""
    middles: Array = np.abs(corners[facets].mean(axis=1))
    return middles.max(axis=1, initial=0.0) >= limit * (1 - 1e-9)
