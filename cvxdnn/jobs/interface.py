"""What a runner takes and gives: tasks, and a job for each to look at.

A job goes through

    QUEUED -> RUNNING -> DONE | STOPPED | ABANDONED | LIMITED | FAILED | LOST

and stays in its last state; a queued job may also end at once. STOPPED means that the task saw the request
to stop; a task that finished before it looked is DONE, result and all. A job goes back to QUEUED when its worker
dies, once, and then begins again; and whenever it makes room for others, and then goes on from where it was.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from uuid import uuid4

from cvxdnn.core.exceptions import CvxdnnError

if TYPE_CHECKING:
    from cvxdnn.jobs.scheduler import Runner

FAILED = "The calculation failed ({cause}). Change the settings and start it again."


class Task(Protocol):
    """Work for a runner: `task(report, stopped) -> result`.

    `report(message)` publishes a message; readers see the newest one. `stopped()` is cheap (under a
    microsecond) and true once the job was asked to stop; the task then returns, or raises
    `JobCancelledError`. What it returns after that is dropped: report what should be kept. The task, its
    messages and its result must be picklable, its code importable (not defined in the main script), and
    they should hold plain data and arrays, because the server unpickles the messages and the result and so
    imports whatever their classes need.
    """

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool], /) -> Any: ...


@runtime_checkable
class Resumable(Protocol):
    """A task that can make room: asked to stop, it reports where it is."""

    def after(self, last: Any) -> Task:
        """The task that goes on from the last message, or from the beginning if that does not say where it is."""
        ...


class JobState(Enum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    ABANDONED = "abandoned"
    """It was stopped because nobody looked at it any more."""
    LIMITED = "limited"
    """It was stopped because it reached a limit of this host."""
    FAILED = "failed"
    LOST = "lost"
    """The worker died under the task, and so did the one that tried again."""

    @property
    def finished(self) -> bool:
        """True if nothing more will happen to the job."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class Job:
    """One submitted task, seen from the outside. Safe to use from any thread; made by a runner.

    Attributes
    ----------
    id : str
        Unique among all jobs.
    owner : str
        Whose turn it takes in the queue.
    label : str
        What the log calls it.
    starts : int
        How many workers have begun it: 0 or 1, or more after a worker died.
    made_room : int
        How often it stopped for others who waited, to go on after them.
    """

    def __init__(self, owner: str, keeper: "Runner", label: str = "") -> None:
        self.id = uuid4().hex
        self.owner = owner
        self.label = label
        self.starts = self.made_room = 0
        self._keeper = keeper
        self._changed = threading.Condition()
        self._state = JobState.QUEUED
        self._latest: tuple[int, Any] = (0, None)
        self._result: Any = None
        self._failure: BaseException | None = None
        self._submitted = self._touched = time.monotonic()
        self._began: float | None = None
        self._ended: float | None = None
        self._first_message: float | None = None
        self._left = self._goes_on = False
        self._waiting = 0

    def __repr__(self) -> str:
        return f"Job(id={self.id!r}, owner={self.owner!r}, state={self._state.name})"

    @property
    def state(self) -> JobState:
        """Where the job is in its life."""
        return self._state

    @property
    def progress(self) -> Any:
        """The newest message of the task, or None before the first; it stays readable after the end."""
        return self._latest[1]

    @property
    def frames(self) -> int:
        """How many messages have arrived."""
        return self._latest[0]

    @property
    def queue_position(self) -> int:
        """How many queued jobs go before this one; 0 for the next one and for a job that left the queue."""
        return self._keeper.position_of(self)

    @property
    def error(self) -> str | None:
        """What happened and what to do, for a human; None for a job that is DONE or has not ended."""
        failure = self._failure
        if failure is None:
            return None
        if isinstance(failure, CvxdnnError):
            return str(failure)
        return FAILED.format(cause=describe(failure))

    def result(self, timeout: float | None = None) -> Any:
        """The value that the task returned; waits for it. Waiting counts as looking (see `touch`).

        Parameters
        ----------
        timeout : float or None
            Seconds to wait at most; None waits for ever.

        Raises
        ------
        TimeoutError
            If the job has not finished in time; it goes on.
        JobCancelledError
            If the job was stopped or abandoned.
        LimitExceededError
            If it reached a limit of this host.
        WorkerDiedError
            If the worker process died.
        Exception
            Whatever the task raised. An error that cannot be brought here unharmed, or whose module the
            server has not imported, is replaced by a `CvxdnnError` with the same text.
        """
        with self._changed:
            self._waiting += 1
            try:
                if not self._changed.wait_for(lambda: self._state.finished, timeout):
                    raise TimeoutError(f"the job has not finished within {timeout:g} s; it is {self._state.value}")
            finally:
                self._waiting -= 1
                self._touched = time.monotonic()
        if self._failure is not None:
            raise self._failure
        return self._result

    def stop(self) -> None:
        """Ask the job to stop: at once if it is queued, otherwise as soon as its task looks."""
        self._keeper.stop_job(self)

    def touch(self) -> None:
        """Say that somebody still looks at the job; a runner stops jobs that nobody looks at."""
        self._touched, self._left = time.monotonic(), False

    def leave(self) -> None:
        """Say that whoever looked has gone; unless somebody looks again soon (`touch`), the job stops."""
        self._touched, self._left = time.monotonic(), True
        self._keeper.job_left(self)

    @property
    def queue_seconds(self) -> float:
        """How long the job waited for its first worker, or has waited."""
        return (self._began or self._ended or time.monotonic()) - self._submitted

    @property
    def run_seconds(self) -> float:
        """From the beginning of its first worker to its end, or to now."""
        return 0.0 if self._began is None else (self._ended or time.monotonic()) - self._began

    # For runners only.

    @property
    def is_left(self) -> bool:
        """Whether the last thing that its owner did was to leave."""
        return self._left

    @property
    def first_message_at(self) -> float | None:
        """When its present worker sent the first message, in seconds of `time.monotonic`; None before that."""
        return self._first_message

    def last_looked_at(self) -> float:
        """When somebody last looked, in seconds of `time.monotonic`."""
        return time.monotonic() if self._waiting else self._touched

    def mark_running(self) -> None:
        """A worker has begun the task."""
        with self._changed:
            if not self._state.finished:
                self.starts += not self._goes_on
                self._goes_on = False
                self._first_message = None
                self._state = JobState.RUNNING
                self._began = self._began or time.monotonic()

    def mark_queued(self, *, makes_room: bool = False) -> None:
        """The worker died, or is needed by others; the job waits for another."""
        with self._changed:
            if not self._state.finished:
                self._state, self._first_message = JobState.QUEUED, None
                self._goes_on = makes_room
                self.made_room += makes_room

    def receive(self, message: Any) -> None:
        """The newest message of the task."""
        with self._changed:
            if not self._state.finished:
                self._latest = (self._latest[0] + 1, message)
                self._first_message = self._first_message or time.monotonic()

    def finish(self, state: JobState, result: Any = None, failure: BaseException | None = None) -> bool:
        """The end; only the first call counts, and returns True."""
        with self._changed:
            if self._state.finished:
                return False
            self._ended = time.monotonic()
            self._result, self._failure, self._state = result, failure, state
            self._changed.notify_all()
            return True


@dataclass(frozen=True)
class RunnerStatus:
    """A runner at one moment.

    Attributes
    ----------
    workers : int
        Workers alive (also those that are still warming up).
    ready : int
        Workers that can take, or have, a job.
    busy : int
        Jobs that have a worker.
    queued : int
        Jobs that wait for one.
    pids : tuple of int
        Process ids of the workers alive; empty if they are threads.
    restarts : int
        How often a dead worker was replaced.
    """

    workers: int
    ready: int
    busy: int
    queued: int
    pids: tuple[int, ...]
    restarts: int


def describe(error: BaseException) -> str:
    """Type and text of an error in one line, also of one whose text cannot be made."""
    try:
        text = str(error)
    except Exception:
        text = "no description"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
