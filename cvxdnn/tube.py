r"""The tube: which multipliers, one per point, are feasible for the dual of the training problem.

For multipliers :math:`\lambda` that sum to zero, their *double integral*, with :math:`c = \sum_i \lambda_i x_i`,

.. math::  z(t) = \sum_i \lambda_i (x_i - t)_+ - c/2

has to stay in :math:`|z(t)| \le \beta - |c|/2` for every t. z is c/2 left of the data, -c/2 right of it and linear
between, so the data points decide. The same tube serves every loss. Derived in docs/certificate.md.

Which multipliers between given bounds fit the narrowest tube is a linear program; `narrowest` solves it in the unknowns
:math:`\lambda`, their cumulative sums S and the double integral P, in which every equation has few terms,

.. math::  S_j - S_{j-1} = \sum_{i \in j} \lambda_i, \quad P_{j+1} - P_j = (x_{j+1} - x_j) S_j, \quad
           |P_j - P_m / 2| \le t, \quad |P_m| \le 2 k, \quad \min\ t + k .
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cvxdnn.exceptions import SolverFailedError

__all__ = ["Tube", "double_integral", "narrowest", "needed_beta", "second_difference", "tube"]

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Tube:
    """The picture of a dual feasible point: z at the distinct data points x, and the tube's half width.

    x, z : (m,);  half_width : beta - |c|/2;  c : sum of multiplier times x;  z is c/2 left and -c/2 right
    """

    x: Vector
    z: Vector
    half_width: float
    c: float

    @property
    def fits(self) -> bool:
        """Whether z stays in the tube, up to round-off."""
        return bool(np.abs(self.z).max() <= self.half_width * (1 + 1e-12))

    @property
    def needed_beta(self) -> float:
        """The smallest beta whose tube holds the same multipliers."""
        return float(np.abs(self.z).max()) + abs(self.c) / 2

    def scaled(self, factor: float, beta: float) -> "Tube":
        """The picture of `factor` times the multipliers in the tube of another beta."""
        c = factor * self.c
        return Tube(self.x, factor * self.z, beta - abs(c) / 2, c)

    def touching(self, tolerance: float = 1e-6) -> NDArray[np.intp]:
        """Indices of the points where z lies on the wall, to `tolerance` of the half width."""
        return np.flatnonzero(np.abs(self.z) >= self.half_width * (1 - tolerance))


def tube(x: Vector, multipliers: Vector, beta: float) -> Tube:
    """The tube picture of multipliers (m,) at sorted inputs (m,)."""
    integral = double_integral(x, multipliers)
    c = -float(integral[-1])
    return Tube(x, integral + c / 2, beta - abs(c) / 2, c)


def double_integral(x: Vector, multipliers: Vector) -> Vector:
    """sum_i lambda_i (x_j - x_i)_+ at every x_j, by two cumulative sums."""
    steps = multipliers.cumsum()[:-1] * (x[1:] - x[:-1])
    integral = np.zeros_like(x)
    steps.cumsum(out=integral[1:])
    return integral


def second_difference(x: Vector, z: Vector) -> Vector:
    """The multipliers (m,), m >= 2, whose double integral is z (m,) - z_1; they sum to zero.

    Their cumulative sums are rounded to multiples of one power of two. Then adding the multipliers up again, in order,
    needs no rounding, and `double_integral` gives z back. With multipliers rounded one by one, the errors of many
    points would add up to more than a narrow tube is wide.
    """
    sums = (z[1:] - z[:-1]) / (x[1:] - x[:-1])
    unit = 2.0 ** (math.frexp(np.abs(sums).max())[1] - 52)
    if unit > 0:
        sums = np.rint(sums / unit) * unit
    multipliers = np.zeros_like(z)
    multipliers[:-1] = sums
    multipliers[1:] -= sums
    return multipliers


def needed_beta(x: Vector, multipliers: Vector) -> float:
    """The smallest beta whose tube holds the multipliers."""
    return tube(x, multipliers, 0.0).needed_beta


def narrowest(x: Vector, group: NDArray[np.intp], low: Vector, high: Vector) -> Vector:
    """Multipliers (n,) between the bounds, of sum zero, that need the smallest beta.

    `x` (m,) are sorted distinct inputs, m >= 2; `group` (n,) says at which of them each multiplier counts.
    """
    import scipy.sparse as sparse  # heavy, and rarely needed
    from scipy.optimize import linprog

    n, m = group.size, x.size
    size = float(np.abs([low, high]).max())
    at_inputs = sparse.csr_array((np.ones(n), (group, np.arange(n))), shape=(m, n))
    cumulative = sparse.diags_array([1.0, -1.0], offsets=[0, -1], shape=(m, m - 1))
    gaps = np.diff(x) / (x[-1] - x[0])
    rise = sparse.diags_array([-1.0, 1.0], offsets=[-1, 0], shape=(m - 1, m - 1))
    equations = sparse.block_array(
        [
            [-at_inputs, cumulative, None, None],
            [None, -sparse.diags_array(gaps), rise, sparse.csr_array((m - 1, 2))],
        ]
    )
    last = sparse.csr_array((np.ones(m), (np.arange(m), np.full(m, m - 2))), shape=(m, m - 1))
    z = sparse.diags_array(np.ones(m - 1), offsets=-1, shape=(m, m - 1)) - last / 2
    before = sparse.csr_array((m, n + m - 1))
    widths = sparse.csr_array(np.tile([-1.0, 0.0], (m, 1)))
    end = sparse.csr_array(([1.0], ([0], [m - 2])), shape=(1, m - 1)) / 2
    end_width = sparse.csr_array([[0.0, -1.0]])
    walls = sparse.block_array(
        [[before, z, widths], [before, -z, widths], [before[:1], end, end_width], [before[:1], -end, end_width]]
    )
    cost = np.concatenate([np.zeros(n + 2 * m - 2), [1.0, 1.0]])
    bounds = [*zip(low / size, high / size, strict=True), *[(None, None)] * (2 * m)]
    answer = linprog(
        cost, A_ub=walls, b_ub=np.zeros(2 * m + 2), A_eq=equations, b_eq=np.zeros(2 * m - 1), bounds=bounds
    )
    if answer.x is None:
        raise SolverFailedError(f"the linear program for beta_max ended with: {answer.message}")
    multipliers: Vector = size * answer.x[:n]
    return multipliers
