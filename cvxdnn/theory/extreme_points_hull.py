"""Convex hull and extreme points of a sampled rectified ellipsoid.

Q lies in the nonnegative orthant, so each coordinate face of the orthant cuts a face out of the hull: a point of Q that
is positive exactly on S is extreme if and only if it is extreme in the hull of those points of Q that vanish outside S.
That turns the question into one of full dimension in each face, where the vertices of the hull of the samples answer
it. The origin is always extreme; so is the tip of every spike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array, Indices, Mask
from cvxdnn.theory.extreme_points_pieces import Piece

FLAT = 1e-9
"""Extents below this share of the largest count as none."""


@dataclass(frozen=True, eq=False)
class Hull:
    """The hull of the samples.

    points : (m, n) the origin first, then the rims of all pieces in order
    facets : (k, 3) triangles of its surface for n = 3, or of itself where it is flat; (k, 2) edges for n = 2, in order
    extreme : for each piece (rim points,) which of them are extreme
    """

    points: Array
    facets: Indices
    extreme: tuple[Mask, ...]


def convex_hull(pieces: Sequence[Piece]) -> Hull:
    """Hull and extreme points of the pieces of a rectified ellipsoid in R^2 or R^3 (see `rectified_ellipsoid`)."""
    n = pieces[0].rim.shape[1] if pieces else 2
    points = np.vstack([np.zeros((1, n)), *(piece.rim for piece in pieces)])
    extreme = _extreme(points)
    ends = np.cumsum([len(piece.rim) for piece in pieces])
    return Hull(points, hull_facets(points), tuple(np.split(extreme[1:], ends[:-1])) if pieces else ())


def hull_facets(points: Array) -> Indices:
    """Facets of the hull of points (m, n); none if it is a point or a segment.

    n = 3: triangles, counterclockwise seen from outside where the hull is solid;  n = 2: edges, counterclockwise
    """
    n = points.shape[1]
    flat = _coordinates(points)
    if flat.shape[1] == n == 3:
        return _outward(points, np.asarray(solid(flat).simplices, dtype=np.intp))
    if flat.shape[1] < 2:
        return np.zeros((0, n), dtype=np.intp)
    around = np.asarray(solid(flat).vertices, dtype=np.intp)
    if n == 2:
        return np.stack([around, np.roll(around, -1)], axis=1)
    return np.stack([np.full(len(around) - 2, around[0]), around[1:-1], around[2:]], axis=1)


def _outward(points: Array, triangles: Indices) -> Indices:
    """The triangles with their corners in the order that shading expects."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    inwards = np.sum(np.cross(b - a, c - a) * (a - points.mean(axis=0)), axis=1) < 0
    return np.where(inwards[:, None], triangles[:, ::-1], triangles)


def hull_vertices(points: Array) -> Indices:
    """Indices of the extreme points among points (m, n), of any dimension; one index for each place."""
    flat = _coordinates(points)
    if flat.shape[1] == 0:
        return np.zeros(1, dtype=np.intp)
    if flat.shape[1] == 1:
        return np.array([flat[:, 0].argmin(), flat[:, 0].argmax()], dtype=np.intp)
    return np.asarray(solid(flat).vertices, dtype=np.intp)


def solid(points: Array) -> ConvexHull:
    """The hull of points that span their space."""
    try:
        return ConvexHull(points)
    except QhullError:
        raise InvalidInputError(
            "X, beta or limit: the set is so much longer one way than another that it cannot be drawn; choose sizes "
            "nearer to each other"
        ) from None


def _coordinates(points: Array) -> Array:
    """The points in coordinates of their affine hull, (m, dimension), of size 1."""
    centred = points - points.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    largest = max(float(sizes[0]), 1e-300)
    coordinates: Array = (centred / largest) @ axes[sizes > FLAT * largest].T
    return coordinates


def _extreme(points: Array) -> Mask:
    """Which points are extreme in the hull, face by face of the orthant; equal points share the answer."""
    scale = float(points.max()) or 1.0
    places, which = np.unique(np.round(points / scale, 12), axis=0, return_inverse=True)
    support = places > FLAT
    extreme: Mask = np.asarray(~support.any(axis=1))
    n = points.shape[1]
    for size in range(1, n + 1):
        for face in combinations(range(n), size):
            outside = [j for j in range(n) if j not in face]
            inside = np.flatnonzero(~support[:, outside].any(axis=1))
            vertices = inside[hull_vertices(places[inside])]
            extreme[vertices] |= support[vertices][:, list(face)].all(axis=1)
    return extreme[which.ravel()]
