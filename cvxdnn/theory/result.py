"""What a closed form claims: that it is the optimum, or less than that, and why.

Every `solve` of this package returns the objective of a network it can show, so the value is always attained. Whether
a lower network can exist is what `Claim` says.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["MET", "Claim", "Verdict"]

MET = 1e-9
"""Relative distance of an objective and a proven lower bound at which the objective counts as proved optimal."""


class Claim(Enum):
    """How much is known about a value."""

    PROVED = "proved: no network of this architecture has a lower objective"
    OBSERVED = "attained; that nothing is lower was observed in searches, not proved"
    UPPER_BOUND = "attained; networks with a lower objective exist for some settings"
    NO_CLOSED_FORM = "attained; no closed form of the optimum is known"


@dataclass(frozen=True)
class Verdict:
    """The claim about one result, in words that name the theorem and its conditions.

    claim : how much is known
    message : which statement this is, in one sentence
    advice : what to change to get a proved optimum; empty when it is one
    """

    claim: Claim
    message: str
    advice: str = ""

    @property
    def ok(self) -> bool:
        """True when the value is a proved optimum."""
        return self.claim is Claim.PROVED

    def given(self, objective: float, lower_bound: float) -> "Verdict":
        """The same verdict, unless a proven lower bound meets the objective: that settles it."""
        if self.ok or objective - lower_bound > MET * objective:
            return self
        return Verdict(Claim.PROVED, "a proven lower bound meets the objective")
