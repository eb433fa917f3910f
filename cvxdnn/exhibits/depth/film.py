"""The film on the Depth page: how networks fall onto the landscape and roll into its valleys.

The path norm of a still is that of the network's function *at the points*, less what rounding may have added to it: so
the network's objective is at least the landscape there, also where that is steepest, at 0. Misfit and weights are told
apart, so that the browser can price the same networks anew while another weight decay is looked for.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from cvxdnn.core.solution import Snapshot
from cvxdnn.core.spline import ROUND_OFF, interpolating_spline
from cvxdnn.core.types import Array
from cvxdnn.tasks.deep_runs import DeepRuns, DeepRunsView
from cvxdnn.tasks.moments import Moment
from cvxdnn.tasks.stream import Stream

__all__ = ["moment", "stream_of"]

MOST_VALUES = 400
"""Of the functions in one still: of many points the functions of a few networks must do."""


def stream_of(runs: DeepRuns) -> Stream[DeepRunsView]:
    """The training with its film."""
    return Stream(runs, still=partial(moment, runs))


def moment(runs: DeepRuns, snapshot: Snapshot) -> Moment:
    """Where all m networks are.

    Numbers: the smallest objective, and weight decay and depth of the training. Arrays: of each network `path_norms`,
    `misfits` and `charges` (m,), such that its objective is misfit + beta charge; `functions` (k, p) of the first k
    networks at the p distinct inputs.
    """
    inputs, place = np.unique(runs.x, return_inverse=True)
    values = np.array([network(inputs) for network in snapshot.networks])
    return Moment(
        snapshot.step,
        {"objective": snapshot.objective, "beta": runs.beta, "depth": float(runs.depth)},
        {
            "path_norms": np.array([_least_path_norm(inputs, each) for each in values]),
            "misfits": np.sum((values[:, place] - runs.y) ** 2, axis=1) / 2,
            "charges": np.array([network.parameters_norm for network in snapshot.networks]) / 2,
            "functions": values[: max(1, MOST_VALUES // inputs.size)],
        },
    )


def _least_path_norm(inputs: Array, values: Array) -> float:
    """Of the spline through these values, which no other function through them falls below; without round-off.

    A bend of the size of round-off would have a price near 0, where the landscape is steep.
    """
    if not np.isfinite(values).all():
        return float("nan")
    rounding = ROUND_OFF * np.abs(values).max() * np.sum(2 / np.diff(inputs))
    return max(interpolating_spline(inputs, values).path_norm - float(rounding), 0.0)
