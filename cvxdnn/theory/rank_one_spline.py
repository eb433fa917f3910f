r"""Rank-one data with biases in the last hidden layer: a linear spline, whatever the depth.

Layers 1..L-2 only rescale inputs :math:`x \ge 0`, the units of layer L-1 draw hinges, and biases are free. With the
dictionary A of hinges at the data,

.. math::  P = \min_{z, b_0}\ \tfrac12 \|A z + b_0 1 - y\|^2 + \tfrac{\beta L}{2}\, \|z\|_1^{2/L} ,

which is the problem of one input that `cvxdnn.convex.solve` solves and certifies. With :math:`r = \|z\|_1`,
:math:`t = r^{1/L}` and :math:`p_j = |z_j| / r` the weights are a chain of norm t and then

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

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cvxdnn import convex
from cvxdnn.core.closed_form import Ramps, least_ramps
from cvxdnn.core.solution import Solution
from cvxdnn.core.types import Array, Indices
from cvxdnn.theory.hinges import Hinges, hinges
from cvxdnn.theory.radial import minimize_over_radius
from cvxdnn.theory.rank_one_result import RankOne, RankOneData, features
from cvxdnn.theory.result import Claim, Verdict, network_objective

__all__ = ["solve_spline"]

NEGLIGIBLE = 1e-13
"""Coefficients below this share of the l1 norm are rounding."""
ORDINARY = (1e-30, 1e30)
"""Targets within a smaller or larger range are measured in units of it, so that no square underflows or overflows."""
SMALLEST_BETA, LARGEST_BETA = 1e-250, 1e200
"""In such units: a smaller weight decay proves nothing, and with a larger one the optimum is the constant anyway."""
OUTWARDS = 1 - 1e-13
"""What is left of a bound as proven, since units are rounded."""

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
    if data.both_signs and depth > 2:
        formula, below = (_best(convex.least_spline, data, part * beta, depth) for part in (1.0, 2 ** (-2 / depth)))
        return _two_chains(data, formula.objective, below.bound, beta, depth)
    best = _best(convex.solve, data, beta, depth)
    side = np.zeros(best.ramps.knots.size, dtype=np.intp)
    return _result(data, best.ramps, side, best.objective, best.bound, beta, depth)


@dataclass(frozen=True, eq=False)
class _Best:
    """The best spline in x as ramps, its objective, and what is proved about all."""

    ramps: Ramps
    objective: float
    bound: float


def _best(solver: Callable[..., Solution], data: RankOneData, beta: float, depth: int) -> _Best:
    """The spline that a solver of `cvxdnn.convex` finds, which is given data of ordinary sizes."""
    unit = _unit(data.y)
    scaled = data.scaled_beta(beta, depth) / unit / unit * unit ** (2 / depth)
    found = solver(data.x, data.y / unit, beta=float(np.clip(scaled, SMALLEST_BETA, LARGEST_BETA)), depth=depth)
    ramps = least_ramps(found.spline, *found.x_range)
    proved = max(found.objective - found.gap, 0.0) if scaled >= SMALLEST_BETA else 0.0
    return _Best(
        replace(ramps, coefficients=unit * ramps.coefficients), found.objective * unit**2, OUTWARDS * proved * unit**2
    )


def _unit(y: Array) -> float:
    """1, or a power of two near the range of targets that is not ordinary."""
    spread = float(np.ptp(y))
    if spread == 0 or ORDINARY[0] <= spread <= ORDINARY[1]:
        return 1.0
    return float(2.0 ** np.floor(np.log2(spread)))


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
    radius = minimize_over_radius(both.support, both.largest, scaled, depth).radius
    coefficients = both.coefficients(radius)
    used = np.flatnonzero(np.abs(coefficients) > NEGLIGIBLE * radius)
    ramps = Ramps(coefficients[used], both.signs[used], both.kinks[used], 0.0)
    side = (used >= positive.kinks.size).astype(np.intp)
    return _result(data, ramps, side, formula, bound, beta, depth)


def _result(
    data: RankOneData, ramps: Ramps, chain: Indices, formula: float, bound: float, beta: float, depth: int
) -> RankOne:
    """The network of ramps in x, but for their offset, judged; `chain` (k,) says which side of zero each one sees."""
    two = data.both_signs and depth > 2
    inputs = data.direction[:, None] * (np.array([1.0, -1.0]) if two else 1.0)
    seen = features(data.x)[:, chain] if two else data.x[:, None]
    linear = np.maximum(ramps.directions * (seen - ramps.knots), 0.0) @ ramps.coefficients
    # The mean is the best offset for the ramps as they are rounded.
    ramps = replace(
        ramps,
        coefficients=ramps.coefficients / data.length,
        knots=ramps.knots * data.length,
        offset=float(np.mean(data.y - linear)),
    )
    strengths = np.array([np.abs(ramps.coefficients[chain == k]).sum() for k in range(inputs.shape[1])])
    weights, biases = _network(inputs, ramps, chain, strengths, depth)
    objective = network_objective(data.X, data.y, weights, beta, biases)
    return RankOne(
        objective=objective,
        weights=weights,
        biases=biases,
        fitted=linear + ramps.offset,
        strengths=strengths,
        dual_bound=min(bound, objective),  # where pieces are steep, float64 evaluates the network to less than it is
        formula=formula,
        status=(BOTH_SIGNS if two else SPLINE).judged(objective, bound, data.y),
        beta=beta,
        depth=depth,
    )


def _network(
    inputs: Array, ramps: Ramps, chain: Indices, strengths: Array, depth: int
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Weights and biases of chains with input directions (d, S).

    chain : (k,) which chain each ramp belongs to;  strengths : (S,) l1 norm of each
    """
    norms = strengths ** (1 / depth)
    of_chain, k = norms[chain], ramps.coefficients.size
    shares = np.divide(np.abs(ramps.coefficients), strengths[chain], out=np.zeros(k), where=strengths[chain] > 0)
    amplitude = of_chain * np.sqrt(shares)
    bends = np.zeros((strengths.size, k))
    bends[chain, np.arange(k)] = ramps.directions * amplitude
    if depth == 2:
        hidden: tuple[Array, ...] = (inputs @ bends,)
    else:
        hidden = (inputs * norms, *(np.diag(norms),) * (depth - 3), bends)
    kinks = -ramps.directions * of_chain ** (depth - 2) * amplitude * ramps.knots
    biases = (*(np.zeros(layer.shape[1]) for layer in hidden[:-1]), kinks, np.array([ramps.offset]))
    return (*hidden, (np.sign(ramps.coefficients) * amplitude)[:, None]), biases
