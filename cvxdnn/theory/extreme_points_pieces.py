"""The rectified ellipsoid as a union of convex pieces, one for each activation pattern, ready to be drawn.

Let S be the samples on which a neuron is active. The features with that pattern,

    Q_S = {(v, 0) : v = X_S u >= 0,  x_j^T u <= 0 for j not in S,  ||u|| <= 1},

form a convex set in the coordinate face of R^n that belongs to S: a *spike* on an axis for one active sample, a flat
region for two, a solid for three. Q is their union. Each piece is star-shaped about 0, so that its *rim* determines it:

* rank X = n: the rim in direction v is `v / gamma_S(v)`, with `gamma_S(v)` the least norm of any u that gives v and
  this pattern, a small quadratic program solved by trying which of the constraints `x_j^T u <= 0` are active;
* rank X = 2 < n = 3: the unit circle is cut where some `x_i^T u` changes sign, and every arc maps to a rim;
* rank X = 1: u = +-1 gives at most two segments.

Source: derived in docs/extreme-points.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array, Indices, Mask
from cvxdnn.theory.extreme_points_sphere import great_circle, spherical_triangle
from cvxdnn.theory.inputs import matrix

MAX_RESOLUTION = 1_000
"""A curved piece has half its square of points."""
NO_TRIANGLES = np.zeros((0, 3), dtype=np.intp)
RANK_TOLERANCE = 1e-9
"""Singular values below this share of the largest are zero; also what counts as zero on the boundary of a cone."""


@dataclass(frozen=True, eq=False)
class Piece:
    """The convex part of Q with one activation pattern: all `t * rim`, 0 <= t <= 1.

    active : which samples are active, in increasing order
    rim : (m, n) sampled outer points; m = 1 for a spike, a polyline in order for a flat piece
    triangles : (k, 3) triangles between rim points; empty unless the piece is solid
    """

    active: tuple[int, ...]
    rim: Array
    triangles: Indices


def rectified_ellipsoid(X: ArrayLike, *, resolution: int = 48) -> tuple[Piece, ...]:
    """The pieces of `{(X u)_+ : ||u|| <= 1}`.

    Parameters
    ----------
    X : (n, d) samples in rows, n = 1, 2 or 3
    resolution : int >= 2
        Least number of steps along a rim; every point is exactly on the rim.

    Raises
    ------
    InvalidInputError
        For more than three samples, or values that are not usable numbers.
    """
    X = matrix("X", X)
    if len(X) > 3:
        raise InvalidInputError(f"X has {len(X)} samples; the set can be drawn for at most 3")
    resolution = validation.positive_int("resolution", resolution, minimum=2, maximum=MAX_RESOLUTION)
    _, sizes, rows = np.linalg.svd(X, full_matrices=False)
    rank = int(np.sum(sizes > RANK_TOLERANCE * max(float(sizes[0]), 1e-300)))
    # Only the part of u in the row space of X matters; in its coordinates u has `rank` entries.
    reduced = X @ rows[:rank].T
    if rank == len(X):
        return tuple(_full_rank_piece(reduced, active, resolution) for active in _patterns(rank))
    if rank == 2:
        return tuple(_circle_pieces(reduced, resolution))
    signs = (1.0, -1.0) if rank == 1 else ()
    rims = [np.maximum(sign * reduced.T, 0.0) for sign in signs]
    return tuple(Piece(_positive(rim), rim, NO_TRIANGLES) for rim in rims if rim.any())


def ramps(x: ArrayLike) -> tuple[Array, Array]:
    """All ramps of one input with biases that bend within the data, as two polylines of features.

    Returns
    -------
    (p, n) features `(x - t)_+`, then (p, n) features `(t - x)_+`, for t at the p distinct inputs in increasing order;
    in between the features are on the straight line between neighbours.
    """
    x = validation.bounded("x", validation.finite_vector("x", x))
    kinks = np.unique(x)[:, None]
    return np.maximum(x - kinks, 0.0), np.maximum(kinks - x, 0.0)


def _patterns(n: int) -> Iterator[tuple[int, ...]]:
    """All nonempty sets of samples, small ones first."""
    for size in range(1, n + 1):
        yield from combinations(range(n), size)


def _positive(rim: Array) -> tuple[int, ...]:
    return tuple(int(i) for i in np.flatnonzero(rim.max(axis=0) > 0))


def _full_rank_piece(X: Array, active: tuple[int, ...], resolution: int) -> Piece:
    """The piece of a pattern: neurons spread between its corners, moved out to the rim."""
    size = len(active)
    corners = _shortest(X, active, np.eye(size))
    corners /= np.linalg.norm(corners, axis=1, keepdims=True)
    if size == 1:
        return Piece(active, _rim(X, active, corners)[0], NO_TRIANGLES)
    if size == 2:
        return Piece(active, _even_rim(X, active, corners, resolution), NO_TRIANGLES)
    neurons, triangles = spherical_triangle(corners, resolution)
    return Piece(active, _rim(X, active, neurons)[0], triangles)


def _rim(X: Array, active: tuple[int, ...], neurons: Array) -> tuple[Array, Array]:
    """Rim points (m, n) in the directions of the neurons' features, and the unit neurons that reach them."""
    directions = np.maximum(neurons @ X[list(active)].T, 0.0)
    if len(active) > 1:
        directions[directions < RANK_TOLERANCE * directions.max(axis=0)] = 0.0  # exactly on the faces of the orthant
    shortest = _shortest(X, active, directions)
    lengths = np.linalg.norm(shortest, axis=1, keepdims=True)
    rim = np.zeros((len(directions), len(X)))
    rim[:, active] = directions / lengths
    return rim, shortest / lengths


def _even_rim(X: Array, active: tuple[int, ...], corners: Array, resolution: int) -> Array:
    """The rim of a flat piece in steps that are even for the neuron and for the feature together."""
    shares = np.linspace(0.0, 1.0, 16 * resolution + 1)
    rim, neurons = _rim(X, active, great_circle(corners[0], corners[1], shares))
    steps = np.linalg.norm(np.diff(neurons, axis=0), axis=1) + np.linalg.norm(np.diff(rim, axis=0), axis=1) / rim.max()
    length = np.concatenate([[0.0], np.cumsum(steps)])
    even = np.interp(np.linspace(0.0, length[-1], resolution + 1), length, shares)
    return _rim(X, active, great_circle(corners[0], corners[1], even))[0]


def _shortest(X: Array, active: tuple[int, ...], directions: Array) -> Array:
    """The shortest u (m, d) with X_S u = v and x_j^T u <= 0 for the other samples, for each direction v (m, |S|)."""
    others = [j for j in range(len(X)) if j not in active]
    shortest, least = np.zeros((len(directions), X.shape[1])), np.full(len(directions), np.inf)
    for size in range(len(others) + 1):
        for zeros in combinations(others, size):
            values = np.hstack([directions, np.zeros((len(directions), size))])
            neurons = values @ np.linalg.pinv(X[[*active, *zeros]]).T
            lengths = np.linalg.norm(neurons, axis=1)
            rest = [j for j in others if j not in zeros]
            reach = RANK_TOLERANCE * lengths[:, None] * np.linalg.norm(X[rest], axis=1)
            better = np.all(neurons @ X[rest].T <= reach, axis=1) & (lengths < least)
            shortest[better], least[better] = neurons[better], lengths[better]
    return shortest


def _circle_pieces(X: Array, resolution: int) -> Iterator[Piece]:
    """X (3, 2): one piece for each arc of the unit circle between sign changes, unless it maps to zero."""
    rows = X[np.linalg.norm(X, axis=1) > RANK_TOLERANCE * np.linalg.norm(X)]
    across = np.arctan2(rows[:, 1], rows[:, 0]) + np.pi / 2
    cuts = np.unique(np.round(np.concatenate([across, across + np.pi]) % (2 * np.pi), 12))
    for start, end in zip(cuts, np.append(cuts[1:], cuts[0] + 2 * np.pi), strict=True):
        middle = 0.5 * (start + end)
        pattern = X @ np.array([np.cos(middle), np.sin(middle)]) > RANK_TOLERANCE
        if not pattern.any():
            continue
        angle = np.linspace(start, end, resolution + 1)
        rim = np.maximum(np.stack([np.cos(angle), np.sin(angle)], axis=1) @ X.T, 0.0) * pattern
        yield Piece(_positive(rim), _longest(X, rim, pattern), NO_TRIANGLES)


def _longest(X: Array, rim: Array, pattern: Mask) -> Array:
    """The rim itself; where the active rows are parallel it runs along a ray, and its far end is enough."""
    _, sizes, rows = np.linalg.svd(X[pattern])
    if sizes.size > 1 and sizes[1] > RANK_TOLERANCE * sizes[0]:
        return rim
    longest = [rim[np.linalg.norm(rim, axis=1).argmax()]]
    for sign in (1.0, -1.0):  # along the row, unless another sample forbids it
        feature = np.maximum(sign * (X @ rows[0]), 0.0)
        if np.all((feature > RANK_TOLERANCE * sizes[0]) == pattern):
            longest.append(feature)
    return np.array([max(longest, key=np.linalg.norm)])
