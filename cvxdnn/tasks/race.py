"""A race of optimisers: the same first weights, the same points, and the same share of the computer for each.

Only insertion begins with a constant instead.

The optimisers take turns; whoever has used the least time goes next. So every curve means what it would mean alone,
and all of them grow together on the screen. An optimiser's time is that of its own steps, without the frames.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.solution import Snapshot, Status
from cvxdnn.core.types import Array
from cvxdnn.tasks.experiments import snapshots_of
from cvxdnn.tasks.scenario import OPTIMIZERS, Optimizer, Scenario
from cvxdnn.tasks.stream import Frame

__all__ = ["OptimizerRun", "Race", "RaceFrame"]

LONGEST = 150
"""Rows of a history; older ones are thinned."""


@dataclass(frozen=True, eq=False)
class OptimizerRun:
    """One optimiser's way so far.

    history : (k, 3) seconds of its own steps, steps, smallest objective of its restarts
    """

    optimizer: Optimizer
    history: Array
    status: Status
    done: bool


RaceFrame = Frame[tuple[OptimizerRun, ...]]


@dataclass
class _Place:
    """Where an optimiser is: what is shown of it, and the state of its training."""

    rows: list[tuple[float, float, float]] = field(default_factory=list)
    seconds: float = 0.0
    status: Status = Status.RUNNING
    done: bool = False
    training: Any = None


@dataclass(frozen=True, eq=False)
class RaceSnapshot:
    """All optimisers at one moment: their steps together, the newest objective of each (infinite before the first)."""

    places: Sequence[_Place]

    @property
    def step(self) -> int:
        """Steps of all optimisers together."""
        return int(sum(place.rows[-1][1] for place in self.places if place.rows))

    @property
    def objectives(self) -> Array:
        """(optimisers,)."""
        return np.array([place.rows[-1][2] if place.rows else np.inf for place in self.places])

    @property
    def best(self) -> int:
        """The optimiser with the smallest objective."""
        return int(self.objectives.argmin())

    @property
    def done(self) -> bool:
        """Whether every optimiser has come to its end."""
        return all(place.done for place in self.places)

    @property
    def status(self) -> Status:
        """Of the race; that of each optimiser is in its `OptimizerRun`."""
        return Status.CONVERGED if self.done else Status.RUNNING

    @property
    def state(self) -> Any:
        """What the race goes on from."""
        return list(self.places)


@dataclass(frozen=True)
class Race:
    """Training of the scenario's networks with each optimiser."""

    scenario: Scenario
    optimizers: tuple[Optimizer, ...]

    @classmethod
    def of(cls, scenario: Scenario) -> "Race":
        """Of all optimisers that can train the scenario's networks."""
        return cls(scenario, tuple(name for name in OPTIMIZERS if _can_train(name, scenario)))

    def snapshots(self, state: Any) -> Iterator[RaceSnapshot]:
        """One at the start, and one after each turn of an optimiser."""
        places: list[_Place] = state or [_Place() for _ in self.optimizers]
        scenarios = [self.scenario.replace(optimizer=name) for name in self.optimizers]
        runners = [_Runner(scenario, place) for scenario, place in zip(scenarios, places, strict=True)]
        yield RaceSnapshot(places)
        while running := [runner for runner in runners if not runner.place.done]:
            min(running, key=lambda runner: runner.place.seconds).advance()
            yield RaceSnapshot(places)

    def view(self, snapshot: RaceSnapshot, is_last: bool) -> tuple[OptimizerRun, ...]:
        """One run an optimiser."""
        return tuple(_run_of(*each) for each in zip(self.optimizers, snapshot.places, strict=True))


def _can_train(optimizer: Optimizer, scenario: Scenario) -> bool:
    try:
        scenario.replace(optimizer=optimizer)
    except InvalidInputError:
        return False
    return True


class _Runner:
    """One optimiser on its way."""

    def __init__(self, scenario: Scenario, place: _Place) -> None:
        self.place = place
        self._is_prepared = False
        self._snapshots: Iterator[Snapshot] = iter(()) if place.done else snapshots_of(scenario, place.training)

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


def _run_of(optimizer: Optimizer, place: _Place) -> OptimizerRun:
    rows = np.array(place.rows, dtype=np.float64).reshape(-1, 3)
    return OptimizerRun(optimizer, rows, place.status, place.done)
