"""The film of a training on the Batch norm page: samples fall together, and class means move to where they belong."""

from __future__ import annotations

from functools import partial

import numpy as np

from cvxdnn.core.types import Array, Indices
from cvxdnn.exhibits.batch_norm.case import Setting, case_of
from cvxdnn.exhibits.closed_form.restarts import networks_of
from cvxdnn.tasks.fits import FitView, fit_stream
from cvxdnn.tasks.moments import Moment
from cvxdnn.tasks.stream import Stream
from cvxdnn.theory.neural_collapse import NeuralCollapse, aligned_means, metrics
from cvxdnn.training.fitting import FitProblem, FitSnapshot, FittedNetwork

__all__ = ["SIGNS", "alive", "moment", "sample", "stream_of"]

SIGNS = ("nc1", "equinorm", "angle_spread", "nc3_raw_uncentred", "nc4")
"""Attributes of `NeuralCollapse`, in the order of the film's `signs`."""

GONE = 1e-3
"""Length of a mean that is zero."""


def stream_of(setting: Setting) -> Stream[FitView]:
    """A training of the setting with its film."""
    case = case_of(setting)
    return fit_stream(
        case.problem, still=partial(moment, problem=case.problem, labels=case.labels, target=case.shape.target)
    )


def sample() -> tuple[str, Stream[FitView]]:
    """The name and the training of the first setting."""
    return "batch_norm", stream_of(Setting())


def moment(snapshot: FitSnapshot, problem: FitProblem, labels: Indices, target: Array) -> Moment:
    """Every restart, of which `best` is the lowest now: a picture can follow the one that is lowest in the end.

    Places are those in the space that the K centred class means span, turned so that they lie as near to the predicted
    ones, `target` (K, K - 1), as a rotation allows. With r restarts and n samples:

    objectives : (r,)
    means : (r, K, K - 1), samples : (r, n, K - 1), zero : (r, K - 1) where the feature 0 is
    lengths : (r, K) of the class means, not centred
    counts : (K,) samples of each class, which are in order
    signs : (r, 5) see `SIGNS`; NaN where a sign is not defined
    """
    networks = networks_of(snapshot, problem)
    each = [_places(network, problem, labels, target) for network in networks]
    return Moment(
        snapshot.step,
        {"objective": snapshot.objective, "best": float(snapshot.best)},
        {
            "objectives": snapshot.objectives,
            "counts": np.bincount(labels, minlength=len(target)).astype(np.float64),
            **{name: np.array([places[name] for places in each]) for name in each[0]},
        },
    )


def _places(network: FittedNetwork, problem: FitProblem, labels: Indices, target: Array) -> dict[str, Array]:
    hidden = network.layers(problem.X)[-1]
    found = metrics(hidden, labels, network.weights[-1])
    means, points = aligned_means(found.means, np.vstack([hidden, np.zeros_like(hidden[:1])]), target)
    return {
        "means": means,
        "samples": points[:-1],
        "zero": points[-1],
        "lengths": np.linalg.norm(found.means, axis=1),
        "signs": _signs(found),
    }


def alive(found: NeuralCollapse) -> Indices:
    """The classes whose mean is not zero."""
    return np.flatnonzero(np.linalg.norm(found.means, axis=1) > GONE)


def _signs(found: NeuralCollapse) -> Array:
    if not alive(found).size:
        return np.full(len(SIGNS), np.nan)
    values = (getattr(found, name) for name in SIGNS)
    return np.array([np.nan if value is None else float(value) for value in values])
