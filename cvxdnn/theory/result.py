"""What a closed form claims: that it is the optimum, or less than that, and why.

Every `solve` of this package returns a network and its objective as float64 evaluates it (`network_objective`), so the
value is always attained. Whether a lower network can exist is what `Claim` says. A theorem alone does not earn the word
"proved": on badly conditioned data the network that float64 can write down may miss what the theorem promises.
`Verdict.judged` therefore compares the objective with a proven lower bound, and takes the word back where they differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from cvxdnn.core.types import Array

__all__ = ["MET", "Claim", "Verdict", "network_objective"]

MET = 1e-9
"""Relative distance of an objective and a proven lower bound up to which the objective counts as proved optimal."""
ROUNDING = 1e-14
"""Outputs are rounded to this share of the targets' size; a loss that this explains is no distance."""


class Claim(Enum):
    """How much is known about a value."""

    PROVED = "proved: no network of this architecture has a lower objective"
    OBSERVED = "attained; that nothing is lower was observed in searches, not proved"
    UPPER_BOUND = "attained; networks with a lower objective exist for some settings"
    NO_CLOSED_FORM = "attained; no closed form of the optimum is known"
    INACCURATE = "attained; rounding keeps it from the optimum that a theorem gives"


@dataclass(frozen=True)
class Verdict:
    """The claim about one result, in words that name the theorem and its conditions.

    claim : how much is known
    message : which statement this is, in one sentence
    advice : what to change to get a proved optimum; empty when it is one
    certified : a search found the value and a lower bound proves it, to `MET`; otherwise a formula gives it exactly
    """

    claim: Claim
    message: str
    advice: str = ""
    certified: bool = False

    @property
    def ok(self) -> bool:
        """True when the value is a proved optimum."""
        return self.claim is Claim.PROVED

    def judged(self, objective: float, lower_bound: float, targets: Array) -> "Verdict":
        """The verdict on an objective for these targets: proved exactly if a proven lower bound meets it."""
        gap = objective - lower_bound
        if gap <= MET * objective + (ROUNDING * float(np.linalg.norm(targets))) ** 2:
            return self if self.ok else MET_BY_BOUND
        if not self.ok:
            return self
        return Verdict(
            Claim.INACCURATE,
            f"{self.message}; rounded to float64 its network is {gap / objective:.1e} of the objective above the bound",
            "Use a larger weight decay, or data with less contrast between the largest and the smallest.",
        )


MET_BY_BOUND = Verdict(Claim.PROVED, "a proven lower bound meets the objective", certified=True)


def network_objective(
    X: Array, Y: Array, weights: Sequence[Array], beta: float, biases: Sequence[Array] = (), *, linear: bool = False
) -> float:
    """1/2 ||f(X) - Y||^2 + beta/2 sum ||W_l||^2 as float64 evaluates it.

    weights : (d, m_1), ..., (m, K);  biases : (m_1,), ..., (K,), or none;  linear : without the ReLUs
    """
    features = X
    for layer, matrix in enumerate(weights):
        features = features @ matrix
        if biases:
            features = features + biases[layer]
        if not linear and layer < len(weights) - 1:
            features = np.maximum(features, 0.0)
    penalty = sum(float(np.vdot(matrix, matrix)) for matrix in weights)
    missed = features - Y.reshape(features.shape)
    return 0.5 * float(np.vdot(missed, missed)) + 0.5 * beta * penalty
