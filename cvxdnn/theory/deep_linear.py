r"""Deep linear networks :math:`f(X) = X W_1 \cdots W_L`, trained with weight decay on every layer:

.. math::  P = \min \tfrac12 \|f(X) - Y\|_F^2 + \tfrac\beta2 \sum_{l=1}^L \|W_l\|_F^2 .

*Reduction.* Among all factorisations of :math:`M = W_1 \cdots W_L` the least penalty is
:math:`(\beta L/2) \sum_i \sigma_i(M)^{2/L}`; it is reached when all layers have the singular values
:math:`\sigma_i^{1/L}` and neighbouring layers share their singular vectors. Every stationary point is balanced so,
:math:`W_l^T W_l = W_{l+1} W_{l+1}^T`. What is left is a problem in M:

* whitened data, :math:`X^T X = qI` or :math:`X X^T = qI`: each singular value of :math:`X^T Y / q` is shrunk on its
  own by the scalar problem of `cvxdnn.theory.shrinkage`, with weight decay beta / q;
* one output: M is a vector on the ridge path, of a length found by a one-dimensional search;
* L = 2: the convex problem with the nuclear norm;
* otherwise no closed form is known.

*Dual bound.* For hidden layers of norm t the dual is :math:`\min_M \tfrac12\|XM - Y\|^2 + \beta t^{2-L} \|M\|_*`.
Adding the cost of t and minimising over it leaves :math:`\min_M \tfrac12\|XM - Y\|^2 + (\beta L/2) \|M\|_*^{2/L}`.
With one output or L = 2 that is P; with several outputs and L >= 3 it is less as soon as the optimum has rank two:
*standard deep linear networks have a duality gap there*.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; Wang, Ergen & Pilanci (2023), arXiv 2110.06482, for the gap;
proofs in docs/deep-linear.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array
from cvxdnn.theory.inputs import depth_at_least_two, positive_beta, samples
from cvxdnn.theory.norm_constrained import NormConstrained, norm_constrained
from cvxdnn.theory.nuclear import FEW, ROUNDING, descend, nuclear_bound
from cvxdnn.theory.radial import OUTWARDS, minimize_over_radius
from cvxdnn.theory.result import Claim, Verdict, network_objective
from cvxdnn.theory.ridge import ridge_path
from cvxdnn.theory.shrinkage import shrink
from cvxdnn.theory.spectral import sum_support
from cvxdnn.theory.whitened_inputs import WhitenedInputs, whitened_inputs

__all__ = ["DeepLinear", "NormConstrained", "norm_constrained", "solve"]

WHITENED = Verdict(Claim.PROVED, "whitened inputs: every singular value of X^T Y is shrunk on its own")
ONE_OUTPUT = Verdict(Claim.PROVED, "one output: rank-one aligned layers, a point of the ridge path", certified=True)
TWO_LAYERS = Verdict(
    Claim.PROVED, "two layers: convex with the nuclear norm, solved numerically; see the gap", certified=True
)
NONE_KNOWN = Verdict(
    Claim.NO_CLOSED_FORM,
    "three or more layers, several outputs and inputs that are not whitened: the best of several descents; its "
    "objective is an upper bound",
    "Whiten the inputs, use two layers, or predict one output at a time.",
)


@dataclass(frozen=True, eq=False)
class DeepLinear:
    """An optimal deep linear network, or the best one known (see `status`).

    objective : of the network in `weights`, as float64 evaluates it
    weights : W_1 (d, r), W_2..W_{L-1} (r, r), W_L (r, K), with r = min(d, K)
    singular_values : (L, r) of each layer, descending; the same in all layers
    matrix : (d, K) the end-to-end matrix W_1 ... W_L
    stationarity : the largest gradient of the objective in a layer, in units of beta times that layer's norm; measured
    dual_bound : a proven lower bound on every network's objective
    status : which statement gives the objective, and whether it is proved
    """

    objective: float
    weights: tuple[Array, ...]
    singular_values: Array
    matrix: Array
    stationarity: float
    dual_bound: float
    status: Verdict
    beta: float
    depth: int

    @property
    def gap(self) -> float:
        """Objective minus dual bound: the duality gap where the objective is the optimum."""
        return self.objective - self.dual_bound


def solve(X: ArrayLike, Y: ArrayLike, *, beta: float, depth: int) -> DeepLinear:
    """The global optimum of training a deep linear network, where a closed form exists.

    Parameters
    ----------
    X : (n, d)
        Inputs, one row for each sample; not all zero.
    Y : (n,) or (n, K)
        Targets.
    beta : float > 0
        Weight decay: the loss is a sum with 1/2, not a mean.
    depth : int >= 2
        Weight matrices L. Hidden layers are at least min(d, K) wide.

    Raises
    ------
    InvalidInputError
        On malformed data or settings.

    Source: docs/deep-linear.md.
    """
    X, Y = samples(X, Y)
    beta, depth = positive_beta(beta), depth_at_least_two(depth)
    if not X.any():
        raise InvalidInputError("X is zero everywhere; a linear network then outputs zero whatever its weights")
    whitened = whitened_inputs(X, Y)
    if whitened is not None:
        return _whitened(X, Y, whitened, beta, depth)
    if Y.shape[1] == 1:
        return _one_output(X, Y, beta, depth)
    return _two_layers(X, Y, beta) if depth == 2 else _no_closed_form(X, Y, beta, depth)


def _whitened(X: Array, Y: Array, whitened: WhitenedInputs, beta: float, depth: int) -> DeepLinear:
    s = shrink(whitened.values, beta / whitened.q, depth).minimizer
    floor = whitened.floor
    scaled, ones = floor.beta(beta, 2 / depth), np.ones_like(floor.targets)
    shrunk = float(shrink(floor.targets, scaled, depth).value.sum())
    proved = OUTWARDS * (floor.constant + floor.curvature * shrunk)
    largest = float(floor.targets.sum())
    dual = minimize_over_radius(lambda r: sum_support(floor.targets, ones, r)[1], largest, scaled, depth)
    bound = OUTWARDS * floor.constant + floor.curvature * dual.lower_bound
    return _result(X, Y, (whitened.U, s, whitened.basis), bound, WHITENED, beta, depth, proved=proved)


def _one_output(X: Array, Y: Array, beta: float, depth: int) -> DeepLinear:
    path = ridge_path(X, Y[:, 0])
    best = minimize_over_radius(path.support, path.largest, beta, depth)
    return _result(X, Y, _factors(path.weights(best.radius)[:, None]), best.lower_bound, ONE_OUTPUT, beta, depth)


def _two_layers(X: Array, Y: Array, beta: float) -> DeepLinear:
    found = min((descend(X, Y, beta, 2, start) for start in _starts(X, Y, beta, 2)), key=lambda end: end.objective)
    # The residual, made feasible: sigma_max(X^T Lambda) <= beta.
    hidden = ROUNDING * float(np.linalg.norm(X, 2)) * float(np.linalg.norm(found.residual))
    reached = float(np.linalg.norm(X.T @ found.residual, 2)) + hidden
    multipliers = min(1.0, beta / reached if reached > 0 else 1.0) * found.residual
    products = multipliers * (Y - 0.5 * multipliers)
    dual_bound = max(float(products.sum()) - ROUNDING * float(np.abs(products).sum()), 0.0)
    return _result(X, Y, _factors(found.matrix), dual_bound, TWO_LAYERS, beta, 2)


def _no_closed_form(X: Array, Y: Array, beta: float, depth: int) -> DeepLinear:
    ends = [descend(X, Y, beta, depth, start) for start in _starts(X, Y, beta, depth)]
    # The rank is a choice of its own: each end is tried with fewer directions, too.
    for end in tuple(ends):
        U, s, basis = _factors(end.matrix)
        for rank in range(1, int(np.count_nonzero(s))):
            ends.append(descend(X, Y, beta, depth, (U[:, :rank] * s[:rank]) @ basis[:rank], FEW))
    best = min(ends, key=lambda end: end.objective)
    best = descend(X, Y, beta, depth, best.matrix)
    nothing = 0.5 * float(np.vdot(Y, Y))
    M = best.matrix if best.objective < nothing else np.zeros_like(best.matrix)
    return _result(X, Y, _factors(M), nuclear_bound(X, Y, beta, depth), NONE_KNOWN, beta, depth)


def _starts(X: Array, Y: Array, beta: float, depth: int) -> Iterator[Array]:
    """Where descents begin: least squares, the convex problem's end, and every singular direction of X on its own."""
    unpenalised = _separate(X, Y, 0.0, depth)
    yield unpenalised
    if depth > 2:
        yield descend(X, Y, beta, 2, unpenalised).matrix
        yield _separate(X, Y, beta, depth)


def _separate(X: Array, Y: Array, beta: float, depth: int) -> Array:
    """The optimum if the rows of U^T Y, with X = U diag(sigma) V^T, are orthogonal: each is shrunk on its own."""
    U, sigma, basis = np.linalg.svd(X, full_matrices=False)
    seen = sigma > ROUNDING * sigma[0]
    rows, sigma = (U.T @ Y)[seen], sigma[seen]
    lengths = np.linalg.norm(rows, axis=1)
    shrunk = [float(shrink(a / x, beta / x**2, depth).minimizer) for a, x in zip(lengths, sigma, strict=True)]
    unit = np.divide(rows, lengths[:, None], out=np.zeros_like(rows), where=lengths[:, None] > 0)
    return np.asarray(basis[seen].T @ (np.array(shrunk)[:, None] * unit))


Factors = tuple[Array, Array, Array]
"""M = U diag(s) V^T as (U, s, V^T)."""


def _factors(M: Array) -> Factors:
    U, s, basis = np.linalg.svd(M, full_matrices=False)
    return U, np.where(s > ROUNDING * s[0], s, 0.0), basis


def _result(
    X: Array,
    Y: Array,
    factors: Factors,
    dual_bound: float,
    status: Verdict,
    beta: float,
    depth: int,
    *,
    proved: float | None = None,
) -> DeepLinear:
    """The network of M = U diag(s) V^T, judged by the dual bound, or by another one that a theorem proves."""
    U, s, basis = factors
    layer = s ** (1 / depth)
    weights = (U * layer, *(np.diag(layer),) * (depth - 2), layer[:, None] * basis)
    objective = network_objective(X, Y, weights, beta, linear=True)
    stationarity = _stationarity(X, Y, weights, beta)
    if status is NONE_KNOWN:
        status = replace(status, message=f"{status.message}, its gradient {stationarity:.0e} of the weight decay's")
    return DeepLinear(
        objective=objective,
        weights=weights,
        singular_values=np.tile(layer, (depth, 1)),
        matrix=(U * s) @ basis,
        stationarity=stationarity,
        dual_bound=dual_bound,
        status=status.judged(objective, dual_bound if proved is None else proved, Y),
        beta=beta,
        depth=depth,
    )


def _stationarity(X: Array, Y: Array, weights: tuple[Array, ...], beta: float) -> float:
    """max_l ||dP/dW_l|| / (beta ||W_l||); 0 for the zero network."""
    before = [X]
    for layer in weights:
        before.append(before[-1] @ layer)
    behind, shares = before[-1] - Y, []
    for layer, features in zip(reversed(weights), before[-2::-1], strict=True):
        norm = float(np.linalg.norm(layer))
        shares.append(float(np.linalg.norm(features.T @ behind + beta * layer)) / (beta * norm) if norm > 0 else 0.0)
        behind = behind @ layer.T
    return max(shares)
