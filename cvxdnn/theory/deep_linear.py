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

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn.exceptions import InvalidInputError
from cvxdnn.theory.inputs import column_scale, depth_at_least_two, positive_beta, row_scale, samples
from cvxdnn.theory.norm_constrained import NormConstrained, norm_constrained
from cvxdnn.theory.nuclear import nuclear_fit, nuclear_support, shrinkage_iteration
from cvxdnn.theory.radial import minimize_over_radius
from cvxdnn.theory.result import Claim, Verdict
from cvxdnn.theory.ridge import ridge_path
from cvxdnn.theory.shrinkage import shrink
from cvxdnn.theory.spectral import sum_support

__all__ = ["DeepLinear", "NormConstrained", "norm_constrained", "solve"]

Matrix = NDArray[np.float64]

ROUGH = 1e-4
"""Relative accuracy of the dual bound where every point of the search is an iteration of its own."""

WHITENED = Verdict(Claim.PROVED, "whitened inputs: every singular value of X^T Y is shrunk on its own")
ONE_OUTPUT = Verdict(Claim.PROVED, "one output: rank-one aligned layers, a point of the ridge path")
TWO_LAYERS = Verdict(Claim.PROVED, "two layers: convex with the nuclear norm, solved numerically; see the gap")
NONE_KNOWN = Verdict(
    Claim.NO_CLOSED_FORM,
    "three or more layers, several outputs and inputs that are not whitened: the network given is stationary, and its "
    "objective an upper bound",
    "Whiten the inputs, use two layers, or predict one output at a time.",
)


@dataclass(frozen=True, eq=False)
class DeepLinear:
    """An optimal deep linear network, or the best one known (see `status`).

    objective : of the network in `weights`, from the closed form
    weights : W_1 (d, r), W_2..W_{L-1} (r, r), W_L (r, K), with r = min(d, K)
    singular_values : (L, r) of each layer, descending; the same in all layers
    matrix : (d, K) the end-to-end matrix W_1 ... W_L
    dual_bound : a proven lower bound on every network's objective
    status : which statement gives the objective, and whether it is proved
    """

    objective: float
    weights: tuple[Matrix, ...]
    singular_values: Matrix
    matrix: Matrix
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
    SolverFailedError
        When cvxpy gives no answer (inputs that are not whitened with several outputs only).

    Source: docs/deep-linear.md.
    """
    X, Y = samples(X, Y)
    beta, depth = positive_beta(beta), depth_at_least_two(depth)
    if not X.any():
        raise InvalidInputError("X is zero everywhere; a linear network then outputs zero whatever its weights")
    q = row_scale(X) or column_scale(X)
    if q is not None:
        return _whitened(X, Y, q, beta, depth)
    if Y.shape[1] == 1:
        return _one_output(X, Y, beta, depth)
    return _two_layers(X, Y, beta) if depth == 2 else _no_closed_form(X, Y, beta, depth)


def _whitened(X: Matrix, Y: Matrix, q: float, beta: float, depth: int) -> DeepLinear:
    unpenalised = X.T @ Y / q
    U, targets, basis = np.linalg.svd(unpenalised, full_matrices=False)
    shrunk = shrink(targets, beta / q, depth)
    outside = 0.5 * float(np.linalg.norm(Y - X @ unpenalised)) ** 2
    ones = np.ones_like(targets)
    dual = minimize_over_radius(lambda r: sum_support(targets, ones, r)[1], float(targets.sum()), beta / q, depth)
    objective = outside + q * float(shrunk.value.sum())
    factors = (U, shrunk.minimizer, basis)
    return _result(objective, factors, outside + q * dual.lower_bound, WHITENED, beta, depth)


def _one_output(X: Matrix, Y: Matrix, beta: float, depth: int) -> DeepLinear:
    path = ridge_path(X, Y[:, 0])
    best = minimize_over_radius(path.support, path.largest, beta, depth)
    factors = _factors(path.weights(best.radius)[:, None])
    return _result(best.value, factors, best.lower_bound, ONE_OUTPUT, beta, depth)


def _two_layers(X: Matrix, Y: Matrix, beta: float) -> DeepLinear:
    M = nuclear_fit(X, Y, beta)
    residual = Y - X @ M
    # The residual, made feasible: sigma_max(X^T Lambda) <= beta.
    share = min(1.0, beta / max(float(np.linalg.norm(X.T @ residual, 2)), np.finfo(np.float64).tiny))
    multipliers = share * residual
    dual_bound = float(np.vdot(multipliers, Y)) - 0.5 * float(np.vdot(multipliers, multipliers))
    return _result(_objective(X, Y, M, beta, 2), _factors(M), dual_bound, TWO_LAYERS, beta, 2)


def _no_closed_form(X: Matrix, Y: Matrix, beta: float, depth: int) -> DeepLinear:
    unpenalised = np.linalg.pinv(X) @ Y
    convex = shrinkage_iteration(X, Y, beta, 2, unpenalised)
    candidates = [
        np.zeros_like(unpenalised),
        *(shrinkage_iteration(X, Y, beta, depth, start) for start in (unpenalised, convex)),
    ]
    M = min(candidates, key=lambda candidate: _objective(X, Y, candidate, beta, depth))
    largest = float(np.linalg.norm(unpenalised, "nuc"))
    dual = minimize_over_radius(nuclear_support(X, Y), largest, beta, depth, ROUGH)
    return _result(_objective(X, Y, M, beta, depth), _factors(M), dual.lower_bound, NONE_KNOWN, beta, depth)


Factors = tuple[Matrix, Matrix, Matrix]
"""M = U diag(s) V^T as (U, s, V^T)."""


def _factors(M: Matrix) -> Factors:
    U, s, basis = np.linalg.svd(M, full_matrices=False)
    return U, s, basis


def _objective(X: Matrix, Y: Matrix, M: Matrix, beta: float, depth: int) -> float:
    powers = np.linalg.svd(M, compute_uv=False) ** (2 / depth)
    return 0.5 * float(np.linalg.norm(X @ M - Y)) ** 2 + 0.5 * beta * depth * float(powers.sum())


def _result(
    objective: float, factors: Factors, dual_bound: float, status: Verdict, beta: float, depth: int
) -> DeepLinear:
    U, s, basis = factors
    layer = s ** (1 / depth)
    weights = (U * layer, *(np.diag(layer),) * (depth - 2), layer[:, None] * basis)
    return DeepLinear(
        objective=objective,
        weights=weights,
        singular_values=np.tile(layer, (depth, 1)),
        matrix=(U * s) @ basis,
        dual_bound=dual_bound,
        status=status.given(objective, dual_bound),
        beta=beta,
        depth=depth,
    )
