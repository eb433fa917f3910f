"""Running a grid: from what is on disk to the whole table, on any runner, in the background or not.

    table = Sweep(Grid(widths=(5, 10, 20), seeds=range(20))).run(runner)

A run's record depends on nothing but its settings, so it does not matter which worker makes it, in how many turns,
or after how many restarts of the program. A run whose worker died is made again, a few times at most; one that
fails leaves a message and is tried again when the sweep is started anew.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from cvxdnn.core.exceptions import CvxdnnError, LimitExceededError
from cvxdnn.jobs import Job, JobState, Runner
from cvxdnn.tasks.sweep.concurrency import ConcurrencyLimit
from cvxdnn.tasks.sweep.grid import Grid
from cvxdnn.tasks.sweep.ledger import Ledger, Run
from cvxdnn.tasks.sweep.record import Record, Table
from cvxdnn.tasks.sweep.store import Store
from cvxdnn.tasks.sweep.task import Paused, RunTask

__all__ = ["Progress", "Sweep"]

logger = logging.getLogger("cvxdnn.tasks.sweep")

LOOK_SECONDS = 0.1
TURN_SECONDS = 1.0
"""What a run may use before it makes room for a job that waits."""
LONGEST_TURN_SECONDS = 20.0
"""After this it is paused in any case: a dead worker costs no more."""
FULL_QUEUE_SECONDS = 2.0
START_SECONDS = 60.0
MAX_DEATHS = 3
AHEAD = 4
"""Sweeps of the same grid choose among this many next runs for each permit, so that they seldom choose the same."""


@dataclass(frozen=True)
class Progress:
    """Where a sweep stands.

    done, failed, total : runs;  seconds_left : estimated, None while unknown;  message : what went wrong, or ""
    """

    done: int
    failed: int
    total: int
    is_running: bool
    seconds_left: float | None
    message: str


class Sweep:
    """A grid with the results that it has so far. Safe to look at from any thread.

    Parameters
    ----------
    grid : Grid
    store : Store, optional
        Where results are kept; left out: the folder that the environment names.
    known : Records, optional
        Results that are there already, of runs on the shelves of the grid.
    """

    def __init__(self, grid: Grid, store: Store | None = None, known: Iterable[Record] = ()) -> None:
        self.grid = grid
        self._ledger = Ledger(grid, store or Store(), known)
        self._message = ""
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._began, self._done_before = 0.0, 0

    @property
    def table(self) -> Table:
        """The results so far."""
        return self._ledger.table

    @property
    def is_running(self) -> bool:
        """Whether runs are being made, or about to be."""
        return any(thread.is_alive() for thread in self._threads)

    @property
    def progress(self) -> Progress:
        """Where it stands at this moment."""
        running, done, failures = self.is_running, self._ledger.done, self._ledger.failures
        made, missing = done - self._done_before, len(self.grid) - done - len(failures)
        left = (time.monotonic() - self._began) / made * missing if running and made > 0 else None
        message = self._message or self._ledger.message or next(iter(failures), "")
        return Progress(done, len(failures), len(self.grid), running, left, message)

    def run(self, runner: Runner, *, at_once: int | None = None) -> Table:
        """Make all runs that are missing and return the whole table.

        Parameters
        ----------
        runner : Runner
            Of `cvxdnn.jobs`.
        at_once : int, optional
            Runs in the runner at the same time; left out: one for each of its workers.

        Raises
        ------
        CvxdnnError
            If runs failed; the others are kept, and running it again makes only those that are missing.
        """
        self.start(runner, ConcurrencyLimit(at_once or (lambda: runner.status().workers)))
        try:
            self.wait()
        finally:
            self.stop()
        progress = self.progress
        missing = progress.total - progress.done
        if missing:
            raise CvxdnnError(f"{missing} of {progress.total} runs are missing: {progress.message} Run it again.")
        return self.table

    def start(self, runner: Runner, limit: ConcurrencyLimit) -> None:
        """Make what is missing in the background; does nothing while it runs.

        runner : of `cvxdnn.jobs`;  limit : the same for all sweeps on that runner
        """
        if self.is_running:
            return
        self._message = ""
        self._ledger.reopen()
        self._began, self._done_before = time.monotonic(), self._ledger.done
        self._stopping = threading.Event()
        self._threads = []
        self._spawn(self._lead, runner, limit, self._stopping)

    def stop(self, timeout: float = 5.0) -> None:
        """Stop making runs; what is done stays. Waits `timeout` seconds at most for running jobs to end."""
        self._stopping.set()
        for job in self._ledger.jobs:
            job.stop()
        self.wait(timeout)

    def wait(self, timeout: float | None = None) -> None:
        """Wait until it has ended, `timeout` seconds at most."""
        deadline = None if timeout is None else time.monotonic() + timeout
        for thread in self._threads:  # the first one adds the others before it ends
            thread.join(None if deadline is None else max(0.0, deadline - time.monotonic()))

    def _spawn(self, work: Callable[[Runner, ConcurrencyLimit, threading.Event], None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, name="cvxdnn-sweep", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _lead(self, runner: Runner, limit: ConcurrencyLimit, stopping: threading.Event) -> None:
        """Wait until the workers are there, then work in as many threads as may run at once."""
        deadline = time.monotonic() + START_SECONDS
        while runner.status().ready == 0 and time.monotonic() < deadline and not stopping.wait(LOOK_SECONDS):
            pass
        for _ in range(min(limit.count, len(self.grid) - self._ledger.done) - 1):
            self._spawn(self._work, runner, limit, stopping)
        self._work(runner, limit, stopping)

    def _work(self, runner: Runner, limit: ConcurrencyLimit, stopping: threading.Event) -> None:
        """One turn after another, until nothing is left."""
        try:
            while not stopping.is_set():
                with limit.turn(stopping.is_set) as owner:
                    run = None if owner is None else self._ledger.next(AHEAD * limit.count)
                    if owner is None or run is None:
                        return
                    self._take_turn(run, runner, owner, limit, stopping)
        except Exception as error:  # the runner is closed, or no worker can be had
            logger.warning("a sweep ended early", exc_info=True)
            self._message = str(error)
            stopping.set()

    def _take_turn(
        self, run: Run, runner: Runner, owner: str, limit: ConcurrencyLimit, stopping: threading.Event
    ) -> None:
        """Let a worker go on with a run, and keep what comes of it."""
        try:
            task = RunTask(self.grid.runs[run.number], self.grid.max_steps, run.paused)
            job = runner.submit(task, owner=owner, label=f"sweep {self.grid.shelf(run.number)}")
            self._ledger.making(run, job)
            asked = _follow(job, runner, limit, stopping)
            self._settle(run, job, asked)
        except LimitExceededError:  # the queue of the runner is full
            self._ledger.leave(run)
            stopping.wait(FULL_QUEUE_SECONDS)
        finally:
            self._ledger.release(run)

    def _settle(self, run: Run, job: Job, asked: bool) -> None:
        outcome = job.result() if job.state is JobState.DONE else job.progress
        if isinstance(outcome, Record):
            self._ledger.keep(run, outcome)
        elif isinstance(outcome, Paused):
            self._ledger.leave(replace(run, paused=outcome))
        elif job.state is JobState.STOPPED and asked:
            self._ledger.leave(run)
        elif job.state is JobState.LOST and run.deaths + 1 < MAX_DEATHS:
            self._ledger.leave(replace(run, deaths=run.deaths + 1))
        else:
            self._ledger.fail(run, job.error or "A run ended without a result.")


def _follow(job: Job, runner: Runner, limit: ConcurrencyLimit, stopping: threading.Event) -> bool:
    """Wait for the end of a job, and ask it to stop when its turn is over; whether it was asked."""
    began, asked = 0.0, False
    while not job.state.finished:
        with contextlib.suppress(Exception):  # the state tells how the job ended, if it did
            job.result(timeout=LOOK_SECONDS)
        if job.state is JobState.RUNNING:
            began = began or time.monotonic()
        others = limit.waiting > 0 or runner.status().queued > 0
        turn = TURN_SECONDS if others else LONGEST_TURN_SECONDS
        is_over = began > 0 and time.monotonic() - began > turn
        if not asked and (stopping.is_set() or is_over):
            asked = True
            job.stop()
    return asked
