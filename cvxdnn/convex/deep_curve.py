r"""The two-layer optimum as a curve: the least loss a path norm allows, and what depth makes of it.

With :math:`F(r) = \min\{loss(f) : R(f) \le r\}` training L layers is the one-dimensional problem

.. math::  \min_{r \ge 0}\ F(r) + p(r), \qquad  p(r) = \tfrac{\beta L}{2}\, r^{2/L} .

F is convex and falls; its slope is :math:`F'(r) = -\lambda(r)`, the two-layer weight decay whose optimum has path norm
r. Between two breakpoints of the regularisation path :math:`\lambda` is linear in r, so F is a parabola. A stationary
point has

.. math::  p'(r) = \beta\, r^{2/L - 1} = \lambda(r) .

On one piece :math:`p' - \lambda` is a convex function minus a line, so it has at most two roots there, and a minimum of
F + p lies only where it changes from negative to positive. That root lies between the lowest point of
:math:`p' - \lambda`, at :math:`(\beta\, \tfrac{L-2}{L}\, dr/d\lambda)^{L/(2L-2)}`, and the right end of the piece,
where it is bracketed. For L >= 3 the slope of p is infinite at 0: r = 0, the constant, is a local minimum too.
"""

from dataclasses import dataclass

import numpy as np

from cvxdnn.convex.path import Path
from cvxdnn.core.datasets import Normalization
from cvxdnn.core.types import Array, Mask

__all__ = ["LossCurve", "Penalty", "minima", "rising_root"]


@dataclass(frozen=True)
class Penalty:
    """p(r) = (beta L / 2) r^(2/L): the least weight decay of L balanced layers whose product is r."""

    beta: float
    depth: int

    def __call__(self, path_norm: Array | float) -> Array:
        """p at path norms >= 0."""
        return np.asarray(self.beta * self.depth / 2 * np.asarray(path_norm) ** (2 / self.depth))

    def in_units(self, units: Normalization) -> "Penalty":
        """The penalty in these units, where an objective is y_scale^2 times smaller."""
        steepness = units.y_scale / units.x_scale
        return Penalty(self.beta * (steepness ** (1 / self.depth) / units.y_scale) ** 2, self.depth)

    def slope(self, path_norm: Array | float) -> Array:
        """p' at path norms >= 0, the effective weight decay; infinite at 0 for depth >= 3."""
        norms = np.asarray(path_norm, dtype=np.float64)
        if self.depth == 2 or self.beta == 0:
            return np.full_like(norms, self.beta)
        with np.errstate(divide="ignore"):
            return np.asarray(self.beta * norms ** (2 / self.depth - 1))

    def flattest(self, rate: Array | float) -> Array:
        """Where p'(r) - (constant - r / rate) is smallest."""
        exponent = 1 - 2 / self.depth
        power = 1 / (1 + exponent)
        return np.asarray(self.beta**power * (exponent * np.asarray(rate)) ** power)  # the product may overflow


@dataclass(frozen=True, eq=False)
class LossCurve:
    """F between breakpoints, in the units of the data.

    betas : (B,) two-layer weight decays, strictly descending to 0: minus the slope of F
    path_norm : (B,) r, from 0 on, never descending
    loss : (B,) F
    """

    betas: Array
    path_norm: Array
    loss: Array

    @classmethod
    def of(cls, path: Path) -> "LossCurve":
        """The curve of a regularisation path."""
        # Round-off could make the path norm of a piece fall by a bit.
        norms = np.maximum.accumulate(path.path_norm)
        norms[0] = 0.0
        return cls(path.betas, norms, path.loss)

    def beta_at(self, path_norm: Array | float) -> Array:
        """lambda, minus the slope of F, at path norms >= 0; 0 from the interpolating spline on."""
        return np.asarray(np.interp(path_norm, self.path_norm, self.betas))

    def loss_at(self, path_norm: Array | float) -> Array:
        """F at path norms >= 0."""
        norms = np.asarray(path_norm, dtype=np.float64)
        left = np.searchsorted(self.path_norm, norms, side="right") - 1
        step = np.minimum(norms, self.path_norm[-1]) - self.path_norm[left]
        return np.asarray(self.loss[left] - step * (self.betas[left] + self.beta_at(norms)) / 2)


def minima(curve: LossCurve, penalty: Penalty) -> Array:
    """The path norms (q,) of all local minima of F + p, ascending."""
    found = [0.0] if penalty.slope(0.0) >= curve.betas[0] else []
    if curve.betas.size > 1:
        found += [_minimum(curve, penalty, int(piece)) for piece in np.flatnonzero(_has_minimum(curve, penalty))]
    return np.array(found)


def rising_root(penalty: Penalty, low: float, high: float, beta_low: float, beta_high: float) -> float | None:
    """Where p' - lambda changes from negative to positive on [low, high]; None where it does not.

    lambda is linear, from `beta_high` at `low` down to `beta_low` at `high`.
    """
    if not low < high or penalty.slope(high) < beta_low:
        return None
    from scipy.optimize import brentq  # 17 MB and a tenth of a second, for deeper networks only

    rate = (high - low) / (beta_high - beta_low) if beta_high > beta_low else np.inf

    def excess(path_norm: float) -> float:
        return float(penalty.slope(path_norm)) - (beta_low + (high - path_norm) / rate)

    lowest = min(max(float(penalty.flattest(rate)), low), high)
    if excess(lowest) >= 0:
        return None
    limits = np.finfo(np.float64)
    return float(brentq(excess, lowest, high, xtol=max(4 * limits.eps * lowest, limits.tiny), rtol=4 * limits.eps))


def _has_minimum(curve: LossCurve, penalty: Penalty) -> Mask:
    """Marks the pieces, (B - 1,), on which p' - lambda changes from negative to positive."""
    low, high = curve.path_norm[:-1], curve.path_norm[1:]
    excess = penalty.slope(curve.path_norm) - curve.betas
    length = np.diff(curve.path_norm)
    rate = length / -np.diff(curve.betas)
    lowest = np.clip(penalty.flattest(rate), low, high)
    with np.errstate(divide="ignore", invalid="ignore"):  # pieces of no length have no inside
        inside = penalty.slope(lowest) - (curve.betas[1:] + (high - lowest) / rate)
    dips = (length > 0) & (inside < 0)
    return np.asarray((excess[1:] >= 0) & ((excess[:-1] < 0) | dips))


def _minimum(curve: LossCurve, penalty: Penalty, piece: int) -> float:
    low, high = curve.path_norm[piece : piece + 2]
    root = rising_root(penalty, float(low), float(high), float(curve.betas[piece + 1]), float(curve.betas[piece]))
    # The change of sign may be at the very end of the piece, or the piece a point.
    return float(high) if root is None else root
