"""Fits of networks to any data, many restarts at once, for the architectures whose optima are known in closed form.

problem   `FitProblem`: data, architecture, recipe
fitted    `FittedNetwork`, `FitSnapshot`: plain arrays, and the objective evaluated from them
units     the data's own units, and networks back in the user's
initial   first weights
trainer   the steps: Adam, then L-BFGS
chain     what a chain of matrices shows: norms, singular values, alignment, balance

Gradient, layout of the parameters and methods are those of `cvxdnn.training`.

Importing this package does not import torch; the first snapshot of a `fit` does.
"""

from __future__ import annotations

from collections.abc import Iterator

from cvxdnn.core import validation
from cvxdnn.training.fitting.fitted import FitSnapshot, FitState, FittedNetwork
from cvxdnn.training.fitting.problem import ARCHITECTURES, Architecture, FitProblem

__all__ = ["ARCHITECTURES", "Architecture", "FitProblem", "FitSnapshot", "FitState", "FittedNetwork", "fit"]


def fit(problem: FitProblem, state: FitState | None = None, *, snapshot_every: int = 20) -> Iterator[FitSnapshot]:
    """Train all restarts of a problem and yield snapshots; a caller that asks for no more stops the training.

    Parameters
    ----------
    problem : FitProblem
    state : FitState, optional
        Of an earlier snapshot of the same problem: go on from there.
    snapshot_every : int, at least 1
        Steps between snapshots; it does not influence the training.

    Yields
    ------
    FitSnapshot
        First the start, then one every `snapshot_every` steps, and a last one with `done`: CONVERGED when the best
        restart has come to rest, MAX_STEPS when it has not, DIVERGED when no objective is finite.
    """
    snapshot_every = validation.positive_int("snapshot_every", snapshot_every)
    return _snapshots(problem, state, snapshot_every)


def _snapshots(problem: FitProblem, state: FitState | None, every: int) -> Iterator[FitSnapshot]:
    from cvxdnn.training.fitting.trainer import Trainer

    trainer = Trainer(problem, state)
    while True:
        snapshot = trainer.snapshot()
        yield snapshot
        if snapshot.done:
            return
        trainer.advance(every)
