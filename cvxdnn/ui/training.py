"""One session's training run: play, pause, step, rewind, stop, and what to show of it.

A run is a chain of jobs over one set of initial weights. Its newest `Frame` and, once a job has ended, the
state to go on from live here; a job that ends unexpectedly leaves a message and nothing else behind.

When the connection to the browser is lost the job is left: it goes on for a few seconds, then stops and hands over
its state, as when paused. Whoever comes back in time sees it running; later it goes on from that state by itself.
"""

from collections.abc import Callable
from dataclasses import replace

from cvxdnn.exceptions import JobCancelledError, LimitExceededError
from cvxdnn.experiments import STEP_SIZE, Frame, TrainingTask
from cvxdnn.jobs import Job, JobState, Runner
from cvxdnn.jobs.log import fingerprint
from cvxdnn.limits import host_limits
from cvxdnn.scenario import Scenario
from cvxdnn.ui.kept import kept_runs
from cvxdnn.ui.turn import turn

PAUSE_SECONDS = 2.0
"""How long pausing waits for the worker to hand over its state; it looks about 100 times a second."""
FORGOTTEN = (
    "This host keeps paused runs up to {megabytes} MB in all, and newer ones needed the room: "
    "this one starts again from its first weights when you train it."
)


class TrainingRun:
    """Training in one browser session.

    frame : the newest frame, None before the first;  scenario : the settings the frame belongs to
    message : why the last job ended unexpectedly, for the user; "" otherwise
    """

    def __init__(self, runner: Callable[[], Runner], owner: str) -> None:
        self.frame: Frame | None = None
        self.scenario: Scenario | None = None
        self.message = ""
        self._runner = runner
        self._owner = owner
        self._job: Job | None = None
        self._task: TrainingTask | None = None
        self._seen = 0

    @property
    def is_running(self) -> bool:
        """Whether a job is queued or running."""
        return self._job is not None

    @property
    def queue_position(self) -> int | None:
        """Jobs ahead of this one while it waits for a worker, else None."""
        waiting = self._job is not None and self._job.state is JobState.QUEUED
        return self._job.queue_position if self._job is not None and waiting else None

    def shows(self, scenario: Scenario) -> bool:
        """Whether the frame belongs to these settings (what is hidden on the chart does not matter)."""
        known = self.scenario
        if known is None or known == scenario:  # asked many times a second: `replace` validates everything anew
            return known is not None
        return known.hidden != scenario.hidden and known == scenario.replace(hidden=known.hidden)

    def show(self, scenario: Scenario, frame: Frame) -> None:
        """Show a frame that was trained earlier."""
        self.frame, self.scenario = frame, scenario

    def restart(self, scenario: Scenario) -> None:
        """Train from the initial weights of the scenario's seed."""
        self._submit(TrainingTask(scenario))

    def play(self, scenario: Scenario) -> None:
        """Go on where the run was paused; a finished run starts again."""
        if self._can_resume(scenario) and self.frame is not None and not self.frame.done:
            self._submit(self._continuation(scenario))
        else:
            self.restart(scenario)

    def follow(self, scenario: Scenario) -> None:
        """Go on from the current weights under a new weight decay."""
        self.pause()
        if self._can_resume(scenario):
            self._submit(self._continuation(scenario))
        else:
            self.restart(scenario)

    def step(self, scenario: Scenario) -> None:
        """Take `STEP_SIZE` optimiser steps."""
        self.pause()
        if self._can_resume(scenario) and self.frame is not None and not self.frame.done:
            self._submit(self._continuation(scenario, STEP_SIZE))
        else:
            self._submit(TrainingTask(scenario, STEP_SIZE))

    def rewind(self, scenario: Scenario) -> None:
        """Back to the initial weights of the seed, and wait there."""
        self._submit(TrainingTask(scenario, steps=0))

    def pause(self) -> None:
        """Stop the job and keep its state."""
        job = self._job
        if job is None:
            return
        job.stop()
        try:
            with turn.given_up():
                job.result(timeout=PAUSE_SECONDS)
        except (JobCancelledError, TimeoutError):
            pass
        except Exception as error:  # the job's own failure, which _look_at turns into a message
            self.message = str(error)
        self._look_at(job)
        self._job = None

    def stop(self) -> None:
        """End the run: what it reached stays on the chart, the next play starts again."""
        self.pause()
        if self.frame is not None:
            self.frame = self.frame.ended()

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
        if not self._look_at(job).finished:
            return
        self._job = None
        if job.state is JobState.ABANDONED:
            self._submit(self._rest_of_the_task())

    def forget_state(self) -> None:
        """Lose the place to go on from; see `cvxdnn.ui.kept`."""
        if self.frame is not None and self.frame.state is not None:
            self.frame = replace(self.frame, state=None)
            self.message = FORGOTTEN.format(megabytes=host_limits().kept_megabytes)

    def _look_at(self, job: Job) -> JobState:
        """Take over a job's newest frame, and what it says if it ended unexpectedly."""
        state = job.state  # before the frames: when it has ended, all of them are there
        if job.frames > self._seen and self._task is not None:
            self._seen, self.frame, self.scenario = job.frames, job.progress, self._task.scenario
        if state.finished and self.frame is not None and self.frame.state is not None:
            kept_runs.keep(self, len(self.frame.state))
        if state in (JobState.FAILED, JobState.LOST, JobState.LIMITED):
            self.message = job.error or ""
        return state

    def _submit(self, task: TrainingTask) -> None:
        self.message = ""
        self._seen = 0
        self._task = task
        try:
            label = f"train {fingerprint(task.scenario)}"
            self._job = self._runner().submit(task, owner=self._owner, label=label)
        except LimitExceededError as error:
            self._job, self.message = None, str(error)

    def _rest_of_the_task(self) -> TrainingTask:
        """What an abandoned job had still to do; one of a few steps is simply done again."""
        assert self._task is not None
        if self._task.steps is None and self._seen and self.frame is not None and self.frame.state is not None:
            return self._continuation(self._task.scenario)
        return self._task

    def _continuation(self, scenario: Scenario, steps: int | None = None) -> TrainingTask:
        assert self.frame is not None  # see _can_resume
        return TrainingTask(scenario, steps, self.frame.state, self.frame.history)

    def _can_resume(self, scenario: Scenario) -> bool:
        """Whether the last state has these settings' points and architecture; only beta may differ."""
        if self.frame is None or self.frame.state is None or self.scenario is None:
            return False
        same = self.scenario.replace(beta=scenario.beta, hidden=scenario.hidden)
        return same == scenario
