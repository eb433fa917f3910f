"""Cases of the page Beyond the theorem, second part: for each overstated claim its closed forms and a fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.exhibits.beyond.closed_form_charts import LOCAL, OPTIMUM, SOFT
from cvxdnn.tasks.fits import FitFrame, Measure
from cvxdnn.theory.deep_linear import NormConstrained, norm_constrained
from cvxdnn.theory.neural_collapse import one_hot, predict
from cvxdnn.theory.neural_collapse_traces import traces
from cvxdnn.theory.shrinkage import shrink
from cvxdnn.theory.whitened import RankTwo, rank_two_counterexample, solve
from cvxdnn.training.fitting import FitProblem

__all__ = ["Collapse", "Gap", "Jump", "Rank", "collapse_case", "gap_case", "jump_case", "rank_case"]

Curve = tuple[Array, Array]

BELOW = 1e-6
"""Share by which a restart must be below a value to count as below it."""
DISTANCES = {
    "NC3 half centred": "only the means centred",
    "NC3": "neither centred",
    "NC3 centred": "both centred",
}
"""Names of the measured numbers, and what they are called here."""


@dataclass(frozen=True, eq=False)
class Gap:
    """Duality gap: both optima for targets with these singular values, and the network to train."""

    targets: Array
    values: NormConstrained
    problem: FitProblem


@dataclass(frozen=True, eq=False)
class Rank:
    """Three classes: the value of one channel per class with its features, and the network of rank two at depth 5."""

    one_channel: float
    channels: Sequence[Array]
    example: RankTwo | None
    problem: FitProblem


@dataclass(frozen=True, eq=False)
class Jump:
    """Shrinkage: curves to draw, threshold, and a linear network whose targets are `targets`."""

    curves: Mapping[str, Curve]
    threshold: float
    jump: float
    targets: Array
    problem: FitProblem


@dataclass(frozen=True, eq=False)
class Collapse:
    """NC3: the distances at the optimum by name, whether a class has vanished, and how to follow the training."""

    limits: Mapping[str, float]
    vanished: bool
    problem: FitProblem
    measure: Measure


@lru_cache(maxsize=128)
def gap_case(outputs: int, depth: int, beta: float, parallel: bool) -> Gap:
    """Early layers of norm 1; singular values from 2 down to 1."""
    targets = np.linspace(2, 1, outputs)
    X, Y = np.eye(outputs), np.diag(targets)
    problem = FitProblem(
        X, Y, beta, "linear", depth=depth, budget=1.0, branches=3 * outputs if parallel else None,
        width=outputs + 3, restarts=12, steps=1500,
    )  # fmt: skip
    return Gap(targets, norm_constrained(X, Y, beta=beta, depth=depth, budget=1.0), problem)


@lru_cache(maxsize=128)
def rank_case(depth: int, beta: float) -> Rank:
    """X = Y = I_3."""
    X = np.eye(3)
    channels = solve(X, X, beta=beta, depth=depth)
    problem = FitProblem(X, X, beta, "relu", depth=depth, width=13, restarts=32, rate=0.01, steps=2500, polish=300)
    example = rank_two_counterexample(beta) if depth == 5 else None
    return Rank(channels.objective, _features(X, channels.weights), example, problem)


@lru_cache(maxsize=128)
def jump_case(depth: int, beta: float, small: bool) -> Jump:
    """Sixteen singular values up to 3."""
    targets = np.linspace(0.1, 3, 16)
    problem = FitProblem(
        np.eye(16), np.diag(targets), beta, "linear", depth=depth, width=20, restarts=4,
        init_scale=0.3 if small else 1.4, steps=1500, polish=300,
    )  # fmt: skip
    scalar = shrink(0.0, beta, depth)
    return Jump(_shrinkage_curves(beta, depth), scalar.threshold, scalar.jump, targets, problem)


@lru_cache(maxsize=128)
def collapse_case(classes: int, smallest: int, beta: float) -> Collapse:
    """Batch norm, two layers; all classes but the last have six samples."""
    counts = [*[6] * (classes - 1), smallest]
    Y = one_hot(counts)
    X = np.random.default_rng(0).standard_normal((len(Y), len(Y) + 2))
    problem = FitProblem(
        X, Y, beta, "batch_norm", depth=2, width=6 * classes, restarts=3, rate=0.01, steps=1500, polish=800
    )
    found = predict(counts, beta=beta)
    values = (found.nc3_raw_centred, found.nc3_raw_uncentred, found.nc3_centred)
    limits = {name: value for name, value in zip(DISTANCES.values(), values, strict=True) if value is not None}
    measure = partial(traces, labels=Y.argmax(axis=1))
    return Collapse(limits, bool((found.s == 0).any()), problem, measure)


def share_below(frame: FitFrame, value: float) -> int:
    """How many restarts are below a value."""
    return int(np.count_nonzero(frame.objectives < (1 - BELOW) * value))


def features_shown(case: Rank, frame: FitFrame | None) -> dict[str, Sequence[Array]]:
    """Features in each hidden layer of the networks in question."""
    shown = {"One channel per class, closed form": case.channels}
    if case.example is not None:
        shown["Network of rank two, computed"] = _features(case.problem.X, case.example.weights)
    if frame is not None:
        shown["Best trained network, measured"] = frame.view.network.layers(case.problem.X)[1:]
    return shown


def named(measured: Mapping[str, Array]) -> dict[str, Array]:
    """The measured distances under the names they have here."""
    return {shown: measured[name] for name, shown in DISTANCES.items() if name in measured}


def _features(X: Array, weights: Sequence[Array]) -> list[Array]:
    layers = [X]
    for matrix in weights[:-1]:
        layers.append(np.maximum(layers[-1] @ matrix, 0.0))
    return layers[1:]


def _shrinkage_curves(beta: float, depth: int) -> dict[str, Curve]:
    """Soft threshold, optimum with its jump, and the local minimum below the threshold."""
    at = np.linspace(0, 3, 301)
    scalar = shrink(at, beta, depth)
    tau, jump = scalar.threshold, scalar.jump
    below, above = at < tau, at >= tau
    optimum = (
        np.concatenate([at[below], [tau, tau, tau], at[above]]),
        np.concatenate([np.zeros(int(below.sum())), [0.0, np.nan, jump], scalar.minimizer[above]]),
    )
    local = below & (scalar.stationary > 0)
    return {
        SOFT: (at, np.maximum(at - beta, 0)),
        OPTIMUM: optimum,
        LOCAL: (at[local], scalar.stationary[local]),
    }
