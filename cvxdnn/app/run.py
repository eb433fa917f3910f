"""What one browser tab runs, watched from run to run of a page."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, TypeVar

from cvxdnn.app.state_budget import state_budget
from cvxdnn.app.tab import tab, wait
from cvxdnn.core.exceptions import JobCancelledError, LimitExceededError
from cvxdnn.core.limits import host_limits
from cvxdnn.jobs import Job, JobState, Runner
from cvxdnn.tasks.stream import Frame, Stream

__all__ = ["Run", "own_run"]

PAUSE_SECONDS = 2.0
"""How long pausing waits for the worker to hand over its state; it looks about 100 times a second."""
REPLACED = "stopped, because this tab trains something else now"
FORGOTTEN = (
    "This host keeps paused runs up to {megabytes} MB in all, and newer ones needed the room: "
    "this one starts again from its first weights when you train it."
)

Report = TypeVar("Report")


class Run(Generic[Report]):
    """At most one job at a time, and what it reported last.

    A run can be paused: its newest frame then carries the state that the next job goes on from, for as long as this
    host has room (`cvxdnn.app.state_budget`). When the connection to the browser is lost the job is left: it goes on
    for a few seconds, then stops and hands over its state. Whoever comes back in time sees it running; later it goes on
    from there by itself.

    Parameters
    ----------
    name : str
        What it is called on its page and in the log.
    runner : callable
        Where its jobs run.
    owner : str
        Of its jobs; a runner grants one at a time to each.

    Attributes
    ----------
    frame : the newest frame; None before the first
    subject : what the job is about, as given to `start`
    message : why the last job ended unexpectedly, for the user; "" otherwise
    was_replaced : whether it ended because its owner, this tab, began another
    number : how many trainings have begun from their first still; of the present one, or of what was shown without any
    """

    def __init__(self, name: str, runner: Callable[[], Runner], owner: str) -> None:
        self.name = name
        self.frame: Report | None = None
        self.subject: Any = None
        self.message = ""
        self.was_replaced = False
        self.number = 0
        self._runner, self._owner = runner, owner
        self._begun: Stream[Any] | None = None  # as given to `start`, with no state of a later frame
        self._task: Stream[Any] | None = None  # of the present job
        self._label = ""
        self._job: Job | None = None
        self._seen = 0

    @property
    def is_running(self) -> bool:
        """Whether a job is queued or running."""
        return self._job is not None

    @property
    def awaits_first(self) -> bool:
        """Whether a training has begun that has reported nothing yet: `frame` is not of it."""
        return self._task is not None and self._task.film is None and self._seen == 0

    @property
    def newest(self) -> Report | None:
        """What the present training has reported last, whether or not a page has taken it over; None before the first.

        For threads that only look.
        """
        job, task = self._job, self._task
        if job is None or task is None:
            return self.frame
        if job.frames:
            return job.progress
        return None if task.film is None else self.frame

    @property
    def stage(self) -> bool:
        """What more than one part of a page shows (see `cvxdnn.app.page.live`)."""
        return self.is_running

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

    def frame_of(self, subject: Any) -> Report | None:
        """The newest frame, if it is about this subject."""
        return self.frame if self.subject == subject else None

    def start(self, task: Stream[Any], subject: Any) -> None:
        """Begin another job instead of the present one."""
        self.stop()
        self.frame, self.subject, self._begun = None, subject, task
        self._submit(task, f"{task.label} {self.name}")

    def present(self, frame: Report, subject: Any) -> None:
        """Show a training that has ended elsewhere, in place of the present one."""
        self.stop()
        self.frame, self.subject, self._begun, self.message = frame, subject, None, ""
        self.number += 1

    def pause(self) -> None:
        """End the job and keep the state it hands over."""
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
        self._job = self._task = None

    def resume(self) -> None:
        """Go on where the run was paused; without such a place, start again."""
        if self._begun is None or self.is_running:
            return
        if isinstance(self.frame, Frame) and self.frame.state is None:
            self.frame = None
        self._submit(self._rest(self._begun), self._label)

    def stop(self) -> None:
        """End the job without waiting for its state; what it reported stays."""
        self.was_replaced = False
        if self._job is not None:
            self._job.stop()
            self._job = self._task = None

    def leave(self) -> None:
        """The browser is gone, perhaps for a moment."""
        if self._job is not None:
            self._job.leave()

    def poll(self) -> None:
        """Take over what the job has reported since the last look; go on where it was abandoned."""
        job = self._job
        if job is None:
            return
        job.touch()
        state = self._look_at(job)
        if not state.finished:
            return
        task, self._job, self._task = self._task, None, None
        self.was_replaced = state is JobState.STOPPED  # a job that `stop` ended is not looked at any more
        if state is JobState.ABANDONED and task is not None:
            self._submit(self._rest(task) if self._seen else task, self._label)

    def forget_state(self) -> None:
        """Lose the place to go on from."""
        if isinstance(self.frame, Frame) and self.frame.state is not None:
            self.frame = replace(self.frame, state=None)
            self.message = FORGOTTEN.format(megabytes=host_limits().kept_megabytes)

    def _rest(self, task: Stream[Any]) -> Stream[Any]:
        return task.after(self.frame) if isinstance(self.frame, Frame) else task

    def _submit(self, task: Stream[Any], label: str) -> None:
        self._task, self._label = task, label
        self.message, self.was_replaced, self._seen = "", False, 0
        self.number += task.film is None
        try:
            self._job = self._runner().submit(task, owner=self._owner, label=label)
        except LimitExceededError as error:
            self._job, self._task, self.message = None, None, str(error)

    def _look_at(self, job: Job) -> JobState:
        """Take over a job's newest frame, and what it says if it ended unexpectedly."""
        state = job.state  # before the frames: when it has ended, all of them are there
        if job.frames > self._seen:
            self._seen, self.frame = job.frames, job.progress
        if state in (JobState.FAILED, JobState.LOST, JobState.LIMITED):
            self.message = job.error or ""
        if state.finished and isinstance(self.frame, Frame) and self.frame.state is not None:
            state_budget.keep(self, len(self.frame.state))
        return state


def own_run(name: str, runner: Callable[[], Runner]) -> Run[Any]:
    """This tab's run of that name, which is left when the tab is."""
    return tab().own(name, lambda owner: Run(name, runner, owner))
