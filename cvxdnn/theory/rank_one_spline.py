r"""Rank-one data with biases in the last hidden layer: a linear spline, whatever the depth.

Layers 1..L-2 only rescale inputs :math:`x \ge 0`, the units of layer L-1 draw hinges, and biases are free. With the
dictionary A of hinges at the data,

.. math::  P = \min_{z, b_0}\ \tfrac12 \|A z + b_0 1 - y\|^2 + \tfrac{\beta L}{2}\, \|z\|_1^{2/L} ,

a search over :math:`r = \|z\|_1` (`cvxdnn.theory.bounded_spline`) that carries its own proof
(`cvxdnn.theory.radial`). With :math:`t = r^{1/L}` and :math:`p_j = |z_j| / r` the weights are a chain of norm t and
then

.. math::  w_{L-1,j} = \pm t \sqrt{p_j}, \quad b_j = \mp t^{L-1} \sqrt{p_j}\, u_j, \quad
           w_{L,j} = \operatorname{sign}(z_j)\, t \sqrt{p_j} .

*Inputs of both signs.* For L = 2 nothing changes. For L >= 3 the first layer splits x into :math:`x_+` and
:math:`x_-`, and the formula is false, as a bound in either direction: a line needs both parts and costs more, a single
unit that sees both can bend twice and cost less. Two bounds replace it.

* Above: a chain for each side, and hinges in :math:`x_+` or in :math:`x_-` only. By concavity
  :math:`r_+^{2/L} + r_-^{2/L} \le 2^{1 - 2/L} (r_+ + r_-)^{2/L}`, which is minimised; the network found is then charged
  exactly.
* Below: a unit whose slopes on the two sides are :math:`g_+, g_-` has an l1 norm of at most
  :math:`2(|g_+| + |g_-|)` over the hinges, so the formula with :math:`(\|z\|_1 / 2)^{2/L}` bounds every network.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; proofs in docs/rank-one.md.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cvxdnn.theory.bounded_spline import bounded_splines
from cvxdnn.theory.hinges import HingeFit, Hinges, hinges
from cvxdnn.theory.radial import minimize_over_radius
from cvxdnn.theory.rank_one_result import RankOne, RankOneData, features
from cvxdnn.theory.result import Claim, Verdict, network_objective

__all__ = ["solve_spline"]

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

SPLINE = Verdict(
    Claim.PROVED, "biases in the last hidden layer: a linear spline with knots at the data", certified=True
)
BOTH_SIGNS = Verdict(
    Claim.NO_CLOSED_FORM,
    "inputs of both signs and three or more layers: the spline formula is false here; the network has a chain for each "
    "side of zero, and its objective is an upper bound",
    "Shift the inputs to one sign, or use depth=2, for a proved optimum.",
)


def solve_spline(data: RankOneData, beta: float, depth: int) -> RankOne:
    """The network with biases."""
    splines, scaled = bounded_splines(data.x, data.y), data.scaled_beta(beta, depth)
    best = minimize_over_radius(splines.support, splines.largest, scaled, depth)
    if data.both_signs and depth > 2:
        below = minimize_over_radius(splines.support, splines.largest, scaled * 2 ** (-2 / depth), depth)
        return _two_chains(data, best.value, below.lower_bound, beta, depth)
    fit = splines.fit(best.radius)
    return _result(data, fit, np.zeros(fit.kinks.size, dtype=np.intp), best.value, best.lower_bound, beta, depth)


def _two_chains(data: RankOneData, formula: float, bound: float, beta: float, depth: int) -> RankOne:
    """The network with a chain for each side."""
    positive, negative = (hinges(side, data.y) for side in features(data.x).T)
    both = Hinges(
        np.hstack([positive.columns, negative.columns]),
        np.concatenate([positive.kinks, negative.kinks]),
        np.concatenate([positive.signs, negative.signs]),
        data.y,
    )
    scaled = data.scaled_beta(beta, depth) * 2 ** (1 - 2 / depth)
    fit = both.fit(minimize_over_radius(both.support, both.largest, scaled, depth).radius)
    side = (fit.columns >= positive.kinks.size).astype(np.intp)
    return _result(data, fit, side, formula, bound, beta, depth)


def _result(
    data: RankOneData, fit: HingeFit, chain: NDArray[np.intp], formula: float, bound: float, beta: float, depth: int
) -> RankOne:
    """The network of a fit in x, judged."""
    two = data.both_signs and depth > 2
    inputs = data.direction[:, None] * (np.array([1.0, -1.0]) if two else 1.0)
    fit = replace(fit, coefficients=fit.coefficients / data.length, kinks=fit.kinks * data.length)
    strengths = np.array([np.abs(fit.coefficients[chain == k]).sum() for k in range(inputs.shape[1])])
    weights, biases = _network(inputs, fit, chain, strengths, depth)
    objective = network_objective(data.X, data.y, weights, beta, biases)
    return RankOne(
        objective=objective,
        weights=weights,
        biases=biases,
        fitted=fit.fitted,
        strengths=strengths,
        dual_bound=bound,
        formula=formula,
        status=(BOTH_SIGNS if two else SPLINE).judged(objective, bound, data.y),
        beta=beta,
        depth=depth,
    )


def _network(
    inputs: Matrix, fit: HingeFit, chain: NDArray[np.intp], strengths: Vector, depth: int
) -> tuple[tuple[Matrix, ...], tuple[Vector, ...]]:
    """Weights and biases of chains with input directions (d, S) whose hinges are those of `fit`.

    chain : (k,) which chain each hinge belongs to;  strengths : (S,) l1 norm of each
    """
    norms = strengths ** (1 / depth)
    of_chain = norms[chain]
    amplitude = of_chain * np.sqrt(np.abs(fit.coefficients) / strengths[chain])
    bends = np.zeros((strengths.size, fit.columns.size))
    bends[chain, np.arange(fit.columns.size)] = fit.signs * amplitude
    if depth == 2:
        hidden: tuple[Matrix, ...] = (inputs @ bends,)
    else:
        hidden = (inputs * norms, *(np.diag(norms),) * (depth - 3), bends)
    kinks = -fit.signs * of_chain ** (depth - 2) * amplitude * fit.kinks
    biases = (*(np.zeros(layer.shape[1]) for layer in hidden[:-1]), kinks, np.array([fit.intercept]))
    return (*hidden, (np.sign(fit.coefficients) * amplitude)[:, None]), biases
