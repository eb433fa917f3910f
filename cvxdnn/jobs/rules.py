"""How long, how large and how many: what a runner allows a job, and what it says when that is exceeded."""

import threading
from dataclasses import dataclass

from cvxdnn.core import validation
from cvxdnn.core.exceptions import (
    CvxdnnError,
    InvalidInputError,
    JobCancelledError,
    LimitExceededError,
    WorkerDiedError,
)
from cvxdnn.jobs.interface import JobState

__all__ = ["Ending", "Rules"]


@dataclass(frozen=True)
class Rules:
    """What a runner allows its jobs. None means no limit.

    Parameters
    ----------
    abandon_after : float or None
        Seconds without `Job.touch` or somebody waiting in `Job.result` after which a job is stopped.
    grace : float
        The same for a job that was left (`Job.leave`): long enough for a connection to come back.
    run_seconds : float or None
        Seconds that a job may have a worker.
    turn_seconds : float or None
        Seconds after which a job that can (`Resumable`) makes room for others who wait, and goes on after them.
    waiting_bytes : int or None
        Packed size of all jobs together that have made room; who would exceed it ends instead.
    run_bytes : int or None
        Resident memory of a worker with its job, in bytes. Only worker processes on Linux can be measured.
    kill_after : float
        Seconds that a task may take to end once it was asked to stop; then it is ended by force where that is
        possible.
    max_queued : int or None
        Jobs that may wait for a worker.
    retries : int
        How often a job begins again after its worker died.

    Raises
    ------
    InvalidInputError
        For a number out of its range.
    """

    abandon_after: float | None = 15.0
    grace: float = 3.0
    run_seconds: float | None = None
    turn_seconds: float | None = None
    waiting_bytes: int | None = None
    run_bytes: int | None = None
    kill_after: float = 5.0
    max_queued: int | None = None
    retries: int = 1

    def __post_init__(self) -> None:
        for name in ("abandon_after", "grace", "run_seconds", "turn_seconds", "kill_after"):
            seconds = getattr(self, name)
            if seconds is not None and validation.positive(name, seconds) > threading.TIMEOUT_MAX:
                raise InvalidInputError(f"{name} is {seconds!r}; it must be a positive number of seconds")
        for name in ("waiting_bytes", "run_bytes", "max_queued"):
            if getattr(self, name) is not None:
                validation.positive_int(name, getattr(self, name))
        validation.positive_int("retries", self.retries, minimum=0)


@dataclass(frozen=True, eq=False)
class Ending:
    """How a job ends that did not come to its own end."""

    state: JobState
    failure: CvxdnnError

    @classmethod
    def stopped(cls) -> "Ending":
        """Its owner asked for it."""
        return _cancelled("Stopped. Start it again when you need the result.")

    @classmethod
    def replaced(cls) -> "Ending":
        """Its owner submitted another job."""
        return _cancelled("Stopped because a newer calculation took its place.")

    @classmethod
    def abandoned(cls) -> "Ending":
        """Its owner has gone."""
        text = "Stopped because nobody was looking at it any more. Start it again to continue."
        return cls(JobState.ABANDONED, JobCancelledError(text))

    @classmethod
    def closed(cls) -> "Ending":
        """The runner ends."""
        return _cancelled("Stopped because the app is shutting down. Reload the page in a moment.")

    @classmethod
    def too_long(cls, seconds: float) -> "Ending":
        """It ran for `run_seconds`."""
        return _limited(
            f"Stopped after {seconds:g} seconds, the time limit of this host. "
            "Start it again to continue, or choose fewer points, a smaller network or fewer restarts."
        )

    @classmethod
    def too_large(cls, most: int) -> "Ending":
        """Its worker grew beyond `run_bytes`."""
        return _limited(
            f"Stopped because it needed more than {most / 1e6:,.0f} MB, the memory limit of this host. "
            "Choose a smaller network or fewer restarts."
        )

    @classmethod
    def no_room(cls, most: int) -> "Ending":
        """Others wait for its worker, and too much waits already for one more that is to go on later."""
        return _limited(
            f"Paused because others wait for a worker, and the runs that wait in memory fill the {most / 1e6:,.0f} MB "
            "that this host keeps for them. Go on in a minute, or choose a smaller network or fewer restarts."
        )

    @classmethod
    def lost(cls, cause: str) -> "Ending":
        """Its worker died, and so did the one that tried again."""
        return _lost(
            f"The process that ran this calculation died ({cause}), perhaps because the machine ran out of memory. "
            "Nothing else is lost: start it again, and if it dies again use fewer points or a smaller network."
        )

    @classmethod
    def no_worker(cls, cause: str) -> "Ending":
        """No worker can be had."""
        return _lost(
            f"No process to run the calculation could be started ({cause}). Try again in a minute; if that fails, the "
            "machine has no memory left or the installation is damaged, and the server's log says more."
        )


def queue_is_full(most: int) -> LimitExceededError:
    """What a submitter is told when `max_queued` jobs wait already."""
    return LimitExceededError(
        f"All workers are busy and {most:,} calculations are waiting, the limit of this host. Try again in a minute."
    )


def _cancelled(text: str) -> Ending:
    return Ending(JobState.STOPPED, JobCancelledError(text))


def _limited(text: str) -> Ending:
    return Ending(JobState.LIMITED, LimitExceededError(text))


def _lost(text: str) -> Ending:
    return Ending(JobState.LOST, WorkerDiedError(text))
