"""What solvers and trainers return: a status with advice, a certified solution, a snapshot of training."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.objective import NetworkLike
from cvxdnn.spline import LinearSpline

__all__ = ["Snapshot", "Solution", "Status"]

Vector = NDArray[np.float64]


class Status(Enum):
    """How a computation ended: `message` says what happened, `advice` what to try next."""

    OPTIMAL = ("certified optimal", "")
    INTERPOLATES = ("exact: the linear spline through the points", "")
    INACCURATE = (
        "the certified gap is above the tolerance",
        "Use a larger beta, move points apart that nearly share an x, or try another method.",
    )
    RUNNING = ("training", "")
    CONVERGED = ("converged: the objective no longer falls", "")
    STUCK = (
        "stuck: stationary, with a gap to the optimum",
        "Try other seeds, more restarts or a wider network.",
    )
    STOPPED = ("stopped by the caller", "")
    MAX_STEPS = ("the step limit was reached", "Continue, or raise max_steps.")
    DIVERGED = ("diverged: the objective is no longer finite", "Use a smaller learning rate.")

    @property
    def message(self) -> str:
        """What happened, in one clause."""
        return str(self.value[0])

    @property
    def advice(self) -> str:
        """What to try next; empty when nothing is needed."""
        return str(self.value[1])

    @property
    def ok(self) -> bool:
        """True when the result can be used as it is."""
        return self in (Status.OPTIMAL, Status.INTERPOLATES, Status.RUNNING, Status.CONVERGED)


@dataclass(frozen=True, eq=False)
class Solution:
    """A global optimum of the training problem, with the certificate that says how close it is.

    spline : the optimal function, exact outside its knots; in the units of the data
    objective, loss, penalty : objective = loss + penalty; the loss is 1/2 sum (f - y)^2 over all points
    path_norm : R(f) over the data's range; the penalty is beta * path_norm for depth 2
    effective_beta : weight decay of the two-layer problem with the same solution (beta itself for depth 2)
    dual : (n,) one multiplier per point as given, feasible for the dual up to `gap`
    gap, relative_gap : objective minus a proven lower bound; divided by the objective
    x_range : smallest and largest x
    """

    spline: LinearSpline
    objective: float
    loss: float
    penalty: float
    path_norm: float
    effective_beta: float
    dual: Vector
    gap: float
    relative_gap: float
    status: Status
    beta: float
    x_range: tuple[float, float]
    depth: int = 2
    skip_connection: bool = False

    @property
    def knots(self) -> Vector:
        """Inputs where the optimal function changes its slope."""
        return self.spline.significant_knots()

    def network(self) -> Any:
        """An optimal network in closed form, whose objective is the optimum.

        Returns
        -------
        cvxdnn.Network
            Two layers, one neuron for each coefficient of the Lasso (theory: docs/two-layers.md).
        """
        # The one import that points upwards: a result knows how to become a network.
        from cvxdnn.networks.closed_form import two_layer_network

        low, high = self.x_range
        return two_layer_network(self.spline, low, high, skip=self.skip_connection)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Training at one moment.

    step : optimiser steps taken so far
    objectives : (restarts,) the exact objective of each restart's network
    best : index of the restart with the smallest objective
    network : that restart's network
    networks : every restart's network
    state : everything needed to resume exactly here (arrays and numbers only)
    """

    step: int
    objectives: Vector
    best: int
    network: NetworkLike
    done: bool
    status: Status
    networks: tuple[NetworkLike, ...] = ()
    state: Any = field(default=None, repr=False)

    @property
    def objective(self) -> float:
        """The smallest objective of all restarts."""
        return float(self.objectives[self.best])
