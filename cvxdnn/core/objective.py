r"""The training objective, its dual, and the certificate.

A network of L weight layers, biases never penalised, is trained on the squared loss

.. math::  \tfrac12 \sum_i (f(x_i) - y_i)^2 + \tfrac\beta2 \sum_l \|W_l\|_F^2

or on another convex loss (`cvxdnn.core.losses`) in place of the first sum.

For L = 2 rescaling each neuron turns the penalty into :math:`\beta R(f)`, R the path norm (`cvxdnn.core.spline`).
The dual of that convex problem asks for multipliers :math:`\lambda`, one per point, that sum to zero and
whose *double integral*, with :math:`c = \sum_i \lambda_i x_i`,

.. math::  z(t) = \sum_i \lambda_i (x_i - t)_+ - c/2

stays in a *tube*: :math:`|z(t)| \le \beta - |c|/2` for every t. z is c/2 left of the data, -c/2 right of it
and linear between, so the data points decide. Any such :math:`\lambda` proves the lower bound
:math:`\lambda^T y - \tfrac12 \|\lambda\|^2`; the optimal one is the residual :math:`y - f`, and the optimal
function bends only where z touches the wall. With an unpenalised skip connection c must be zero. The tube is
the same for every loss, the bound is that of `cvxdnn.core.loss_terms`.

`certify` takes the residual of any candidate, makes it feasible, and reports the gap that is then proven.
Points of equal x count as one point with a weight, as everywhere in this library.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; the symmetric tube is derived in docs/certificate.md.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.evaluation import LAST_DIGIT, Bends, Fit, fit_of, penalty_gap
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.loss_terms import LossTerms, LowerBound
from cvxdnn.core.losses import LOSSES, Loss, Squared, named
from cvxdnn.core.network import Network
from cvxdnn.core.rounding import SUM, TINY, UNIT, down, length, total, up, upper_total
from cvxdnn.core.spline import LinearSpline, MergedPoints, merge_points
from cvxdnn.core.tube import DualPoint, Tube
from cvxdnn.core.tube import double_integral as double_integral
from cvxdnn.core.types import Array

__all__ = ["LOSSES", "Certificate", "Proof", "Tube", "beta_max", "certify", "network_objective"]

SAME = 1e-8
"""Multiples of the multipliers that differ by less from 1 prove the same: the bound is stationary there."""
CLOSE = 1e-12
"""Relative gap at which no better multipliers are looked for."""


@dataclass(frozen=True, eq=False)
class Certificate:
    """A candidate's objective, a proven lower bound on every network's objective, and their distance.

    For a spline all three hold in real arithmetic, on the data as given: rounding is bounded and counted against them.
    A network or another callable is charged what it returns.

    primal, loss, cost : the objective, the loss in it, and what beta multiplies, rounded up
    dual : lower bound, rounded down
    excess : no network has an objective that is lower by more than this, found without subtracting the other two: where
        the objective is large, whatever is done, the gap is mostly rounding (equal to it unless f is a spline)
    beta : the weight decay of the tube
    multipliers : (n,) the dual feasible point, one entry per point as given
    point : the same by its cumulative sums at the distinct inputs, which the bound is proven with
    resolution : the loss that rounding y in the last place can make
    is_exact : whether primal, dual and gap were computed in rational arithmetic (`cvxdnn.core.exact`)
    """

    primal: float
    loss: float
    cost: float
    dual: float
    excess: float
    beta: float
    multipliers: Array
    point: DualPoint
    resolution: float = 0.0
    is_exact: bool = False

    @cached_property
    def tube(self) -> Tube:
        """The curve of the multipliers in the tube of `beta`."""
        return self.point.picture(self.beta)

    @property
    def gap(self) -> float:
        """No network has an objective that is lower by more than this."""
        return up(self.primal - self.dual) if self.primal > self.dual else 0.0

    @property
    def relative_gap(self) -> float:
        """The gap as a share of the objective; 0 where it is no more than rounding the data in the last place costs."""
        gap = self.gap
        return gap / self.primal if gap > self.resolution else 0.0


@dataclass(frozen=True, eq=False)
class Proof:
    """Multipliers in the tube of a weight decay: a lower bound on the two-layer objective for it.

    beta, point : the weight decay and the multipliers by their cumulative sums at the distinct inputs
    multipliers : (n,) one per point as given
    """

    beta: float
    point: DualPoint
    multipliers: Array


def network_objective(
    network: Network, x: ArrayLike, y: ArrayLike, *, beta: float, loss: str | Loss = "squared"
) -> float:
    """The objective of a network of any depth, on the points exactly as given."""
    x, y = validation.points(x, y)
    loss = named(loss)
    loss.check(y)
    if not isinstance(network, Network):
        raise InvalidInputError(f"network is {validation.shown(network)}; pass a Network")
    beta = validation.nonnegative("beta", beta)
    return float(loss.value(network(x), y).sum()) + 0.5 * beta * network.parameters_norm


def beta_max(x: ArrayLike, y: ArrayLike, *, loss: str | Loss = "squared", skip_connection: bool = False) -> float:
    """The smallest weight decay at which the best constant (with a skip: the best line) is optimal.

    Exact to round-off for "squared", "huber" and "logistic". Where multipliers at kinks of the loss are free, which
    is the rule for "epsilon_insensitive" and "hinge" and happens with repeated y for "absolute", it comes from a linear
    program: relative accuracy about 1e-7, and never so small that the constant would not be optimal.

    Raises
    ------
    InvalidInputError
        On malformed data, on a skip connection with a loss other than "squared" (the best line has no closed form),
        and for "logistic" with labels of one class only (the best constant is infinite).
    """
    points, loss = merge_points(x, y), named(loss)
    skip_connection = validation.boolean("skip_connection", skip_connection)
    if isinstance(loss, Squared):
        return largest_beta(points, skip_connection)
    if skip_connection:
        raise InvalidInputError(
            f"skip_connection is True and loss={loss.name!r}; with a skip connection only 'squared' is supported"
        )
    return loss_terms(points, y, loss).largest_beta()


def loss_terms(points: MergedPoints, y: ArrayLike, loss: Loss) -> LossTerms:
    """The data term for points merged from `y` as given; its labels are checked."""
    values = validation.finite_vector("y", y)
    loss.check(values)
    return LossTerms(points, values, loss)


def largest_beta(points: MergedPoints, skip_connection: bool = False) -> float:
    """`beta_max` of merged points."""
    return _balanced(points, points.weight * (points.y - points.y.mean()), skip_connection).needed_beta


def certify(
    x: ArrayLike,
    y: ArrayLike,
    f: LinearSpline | Network | Callable[[Array], ArrayLike],
    *,
    beta: float,
    loss: str | Loss = "squared",
    path_norm: float | None = None,
    skip_connection: bool = False,
    dual: ArrayLike | None = None,
    exact: bool = False,
) -> Certificate:
    """How far a two-layer candidate can be from the global optimum, in O(n).

    Parameters
    ----------
    x, y : arrays (n,), n >= 1, any order
    f : LinearSpline, two-layer network, or callable
        A spline is charged its path norm over the data's range, a network the weights it has, any other
        callable the `path_norm` given with it.
    beta : float >= 0
        Weight decay, in the units of the data.
    loss : one of LOSSES, or a Loss
        With real thresholds in the units of y; see `cvxdnn.core.losses`.
    path_norm : float, optional
        Only for a callable, and needed there.
    skip_connection : bool
        Whether the model has an unpenalised linear term.
    dual : array (n,), optional
        Multipliers to try besides the negative slopes of the loss at f (squared loss: the residuals); the better
        lower bound is kept. At kinks of the loss a function does not determine its multipliers: for "absolute",
        "epsilon_insensitive" and "hinge" pass the `dual` of a solution, or expect a gap even at the optimum.
    exact : bool
        Compute primal, dual and gap once more without any rounding, in rational arithmetic: some tenths of a second
        for 500 points. For splines and for networks with their weights, not for other callables.

    Raises
    ------
    InvalidInputError
        On malformed data, a negative beta, an unknown loss, labels it has no meaning for, a deeper network, a missing
        path norm, and for a callable with exact=True.
    """
    points, loss = merge_points(x, y), named(loss)
    beta = validation.nonnegative("beta", beta)
    skip_connection = validation.boolean("skip_connection", skip_connection)
    exact = validation.boolean("exact", exact)
    fit = _evaluate(f, points, path_norm, skip_connection)
    given = None if dual is None else _checked_dual(points, dual)
    if not isinstance(loss, Squared):
        terms = loss_terms(points, y, loss)
        certificate = certify_terms(terms, fit, beta, skip_connection=skip_connection, dual=given)
    else:
        duals = [] if given is None else [_balanced(points, _summed(points, given), skip_connection)]
        certificate = certify_fit(points, fit, beta, skip_connection=skip_connection, duals=duals)
        certificate = replace(certificate, multipliers=per_point(points, y, certificate.point.portable))
    return _in_rationals(certificate, x, y, f, beta, loss) if exact else certificate


def _in_rationals(
    certificate: Certificate,
    x: ArrayLike,
    y: ArrayLike,
    f: LinearSpline | Network | Callable[[Array], ArrayLike],
    beta: float,
    loss: Loss,
) -> Certificate:
    """The certificate computed once more, by `cvxdnn.core.exact`."""
    from cvxdnn.core.exact import two_layer_bounds  # rarely asked for

    if not isinstance(f, LinearSpline | Network):
        raise InvalidInputError("exact is True; that needs a LinearSpline or a network, whose numbers can be looked at")
    proof = Proof(beta, certificate.point, certificate.multipliers)
    bounds = two_layer_bounds(x, y, f, proof, beta=beta, loss=loss)
    return replace(
        certificate,
        primal=bounds.primal,
        loss=bounds.loss,
        cost=bounds.cost,
        dual=bounds.dual,
        excess=bounds.gap,
        is_exact=True,
    )


def certify_fit(
    points: MergedPoints, fit: Fit, beta: float, *, skip_connection: bool = False, duals: Iterable[DualPoint] = ()
) -> Certificate:
    """`certify` for the squared loss, with one multiplier per merged point.

    `duals` are to be tried before the residual, each only where those before leave a gap.
    """
    candidate = _candidate(points, fit, beta, skip_connection)
    bounds = []
    for point in chain(duals, _of_residual(candidate)):
        bounds.append(_lower_bound(candidate, point))
        if candidate.is_close(bounds[-1].value):
            break
    best = max(bounds, key=lambda bound: bound.value)
    return Certificate(
        primal=candidate.primal,
        loss=candidate.loss,
        cost=fit.cost,
        dual=best.value,
        excess=best.excess,
        beta=beta,
        multipliers=best.point.multipliers,
        point=best.point,
        resolution=points.group.size * (32 * UNIT * max(float(points.y.max()), -float(points.y.min()))) ** 2,
    )


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A function to be certified.

    pulls : (m,) weight times y - f at the merged points
    size, doubt : sqrt(sum_j w_j v_j^2) of v = y - f and of its errors, rounded up
    loss, primal, least : loss and objective, rounded up, and the objective rounded down
    """

    points: MergedPoints
    fit: Fit
    beta: float
    skip_connection: bool
    pulls: Array
    size: float
    doubt: float
    loss: float
    primal: float
    least: float

    def is_close(self, bound: float) -> bool:
        """Whether no better bound is looked for."""
        return self.primal - bound <= CLOSE * self.primal


def _candidate(points: MergedPoints, fit: Fit, beta: float, skip_connection: bool) -> _Candidate:
    """The objective of a function, between two bounds."""
    missed = fit.missed(points.y)
    pulls = points.weight * missed
    shortest, size = length(pulls * missed)
    roundings = length(points.weight * fit.roundings**2)[1]
    everywhere = 4 * UNIT * size
    everywhere += math.sqrt(points.group.size) * (points.rounding + (TINY if roundings else 0.0))
    doubt = (LAST_DIGIT * roundings + everywhere) * (1 + 8 * UNIT)
    # Steep pieces have large errors in few points: only the residuals there count.
    first_order = LAST_DIGIT * upper_total(np.abs(pulls) * fit.roundings) + everywhere * size
    least_loss = max(shortest**2 / 2 * (1 - 8 * UNIT) - first_order * (1 + 8 * UNIT), 0.0) + _least_scatter(points)
    loss = (size**2 / 2 + first_order + doubt**2 / 2) * (1 + 16 * UNIT) + points.scatter * (1 + 2 * SUM)
    primal = up((loss + beta * fit.cost) * (1 + 4 * UNIT)) if loss or fit.cost else 0.0
    least = down((least_loss + beta * fit.least_cost) * (1 - 4 * UNIT))
    return _Candidate(points, fit, beta, skip_connection, pulls, size, doubt, loss, primal, least)


def _least_scatter(points: MergedPoints) -> float:
    """The loss that no function removes, rounded down."""
    if not points.scatter:
        return 0.0
    return max(points.scatter * (1 - 2 * SUM) - float(points.weight.sum()) * points.rounding**2, 0.0)


def _of_residual(candidate: _Candidate) -> Iterator[DualPoint]:
    """The dual points that the residual suggests."""
    points = candidate.points
    residual = _balanced(points, candidate.pulls, candidate.skip_connection)
    yield residual
    if points.x.size > 1:
        yield residual.snapped(candidate.beta)


def _excess(candidate: _Candidate, bends: Bends, point: DualPoint) -> float:
    """By how much a spline's objective exceeds what multipliers in the tube prove, rounded up.

    sum_j (w_j (y_j - f_j) - lambda_j)^2 / 2 w_j is what the loss adds to the gap of the penalty.
    """
    weight, level = candidate.points.weight, point.excess
    apart = candidate.pulls - point.multipliers
    apart *= apart
    apart /= weight
    # No multiplier is longer than the residuals and what it is apart from them.
    distance = length(apart)[1] * (1 + 8 * UNIT) + 8 * UNIT * candidate.size + candidate.doubt
    if level:
        distance += level * math.sqrt(1 / weight[0] + 1 / weight[-1])
    if not distance and not candidate.beta:
        return 0.0
    of_loss = distance**2 / 2 * (1 + 16 * UNIT)
    return up(of_loss + penalty_gap(bends, point, candidate.beta, candidate.skip_connection))


def certify_terms(
    terms: LossTerms, fit: Fit, beta: float, *, skip_connection: bool = False, dual: Array | None = None
) -> Certificate:
    """`certify` for any loss; multipliers are (n,), one per point as given."""
    candidates = [terms.multipliers(fit.values)]
    if dual is not None:
        candidates.append(dual)
    bound = terms.best_bound(candidates, beta, skip_connection)
    return certificate_of(terms, fit, beta, bound, skip_connection=skip_connection)


def certificate_of(
    terms: LossTerms, fit: Fit, beta: float, bound: LowerBound, *, skip_connection: bool = False
) -> Certificate:
    """What a lower bound proves about a candidate."""
    group = terms.points.group
    # Losses of f - y see both above the candidate's offset, labels the values themselves.
    y, middle = (terms.y, fit.values) if terms.loss.needs_labels else (terms.y - fit.offset, fit.heights)
    doubt = fit.error[group]
    doubt = np.where(doubt > 0, doubt + 4 * UNIT * np.abs(middle[group]), 0.0)
    if not terms.loss.needs_labels and fit.offset:
        doubt = doubt + 2 * UNIT * np.abs(y)
    # A convex function is largest at an end of the interval in which its argument is known to lie.
    ends = (middle[group] - doubt, middle[group] + doubt)
    loss = upper_total(np.maximum(*(terms.loss.value(end, y) for end in ends)) * (1 + 16 * UNIT))
    primal = up((loss + beta * fit.cost) * (1 + 4 * UNIT))
    if fit.bends is None:
        excess = up(max(primal - bound.value, 0.0))
    else:
        excess = upper_total(np.maximum(*(terms.loss.gap(end, y, bound.multipliers) for end in ends)) * (1 + 16 * UNIT))
        excess = up(excess + penalty_gap(fit.bends, bound.point, beta, skip_connection))
    resolution = terms.round_off(fit.values)
    return Certificate(primal, loss, fit.cost, bound.value, excess, beta, bound.multipliers, bound.point, resolution)


def _checked_dual(points: MergedPoints, dual: ArrayLike) -> Array:
    given = validation.bounded("dual", validation.finite_vector("dual", dual))
    if given.size != points.group.size:
        raise InvalidInputError(f"dual has {given.size} values for {points.group.size} points")
    return given


def _summed(points: MergedPoints, multipliers: Array) -> Array:
    """Their sums at the merged inputs, (m,)."""
    return np.bincount(points.group, weights=multipliers, minlength=points.x.size).astype(np.float64)


def _evaluate(
    f: LinearSpline | Network | Callable[[Array], ArrayLike],
    points: MergedPoints,
    path_norm: float | None,
    skip_connection: bool,
) -> Fit:
    """Values at the merged inputs, and what the penalty charges per unit of beta."""
    has_cost = isinstance(f, LinearSpline | Network)
    if not callable(f):
        raise InvalidInputError(f"f is {validation.shown(f)}; pass a LinearSpline, a network or a callable")
    if has_cost and path_norm is not None:
        raise InvalidInputError(
            f"path_norm is {validation.shown(path_norm)}; a {type(f).__name__} has its own: omit it"
        )
    if isinstance(f, LinearSpline):
        fit = fit_of(f, points.x, skip_connection)
        validation.bounded("f(x)", fit.values)
        return fit
    if isinstance(f, Network):
        cost = _network_cost(f, skip_connection)
    elif path_norm is None:
        raise InvalidInputError("path_norm is missing; a callable needs the cost that beta multiplies")
    else:
        cost = validation.nonnegative("path_norm", path_norm)
    # A diverged network must not pass: NaN compares as "no gap".
    fitted = validation.bounded("f(x)", validation.finite_vector("f(x)", f(points.x)))
    if fitted.size != points.x.size:
        raise InvalidInputError(f"f(x) has {fitted.size} values for {points.x.size} inputs; return one each")
    if not has_cost:
        _check_path_norm(cost, points, fitted, skip_connection)
    return Fit(fitted, 0.0, np.zeros_like(fitted), cost)


def _check_path_norm(path_norm: float, points: MergedPoints, fitted: Array, skip_connection: bool) -> None:
    """No function through the values f(x) has a smaller path norm than the linear spline through them."""
    if points.x.size == 1:
        return
    spline = LinearSpline(points.x, fitted)
    least = spline_cost(spline, points, skip_connection)
    # The values are rounded, maybe from larger terms that cancel; each moves two slopes.
    rounding = np.finfo(np.float64).eps * (np.abs(fitted).max() + np.abs(points.x).max() * np.abs(spline.slopes).max())
    doubt = 32 * float(np.sum(rounding / np.diff(points.x)))
    if path_norm < least * (1 - 1e-9) - doubt:
        raise InvalidInputError(
            f"path_norm is {path_norm:g}; every function with these values f(x) has at least {least:g}, that of the "
            "linear spline through them: pass the path norm of f"
        )


def _network_cost(network: Network, skip_connection: bool) -> float:
    if network.depth != 2:
        raise InvalidInputError(
            f"f is a network of depth {network.depth}; the bound holds for depth 2: certify its effective "
            "two-layer problem instead, or compare objectives with network_objective"
        )
    if network.skip and not skip_connection:
        raise InvalidInputError(f"f has a skip connection of slope {network.skip:g}; pass skip_connection=True")
    return validation.number("f.parameters_norm", network.parameters_norm) / 2


def spline_cost(f: LinearSpline, points: MergedPoints, skip_connection: bool = False) -> float:
    """What beta multiplies for the cheapest network that draws f over the data's range."""
    if points.x.size == 1:
        return 0.0
    inside = f.restricted(float(points.x[0]), float(points.x[-1]))
    return inside.total_variation if skip_connection else inside.path_norm


@dataclass(frozen=True, eq=False)
class _Bound:
    """A proven lower bound, the dual point that proves it, and by how much a candidate exceeds it."""

    value: float
    point: DualPoint
    excess: float


def _lower_bound(candidate: _Candidate, point: DualPoint) -> _Bound:
    """What a dual point proves once it is within the tube; where that leaves a gap, the best that a multiple does."""
    bound = _bound_of(candidate, point.within(candidate.beta))
    if candidate.is_close(bound.value):
        return bound
    point = _best_multiple(candidate.points, point, candidate.beta)
    bound = _bound_of(candidate, point)
    proves_nothing = bound.value <= _least_scatter(candidate.points) and point.sums.any()
    return _bound_of(candidate, point.scaled(0.0)) if proves_nothing else bound


def _bound_of(candidate: _Candidate, point: DualPoint) -> _Bound:
    """What a dual point in the tube proves."""
    if candidate.fit.bends is None:
        value = _proven(candidate.points, point)
        return _Bound(value, point, up(max(candidate.primal - value, 0.0)))
    # With many points the bound is a sum in which much cancels. What the objective exceeds it by is one of squares.
    excess = _excess(candidate, candidate.fit.bends, point)
    value = down(candidate.least - excess)
    if not candidate.is_close(value):
        value = max(value, _proven(candidate.points, point))
    return _Bound(value, point, excess)


def _best_multiple(points: MergedPoints, point: DualPoint, beta: float) -> DualPoint:
    """The multiple of a dual point that proves most within the tube."""
    # s times the multipliers prove s * rise - s^2 / 2 * curvature.
    rise, curvature = -float(point.sums @ (points.y[1:] - points.y[:-1])), _curvature(points, point)
    if rise <= 0 or beta == 0 or curvature == 0:
        return point.scaled(0.0)
    factor = rise / curvature
    if abs(factor - 1) > SAME and not (factor > 1 and point.needed_beta >= beta):
        point = point.scaled(factor)
    return point.within(beta)


def _curvature(points: MergedPoints, point: DualPoint) -> float:
    return float(point.multipliers @ (point.multipliers / points.weight))


def _proven(points: MergedPoints, point: DualPoint) -> float:
    """sum_j lambda_j y_j - lambda_j^2 / 2 w_j and what no function removes, rounded down."""
    multipliers, rises = point.multipliers, points.y[1:] - points.y[:-1]
    linear, linear_error = total(-point.sums * rises)
    squares, squares_error = total(multipliers**2 / (2 * points.weight))
    size = np.abs(multipliers)
    error = (1 + 8 * SUM) * (linear_error + 2 * squares_error) + points.rounding * float(size.sum()) * (1 + SUM)
    if point.excess:
        at_ends = size[[0, -1]] / points.weight[[0, -1]]
        rise = abs(float(points.y[-1] - points.y[0]))
        error += point.excess * (rise + float(at_ends.sum()) + 2 * point.excess) * (1 + SUM)
    proven = linear - squares - error - 4 * UNIT * (abs(linear) + squares) - TINY if point.sums.any() else 0.0
    return down(proven + _least_scatter(points))


def _balanced(points: MergedPoints, multipliers: Array, skip_connection: bool) -> DualPoint:
    """Subtract what the free output bias (and the skip connection) would absorb."""
    # What round-off leaves of a cancellation proves nothing: project what remains once more, and call it zero where
    # nothing else can be left.
    remaining = _projected(points, _projected(points, multipliers, skip_connection), skip_connection)
    if np.abs(remaining).max() <= 1e-13 * np.abs(multipliers).max():
        remaining = np.zeros_like(multipliers)
    sums = remaining.cumsum(dtype=np.longdouble)[:-1]
    return DualPoint(points.x, sums.astype(np.float64), skip_connection)


def _projected(points: MergedPoints, multipliers: Array, skip_connection: bool) -> Array:
    weight = points.weight
    balanced = multipliers - weight * (multipliers.sum() / weight.sum())
    if skip_connection and points.x.size > 1:
        centred = points.x - (weight @ points.x) / weight.sum()
        balanced = balanced - weight * centred * ((balanced @ centred) / (weight @ centred**2))
    return balanced


def per_point(points: MergedPoints, y: ArrayLike, multipliers: Array) -> Array:
    """One multiplier per original point: its share of the group's, plus its distance to the group mean."""
    if points.x.size == points.group.size:
        return multipliers[points.group]
    y = np.asarray(y, dtype=np.float64).ravel()
    shares: Array = (multipliers / points.weight)[points.group] + (y - points.y[points.group])
    return shares
