"""What the Depth page knows: weight decay and depth of its own, the certified valleys, training from many seeds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from cvxdnn.app.fit import StagedFit
from cvxdnn.app.settings import Settings, under, widget
from cvxdnn.convex import DeepPath
from cvxdnn.convex.path import Path
from cvxdnn.core.datasets import Dataset, Normalization
from cvxdnn.core.limits import host_limits
from cvxdnn.core.solution import LocalMinimum, Solution
from cvxdnn.exhibits.depth.film import stream_of
from cvxdnn.exhibits.explore.axes import Axes
from cvxdnn.exhibits.explore.session import Session, own_session
from cvxdnn.exhibits.path.case import path_of
from cvxdnn.tasks.deep_runs import DeepRuns, DeepRunsView
from cvxdnn.tasks.scenario import BETAS, LIMITS, Scenario
from cvxdnn.tasks.stream import Stream

NAME = "depth"
PREFIX = "depth_"
KEY = PREFIX + "stage"
DEPTHS = range(2, 7)
"""Those that are compared with each other."""
DEEPEST = min(DEPTHS[-1], LIMITS["depth"][1])
FIRST_DEPTH = min(5, DEEPEST)

Setting = tuple[tuple[tuple[float, float], ...], float, int]
"""What training depends on: points, weight decay, depth."""


@dataclass(frozen=True, eq=False)
class DepthLab:
    """One tab's Depth page.

    data, deep : the scenario's points in normalised units, and their optima of every depth
    units, axes : the user's, and what x and y are
    setting : the scenario's points, and what the sliders under the picture say;  training : from many seeds
    """

    data: Dataset
    deep: DeepPath
    units: Normalization
    axes: Axes
    setting: Setting
    training: StagedFit[Setting, DeepRunsView]

    @property
    def beta(self) -> float:
        """The weight decay."""
        return self.setting[1]

    @property
    def depth(self) -> int:
        """Weight layers."""
        return self.setting[2]

    @property
    def solution(self) -> Solution:
        """The certified optimum."""
        return self.deep.solve(beta=self.beta, depth=self.depth)

    @property
    def minima(self) -> tuple[LocalMinimum, ...]:
        """The valleys."""
        return self.deep.local_minima(beta=self.beta, depth=self.depth)


def depth_lab(here: Session) -> DepthLab:
    """This tab's page, for the points of its scenario."""
    scenario, (_, units) = here.scenario, here.scenario.normalized()
    path, data = path_of(scenario)
    deep = _deep_path(path)
    setting = (scenario.points, SETTINGS["deep_beta"], SETTINGS["deep_layers"])
    return DepthLab(data, deep, units, here.axes, setting, StagedFit(NAME, lambda: setting, _stream, _first()))


def _valleys() -> int:
    return len(depth_lab(own_session()).minima)


def sample() -> tuple[str, Stream[DeepRunsView]]:
    """The name and the training of the first setting: it comes with the package, others begin by themselves."""
    return NAME, _stream(_first())


def _stream(setting: Setting) -> Stream[DeepRunsView]:
    return stream_of(runs_of(setting))


def runs_of(setting: Setting) -> DeepRuns:
    """What is trained."""
    points, beta, depth = setting
    _, data = path_of(Scenario(points=points))
    return DeepRuns(data.x, data.y, beta, depth)


@cache
def _first() -> Setting:
    first = Scenario()
    path, _ = path_of(first)
    return first.points, _first_beta(_deep_path(path)), FIRST_DEPTH


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
