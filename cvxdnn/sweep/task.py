"""One run as work for a runner: train, in as many turns as the scheduler grants, and compare with the optimum.

A turn that is asked to stop reports `Paused`, from which a later turn takes the very steps that were next. So a
run can make room for others, or move to another worker, and its record is the same.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cvxdnn.experiments import Frame, TrainingTask
from cvxdnn.scenario import Scenario
from cvxdnn.sweep.record import Record, record_of

__all__ = ["Paused", "RunTask"]


@dataclass(frozen=True, eq=False)
class Paused:
    """Where a run was left: the opaque state of `TrainingTask`, steps taken, seconds spent."""

    state: bytes
    step: int
    seconds: float


@dataclass(frozen=True, eq=False)
class RunTask:
    """Train one scenario to its end and report its `Record`; picklable, run by `cvxdnn.jobs`."""

    scenario: Scenario
    max_steps: int
    paused: Paused | None = None

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> Record | None:
        """The record, or None after a report of `Paused`."""
        start = self.paused or Paused(b"", 0, 0.0)
        frames: list[Frame] = []

        def keep(frame: Frame) -> None:
            frames[:] = [frame]

        began = time.perf_counter()
        TrainingTask(self.scenario, self.max_steps - start.step, start.state or None)(keep, stopped)
        seconds = start.seconds + time.perf_counter() - began
        (frame,) = frames
        if not frame.done and frame.step < self.max_steps:
            assert frame.state is not None  # the last frame of a turn has one
            report(Paused(frame.state, frame.step, seconds))
            return None
        record = record_of(self.scenario, frame, seconds)
        report(record)  # what is returned after a stop is dropped, what is reported is not
        return record
