r"""Lower bounds on the training objective for any convex loss, one term for each point as given.

With the conjugate :math:`\ell^*` of the loss (`cvxdnn.core.losses`), multipliers :math:`\lambda` in the tube of width
beta (`cvxdnn.core.tube`) prove that no network's objective is below

.. math::  D(\lambda) = -\sum_i \ell^*(-\lambda_i, y_i) ;

the optimal ones are the negative slopes of the loss, :math:`-\lambda_i \in \partial \ell(f(x_i), y_i)`. Points that
share an x keep their own terms and multipliers; the tube sees the sum of the multipliers at each x.

Multipliers from anywhere become feasible as follows. They are projected onto those within the domain of the conjugate
whose sum is zero (`cvxdnn.core.projection`). Then they are moved towards multipliers
:math:`\bar\lambda` for beta = 0, whose sum is zero at every x and which prove the loss that no function removes there:
on the segment :math:`\bar\lambda + s (\lambda - \bar\lambda)` the tube's picture is multiplied by s and D is
concave; the best s that fits is taken. At s = 0 the bound is the sum of the smallest losses at each x.

What comes out is rounded to multiples of one power of two, of which sums need no rounding, and their sum is exactly
zero: so the tube holds the very multipliers that the bound is computed from, and its rounding is counted against it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import Loss
from cvxdnn.core.projection import projected
from cvxdnn.core.rounding import TINY, UNIT, down, on_grid, total
from cvxdnn.core.spline import MergedPoints
from cvxdnn.core.tube import DualPoint, narrowest, needed_beta
from cvxdnn.core.types import Array, Indices

__all__ = ["LossTerms", "LowerBound", "midpoint"]

GOLDEN = (np.sqrt(5) - 1) / 2
SHORTENINGS = 8
"""Attempts to shorten multipliers that rounding carried out of the tube."""


@dataclass(frozen=True, eq=False)
class LowerBound:
    """A proven lower bound, its multipliers (n,), one per point as given, and their sums at the distinct inputs."""

    value: float
    multipliers: Array
    point: DualPoint


@dataclass(frozen=True, eq=False)
class LossTerms:
    """The data term of the objective.

    Parameters
    ----------
    points : MergedPoints
        Of which only x, weight and group count here.
    y : array (n,)
        As given.
    loss : Loss
    """

    points: MergedPoints
    y: Array
    loss: Loss

    def total(self, fitted: Array) -> float:
        """The loss of values `fitted` (m,) at the merged inputs."""
        return float(self.loss.value(fitted[self.points.group], self.y).sum())

    def round_off(self, fitted: Array) -> float:
        """What `total` may be wrong by because values are rounded; for losses of bounded slope."""
        low, high = self.loss.domain(self.y)
        values = np.maximum(np.abs(fitted[self.points.group]), np.abs(self.y))
        return 64 * float(np.finfo(np.float64).eps * (values @ np.maximum(-low, high)))

    def multipliers(self, fitted: Array) -> Array:
        """The negative slopes of the loss at these values, (n,); zero or halfway where it has a kink."""
        return -self.loss.subgradient(fitted[self.points.group], self.y)

    def best_bound(self, candidates: Iterable[Array], beta: float, skip_connection: bool = False) -> LowerBound:
        """The largest lower bound among candidate multipliers (n,), each made feasible."""
        bounds = [self._bound_at_beta_zero(skip_connection)]
        bounds += [self._bound(candidate, beta, skip_connection) for candidate in candidates]
        return max(bounds, key=lambda bound: bound.value)

    def bound_of(self, multipliers: Array, point: DualPoint) -> LowerBound:
        """The lower bound that multipliers prove that are feasible, as `point` shows, and within their domain."""
        return LowerBound(self._proven(multipliers, point.excess), multipliers, point)

    def _bound_at_beta_zero(self, skip_connection: bool) -> LowerBound:
        """No function removes more than the smallest loss at every x."""
        chosen = _rounded(self.at_beta_zero)
        low, high = _domain(self.loss, self.y)
        for _, members in self._repeated:
            chosen[members] = _with_exact_zero_sum(chosen[members], low[members], high[members])
        point = DualPoint(self.points.x, np.zeros(self.points.x.size - 1), skip_connection)
        return LowerBound(self._proven(chosen), chosen, point)

    def _bound(self, candidate: Array, beta: float, skip_connection: bool) -> LowerBound:
        low, high = _domain(self.loss, self.y, 4 * float(np.abs(candidate).max()))
        summed, feasible = self._projected(candidate, low, high, skip_connection)
        needed = needed_beta(self.points.x, summed)
        largest = min(beta / needed, 1.0) if needed > 0 else 1.0

        def along(share: float) -> Array:
            # Clipped once more, for round-off: just outside its domain the conjugate is infinite.
            return np.clip(self.at_beta_zero + share * (feasible - self.at_beta_zero), *_domain(self.loss, self.y))

        share = _maximum(lambda share: self._dual(along(share)), largest)
        for attempt in range(SHORTENINGS):
            bound = self._exactly(along(share), skip_connection)
            needed = bound.point.needed_beta
            if needed <= beta:
                return bound
            # What stands out is rounding, which will be another one next time.
            share *= max(1 - 2**attempt * (needed - beta) / beta - 4 * UNIT, 0.0) if beta else 0.0
        return self._bound_at_beta_zero(skip_connection)

    def _exactly(self, multipliers: Array, skip_connection: bool) -> LowerBound:
        """The bound of multipliers near these whose sum is exactly zero."""
        low, high = _domain(self.loss, self.y)
        exact = _with_exact_zero_sum(_rounded(multipliers), low, high)
        sums = self.at_inputs(exact).cumsum()[:-1]  # multiples of one number: no rounding
        point = DualPoint(self.points.x, sums, skip_connection)
        if point.excess and not _has_room(exact, low, high, self._at_ends, point.excess):
            # The ends give or take what makes c zero; where their domain leaves no room, all shrink by a trifle.
            smallest = float(np.minimum(high - low, 1.0)[self._at_ends].min()) / 4
            exact = exact * (1 - 2 * point.excess / smallest)
            exact = _with_exact_zero_sum(_rounded(exact), low, high)
            point = DualPoint(self.points.x, self.at_inputs(exact).cumsum()[:-1], skip_connection)
        return self.bound_of(exact, point)

    def _proven(self, multipliers: Array, excess: float = 0.0) -> float:
        """D of these multipliers, rounded down; `excess` is what two of them may differ by from what they should be."""
        terms = self.loss.conjugate(-multipliers, self._centred)
        value, error = total(-terms)
        size = np.abs(multipliers * self._centred)
        error += 16 * UNIT * float((size + np.abs(terms)).sum())
        error += 2 * excess * (2 * float(np.abs(self._centred).max()) + 1 + 2 * float(np.abs(multipliers).max()))
        return down(value - error - TINY) if error > TINY or value else value

    def _projected(self, candidate: Array, low: Array, high: Array, skip_connection: bool) -> tuple[Array, Array]:
        """Feasible but for the width of the tube: sums (m,) at the merged inputs, and multipliers (n,) that have them.

        Where points share an x, their multipliers may be large and their sum small. The sums come first, lest the
        large ones' round-off upset the tube.
        """
        lowest, highest = self.at_inputs(low), self.at_inputs(high)
        sums = projected(self.at_inputs(candidate), lowest, highest, self.points.x if skip_connection else None)
        feasible = sums[self.points.group]
        for place, members in self._repeated:
            box = low[members], high[members]
            feasible[members] = projected(candidate[members], *box, total=float(sums[place]))
        return sums, feasible

    def at_inputs(self, multipliers: Array) -> Array:
        """Their sums (m,) at the merged inputs."""
        return np.bincount(self.points.group, weights=multipliers, minlength=self.points.x.size).astype(np.float64)

    def _dual(self, multipliers: Array) -> float:
        # The multipliers sum to zero, so a loss of f - y may be measured from the median of y, which spares round-off.
        return -float(self.loss.conjugate(-multipliers, self._centred).sum())

    @cached_property
    def _centred(self) -> Array:
        return self.y if self.loss.needs_labels else self.y - np.sort(self.y)[self.y.size // 2]

    @cached_property
    def at_beta_zero(self) -> Array:
        """Multipliers (n,) of sum zero at every x that prove the smallest loss there."""
        chosen = np.zeros_like(self.y)
        for _, members in self._repeated:
            chosen[members] = _dual_of_constant(self.loss, self._centred[members])
        return chosen

    @cached_property
    def _groups(self) -> list[Indices]:
        """The points that belong to each merged one."""
        order = np.argsort(self.points.group, kind="stable")
        return np.split(order, np.cumsum(self.points.weight[:-1]).astype(np.intp))

    @cached_property
    def _at_ends(self) -> Indices:
        """One point at the smallest and one at the largest input."""
        return np.array([self._groups[0][0], self._groups[-1][0]])

    @cached_property
    def _repeated(self) -> list[tuple[int, Indices]]:
        """The merged points that stand for several, each with these."""
        return [(place, members) for place, members in enumerate(self._groups) if members.size > 1]

    def best_values(self) -> tuple[Array, Array]:
        """The interval of values, (m,) each, with the smallest loss at each merged input; ends may be infinite."""
        ends = np.array([self.loss.best_constants(self.y[members]) for members in self._groups])
        return ends[:, 0], ends[:, 1]

    def best_constant(self) -> float:
        """A constant of least loss, in the middle if there are several; infinite where the infimum is not attained."""
        return _best_constant(self.loss, self.y)

    def largest_beta(self) -> float:
        """The smallest weight decay at which the best constant is optimal.

        Its multipliers are determined except at kinks of the loss; there a linear program chooses those that need the
        narrowest tube. The value returned is always one at which the constant is optimal, to round-off.
        """
        if not np.isfinite(self.best_constant()):
            raise InvalidInputError(
                f"y holds only the label {self.y[0]:g}; with loss={self.loss.name!r} the best constant is then "
                "infinite: add points of the other class"
            )
        low, high = _multipliers_of_constant(self.loss, self._centred)
        chosen = _dual_of_constant(self.loss, self._centred)
        if np.count_nonzero(high - low > 1e-9 * np.abs(high).max(initial=0.0)) > 1 and self.points.x.size > 1:
            chosen = projected(narrowest(self.points.x, self.points.group, low, high), low, high)
        return needed_beta(self.points.x, self.at_inputs(chosen))


def midpoint(low: Array, high: Array) -> Array:
    """The midpoints of intervals; of half lines, their ends."""
    return np.where(np.isinf(low), high, np.where(np.isinf(high), low, low / 2 + high / 2))


def _best_constant(loss: Loss, y: Array) -> float:
    low, high = loss.best_constants(y)
    return float(midpoint(np.array(low), np.array(high)))


def _multipliers_of_constant(loss: Loss, y: Array) -> tuple[Array, Array]:
    """Between which bounds (n,) the multipliers of the best constant may be chosen; 0 where it is infinite."""
    constant = _best_constant(loss, y)
    if not np.isfinite(constant):
        return np.zeros_like(y), np.zeros_like(y)
    # Whether a kink is hit must not depend on the last bit.
    round_off = 4 * np.finfo(np.float64).eps * (np.abs(y) + abs(constant))  # of each: outliers count for themselves
    return -loss.slopes(constant + round_off, y)[1], -loss.slopes(constant - round_off, y)[0]


def _dual_of_constant(loss: Loss, y: Array) -> Array:
    """Multipliers (n,) of sum zero that prove the best constant if there is no tube to heed."""
    low, high = _multipliers_of_constant(loss, y)
    chosen = projected((low + high) / 2, low, high)
    # Round-off in the constant leaves a sum near zero; the domain has room for the correction.
    return projected(chosen, *_domain(loss, y, 4 * float(np.abs(chosen).max())))


def _domain(loss: Loss, y: Array, limit: float = np.inf) -> tuple[Array, Array]:
    """Bounds of the multipliers, and of their size: far bounds would cost the sum its accuracy."""
    low, high = loss.domain(y)
    return np.maximum(-high, -limit), np.minimum(-low, limit)


def _rounded(multipliers: Array) -> Array:
    """Multiples of one number that add up without rounding."""
    return on_grid(multipliers, float(np.abs(multipliers).sum()))


def _with_exact_zero_sum(multipliers: Array, low: Array, high: Array) -> Array:
    """Multiples of one number whose sum is zero, near those given, within bounds that have zero between them."""
    left = float(multipliers.sum())  # exact
    if left == 0:
        return multipliers
    room = multipliers - low if left > 0 else high - multipliers
    most = int(room.argmax())
    if room[most] < abs(left):
        return np.zeros_like(multipliers)
    moved = multipliers.copy()
    moved[most] -= left
    return moved


def _has_room(multipliers: Array, low: Array, high: Array, places: Indices, needed: float) -> bool:
    room = np.minimum(multipliers - low, high - multipliers)[places]
    return bool(np.all(room >= needed))


def _maximum(concave: Callable[[float], float], largest: float) -> float:
    """Where in [0, largest] a concave function is largest; exact when that is the right end."""
    low, high = 0.0, largest
    for _ in range(40):
        step = GOLDEN * (high - low)
        if concave(high - step) >= concave(low + step):
            high = low + step
        else:
            low = high - step
    return max(largest, (low + high) / 2, key=concave)
