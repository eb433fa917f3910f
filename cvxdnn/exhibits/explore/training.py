"""The training of Explore: play, pause, end, and what to show of it.

It is a chain of jobs over one set of initial weights. The frame of the last job stays until the next one has its
first, so that the chart is never empty; `scenario` is what the frame belongs to.
"""

import dataclasses

from cvxdnn.app.process import runner
from cvxdnn.app.run import Run
from cvxdnn.app.tab import tab
from cvxdnn.jobs import Job, JobState
from cvxdnn.jobs.log import fingerprint
from cvxdnn.tasks.experiments import NetworkFrame, NetworkView, training_stream
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.stream import Stream


class TrainingRun(Run[NetworkFrame]):
    """Training in one browser session; `scenario` holds the settings that its frame belongs to.

    is_from_seed : whether that training began with the weights of its seed, and not with those for another weight decay
    """

    scenario: Scenario | None = None
    is_from_seed = True
    _begins_from_seed = True  # of the job whose first frame is to come

    def shows(self, scenario: Scenario) -> bool:
        """Whether the frame belongs to these settings (what is hidden on the chart does not matter)."""
        return self.scenario is not None and not scenario.training_changes(self.scenario)

    def show(self, scenario: Scenario, frame: NetworkFrame) -> None:
        """Show a frame that was trained earlier."""
        self.frame, self.scenario, self.is_from_seed = frame, scenario, True

    def restart(self, scenario: Scenario) -> None:
        """Train from the initial weights of the scenario's seed."""
        self._begins_from_seed = True
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

    def end(self) -> None:
        """End the run: what it reached stays on the chart, the next play starts again."""
        self.pause()
        if self.frame is not None:
            self.frame = self.frame.ended()

    def _look_at(self, job: Job) -> JobState:
        seen = self._seen
        state = super()._look_at(job)
        if self._seen > seen:
            self.scenario, self.is_from_seed = self.subject, self._begins_from_seed
        return state

    def _train(self, scenario: Scenario, stream: Stream[NetworkView]) -> None:
        self.subject = scenario
        self._submit(stream, f"train {fingerprint(scenario)}")

    def _continuation(self, scenario: Scenario) -> Stream[NetworkView]:
        self._begins_from_seed = self.is_from_seed and self.shows(scenario)
        stream = training_stream(scenario).after(self.frame)
        # A film is of one weight decay: its prices could not be compared otherwise.
        return stream if self.shows(scenario) else dataclasses.replace(stream, film=None)

    def _can_resume(self, scenario: Scenario) -> bool:
        """Whether the last state has these settings' points and architecture; only beta may differ."""
        if self.frame is None or self.frame.state is None or self.scenario is None:
            return False
        same = self.scenario.replace(beta=scenario.beta, hidden=scenario.hidden)
        return same == scenario


def own_training() -> TrainingRun:
    """This tab's training, which is left when the tab is."""
    return tab().own("explore", lambda owner: TrainingRun("explore", runner, owner))
