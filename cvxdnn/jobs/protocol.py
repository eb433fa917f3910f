"""What a server and a worker say to each other, whatever runs the worker: a process, a thread, a Dask cluster.

    server to worker    task `number`;  stop task `number`
    worker to server    READY       it can take a task; again after every task
                        STARTED     it has begun task `number`
                        PROGRESS    what that task reports
                        ALIVE       that task goes on
                        "done", "stopped", "failed"   how that ended, with its result, nothing, or its error
    made by the server  BROKEN      something arrived that cannot be read; with an error that says so

Numbers are never used again, so what a thread of a former task says late is known by its number.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from cvxdnn.jobs.interface import JobState

READY, STARTED, PROGRESS, ALIVE, BROKEN = "ready", "started", "progress", "alive", "broken"
ENDS = tuple(state.value for state in (JobState.DONE, JobState.STOPPED, JobState.FAILED))
"""Kinds of messages; those in `ENDS` are the last about their task."""

Deliver = Callable[[int, str, Any], None]
"""Takes one message: the number of its task, its kind, its content."""


class Worker(ABC):
    """A worker as its slot sees it. A kind of runner is a kind of worker.

    `send`, `serve` and `bury` may take their time; the others are called with the scheduler's lock held. After `bury`
    nothing is called but `send`.
    """

    @property
    def pid(self) -> int | None:
        """Its process; None if that is not a process of its own on this machine."""
        return None

    @abstractmethod
    def send(self, number: int, work: Any) -> None:
        """Hand a task over, which may block for a moment; if the worker is gone, `serve` will notice."""

    @abstractmethod
    def serve(self, deliver: Deliver) -> None:
        """Deliver what the worker says until it is gone."""

    @abstractmethod
    def stop(self, number: int) -> None:
        """Make `stopped()` of a task true."""

    @abstractmethod
    def kill(self) -> None:
        """End the task, and the worker with it, by force if that is possible."""

    @abstractmethod
    def close(self) -> None:
        """There will be no more tasks, and the one that runs was asked to stop."""

    def bury(self) -> str | None:
        """Release everything; how the worker died, None if it only was not needed any more."""
        return None
