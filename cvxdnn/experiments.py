"""From a Scenario to work for a runner: train its networks and report what a chart needs.

A training job is stateless: it starts from the seed, or from the opaque state that an earlier job reported,
and it reports `Frame`s: at once, then ten or more times a second, then a last one that carries the state.
Pausing is stopping; playing on, stepping and a new weight decay are new jobs that start from that state.
"""

import gzip
import json
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.scenario import Scenario
from cvxdnn.solution import Snapshot, Status
from cvxdnn.spline import LinearSpline

__all__ = ["FRAME_SECONDS", "STEP_SIZE", "Frame", "TrainingTask", "first_frame", "train_sample", "warm_up"]

Vector = NDArray[np.float64]

FRAME_SECONDS = 0.08
"""A frame is reported whenever this much time has passed since the last one."""
STEP_SIZE = 50
"""Optimiser steps of one click on Step."""
LOOK_EVERY = 10
"""Optimiser steps between looks at the clock and at the stop flag; a fraction of `STEP_SIZE`."""
SAMPLE = "first_network.json.gz"


@dataclass(frozen=True, eq=False)
class Frame:
    """Training at one moment, in normalised units; plain arrays, so that a reader needs no torch.

    step : optimiser steps taken
    objectives : (restarts,) exact objective of each restart
    splines : each restart's exact function;  best : index of the smallest objective
    history : (k, 2) step and smallest objective at earlier moments of this run
    state : what a later job needs to go on from here (opaque; None while the run goes on)
    """

    step: int
    objectives: Vector
    best: int
    splines: tuple[LinearSpline, ...]
    status: Status
    done: bool
    history: Vector
    state: bytes | None = None

    @property
    def objective(self) -> float:
        """The smallest objective."""
        return float(self.objectives[self.best])

    @property
    def spline(self) -> LinearSpline:
        """The function of the best restart."""
        return self.splines[self.best]

    def ended(self) -> "Frame":
        """The same frame as the end of its run."""
        return replace(self, done=True, state=None)


@dataclass(frozen=True)
class TrainingTask:
    """Train the scenario's networks; picklable, run by `cvxdnn.jobs`.

    scenario : the settings;  steps : optimiser steps to take, a multiple of `LOOK_EVERY` (None: until converged)
    state, history : from the last `Frame` of the run to go on with; None starts from the seed
    """

    scenario: Scenario
    steps: int | None = None
    state: bytes | None = None
    history: Vector | None = None

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> None:
        """Report frames until converged, stopped, or out of steps."""
        history = _History(self.history)
        last_report, last_step = -np.inf, np.inf
        for snapshot in self._snapshots():
            history.add(snapshot)
            if self.steps is not None:
                last_step = min(last_step, snapshot.step + self.steps)
            ends = snapshot.done or snapshot.step >= last_step or stopped()
            if ends or time.monotonic() - last_report >= FRAME_SECONDS:
                report(_frame(snapshot, history, with_state=ends))
                last_report = time.monotonic()
            if ends:
                return

    def _snapshots(self) -> Iterator[Snapshot]:
        from cvxdnn.networks.training import train

        scenario = self.scenario
        data, _ = scenario.dataset.normalized()
        # The state is this program's own, made by an earlier job; it never comes from a user.
        initial = None if self.state is None else pickle.loads(self.state)
        return train(
            data.x,
            data.y,
            beta=scenario.beta,
            depth=scenario.depth,
            width=scenario.width,
            biases=scenario.biases,
            restarts=scenario.restarts,
            seed=scenario.seed,
            optimizer=scenario.optimizer,
            snapshot_every=LOOK_EVERY,
            initial=initial,
        )


class _History:
    """Step and smallest objective over a run, thinned so that it never holds more than `LIMIT` rows."""

    LIMIT = 400

    def __init__(self, rows: Vector | None) -> None:
        self.rows: list[tuple[int, float]] = [] if rows is None else [(int(s), float(o)) for s, o in rows]

    def add(self, snapshot: Snapshot) -> None:
        if self.rows and self.rows[-1][0] == snapshot.step:
            return  # where the run was paused
        self.rows.append((snapshot.step, snapshot.objective))
        if len(self.rows) > self.LIMIT:
            self.rows = self.rows[::2]

    def array(self) -> Vector:
        return np.array(self.rows, dtype=np.float64).reshape(-1, 2)


def _frame(snapshot: Snapshot, history: _History, *, with_state: bool) -> Frame:
    return Frame(
        step=snapshot.step,
        objectives=snapshot.objectives,
        best=snapshot.best,
        splines=tuple(network.to_spline() for network in snapshot.networks),
        status=snapshot.status if snapshot.done or not with_state else Status.STOPPED,
        done=snapshot.done,
        history=history.array(),
        state=pickle.dumps(snapshot.state) if with_state else None,
    )


def warm_up() -> None:
    """What a worker does before its first job: load the training code and take a few steps."""
    TrainingTask(Scenario(restarts=2), steps=STEP_SIZE)(lambda frame: None, lambda: False)


def first_frame() -> Frame:
    """The network of the default scenario, trained when the package was made (`make sample`)."""
    text = gzip.decompress(files("cvxdnn").joinpath("data", SAMPLE).read_bytes())
    stored = json.loads(text)
    return Frame(
        step=stored["step"],
        objectives=np.array(stored["objectives"]),
        best=stored["best"],
        splines=tuple(LinearSpline(**spline) for spline in stored["splines"]),
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
        "splines": [
            {
                "knots": spline.knots.tolist(),
                "values": spline.values.tolist(),
                "left_slope": float(spline.slopes[0]),
                "right_slope": float(spline.slopes[-1]),
            }
            for spline in frame.splines
        ],
        "status": frame.status.name,
        "history": frame.history.tolist(),
    }
    target = Path(__file__).parent / "data" / SAMPLE
    target.write_bytes(gzip.compress(json.dumps(stored).encode(), mtime=0))


if __name__ == "__main__":
    _store_first_frame()
