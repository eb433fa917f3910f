"""What the Depth page knows: weight decay and depth of its own, the certified valleys, training from many seeds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache, partial

from cvxdnn.app.fit import keep_training
from cvxdnn.app.process import runner
from cvxdnn.app.run import Run, own_run
from cvxdnn.app.settings import Settings, under, widget
from cvxdnn.convex import DeepPath
from cvxdnn.convex.path import Path
from cvxdnn.core.datasets import Dataset
from cvxdnn.core.limits import host_limits
from cvxdnn.core.solution import LocalMinimum, Solution
from cvxdnn.exhibits.depth.film import stream_of
from cvxdnn.exhibits.explore.session import own_session
from cvxdnn.exhibits.path.case import path_of
from cvxdnn.tasks.deep_runs import DeepRuns, DeepRunsFrame, DeepRunsView
from cvxdnn.tasks.first_frames import first_frame_of
from cvxdnn.tasks.scenario import BETAS, LIMITS, Scenario
from cvxdnn.tasks.stream import Stream

NAME = "depth"
PREFIX = "depth_"
KEY = PREFIX + "stage"
DEPTHS = range(2, 7)
"""Those that are compared with each other."""
DEEPEST = min(DEPTHS[-1], LIMITS["depth"][1])
FIRST_DEPTH = min(5, DEEPEST)


@dataclass(frozen=True, eq=False)
class DepthLab:
    """One tab's Depth page.

    data, deep : the scenario's points in normalised units, and their optima of every depth
    beta, depth : what the sliders under the picture say;  runs : training from many seeds
    """

    data: Dataset
    deep: DeepPath
    beta: float
    depth: int
    runs: Run[DeepRunsFrame]

    @property
    def solution(self) -> Solution:
        """The certified optimum."""
        return self.deep.solve(beta=self.beta, depth=self.depth)

    @property
    def minima(self) -> tuple[LocalMinimum, ...]:
        """The valleys."""
        return self.deep.local_minima(beta=self.beta, depth=self.depth)

    @property
    def frame(self) -> DeepRunsFrame | None:
        """The newest frame of training with these settings."""
        return self.runs.frame_of(self.subject)

    @property
    def subject(self) -> tuple[bytes, bytes, float, int]:
        """What training depends on."""
        return self.data.x.tobytes(), self.data.y.tobytes(), self.beta, self.depth

    def keep_training(self) -> None:
        """Have the networks be of these settings: the first film comes with the package, others begin by themselves."""
        first = partial(first_frame_of, NAME) if self.subject == _first_subject() else None
        keep_training(self.runs, self.subject, lambda: stream_of(self._training), first)

    def train(self) -> None:
        """Train from many seeds, again."""
        self.runs.start(stream_of(self._training), self.subject)

    @property
    def _training(self) -> DeepRuns:
        return DeepRuns(self.data.x, self.data.y, self.beta, self.depth)


def depth_lab(scenario: Scenario) -> DepthLab:
    """This tab's page, for the scenario's points."""
    path, data = path_of(scenario)
    deep = _deep_path(path)
    return DepthLab(data, deep, SETTINGS["deep_beta"], SETTINGS["deep_layers"], own_run(NAME, runner))


def _valleys() -> int:
    return len(depth_lab(own_session().scenario).minima)


def sample() -> tuple[str, Stream[DeepRunsView]]:
    """The name and the training of the first setting."""
    path, data = path_of(Scenario())
    return NAME, stream_of(DeepRuns(data.x, data.y, _first_beta(_deep_path(path)), FIRST_DEPTH))


@cache
def _first_subject() -> tuple[bytes, bytes, float, int]:
    path, data = path_of(Scenario())
    return data.x.tobytes(), data.y.tobytes(), _first_beta(_deep_path(path)), FIRST_DEPTH


@lru_cache(maxsize=host_limits().cache)
def _first_beta(deep: DeepPath) -> float:
    """Just above the first jump the best network is flat, and training still ends in the valley beside it."""
    jumps = deep.transitions(depth=FIRST_DEPTH)
    wanted = 1.1 * jumps[0].beta if jumps else 0.1
    return next((beta for beta in BETAS if beta >= wanted), BETAS[-1])


@lru_cache(maxsize=host_limits().cache)
def _deep_path(path: Path) -> DeepPath:
    return DeepPath(path)


SETTINGS = Settings(
    NAME,
    under("deep_beta", BETAS, lambda: _first_beta(_deep_path(path_of(own_session().scenario)[0])), control="beta"),
    under("deep_layers", range(2, DEEPEST + 1), FIRST_DEPTH, control="depth"),
    widget("valley", lambda: range(_valleys()), 0, key=lambda: f"valley_of_{_valleys()}"),
)
"""What the page adds to the scenario's points; valleys are counted from the one that bends most."""
