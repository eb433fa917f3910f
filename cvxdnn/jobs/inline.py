"""A runner whose workers are threads of this process: for tests, and for hosts too small for worker processes.

The interface is the same; what only a process can give is missing. A task that does not look at `stopped()`
cannot be ended, a task that crashes takes the server with it, and all tasks share the interpreter's lock.
"""

from queue import SimpleQueue
from typing import Any

from cvxdnn.core.validation import positive_int
from cvxdnn.jobs.attempt import attempt
from cvxdnn.jobs.interface import Task
from cvxdnn.jobs.protocol import PROGRESS, READY, STARTED, Deliver, Worker
from cvxdnn.jobs.rules import Rules
from cvxdnn.jobs.scheduler import Runner
from cvxdnn.jobs.slot import Slot


class InlineRunner(Runner):
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
        self.open_slots([Slot(self, _Thread) for _ in range(slots)])


class _Thread(Worker):
    """The thread of its slot, in which the tasks run, too."""

    def __init__(self) -> None:
        self._inbox: SimpleQueue[tuple[int, Task] | None] = SimpleQueue()
        self._stopped = 0

    def send(self, number: int, work: Any) -> None:
        self._inbox.put((number, work))

    def serve(self, deliver: Deliver) -> None:
        deliver(0, READY, None)
        # No task is kept in a variable here: it would stay in memory until the next one.
        while self._run(deliver, self._inbox.get()):
            deliver(0, READY, None)

    def stop(self, number: int) -> None:
        self._stopped = number

    def kill(self) -> None:
        """A thread cannot be killed."""

    def close(self) -> None:
        self._inbox.put(None)

    def _run(self, deliver: Deliver, sent: tuple[int, Task] | None) -> bool:
        if sent is None:
            return False
        number, task = sent
        deliver(number, STARTED, None)
        state, outcome = attempt(
            task,
            report=lambda message: deliver(number, PROGRESS, message),
            stop_asked=lambda: self._stopped == number,
        )
        deliver(number, state.value, outcome)
        return True
