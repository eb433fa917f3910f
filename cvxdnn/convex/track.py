"""The regularisation path as it was followed: breakpoints, and the pattern on every piece between them.

Between two breakpoints the optimum is linear in beta in every respect: values, multipliers, the curve in the tube. A
`Stretch` holds both ends. On nearly all pieces one pattern is optimal; a *jump* is a straight piece between two
optima whose pattern in between was not resolved.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.convex.path_line import Line, at, solve_line, sums_at
from cvxdnn.convex.pattern import PatternTable
from cvxdnn.core.spline import LinearSpline, MergedPoints
from cvxdnn.core.types import Array, Indices

JUMP = -1
"""In place of a pattern's number."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """A piece of the path: row 0 at its upper end, row 1 at its lower end.

    x : (k + 2,) inputs of the support;  support : (k + 2,) their indices among the points
    betas : (2,);  values : (2, k + 2) at the support
    """

    x: Array
    support: Indices
    betas: Array
    values: Array

    def spline_at(self, beta: float) -> LinearSpline:
        """The optimum, with its real knots only."""
        if self.x.size == 1:
            return LinearSpline(self.x, self.values[0])
        values = between(self.values, self.betas, beta)
        slopes = np.diff(values) / np.diff(self.x)
        knots = slice(1, -1) if self.x.size > 2 else slice(0, 1)
        return LinearSpline(self.x[knots], values[knots], float(slopes[0]), float(slopes[-1]))

    def evaluate(self, x: Array, betas: Array) -> Array:
        """Values of the optima at inputs x (p,), for betas (q,): (q, p)."""
        if self.x.size == 1:
            return np.full((betas.size, x.size), self.values[0, 0])
        left = np.clip(np.searchsorted(self.x, x) - 1, 0, self.x.size - 2)
        share = (x - self.x[left]) / (self.x[left + 1] - self.x[left])
        values = between((1 - share) * self.values[:, left] + share * self.values[:, left + 1], self.betas, betas)
        return values


def between(rows: Array, ends: Array, betas: ArrayLike) -> Array:
    """Interpolation from row 0 at weight decay ends[0] to row 1 at ends[1], (..., columns) for betas (...)."""
    betas = np.asarray(betas, dtype=np.float64)
    share = (betas - ends[1]) / (ends[0] - ends[1]) if ends[0] > ends[1] else np.ones(betas.shape)
    return np.asarray(share[..., None] * rows[0] + (1 - share[..., None]) * rows[1])


@dataclass(frozen=True, eq=False)
class Track:
    """The path in the units of the problem: B breakpoints and the B - 1 pieces between them.

    points : the merged points
    betas : (B,) strictly descending, beta_max first, 0 last
    loss, path_norm : (B,) at the breakpoints; the loss without the scatter of merged points
    table : the patterns;  of_piece : (B - 1,) the number of each piece's pattern, or JUMP
    of_breakpoint : (B,) the number of a pattern that is optimal at the breakpoint, or JUMP: the interpolant
    """

    points: MergedPoints
    betas: Array
    loss: Array
    path_norm: Array
    table: PatternTable
    of_piece: Indices
    of_breakpoint: Indices

    def piece_of(self, betas: ArrayLike) -> Indices:
        """The piece that holds each weight decay; -1 from above beta_max on."""
        place = np.searchsorted(-self.betas, -np.asarray(betas, dtype=np.float64), side="right") - 1
        return np.asarray(np.minimum(place, self.betas.size - 2))

    def piece(self, index: int) -> Stretch:
        """The piece below breakpoint number `index`; -1 is the constant (with a skip connection: line) above all."""
        # The pattern at a breakpoint is the one above: a knot born there has no slope change yet, not even a tiny one.
        high = self._end(max(index, 0), self._line(self.of_breakpoint[max(index, 0)]))
        if index < 0:
            return high
        low = self._end(index + 1, self._line(self.of_breakpoint[index + 1]))
        support = low.support if self.of_piece[index] != JUMP else np.union1d(high.support, low.support)
        x = self.points.x[support]
        values = np.concatenate([end.evaluate(x, end.betas[:1]) for end in (high, low)])
        return Stretch(x, support, self.betas[index : index + 2], values)

    def signs(self, index: int) -> Array:
        """Signs of the slope changes at the inner support points of piece number `index`."""
        if self.of_piece[index] != JUMP:
            return self.table[int(self.of_piece[index])].signs
        piece = self.piece(index)
        bends = np.diff(np.diff(piece.values, axis=1) / np.diff(piece.x), axis=1)
        return np.asarray(np.sign(bends.sum(axis=0)))

    def sums(self, index: int, beta: float) -> Array:
        """Cumulative sums (m - 1,) of the optimal multipliers for a weight decay on piece number `index`."""
        if index < 0 or self.of_piece[index] != JUMP:
            return self._sums(self._line(self.of_piece[index] if index >= 0 else self.of_breakpoint[0]), beta)
        ends, betas = self.of_breakpoint[index : index + 2], self.betas[index : index + 2]
        rows = [self._sums(self._line(number), end) for number, end in zip(ends, betas, strict=True)]
        return between(np.stack(rows), betas, beta)

    def breakpoint(self, index: int) -> tuple[LinearSpline, Array]:
        """The optimum at a breakpoint, and the cumulative sums (m - 1,) of its multipliers."""
        line, beta = self._line(self.of_breakpoint[index]), float(self.betas[index])
        return self._end(index, line).spline_at(beta), self._sums(line, beta)

    def _line(self, number: int) -> Line | None:
        return None if number == JUMP else solve_line(self.points, self.table[int(number)])

    def _end(self, index: int, line: Line | None) -> Stretch:
        """A breakpoint, as a piece without length; without a line, the interpolant."""
        betas = self.betas[[index, index]]
        if line is None:
            return Stretch(self.points.x, np.arange(self.points.x.size), betas, np.stack([self.points.y] * 2))
        return Stretch(line.x, line.pattern.support, betas, np.stack([at(line.values, betas[0])] * 2))

    def _sums(self, line: Line | None, beta: float) -> Array:
        return np.zeros(self.points.x.size - 1) if line is None else sums_at(self.points, line, beta)
