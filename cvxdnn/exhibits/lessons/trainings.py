"""The trainings that lessons show; they come with the package (`make sample`).

Draw the network: eight networks, and the film of the one that ends lowest.
Stuck, and why: eight networks and where each ends; then a stuck one, to which neurons are added where its certificate
is violated, one a step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from cvxdnn.core.solution import Snapshot
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.tasks.experiments import snapshots_of
from cvxdnn.tasks.first_frames import first_frame_of
from cvxdnn.tasks.moments import Moment
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.stream import Frame, Stream
from cvxdnn.tasks.training import train

__all__ = ["DRAWN", "NAMES", "RESCUED", "SHOWN", "STARTS", "Splines", "first", "sample"]

PLACES = 120
"""Where functions are told, besides at the points."""
POINTS = ((0.0, 4.0), (1.0, 3.0), (2.0, 0.0), (3.0, 5.0), (4.0, 2.0), (5.0, 7.0))
DRAWN = Scenario(preset="", points=POINTS, beta=2e-3, width=32)
SHOWN = 7
"""Of the networks of `DRAWN` the one that ends lowest."""
STARTS = Scenario(preset="two close points", beta=1e-2, width=8)
RESCUED = 1
"""Of the networks of `STARTS` one that is stuck."""
_EACH = 1e-9
"""Seconds for which steps of insertion are held: every one is a still."""

Splines = tuple[LinearSpline, ...]


@dataclass(frozen=True)
class Starts:
    """All networks of a scenario, as functions in normalised units at the end."""

    scenario: Scenario

    def snapshots(self, state: object) -> Iterator[Snapshot]:
        return snapshots_of(self.scenario, state)

    def view(self, snapshot: Snapshot, is_last: bool) -> Splines:
        return tuple(network.to_spline() for network in snapshot.networks) if is_last else ()


@dataclass(frozen=True)
class Rescue:
    """One network of a scenario once it has come to rest, and the neurons that are added to it."""

    scenario: Scenario
    restart: int

    def snapshots(self, state: object) -> Iterator[Snapshot]:
        *_, last = snapshots_of(self.scenario)
        data, _ = self.scenario.normalized()
        return train(
            data.x,
            data.y,
            beta=self.scenario.beta,
            width=self.scenario.width,
            restarts=1,
            optimizer="insertion",
            initial=last.networks[self.restart],
        )

    def view(self, snapshot: Snapshot, is_last: bool) -> Splines:
        return ()


def sample(name: str) -> tuple[str, Stream[Splines]]:
    """What one of them is called in the package, and its training."""
    return f"lesson_{name}", _STREAMS[name]


def first(name: str) -> Frame[Splines]:
    """The end of one of them, with its film."""
    return first_frame_of(f"lesson_{name}")


def _moment(scenario: Scenario, restart: int, snapshot: Snapshot) -> Moment:
    """One network in normalised units: `values` (p,) at `grid` (p,), its objective and its misfit."""
    data, _ = scenario.normalized()
    network = snapshot.networks[restart]
    grid: Array = np.union1d(data.x, np.linspace(0.0, 1.0, PLACES + 1))
    misfit = float(scenario.loss_function.value(network(data.x), data.y).sum())
    numbers = {"objective": float(snapshot.objectives[restart]), "misfit": misfit}
    return Moment(snapshot.step, numbers, {"grid": grid, "values": network(grid)})


_STREAMS: dict[str, Stream[Splines]] = {
    "drawn": Stream(Starts(DRAWN), still=partial(_moment, DRAWN, SHOWN)),
    "starts": Stream(Starts(STARTS)),
    "rescued": Stream(Rescue(STARTS, RESCUED), still=partial(_moment, STARTS, 0), hold=_EACH),
}
NAMES = tuple(_STREAMS)
