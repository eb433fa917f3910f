"""A runner whose slots are worker processes.

Each slot has one worker and one thread, which starts the worker, listens to it, and replaces it when it
dies; the other slots do not notice. Workers are fresh interpreters that import only `cvxdnn.jobs` and what
their tasks need. They are not made by `multiprocessing`, whose spawned children first execute the main
script again: under Streamlit that is whichever page some session happens to be running. So no script needs
a guard, and it does not matter which thread, or which session, makes the runner.

Needs file descriptors that a child inherits, that is Linux or macOS; elsewhere use `InlineRunner`.
"""

import os
import pickle
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from cvxdnn.exceptions import CvxdnnError, InvalidInputError
from cvxdnn.jobs.child import Child, unpack
from cvxdnn.jobs.interface import JobState, Task, describe
from cvxdnn.jobs.scheduler import Scheduler, logger
from cvxdnn.jobs.slot import Entry, Slot
from cvxdnn.jobs.worker import PROGRESS, READY, STARTED
from cvxdnn.validation import positive_int

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STARTS_BEFORE_GIVING_UP = 3


def _no_warm_up() -> None:
    """What a worker does first if nothing was asked for."""


class ProcessRunner(Scheduler):
    """Runs tasks in worker processes, one per slot, kept warm; see `Runner`.

    The constructor returns at once; the workers start in the background and jobs wait for them in the queue.

    Parameters
    ----------
    slots : int
        How many tasks run at the same time, each on one core.
    warm_up : callable or None
        Picklable and importable, called without arguments in each worker before its first task: import what
        the tasks will need.
    abandon_after : float or None
        Seconds without `Job.touch` or somebody waiting in `Job.result` after which a job is stopped; None:
        never.
    kill_after : float
        Seconds that a task may take to end once it was asked to stop; then its worker is replaced.
    max_jobs_per_worker : int or None
        Replace a worker, as a precaution against leaks, after so many jobs. Its slot then warms up anew.

    Raises
    ------
    InvalidInputError
        For a number out of its range or a `warm_up` that cannot be pickled.
    CvxdnnError
        On an operating system without inherited file descriptors.
    """

    def __init__(
        self,
        slots: int = 2,
        *,
        warm_up: Callable[[], Any] | None = None,
        abandon_after: float | None = 15.0,
        kill_after: float = 5.0,
        max_jobs_per_worker: int | None = None,
    ) -> None:
        if os.name != "posix":
            raise CvxdnnError("worker processes need Linux or macOS; use cvxdnn.jobs.InlineRunner here")
        slots = positive_int("slots", slots)
        if max_jobs_per_worker is not None:
            max_jobs_per_worker = positive_int("max_jobs_per_worker", max_jobs_per_worker)
        packed_warm_up = _packed("warm_up", warm_up or _no_warm_up)
        super().__init__(abandon_after=abandon_after, kill_after=kill_after)
        self.open_slots([_ProcessSlot(self, packed_warm_up, max_jobs_per_worker) for _ in range(slots)])

    def pack(self, task: Task) -> bytes:
        """The pickled task: mistakes show where they are made, later changes of the object do not matter."""
        return _packed("task", task)


def _packed(name: str, value: Callable[..., Any]) -> bytes:
    if getattr(value, "__module__", None) == "__main__":
        raise InvalidInputError(f"{name} is defined in the main script, which workers do not load; move it to a module")
    try:
        return pickle.dumps(value)
    except Exception as error:
        raise InvalidInputError(
            f"{name} cannot be pickled ({describe(error)}); use a function, or an object with plain data, "
            "from a module that can be imported"
        ) from error


class _ProcessSlot(Slot):
    """One worker at a time, and the thread that looks after it."""

    def __init__(self, scheduler: Scheduler, warm_up: bytes, max_jobs: int | None) -> None:
        self._scheduler = scheduler
        self._warm_up = warm_up
        self._max_jobs = max_jobs
        self._worker: Child | None = None
        self._number = 0
        self._jobs = 0
        self._retired = False
        self._failed_starts = 0
        self._thread = threading.Thread(target=self._look_after, name="cvxdnn-jobs-slot", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """True if there is a worker process."""
        return self._worker is not None

    @property
    def pid(self) -> int | None:
        """Process id of the worker."""
        return None if self._worker is None else self._worker.process.pid

    def take(self, entry: Entry) -> Callable[[], None]:
        """Number the task; sending it may block for a moment."""
        assert self._worker is not None
        self._number += 1
        return partial(self._worker.send, self._number, entry.work)

    def ask_stop(self) -> None:
        """Raise the flag."""
        if self._worker is not None:
            self._worker.stop(self._number)

    def kill(self) -> None:
        """End the worker; its thread starts another."""
        if self._worker is not None:
            self._worker.kill()

    def close(self) -> None:
        """Workers hold nothing worth saving."""
        self.ready = False
        self.kill()

    def join(self, timeout: float) -> None:
        """Wait for the thread."""
        self._thread.join(timeout)

    def _look_after(self) -> None:
        while not self._scheduler.closed:
            try:
                worker = Child()
            except OSError as error:
                self._pause(describe(error))
                continue
            with self._scheduler.lock:
                self._worker = worker
                if self._scheduler.closed:
                    worker.kill()
            worker.send(0, self._warm_up)
            self._listen(worker)
            self._replace(worker)

    def _listen(self, worker: Child) -> None:
        """Follow a worker until it is gone."""
        self._jobs, self._retired = 0, False
        # No message is kept in a variable here: it would stay in memory until the next one.
        while self._handle(worker, worker.receive()):
            pass

    def _handle(self, worker: Child, message: tuple[str, int, bytes] | None) -> bool:
        if message is None:
            return False
        kind, number, payload = message
        if kind == READY:
            self._failed_starts = 0
            self._scheduler.slot_ready(self)
        elif number != self._number or self.entry is None:
            pass  # a thread that a former task left behind still reports
        elif kind == STARTED:
            self.entry.job.mark_running()
        elif kind == PROGRESS:
            self._receive(self.entry, payload)
        else:
            self._jobs += 1
            self._retired = self._jobs == self._max_jobs
            state, outcome = unpack(JobState(kind), payload)
            self._scheduler.slot_ended(self, state, outcome, ready=not self._retired)
            if self._retired:
                worker.kill()
        return True

    def _receive(self, entry: Entry, payload: bytes) -> None:
        try:
            entry.job.receive(pickle.loads(payload))
        except Exception as error:
            failure = CvxdnnError(f"The progress of the task cannot be read ({describe(error)}).")
            entry.job.finish(JobState.FAILED, failure=failure)
            entry.job.stop()

    def _replace(self, worker: Child) -> None:
        with self._scheduler.lock:
            was_ready, self.ready, self._worker = self.ready or self._retired, False, None
        cause = worker.bury()
        if not self._retired and not self._scheduler.closed:
            logger.warning("a worker process died (%s); another one takes its place", cause)
            self.restarts += 1
        self._scheduler.slot_died(self, cause)
        if not was_ready:
            self._pause(cause)

    def _pause(self, cause: str) -> None:
        """After a worker that never became ready: do not try again in a tight loop."""
        if self._scheduler.closed:
            return
        self._failed_starts += 1
        if self._failed_starts >= STARTS_BEFORE_GIVING_UP:
            logger.error("no worker process can be started (%s)", cause)
            self._scheduler.slot_cannot_start(cause)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self._failed_starts - 1))
        with self._scheduler.changed:
            self._scheduler.changed.wait_for(lambda: self._scheduler.closed, pause)
