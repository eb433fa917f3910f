"""Fits of the theory pages as streams: the network, and what it makes of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.tasks.moments import Moment
from cvxdnn.tasks.stream import Frame, Stream
from cvxdnn.training.fitting import FitProblem, FitSnapshot, FitState, FittedNetwork, fit

__all__ = ["FitFrame", "FitView", "fit_stream", "look_every"]

WORK_BETWEEN_LOOKS = 2e6
"""Multiplications between looks at the clock and at the stop flag: about 5 ms."""
STEPS_BETWEEN_LOOKS = 20


@dataclass(frozen=True, eq=False)
class FitView:
    """The best restart, see `FitSnapshot`."""

    network: FittedNetwork
    hidden: Array
    outputs: Array


FitFrame = Frame[FitView]


@dataclass(frozen=True, eq=False)
class Fit:
    """A fit of a problem."""

    problem: FitProblem

    def snapshots(self, state: FitState | None) -> Iterator[FitSnapshot]:
        """See `cvxdnn.training.fitting.fit`."""
        return fit(self.problem, state, snapshot_every=look_every(self.problem))

    def view(self, snapshot: FitSnapshot, is_last: bool) -> FitView:
        """The best network and its values."""
        return FitView(snapshot.network, snapshot.hidden, snapshot.outputs)


def fit_stream(problem: FitProblem, still: Callable[[FitSnapshot], Moment] | None = None) -> Stream[FitView]:
    """A fit as a task, with a film if it takes stills: a module's function, or a partial of one, so it can be sent."""
    return Stream(Fit(problem), still)


def look_every(problem: FitProblem) -> int:
    """Steps between looks, fewer for large networks."""
    layers = problem.X.shape[1] + (problem.depth - 2) * problem.width + problem.Y.shape[1]
    work = len(problem.X) * layers * problem.width * (problem.branches or 1) * problem.restarts
    return int(np.clip(WORK_BETWEEN_LOOKS / work, 1, STEPS_BETWEEN_LOOKS))
