"""The part of training that a method does by itself: steps with learning rates, between two looks of the schedule.

A restart's learning rate is multiplied by each parameter's typical size where the method wants that, and 0 freezes the
restart. First rates are the caller's or the method's own; for a method whose step grows with the gradient that is the
inverse of the objective's curvature.
"""

from __future__ import annotations

import numpy as np
import torch

from cvxdnn.core.types import Array, Mask
from cvxdnn.training.initialization import layer_norm, parameter_scale
from cvxdnn.training.methods import METHODS
from cvxdnn.training.objective_gradient import ObjectiveGradient
from cvxdnn.training.schedule import Policy
from cvxdnn.training.state import Problem

__all__ = ["Descent"]


class Descent:
    """A method at work on a model's parameters.

    Parameters
    ----------
    problem : Problem
    model : ObjectiveGradient
        In the problem's units, like `y` (n,) and `beta`.
    memory : tuple of arrays
        What the method remembers; empty at the beginning.
    """

    def __init__(
        self, problem: Problem, model: ObjectiveGradient, y: Array, beta: float, memory: tuple[Array, ...]
    ) -> None:
        self._problem, self._model = problem, model
        self._method = METHODS[problem.optimizer](model)
        if memory:
            self._method.restore(memory)
        layout = problem.layout
        self._owner, self._scale = layout.restart_index, np.ones(layout.size)
        if self._method.relative:
            self._scale = parameter_scale(layout, layer_norm(layout, y, beta, problem.units.loss))
        self._rates = torch.zeros(layout.size, dtype=torch.float64)

    @property
    def memory(self) -> tuple[Array, ...]:
        """What the method remembers."""
        return self._method.saved()

    @property
    def policy(self) -> Policy:
        """How the schedule treats its rates."""
        return self._method.policy(automatic=self._problem.learning_rate is None)

    def first_rates(self) -> Array:
        """The rate each restart begins with, (restarts,)."""
        given = self._problem.learning_rate
        return self.usual_rates() if given is None else np.full(self._problem.layout.restarts, given)

    def usual_rates(self) -> Array:
        """The automatic ones, (restarts,)."""
        rates = np.full(self._problem.layout.restarts, self._method.rate)
        return rates if self._method.relative else rates / self._model.curvature_bounds().numpy()

    def set_rates(self, rates: Array) -> None:
        """Go on with these rates, (restarts,)."""
        self._rates = torch.from_numpy(rates[self._owner] * self._scale)

    def take(self, taken: int, count: int) -> None:
        """So many steps, after so many since the beginning."""
        with torch.inference_mode():
            for number in range(taken + 1, taken + count + 1):
                self._method.step(self._rates, number)

    def after_check(self, set_back: Mask) -> None:
        """The schedule has set these parameters back."""
        self._method.after_check(set_back)
