r"""Lower bounds on the training objective for any convex loss, one term for each point as given.

With the conjugate :math:`\ell^*` of the loss (`cvxdnn.losses`), multipliers :math:`\lambda` in the tube of width beta
(`cvxdnn.tube`) prove that no network's objective is below

.. math::  D(\lambda) = -\sum_i \ell^*(-\lambda_i, y_i) ;

the optimal ones are the negative slopes of the loss, :math:`-\lambda_i \in \partial \ell(f(x_i), y_i)`. Points that
share an x keep their own terms and multipliers; the tube sees the sum of the multipliers at each x.

Multipliers from anywhere become feasible as follows. They are clipped to the domain of the conjugate and balanced
within it (`cvxdnn.balancing`). Then they are moved towards multipliers *at rest*, :math:`\bar\lambda`, whose sum is
zero at every x and which prove the loss that no function removes there: on the segment
:math:`\bar\lambda + s (\lambda - \bar\lambda)` the tube's picture is multiplied by s and D is concave; the best s
that fits is taken. At s = 0 the bound is the sum of the smallest losses at each x.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cvxdnn.balancing import balanced
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.losses import Loss
from cvxdnn.spline import MergedPoints
from cvxdnn.tube import Tube, narrowest, needed_beta, tube

__all__ = ["LossTerms", "LowerBound", "middle"]

Vector = NDArray[np.float64]

GOLDEN = (np.sqrt(5) - 1) / 2


@dataclass(frozen=True, eq=False)
class LowerBound:
    """A proven lower bound, its multipliers (n,), one per point as given, and their tube."""

    value: float
    multipliers: Vector
    tube: Tube


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
    y: Vector
    loss: Loss

    def total(self, fitted: Vector) -> float:
        """The loss of values `fitted` (m,) at the merged inputs."""
        return float(self.loss.value(fitted[self.points.group], self.y).sum())

    def round_off(self, fitted: Vector) -> float:
        """What `total` may be wrong by because values are rounded; for losses of bounded slope."""
        low, high = self.loss.domain(self.y)
        values = np.maximum(np.abs(fitted[self.points.group]), np.abs(self.y))
        return 8 * float(np.finfo(np.float64).eps * (values @ np.maximum(-low, high)))

    def multipliers(self, fitted: Vector) -> Vector:
        """The negative slopes of the loss at these values, (n,); zero or halfway where it has a kink."""
        return -self.loss.subgradient(fitted[self.points.group], self.y)

    def best_bound(self, candidates: Iterable[Vector], beta: float, skip_connection: bool = False) -> LowerBound:
        """The largest lower bound among candidate multipliers (n,), each made feasible."""
        flat = np.zeros_like(self.points.x)
        bounds = [LowerBound(self._dual(self.at_rest), self.at_rest, tube(self.points.x, flat, beta))]
        bounds += [self._bound(candidate, beta, skip_connection) for candidate in candidates]
        return max(bounds, key=lambda bound: bound.value)

    def _bound(self, candidate: Vector, beta: float, skip_connection: bool) -> LowerBound:
        x = self.points.x
        low, high = _domain(self.loss, self.y, 4 * float(np.abs(candidate).max()))
        summed, feasible = self._balanced(candidate, low, high, skip_connection)
        needed = needed_beta(x, summed)
        largest = min(beta / needed, 1.0) if needed > 0 else 1.0

        def along(share: float) -> Vector:
            # Clipped once more, for round-off: just outside its domain the conjugate is infinite.
            return np.clip(self.at_rest + share * (feasible - self.at_rest), *_domain(self.loss, self.y))

        share = _maximum(lambda share: self._dual(along(share)), largest)
        return LowerBound(self._dual(along(share)), along(share), tube(x, share * summed, beta))

    def _balanced(self, candidate: Vector, low: Vector, high: Vector, skip_connection: bool) -> tuple[Vector, Vector]:
        """Feasible but for the width of the tube: sums (m,) at the merged inputs, and multipliers (n,) that have them.

        Where points share an x, their multipliers may be large and their sum small. The sums come first, lest the
        large ones' round-off upset the tube.
        """
        lowest, highest = self.at_inputs(low), self.at_inputs(high)
        sums = balanced(self.at_inputs(candidate), lowest, highest, self.points.x if skip_connection else None)
        feasible = sums[self.points.group]
        for place, members in self._crowded:
            box = low[members], high[members]
            feasible[members] = balanced(candidate[members], *box, total=float(sums[place]))
        return sums, feasible

    def at_inputs(self, multipliers: Vector) -> Vector:
        """Their sums (m,) at the merged inputs."""
        return np.bincount(self.points.group, weights=multipliers, minlength=self.points.x.size).astype(np.float64)

    def _dual(self, multipliers: Vector) -> float:
        # The multipliers sum to zero, so a loss of f - y may be measured from the centre of y, which spares round-off.
        return -float(self.loss.conjugate(-multipliers, self._centred).sum())

    @cached_property
    def _centred(self) -> Vector:
        return self.y if self.loss.needs_labels else self.y - (self.y.min() / 2 + self.y.max() / 2)

    @cached_property
    def at_rest(self) -> Vector:
        """Multipliers (n,) of sum zero at every x that prove the smallest loss there."""
        resting = np.zeros_like(self.y)
        for _, members in self._crowded:
            resting[members] = _proof_of_constant(self.loss, self._centred[members])
        return resting

    @cached_property
    def _groups(self) -> list[NDArray[np.intp]]:
        """The points that belong to each merged one."""
        order = np.argsort(self.points.group, kind="stable")
        return np.split(order, np.cumsum(self.points.weight[:-1]).astype(np.intp))

    @cached_property
    def _crowded(self) -> list[tuple[int, NDArray[np.intp]]]:
        """The merged points that stand for several, each with these."""
        return [(place, members) for place, members in enumerate(self._groups) if members.size > 1]

    def best_values(self) -> tuple[Vector, Vector]:
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
        chosen = _proof_of_constant(self.loss, self._centred)
        if np.count_nonzero(high - low > 1e-9 * np.abs(high).max(initial=0.0)) > 1 and self.points.x.size > 1:
            chosen = balanced(narrowest(self.points.x, self.points.group, low, high), low, high)
        return needed_beta(self.points.x, self.at_inputs(chosen))


def middle(low: Vector, high: Vector) -> Vector:
    """The middles of intervals; of half lines, their ends."""
    return np.where(np.isinf(low), high, np.where(np.isinf(high), low, low / 2 + high / 2))


def _best_constant(loss: Loss, y: Vector) -> float:
    low, high = loss.best_constants(y)
    return float(middle(np.array(low), np.array(high)))


def _multipliers_of_constant(loss: Loss, y: Vector) -> tuple[Vector, Vector]:
    """Between which bounds (n,) the multipliers of the best constant may be chosen; 0 where it is infinite."""
    constant = _best_constant(loss, y)
    if not np.isfinite(constant):
        return np.zeros_like(y), np.zeros_like(y)
    # Whether a kink is hit must not depend on the last bit.
    round_off = 4 * np.finfo(np.float64).eps * (np.abs(y).max() + abs(constant))
    return -loss.slopes(constant + round_off, y)[1], -loss.slopes(constant - round_off, y)[0]


def _proof_of_constant(loss: Loss, y: Vector) -> Vector:
    """Balanced multipliers (n,) that prove the best constant if there is no tube to heed."""
    low, high = _multipliers_of_constant(loss, y)
    chosen = balanced((low + high) / 2, low, high)
    # Round-off in the constant leaves a sum near zero; the domain has room for the correction.
    return balanced(chosen, *_domain(loss, y, 4 * float(np.abs(chosen).max())))


def _domain(loss: Loss, y: Vector, limit: float = np.inf) -> tuple[Vector, Vector]:
    """Bounds of the multipliers, and of their size: far bounds would cost the balance its accuracy."""
    low, high = loss.domain(y)
    return np.maximum(-high, -limit), np.minimum(-low, limit)


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
