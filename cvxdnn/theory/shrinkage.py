r"""The scalar problem behind every closed form: what weight decay over L layers does to one singular value.

.. math::  S_L(s_0, \beta) = \min_{s \ge 0} h(s), \qquad h(s) = \tfrac12 (s - s_0)^2 + \tfrac{\beta L}{2}\, s^{2/L} .

A chain of L layers with the same singular value :math:`s^{1/L}` pays :math:`(\beta/2)\,L\,s^{2/L}` for the product s.

*L = 2* is the soft threshold: :math:`s = (s_0 - \beta)_+`.  For *L >= 3* the penalty is concave. Its stationary
points solve :math:`s - s_0 + \beta s^{2/L - 1} = 0`; the larger root is a local minimum and exists from
:math:`\tau_e` on, and it is the global minimum from :math:`\tau` on, where the minimiser jumps:

.. math::  \tau_e = \tfrac{2L-2}{L-2} \Bigl(\tfrac{\beta(L-2)}{L}\Bigr)^{\frac{L}{2L-2}}, \qquad
           \tau = \tfrac{L-1}{L-2} \bigl(\beta(L-2)\bigr)^{\frac{L}{2L-2}}, \qquad
           s(\tau) = \bigl(\beta(L-2)\bigr)^{\frac{L}{2L-2}} .

Source: derived in docs/deep-linear.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.types import Array
from cvxdnn.theory.inputs import depth_at_least_two

__all__ = ["Shrinkage", "largest_root", "shrink", "threshold"]

NEWTON_STEPS = 100
"""Convergence is quadratic, except at the double root at tau_e, where each step halves the error."""


@dataclass(frozen=True, eq=False)
class Shrinkage:
    """The solution of the scalar problem; arrays have the shape of `s0`.

    minimizer : the global minimiser s; 0 below the threshold
    value : S_L(s0, beta)
    stationary : the positive local minimiser, 0 where there is none; it is the minimiser from the threshold on
    layer : s^(1/L), the singular value of each layer
    threshold : tau; the minimiser is positive from here on
    appearance : tau_e; a positive local minimum exists from here on
    jump : the minimiser at the threshold (0 for depth 2, which has no jump)
    """

    minimizer: Array
    value: Array
    stationary: Array
    layer: Array
    threshold: float
    appearance: float
    jump: float


def shrink(s0: ArrayLike, beta: float, depth: int) -> Shrinkage:
    """Solve the scalar problem.

    Parameters
    ----------
    s0 : number or array, >= 0
        Singular values of the target, in its units.
    beta : float >= 0
        Weight decay.
    depth : int >= 2
        Weight matrices L.

    Raises
    ------
    InvalidInputError
        For a negative or non-finite s0 or beta, or a depth below 2.
    """
    s0 = _targets(s0)
    beta, depth = validation.nonnegative("beta", beta), depth_at_least_two(depth)
    tau, appearance, jump = threshold(beta, depth), _appearance(beta, depth), _jump(beta, depth)
    stationary = np.zeros_like(s0)
    exists = (s0 >= appearance) & (s0 > 0)
    stationary[exists] = largest_root(s0[exists], beta, depth)
    minimizer = np.where(s0 >= tau, stationary, 0.0)
    layer = np.asarray(minimizer ** (1 / depth))
    value = np.asarray(0.5 * (minimizer - s0) ** 2 + 0.5 * beta * depth * layer**2)
    return Shrinkage(minimizer, value, stationary, layer, tau, appearance, jump)


def threshold(beta: float, depth: int) -> float:
    """tau: the smallest s0 whose minimiser is not zero. See `shrink` for units, ranges and errors."""
    beta, depth = validation.nonnegative("beta", beta), depth_at_least_two(depth)
    return beta if depth == 2 else (depth - 1) / (depth - 2) * _jump(beta, depth)


def _targets(s0: ArrayLike) -> Array:
    return validation.bounded("s0", validation.nonnegatives("s0", s0))


def _jump(beta: float, depth: int) -> float:
    return float((beta * (depth - 2)) ** (depth / (2 * depth - 2)))


def _appearance(beta: float, depth: int) -> float:
    if depth == 2:
        return beta
    return float((2 * depth - 2) / (depth - 2) * (beta * (depth - 2) / depth) ** (depth / (2 * depth - 2)))


def largest_root(s0: Array, beta: float | Array, depth: int) -> Array:
    """The larger root of s - s0 + beta s^(2/L - 1), for s0 >= tau_e; s0 and beta may broadcast.

    Newton's method for u = s / s0: the function is convex and positive at u = 1, so the steps fall to the root, which
    is not below the function's minimum.
    """
    if depth == 2:
        return s0 - beta
    power = 2 / depth - 1
    scaled = beta * s0 ** (power - 1)
    lowest = np.asarray((-power * scaled) ** (1 / (1 - power)))
    u = np.ones_like(scaled)
    for _ in range(NEWTON_STEPS):
        slope = 1 + power * scaled * u ** (power - 1)
        step = np.divide(u - 1 + scaled * u**power, slope, out=np.zeros_like(u), where=slope > 0)
        u = np.maximum(u - step, lowest)
        if np.all(step <= np.finfo(np.float64).eps * u):
            break
    return s0 * u
