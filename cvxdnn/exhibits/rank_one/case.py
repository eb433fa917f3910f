"""Cases of the page on deep linear networks and rank-one data.

Linear networks see random inputs (made orthonormal when whitened); ReLU networks see multiples c_i of one unit vector.
The targets are of ordinary size: singular values from 3 down to 1, or a function of c with values around one.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.exhibits.closed_form.optimum import Optimum
from cvxdnn.theory import deep_linear, rank_one
from cvxdnn.theory.deep_linear import DeepLinear
from cvxdnn.theory.rank_one import RankOne
from cvxdnn.theory.result import Claim, Verdict
from cvxdnn.training.fitting import FitProblem

__all__ = [
    "KINDS",
    "SIDES",
    "Kind",
    "RankOneCase",
    "RankOneData",
    "RankOneSetting",
    "Side",
    "rank_one_case",
    "rank_one_data",
    "takes_long",
]

Kind = Literal["one_output", "whitened", "general", "relu", "relu_bias"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Side = Literal["positive", "agree", "oppose"]
SIDES: tuple[Side, ...] = get_args(Side)

NOISE = 0.1
RESTARTS, STEPS, POLISH = 8, 1500, 500
BIAS_STEPS, BIAS_RATE, BIAS_FINAL_RATE = 4000, 0.03, 1e-6
"""The optimum with biases lies on kinks of the ReLU, which only a long decay to a tiny rate reaches."""


@dataclass(frozen=True)
class RankOneSetting:
    """What the controls say.

    kind : linear with one output; linear with several outputs, of whitened or of any inputs; ReLU on rank-one data,
        without biases or with biases in the last hidden layer
    side : for ReLU, the signs of the numbers c, and whether the two sides want outputs that agree or oppose
    outputs : for linear networks of several outputs;  parallel, budget : for whitened inputs, see `FitProblem`
    """

    kind: Kind = "one_output"
    samples: int = 12
    inputs: int = 6
    outputs: int = 3
    side: Side = "positive"
    beta: float = 0.3
    depth: int = 3
    width: int = 12
    parallel: bool = False
    budget: float | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class RankOneData:
    """A setting's data and training problem.

    numbers : (n,) c of rank-one data, whose unit vector is `direction` (d,); both empty for linear networks
    """

    setting: RankOneSetting
    problem: FitProblem
    numbers: Array
    direction: Array

    @property
    def directions(self) -> int:
        """How many singular values of a layer are worth showing."""
        return 2 if self.numbers.size else max(2, min(4, self.problem.Y.shape[1]))


@dataclass(frozen=True, eq=False)
class RankOneCase:
    """What is known about the best network of a setting.

    chain : the network in closed form of rank-one data, else None
    """

    data: RankOneData
    optimum: Optimum
    chain: RankOne | None = None


def takes_long(setting: RankOneSetting) -> bool:
    """Whether the closed form should be computed where nobody waits for it: a second, where X is not whitened."""
    return setting.kind == "general"


@lru_cache(maxsize=64)
def rank_one_data(setting: RankOneSetting) -> RankOneData:
    """What is trained."""
    rng = np.random.default_rng(setting.seed)
    if setting.kind in ("relu", "relu_bias"):
        return _rank_one_data(setting, rng)
    X, Y = _linear_data(setting, rng)
    nothing = np.zeros(0)
    return RankOneData(setting, _problem(setting, X, Y), nothing, nothing)


@lru_cache(maxsize=512)
def rank_one_case(setting: RankOneSetting) -> RankOneCase:
    """What is known without training.

    Raises
    ------
    CvxdnnError
        When no solver finds the closed form's numbers.
    """
    data = rank_one_data(setting)
    if data.numbers.size:
        return _rank_one(data)
    X, Y = data.problem.X, data.problem.Y
    if setting.budget is not None and setting.depth > 2 and setting.kind == "whitened":
        return RankOneCase(data, _budgeted(setting, X, Y))
    solution = deep_linear.solve(X, Y, beta=setting.beta, depth=setting.depth)
    return RankOneCase(data, _of_linear(solution, setting))


def _linear_data(setting: RankOneSetting, rng: np.random.Generator) -> tuple[Array, Array]:
    n, d = setting.samples, setting.inputs
    X = rng.normal(size=(n, d))
    if setting.kind == "one_output":
        return X, X @ rng.normal(size=(d, 1)) / np.sqrt(d) + NOISE * rng.normal(size=(n, 1))
    if setting.kind == "whitened":
        X = np.linalg.qr(X)[0] if n >= d else np.linalg.qr(X.T)[0].T
    rank = min(n, d, setting.outputs)
    left = np.linalg.qr(rng.normal(size=(d, rank)))[0] if n >= d else X.T @ np.linalg.qr(rng.normal(size=(n, rank)))[0]
    right = np.linalg.qr(rng.normal(size=(setting.outputs, rank)))[0]
    M = (left * np.linspace(3, 1, rank)) @ right.T
    return X, X @ M + NOISE * rng.normal(size=(n, setting.outputs))


def _problem(setting: RankOneSetting, X: Array, Y: Array) -> FitProblem:
    whitened = setting.kind == "whitened"
    return FitProblem(
        X, Y, setting.beta, "linear", depth=setting.depth, width=setting.width, seed=setting.seed,
        branches=max(2 * setting.outputs, setting.width) if whitened and setting.parallel else None,
        budget=setting.budget if whitened and setting.depth > 2 else None,
        restarts=RESTARTS, steps=STEPS, polish=POLISH, init_scale=1.0,
    )  # fmt: skip


def _of_linear(solution: DeepLinear, setting: RankOneSetting) -> Optimum:
    rank = max(int(np.count_nonzero(solution.singular_values[0])), 1)
    if setting.kind != "whitened" or not setting.parallel:
        return Optimum(solution.objective, solution.dual_bound, solution.status, solution.singular_values, rank)
    # Branches cost the same value. For two layers they may split a direction, and their singular values are not unique.
    values = solution.singular_values if setting.depth > 2 else None
    return Optimum(solution.objective, solution.dual_bound, solution.status, values, 1)


def _budgeted(setting: RankOneSetting, X: Array, Y: Array) -> Optimum:
    assert setting.budget is not None
    both = deep_linear.norm_constrained(X, Y, beta=setting.beta, depth=setting.depth, budget=setting.budget)
    if setting.parallel:
        status = Verdict(Claim.PROVED, "parallel network with a budget: soft thresholds, equal to the dual")
        return Optimum(both.parallel, both.parallel, status, None, 1)
    status = Verdict(
        Claim.OBSERVED,
        "standard network with a budget: a quasi-norm in the place of the nuclear norm, and the best of the stationary "
        "points found",
    ).judged(both.standard, both.parallel, Y)
    return Optimum(both.standard, both.parallel, status, None, max(int(np.count_nonzero(both.standard_values)), 1))


def _rank_one_data(setting: RankOneSetting, rng: np.random.Generator) -> RankOneData:
    n, bias = setting.samples, setting.kind == "relu_bias"
    c = np.sort(rng.uniform(0, 2, n))
    if setting.side != "positive":
        c -= 1.0
    direction = rng.normal(size=setting.inputs)
    direction /= np.linalg.norm(direction)
    y = _target(c, setting.side, bias) + NOISE * rng.normal(size=n)
    recipe: dict[str, Any] = {"steps": STEPS, "polish": POLISH}
    if bias:
        recipe = {"steps": BIAS_STEPS, "polish": 0, "rate": BIAS_RATE, "final_rate": BIAS_FINAL_RATE}
    problem = FitProblem(
        np.outer(c, direction), y, setting.beta, "relu_bias" if bias else "relu", depth=setting.depth,
        width=setting.width, restarts=RESTARTS, seed=setting.seed, **recipe,
    )  # fmt: skip
    return RankOneData(setting, problem, c, direction)


def _rank_one(data: RankOneData) -> RankOneCase:
    setting, bias = data.setting, data.setting.kind == "relu_bias"
    chain = rank_one.solve(
        data.numbers, data.direction, data.problem.Y[:, 0], beta=setting.beta, depth=setting.depth, bias=bias
    )
    widths = [int(np.count_nonzero(np.linalg.norm(layer, axis=0))) for layer in chain.weights[:-1]]
    values = np.array([_two_largest(layer) for layer in chain.weights])
    optimum = Optimum(chain.objective, chain.dual_bound, chain.status, values, max(1, *widths))
    return RankOneCase(data, optimum, chain)


def _target(c: Array, side: Side, bias: bool) -> Array:
    if side == "oppose":
        return 1.5 * c
    if side == "agree":
        return 1.5 * np.maximum(1 - np.abs(c), 0) if bias else 1.5 * np.abs(c)
    return np.sin(3 * c) if bias else 1.5 * c


def _two_largest(layer: Array) -> Array:
    values = np.linalg.svd(layer, compute_uv=False)[:2]
    return np.asarray(np.pad(values, (0, 2 - values.size)))
