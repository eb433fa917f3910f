"""A closed form as a page shows it: a value, what to call it, and what trained layers are compared with."""

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.types import Array
from cvxdnn.theory.result import Claim, Verdict

__all__ = ["NAMES", "Optimum"]

NAMES = {
    Claim.PROVED: "optimum, proved",
    Claim.OBSERVED: "upper bound, not beaten so far",
    Claim.UPPER_BOUND: "upper bound",
    Claim.NO_CLOSED_FORM: "upper bound",
    Claim.INACCURATE: "upper bound",
}
"""What a value with this claim is called; never "optimum" unless it is proved."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """What is known about the best network of a case.

    value : objective of the network in closed form
    dual : a lower bound from duality; there may be a gap to the optimum
    status : what the value is
    singular_values : (L, c) of its layers, or None where only the value is known
    width : units a hidden layer needs for it
    """

    value: float
    dual: float
    status: Verdict
    singular_values: Array | None
    width: int

    @property
    def lower_bound(self) -> float:
        """No network is below this: the value itself where it is proved, else the dual bound."""
        return self.value if self.status.ok else self.dual

    @property
    def name(self) -> str:
        """What to call the value."""
        return NAMES[self.status.claim]

    @property
    def tag(self) -> str:
        """How the value is known: from a formula, from a search with a proof, or not proved to be the least."""
        return ("certified" if self.status.certified else "exact") if self.status.ok else "upper bound"

    @property
    def label(self) -> str:
        """The same in a word or two, for legends."""
        return "optimum" if self.status.ok else "upper bound"

    @property
    def norms(self) -> Array | None:
        """(L,) Frobenius norms of the layers."""
        return None if self.singular_values is None else np.linalg.norm(self.singular_values, axis=1)
