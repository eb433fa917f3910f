"""Unit vectors spread over an arc or a triangle of the unit sphere."""

import numpy as np

from cvxdnn.core.types import Array, Indices

CLOSE = 1e-9
"""Radians between two directions below which the arc is drawn as a chord."""


def great_circle(start: Array, end: Array, share: Array) -> Array:
    """Unit vectors (m, d) at shares (m,) of the way from one unit vector (d,) to another, which is not opposite."""
    angle = float(np.arccos(np.clip(start @ end, -1.0, 1.0)))
    if angle < CLOSE:
        vectors = (1 - share)[:, None] * start + share[:, None] * end
    else:
        vectors = np.sin((1 - share) * angle)[:, None] * start + np.sin(share * angle)[:, None] * end
    unit: Array = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def spherical_triangle(corners: Array, resolution: int) -> tuple[Array, Indices]:
    """Unit vectors (m, d) between three of them, (3, d), and the triangles between those.

    Edges are halved again and again, which also suits triangles with wide angles, until each has at least
    `resolution` parts.
    """
    grid = np.zeros((2, 2, corners.shape[1]))
    grid[0, 0], grid[1, 0], grid[0, 1] = corners
    while len(grid) <= resolution:
        grid = _halved(grid)
    side = len(grid) - 1
    nodes = [(i, j) for i in range(side + 1) for j in range(side + 1 - i)]
    number = {node: k for k, node in enumerate(nodes)}
    up = [(number[i, j], number[i + 1, j], number[i, j + 1]) for i, j in nodes if i + j < side]
    down = [(number[i + 1, j], number[i + 1, j + 1], number[i, j + 1]) for i, j in nodes if i + j < side - 1]
    return grid[tuple(np.array(nodes).T)], np.array(up + down, dtype=np.intp)


def _halved(grid: Array) -> Array:
    """A triangle of unit vectors, where i + j < the grid's length, with the middles of all edges between them."""
    side = 2 * len(grid) - 1
    finer = np.zeros((side, side, grid.shape[2]))
    finer[::2, ::2] = grid
    finer[1::2, ::2] = grid[:-1] + grid[1:]
    finer[::2, 1::2] = grid[:, :-1] + grid[:, 1:]
    finer[1::2, 1::2] = grid[1:, :-1] + grid[:-1, 1:]
    lengths = np.linalg.norm(finer, axis=2, keepdims=True)
    return np.divide(finer, lengths, out=finer, where=lengths > 0)
