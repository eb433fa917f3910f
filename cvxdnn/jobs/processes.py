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
from dataclasses import dataclass
from functools import partial
from typing import Any

from cvxdnn.core.exceptions import CvxdnnError
from cvxdnn.core.validation import positive_int
from cvxdnn.jobs.child import Child
from cvxdnn.jobs.interface import JobState, Task, describe
from cvxdnn.jobs.memory import resident_bytes
from cvxdnn.jobs.parcel import packed, unpacked_outcome
from cvxdnn.jobs.rules import Rules
from cvxdnn.jobs.scheduler import Scheduler, logger
from cvxdnn.jobs.slot import Entry, Slot
from cvxdnn.jobs.worker import PROGRESS, READY, STARTED

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STARTS_BEFORE_GIVING_UP = 3


def _no_warm_up() -> None:
    """What a worker does first if nothing was asked for."""


@dataclass(frozen=True)
class Recycling:
    """When a worker is replaced although it works, as a precaution. Its slot then warms up anew.

    Parameters
    ----------
    jobs : int or None
        After so many jobs.
    idle_bytes : int or None
        When it still holds more resident memory than this at the end of a job; measured on Linux only.

    Raises
    ------
    InvalidInputError
        For a number out of its range.
    """

    jobs: int | None = None
    idle_bytes: int | None = None

    def __post_init__(self) -> None:
        for name in ("jobs", "idle_bytes"):
            if getattr(self, name) is not None:
                positive_int(name, getattr(self, name))

    def is_due(self, jobs: int, resident: int | None) -> bool:
        """Whether a worker that has ended `jobs` jobs and holds `resident` bytes is replaced."""
        return jobs == self.jobs or (self.idle_bytes is not None and (resident or 0) > self.idle_bytes)


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
    rules : Rules, optional
        What a job is allowed.
    recycling : Recycling, optional
        When a worker is replaced although it works; by default never.

    Raises
    ------
    InvalidInputError
        For a number out of its range or a `warm_up` that cannot be pickled.
    CvxdnnError
        On an operating system without inherited file descriptors.
    """

    backend = "processes"

    def __init__(
        self,
        slots: int = 2,
        *,
        warm_up: Callable[[], Any] | None = None,
        rules: Rules | None = None,
        recycling: Recycling | None = None,
    ) -> None:
        if os.name != "posix":
            raise CvxdnnError("worker processes need Linux or macOS; use cvxdnn.jobs.InlineRunner here")
        slots = positive_int("slots", slots)
        packed_warm_up = packed("warm_up", warm_up or _no_warm_up)
        super().__init__(rules)
        self.open_slots([_ProcessSlot(self, packed_warm_up, recycling or Recycling()) for _ in range(slots)])

    def pack(self, task: Task) -> bytes:
        """The pickled task: mistakes show where they are made, later changes of the object do not matter."""
        return packed("task", task)


class _ProcessSlot(Slot):
    """One worker at a time, and the thread that looks after it."""

    def __init__(self, scheduler: Scheduler, warm_up: bytes, recycling: Recycling) -> None:
        self._scheduler = scheduler
        self._warm_up = warm_up
        self._recycling = recycling
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

    def resident_bytes(self) -> int | None:
        """Memory of the worker."""
        return None if self._worker is None else resident_bytes(self._worker.process.pid)

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
            self._scheduler.slot_began(self)
        elif kind == PROGRESS:
            self._receive(self.entry, payload)
        else:
            self._jobs += 1
            self._retired = self._recycling.is_due(self._jobs, resident_bytes(worker.process.pid))
            state, outcome = unpacked_outcome(JobState(kind), payload)
            self._scheduler.slot_ended(self, state, outcome, ready=not self._retired)
            if self._retired:
                worker.kill()
        return True

    def _receive(self, entry: Entry, payload: bytes) -> None:
        try:
            entry.job.receive(pickle.loads(payload))
        except Exception as error:
            failure = CvxdnnError(f"The progress of the task cannot be read ({describe(error)}).")
            self._scheduler.slot_broke(self, failure)

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
