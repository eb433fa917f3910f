r"""The training objective, its dual, and the certificate: the one home of the loss, the penalty and the 1/2.

A network of L weight layers, biases never penalised, is trained on

.. math::  \tfrac12 \sum_i (f(x_i) - y_i)^2 + \tfrac\beta2 \sum_l \|W_l\|_F^2 .

For L = 2 rescaling each neuron turns the penalty into :math:`\beta R(f)`, R the path norm (`cvxdnn.spline`).
The dual of that convex problem asks for multipliers :math:`\lambda`, one per point, that sum to zero and
whose *double integral*, with :math:`c = \sum_i \lambda_i x_i`,

.. math::  z(t) = \sum_i \lambda_i (x_i - t)_+ - c/2

stays in a *tube*: :math:`|z(t)| \le \beta - |c|/2` for every t. z is c/2 left of the data, -c/2 right of it
and linear between, so the data points decide. Any such :math:`\lambda` proves the lower bound
:math:`\lambda^T y - \tfrac12 \|\lambda\|^2`; the optimal one is the residual :math:`y - f`, and the optimal
function bends only where z touches the wall. With an unpenalised skip connection c must be zero.

`certify` takes the residual of any candidate, makes it feasible, and reports the gap that is then proven.
Points whose x (nearly) coincide count as one point with a weight, as everywhere in this library.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; the symmetric tube is derived in docs/certificate.md.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn import validation
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.spline import LinearSpline, MergedPoints, merge_points

__all__ = ["LOSSES", "Certificate", "NetworkLike", "Tube", "beta_max", "certify", "network_objective"]

Vector = NDArray[np.float64]

LOSSES = ("squared",)


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
class Tube:
    """The picture of a dual feasible point: z at the distinct data points x, and the tube's half width.

    x, z : (m,);  half_width : beta - |c|/2;  c : sum of multiplier times x;  z is c/2 left and -c/2 right
    """

    x: Vector
    z: Vector
    half_width: float
    c: float

    @property
    def fits(self) -> bool:
        """Whether z stays in the tube, up to round-off."""
        return bool(np.abs(self.z).max() <= self.half_width * (1 + 1e-12))

    def touching(self, tolerance: float = 1e-6) -> NDArray[np.intp]:
        """Indices of the points where z lies on the wall, to `tolerance` of the half width."""
        return np.flatnonzero(np.abs(self.z) >= self.half_width * (1 - tolerance))


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
    return 0.5 * float(points.weight @ (fitted - points.y) ** 2) + points.scatter


def network_objective(network: NetworkLike, x: ArrayLike, y: ArrayLike, *, beta: float) -> float:
    """The objective of a network of any depth, on the points exactly as given."""
    x, y = validation.points(x, y)
    return 0.5 * float(np.sum((network(x) - y) ** 2)) + 0.5 * beta * network.parameters_norm


def beta_max(x: ArrayLike, y: ArrayLike, *, skip_connection: bool = False) -> float:
    """The smallest weight decay at which the best constant (with a skip: the best line) is optimal."""
    return largest_beta(merge_points(x, y), skip_connection)


def largest_beta(points: MergedPoints, skip_connection: bool = False) -> float:
    """`beta_max` of merged points."""
    multipliers = _balanced(points, points.weight * (points.y - points.y.mean()), skip_connection)
    return _needed_beta(points.x, multipliers)


def certify(
    x: ArrayLike,
    y: ArrayLike,
    f: LinearSpline | NetworkLike | Callable[[Vector], ArrayLike],
    *,
    beta: float,
    loss: str = "squared",
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
    loss : "squared"
    path_norm : float, optional
        Only for a callable, and needed there.
    skip_connection : bool
        Whether the model has an unpenalised linear term.
    dual : array (n,), optional
        Multipliers to try besides the residual; the better lower bound is kept.

    Raises
    ------
    InvalidInputError
        On malformed data, a negative beta, an unknown loss, a deeper network, a missing path norm.
    """
    points = merge_points(x, y)
    beta = validation.nonnegative("beta", beta)
    validation.one_of("loss", loss, LOSSES)
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
    primal = squared_loss(points, fitted) + beta * cost
    candidates = [points.weight * (points.y - fitted)]
    if dual is not None:
        candidates.append(dual)
    bound, multipliers = _best_bound(points, candidates, beta, skip_connection)
    return Certificate(primal, bound, tube(points.x, multipliers, beta), multipliers)


def _merged_dual(points: MergedPoints, dual: ArrayLike) -> Vector:
    given = validation.bounded("dual", validation.finite_vector("dual", dual))
    if given.size != points.group.size:
        raise InvalidInputError(f"dual has {given.size} values for {points.group.size} points")
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


def _best_bound(
    points: MergedPoints, candidates: Iterable[Vector], beta: float, skip_connection: bool
) -> tuple[float, Vector]:
    """The largest lower bound among the candidates, each made feasible; and its multipliers."""
    best, chosen = points.scatter, np.zeros_like(points.x)
    for candidate in candidates:
        multipliers = _feasible(points, candidate, beta, skip_connection)
        bound = _dual_value(points, multipliers)
        if bound > best:
            best, chosen = bound, multipliers
    return best, chosen


def _feasible(points: MergedPoints, multipliers: Vector, beta: float, skip_connection: bool) -> Vector:
    """The best multiple of the balanced multipliers that lies in the tube."""
    balanced = _balanced(points, multipliers, skip_connection)
    curvature = float(balanced @ (balanced / points.weight))
    if curvature == 0.0:
        return balanced
    best_multiple = max(float(balanced @ _centred(points)) / curvature, 0.0)
    needed = _needed_beta(points.x, balanced)
    largest = beta / needed if needed > 0 else np.inf
    return min(best_multiple, largest) * balanced


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


def _dual_value(points: MergedPoints, multipliers: Vector) -> float:
    """lambda^T y - 1/2 |lambda|^2 in merged form; y is centred because the multipliers sum to zero."""
    linear = float(multipliers @ _centred(points))
    return linear - 0.5 * float(multipliers @ (multipliers / points.weight)) + points.scatter


def _centred(points: MergedPoints) -> Vector:
    return points.y - (points.weight @ points.y) / points.weight.sum()


def double_integral(x: Vector, multipliers: Vector) -> Vector:
    """sum_i lambda_i (x_j - x_i)_+ at every x_j, by two cumulative sums.

    They run in extended precision where the machine has it: over a million points the rounding of float64 would
    cost four digits of the certificate.
    """
    steps = np.cumsum(multipliers, dtype=np.longdouble)[:-1] * np.diff(x)
    integral = np.zeros(x.size)
    integral[1:] = np.cumsum(steps)
    return integral


def tube(x: Vector, multipliers: Vector, beta: float) -> Tube:
    """The tube picture of multipliers (m,) at sorted inputs (m,)."""
    integral = double_integral(x, multipliers)
    c = -float(integral[-1])
    return Tube(x, integral + c / 2, beta - abs(c) / 2, c)


def _needed_beta(x: Vector, multipliers: Vector) -> float:
    """The smallest beta whose tube holds the multipliers."""
    picture = tube(x, multipliers, 0.0)
    return float(np.abs(picture.z).max()) - picture.half_width


def per_point(points: MergedPoints, y: ArrayLike, multipliers: Vector) -> Vector:
    """One multiplier per original point: its share of the group's, plus its distance to the group mean."""
    y = np.asarray(y, dtype=np.float64).ravel()
    shares: Vector = (multipliers / points.weight)[points.group] + (y - points.y[points.group])
    return shares
