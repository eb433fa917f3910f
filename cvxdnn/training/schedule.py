"""Learning rates that fall when the objective stops falling, separately for every restart.

The optimum lies on kinks of the objective: a unit bends exactly at a data point, and a method with a constant rate
circles around that place at a distance proportional to the rate. So every `CHECK_EVERY` steps the objective is compared
with the best one so far. `patience` checks in a row without an improvement mean that the circling has won, and the rate
is reduced; and if the objective is then above the one it began with, so that nothing would have been better than these
steps, the restart goes back to the best parameters seen. A rate that has become negligible ends the restart: it is
stationary, and goes back there, too. Nothing here is random and no restart looks at another, so each restart's fate
depends on its own start only.

Methods whose step is proportional to the gradient can overshoot. With an automatic rate they go back to the best
parameters and take half the rate as soon as the objective has risen, and a little more after each run of successes;
with a rate given by the caller they are left alone and may diverge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cvxdnn.core.types import Array, Integers, Mask

CHECK_EVERY = 50
"""Steps between two looks at the objective."""

RUNNING, CONVERGED, DIVERGED, POLISHING = 0, 1, 2, 3
"""Verdicts on a restart; POLISHING ones have come to rest and are being finished exactly."""


@dataclass(frozen=True)
class Policy:
    """The constants of a schedule.

    patience : checks without an improvement after which the rate is reduced
    improvement : share of the objective's avoidable part by which it must fall to count
    reduction : factor of the rate then
    exhausted : share of the first rate below which the restart has converged
    safeguarded : whether a risen objective is undone
    growth, streak : factor of the rate after that many improvements in a row (safeguarded methods only)
    unavoidable : the part of every objective that no function removes; shares are taken of the rest
    target : objective that is good enough to stop
    polished : whether a restart that has come to rest is POLISHING before it is CONVERGED
    """

    patience: int = 5
    improvement: float = 1e-6
    reduction: float = 0.5
    exhausted: float = 1e-4
    safeguarded: bool = False
    growth: float = 1.1
    streak: int = 4
    unavoidable: float = 0.0
    target: float = -np.inf
    polished: bool = False

    @property
    def at_rest(self) -> int:
        """The verdict on a restart that has come to rest."""
        return POLISHING if self.polished else CONVERGED


@dataclass(frozen=True, eq=False)
class ScheduleState:
    """Where each restart stands; arrays of shape (restarts,) except the last.

    rates, first_rates : current learning rate; the first one, or the automatic one where that is smaller
    begun, best : objective at the beginning, and the smallest one seen at a check
    stale, streak : checks in a row without and with an improvement
    verdict : RUNNING, CONVERGED, DIVERGED or POLISHING
    best_parameters : flat array of the parameters that gave `best`
    """

    rates: Array
    first_rates: Array
    begun: Array
    best: Array
    stale: Integers
    streak: Integers
    verdict: Integers
    best_parameters: Array

    @classmethod
    def first(cls, rates: Array, objectives: Array, parameters: Array, usual: Array | None = None) -> ScheduleState:
        """The state before the first step; restarts whose objective is not even finite have diverged.

        `usual` rates say when rates have become negligible, however large the first ones.
        """
        none = np.zeros(rates.size, dtype=np.int64)
        finite = np.isfinite(objectives)
        verdict = np.where(finite, RUNNING, DIVERGED).astype(np.int64)
        least = rates if usual is None else np.minimum(rates, usual)
        return cls(np.where(finite, rates, 0.0), least, objectives, objectives, none, none, verdict, parameters)

    @property
    def running(self) -> Mask:
        """Restarts that the method still moves."""
        return self.verdict == RUNNING

    @property
    def polishing(self) -> Mask:
        """Restarts that exact moves still finish."""
        return self.verdict == POLISHING

    def ended(self, policy: Policy) -> ScheduleState:
        """With every restart that still moved at rest where it is."""
        verdict = np.where(self.running, policy.at_rest, self.verdict)
        return replace(self, verdict=verdict, rates=np.zeros_like(self.rates))

    def moved(self, objectives: Array, parameters: Array, owner: Integers, moving: Mask) -> ScheduleState:
        """After an exact move of some restarts."""
        better = objectives < self.best
        return replace(
            self,
            best=np.where(better, objectives, self.best),
            best_parameters=np.where(better[owner], parameters, self.best_parameters),
            stale=np.where(moving, np.where(better, 0, self.stale + 1), self.stale),
        )

    def decided(self, done: Mask, verdict: int) -> ScheduleState:
        """With this verdict on the restarts that are done."""
        return replace(self, verdict=np.where(done, verdict, self.verdict))


def checked(
    state: ScheduleState, objectives: Array, parameters: Array, owner: Integers, policy: Policy
) -> tuple[ScheduleState, Mask]:
    """The state after a look at the objectives, and the restarts that must return to their best parameters.

    Parameters
    ----------
    state : ScheduleState
    objectives : array (restarts,)
        At the current parameters; infinite or NaN where they have diverged.
    parameters : flat array
        The current parameters.
    owner : flat array of int
        The restart each parameter belongs to.
    policy : Policy
    """
    running, finite = state.running, np.isfinite(objectives)
    better = running & (objectives < state.best)
    enough = state.best * (1 - policy.improvement) + policy.improvement * policy.unavoidable
    improved = running & (objectives < enough)
    best_parameters = np.where(better[owner], parameters, state.best_parameters)
    best = np.where(better, objectives, state.best)
    stale = np.where(improved, 0, state.stale + 1)
    streak = np.where(improved, state.streak + 1, 0)

    risen = running & ~(objectives <= state.best)
    undone = risen if policy.safeguarded else np.zeros_like(risen)
    diverged = running & ~finite & ~undone
    reduced = undone | (running & (stale >= policy.patience))
    grown = running & (streak >= policy.streak) & policy.safeguarded
    rates = state.rates * np.where(reduced, policy.reduction, np.where(grown, policy.growth, 1.0))
    exhausted = (rates < policy.exhausted * state.first_rates) | (best <= policy.target)
    converged = running & ~diverged & exhausted
    verdict = np.where(diverged, DIVERGED, np.where(converged, policy.at_rest, state.verdict))
    advanced = replace(
        state,
        rates=np.where(verdict == RUNNING, rates, 0.0),
        best=best,
        stale=np.where(reduced, 0, stale),
        streak=np.where(grown, 0, streak),
        verdict=verdict,
        best_parameters=best_parameters,
    )
    worse_than_nothing = reduced & ~(objectives <= state.begun)
    return advanced, undone | diverged | converged | worse_than_nothing
