"""A runner whose workers are processes of our own.

Workers are fresh interpreters that import only `cvxdnn.jobs` and what their tasks need. They are not made by
`multiprocessing`, whose spawned children first execute the main script again: under Streamlit that is whichever page
some session happens to be running. So no script needs a guard, and it does not matter which thread, or which session,
makes the runner.

Needs file descriptors that a child inherits, that is Linux or macOS; elsewhere use `InlineRunner`.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from cvxdnn.core.exceptions import CvxdnnError
from cvxdnn.core.validation import positive_int
from cvxdnn.jobs.child import Child
from cvxdnn.jobs.interface import Task
from cvxdnn.jobs.parcel import packed
from cvxdnn.jobs.rules import Rules
from cvxdnn.jobs.scheduler import Runner
from cvxdnn.jobs.slot import Slot


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


class ProcessRunner(Runner):
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
        launch = partial(Child, packed("warm_up", warm_up or _no_warm_up), (recycling or Recycling()).is_due)
        super().__init__(rules)
        self.open_slots([Slot(self, launch) for _ in range(slots)])

    def pack(self, task: Task) -> bytes:
        """The pickled task: mistakes show where they are made, later changes of the object do not matter."""
        return packed("task", task)
