"""Cases of the page Beyond the theorem, second part: for each overstated statement its closed form and a fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cvxdnn.core.types import Array, Indices
from cvxdnn.theory.deep_linear import NormConstrained, norm_constrained
from cvxdnn.theory.neural_collapse import one_hot, predict
from cvxdnn.theory.shrinkage import Shrinkage, shrink
from cvxdnn.theory.whitened import rank_two_counterexample, solve
from cvxdnn.training.fitting import FitProblem

__all__ = ["Collapse", "Gap", "Jump", "Rank", "collapse_case", "gap_case", "jump_case", "rank_case"]

REMEMBERED = 128
"""Cases of each kind."""


@dataclass(frozen=True, eq=False)
class Gap:
    """Duality gap: both optima, and the network to train."""

    values: NormConstrained
    problem: FitProblem


@dataclass(frozen=True, eq=False)
class Rank:
    """Three classes: the value of one channel per class, features of that network in each hidden layer, and a fit.

    better, example : the same of the network of rank two, which is written down for five layers; else None and none
    """

    one_channel: float
    channels: Sequence[Array]
    better: float | None
    example: Sequence[Array]
    problem: FitProblem


@dataclass(frozen=True, eq=False)
class Jump:
    """Shrinkage: what the optimum keeps of the targets' singular values (16,), and a linear network to train."""

    targets: Array
    optimum: Shrinkage
    problem: FitProblem


@dataclass(frozen=True, eq=False)
class Collapse:
    """NC3: the distances at the optimum, None where classes have vanished and nothing is left to compare.

    limits : classifier and means are apart with only the means centred, with neither, and with both
    labels : (n,) the class of each sample
    """

    limits: tuple[float | None, float | None, float | None]
    vanished: bool
    labels: Indices
    problem: FitProblem


@lru_cache(maxsize=REMEMBERED)
def gap_case(outputs: int, depth: int, beta: float, network: str) -> Gap:
    """Early layers of norm 1; singular values from 2 down to 1; a "standard" or a "parallel" network."""
    X, Y = np.eye(outputs), np.diag(np.linspace(2, 1, outputs))
    problem = FitProblem(
        X, Y, beta, "linear", depth=depth, budget=1.0, branches=3 * outputs if network == "parallel" else None,
        width=outputs + 3, restarts=12, steps=1500,
    )  # fmt: skip
    return Gap(norm_constrained(X, Y, beta=beta, depth=depth, budget=1.0), problem)


@lru_cache(maxsize=REMEMBERED)
def rank_case(depth: int, beta: float) -> Rank:
    """X = Y = I_3."""
    X = np.eye(3)
    channels = solve(X, X, beta=beta, depth=depth)
    problem = FitProblem(X, X, beta, "relu", depth=depth, width=13, restarts=32, rate=0.01, steps=2500, polish=300)
    example = rank_two_counterexample(beta) if depth == 5 else None
    return Rank(
        channels.objective,
        _features(X, channels.weights),
        None if example is None else example.objective,
        () if example is None else _features(X, example.weights),
        problem,
    )


@lru_cache(maxsize=REMEMBERED)
def jump_case(depth: int, beta: float, start: str) -> Jump:
    """Sixteen singular values up to 3; first weights that are "large" or "small"."""
    targets = np.linspace(0.1, 3, 16)
    problem = FitProblem(
        np.eye(16), np.diag(targets), beta, "linear", depth=depth, width=20, restarts=4,
        init_scale=0.3 if start == "small" else 1.4, steps=1500, polish=300,
    )  # fmt: skip
    return Jump(targets, shrink(targets, beta, depth), problem)


@lru_cache(maxsize=REMEMBERED)
def collapse_case(classes: int, smallest: int, beta: float) -> Collapse:
    """Batch norm, two layers; all classes but the last have six samples."""
    counts = [*[6] * (classes - 1), smallest]
    Y = one_hot(counts)
    X = np.random.default_rng(0).standard_normal((len(Y), len(Y) + 2))
    problem = FitProblem(
        X, Y, beta, "batch_norm", depth=2, width=6 * classes, restarts=3, rate=0.01, steps=1500, polish=800
    )
    found = predict(counts, beta=beta)
    limits = (found.nc3_raw_centred, found.nc3_raw_uncentred, found.nc3_centred)
    return Collapse(limits, bool((found.s == 0).any()), Y.argmax(axis=1), problem)


def _features(X: Array, weights: Sequence[Array]) -> list[Array]:
    layers = [X]
    for matrix in weights[:-1]:
        layers.append(np.maximum(layers[-1] @ matrix, 0.0))
    return layers[1:]
