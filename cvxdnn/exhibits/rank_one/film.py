"""The film of a training on the page about rank one: how its layers line up."""

from __future__ import annotations

from functools import partial

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.exhibits.rank_one.case import RankOneSetting, rank_one_data
from cvxdnn.tasks.fits import FitView, fit_stream
from cvxdnn.tasks.moments import Moment
from cvxdnn.tasks.stream import Stream
from cvxdnn.training.fitting import FitSnapshot
from cvxdnn.training.fitting.chain import alignment, singular_values

__all__ = ["moment", "sample", "stream_of"]


def stream_of(setting: RankOneSetting) -> Stream[FitView]:
    """A training of the setting with its film."""
    data = rank_one_data(setting)
    return fit_stream(data.problem, still=partial(moment, count=data.directions))


def sample() -> tuple[str, Stream[FitView]]:
    """The name and the training of the first setting."""
    return "rank_one", stream_of(RankOneSetting())


def moment(snapshot: FitSnapshot, count: int) -> Moment:
    """Singular values (L, count) of the best network's layers, and the angles (L - 1,) in degrees at their joints.

    NaN where a direction has vanished.
    """
    weights = snapshot.network.standard().weights
    return Moment(
        snapshot.step,
        {"objective": snapshot.objective},
        {"values": singular_values(weights, count), "angles": _angles(alignment(weights, count))},
    )


def _angles(overlaps: Array) -> Array:
    return np.asarray(np.degrees(np.arccos(overlaps[:, 0, 0])))
