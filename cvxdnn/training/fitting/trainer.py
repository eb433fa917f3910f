"""The steps of a fit: Adam with an exponentially falling rate, then L-BFGS until every restart is at rest.

Adam finds the valley from afar; what it leaves, 1e-3 of the objective when beta is small, L-BFGS removes.
"""

from __future__ import annotations

import numpy as np
import torch

from cvxdnn.core.solution import Status
from cvxdnn.core.types import Array, Mask
from cvxdnn.training.fitting.fitted import FitSnapshot, FitState
from cvxdnn.training.fitting.initial import first_parameters
from cvxdnn.training.fitting.problem import FitProblem
from cvxdnn.training.fitting.units import FitUnits
from cvxdnn.training.methods import LBFGS
from cvxdnn.training.objective_gradient import ObjectiveGradient
from cvxdnn.training.optimizers import Adam, Method
from cvxdnn.training.schedule import CHECK_EVERY

__all__ = ["Trainer"]


class Trainer:
    """A fit that is under way.

    Parameters
    ----------
    problem : FitProblem
    state : FitState or None
        Where to go on; None for the beginning.
    """

    def __init__(self, problem: FitProblem, state: FitState | None) -> None:
        self._problem, self.units = problem, FitUnits(problem)
        if state is None:
            state = FitState(0, first_parameters(self.units), ())
        self.model = ObjectiveGradient(
            self.units.X,
            self.units.Y,
            self.units.beta,
            self.units.layout,
            linear=problem.architecture == "linear",
            budget=problem.budget,
            scale_factor=self.units.scale_factor,
        )
        self.model.parameters.copy_(torch.from_numpy(state.parameters))
        self._adam, self._lbfgs = Adam(self.model), LBFGS(self.model)
        self._none_set_back = np.zeros(self.units.layout.size, dtype=np.bool_)
        self._rates = torch.zeros_like(self.model.parameters)
        self.step = state.step
        if state.memory:
            self._method.restore(state.memory)
        self._last_finite = state.parameters

    @property
    def _method(self) -> Method:
        return self._adam if self.step < self._problem.steps else self._lbfgs

    @property
    def finished(self) -> bool:
        """Whether no step is left to take."""
        return bool(self._lbfgs.at_rest.all()) or self.step >= self._problem.steps + self._problem.polish

    def advance(self, count: int) -> None:
        """Take so many steps, fewer if the fit ends."""
        with torch.inference_mode():
            for _ in range(count):
                if self.finished:
                    return
                self._set_rates()
                self._method.step(self._rates, self.step + 1)
                if self.step % CHECK_EVERY == 0:
                    self._method.after_check(self._none_set_back)
                self.step += 1

    def _set_rates(self) -> None:
        """Adam's falling rate; L-BFGS finds its own."""
        problem = self._problem
        done = min(self.step / max(problem.steps, 1), 1.0)
        self._rates.fill_(problem.rate * (problem.final_rate / problem.rate) ** done)

    def snapshot(self) -> FitSnapshot:
        """The fit as it is."""
        objectives = self._objectives()
        parameters = self.model.parameters.numpy().copy()
        finite = np.isfinite(objectives)
        if finite.any():
            self._last_finite = parameters
        best = int(np.argmin(objectives))
        network = self.units.network(self._last_finite, best)
        done = self.finished or not finite.any()
        return FitSnapshot(
            self.step,
            objectives,
            best,
            network,
            network.layers(self._problem.X)[-1],
            network(self._problem.X),
            done,
            self._status(finite, best) if done else Status.RUNNING,
            FitState(self.step, parameters, self._method.saved()),
        )

    def _status(self, finite: Mask, best: int) -> Status:
        if not finite.any():
            return Status.DIVERGED
        return Status.CONVERGED if self._lbfgs.at_rest[best] else Status.MAX_STEPS

    def _objectives(self) -> Array:
        """Of each restart, in the user's units; infinite where it overflows."""
        objectives = self.model.objectives().numpy() * self.units.y_unit**2
        return np.where(np.isfinite(objectives), objectives, np.inf)
