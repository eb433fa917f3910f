"""Where training ends, over many seeds: one number per network, for a histogram."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.experiments import snapshots_of
from cvxdnn.scenario import LIMITS, Scenario

__all__ = ["SeedsFrame", "SeedsTask"]

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SeedsFrame:
    """Final objectives so far, (k,), and how many networks there will be."""

    objectives: Vector
    total: int

    @property
    def done(self) -> bool:
        """Whether all have been trained."""
        return self.objectives.size >= self.total


@dataclass(frozen=True)
class SeedsTask:
    """Train as many networks as can run side by side, `batches` times with another seed; run by `cvxdnn.jobs`."""

    scenario: Scenario
    batches: int = 4

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> None:
        """Report the final objectives after each batch, until all are trained or the task is stopped."""
        restarts = LIMITS["restarts"][1]
        finals = np.empty(0)
        report(SeedsFrame(finals, restarts * self.batches))
        for batch in range(self.batches):
            seed = (self.scenario.seed + batch) % LIMITS["seed"][1]
            for snapshot in snapshots_of(self.scenario.replace(seed=seed, restarts=restarts)):
                if stopped():
                    return
                objectives = snapshot.objectives
            finals = np.concatenate([finals, objectives])
            report(SeedsFrame(finals, restarts * self.batches))
