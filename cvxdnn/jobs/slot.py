"""A slot: room for one job at a time. A kind of runner is a kind of slot; the scheduler only sees these."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cvxdnn.jobs.interface import Job, Resumable
from cvxdnn.jobs.rules import Ending


@dataclass(eq=False)
class Entry:
    """A job that has not ended.

    work : the task in the form its slot wants;  task : itself, if it can make room
    tries : how many slots have taken it;  deaths : how many workers died under it
    begun_at : when its present worker began it;  used : seconds that it had workers before
    ending, stop_asked_at : why and when it was asked to stop;  makes_room : whether it was asked to, for others
    """

    job: Job
    work: Any
    slot: "Slot | None" = None
    task: Resumable | None = None
    tries: int = 0
    deaths: int = 0
    begun_at: float = math.inf
    used: float = 0.0
    ending: Ending | None = None
    stop_asked_at: float = math.inf
    makes_room: bool = False
    killed: bool = False


class Slot(ABC):
    """Room for one job at a time. All methods but `join` are called with the scheduler's lock held.

    Attributes
    ----------
    ready : bool
        True while the slot can take a job, or has one.
    entry : Entry or None
        The job that it has.
    restarts : int
        How often a dead worker was replaced.
    """

    ready = False
    entry: Entry | None = None
    restarts = 0

    @property
    def alive(self) -> bool:
        """True if the slot has a worker, ready or not."""
        return self.ready

    @property
    def pid(self) -> int | None:
        """Process id of the worker; None if there is none, or if it is not a process of its own here."""
        return None

    def resident_bytes(self) -> int | None:
        """Memory of the worker; None if it cannot be measured."""
        return None

    @abstractmethod
    def take(self, entry: Entry) -> Callable[[], None]:
        """Accept a job; the returned function starts it and is called without the lock."""

    @abstractmethod
    def ask_stop(self) -> None:
        """Make the task's `stopped()` true."""

    @abstractmethod
    def kill(self) -> None:
        """End the task by force if that is possible."""

    @abstractmethod
    def close(self) -> None:
        """Begin to end everything."""

    @abstractmethod
    def join(self, timeout: float) -> None:
        """Wait until everything has ended, `timeout` seconds at most."""
