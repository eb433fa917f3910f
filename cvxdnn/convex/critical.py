r"""Where the global minimiser jumps: the bridges of a convex hull.

With the penalty per unit of weight decay, :math:`q = \tfrac L2 r^{2/L}`, as abscissa, an L-layer optimum minimises
:math:`G(q) + \beta q` where G(q) is the least loss (`cvxdnn.convex.deep_curve`). So as beta falls from infinity to 0
the minimiser travels along the lower convex hull of the curve G, from q = 0 to the interpolating spline; where G itself
is not convex the hull is a straight bridge, and the minimiser jumps across it when beta is minus the bridge's slope.

A point of the curve is stationary for :math:`\beta(r) = \lambda(r)\, r^{1 - 2/L} = -dG/dq`. So the curve is convex
where :math:`\beta(r)` falls. On a piece of the path, where :math:`\lambda = (c - r)/\rho`, it rises up to
:math:`r = c\,\frac{L-2}{2L-2}` and falls after that. *Arcs* are the longest stretches on which it falls, and, for
L >= 3, the point r = 0. On an arc

.. math::  V(\beta) = \min_{r \in arc}\ F(r) + \tfrac{\beta L}{2} r^{2/L}

is concave with slope q. Two arcs do not overlap, so the difference of their V is monotone in beta and has exactly one
root: the right arc wins below it, the left one above. The arcs thus behave as lines of different slopes do, and a stack
finds the lower envelope of all V in one pass, as it does for the convex hull of points. Each root is bracketed.

Source: docs/depth.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from cvxdnn.convex.deep_curve import LossCurve, Penalty, rising_root
from cvxdnn.core.types import Array

__all__ = ["Transition", "transitions"]

SMALLEST_JUMP = 1e-7
"""A relative change of r below this is round-off at the joint of two pieces, not a jump."""


@dataclass(frozen=True)
class Transition:
    """At this weight decay two different functions are optimal.

    beta : above it the optimum is on the side of `r_above`, below it on that of `r_below`
    r_above, r_below : path norms of the two, r_above < r_below
    """

    beta: float
    r_above: float
    r_below: float


def transitions(curve: LossCurve, depth: int) -> tuple[Transition, ...]:
    """Every jump of the global minimiser, by descending weight decay."""
    if depth == 2 or curve.path_norm[-1] == 0:
        return ()
    hull = _lower_envelope([_Arc(curve, depth, 0.0, 0.0), *_arcs(curve, depth)])
    jumps = [
        Transition(beta, arc.minimiser(beta), following.minimiser(beta))
        for (arc, _), (following, beta) in pairwise(hull)
    ]
    return tuple(jump for jump in jumps if jump.r_above < jump.r_below * (1 - SMALLEST_JUMP))


@dataclass(frozen=True, eq=False)
class _Arc:
    """A stretch of the curve, from path norm `low` to `high`, on which beta(r) falls."""

    curve: LossCurve
    depth: int
    low: float
    high: float

    @cached_property
    def _corners(self) -> tuple[Array, Array, Array]:
        """r, lambda and beta(r) at both ends and at the breakpoints between."""
        norms = self.curve.path_norm
        first, last = np.searchsorted(norms, self.low, side="right"), np.searchsorted(norms, self.high)
        corners = np.concatenate([[self.low], norms[first:last], [self.high]])
        betas = self.curve.beta_at(corners)
        return corners, betas, betas * corners ** (1 - 2 / self.depth)

    @property
    def largest_beta(self) -> float:
        """The weight decay for which the left end is stationary."""
        return float(self._corners[2][0])

    def minimiser(self, beta: float) -> float:
        """The r of least F + beta q on the arc."""
        corners, betas, stationary = self._corners
        after = int(np.searchsorted(-stationary, -beta))
        if after in (0, corners.size):
            return self.low if after == 0 else self.high
        piece = *corners[[after - 1, after]].tolist(), *betas[[after, after - 1]].tolist()
        root = rising_root(Penalty(beta, self.depth), *piece)
        return float(corners[after]) if root is None else root

    def value(self, beta: float) -> float:
        """V, the least F + beta q on the arc."""
        r = self.minimiser(beta)
        return float(self.curve.loss_at(r) + Penalty(beta, self.depth)(r))


def _arcs(curve: LossCurve, depth: int) -> list[_Arc]:
    """The arcs right of 0, from left to right."""
    low, high = _falling_stretches(curve, depth)
    starts = np.append(True, low[1:] > high[:-1])
    ends = np.append(starts[1:], True)
    return [_Arc(curve, depth, *pair) for pair in zip(low[starts].tolist(), high[ends].tolist(), strict=True)]


def _falling_stretches(curve: LossCurve, depth: int) -> tuple[Array, Array]:
    """The ends of the part of every piece on which beta(r) falls, left to right; pieces without one are left out."""
    low, high = curve.path_norm[:-1], curve.path_norm[1:]
    rate = (high - low) / -np.diff(curve.betas)
    turn = (high + curve.betas[1:] * rate) * ((depth - 2) / (2 * depth - 2))
    start = np.maximum(low, turn)
    return start[start < high], high[start < high]


def _lower_envelope(arcs: Sequence[_Arc]) -> list[tuple[_Arc, float]]:
    """The arcs that are optimal for some beta, from left to right, each with the weight decay below which it is."""
    hull = [(arcs[0], np.inf)]
    for arc in arcs[1:]:
        beta = _crossing(hull[-1][0], arc)
        while beta >= hull[-1][1]:
            hull.pop()
            beta = _crossing(hull[-1][0], arc)
        hull.append((arc, beta))
    return hull


def _crossing(left: _Arc, right: _Arc) -> float:
    """The weight decay at which both arcs are equally good."""
    from scipy.optimize import brentq  # 17 MB and a tenth of a second, for deeper networks only

    def advantage(beta: float) -> float:
        return left.value(beta) - right.value(beta)

    low = high = right.largest_beta
    while advantage(high) > 0:
        high *= 2
    while low > 0 and advantage(low) < 0:
        low /= 2
    return float(brentq(advantage, low, high, xtol=np.finfo(np.float64).tiny)) if low < high else high
