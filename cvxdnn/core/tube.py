r"""The tube: which multipliers, one per point, are feasible for the dual of the training problem.

For multipliers :math:`\lambda` that sum to zero, their *double integral*, with :math:`c = \sum_i \lambda_i x_i`,

.. math::  z(t) = \sum_i \lambda_i (x_i - t)_+ - c/2

has to stay in :math:`|z(t)| \le \beta - |c|/2` for every t. z is c/2 left of the data, -c/2 right of it and linear
between, so the data points decide. The same tube serves every loss. Derived in docs/certificate.md.

Cumulative sums of the multipliers, :math:`S_j = \lambda_1 + \dots + \lambda_j`, say more than the multipliers
themselves: any numbers :math:`S_1, \dots, S_{m-1}` are a balanced dual point, exactly, and where inputs are very close
multipliers rounded one by one would upset z far away. A `DualPoint` therefore holds S.

Which multipliers between given bounds fit the narrowest tube is a linear program; `narrowest` solves it in the unknowns
:math:`\lambda`, their cumulative sums S and the double integral P, in which every equation has few terms,

.. math::  S_j - S_{j-1} = \sum_{i \in j} \lambda_i, \quad P_{j+1} - P_j = (x_{j+1} - x_j) S_j, \quad
           |P_j - P_m / 2| \le t, \quad |P_m| \le 2 k, \quad \min\ t + k .
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cvxdnn.core.exceptions import SolverFailedError
from cvxdnn.core.rounding import UNIT, RunningSum, on_grid, running_sum
from cvxdnn.core.types import Array, Indices

__all__ = ["DualPoint", "Tube", "double_integral", "integrated", "narrowest", "needed_beta", "tube"]

NEAR = 1e-4
"""Share of beta within which a curve is taken to be meant to touch the wall."""


@dataclass(frozen=True, eq=False)
class Tube:
    """The picture of a dual feasible point: z at the distinct data points x, and the tube's half width.

    x, z : (m,);  half_width : beta - |c|/2;  c : sum of multiplier times x;  z is c/2 left and -c/2 right
    """

    x: Array
    z: Array
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

    def touching(self, tolerance: float = 1e-6) -> Indices:
        """Indices of the points where z lies on the wall, to `tolerance` of the half width."""
        return np.flatnonzero(np.abs(self.z) >= self.half_width * (1 - tolerance))


@dataclass(frozen=True, eq=False)
class DualPoint:
    """Multipliers of sum zero, given exactly by their cumulative sums, with what they need in the tube.

    x : (m,) sorted distinct inputs
    sums : (m - 1,) S, any numbers
    is_level : whether c has to be zero (skip connection): then every S counts less the one number that makes it so

    The multipliers are S_j - S_{j-1} with S_0 = S_m = 0, as real numbers.
    """

    x: Array
    sums: Array
    is_level: bool = False

    @cached_property
    def multipliers(self) -> Array:
        """(m,), rounded."""
        return _differences(self.sums)

    @cached_property
    def portable(self) -> Array:
        """Multipliers (m,) rounded together, so that adding them up again gives the same curve.

        Rounded one by one, the errors of many would add up to more than a narrow tube is wide.
        """
        return _differences(on_grid(self.sums, float(np.abs(self.sums).max(initial=0.0))))

    @cached_property
    def _integral(self) -> RunningSum:
        """Running sums of S times gap."""
        return running_sum(self.sums, self.x)

    @property
    def excess(self) -> float:
        """By how much the cumulative sums may have to be lowered to make c zero; 0 if it need not be."""
        if not self.is_level or self.x.size == 1:
            return 0.0
        integral = self._integral
        return (abs(float(integral.sums[-1])) + integral.error) / float(self.x[-1] - self.x[0]) * (1 + 8 * UNIT)

    @property
    def error(self) -> float:
        """Bound on the error of `z`, of `c`, and of z + |c|/2 and z - |c|/2.

        The last two are running sums or what is left to the last one, without halves.
        """
        integral = self._integral
        return integral.error + (abs(float(integral.sums[-1])) if self.is_level else 0.0)

    @property
    def c(self) -> float:
        """sum_i lambda_i x_i."""
        return 0.0 if self.is_level else -float(self._integral.sums[-1])

    @property
    def z(self) -> Array:
        """The curve at every input, (m,)."""
        return self._integral.sums + self.c / 2

    def z_at(self, inputs: Array) -> Array:
        """The curve at some inputs within the range."""
        return np.interp(inputs, self.x, self._integral.sums) + self.c / 2

    @property
    def needed_beta(self) -> float:
        """A weight decay whose tube holds the curve for sure, and no more than rounding above the smallest."""
        integral, c = self._integral, self.c
        largest = max(integral.high + c / 2, -integral.low - c / 2)
        return (largest + abs(c) / 2 + self.error) * (1 + 8 * UNIT)

    def scaled(self, factor: float) -> "DualPoint":
        """Multiples, by a number >= 0, of the cumulative sums, rounded."""
        multiple = DualPoint(self.x, factor * self.sums, self.is_level)
        if "_integral" in self.__dict__:
            multiple.__dict__["_integral"] = self._integral.scaled(factor, float(self.x[-1] - self.x[0]))
        return multiple

    def within(self, beta: float) -> "DualPoint":
        """The largest multiple, at most itself, that fits the tube of `beta` for sure."""
        needed = self.needed_beta
        if needed <= beta:
            return self
        rounding = UNIT * self._integral.size  # of the multiple's terms
        multiple = self.scaled(beta / (needed + rounding) * (1 - 24 * UNIT))
        return multiple if multiple.needed_beta <= beta else self.scaled(0.0)

    def snapped(self, beta: float) -> "DualPoint":
        """The multipliers nearby whose curve lies on the wall of the tube of `beta` wherever this one nearly does.

        A nearly optimal function has residuals whose curve misses the wall by rounding, and next to a steep piece that
        costs far more than the rounding itself.
        """
        c = self.c
        if abs(c) <= NEAR * beta:
            c = 0.0
        elif abs(abs(c) - beta) <= NEAR * beta:
            c = math.copysign(beta, c)
        z, wall = self._integral.sums + c / 2, beta - abs(c) / 2
        target = np.where(np.abs(np.abs(z) - wall) <= NEAR * beta, np.copysign(wall, z), z)
        target[[0, -1]] = c / 2, -c / 2
        support = np.flatnonzero(target != z)
        support = np.unique(np.concatenate([[0], support, [z.size - 1]]))
        turn = np.diff((target - z)[support])
        turn[np.abs(turn) <= 8 * UNIT * beta] = 0.0  # divided by a very short gap it would be a force
        sums = self.sums + np.repeat(turn / np.diff(self.x[support]), np.diff(support))
        return DualPoint(self.x, sums, self.is_level)

    def picture(self, beta: float) -> Tube:
        """The curve in the tube of `beta`."""
        return Tube(self.x, self.z, beta - abs(self.c) / 2, self.c)


def _differences(sums: Array) -> Array:
    multipliers = np.zeros(sums.size + 1)
    multipliers[:-1] = sums
    multipliers[1:] -= sums
    return multipliers


def tube(x: Array, multipliers: Array, beta: float) -> Tube:
    """The tube picture of multipliers (m,) at sorted inputs (m,)."""
    integral = double_integral(x, multipliers)
    c = -float(integral[-1])
    return Tube(x, integral + c / 2, beta - abs(c) / 2, c)


def double_integral(x: Array, multipliers: Array) -> Array:
    """sum_i lambda_i (x_j - x_i)_+ at every x_j, by two cumulative sums."""
    return integrated(x, multipliers.cumsum()[:-1])


def integrated(x: Array, sums: Array) -> Array:
    """The double integral from the cumulative sums (m - 1,) of the multipliers."""
    steps = x[1:] - x[:-1]
    steps *= sums
    integral = np.zeros(x.size)
    steps.cumsum(out=integral[1:])
    return integral


def needed_beta(x: Array, multipliers: Array) -> float:
    """The smallest beta whose tube holds the multipliers."""
    return tube(x, multipliers, 0.0).needed_beta


def narrowest(x: Array, group: Indices, low: Array, high: Array) -> Array:
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
    multipliers: Array = size * answer.x[:n]
    return multipliers
