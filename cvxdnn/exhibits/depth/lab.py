"""What the Depth page knows: weight decay and depth of its own, the certified valleys, training from many seeds."""

from functools import lru_cache

import streamlit as st

from cvxdnn.app.process import runner
from cvxdnn.app.run import Run, own_run
from cvxdnn.convex import DeepPath
from cvxdnn.convex.path import Path
from cvxdnn.core.datasets import Dataset
from cvxdnn.core.limits import host_limits
from cvxdnn.core.solution import LocalMinimum, Solution
from cvxdnn.exhibits.path.case import path_of
from cvxdnn.tasks.deep_runs import DeepRuns, DeepRunsFrame
from cvxdnn.tasks.scenario import BETAS, LIMITS, Scenario
from cvxdnn.tasks.stream import Stream

PREFIX = "depth_"
DEPTHS = range(2, 7)
"""Those that are compared with each other."""
DEEPEST = min(DEPTHS[-1], LIMITS["depth"][1])


class DepthLab:
    """One tab's Depth page.

    data, deep : the scenario's points in normalised units, and their optima of every depth
    beta, depth : what the page's sliders say;  runs : training from many seeds
    """

    def __init__(self, deep: DeepPath) -> None:
        self.depth = min(5, DEEPEST)
        self.beta = _just_above_the_first_jump(deep, self.depth)
        self.runs: Run[DeepRunsFrame] = own_run("depth", runner)
        self.data: Dataset
        self.deep: DeepPath

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

    def train(self) -> None:
        """Train from many seeds."""
        runs = DeepRuns(self.data.x, self.data.y, self.beta, self.depth)
        self.runs.start(Stream(runs), self.subject)

    def set(self, name: str) -> None:
        """Take over a slider; training for other settings ends."""
        setattr(self, name, st.session_state[PREFIX + name])
        self.runs.stop()


def depth_lab(scenario: Scenario) -> DepthLab:
    """This tab's page, for the scenario's points."""
    path, data = path_of(scenario)
    deep = _deep_path(path)
    if PREFIX + "lab" not in st.session_state:
        st.session_state[PREFIX + "lab"] = DepthLab(deep)
    lab: DepthLab = st.session_state[PREFIX + "lab"]
    lab.data, lab.deep = data, deep
    if lab.runs.is_running and lab.runs.subject != lab.subject:
        lab.runs.stop()
    return lab


def _just_above_the_first_jump(deep: DeepPath, depth: int) -> float:
    """There the best network is flat, and training still ends in the valley beside it."""
    jumps = deep.transitions(depth=depth)
    wanted = 1.1 * jumps[0].beta if jumps else 0.1
    return next((beta for beta in BETAS if beta >= wanted), BETAS[-1])


@lru_cache(maxsize=host_limits().cache)
def _deep_path(path: Path) -> DeepPath:
    return DeepPath(path)
