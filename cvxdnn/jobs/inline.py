"""A runner whose slots are threads of this process: for tests, and for hosts too small for worker processes.

The interface is the same; what only a process can give is missing. A task that does not look at `stopped()`
cannot be ended, a task that crashes takes the server with it, and all tasks share the interpreter's lock.
"""

import threading
from collections.abc import Callable

from cvxdnn.core.validation import positive_int
from cvxdnn.jobs.attempt import attempt
from cvxdnn.jobs.rules import Rules
from cvxdnn.jobs.scheduler import Scheduler
from cvxdnn.jobs.slot import Entry, Slot


class InlineRunner(Scheduler):
    """Runs tasks in threads of this process; see `Runner`.

    Tasks are not pickled here, so this runner also takes a lambda.

    Parameters
    ----------
    slots : int
        How many tasks run at the same time.
    rules : Rules, optional
        What a job is allowed.

    Raises
    ------
    InvalidInputError
        For a number out of its range.
    """

    backend = "inline"

    def __init__(self, slots: int = 1, *, rules: Rules | None = None) -> None:
        slots = positive_int("slots", slots)
        super().__init__(rules)
        self.open_slots([_ThreadSlot(self) for _ in range(slots)])


class _ThreadSlot(Slot):
    """One thread per task."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.ready = True

    def take(self, entry: Entry) -> Callable[[], None]:
        """A new thread with a stop flag of its own."""
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(entry, self._stop), name="cvxdnn-jobs-task", daemon=True
        )
        return self._thread.start

    def ask_stop(self) -> None:
        """Raise the flag."""
        self._stop.set()

    def kill(self) -> None:
        """A thread cannot be killed."""

    def close(self) -> None:
        """Its task was asked to stop; nothing else keeps it."""
        self.ready = False

    def join(self, timeout: float) -> None:
        """Wait for the task."""
        if self._thread is not None and self._thread.ident is not None:
            self._thread.join(timeout)

    def _run(self, entry: Entry, stop: threading.Event) -> None:
        self._scheduler.slot_began(self)
        state, outcome = attempt(entry.work, entry.job.receive, stop.is_set)
        self._scheduler.slot_ended(self, state, outcome)
