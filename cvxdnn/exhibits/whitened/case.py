"""Cases of the page on whitened data: orthonormal samples with class labels, or with one real target."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cvxdnn.core.types import Array, Indices
from cvxdnn.exhibits.closed_form.classes import class_sizes
from cvxdnn.exhibits.closed_form.optimum import Optimum
from cvxdnn.theory import whitened
from cvxdnn.theory.whitened import Architecture, Whitened
from cvxdnn.training.fitting import FitProblem

__all__ = ["WhitenedCase", "WhitenedSetting", "whitened_case"]

RESTARTS, STEPS, POLISH = 12, 2000, 500


@dataclass(frozen=True)
class WhitenedSetting:
    """What the controls say.

    classes >= 2, largest, imbalance : class sizes fall in equal ratios from `largest` to one `imbalance` times smaller
    real_target : one real number for each sample instead of a class
    extra_inputs : d - n
    """

    classes: int = 3
    largest: int = 4
    imbalance: int = 2
    real_target: bool = False
    extra_inputs: int = 2
    beta: float = 0.1
    depth: int = 3
    architecture: Architecture = "standard"
    width: int = 16
    seed: int = 0

    @property
    def counts(self) -> tuple[int, ...]:
        """Samples of each class."""
        return class_sizes(self.classes, self.largest, self.imbalance)


@dataclass(frozen=True, eq=False)
class WhitenedCase:
    """A setting's data, closed form and training problem.

    groups : (n,) class of each sample, or the sign of its real target (0 positive, 1 negative)
    """

    setting: WhitenedSetting
    problem: FitProblem
    groups: Indices
    solution: Whitened
    optimum: Optimum


@lru_cache(maxsize=512)
def whitened_case(setting: WhitenedSetting) -> WhitenedCase:
    """Everything that does not depend on training."""
    rng = np.random.default_rng(setting.seed)
    groups = np.repeat(np.arange(setting.classes), setting.counts)
    n = groups.size
    X = np.linalg.qr(rng.normal(size=(n + setting.extra_inputs, n)))[0].T
    Y: Array = np.eye(setting.classes)[groups]
    if setting.real_target:
        Y = np.sort(rng.normal(size=(n, 1)), axis=0)[::-1]
        groups = (Y[:, 0] < 0).astype(np.intp)
    solution = whitened.solve(X, Y, beta=setting.beta, depth=setting.depth, architecture=setting.architecture)
    problem = FitProblem(
        X, Y, setting.beta, "relu", depth=setting.depth, seed=setting.seed, restarts=RESTARTS, steps=STEPS,
        polish=POLISH, **_size(setting),
    )  # fmt: skip
    norms = np.sort(solution.channel_norms)[::-1]
    values = np.tile(norms, (setting.depth, 1))
    width = max(int(np.count_nonzero(norms)), 1)
    return WhitenedCase(
        setting, problem, groups, solution,
        Optimum(solution.objective, solution.dual_bound, solution.status, values, width),
    )  # fmt: skip


def _size(setting: WhitenedSetting) -> dict[str, int]:
    if setting.architecture == "standard":
        return {"width": setting.width}
    return {"width": 2, "branches": setting.width}
