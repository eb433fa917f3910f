"""Training of a scenario's networks, and what a chart needs of it."""

import gzip
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from cvxdnn.core.kinks import units_behind
from cvxdnn.core.limits import host_limits
from cvxdnn.core.network import Network
from cvxdnn.core.solution import Snapshot, Solution, Status
from cvxdnn.core.spline import LinearSpline
from cvxdnn.tasks.optimum import is_searched, optimum_of
from cvxdnn.tasks.ramps import RampFilm, RampStill, still_of
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.stream import Frame, Stream, last_frame

__all__ = [
    "NetworkFrame",
    "NetworkView",
    "Training",
    "first_frame",
    "forward_work",
    "look_every",
    "snapshots_of",
    "training_of",
    "training_stream",
    "warm_up",
]

LOOK_EVERY = 10
"""Most optimiser steps between looks at the clock and at the stop flag; large networks are looked at more often."""
INSERTION_SECONDS = 0.12
"""A step of insertion is shown for so long: a neuron that appears is the thing to see, and there are few of them."""
OTHERS_SECONDS = 0.03
"""Time a frame may take for the functions of the restarts that are not the best."""
SAMPLE = "first_network.json.gz"


@dataclass(frozen=True, eq=False)
class NetworkView:
    """Trained networks in normalised units.

    spline : the exact function of the best restart
    others : functions of other restarts, as many as could be computed without delaying the frame
    behind : for each knot of `spline` the (layer, unit) that switch there, from 0; only of deep networks, at the end
    network : the best restart itself; only at the end
    """

    spline: LinearSpline
    others: tuple[LinearSpline, ...]
    behind: list[list[tuple[int, int]]] = field(default_factory=list)
    network: Network | None = None


NetworkFrame = Frame[NetworkView]


@dataclass(frozen=True)
class Training:
    """Training of the scenario's networks."""

    scenario: Scenario

    def snapshots(self, state: Any) -> Iterator[Snapshot]:
        """Watched every few steps, see `snapshots_of`."""
        return snapshots_of(self.scenario, state)

    def view(self, snapshot: Snapshot, is_last: bool) -> NetworkView:
        """The functions of the networks, and what makes the best one bend."""
        spline = snapshot.network.to_spline()
        names = is_last and self.scenario.depth > 2
        behind = units_behind(snapshot.network, spline.knots) if names else []
        return NetworkView(spline, _other_splines(snapshot), behind, snapshot.network if is_last else None)


def training_stream(scenario: Scenario, until: int | None = None) -> Stream[NetworkView]:
    """Training as a task, to a step that is a multiple of 10 or to its end; its state outlives the end."""
    hold = INSERTION_SECONDS if scenario.optimizer == "insertion" else 0.0
    return Stream(Training(scenario), still=partial(_still, scenario), until=until, hold=hold, keeps_end=True)


def _still(scenario: Scenario, snapshot: Snapshot) -> RampStill:
    data, _ = scenario.normalized()
    misfit = float(scenario.loss_function.value(snapshot.network(data.x), data.y).sum())
    return still_of(snapshot.network, snapshot.step, snapshot.objective, misfit)


def snapshots_of(scenario: Scenario, state: Any = None) -> Iterator[Snapshot]:
    """Training of the scenario's networks, watched every few steps; from its start, or from a `TrainingState`."""
    optimum = _optimum(scenario)
    return training_of(scenario, optimum, state, max_steps=host_limits().steps, look_every=look_every(scenario))


def look_every(scenario: Scenario) -> int:
    """Steps between two looks at a training: a few hundredths of a second."""
    work = forward_work(scenario)
    return LOOK_EVERY if work < 1e7 else 2 if work < 4e7 else 1


def training_of(
    scenario: Scenario, optimum: Solution | None, state: Any, *, max_steps: int, look_every: int
) -> Iterator[Snapshot]:
    """The same, for whoever knows the optimum of the scenario already."""
    from cvxdnn.training.training import train

    data, _ = scenario.normalized()
    start = optimum.network() if optimum is not None and scenario.start == "optimum" else None
    return train(
        data.x,
        data.y,
        beta=scenario.beta,
        loss=scenario.loss,
        depth=scenario.depth,
        width=scenario.width,
        biases=scenario.biases,
        restarts=scenario.restarts,
        seed=scenario.seed,
        optimizer=scenario.optimizer,
        polish=scenario.polish or None,
        max_steps=max_steps,
        snapshot_every=look_every,
        initial=start if state is None else state,
        floor=None if optimum is None or not scenario.is_paper_architecture else optimum.objective - optimum.gap,
    )


def forward_work(scenario: Scenario) -> int:
    """Multiplications of a forward pass of all restarts."""
    layers = 1 + (scenario.depth - 2) * scenario.width
    return layers * scenario.width * scenario.restarts * len(scenario.points)


def _optimum(scenario: Scenario) -> Solution | None:
    """The certified optimum: where to begin, and whether a network that rests is stuck."""
    if is_searched(scenario) and scenario.start == "random":
        return None
    return optimum_of(scenario).solution


def _other_splines(snapshot: Snapshot) -> tuple[LinearSpline, ...]:
    others, deadline = [], time.monotonic() + OTHERS_SECONDS
    for index, network in enumerate(snapshot.networks):
        if index != snapshot.best and time.monotonic() < deadline:
            others.append(network.to_spline())
    return tuple(others)


def warm_up() -> None:
    """What a worker does before its first job: load the training code and take a few steps."""
    last_frame(training_stream(Scenario(restarts=2), until=50))


def first_frame() -> NetworkFrame:
    """The network of the default scenario, trained when the package was made (`make sample`)."""
    text = gzip.decompress(files("cvxdnn").joinpath("data", SAMPLE).read_bytes())
    stored = json.loads(text)
    return Frame(
        step=stored["step"],
        objectives=np.array(stored["objectives"]),
        best=stored["best"],
        view=NetworkView(
            spline=LinearSpline(**stored["spline"]),
            others=tuple(LinearSpline(**spline) for spline in stored["others"]),
            network=Network(stored["weights"], stored["biases"]),
        ),
        status=Status[stored["status"]],
        done=True,
        history=np.array(stored["history"]),
        film=RampFilm(**{name: np.array(values) for name, values in stored["film"].items()}),
    )


def _store_first_frame() -> None:
    frame = last_frame(training_stream(Scenario()))
    network = frame.view.network
    assert network is not None
    stored = {
        "step": frame.step,
        "objectives": frame.objectives.tolist(),
        "best": frame.best,
        "spline": _stored_spline(frame.view.spline),
        "others": [_stored_spline(spline) for spline in frame.view.others],
        "weights": [weights.tolist() for weights in network.weights],
        "biases": [biases.tolist() for biases in network.biases],
        "status": frame.status.name,
        "history": frame.history.tolist(),
        "film": {name: getattr(frame.film, name).tolist() for name in ("numbers", "counts", "ramps")},
    }
    target = Path(__file__).parents[1] / "data" / SAMPLE
    target.write_bytes(gzip.compress(json.dumps(stored).encode(), mtime=0))


def _stored_spline(spline: LinearSpline) -> dict[str, Any]:
    return {
        "knots": spline.knots.tolist(),
        "values": spline.values.tolist(),
        "left_slope": float(spline.slopes[0]),
        "right_slope": float(spline.slopes[-1]),
    }


if __name__ == "__main__":
    _store_first_frame()
