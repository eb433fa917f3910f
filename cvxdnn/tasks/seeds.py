"""Where training ends, over many seeds: one number per network, for a histogram."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from cvxdnn.core.solution import Snapshot
from cvxdnn.core.types import Array
from cvxdnn.tasks.experiments import snapshots_of
from cvxdnn.tasks.scenario import LIMITS, Scenario
from cvxdnn.tasks.stream import Frame

__all__ = ["Finals", "Seeds", "SeedsFrame"]


@dataclass(frozen=True, eq=False)
class Finals:
    """Final objectives so far, (k,), and how many networks there will be."""

    objectives: Array
    total: int


SeedsFrame = Frame[Finals]


@dataclass(frozen=True)
class Seeds:
    """As many networks as can run side by side, trained `batches` times, each time with another seed."""

    scenario: Scenario
    batches: int = 4

    def snapshots(self, state: tuple[Array, int, object] | None) -> Iterator[Snapshot]:
        """Those of the batches, one after the other; their state holds the final objectives so far and their steps."""
        restarts = LIMITS["restarts"][1]
        finals, before, training = state or (np.empty(0), 0, None)
        for batch in range(finals.size // restarts, self.batches):
            seed = (self.scenario.seed + batch) % LIMITS["seed"][1]
            for snapshot in snapshots_of(self.scenario.replace(seed=seed, restarts=restarts), training):
                if not snapshot.done:
                    yield replace(snapshot, step=before + snapshot.step, state=(finals, before, snapshot.state))
            finals, before, training = np.concatenate([finals, snapshot.objectives]), before + snapshot.step, None
            yield replace(snapshot, step=before, done=batch == self.batches - 1, state=(finals, before, None))

    def view(self, snapshot: Snapshot, is_last: bool) -> Finals:
        """The final objectives so far."""
        return Finals(snapshot.state[0], LIMITS["restarts"][1] * self.batches)
