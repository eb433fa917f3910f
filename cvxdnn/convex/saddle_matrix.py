r"""The banded matrix of the optimality conditions, and its factors.

With the tridiagonal G of the loss at K support points and the slope changes D at the K - 2 inner ones (see
`cvxdnn.convex.interior_point`) it is

.. math::  A = \begin{pmatrix} G & D^T \\ D & 0 \end{pmatrix},

for u = (c, z). Interleaved, :math:`u = (c_0, -, c_1, z_1, c_2, z_2, \dots, c_{K-1}, -)` with two idle places that stay
zero, A has three diagonals on either side. Rows of D grow like 1/gap; to bring all of A to the size of G, they are
multiplied by a `scale`, and u holds z divided by it. Never form :math:`D D^T`: on uneven grids it is singular in
floating point.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import blas, lapack

from cvxdnn.convex.hat_basis import Quadratic
from cvxdnn.core.types import Array

# The places of c and z in u.
VALUES, INNER = slice(0, None, 2), slice(3, -2, 2)


@dataclass(frozen=True, eq=False)
class Factors:
    """Banded LU of A with a diagonal in the corner."""

    factor: Array
    pivots: NDArray[np.int32]

    def solve(self, right: Array) -> Array:
        """u for one right side, or one per column."""
        solved, _ = lapack.dgbtrs(self.factor, 3, 3, right, self.pivots)
        return np.asarray(solved).reshape(right.shape)


class SaddleMatrix:
    """A, with its rows of D multiplied by `scale` (K - 2,)."""

    def __init__(self, quadratic: Quadratic) -> None:
        gaps = np.diff(quadratic.x)
        before, after = 1 / gaps[:-1], 1 / gaps[1:]
        self.scale = 1 / (before + after)
        self._band = _band(quadratic, before * self.scale, after * self.scale)
        self._upper = np.asfortranarray(self._band[:4])

    def times(self, unknowns: Array) -> Array:
        """A u."""
        return np.asarray(blas.dsbmv(3, 1.0, self._upper, unknowns))

    def factorised(self, weights: Array) -> Factors | None:
        """The factors of A with minus the scaled weights (K - 2,) in the corner; None when it is singular."""
        storage = np.empty((10, self._band.shape[1]), order="F")  # three more rows for pivoting
        storage[3:] = self._band
        storage[6, INNER] = -weights * self.scale**2
        factor, pivots, failed = lapack.dgbtrf(storage, 3, 3, overwrite_ab=1)
        return None if failed else Factors(factor, pivots)


def _band(quadratic: Quadratic, before: Array, after: Array) -> Array:
    """A in LAPACK's band storage: entry (i, j) in row 3 + i - j of column j; with 1 in the idle places.

    The rows of D hold `before`, -1 and `after`.
    """
    band = np.zeros((7, 2 * quadratic.x.size), order="F")
    band[3, 0::2] = quadratic.diagonal
    band[1, 2::2] = band[5, 0:-2:2] = quadratic.off_diagonal
    band[3, 1] = band[3, -1] = 1.0
    band[6, 0:-4:2] = band[0, 3:-2:2] = before
    band[4, 2:-2:2] = band[2, 3:-2:2] = -1.0
    band[2, 4::2] = band[4, 3:-2:2] = after
    return band
