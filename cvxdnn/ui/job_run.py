"""One job of a browser session, watched from run to run of a page."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from cvxdnn.exceptions import LimitExceededError
from cvxdnn.jobs import Job, JobState, Runner

__all__ = ["JobRun"]

Frame = TypeVar("Frame")


class JobRun(Generic[Frame]):
    """At most one job at a time, and what it reported last.

    frame : the newest report, None before the first;  subject : what the job is about, as given to `start`
    message : why the last job ended unexpectedly, for the user; "" otherwise
    """

    def __init__(self, runner: Callable[[], Runner], owner: str) -> None:
        self.frame: Frame | None = None
        self.subject: Any = None
        self.message = ""
        self._runner, self._owner = runner, owner
        self._job: Job | None = None
        self._seen = 0

    @property
    def is_running(self) -> bool:
        """Whether a job is queued or running."""
        return self._job is not None

    def start(self, task: Callable[..., Any], subject: Any) -> None:
        """Begin another job instead of the present one."""
        self.stop()
        self.frame, self.subject, self.message, self._seen = None, subject, "", 0
        try:
            self._job = self._runner().submit(task, owner=self._owner, label=type(task).__name__)
        except LimitExceededError as error:
            self.message = str(error)

    def stop(self) -> None:
        """End the job; what it reported stays."""
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
        state = job.state
        if job.frames > self._seen:
            self._seen, self.frame = job.frames, job.progress
        if state.finished:
            self.message = (job.error or "") if state not in (JobState.DONE, JobState.STOPPED) else ""
            self._job = None
