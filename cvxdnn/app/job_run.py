"""What one browser session runs, watched from run to run of a page.

JobRun        at most one job at a time, and what it reported last
PausableRun   a run over several jobs: the newest frame carries the state that the next one goes on from
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, TypeVar

from cvxdnn.app.kept import kept_runs
from cvxdnn.app.tab import wait
from cvxdnn.core.exceptions import JobCancelledError, LimitExceededError
from cvxdnn.core.limits import host_limits
from cvxdnn.jobs import Job, JobState, Runner
from cvxdnn.tasks.call import Call
from cvxdnn.tasks.stream import Frame, Stream

__all__ = ["JobRun", "PausableRun"]

PAUSE_SECONDS = 2.0
"""How long pausing waits for the worker to hand over its state; it looks about 100 times a second."""
REPLACED = "stopped, because this tab trains something else now"
FORGOTTEN = (
    "This host keeps paused runs up to {megabytes} MB in all, and newer ones needed the room: "
    "this one starts again from its first weights when you train it."
)

Report = TypeVar("Report")


class JobRun(Generic[Report]):
    """At most one job at a time, and what it reported last.

    frame : the newest report, or the result of a call; None before the first
    subject : what the job is about, as given to `start`
    message : why the last job ended unexpectedly, for the user; "" otherwise
    was_replaced : whether it ended because its owner, this tab, began another
    """

    def __init__(self, runner: Callable[[], Runner], owner: str) -> None:
        self.frame: Report | None = None
        self.subject: Any = None
        self.message = ""
        self.was_replaced = False
        self._runner, self._owner = runner, owner
        self._job: Job | None = None
        self._seen = 0

    @property
    def is_running(self) -> bool:
        """Whether a job is queued or running."""
        return self._job is not None

    @property
    def standing(self) -> str:
        """Why nothing moves, in a few words for the user; "" while it does, or when it came to its own end."""
        if self.was_replaced:
            return REPLACED
        if self._job is None or self._job.state is not JobState.QUEUED:
            return ""
        others = f"{self._job.queue_position or 'nobody'} ahead"
        if self._job.made_room:
            return f"paused so that others can train, {others}; goes on by itself"
        return f"waiting for a free worker, {others}"

    def start(self, task: Call[Report] | Stream[Any], subject: Any) -> None:
        """Begin another job instead of the present one."""
        self.stop()
        self.frame, self.subject = None, subject
        self._submit(task, task.label)

    def stop(self) -> None:
        """End the job; what it reported stays."""
        self.was_replaced = False
        if self._job is not None:
            self._job.stop()
            self._job = None

    def leave(self) -> None:
        """The browser is gone, perhaps for a moment."""
        if self._job is not None:
            self._job.leave()

    def poll(self) -> None:
        """Take over what the job has reported since the last look."""
        job = self._job
        if job is None:
            return
        job.touch()
        state = self._look_at(job)
        if state.finished:
            self._job = None
            self.was_replaced = state is JobState.STOPPED  # a job that `stop` ended is not looked at any more

    def _submit(self, task: Callable[..., Any], label: str) -> None:
        self.message, self.was_replaced, self._seen = "", False, 0
        try:
            self._job = self._runner().submit(task, owner=self._owner, label=label)
        except LimitExceededError as error:
            self._job, self.message = None, str(error)

    def _look_at(self, job: Job) -> JobState:
        """Take over a job's newest frame, and what it says if it ended unexpectedly."""
        state = job.state  # before the frames: when it has ended, all of them are there
        if job.frames > self._seen:
            self._seen, self.frame = job.frames, job.progress
        elif state is JobState.DONE and not job.frames:  # a call, which reports nothing
            self.frame = job.result()
        if state in (JobState.FAILED, JobState.LOST, JobState.LIMITED):
            self.message = job.error or ""
        return state


View = TypeVar("View")


class PausableRun(JobRun[Frame[View]]):
    """A run that can be paused; its state is kept for as long as this host has room, see `cvxdnn.app.kept`."""

    def pause(self) -> None:
        """Stop the job and keep its state."""
        self.was_replaced = False
        job = self._job
        if job is None:
            return
        job.stop()
        try:
            wait(job, PAUSE_SECONDS)
        except (JobCancelledError, TimeoutError):
            pass
        except Exception as error:  # the job's own failure, which _look_at turns into a message
            self.message = str(error)
        self._look_at(job)
        self._job = None

    def forget_state(self) -> None:
        """Lose the place to go on from."""
        if self.frame is not None and self.frame.state is not None:
            self.frame = replace(self.frame, state=None)
            self.message = FORGOTTEN.format(megabytes=host_limits().kept_megabytes)

    def _look_at(self, job: Job) -> JobState:
        state = super()._look_at(job)
        if state.finished and self.frame is not None and self.frame.state is not None:
            kept_runs.keep(self, len(self.frame.state))
        return state
