"""A slot: room for one job at a time, its worker, and the thread that follows what the worker says."""

import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from cvxdnn.jobs.interface import Job, JobState, Resumable, describe
from cvxdnn.jobs.memory import resident_bytes
from cvxdnn.jobs.protocol import BROKEN, ENDS, PROGRESS, READY, STARTED, Worker
from cvxdnn.jobs.rules import Ending

if TYPE_CHECKING:
    from cvxdnn.jobs.scheduler import Runner

logger = logging.getLogger("cvxdnn.jobs")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STARTS_BEFORE_GIVING_UP = 3


@dataclass(eq=False)
class Entry:
    """A job that has not ended.

    work : the task in the form that its worker wants;  task : itself, if it can make room
    deaths : how many workers died under it
    begun_at : when its present worker began it;  used : seconds that it had workers before
    ending, stop_asked_at : why and when it was asked to stop;  makes_room : whether it was asked to, for others
    """

    job: Job
    work: Any
    slot: "Slot | None" = None
    task: Resumable | None = None
    deaths: int = 0
    begun_at: float = math.inf
    used: float = 0.0
    ending: Ending | None = None
    stop_asked_at: float = math.inf
    makes_room: bool = False
    killed: bool = False


class Slot:
    """Room for one job at a time; when its worker is gone it launches another, and other slots do not notice.

    All methods but `join` are called with the scheduler's lock held.

    Attributes
    ----------
    ready : bool
        True while the slot can take a job, or has one.
    entry : Entry or None
        The job that it has.
    restarts : int
        How often a dead worker was replaced.
    """

    def __init__(self, runner: "Runner", launch: Callable[[], Worker]) -> None:
        self.ready = False
        self.entry: Entry | None = None
        self.restarts = 0
        self._runner = runner
        self._launch = launch
        self._worker: Worker | None = None
        self._number = 0
        self._was_ready = False
        self._failed_starts = 0
        self._thread = threading.Thread(target=self._look_after, name="cvxdnn-jobs-slot", daemon=True)

    @property
    def alive(self) -> bool:
        """True if the slot has a worker, ready or not."""
        return self._worker is not None

    @property
    def pid(self) -> int | None:
        """Process id of the worker; None if there is none, or if it is not a process of its own here."""
        return None if self._worker is None else self._worker.pid

    def resident_bytes(self) -> int | None:
        """Memory of the worker; None if it cannot be measured."""
        return None if self.pid is None else resident_bytes(self.pid)

    def open(self) -> None:
        """Launch the first worker, in the background."""
        self._thread.start()

    def take(self, entry: Entry) -> Callable[[], None]:
        """Accept a job; the returned function starts it and is called without the lock."""
        assert self._worker is not None
        self._number += 1
        return partial(self._worker.send, self._number, entry.work)

    def ask_stop(self) -> None:
        """Make the task's `stopped()` true."""
        if self._worker is not None:
            self._worker.stop(self._number)

    def kill(self) -> None:
        """End the task by force if that is possible."""
        if self._worker is not None:
            self._worker.kill()

    def close(self) -> None:
        """Begin to end everything."""
        self.ready = False
        if self._worker is not None:
            self._worker.close()

    def join(self, timeout: float) -> None:
        """Wait until everything has ended, `timeout` seconds at most."""
        self._thread.join(timeout)

    # In the slot's own thread.

    def _look_after(self) -> None:
        while not self._runner.closed:
            try:
                worker = self._launch()
            except OSError as error:
                self._pause(describe(error))
            else:
                self._follow(worker)

    def _follow(self, worker: Worker) -> None:
        self._was_ready = False
        with self._runner.lock:
            self._worker = worker
            if self._runner.closed:
                worker.close()
        worker.serve(self._handle)
        with self._runner.lock:
            self.ready, self._worker = False, None
        cause = worker.bury()
        if cause is not None and not self._runner.closed:
            logger.warning("a worker died (%s); another one takes its place", cause)
            self.restarts += 1
        self._runner.slot_died(self, cause)
        if cause is not None and not self._was_ready:
            self._pause(cause)

    def _handle(self, number: int, kind: str, content: Any) -> None:
        """What the worker says."""
        entry = self.entry
        if kind == READY:
            self._was_ready, self._failed_starts = True, 0
            self._runner.slot_ready(self)
        elif number != self._number or entry is None:
            pass  # a thread that a former task left behind still reports
        elif kind == STARTED:
            self._runner.slot_began(self)
        elif kind == PROGRESS:
            entry.job.receive(content)
        elif kind == BROKEN:
            self._runner.slot_broke(self, content)
        elif kind in ENDS:
            self._runner.slot_ended(self, JobState(kind), content)

    def _pause(self, cause: str) -> None:
        """After a worker that never became ready: do not try again in a tight loop."""
        if self._runner.closed:
            return
        self._failed_starts += 1
        if self._failed_starts >= STARTS_BEFORE_GIVING_UP:
            logger.error("no worker can be started (%s)", cause)
            self._runner.slot_cannot_start(cause)
        self._runner.pause(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self._failed_starts - 1)))
