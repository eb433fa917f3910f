"""One run as work for a runner: train, in as many turns as the scheduler grants, and compare with the optimum.

A turn that is asked to stop reports `Paused`, from which a later turn takes the very steps that were next. So a
run can make room for others, or move to another worker, and its record is the same.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cvxdnn.core.solution import Snapshot
from cvxdnn.jobs.parcel import frozen, thawed
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.experiments import forward_work, training_of
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sweep.record import Record, record_of

__all__ = ["Paused", "RunTask"]

LOOK_WORK, MOST_STEPS = 2e7, 50
"""Multiplications, and steps, between looks at the stop flag: a few hundredths of a second."""


@dataclass(frozen=True, eq=False)
class Paused:
    """Where a run was left: the opaque state of training, and the seconds spent."""

    state: bytes
    seconds: float


@dataclass(frozen=True, eq=False)
class RunTask:
    """Train one scenario to its end and report its `Record`; picklable, run by `cvxdnn.jobs`."""

    scenario: Scenario
    max_steps: int
    paused: Paused | None = None

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> Record | None:
        """The record, or None after a report of `Paused`."""
        baseline = Baseline(self.scenario)
        began = time.perf_counter()
        snapshots = self._snapshots(baseline)
        snapshot = next(snapshots)
        while not snapshot.done and not stopped():
            snapshot = next(snapshots)
        seconds = time.perf_counter() - began + (self.paused.seconds if self.paused else 0.0)
        if not snapshot.done:
            report(Paused(frozen(snapshot.state), seconds))
            return None
        record = record_of(baseline, snapshot, seconds)
        report(record)  # what is returned after a stop is dropped, what is reported is not
        return record

    def _snapshots(self, baseline: Baseline) -> Iterator[Snapshot]:
        state = None if self.paused is None else thawed(self.paused.state)
        look_every = max(1, min(MOST_STEPS, int(LOOK_WORK / forward_work(self.scenario))))
        return training_of(self.scenario, baseline.solution, state, max_steps=self.max_steps, look_every=look_every)
