"""A race of optimisers: the same first weights, the same points, and the same share of the computer for each.

The optimisers take turns; whoever has used the least time goes next. So every curve means what it would mean alone,
and all of them grow together on the screen. A lane's time is that of its own steps, without the frames.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.exceptions import InvalidInputError
from cvxdnn.experiments import FRAME_SECONDS, snapshots_of
from cvxdnn.scenario import OPTIMIZERS, Optimizer, Scenario
from cvxdnn.solution import Snapshot, Status

__all__ = ["Lane", "RaceFrame", "RaceTask"]

Vector = NDArray[np.float64]

LONGEST = 150
"""Rows of a lane's history; older ones are thinned."""


@dataclass(frozen=True, eq=False)
class Lane:
    """One optimiser's way so far.

    history : (k, 3) seconds of its own steps, steps, smallest objective of its restarts
    """

    optimizer: Optimizer
    history: Vector
    status: Status
    done: bool


@dataclass(frozen=True, eq=False)
class RaceFrame:
    """All lanes at one moment."""

    lanes: tuple[Lane, ...]

    @property
    def done(self) -> bool:
        """Whether every optimiser has come to its end."""
        return all(lane.done for lane in self.lanes)


@dataclass(frozen=True)
class RaceTask:
    """Train the scenario's networks with each optimiser; picklable, run by `cvxdnn.jobs`."""

    scenario: Scenario
    optimizers: tuple[Optimizer, ...]

    @classmethod
    def of(cls, scenario: Scenario) -> "RaceTask":
        """Of all optimisers that can train the scenario's networks."""
        return cls(scenario, tuple(name for name in OPTIMIZERS if _can_train(name, scenario)))

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> None:
        """Report frames until every optimiser has ended or the race is stopped."""
        lanes = [_Runner(self.scenario.replace(optimizer=name)) for name in self.optimizers]
        last_report = -np.inf
        while True:
            running = [lane for lane in lanes if not lane.done]
            ends = not running or stopped()
            if ends or time.monotonic() - last_report >= FRAME_SECONDS:
                report(RaceFrame(tuple(lane.lane() for lane in lanes)))
                last_report = time.monotonic()
            if ends:
                return
            min(running, key=lambda lane: lane.seconds).advance()


def _can_train(optimizer: Optimizer, scenario: Scenario) -> bool:
    try:
        scenario.replace(optimizer=optimizer)
    except InvalidInputError:
        return False
    return True


class _Runner:
    """One optimiser on its way."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.seconds = 0.0
        self.rows: list[tuple[float, float, float]] = []
        self.status, self.done = Status.RUNNING, False
        self._snapshots: Iterator[Snapshot] = snapshots_of(scenario)

    def advance(self) -> None:
        begin = time.thread_time()
        snapshot = next(self._snapshots)
        if self.rows:  # before the first row there is only preparation
            self.seconds += time.thread_time() - begin
        self.status, self.done = snapshot.status, snapshot.done
        self.rows.append((self.seconds, float(snapshot.step), snapshot.objective))
        if len(self.rows) > LONGEST:
            self.rows = [self.rows[0], *self.rows[1::2]]

    def lane(self) -> Lane:
        rows = np.array(self.rows, dtype=np.float64).reshape(-1, 3)
        return Lane(self.scenario.optimizer, rows, self.status, self.done)
