"""What the Batch norm page computes: the data of a setting, the closed form, and its condition on what is trained."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cvxdnn.core.types import Array, Indices
from cvxdnn.exhibits.closed_form.classes import class_sizes
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.theory.batch_norm import BatchNormSolution, Scaling, solve
from cvxdnn.theory.batch_norm_span import TOLERANCE, Span, span_of
from cvxdnn.theory.neural_collapse import NeuralCollapse, aligned_means, metrics, one_hot, predict, simplex_vertices
from cvxdnn.training.fitting import FitProblem
from cvxdnn.training.fitting.problem import Architecture

RESTARTS, STEPS, POLISH = 3, 1200, 800


@dataclass(frozen=True)
class Setting:
    """What the controls say."""

    classes: int = 3
    largest: int = 5
    imbalance: int = 1
    beta: float = 0.5
    depth: int = 2
    inputs: int = 24
    width: int = 36
    scaling: Scaling = "paper"
    seed: int = 0

    @property
    def counts(self) -> tuple[int, ...]:
        """Samples of each class."""
        return class_sizes(self.classes, self.largest, self.imbalance)


@dataclass(frozen=True, eq=False)
class Case:
    """One setting's data, closed form, and what it predicts.

    exact : the closed form, with the span condition checked where it is known before training, at depth 2
    collapse : metrics of the closed-form network
    target, zero : (K, K - 1) and (K - 1,), centred class means and the zero feature, seen from the simplex
    """

    setting: Setting
    labels: Indices
    problem: FitProblem
    exact: BatchNormSolution
    collapse: NeuralCollapse
    target: Array
    zero: Array


@lru_cache(maxsize=64)
def case_of(setting: Setting) -> Case:
    """Everything that does not depend on training."""
    counts, scaling = setting.counts, setting.scaling
    Y = one_hot(counts)
    labels = Y.argmax(axis=1)
    X = np.random.default_rng(setting.seed).normal(size=(len(Y), setting.inputs))
    architecture: Architecture = "batch_norm" if scaling == "paper" else "batch_norm_torch"
    problem = FitProblem(
        X, Y, setting.beta, architecture, depth=setting.depth, width=setting.width, seed=setting.seed,
        restarts=RESTARTS, steps=STEPS, polish=POLISH,
    )  # fmt: skip
    exact = solve(Y, beta=setting.beta, features=X if setting.depth == 2 else None, scaling=scaling)
    ideal = exact if setting.depth > 2 else solve(Y, beta=setting.beta, scaling=scaling)
    means = predict(counts, beta=setting.beta, scaling=scaling).means
    target, zero = aligned_means(means, np.zeros((1, setting.classes)), simplex_vertices(setting.classes))
    return Case(setting, labels, problem, exact, metrics(ideal.features, labels, ideal.weights[1]), target, zero[0])


def span_in(case: Case, frame: FitFrame | None) -> Span | None:
    """What the layers before batch norm can reach; above two layers they must have been trained to know."""
    if case.setting.depth == 2:
        return case.exact.span
    return None if frame is None else span_of(frame.view.network.layers(case.problem.X)[-2], case.problem.Y)


def span_holds(case: Case, frame: FitFrame | None) -> bool | None:
    """Whether the span condition holds for the classes that survive; None where it is not known yet."""
    span = span_in(case, frame)
    return None if span is None else bool(np.all(span.residuals[case.exact.s > 0] <= TOLERANCE))
