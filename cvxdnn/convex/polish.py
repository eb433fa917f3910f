"""The active-set method: from a nearly right shape of the optimum to the exact optimum.

From a start with the right signs, `polish` walks towards the stationary point of its shape
(`cvxdnn.convex.active_set`) and drops the first knot whose slope change would turn round, again and again (as Lawson &
Hanson do for nonnegative least squares): every step lowers the objective. When no sign is in the way, points where z
leaves the tube become knots, a regime whose condition fails is changed, and the walk goes on until neither is needed.

Source: Lawson & Hanson (1974), Solving Least Squares Problems, ch. 23, for the walk.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cvxdnn.convex.active_set import (
    ActiveSet,
    Regime,
    Stationary,
    pinned,
    stationary_point,
    with_ends,
    worst_violations,
)
from cvxdnn.convex.hat_basis import coarser, hat_quadratic, interpolated
from cvxdnn.convex.problem import Problem
from cvxdnn.core.objective import Certificate
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array, Indices, Mask

ROUND_OFF = 1e-12
"""Share of the total variation, or of beta, that counts as equality."""
MAX_STALLED = 20
"""Rounds without coming clearly nearer after which round-off has the last word."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A spline that may be the optimum of a problem, in the problem's units.

    active : its shape (None: not from the active-set method)
    sums : (m - 1,) each: cumulative sums of its multipliers, nearly in the tube, asked for while the gap is not closed
    """

    problem: Problem
    spline: LinearSpline
    active: ActiveSet | None = None
    sums: Iterable[Array] = ()

    @cached_property
    def certificate(self) -> Certificate:
        """How far it can be from the optimum."""
        return self.problem.certify(self.spline, self.sums)

    @property
    def relative_gap(self) -> float:
        """The certified relative gap."""
        return self.certificate.relative_gap


@dataclass(frozen=True, eq=False)
class _Stop:
    """Where a walk ends: active set, its stationary point, and the dual.

    z, sums : the curve in the tube at every point (m,), and the cumulative sums (m - 1,) of its multipliers
    """

    active: ActiveSet
    point: Stationary
    z: Array
    sums: Array

    @cached_property
    def outside(self) -> float:
        """How far z leaves the tube, as a share of the half width; 0 at the optimum."""
        return float(np.abs(self.z).max()) / self.point.half_width - 1


def polish(problem: Problem, start: ActiveSet, apart: float = 0.0) -> Candidate | None:
    """The best stationary point met on the way from `start`; None when there is none.

    Of two points nearer than `apart` only one may be a knot: the rounding of values there would be a slope change.
    """
    best: _Stop | None = None
    active, stalled = _thinned(problem, start, apart) if apart else start, 0
    while stalled < MAX_STALLED:
        stop = _walk(problem, active)
        if stop is None:
            break
        stalled = 0 if best is None or stop.outside < 0.5 * best.outside else stalled + 1
        if best is None or stop.outside < best.outside:
            best = stop
        entering = _entering(problem, stop, apart)
        if entering.size == 0:
            break
        # Points that enter together may drive each other out again; one alone always lowers the objective.
        born = entering if stalled == 0 else entering[[np.abs(stop.z[entering]).argmax()]]
        active = _with_knots(problem, stop, born, apart)
    return None if best is None else _candidate(problem, best)


def _walk(problem: Problem, active: ActiveSet) -> _Stop | None:
    """Drop knots and change the regime until the stationary point has all signs right."""
    n = problem.points.x.size
    support = with_ends(active.knots, n)
    quadratic = hat_quadratic(problem.points, support)
    for _ in range(3 * support.size + 10):
        at = np.searchsorted(support, with_ends(active.knots, n))
        point = stationary_point(coarser(quadratic, at), problem.beta, active)
        if point is None:
            return None
        turning = point.changes * active.changes <= 0
        if turning.any():
            active = _up_to_first_turn(active, point.changes, turning)
            continue
        active = replace(active, changes=point.changes)
        regime, end_sign = _next_regime(problem, active, point)
        if regime is active.regime:
            return _Stop(active, point, *_dual(problem, active, point))
        active = replace(active, regime=regime, end_sign=end_sign)
    return None


def _up_to_first_turn(active: ActiveSet, target: Array, turning: Mask) -> ActiveSet:
    """Walk from the present slope changes towards `target` until the first becomes zero, and drop that knot."""
    now = active.changes
    reach = np.full(now.size, np.inf)
    reach[turning] = now[turning] / (now[turning] - target[turning])
    length = reach.min()
    stays = reach > length * (1 + 1e-9) + 1e-15
    changes = now + length * (target - now)
    # Round-off must not turn a sign that the walk has not reached.
    stays &= changes * now > 0
    return replace(active, knots=active.knots[stays], changes=changes[stays])


def _next_regime(problem: Problem, active: ActiveSet, point: Stationary) -> tuple[Regime, float]:
    """The regime whose condition the stationary point meets, or the neighbouring one to try next."""
    regime, sign = active.regime, active.end_sign
    if problem.skip_connection:
        return Regime.BALANCED, sign
    variation = float(np.abs(point.changes).sum())
    ends = float(point.slopes[0] + point.slopes[-1])
    if regime is Regime.BALANCED and abs(ends) > variation * (1 + ROUND_OFF):
        return Regime.TIED, float(np.sign(ends))
    if regime is Regime.END and ends * sign < variation * (1 - ROUND_OFF):
        return Regime.TIED, sign
    if regime is Regime.TIED and point.kappa * sign < -ROUND_OFF * problem.beta:
        return Regime.BALANCED, sign
    if regime is Regime.TIED and point.kappa * sign > (1 + ROUND_OFF) * problem.beta:
        return Regime.END, sign
    return regime, sign


def _dual(problem: Problem, active: ActiveSet, point: Stationary) -> tuple[Array, Array]:
    """z at every point, and the cumulative sums of its multipliers, the residuals times their weights."""
    points, support = problem.points, with_ends(active.knots, problem.points.x.size)
    pulls = points.y - interpolated(points.x, support, point.values)
    pulls *= points.weight
    at_support = np.empty(support.size)
    at_support[0], at_support[-1] = point.kappa / 2, -point.kappa / 2
    np.copysign(point.half_width, active.changes, out=at_support[1:-1])
    return pinned(points.x, pulls, support, at_support)


def _sums(problem: Problem, stop: _Stop) -> Iterator[Array]:
    """Cumulative sums of the multipliers, and of others whose z is cut off at the wall where it stands out.

    The first are shrunk as a whole until they fit: what proves more depends.
    """
    yield stop.sums
    wall = stop.point.half_width
    yield stop.sums + np.diff(np.clip(stop.z, -wall, wall) - stop.z) / np.diff(problem.points.x)


def _entering(problem: Problem, stop: _Stop, apart: float) -> Indices:
    """The points where z leaves the tube, one in each piece at most."""
    support = with_ends(stop.active.knots, problem.points.x.size)
    entering = worst_violations(stop.z, stop.point.half_width, support, ROUND_OFF)
    return entering[_is_inside(problem, entering, apart)] if apart else entering


def _is_inside(problem: Problem, knots: Indices, apart: float) -> Mask:
    """Which knots are at least `apart` from both ends."""
    x = problem.points.x
    return (x[knots] - x[0] >= apart) & (x[-1] - x[knots] >= apart)


def _with_knots(problem: Problem, stop: _Stop, born: Indices, apart: float) -> ActiveSet:
    """The active set with more knots; those nearer than `apart` to a new one give way to it."""
    # A change that is about to grow has no size yet: the smallest number of its sign.
    tiny = np.finfo(np.float64).tiny
    knots = np.concatenate([stop.active.knots, born])
    changes = np.concatenate([stop.active.changes, np.sign(stop.z[born]) * tiny])
    order = np.argsort(knots, kind="stable")
    knots, changes = knots[order], changes[order]
    if apart:
        x, is_new = problem.points.x[knots], np.isin(knots, born)
        left = np.diff(x, prepend=-np.inf) < apart
        right = np.diff(x, append=np.inf) < apart
        gives_way = ~is_new & ((left & np.roll(is_new, 1)) | (right & np.roll(is_new, -1)))
        knots, changes = knots[~gives_way], changes[~gives_way]
    return replace(stop.active, knots=knots, changes=changes)


def _thinned(problem: Problem, active: ActiveSet, apart: float) -> ActiveSet:
    """The active set with one knot, the most bent, for each cluster narrower than `apart`."""
    inside = _is_inside(problem, active.knots, apart)
    active = replace(active, knots=active.knots[inside], changes=active.changes[inside])
    x, kept, changes = problem.points.x[active.knots], [], []
    first = 0
    while first < x.size:
        end = int(np.searchsorted(x, x[first] + apart))
        cluster = active.changes[first : max(end, first + 1)]
        change = float(cluster.sum())
        if change:
            kept.append(active.knots[first + int((cluster * np.sign(change)).argmax())])
            changes.append(change)
        first += cluster.size
    return replace(active, knots=np.array(kept, dtype=np.intp), changes=np.array(changes))


def _candidate(problem: Problem, stop: _Stop) -> Candidate:
    """The function, with its real knots only."""
    x, knots, point = problem.points.x, stop.active.knots, stop.point
    kept, values = (knots, point.values[1:-1]) if knots.size else (np.array([0]), point.values[:1])
    ends = float(point.slopes[0]), float(point.slopes[-1])
    spline = LinearSpline.unchecked(x[kept], values.copy(), *ends)
    return Candidate(problem, spline, stop.active, _sums(problem, stop))
