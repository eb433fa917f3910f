"""The film of a training on the page about whitened data: which class fires which neuron, until each serves one."""

from __future__ import annotations

from functools import partial

import numpy as np

from cvxdnn.core.types import Array, Indices, Mask
from cvxdnn.exhibits.closed_form.restarts import networks_of
from cvxdnn.exhibits.whitened.case import WhitenedSetting, whitened_case
from cvxdnn.tasks.fits import FitView, fit_stream
from cvxdnn.tasks.moments import Moment
from cvxdnn.tasks.stream import Stream
from cvxdnn.training.fitting import FitProblem, FitSnapshot

__all__ = ["moment", "sample", "served_in", "stream_of"]


def stream_of(setting: WhitenedSetting) -> Stream[FitView]:
    """A training of the setting with its film."""
    case = whitened_case(setting)
    return fit_stream(case.problem, still=partial(moment, problem=case.problem, groups=case.groups))


def sample() -> tuple[str, Stream[FitView]]:
    """The name and the training of the first setting."""
    return "whitened", stream_of(WhitenedSetting())


def moment(snapshot: FitSnapshot, problem: FitProblem, groups: Indices) -> Moment:
    """Every restart, of which `best` is the lowest now: a picture can follow the one that is lowest in the end.

    With n_k samples in group k, r restarts and m neurons in the last hidden layer:

    objectives : (r,)
    strengths : (r, K, m) length of a neuron's features on the samples of each group
    served : (r, K) how much of its target each group gets: <y_k, f_k> / ||y_k||, the strength of its channel
    targets : (K,) ||y_k||
    """
    hidden, outputs = _values(snapshot, problem)
    served, targets = served_in(outputs, problem.Y, groups)
    return Moment(
        snapshot.step,
        {"objective": snapshot.objective, "best": float(snapshot.best)},
        {
            "objectives": snapshot.objectives,
            "strengths": np.sqrt(_members(groups) @ hidden**2),
            "served": served,
            "targets": targets,
        },
    )


def served_in(outputs: Array, Y: Array, groups: Indices) -> tuple[Array, Array]:
    """Strength of each group's channel (..., K) in outputs (..., n, c), and the length (K,) of its target."""
    members = _members(groups)
    targets = np.sqrt(members @ (Y**2).sum(axis=1))
    return (outputs * Y).sum(axis=-1) @ members.T / np.where(targets > 0, targets, 1.0), targets


def _members(groups: Indices) -> Mask:
    """(K, n) which samples each group has."""
    return np.asarray(np.arange(int(groups.max()) + 1)[:, None] == groups)


def _values(snapshot: FitSnapshot, problem: FitProblem) -> tuple[Array, Array]:
    """Features (r, n, m) of the last hidden layer and outputs (r, n, K) of every restart."""
    networks = networks_of(snapshot, problem)
    hidden = np.array([network.layers(problem.X)[-1] for network in networks])
    return hidden, np.array([one @ net.standard().weights[-1] for one, net in zip(hidden, networks, strict=True)])
