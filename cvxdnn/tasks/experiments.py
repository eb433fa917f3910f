"""From a Scenario to work for a runner: train its networks and report what a chart needs.

A training job is stateless: it starts from the seed, or from the opaque state that an earlier job reported,
and it reports `Frame`s: at once, then ten or more times a second, then a last one that carries the state.
Pausing is stopping; playing on, stepping and a new weight decay are new jobs that start from that state.
"""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.core.datasets import Dataset
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.kinks import kinks
from cvxdnn.core.limits import host_limits
from cvxdnn.core.solution import Snapshot, Solution, Status
from cvxdnn.core.spline import LinearSpline
from cvxdnn.jobs.parcel import frozen, thawed
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.solve_task import SolveTask, takes_long

__all__ = [
    "FRAME_SECONDS",
    "STEP_SIZE",
    "Frame",
    "TrainingTask",
    "first_frame",
    "forward_work",
    "snapshots_of",
    "train_sample",
    "training_of",
    "warm_up",
]

Vector = NDArray[np.float64]

FRAME_SECONDS = 0.08
"""A frame is reported whenever this much time has passed since the last one."""
STEP_SIZE = 50
"""Optimiser steps of one click on Step."""
LOOK_EVERY = 10
"""Most optimiser steps between looks at the clock and at the stop flag; large networks are looked at more often."""
INSERTION_SECONDS = 0.12
"""A step of insertion is shown for so long: a neuron that appears is the thing to see, and there are few of them."""
OTHERS_SECONDS = 0.03
"""Time a frame may take for the functions of the restarts that are not the best."""
SAMPLE = "first_network.json.gz"


@dataclass(frozen=True, eq=False)
class Frame:
    """Training at one moment, in normalised units; plain arrays, so that a reader needs no torch.

    step : optimiser steps taken
    objectives : (restarts,) exact objective of each restart
    best : index of the restart with the smallest objective;  spline : its exact function
    neurons : (k, 3) of the best restart: where each neuron bends, its slope change, its active side (+1 or -1)
    others : functions of other restarts, as many as could be computed without delaying the frame
    history : (k, 1 + restarts) step and objective of every restart at earlier moments of this run
    state : what a later job needs to go on from here (opaque; None while the run goes on)
    """

    step: int
    objectives: Vector
    best: int
    spline: LinearSpline
    neurons: Vector
    others: tuple[LinearSpline, ...]
    status: Status
    done: bool
    history: Vector
    state: bytes | None = None

    @property
    def objective(self) -> float:
        """The smallest objective."""
        return float(self.objectives[self.best])

    def ended(self) -> "Frame":
        """The same frame as the end of its run."""
        return replace(self, done=True, state=None)


@dataclass(frozen=True)
class TrainingTask:
    """Train the scenario's networks; picklable, run by `cvxdnn.jobs`.

    scenario : the settings;  until : the step to end at, a multiple of 10 (None: until converged)
    state, history : from the last `Frame` of the run to go on with; None starts from the seed
    """

    scenario: Scenario
    until: int | None = None
    state: bytes | None = None
    history: Vector | None = None

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> None:
        """Report frames until converged, stopped, or out of steps."""
        history = _History(self.history)
        last_report = -np.inf
        is_shown_whole = self.scenario.optimizer == "insertion"
        for snapshot in snapshots_of(self.scenario, thawed(self.state)):
            history.add(snapshot)
            ends = snapshot.done or (self.until is not None and snapshot.step >= self.until) or stopped()
            if ends or is_shown_whole or time.monotonic() - last_report >= FRAME_SECONDS:
                report(_frame(snapshot, history, with_state=ends))
                last_report = time.monotonic()
            if ends:
                return
            if is_shown_whole:
                time.sleep(INSERTION_SECONDS)

    def after(self, last: Frame | None) -> "TrainingTask":
        """The rest of it, from the last frame; from its beginning if that carries no state."""
        if last is None or last.state is None:
            return self
        return replace(self, state=last.state, history=last.history)


def snapshots_of(scenario: Scenario, state: Any = None) -> Iterator[Snapshot]:
    """Training of the scenario's networks, watched every few steps; from its start, or from a `TrainingState`."""
    data, _ = scenario.normalized()
    optimum = _optimum(scenario, data)
    work = forward_work(scenario)
    look_every = LOOK_EVERY if work < 1e7 else 2 if work < 4e7 else 1  # a few hundredths of a second
    return training_of(scenario, optimum, state, max_steps=host_limits().steps, look_every=look_every)


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


def _optimum(scenario: Scenario, data: Dataset) -> Solution | None:
    """The certified optimum: where to begin, and whether a network that rests is stuck."""
    if takes_long(scenario) and scenario.start == "random":
        return None
    try:
        return SolveTask(data.x, data.y, scenario.beta, scenario.depth, scenario.loss).solution()
    except InvalidInputError:  # labels of one class only
        return None


class _History:
    """Step and objectives over a run, thinned so that it never holds more than `LIMIT` rows."""

    LIMIT = 200

    def __init__(self, rows: Vector | None) -> None:
        self.rows: list[Vector] = [] if rows is None else list(rows)

    def add(self, snapshot: Snapshot) -> None:
        if self.rows and self.rows[-1][0] == snapshot.step:
            return  # where the run was paused
        self.rows.append(np.append(float(snapshot.step), snapshot.objectives))
        if len(self.rows) > self.LIMIT:
            self.rows = self.rows[::2]

    def array(self) -> Vector:
        return np.array(self.rows)


def _frame(snapshot: Snapshot, history: _History, *, with_state: bool) -> Frame:
    return Frame(
        step=snapshot.step,
        objectives=snapshot.objectives,
        best=snapshot.best,
        spline=snapshot.network.to_spline(),
        neurons=_neurons(snapshot),
        others=_other_splines(snapshot),
        status=snapshot.status if snapshot.done or not with_state else Status.STOPPED,
        done=snapshot.done,
        history=history.array(),
        state=frozen(snapshot.state) if with_state else None,
    )


def _neurons(snapshot: Snapshot) -> Vector:
    found = kinks(snapshot.network)
    return np.column_stack([found.x, found.slope_changes, found.sides])


def _other_splines(snapshot: Snapshot) -> tuple[LinearSpline, ...]:
    others, deadline = [], time.monotonic() + OTHERS_SECONDS
    for index, network in enumerate(snapshot.networks):
        if index != snapshot.best and time.monotonic() < deadline:
            others.append(network.to_spline())
    return tuple(others)


def warm_up() -> None:
    """What a worker does before its first job: load the training code and take a few steps."""
    TrainingTask(Scenario(restarts=2), until=STEP_SIZE)(lambda frame: None, lambda: False)


def first_frame() -> Frame:
    """The network of the default scenario, trained when the package was made (`make sample`)."""
    text = gzip.decompress(files("cvxdnn").joinpath("data", SAMPLE).read_bytes())
    stored = json.loads(text)
    return Frame(
        step=stored["step"],
        objectives=np.array(stored["objectives"]),
        best=stored["best"],
        spline=LinearSpline(**stored["spline"]),
        neurons=np.array(stored["neurons"]).reshape(-1, 3),
        others=tuple(LinearSpline(**spline) for spline in stored["others"]),
        status=Status[stored["status"]],
        done=True,
        history=np.array(stored["history"]),
    )


def train_sample(scenario: Scenario) -> Frame:
    """The last frame of a training run, in this process."""
    frames: list[Frame] = []
    TrainingTask(scenario)(frames.append, lambda: False)
    return frames[-1]


def _store_first_frame() -> None:
    frame = train_sample(Scenario())
    stored = {
        "step": frame.step,
        "objectives": frame.objectives.tolist(),
        "best": frame.best,
        "spline": _stored_spline(frame.spline),
        "neurons": frame.neurons.tolist(),
        "others": [_stored_spline(spline) for spline in frame.others],
        "status": frame.status.name,
        "history": frame.history.tolist(),
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
