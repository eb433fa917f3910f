"""Where training ends, over many seeds: one number per network, for a histogram."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.jobs.parcel import frozen, thawed
from cvxdnn.tasks.experiments import snapshots_of
from cvxdnn.tasks.scenario import LIMITS, Scenario

__all__ = ["SeedsFrame", "SeedsTask"]

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SeedsFrame:
    """Final objectives so far, (k,), and how many networks there will be.

    state : of the batch that was stopped, for a later task to go on with (opaque); else None
    """

    objectives: Vector
    total: int
    state: bytes | None = field(default=None, repr=False)

    @property
    def done(self) -> bool:
        """Whether all have been trained."""
        return self.objectives.size >= self.total


@dataclass(frozen=True)
class SeedsTask:
    """Train as many networks as can run side by side, `batches` times with another seed; run by `cvxdnn.jobs`.

    finals, state : from the last frame of the runs to go on with
    """

    scenario: Scenario
    batches: int = 4
    finals: tuple[float, ...] = ()
    state: bytes | None = None

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> None:
        """Report the final objectives after each batch, until all are trained or the task is stopped."""
        restarts = LIMITS["restarts"][1]
        finals, state, total = np.array(self.finals), thawed(self.state), restarts * self.batches
        report(SeedsFrame(finals, total))
        for batch in range(finals.size // restarts, self.batches):
            seed = (self.scenario.seed + batch) % LIMITS["seed"][1]
            for snapshot in snapshots_of(self.scenario.replace(seed=seed, restarts=restarts), state):
                if stopped():
                    report(SeedsFrame(finals, total, frozen(snapshot.state)))
                    return
                objectives = snapshot.objectives
            finals, state = np.concatenate([finals, objectives]), None
            report(SeedsFrame(finals, total))

    def after(self, last: SeedsFrame | None) -> "SeedsTask":
        """The rest of it, from the last frame."""
        return self if last is None else replace(self, finals=tuple(last.objectives.tolist()), state=last.state)
