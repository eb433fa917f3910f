"""What solvers and trainers return: a status with advice, a certified solution, a snapshot of training."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from numpy.typing import ArrayLike

from cvxdnn.core.closed_form import deep_network
from cvxdnn.core.exact import deep_bounds, two_layer_bounds
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import Loss
from cvxdnn.core.network import Network
from cvxdnn.core.objective import Certificate, Proof
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array

__all__ = ["LocalMinimum", "Snapshot", "Solution", "Status"]


class Status(Enum):
    """How a computation ended: `message` says what happened, `advice` what to try next."""

    OPTIMAL = ("certified optimal", "")
    INTERPOLATES = ("exact: the linear spline through the points", "")
    INACCURATE = (
        "the certified gap is above the tolerance",
        "Use a larger beta, move points apart that nearly share an x, or try another method.",
    )
    PRECISION = (
        "numbers of 64 bits cannot hold this optimum more accurately",
        "The gap is proven all the same. Use a larger beta, or data with fewer digits before those that matter.",
    )
    RUNNING = ("training", "")
    CONVERGED = ("converged: the objective no longer falls", "")
    STUCK = (
        "stuck: stationary, with a gap to the optimum",
        "Try other seeds, more restarts or a wider network.",
    )
    STOPPED = ("stopped by the caller", "")
    MAX_STEPS = ("the step limit was reached", "Continue, or raise max_steps.")
    DIVERGED = ("diverged: the objective has only risen, or is no longer finite", "Use a smaller learning rate.")

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


@dataclass(frozen=True)
class LocalMinimum:
    """A local minimum of training as a problem in one number, the path norm of the function.

    r, objective : the path norm and the objective there
    effective_beta : the two-layer weight decay with the same optimum (for r = 0 the smallest such)
    is_global : whether no other minimum is better, up to round-off
    """

    r: float
    objective: float
    effective_beta: float
    is_global: bool


@dataclass(frozen=True, eq=False)
class Solution:
    """A global optimum of the training problem, with the certificate that says how close it is.

    spline : the optimal function, exact outside its knots; in the units of the data
    objective, loss, penalty : objective = loss + penalty; the loss is 1/2 sum (f - y)^2 over all points
    path_norm : R(f) over the data's range, with a skip connection the total variation of the slope; the penalty is
        (beta * depth / 2) * path_norm**(2 / depth), beta * path_norm for depth 2
    effective_beta : weight decay of the two-layer problem with the same solution (beta itself for depth 2); for a
        constant in a deeper network the smallest such
    dual : (n,) one multiplier per point as given, feasible in the tube of the effective weight decay
    gap, relative_gap : objective minus a proven lower bound; divided by the objective
    x_range : smallest and largest x
    local_minima : by ascending path norm; one for depth 2, where training is a convex problem; with the squared loss
        and up to `cvxdnn.convex.LONGEST_PATH` points all of them; otherwise the constant and the optimum
    ties : the local minima that are as good as this solution
    certificate : of this function as a two-layer candidate for `effective_beta`, with the tube it was proven in
    proofs : what the bound for more layers was made from, by descending weight decay, the last with weight decay 0
    data, loss_function : what the solution is of
    is_exact : whether objective and gap were computed in rational arithmetic, see `verified`
    """

    spline: LinearSpline
    objective: float
    loss: float
    penalty: float
    path_norm: float
    effective_beta: float
    dual: Array
    gap: float
    relative_gap: float
    status: Status
    beta: float
    x_range: tuple[float, float]
    depth: int = 2
    skip_connection: bool = False
    local_minima: tuple[LocalMinimum, ...] = ()
    ties: tuple[LocalMinimum, ...] = ()
    certificate: Certificate | None = field(default=None, repr=False)
    proofs: tuple[Proof, ...] = field(default=(), repr=False)
    data: tuple[Array, Array] | None = field(default=None, repr=False)
    loss_function: Loss | None = field(default=None, repr=False)
    is_exact: bool = False

    def __post_init__(self) -> None:
        if not self.local_minima:
            only = LocalMinimum(self.path_norm, self.objective, self.effective_beta, True)
            object.__setattr__(self, "local_minima", (only,))

    @property
    def knots(self) -> Array:
        """Inputs where the optimal function changes its slope."""
        return self.spline.significant_knots()

    def verified(self) -> "Solution":
        """The same solution with objective and gap computed without any rounding, in rational arithmetic.

        Both hold for the data as given: no network has an objective that is lower by more than the gap. Takes some
        milliseconds for 20 points and some tenths of a second for 500; for more layers several times that.

        Returns
        -------
        Solution
            With `is_exact`.

        Source: docs/certificate.md; `cvxdnn.core.exact`.
        """
        if self.certificate is None or self.data is None or self.loss_function is None:
            raise InvalidInputError("this solution holds no data or multipliers to verify; solve again")
        if self.depth == 2 or self.beta == 0:
            proof = Proof(self.effective_beta, self.certificate.point, self.certificate.multipliers)
            bounds = two_layer_bounds(*self.data, self.spline, proof, beta=self.beta, loss=self.loss_function)
        else:
            bounds = deep_bounds(
                *self.data, self.spline, self.proofs, beta=self.beta, depth=self.depth, loss=self.loss_function
            )
        return replace(
            self,
            objective=bounds.primal,
            loss=bounds.loss,
            penalty=bounds.penalty,
            path_norm=bounds.cost,
            gap=bounds.gap,
            relative_gap=bounds.gap / bounds.primal if bounds.gap > self.certificate.resolution else 0.0,
            is_exact=True,
        )

    def network(self, *, directions: Sequence[ArrayLike] | None = None) -> Network:
        """An optimal network in closed form, whose objective is the optimum.

        Parameters
        ----------
        directions : sequence of depth - 2 vectors with entries >= 0, optional
            Every optimum is a family of networks: in each early layer the signal may be carried by any direction of
            nonnegative entries, whose number is the layer's width. By default each early layer has one unit.

        Returns
        -------
        Network
            With one neuron in the last hidden layer for each coefficient of the Lasso (docs/two-layers.md), and early
            layers that rescale (docs/depth.md).
        """
        low, high = self.x_range
        return deep_network(self.spline, low, high, depth=self.depth, skip=self.skip_connection, directions=directions)


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
    objectives: Array
    best: int
    network: Network
    done: bool
    status: Status
    networks: tuple[Network, ...] = ()
    state: Any = field(default=None, repr=False)

    @property
    def objective(self) -> float:
        """The smallest objective of all restarts."""
        return float(self.objectives[self.best])
