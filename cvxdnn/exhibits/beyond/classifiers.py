r"""Where the theorem about depth ends: its two conditions, broken one at a time, and what (DEEP) is worth then.

The value of (DEEP), docs/depth.md, is the optimum of L >= 3 layers if every input is 0 or larger and the early layers
have no biases. Otherwise:

* **Biases in every layer.** All networks of the theorem are still there (biases 0, and one in the first layer undoes
  any shift of the inputs), so (DEEP) is an upper bound. But now an early layer can bend: a bend made there is paid for
  once and shared by every unit above.
* **Inputs of both signs.** The first layer splits x into x_+ and (-x)_+, which share no unit. A ramp that begins left
  of 0 needs both parts and pays twice, so its optimum lies above (DEEP). A tent over 0 is a single unit
  (h - s x_+ - s (-x)_+)_+ of the last hidden layer, at half the path norm, so its optimum lies below. (DEEP) bounds
  nothing.

With two layers there are no early layers, and neither condition matters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial
from types import MappingProxyType

import numpy as np

from cvxdnn.convex import solve
from cvxdnn.core.solution import Solution
from cvxdnn.core.types import Array
from cvxdnn.exhibits.beyond.film import function_moment
from cvxdnn.tasks.deep_runs import DeepRuns, DeepRunsView
from cvxdnn.tasks.scenario import LIMITS, Biases
from cvxdnn.tasks.stream import Stream

__all__ = [
    "EXAMPLES",
    "RUNS",
    "SAME",
    "STEPS",
    "Example",
    "Experiment",
    "Standing",
]

RUNS, STEPS = min(8, LIMITS["restarts"][1]), 3_000
SAME = 1e-3
"""Objectives this close to the value, relative, count as having reached it."""


class Standing(Enum):
    """What the value of (DEEP) is for the networks that are trained."""

    OPTIMUM = "the optimum"
    UPPER_BOUND = "an upper bound"
    NO_BOUND = "no bound"


@dataclass(frozen=True)
class Example:
    """Points that show something.

    x, y : the points, x from 0 on;  beta : a weight decay that shows it
    biases, signed : the condition to break first, as in `Experiment`
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    beta: float
    biases: Biases = "last_hidden"
    signed: bool = False


@dataclass(frozen=True)
class Experiment:
    """One setting of the page.

    example : key of `EXAMPLES`;  depth : weight layers;  biases : which hidden layers have them
    signed : whether the inputs are shifted to have both signs, as far left of 0 as right
    """

    example: str
    depth: int = 3
    biases: Biases = "last_hidden"
    signed: bool = False

    @classmethod
    def first(cls, example: str) -> "Experiment":
        """The setting that shows what the example is for."""
        shown = EXAMPLES[example]
        return cls(example, biases=shown.biases, signed=shown.signed)

    @property
    def beta(self) -> float:
        """The weight decay."""
        return EXAMPLES[self.example].beta

    @property
    def offset(self) -> float:
        """How far the inputs are shifted to the left."""
        return max(EXAMPLES[self.example].x) / 2 if self.signed else 0.0

    @property
    def x(self) -> Array:
        """(n,) the inputs that are trained on."""
        return np.array(EXAMPLES[self.example].x) - self.offset

    @property
    def y(self) -> Array:
        """(n,) the outputs."""
        return np.array(EXAMPLES[self.example].y)

    @property
    def standing(self) -> Standing:
        """What (DEEP) is worth."""
        if self.depth == 2:
            return Standing.OPTIMUM
        if self.biases == "all":
            return Standing.UPPER_BOUND
        return Standing.NO_BOUND if self.signed else Standing.OPTIMUM

    def theorem(self) -> Solution:
        """The solution of (DEEP), for the inputs from 0 on: its value does not depend on shifts."""
        return _theorem(self.example, self.depth)

    @property
    def runs(self) -> DeepRuns:
        """What is trained."""
        return DeepRuns(self.x, self.y, self.beta, self.depth, self.biases, runs=RUNS, max_steps=STEPS)

    def task(self) -> Stream[DeepRunsView]:
        """Training with its film, as work for a runner."""
        return Stream(self.runs, still=partial(function_moment, x=self.x, value=self.theorem().objective))


@cache
def _theorem(example: str, depth: int) -> Solution:
    shown = EXAMPLES[example]
    return solve(shown.x, shown.y, beta=shown.beta, depth=depth)


EXAMPLES: Mapping[str, Example] = MappingProxyType(
    {
        "eight points": Example(
            (0.0, 0.06, 0.14, 0.19, 0.4, 0.54, 0.63, 1.0),
            (0.18, 0.5, 0.03, 0.14, -0.01, -0.5, -0.41, 0.07),
            beta=0.01,
            biases="all",
        ),
        "tent": Example((0.0, 0.5, 1.0, 1.5, 2.0), (0.0, 0.0, 1.0, 0.0, 0.0), beta=0.01, signed=True),
        "ramp": Example(
            (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0),
            (0.0, 0.0, 0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25),
            beta=0.03,
            signed=True,
        ),
    }
)
"""The examples, in the order in which they are offered."""
