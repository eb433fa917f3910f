"""Rows and columns of the conic program (`cvxdnn.convex.conic`) for one choice of nodes."""

from dataclasses import dataclass
from typing import Any

import clarabel
import numpy as np
import scipy.sparse as sparse

from cvxdnn.convex.conic_polish import ConeProgram, Point
from cvxdnn.convex.conic_terms import Part
from cvxdnn.core.exceptions import SolverFailedError
from cvxdnn.core.types import Array, Indices, Mask

__all__ = ["ConicAnswer", "Layout", "interpolation"]

Matrix = Any  # scipy.sparse has no types


@dataclass(frozen=True, eq=False)
class ConicAnswer:
    """An approximate optimum: values (q,) at the inputs with these indices (q,), straight between; multipliers (n,).

    Both ends are among them; the others are where the function bends.
    """

    nodes: Indices
    values: Array
    multipliers: Array


@dataclass(frozen=True, eq=False)
class Layout:
    """The program's rows and columns for one choice of nodes: unknowns v of the data term, w, m, u, r in their units,
    where f = center - w.

    rise : (q - 1,) by how much f rises between two nodes at slope 1
    """

    nodes: Indices
    rise: Array
    at_points: Matrix
    center: Array
    expected: Array
    objective_unit: float
    skip_connection: bool

    def program(self, part: Part) -> ConeProgram:
        """The cone program of a data term."""
        n, q = self.expected.size, self.nodes.size
        shape = _shape_rows(q, self.skip_connection)
        scale = np.minimum(1.0, 1 / self.rise)
        places = np.arange(q - 1)
        pieces = sparse.csc_array((scale * self.rise, (places, places)), shape=(q - 1, shape.shape[1]))
        rows = sparse.block_array(
            [
                [part.residual, -self.at_points, None],
                [None, sparse.diags_array(scale) @ _difference(q), pieces],
                [part.rows, None, None],
                [None, None, shape],
            ],
            format="csc",
        )
        bounds = [self.expected, scale * np.diff(self.center), part.bounds, np.zeros(shape.shape[0])]
        others = np.zeros(q + shape.shape[1])
        linear = np.concatenate([part.linear / self.objective_unit, others])
        linear[-1] = 1.0
        return ConeProgram(
            np.concatenate([part.quadratic / self.objective_unit, others]),
            linear,
            rows,
            np.concatenate(bounds),
            (clarabel.ZeroConeT(n + q - 1), *part.cones, clarabel.NonnegativeConeT(shape.shape[0])),
        )

    def answer(self, part: Part, point: Point, bends: Mask) -> ConicAnswer:
        """A point of the program as a function, with those of its bends that are marked (q - 2,)."""
        kept = np.concatenate([[True], bends, [True]])
        values = self.center - point.unknowns[part.linear.size :][: self.nodes.size]
        multipliers = -self.objective_unit * point.multipliers[: self.expected.size]
        if not (np.all(np.isfinite(values)) and np.all(np.isfinite(multipliers))):
            raise SolverFailedError("the conic solver ended without numbers; try another beta")
        return ConicAnswer(self.nodes[kept], values[kept], multipliers)

    def bends(self, point: Point) -> Mask:
        """Marks the inner nodes whose slope change is not held at 0 from both sides."""
        inner = self.nodes.size - 2
        start = point.held.size - (2 * inner + (1 if self.skip_connection else 3))
        up, down = point.held[start:][:inner], point.held[start + inner :][:inner]
        return ~(up & down)

    def residuals(self, part: Part, point: Point) -> Array:
        """rho (n,)."""
        return np.asarray(part.residual @ point.unknowns[: part.linear.size])

    def transferred(self, part: Part, point: Point, other: Part, program: ConeProgram) -> Point:
        """The same function, slopes and multipliers in the program of another data term, which has no cones."""
        own = self.residuals(part, point) / other.residual.diagonal()
        unknowns = np.concatenate([own, point.unknowns[part.linear.size :]])
        n, q = self.expected.size, self.nodes.size
        kept = np.concatenate([np.arange(n + q - 1), np.arange(n + q - 1 + part.bounds.size, point.slacks.size)])
        return Point(unknowns, point.slacks[kept], point.multipliers[kept], point.held[kept])


def _shape_rows(q: int, skip_connection: bool) -> Matrix:
    """Rows that may not be positive, in the unknowns slopes (q - 1,), bends (q - 2,) and path norm."""
    change, bend = _difference(q - 1), sparse.eye_array(q - 2)
    free = sparse.csc_array((q - 2, 1))
    total = np.zeros((3, 2 * q - 2))
    total[:, q - 1 : -1] = [[1.0], [0.5], [0.5]]
    total[:, -1] = -1.0
    for end in (0, q - 2):
        total[1:, end] += [0.5, -0.5]
    if skip_connection:
        total = total[:1]
    return sparse.vstack(
        [
            sparse.hstack([change, -bend, free]),
            sparse.hstack([-change, -bend, free]),
            sparse.csc_array(total),
        ],
        format="csc",
    )


def interpolation(x: Array, nodes: Indices) -> Matrix:
    """The matrix (m, q) from values at the nodes to values at x."""
    inputs = np.arange(x.size)
    piece = np.clip(np.searchsorted(nodes, inputs, side="right") - 1, 0, nodes.size - 2)
    left, right = x[nodes[piece]], x[nodes[piece + 1]]
    shares = np.concatenate([right - x, x - left]) / np.tile(right - left, 2)
    places = (np.tile(inputs, 2), np.concatenate([piece, piece + 1]))
    matrix = sparse.csr_array((shares, places), shape=(x.size, nodes.size))
    matrix.eliminate_zeros()
    return matrix


def _difference(n: int) -> Matrix:
    """Differences of n neighbours, (n - 1, n)."""
    return sparse.diags_array([-1.0, 1.0], offsets=[0, 1], shape=(n - 1, n))
