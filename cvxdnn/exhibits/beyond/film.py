"""Films of the trainings on this page: what its pictures are drawn from, beside the smallest objective."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from cvxdnn.core.solution import Snapshot
from cvxdnn.core.types import Array, Indices
from cvxdnn.tasks.moments import Moment
from cvxdnn.theory.neural_collapse_traces import measured
from cvxdnn.training.fitting import FitSnapshot

__all__ = [
    "collapse_moment",
    "cosines_of",
    "function_moment",
    "objectives_moment",
    "outputs_moment",
    "rank_moment",
]

PLACES = 120
"""Of the drawn functions, besides the points."""
VANISHED = 1e-3
"""Features shorter than this share of the longest have no direction."""


class Trained(Protocol):
    """Training at one moment, of any kind of network."""

    @property
    def step(self) -> int: ...
    @property
    def objectives(self) -> Array: ...
    @property
    def objective(self) -> float: ...


def objectives_moment(snapshot: Trained, value: float) -> Moment:
    """Objectives of all m networks, `objectives` (m,), and the value of the line that they are compared with."""
    numbers = {"objective": snapshot.objective, "value": value}
    return Moment(snapshot.step, numbers, {"objectives": snapshot.objectives})


def function_moment(snapshot: Snapshot, x: Array, value: float) -> Moment:
    """With the best network's `values` (k,) at `grid` (k,), for points at x (n,)."""
    grid = np.union1d(x, np.linspace(x.min(), x.max(), PLACES))
    return _with(objectives_moment(snapshot, value), grid=grid, values=snapshot.network(grid))


def rank_moment(snapshot: FitSnapshot, X: Array, value: float) -> Moment:
    """With the `cosines` (L - 1, K, K) between the best network's features of K samples X (K, d)."""
    cosines = np.array([cosines_of(layer) for layer in snapshot.network.layers(X)[1:]])
    return _with(objectives_moment(snapshot, value), cosines=cosines)


def outputs_moment(snapshot: FitSnapshot) -> Moment:
    """What the best network keeps of the singular values of diagonal targets, `outputs` (K,)."""
    return Moment(snapshot.step, {"objective": snapshot.objective}, {"outputs": np.diag(snapshot.outputs)})


def collapse_moment(snapshot: FitSnapshot, labels: Indices) -> Moment:
    """How far classifier and class means are apart, `distances` (3,), in the order of `Collapse.limits`."""
    found = measured(snapshot, labels)
    distances = (found.nc3_raw_centred, found.nc3_raw_uncentred, found.nc3_centred)
    told = np.array([np.nan if distance is None else distance for distance in distances])
    return Moment(snapshot.step, {"objective": snapshot.objective}, {"distances": told})


def cosines_of(features: Array) -> Array:
    """Cosines (K, K) between the rows of features (K, p); 0 for a row that has vanished."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    unit = np.divide(features, lengths, out=np.zeros_like(features), where=lengths > VANISHED * lengths.max())
    return np.asarray(unit @ unit.T)


def _with(moment: Moment, **arrays: Array) -> Moment:
    return Moment(moment.step, moment.numbers, {**moment.arrays, **arrays})
