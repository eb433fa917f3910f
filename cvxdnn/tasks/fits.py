"""A fit as work for a runner: what a page shows of it, ten or more times a second.

A job starts from the seed, or from the opaque state in the last frame of an earlier job. Pausing is stopping; playing
on is a new job. Frames are plain arrays, so that a reader needs no torch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.core.solution import Status
from cvxdnn.jobs.parcel import frozen, thawed
from cvxdnn.training.fitting import FitProblem, FitSnapshot, FittedNetwork, fit

__all__ = ["FitFrame", "FitTask", "Measure", "fitted"]

Floats = NDArray[np.float64]
Measure = Callable[[FitSnapshot], Mapping[str, float]]
"""Numbers of a snapshot to be followed over the steps; a module's function, or a partial of one, so it can be sent."""

FRAME_SECONDS = 0.08
"""A frame is reported whenever this much time has passed since the last one."""
WORK_BETWEEN_LOOKS = 2e6
"""Multiplications between looks at the clock and at the stop flag: about 5 ms."""
STEPS_BETWEEN_LOOKS = 20
HISTORY_ROWS = 150


@dataclass(frozen=True, eq=False)
class FitFrame:
    """A fit at one moment; see `FitSnapshot` for what they share.

    history : (k, 1 + restarts) step and every restart's objective at earlier moments, k <= 150
    traces : by name (k,) the numbers of the task's `measure` at the rows of `history`
    state : what a later job needs to go on (opaque); None while the fit goes on, and when nothing is left to do
    """

    step: int
    objectives: Floats
    best: int
    network: FittedNetwork
    hidden: Floats
    outputs: Floats
    history: Floats
    traces: Mapping[str, Floats]
    status: Status
    done: bool
    state: bytes | None = field(default=None, repr=False)

    @property
    def objective(self) -> float:
        """The smallest objective."""
        return float(self.objectives[self.best])


@dataclass(frozen=True, eq=False)
class FitTask:
    """Fit a problem; picklable, run by `cvxdnn.jobs`.

    problem : what is fitted;  measure : numbers to follow, see `Measure`
    state, history, traces : from the last `FitFrame` of the fit to go on with; None starts from the seed
    """

    problem: FitProblem
    measure: Measure | None = None
    state: bytes | None = None
    history: Floats | None = None
    traces: Mapping[str, Floats] | None = None

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> None:
        """Report frames until the fit is done or stopped."""
        history = _History(self.measure, self.history, self.traces)
        last_report = -np.inf
        for snapshot in self._snapshots():
            history.add(snapshot)
            ends = snapshot.done or stopped()
            if ends or time.monotonic() - last_report >= FRAME_SECONDS:
                report(_frame(snapshot, history, stopped=ends and not snapshot.done))
                last_report = time.monotonic()
            if ends:
                return

    def after(self, last: FitFrame | None) -> FitTask:
        """The rest of it, from the last frame; from its beginning if that carries no state."""
        if last is None or last.state is None:
            return self
        return replace(self, state=last.state, history=last.history, traces=last.traces)

    def _snapshots(self) -> Iterator[FitSnapshot]:
        return fit(self.problem, thawed(self.state), snapshot_every=_look_every(self.problem))


def fitted(problem: FitProblem, measure: Measure | None = None) -> FitFrame:
    """The last frame of a fit, run in this process."""
    frames: list[FitFrame] = []
    FitTask(problem, measure)(frames.append, lambda: False)
    return frames[-1]


def _look_every(problem: FitProblem) -> int:
    """Steps between looks, fewer for large networks."""
    layers = problem.X.shape[1] + (problem.depth - 2) * problem.width + problem.Y.shape[1]
    work = len(problem.X) * layers * problem.width * (problem.branches or 1) * problem.restarts
    return int(np.clip(WORK_BETWEEN_LOOKS / work, 1, STEPS_BETWEEN_LOOKS))


class _History:
    """Objectives and measures over the steps, thinned so that it never holds more than `HISTORY_ROWS` rows."""

    def __init__(self, measure: Measure | None, rows: Floats | None, traces: Mapping[str, Floats] | None) -> None:
        self._measure = measure
        self._rows = [] if rows is None else list(rows)
        columns = {} if traces is None else traces
        self._measured = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        self._every, self._skipped = 1, 0

    def add(self, snapshot: FitSnapshot) -> None:
        """Take every `_every`-th snapshot, always the last one; twice as few whenever there is no room left."""
        if self._rows and self._rows[-1][0] == snapshot.step:
            return  # where the fit was paused
        self._skipped += 1
        if self._skipped < self._every and self._rows and not snapshot.done:
            return
        self._skipped = 0
        self._rows.append(np.concatenate([[snapshot.step], snapshot.objectives]))
        if self._measure is not None:
            self._measured.append({name: float(value) for name, value in self._measure(snapshot).items()})
        if len(self._rows) > HISTORY_ROWS:
            self._rows, self._measured = self._rows[::2], self._measured[::2]
            self._every *= 2

    def rows(self) -> Floats:
        return np.array(self._rows)

    def traces(self) -> dict[str, Floats]:
        if self._measure is None:
            return {}
        return {name: np.array([row[name] for row in self._measured]) for name in self._measured[-1]}


def _frame(snapshot: FitSnapshot, history: _History, *, stopped: bool) -> FitFrame:
    return FitFrame(
        step=snapshot.step,
        objectives=snapshot.objectives,
        best=snapshot.best,
        network=snapshot.network,
        hidden=snapshot.hidden,
        outputs=snapshot.outputs,
        history=history.rows(),
        traces=history.traces(),
        status=Status.STOPPED if stopped else snapshot.status,
        done=snapshot.done,
        state=frozen(snapshot.state) if stopped else None,
    )
