r"""Fitting nonnegative numbers to targets under a penalty on their sum, or on their quasi-norm.

With whitened data a matrix problem separates over singular values :math:`s_i`, with targets :math:`a_i`:

* a bound on the *sum* (the nuclear norm),
  :math:`F(r) = \min \{ \tfrac12 \sum_i q_i (s_i - a_i)^2 : \sum_i s_i \le r \}`:
  solved by :math:`s_i = (a_i - \mu / q_i)_+` with the multiplier that uses up r;
* a penalty on the *quasi-norm*: :math:`\min\ \tfrac12 \|s - a\|^2 + w\, (\sum_i s_i^{2/L})^{L/2}`.

The second is not convex. At a stationary point with the k largest targets in use, :math:`s_i + \mu s_i^{2/L-1} = a_i`
with one :math:`\mu = w\, Q^{L/2-1}`, :math:`Q = \sum_i s_i^{2/L}`. A minimum has all s on the larger root, but for
the smallest at most, so s_k alone determines :math:`\mu` and the others: a scalar equation for each k.
"""

import numpy as np
from scipy.optimize import brentq

from cvxdnn.core.types import Array
from cvxdnn.theory.radial import Support
from cvxdnn.theory.shrinkage import largest_root

__all__ = ["quasi_norm_fit", "sum_support"]

SHARES = np.concatenate([np.geomspace(1e-17, 0.5, 300), 1 - np.geomspace(0.5, 1e-16, 300)[1:]])
"""Places of s_k, in units of its target, at which the scalar equation is looked at for a change of sign."""


def sum_support(targets: Array, weights: Array, radius: float) -> tuple[Array, Support]:
    """The fit (k,) whose sum is at most `radius`, and F there; targets >= 0, weights > 0."""
    if targets.sum() <= radius:
        return targets, Support(radius, 0.0, 0.0)
    order = np.argsort(-weights * targets)
    # With the k first in use, sum (a - mu / q) = radius: the largest such mu is the right one.
    levels = (np.cumsum(targets[order]) - radius) / np.cumsum(1 / weights[order])
    # At radius 0 rounding would leave something, and r^(2/L) makes much of little.
    fit = np.maximum(targets - float(levels.max()) / weights, 0.0) if radius > 0 else np.zeros_like(targets)
    misfit = weights * (targets - fit)
    slope = float(misfit.max())
    slack = max(slope * radius - float(misfit @ fit), 0.0)
    return fit, Support(radius, 0.5 * float(misfit @ (targets - fit)), slope, slack)


def quasi_norm_fit(targets: Array, weight: float, depth: int) -> tuple[Array, float]:
    """The minimiser (k,) and the minimum of the second problem; targets >= 0 in descending order, weight > 0.

    The best of the stationary points found: roots closer together than the grid of `SHARES` could be missed.
    """

    def value(fit: Array) -> float:
        return 0.5 * float(((fit - targets) ** 2).sum()) + weight * float((fit ** (2 / depth)).sum()) ** (depth / 2)

    candidates = [np.zeros_like(targets)]
    for used in range(1, np.count_nonzero(targets) + 1):
        # Where shrinking is below rounding, the targets themselves are the stationary point.
        candidates += [*_stationary(targets, used, weight, depth), np.where(np.arange(targets.size) < used, targets, 0)]
    best = min(candidates, key=value)
    return best, value(best)


def _stationary(targets: Array, used: int, weight: float, depth: int) -> list[Array]:
    """Stationary points with the first `used` numbers positive."""
    above, last = targets[: used - 1, None], float(targets[used - 1])

    def fits(smallest: Array) -> Array:
        """(used, k) for k values of the smallest number."""
        multipliers = (last - smallest) * smallest ** (1 - 2 / depth)
        return np.vstack([largest_root(above, multipliers, depth), smallest])

    def excess(smallest: Array) -> Array:
        power = (fits(smallest) ** (2 / depth)).sum(axis=0) ** (depth / 2 - 1)
        return np.asarray(weight * power - (last - smallest) * smallest ** (1 - 2 / depth))

    places = last * SHARES
    signs = np.sign(excess(places))
    brackets = [(places[i], places[i + 1]) for i in np.flatnonzero(signs[:-1] * signs[1:] < 0)]
    roots = places[signs == 0].tolist()
    for low, high in brackets:
        roots.append(brentq(lambda place: excess(np.array([place]))[0], low, high, xtol=1e-15 * last, rtol=1e-14))
    return [np.pad(fits(np.array([root]))[:, 0], (0, targets.size - used)) for root in roots]
