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
class Shape:
    """The closed form of a setting, and what it predicts.

    ideal : with the span condition
    collapse : metrics of that network
    target, zero : (K, K - 1) and (K - 1,), centred class means and the zero feature, seen from the simplex
    lengths : (K,) of the class means, not centred; 0 for a class that has vanished
    """

    ideal: BatchNormSolution
    collapse: NeuralCollapse
    target: Array
    zero: Array
    lengths: Array


@dataclass(frozen=True, eq=False)
class Case:
    """One setting's data and closed form.

    exact : the closed form, with the span condition checked where it is known before training, at depth 2
    """

    setting: Setting
    labels: Indices
    problem: FitProblem
    exact: BatchNormSolution
    shape: Shape


@lru_cache(maxsize=512)
def shape_of(setting: Setting) -> Shape:
    """What does not depend on the samples themselves."""
    counts, beta, scaling = setting.counts, setting.beta, setting.scaling
    Y = one_hot(counts)
    ideal = solve(Y, beta=beta, scaling=scaling)
    means = predict(counts, beta=beta, scaling=scaling).means
    target, zero = aligned_means(means, np.zeros((1, setting.classes)), simplex_vertices(setting.classes))
    collapse = metrics(ideal.features, Y.argmax(axis=1), ideal.weights[1])
    return Shape(ideal, collapse, target, zero[0], means.diagonal())


@lru_cache(maxsize=64)
def case_of(setting: Setting) -> Case:
    """Everything that does not depend on training."""
    Y, scaling = one_hot(setting.counts), setting.scaling
    X = np.random.default_rng(setting.seed).normal(size=(len(Y), setting.inputs))
    architecture: Architecture = "batch_norm" if scaling == "paper" else "batch_norm_torch"
    problem = FitProblem(
        X, Y, setting.beta, architecture, depth=setting.depth, width=setting.width, seed=setting.seed,
        restarts=RESTARTS, steps=STEPS, polish=POLISH,
    )  # fmt: skip
    exact = solve(Y, beta=setting.beta, features=X if setting.depth == 2 else None, scaling=scaling)
    return Case(setting, Y.argmax(axis=1), problem, exact, shape_of(setting))


def span_in(case: Case, frame: FitFrame | None) -> Span | None:
    """What the layers before batch norm can reach; above two layers they must have been trained to know."""
    if case.setting.depth == 2:
        return case.exact.span
    return None if frame is None else span_of(frame.view.network.layers(case.problem.X)[-2], case.problem.Y)


def span_holds(case: Case, frame: FitFrame | None) -> bool | None:
    """Whether the span condition holds for the classes that survive; None where it is not known yet."""
    span = span_in(case, frame)
    return None if span is None else bool(np.all(span.residuals[case.exact.s > 0] <= TOLERANCE))
