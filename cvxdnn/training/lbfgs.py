r"""L-BFGS for many functions at once, each with its own memory, direction and step.

The direction -H g comes from the two-loop recursion over the last `MEMORY` pairs s = x_new - x, y = g_new - g, with
H_0 = (s^T y / y^T y) I. A step t along d satisfies the Wolfe conditions

    phi(t) <= phi(0) + c_1 t phi'(0),    phi'(t) >= c_2 phi'(0),

found by doubling and bisection: too long where the first fails, too short where only the second does. The bracket needs
no smoothness, which matters here: optima of ReLU networks lie on kinks. The second condition makes s^T y > 0, so that
H stays positive definite. A function whose step no longer lowers it in double precision is at rest.

Source: Nocedal & Wright (2006), Numerical Optimization, algorithm 7.4; Lewis & Overton (2013), Nonsmooth optimization
via quasi-Newton methods, algorithm 2.6.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["ManyLBFGS"]

MEMORY = 20
ARMIJO, CURVATURE = 1e-4, 0.9
MOST_TRIALS = 25
FIRST_SHARE = 1e-4
"""Length of the first trial step as a share of ||x||: little, because x is near a minimum, and doubling is cheap."""
STALLED_SHARE, STALLED_ITERATIONS = 1e-10, 10
"""A function is at rest when it has fallen by less than this share in each of so many iterations."""


class ManyLBFGS:
    """Minimise functions f_1, ..., f_R together, from rows of x.

    Parameters
    ----------
    evaluate : callable
        Takes x (R, p) to values (R,) and gradients (R, p); a row depends on its own row of x only.
    x : tensor (R, p)
        Starting points.

    Attributes
    ----------
    x, value, gradient : where each function stands
    running : tensor (R,) of bool
        Functions that are not yet at rest.
    """

    def __init__(self, evaluate: Callable[[Tensor], tuple[Tensor, Tensor]], x: Tensor) -> None:
        self._evaluate, self.x = evaluate, x
        self.value, self.gradient = evaluate(x)
        self.running = torch.isfinite(self.value)
        self._stalled = torch.zeros(len(x), dtype=torch.int64)
        self._pairs: list[tuple[Tensor, Tensor, Tensor]] = []
        first_length = FIRST_SHARE * x.norm(dim=1).clamp_min(1.0)
        self._scale = first_length / self.gradient.norm(dim=1).clamp_min(1e-300)

    def step(self) -> None:
        """One iteration of every running function."""
        direction = self._direction()
        slope = _dot(direction, self.gradient)
        uphill = slope >= 0
        direction = torch.where(uphill[:, None], -self.gradient * self._scale[:, None], direction)
        slope = torch.where(uphill, _dot(direction, self.gradient), slope)
        x, value, gradient = self._line_search(direction, slope)
        fallen = self.value - value
        self._remember(x - self.x, gradient - self.gradient)
        self._stalled = torch.where(fallen <= STALLED_SHARE * self.value.abs(), self._stalled + 1, 0)
        self.x, self.value, self.gradient = x, value, gradient
        self.running = self.running & (fallen > 0) & (self._stalled < STALLED_ITERATIONS)

    def _direction(self) -> Tensor:
        d = -self.gradient
        shares = []
        for s, y, inverse in reversed(self._pairs):
            share = inverse * _dot(s, d)
            d = d - share[:, None] * y
            shares.append(share)
        d = d * self._scale[:, None]
        for (s, y, inverse), share in zip(self._pairs, reversed(shares), strict=True):
            d = d + (share - inverse * _dot(y, d))[:, None] * s
        return d

    def _remember(self, s: Tensor, y: Tensor) -> None:
        """Add a pair; where a function did not move, or bends down, the pair counts for nothing."""
        product = _dot(s, y)
        usable = product > 1e-300
        inverse = torch.where(usable, 1 / product.where(usable, torch.ones_like(product)), 0.0)
        self._scale = torch.where(usable, product / _dot(y, y).clamp_min(1e-300), self._scale)
        self._pairs = [*self._pairs[-MEMORY + 1 :], (s, y, inverse)]

    def _line_search(self, direction: Tensor, slope: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The point each function moves to, its value and gradient; where it is already if no step lowers it."""
        low, high = torch.zeros_like(slope), torch.full_like(slope, torch.inf)
        length = torch.ones_like(slope)
        best = (self.x, self.value, self.gradient)
        searching = self.running & (slope < 0)
        for _ in range(MOST_TRIALS):
            if not searching.any():
                break
            trial = self.x + torch.where(searching, length, 0.0)[:, None] * direction
            value, gradient = self._evaluate(trial)
            lowered = value <= self.value + ARMIJO * length * slope  # False where the value is NaN
            better = searching & lowered
            best = _chosen(better, (trial, value, gradient), best)
            flat_enough = _dot(gradient, direction) >= CURVATURE * slope
            high = torch.where(searching & ~lowered, length, high)
            low = torch.where(better & ~flat_enough, length, low)
            searching = searching & ~(lowered & flat_enough)
            length = torch.where(torch.isinf(high), 2 * length, (low + high) / 2)
        return best


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(dim=1)


def _chosen(where: Tensor, new: tuple[Tensor, ...], old: tuple[Tensor, ...]) -> tuple[Tensor, Tensor, Tensor]:
    """New rows where marked, old ones elsewhere."""
    x, value, gradient = (
        torch.where(where.reshape(-1, *[1] * (a.ndim - 1)), a, b) for a, b in zip(new, old, strict=True)
    )
    return x, value, gradient
