r"""The training objective, its dual, and the certificate.

A network of L weight layers, biases never penalised, is trained on the squared loss

.. math::  \tfrac12 \sum_i (f(x_i) - y_i)^2 + \tfrac\beta2 \sum_l \|W_l\|_F^2

or on another convex loss (`cvxdnn.losses`) in place of the first sum.

For L = 2 rescaling each neuron turns the penalty into :math:`\beta R(f)`, R the path norm (`cvxdnn.spline`).
The dual of that convex problem asks for multipliers :math:`\lambda`, one per point, that sum to zero and
whose *double integral*, with :math:`c = \sum_i \lambda_i x_i`,

.. math::  z(t) = \sum_i \lambda_i (x_i - t)_+ - c/2

stays in a *tube*: :math:`|z(t)| \le \beta - |c|/2` for every t. z is c/2 left of the data, -c/2 right of it
and linear between, so the data points decide. Any such :math:`\lambda` proves the lower bound
:math:`\lambda^T y - \tfrac12 \|\lambda\|^2`; the optimal one is the residual :math:`y - f`, and the optimal
function bends only where z touches the wall. With an unpenalised skip connection c must be zero. The tube is
the same for every loss, the bound is that of `cvxdnn.loss_terms`.

`certify` takes the residual of any candidate, makes it feasible, and reports the gap that is then proven.
Points whose x (nearly) coincide count as one point with a weight, as everywhere in this library.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; the symmetric tube is derived in docs/certificate.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn import validation
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.loss_terms import LossTerms, LowerBound
from cvxdnn.losses import LOSSES, Loss, Squared, named
from cvxdnn.spline import LinearSpline, MergedPoints, merge_points
from cvxdnn.tube import Tube, needed_beta, tube
from cvxdnn.tube import double_integral as double_integral

__all__ = ["LOSSES", "Certificate", "NetworkLike", "Tube", "beta_max", "certify", "network_objective"]

Vector = NDArray[np.float64]


SAME = 1e-8
"""Multiples of the multipliers that differ by less from 1 prove the same: the bound is stationary there."""


@runtime_checkable
class NetworkLike(Protocol):
    """What the certificate needs to know of a trained network."""

    @property
    def depth(self) -> int:
        """Number of weight layers."""

    @property
    def parameters_norm(self) -> float:
        """Sum over the layers of the squared Frobenius norms of the weights, biases excluded."""

    def __call__(self, x: ArrayLike) -> Vector:
        """Outputs at `x`."""

    def to_spline(self) -> LinearSpline:
        """The exact piecewise-linear function."""


@dataclass(frozen=True, eq=False)
class Certificate:
    """A candidate's objective, a proven lower bound on every network's objective, and their distance.

    primal, dual, gap : objective, lower bound, their difference (>= 0 up to round-off)
    relative_gap : gap / primal
    multipliers : (n,) the dual feasible point, one entry per point as given
    """

    primal: float
    dual: float
    tube: Tube
    multipliers: Vector

    @property
    def gap(self) -> float:
        """No network has an objective that is lower by more than this."""
        return self.primal - self.dual

    @property
    def relative_gap(self) -> float:
        """The gap as a share of the objective (0 where both are 0)."""
        return self.gap / self.primal if self.primal > 0 else 0.0


def squared_loss(points: MergedPoints, fitted: Vector) -> float:
    """1/2 sum (f - y)^2 over all points, from the values `fitted` (m,) at the merged inputs."""
    return _loss_of(points, _missed(points, fitted))


def _loss_of(points: MergedPoints, missed: Vector) -> float:
    return 0.5 * float(points.weight @ missed**2) + points.scatter


def _missed(points: MergedPoints, fitted: Vector) -> Vector:
    """y - f; zero where the data are fitted up to the rounding of values, of which any relative gap would be noise."""
    missed = points.y - fitted
    round_off = 4 * np.finfo(np.float64).eps * np.abs(points.y).max()
    return missed if np.abs(missed).max() > round_off else np.zeros_like(missed)


def network_objective(
    network: NetworkLike, x: ArrayLike, y: ArrayLike, *, beta: float, loss: str | Loss = "squared"
) -> float:
    """The objective of a network of any depth, on the points exactly as given."""
    x, y = validation.points(x, y)
    loss = named(loss)
    loss.check(y)
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
    multipliers = _balanced(points, points.weight * (points.y - points.y.mean()), skip_connection)
    return needed_beta(points.x, multipliers)


def certify(
    x: ArrayLike,
    y: ArrayLike,
    f: LinearSpline | NetworkLike | Callable[[Vector], ArrayLike],
    *,
    beta: float,
    loss: str | Loss = "squared",
    path_norm: float | None = None,
    skip_connection: bool = False,
    dual: ArrayLike | None = None,
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
        With real thresholds in the units of y; see `cvxdnn.losses`.
    path_norm : float, optional
        Only for a callable, and needed there.
    skip_connection : bool
        Whether the model has an unpenalised linear term.
    dual : array (n,), optional
        Multipliers to try besides the negative slopes of the loss at f (squared loss: the residuals); the better
        lower bound is kept. At kinks of the loss a function does not determine its multipliers: for "absolute",
        "epsilon_insensitive" and "hinge" pass the `dual` of a solution, or expect a gap even at the optimum.

    Raises
    ------
    InvalidInputError
        On malformed data, a negative beta, an unknown loss, labels it has no meaning for, a deeper network, a missing
        path norm.
    """
    points, loss = merge_points(x, y), named(loss)
    beta = validation.nonnegative("beta", beta)
    if not isinstance(loss, Squared):
        terms = loss_terms(points, y, loss)
        fitted, cost = _evaluate(f, points, path_norm, skip_connection)
        given = None if dual is None else _checked_dual(points, dual)
        return certify_terms(terms, fitted, cost, beta, skip_connection=skip_connection, dual=given)
    fitted, cost = _evaluate(f, points, path_norm, skip_connection)
    merged = None if dual is None else _merged_dual(points, dual)
    certificate = certify_fit(points, fitted, cost, beta, skip_connection=skip_connection, dual=merged)
    return replace(certificate, multipliers=per_point(points, y, certificate.multipliers))


def certify_fit(
    points: MergedPoints,
    fitted: Vector,
    cost: float,
    beta: float,
    *,
    skip_connection: bool = False,
    dual: Vector | None = None,
) -> Certificate:
    """`certify` for values `fitted` (m,) at merged points, with multipliers per merged point.

    `cost` is what beta multiplies; `dual` (m,) are multipliers to try besides the residual.
    """
    missed = _missed(points, fitted)
    primal = _loss_of(points, missed) + beta * cost
    candidates = [points.weight * missed]
    if dual is not None:
        candidates.append(dual)
    bounds = [_lower_bound(points, candidate, beta, skip_connection) for candidate in candidates]
    best = max(bounds, key=lambda bound: bound.value)
    return Certificate(primal, best.value, best.tube, best.multipliers)


def certify_terms(
    terms: LossTerms,
    fitted: Vector,
    cost: float,
    beta: float,
    *,
    skip_connection: bool = False,
    dual: Vector | None = None,
) -> Certificate:
    """`certify` for any loss, for values `fitted` (m,) at the merged points; multipliers are (n,), one per point."""
    candidates = [terms.multipliers(fitted)]
    if dual is not None:
        candidates.append(dual)
    bound = terms.best_bound(candidates, beta, skip_connection)
    return Certificate(terms.total(fitted) + beta * cost, bound.value, bound.tube, bound.multipliers)


def _checked_dual(points: MergedPoints, dual: ArrayLike) -> Vector:
    given = validation.bounded("dual", validation.finite_vector("dual", dual))
    if given.size != points.group.size:
        raise InvalidInputError(f"dual has {given.size} values for {points.group.size} points")
    return given


def _merged_dual(points: MergedPoints, dual: ArrayLike) -> Vector:
    given = _checked_dual(points, dual)
    summed: Vector = np.bincount(points.group, weights=given, minlength=points.x.size).astype(np.float64)
    return summed


def _evaluate(
    f: LinearSpline | NetworkLike | Callable[[Vector], ArrayLike],
    points: MergedPoints,
    path_norm: float | None,
    skip_connection: bool,
) -> tuple[Vector, float]:
    """Values at the merged inputs, and what the penalty charges per unit of beta."""
    if isinstance(f, LinearSpline):
        cost = spline_cost(f, points, skip_connection)
    elif isinstance(f, NetworkLike):
        cost = _network_cost(f, skip_connection)
    elif path_norm is None:
        raise InvalidInputError("path_norm is missing; a callable needs the cost that beta multiplies")
    else:
        cost = validation.nonnegative("path_norm", path_norm)
    # A diverged network must not pass: NaN compares as "no gap".
    fitted = validation.bounded("f(x)", validation.finite_vector("f(x)", f(points.x)))
    if fitted.size != points.x.size:
        raise InvalidInputError(f"f(x) has {fitted.size} values for {points.x.size} inputs; return one each")
    return fitted, cost


def _network_cost(network: NetworkLike, skip_connection: bool) -> float:
    if network.depth != 2:
        raise InvalidInputError(
            f"f is a network of depth {network.depth}; the bound holds for depth 2: certify its effective "
            "two-layer problem instead, or compare objectives with network_objective"
        )
    skip = getattr(network, "skip", 0.0)
    if skip and not skip_connection:
        raise InvalidInputError(f"f has a skip connection of slope {skip:g}; pass skip_connection=True")
    return validation.nonnegative("f.parameters_norm", network.parameters_norm) / 2


def spline_cost(f: LinearSpline, points: MergedPoints, skip_connection: bool = False) -> float:
    """What beta multiplies for the cheapest network that draws f over the data's range."""
    if points.x.size == 1:
        return 0.0
    inside = f.restricted(float(points.x[0]), float(points.x[-1]))
    return inside.total_variation if skip_connection else inside.path_norm


def _lower_bound(points: MergedPoints, multipliers: Vector, beta: float, skip_connection: bool) -> LowerBound:
    """The best that a multiple of the balanced multipliers (m,), one per merged point, proves within the tube."""
    balanced = _balanced(points, multipliers, skip_connection)
    picture = tube(points.x, balanced, beta)
    # s times the multipliers prove s * rise - s^2 / 2 * curvature; y is centred because they sum to zero.
    rise = float(balanced @ (points.y - (points.weight @ points.y) / points.weight.sum()))
    curvature = float(balanced @ (balanced / points.weight))
    needed = picture.needed_beta
    if rise <= 0 or needed == 0:
        return LowerBound(points.scatter, 0.0 * balanced, picture.scaled(0.0, beta))
    largest, best = beta / needed, rise / curvature if curvature > 0 else np.inf
    factor = min(best, largest)
    if largest >= 1 and abs(factor - 1) <= SAME:
        factor = 1.0  # a multiple of all would round them anew (see `cvxdnn.tube.second_difference`)
    value = factor * (rise - 0.5 * factor * curvature)
    return LowerBound(points.scatter + value, factor * balanced, picture.scaled(factor, beta))


def _balanced(points: MergedPoints, multipliers: Vector, skip_connection: bool) -> Vector:
    """Subtract what the free output bias (and the skip connection) would absorb."""
    # Scaling up what round-off left of a cancellation would prove a false bound: project what remains once
    # more, and call it zero where nothing else can be left.
    remaining = _projected(points, _projected(points, multipliers, skip_connection), skip_connection)
    if np.abs(remaining).max() <= 1e-13 * np.abs(multipliers).max():
        return np.zeros_like(multipliers)
    return remaining


def _projected(points: MergedPoints, multipliers: Vector, skip_connection: bool) -> Vector:
    weight = points.weight
    balanced = multipliers - weight * (multipliers.sum() / weight.sum())
    if skip_connection and points.x.size > 1:
        centred = points.x - (weight @ points.x) / weight.sum()
        balanced = balanced - weight * centred * ((balanced @ centred) / (weight @ centred**2))
    return balanced


def per_point(points: MergedPoints, y: ArrayLike, multipliers: Vector) -> Vector:
    """One multiplier per original point: its share of the group's, plus its distance to the group mean."""
    y = np.asarray(y, dtype=np.float64).ravel()
    shares: Vector = (multipliers / points.weight)[points.group] + (y - points.y[points.group])
    return shares
