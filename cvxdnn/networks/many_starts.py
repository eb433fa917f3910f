"""Training from first weights of different sizes: where a run ends depends on where it begins.

The product of the layer norms of a network bounds the path norm of its function, and equals it where layers are
balanced. Each run begins with layers of one norm t and a product t^L of its own, and is then trained like any other
(`cvxdnn.networks.training`). With three layers or more a run that begins near 0 is drawn into the constant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from numpy.typing import ArrayLike

from cvxdnn import validation
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.losses import Squared
from cvxdnn.networks.initialization import random_layers
from cvxdnn.networks.layout import BIASES, Biases, ParameterLayout
from cvxdnn.networks.state import Problem
from cvxdnn.networks.trainer import Trainer
from cvxdnn.solution import Snapshot, Status

__all__ = ["train_many_starts"]


def train_many_starts(
    x: ArrayLike,
    y: ArrayLike,
    *,
    beta: float,
    depth: int,
    sizes: Sequence[float],
    width: int = 20,
    biases: Biases = "last_hidden",
    seed: int = 0,
    max_steps: int = 8_000,
    snapshot_every: int = 25,
) -> Iterator[Snapshot]:
    """Train one network for each first size, side by side with Adam, until all have converged.

    Parameters
    ----------
    x, y : arrays (n,), n >= 1
    beta : float >= 0
        Weight decay.
    depth, width : int
        Weight layers and neurons per hidden layer.
    sizes : sequence of float > 0
        For each run the product of its first layer norms, in the units of y per unit of x.
    biases : {"last_hidden", "all"}
        Hidden layers with biases.
    seed : int >= 0
        Of the first weights.
    max_steps, snapshot_every : int
        Optimiser steps at most, and between snapshots.

    Yields
    ------
    Snapshot
        First the start, then one every `snapshot_every` steps; the last one has `done`.
    """
    x, y = validation.points(x, y)
    first = validation.finite_vector("sizes", sizes)
    if first.min() <= 0:
        raise InvalidInputError(f"sizes holds {first.min():g}; a network of size 0 stays a constant: use sizes above 0")
    layout = ParameterLayout(first.size, depth, width, validation.one_of("biases", biases, BIASES))
    problem = Problem(x, y, validation.nonnegative("beta", beta), layout, "adam", None, Squared())
    units = problem.units
    inner_x, inner_y = units.data(x, y)
    layers = [
        random_layers(layout, inner_x, inner_y, norm=float(size) ** (1 / depth), seed=seed, restart=run)
        for run, size in enumerate(first * (units.x_unit / units.y_unit))
    ]
    return _snapshots(Trainer.begun(problem, layers), max_steps, snapshot_every)


def _snapshots(training: Trainer, max_steps: int, snapshot_every: int) -> Iterator[Snapshot]:
    while True:
        status = training.status
        if status is Status.RUNNING and training.step >= max_steps:
            status = Status.MAX_STEPS
        yield training.snapshot(status)
        if status is not Status.RUNNING:
            return
        training.advance(min(max_steps, training.step + snapshot_every))
