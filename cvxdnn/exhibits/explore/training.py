"""One session's training run: play, pause, step, rewind, stop, and what to show of it.

A run is a chain of jobs over one set of initial weights. Its newest `Frame` and, once a job has ended, the
state to go on from live here; a job that ends unexpectedly leaves a message and nothing else behind.

When the connection to the browser is lost the job is left: it goes on for a few seconds, then stops and hands over
its state, as when paused. Whoever comes back in time sees it running; later it goes on from that state by itself.
"""

from collections.abc import Callable

from cvxdnn.app.job_run import PausableRun
from cvxdnn.jobs import Job, JobState, Runner
from cvxdnn.jobs.log import fingerprint
from cvxdnn.tasks.experiments import STEP_SIZE, NetworkFrame, NetworkView, training_stream
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.stream import Stream


class TrainingRun(PausableRun[NetworkView]):
    """Training in one browser session; `scenario` holds the settings that its frame belongs to."""

    def __init__(self, runner: Callable[[], Runner], owner: str) -> None:
        super().__init__(runner, owner)
        self.scenario: Scenario | None = None
        self._underway: tuple[Scenario, Stream[NetworkView]] | None = None

    def shows(self, scenario: Scenario) -> bool:
        """Whether the frame belongs to these settings (what is hidden on the chart does not matter)."""
        known = self.scenario
        if known is None or known == scenario:  # asked many times a second: `replace` validates everything anew
            return known is not None
        return known.hidden != scenario.hidden and known == scenario.replace(hidden=known.hidden)

    def show(self, scenario: Scenario, frame: NetworkFrame) -> None:
        """Show a frame that was trained earlier."""
        self.frame, self.scenario = frame, scenario

    def restart(self, scenario: Scenario) -> None:
        """Train from the initial weights of the scenario's seed."""
        self._train(scenario, training_stream(scenario))

    def play(self, scenario: Scenario) -> None:
        """Go on where the run was paused; a finished run starts again."""
        if self._can_resume(scenario) and self.frame is not None and not self.frame.done:
            self._train(scenario, self._continuation(scenario))
        else:
            self.restart(scenario)

    def follow(self, scenario: Scenario) -> None:
        """Go on from the current weights under a new weight decay."""
        self.pause()
        if self._can_resume(scenario):
            self._train(scenario, self._continuation(scenario))
        else:
            self.restart(scenario)

    def step(self, scenario: Scenario) -> None:
        """Take `STEP_SIZE` optimiser steps."""
        self.pause()
        if self._can_resume(scenario) and self.frame is not None and not self.frame.done:
            self._train(scenario, self._continuation(scenario, STEP_SIZE))
        else:
            self._train(scenario, training_stream(scenario, STEP_SIZE))

    def rewind(self, scenario: Scenario) -> None:
        """Back to the initial weights of the seed, and wait there."""
        self._train(scenario, training_stream(scenario, until=0))

    def stop(self) -> None:
        """End the run: what it reached stays on the chart, the next play starts again."""
        self.pause()
        if self.frame is not None:
            self.frame = self.frame.ended()

    def poll(self) -> None:
        """Take over what the job has reported since the last look; go on where it was abandoned."""
        job = self._job
        super().poll()
        if job is not None and not self.is_running and job.state is JobState.ABANDONED and self._underway is not None:
            scenario, stream = self._underway
            self._train(scenario, stream.after(self.frame if self._seen else None))

    def _look_at(self, job: Job) -> JobState:
        seen = self._seen
        state = super()._look_at(job)
        if self._seen > seen and self._underway is not None:
            self.scenario = self._underway[0]
        return state

    def _train(self, scenario: Scenario, stream: Stream[NetworkView]) -> None:
        self._underway = scenario, stream
        self._submit(stream, f"train {fingerprint(scenario)}")

    def _continuation(self, scenario: Scenario, steps: int | None = None) -> Stream[NetworkView]:
        assert self.frame is not None  # see _can_resume
        return training_stream(scenario, None if steps is None else self.frame.step + steps).after(self.frame)

    def _can_resume(self, scenario: Scenario) -> bool:
        """Whether the last state has these settings' points and architecture; only beta may differ."""
        if self.frame is None or self.frame.state is None or self.scenario is None:
            return False
        same = self.scenario.replace(beta=scenario.beta, hidden=scenario.hidden)
        return same == scenario
