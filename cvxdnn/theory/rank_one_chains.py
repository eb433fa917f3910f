r"""Rank-one data without biases: one chain of aligned layers for each side of zero, or one for both.

The network sees :math:`x_+ = \max(x, 0)` and :math:`x_- = \max(-x, 0)` only: :math:`f = g_+ x_+ + g_- x_-`. With
:math:`q_\pm = \|x_\pm\|^2` and :math:`s_\pm = |x_\pm^T y| / q_\pm` the loss separates over the two sides.

* *One side only*: :math:`P = \tfrac12 \|y\|^2 - \tfrac q2 s^2 + q\, S_L(s, \beta / q)`, the scalar problem.
* *Both sides*: every network costs at least :math:`(\beta L / 2)(|g_+| + |g_-|)^{2/L}`, because the two features leave
  the first layer in different units. A network that feeds both into one chain attains this when L = 2 or when
  :math:`g_+ g_- \ge 0`.
* Otherwise each side has a chain of its own, which costs :math:`(\beta L / 2)(|g_+|^{2/L} + |g_-|^{2/L})`; nothing
  lower was found by training.

Source: proofs in docs/rank-one.md.
"""

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.theory.radial import OUTWARDS, Support, minimize_over_radius
from cvxdnn.theory.rank_one_result import RankOne, RankOneData, features
from cvxdnn.theory.result import Claim, Verdict, network_objective
from cvxdnn.theory.shrinkage import shrink
from cvxdnn.theory.spectral import sum_support

__all__ = ["solve_chains"]

ONE_SIDE = Verdict(Claim.PROVED, "inputs of one sign, no biases: one chain of rank-one aligned layers")
SHARED = Verdict(Claim.PROVED, "inputs of both signs, no biases: both sides feed one chain", certified=True)
SEPARATE = Verdict(
    Claim.OBSERVED,
    "inputs of both signs that want outputs of opposite sign: one chain for each side; an upper bound, and nothing "
    "lower was found by training",
    "Use depth=2, or inputs of one sign, for a proved optimum.",
)


@dataclass(frozen=True, eq=False)
class _Sides:
    """The two features (n, 2), and for each side q, s and the sign of g (2,); q = 1 for a side without data."""

    features: Array
    curvatures: Array
    targets: Array
    signs: Array


def solve_chains(data: RankOneData, beta: float, depth: int) -> RankOne:
    """The network without biases."""
    sides, scaled = _sides(data), data.scaled_beta(beta, depth)
    rest = 0.5 * float(np.linalg.norm(data.y - sides.features @ (sides.signs * sides.targets))) ** 2

    def support(radius: float) -> Support:
        return sum_support(sides.targets, sides.curvatures, radius)[1]

    joint = minimize_over_radius(support, float(sides.targets.sum()), scaled, depth)
    slopes = sum_support(sides.targets, sides.curvatures, joint.radius)[0]
    if depth == 2 or sides.signs[0] == sides.signs[1] or not slopes.all():
        strengths, status = np.array([slopes.sum()]), SHARED if data.both_signs else ONE_SIDE
        weights = _shared(data.direction, slopes / data.length, sides.signs, depth)
    else:
        strengths = slopes = _each_alone(sides, scaled, depth)
        weights, status = _separate(data.direction, slopes / data.length, sides.signs, depth), SEPARATE
    objective, bound = network_objective(data.X, data.y, weights, beta), OUTWARDS * rest + joint.lower_bound
    return RankOne(
        objective=objective,
        weights=weights,
        biases=tuple(np.zeros(layer.shape[1]) for layer in weights),
        fitted=sides.features @ (sides.signs * slopes),
        strengths=strengths / data.length,
        dual_bound=bound,
        formula=rest + joint.value,
        status=status.judged(objective, bound, data.y),
        beta=beta,
        depth=depth,
    )


def _sides(data: RankOneData) -> _Sides:
    sides = features(data.x)
    squares, correlations = (sides**2).sum(axis=0), sides.T @ data.y
    curvatures = np.where(squares > 0, squares, 1.0)
    return _Sides(sides, curvatures, np.abs(correlations) / curvatures, np.where(correlations < 0, -1.0, 1.0))


def _each_alone(sides: _Sides, beta: float, depth: int) -> Array:
    """Slopes when each side has its own chain."""
    shrunk = [shrink(s, beta / q, depth) for s, q in zip(sides.targets, sides.curvatures, strict=True)]
    return np.array([float(side.minimizer) for side in shrunk])


def _shared(direction: Array, slopes: Array, signs: Array, depth: int) -> tuple[Array, ...]:
    """Both sides in the first layer, one unit in each later one (L = 2: an output sign for each side)."""
    total = float(slopes.sum())
    norm = total ** (1 / depth)
    shares = norm * np.sqrt(slopes / total if total > 0 else slopes)
    first = direction[:, None] * np.array([1.0, -1.0]) * shares
    if depth == 2:
        return first, (signs * shares)[:, None]
    sign = signs[int(np.argmax(slopes))]
    return first, shares[:, None], *(np.array([[norm]]),) * (depth - 3), np.array([[sign * norm]])


def _separate(direction: Array, slopes: Array, signs: Array, depth: int) -> tuple[Array, ...]:
    """A unit for each side in every hidden layer."""
    norms = slopes ** (1 / depth)
    first = direction[:, None] * np.array([1.0, -1.0]) * norms
    return first, *(np.diag(norms),) * (depth - 2), (signs * norms)[:, None]
