"""Training of deep networks from many seeds, as work for a runner: where each run is on its way downhill.

Of every run a frame holds its objective and the path norm of its fitted values. No network of that path norm has a
smaller objective than the curve of `cvxdnn.convex.DeepPath.objective_at`, so the runs are points on or above it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cvxdnn.core.diagnostics import LayerDiagnostics, layer_diagnostics
from cvxdnn.core.network import Network
from cvxdnn.core.solution import LocalMinimum, Snapshot
from cvxdnn.core.spline import interpolating_spline
from cvxdnn.core.types import Array, Indices
from cvxdnn.tasks.scenario import LIMITS, Biases
from cvxdnn.tasks.stream import Frame

__all__ = ["RUNS", "WIDTH", "DeepRuns", "DeepRunsFrame", "DeepRunsView", "converged_to"]

RUNS, WIDTH = min(16, LIMITS["restarts"][1]), min(30, LIMITS["width"][1])
"""Networks side by side, and neurons in each of their hidden layers, where the host allows as many."""
LOOK_EVERY = 10
NEAR = 2e-3
"""A run has converged to a minimum when its objective is this close to it, as a share, ..."""
NEAR_IN_R = 0.1
"""... and its path norm, too, as a share of the largest path norm of a minimum."""


@dataclass(frozen=True, eq=False)
class DeepRunsView:
    """All runs at one moment.

    path_norms : (m,) of every run
    grid, values : (k,) inputs, and outputs of the best network there
    layers : of every run; only in the last frame, before that empty
    network : the best one; only in the last frame
    """

    path_norms: Array
    grid: Array
    values: Array
    layers: tuple[LayerDiagnostics, ...]
    network: Network | None = None


DeepRunsFrame = Frame[DeepRunsView]


@dataclass(frozen=True, eq=False)
class DeepRuns:
    """Networks trained with Adam from `runs` different first weights.

    x, y : (n,) the points, in the units of training
    beta, depth, width, biases, seed : as for `cvxdnn.train`
    """

    x: Array
    y: Array
    beta: float
    depth: int
    biases: Biases = "last_hidden"
    width: int = WIDTH
    runs: int = RUNS
    seed: int = 0
    max_steps: int = 8_000

    def snapshots(self, state: Any) -> Iterator[Snapshot]:
        """See `cvxdnn.train`."""
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
            initial=state,
        )

    def view(self, snapshot: Snapshot, is_last: bool) -> DeepRunsView:
        """Path norms, the best function and, in the end, the layers."""
        grid = np.union1d(self.x, np.linspace(self.x.min(), self.x.max(), 200))
        return DeepRunsView(
            path_norms=np.array([_path_norm(self.x, network(self.x)) for network in snapshot.networks]),
            grid=grid,
            values=snapshot.network(grid),
            layers=tuple(layer_diagnostics(network) for network in snapshot.networks) if is_last else (),
            network=snapshot.network if is_last else None,
        )


def converged_to(minima: Sequence[LocalMinimum], frame: DeepRunsFrame) -> Indices:
    """For each run (m,) the number of the local minimum it is in; -1 for a run that is in none."""
    heights, norms = (np.array([getattr(minimum, name) for minimum in minima]) for name in ("objective", "r"))
    far = np.abs(frame.objectives[:, None] - heights) > NEAR * heights
    distances = np.abs(frame.view.path_norms[:, None] - norms)
    far |= distances > NEAR_IN_R * norms.max() + 1e-6
    nearest = np.where(far, np.inf, distances).argmin(axis=1)
    return np.where(far.all(axis=1), -1, nearest)


def _path_norm(x: Array, fitted: Array) -> float:
    """Of the spline through fitted values: the smallest of any function that has them."""
    return interpolating_spline(x, fitted).path_norm if np.isfinite(fitted).all() else np.inf
