"""`solve` as work for `cvxdnn.jobs`, for the few problems that take more than a moment.

For two weight layers, and for more with the squared loss, 200 points are solved in 0.3 s or less. The search over
two-layer solutions that deep networks with another loss need takes up to some ten seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.convex import solve
from cvxdnn.core.solution import Solution
from cvxdnn.tasks.scenario import Scenario

__all__ = ["SolveTask", "takes_long"]


def takes_long(scenario: Scenario) -> bool:
    """Whether the optimum should be computed where nobody else waits for it."""
    return scenario.depth > 2 and scenario.loss != "squared"


@dataclass(frozen=True, eq=False)
class SolveTask:
    """One certified optimum; x, y : arrays (n,) in normalised units."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    beta: float
    depth: int
    loss: str

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> Solution:
        """Solve it; there is no progress to report."""
        return self.solution()

    def solution(self) -> Solution:
        """The optimum, computed here."""
        return solve(self.x, self.y, beta=self.beta, depth=self.depth, loss=self.loss)
