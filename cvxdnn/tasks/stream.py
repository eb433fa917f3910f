"""Training as work for a runner: frames of what a page shows of it, ten or more times a second.

    Stream(problem)            the task; `problem` says what is trained, and what of a snapshot is shown
    Frame                      what it reports: at once, then whenever some time has passed, and at the end

A job is stateless: it starts from the seed, or from the opaque state in the last frame of an earlier job. Pausing is
stopping; going on is a new job, `stream.after(frame)`. Frames hold plain data, so that a reader needs no torch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from cvxdnn.core.solution import Status
from cvxdnn.core.types import Array
from cvxdnn.jobs.parcel import frozen, thawed
from cvxdnn.tasks.film import Film, FilmMaker, Still

__all__ = ["FRAME_SECONDS", "HISTORY_ROWS", "Frame", "Problem", "Stream", "last_frame"]

View = TypeVar("View")
ViewOut = TypeVar("ViewOut", covariant=True)

FRAME_SECONDS = 0.08
"""A frame is reported whenever this much time has passed since the last one."""
HISTORY_ROWS = 200


class Snapshot(Protocol):
    """Training at one moment, as `cvxdnn.Snapshot` and `cvxdnn.training.fitting.FitSnapshot` have it."""

    @property
    def step(self) -> int: ...
    @property
    def objectives(self) -> Array: ...
    @property
    def best(self) -> int: ...
    @property
    def status(self) -> Status: ...
    @property
    def done(self) -> bool: ...
    @property
    def state(self) -> Any: ...


class Problem(Protocol[ViewOut]):
    """What is trained, and what is shown of it; picklable."""

    def snapshots(self, state: Any) -> Iterator[Any]:
        """Training from its start (None), or from the `state` of an earlier snapshot; often enough to be stopped."""
        ...

    def view(self, snapshot: Any, is_last: bool) -> ViewOut:
        """What a page shows of a snapshot; `is_last`: no frame follows in this job."""
        ...


@dataclass(frozen=True, eq=False)
class Frame(Generic[View]):
    """Training at one moment.

    step : optimiser steps taken
    objectives : (restarts,) of every restart;  best : index of the smallest
    view : what the problem shows of it
    history : (k, 1 + restarts) step and objectives at earlier moments and this one, k <= `HISTORY_ROWS`
    film : what the best network looked like so far, if the stream takes stills;  newest : what it looks like now
    state : what a later job needs to go on from here (opaque); None while the job goes on
    """

    step: int
    objectives: Array
    best: int
    status: Status
    done: bool
    view: View
    history: Array
    film: Film[Any] | None = field(default=None, repr=False)
    newest: Still | None = field(default=None, repr=False)
    state: bytes | None = field(default=None, repr=False)

    @property
    def objective(self) -> float:
        """The smallest objective."""
        return float(self.objectives[self.best])

    def ended(self) -> Frame[View]:
        """The same frame as the end of its training."""
        return replace(self, done=True, state=None)


@dataclass(frozen=True, eq=False)
class Stream(Generic[View]):
    """Train a problem and report frames; a task of `cvxdnn.jobs`.

    problem : what is trained
    still : the still of a snapshot, for a film; a module's function, or a partial of one
    until : the step to end at (None: until training is done)
    hold : seconds for which every snapshot is shown; 0 shows those of every `FRAME_SECONDS`
    keeps_end : whether training that is done leaves its state, too, for another weight decay to go on from
    state, history, film : from the last frame of an earlier job, see `after`
    """

    problem: Problem[View]
    still: Callable[[Any], Still] | None = None
    until: int | None = None
    hold: float = 0.0
    keeps_end: bool = False
    state: bytes | None = field(default=None, repr=False)
    history: Array | None = field(default=None, repr=False)
    film: Film[Any] | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """What it is called in the log."""
        return type(self.problem).__name__

    def __call__(self, report: Callable[[Frame[View]], None], stopped: Callable[[], bool]) -> None:
        """Report frames until training is done or stopped, or has come to its step."""
        history = _History(self.history)
        maker = None if self.still is None else FilmMaker(self.still, self.film, grows=self.hold > 0)
        last_report = -np.inf
        for snapshot in self.problem.snapshots(thawed(self.state)):
            ends = snapshot.done or (self.until is not None and snapshot.step >= self.until) or stopped()
            is_shown = ends or self.hold > 0 or time.monotonic() - last_report >= FRAME_SECONDS
            history.add(snapshot, always=is_shown)
            if maker is not None:
                maker.look(snapshot, is_last=ends)
            if is_shown:
                report(self._frame(snapshot, history, maker, ends))
                last_report = time.monotonic()
            if ends:
                return
            if self.hold:
                time.sleep(self.hold)

    def after(self, last: Frame[View] | None) -> Stream[View]:
        """The rest of it, from the last frame; from its beginning if that carries no state."""
        if last is None or last.state is None:
            return self
        return replace(self, state=last.state, history=last.history, film=last.film)

    def _frame(self, snapshot: Snapshot, history: _History, maker: FilmMaker[Any] | None, ends: bool) -> Frame[View]:
        goes_on = ends and (self.keeps_end or not snapshot.done)
        return Frame(
            step=snapshot.step,
            objectives=snapshot.objectives,
            best=snapshot.best,
            status=Status.STOPPED if ends and not snapshot.done else snapshot.status,
            done=snapshot.done,
            view=self.problem.view(snapshot, ends),
            history=history.rows(),
            film=None if maker is None else maker.film(),
            newest=None if maker is None else maker.still_of(snapshot),
            state=frozen(snapshot.state) if goes_on else None,
        )


class _History:
    """Objectives over the steps, thinned so that it never holds more than `HISTORY_ROWS` rows."""

    def __init__(self, rows: Array | None) -> None:
        self._rows = [] if rows is None else list(rows)
        self._every, self._skipped = 1, 0

    def add(self, snapshot: Snapshot, *, always: bool) -> None:
        """Take every `_every`-th snapshot, twice as few whenever there is no room left; and one that is shown."""
        if self._rows and self._rows[-1][0] == snapshot.step:
            return  # where training was paused
        self._skipped += 1
        if self._rows and self._skipped < self._every and not always:
            return
        self._skipped = 0
        self._rows.append(np.concatenate([[snapshot.step], snapshot.objectives]))
        if len(self._rows) > HISTORY_ROWS:
            self._rows = self._rows[::2]
            self._every *= 2

    def rows(self) -> Array:
        return np.array(self._rows)


def last_frame(stream: Stream[View]) -> Frame[View]:
    """The last frame of a stream, run in this process to its end."""
    frames: list[Frame[View]] = []
    stream(frames.append, lambda: False)
    return frames[-1]
