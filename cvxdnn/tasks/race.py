"""A race of optimisers: the same first weights, the same points, and the same share of the computer for each.

The optimisers take turns; whoever has used the least time goes next. So every curve means what it would mean alone,
and all of them grow together on the screen. A lane's time is that of its own steps, without the frames.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.solution import Snapshot, Status
from cvxdnn.jobs.parcel import frozen, thawed
from cvxdnn.tasks.experiments import FRAME_SECONDS, snapshots_of
from cvxdnn.tasks.scenario import OPTIMIZERS, Optimizer, Scenario

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
    """All lanes at one moment.

    state : what a later task needs to go on (opaque); only in the last frame of one that was stopped
    """

    lanes: tuple[Lane, ...]
    state: bytes | None = field(default=None, repr=False)

    @property
    def done(self) -> bool:
        """Whether every optimiser has come to its end."""
        return all(lane.done for lane in self.lanes)


@dataclass(frozen=True)
class RaceTask:
    """Train the scenario's networks with each optimiser; picklable, run by `cvxdnn.jobs`.

    state : from the last frame of the race to go on with; None starts it
    """

    scenario: Scenario
    optimizers: tuple[Optimizer, ...]
    state: bytes | None = None

    @classmethod
    def of(cls, scenario: Scenario) -> "RaceTask":
        """Of all optimisers that can train the scenario's networks."""
        return cls(scenario, tuple(name for name in OPTIMIZERS if _can_train(name, scenario)))

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> None:
        """Report frames until every optimiser has ended or the race is stopped."""
        places = thawed(self.state) or [None] * len(self.optimizers)
        scenarios = [self.scenario.replace(optimizer=name) for name in self.optimizers]
        lanes = [_Runner(scenario, place) for scenario, place in zip(scenarios, places, strict=True)]
        last_report = -np.inf
        while True:
            running = [lane for lane in lanes if not lane.done]
            ends = not running or stopped()
            if ends or time.monotonic() - last_report >= FRAME_SECONDS:
                state = frozen([lane.place for lane in lanes]) if ends and running else None
                report(RaceFrame(tuple(lane.lane() for lane in lanes), state))
                last_report = time.monotonic()
            if ends:
                return
            min(running, key=lambda lane: lane.seconds).advance()

    def after(self, last: RaceFrame | None) -> "RaceTask":
        """The rest of it, from the last frame; from its beginning if that carries no state."""
        return self if last is None or last.state is None else replace(self, state=last.state)


def _can_train(optimizer: Optimizer, scenario: Scenario) -> bool:
    try:
        scenario.replace(optimizer=optimizer)
    except InvalidInputError:
        return False
    return True


@dataclass
class _Place:
    """Where an optimiser is: what its lane shows, and the state of its training."""

    rows: list[tuple[float, float, float]] = field(default_factory=list)
    seconds: float = 0.0
    status: Status = Status.RUNNING
    done: bool = False
    training: Any = None


class _Runner:
    """One optimiser on its way."""

    def __init__(self, scenario: Scenario, place: _Place | None) -> None:
        self.scenario = scenario
        self.place = place or _Place()
        self._is_prepared = False
        self._snapshots: Iterator[Snapshot] = iter(())
        if not self.place.done:
            self._snapshots = snapshots_of(scenario, self.place.training)

    @property
    def seconds(self) -> float:
        return self.place.seconds

    @property
    def done(self) -> bool:
        return self.place.done

    def advance(self) -> None:
        begin, here = time.thread_time(), self.place
        snapshot = next(self._snapshots)
        if self._is_prepared:  # before the first snapshot there is only preparation
            here.seconds += time.thread_time() - begin
        self._is_prepared = True
        here.status, here.done, here.training = snapshot.status, snapshot.done, snapshot.state
        if not here.rows or here.rows[-1][1] != snapshot.step:  # else it goes on here
            here.rows.append((here.seconds, float(snapshot.step), snapshot.objective))
        if len(here.rows) > LONGEST:
            here.rows = [here.rows[0], *here.rows[1::2]]

    def lane(self) -> Lane:
        rows = np.array(self.place.rows, dtype=np.float64).reshape(-1, 3)
        return Lane(self.scenario.optimizer, rows, self.place.status, self.place.done)
