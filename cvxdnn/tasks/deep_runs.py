"""Training of deep networks from many seeds, as work for a runner: where each run is on its way downhill.

Of every run a frame holds its objective and the path norm of its fitted values. No network of that path norm has a
smaller objective than the curve of `cvxdnn.convex.DeepPath.objective_at`, so the runs are points on or above it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.core.diagnostics import LayerDiagnostics, layer_diagnostics
from cvxdnn.core.solution import LocalMinimum, Snapshot, Status
from cvxdnn.core.spline import interpolating_spline
from cvxdnn.jobs.parcel import frozen, thawed
from cvxdnn.tasks.scenario import LIMITS, Biases

__all__ = ["RUNS", "WIDTH", "DeepRunsFrame", "DeepRunsTask", "settled_in"]

Vector = NDArray[np.float64]

RUNS, WIDTH = min(16, LIMITS["restarts"][1]), min(30, LIMITS["width"][1])
"""Networks side by side, and neurons in each of their hidden layers, where the host allows as many."""
FRAME_SECONDS = 0.15
LOOK_EVERY = 10
ROWS = 150
"""Rows of the history; older ones are thinned."""
NEAR = 2e-3
"""A run counts as settled in a minimum when its objective is this close to it, as a share, ..."""
NEAR_IN_R = 0.1
"""... and its path norm, too, as a share of the largest path norm of a minimum."""


@dataclass(frozen=True, eq=False)
class DeepRunsFrame:
    """All runs at one moment.

    step : optimiser steps taken;  best : index of the run with the smallest objective
    objectives, path_norms : (m,) of every run
    grid, values : (k,) inputs, and outputs of the best network there
    layers : of every run; only in the last frame, before that empty
    history : (h, 1 + m) step and all objectives at earlier moments
    state : what a later task needs to go on (opaque); only in the last frame, and None when nothing is left to do
    """

    step: int
    best: int
    objectives: Vector
    path_norms: Vector
    grid: Vector
    values: Vector
    layers: tuple[LayerDiagnostics, ...]
    history: Vector
    status: Status
    done: bool
    state: bytes | None = field(default=None, repr=False)

    @property
    def objective(self) -> float:
        """The smallest objective."""
        return float(self.objectives[self.best])


@dataclass(frozen=True, eq=False)
class DeepRunsTask:
    """Train networks with Adam from `runs` different first weights; picklable, run by `cvxdnn.jobs`.

    x, y : (n,) the points, in the units of training
    beta, depth, width, biases, seed : as for `cvxdnn.train`
    state, history : from the last frame of the runs to go on with; None starts from the seed
    """

    x: Vector
    y: Vector
    beta: float
    depth: int
    biases: Biases = "last_hidden"
    width: int = WIDTH
    runs: int = RUNS
    seed: int = 0
    max_steps: int = 8_000
    state: bytes | None = None
    history: Vector | None = None

    def __call__(self, report: Callable[[Any], None], stopped: Callable[[], bool]) -> None:
        """Report frames until all runs have converged or the task is stopped."""
        rows: list[Vector] = [] if self.history is None else list(self.history)
        last_report = -np.inf
        for snapshot in self._snapshots():
            if not rows or rows[-1][0] != snapshot.step:  # else the runs go on here
                rows.append(np.append(float(snapshot.step), snapshot.objectives))
            if len(rows) > ROWS:
                rows = rows[::2]
            ends = snapshot.done or stopped()
            if ends or time.monotonic() - last_report >= FRAME_SECONDS:
                report(self._frame(snapshot, rows, ends=ends))
                last_report = time.monotonic()
            if ends:
                return

    def after(self, last: DeepRunsFrame | None) -> "DeepRunsTask":
        """The rest of it, from the last frame; from its beginning if that carries no state."""
        if last is None or last.state is None:
            return self
        return replace(self, state=last.state, history=last.history)

    def _snapshots(self) -> Iterator[Snapshot]:
        from cvxdnn.training.training import train

        return train(
            self.x,
            self.y,
            beta=self.beta,
            depth=self.depth,
            width=self.width,
            biases=self.biases,
            restarts=self.runs,
            seed=self.seed,
            optimizer="adam",
            max_steps=self.max_steps,
            snapshot_every=LOOK_EVERY,
            initial=thawed(self.state),
        )

    def _frame(self, snapshot: Snapshot, rows: Sequence[Vector], *, ends: bool) -> DeepRunsFrame:
        networks: tuple[Any, ...] = snapshot.networks
        grid = np.union1d(self.x, np.linspace(self.x.min(), self.x.max(), 200))
        return DeepRunsFrame(
            step=snapshot.step,
            best=snapshot.best,
            objectives=snapshot.objectives,
            path_norms=np.array([_path_norm(self.x, network(self.x)) for network in networks]),
            grid=grid,
            values=snapshot.network(grid),
            layers=tuple(layer_diagnostics(network) for network in networks) if ends else (),
            history=np.array(rows),
            status=snapshot.status,
            done=snapshot.done,
            state=frozen(snapshot.state) if ends and not snapshot.done else None,
        )


def settled_in(minima: Sequence[LocalMinimum], frame: DeepRunsFrame) -> NDArray[np.intp]:
    """For each run (m,) the number of the local minimum it is in; -1 for a run that is in none."""
    heights, norms = (np.array([getattr(minimum, name) for minimum in minima]) for name in ("objective", "r"))
    far = np.abs(frame.objectives[:, None] - heights) > NEAR * heights
    distances = np.abs(frame.path_norms[:, None] - norms)
    far |= distances > NEAR_IN_R * norms.max() + 1e-6
    nearest = np.where(far, np.inf, distances).argmin(axis=1)
    return np.where(far.all(axis=1), -1, nearest)


def _path_norm(x: Vector, fitted: Vector) -> float:
    """Of the spline through fitted values: the smallest of any function that has them."""
    return interpolating_spline(x, fitted).path_norm if np.isfinite(fitted).all() else np.inf
