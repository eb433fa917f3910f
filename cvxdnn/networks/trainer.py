"""The training loop: a `TrainingState` brought to life in torch, moved forward, and looked at.

Everything the next step depends on goes into the state and comes back from it, so a run that is stopped and resumed
takes the same steps, bit for bit, as one that never stopped. Between two looks of the schedule a step is nothing but
the gradient and the optimiser's update.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cvxdnn.networks import schedule
from cvxdnn.networks.architectures import Network
from cvxdnn.networks.initialization import layer_norm, parameter_scale
from cvxdnn.networks.layout import Layers
from cvxdnn.networks.objective_gradient import ObjectiveGradient
from cvxdnn.networks.optimizers import OPTIMIZERS
from cvxdnn.networks.schedule import CHECK_EVERY, CONVERGED, Policy, ScheduleState
from cvxdnn.networks.state import Problem, TrainingState
from cvxdnn.objective import network_objective
from cvxdnn.solution import Snapshot, Status

__all__ = ["Trainer"]

Floats = NDArray[np.float64]

_OVERFLOW = 1e100
"""An objective above this, in units where the data have size 1, counts as infinite: the next steps will overflow."""


class Trainer:
    """A running training.

    Parameters
    ----------
    state : TrainingState
        Where to continue; it is copied.
    """

    def __init__(self, state: TrainingState) -> None:
        problem = state.problem
        self.problem, self.step, self.start, self.schedule = problem, state.step, state.start, state.schedule
        self._units = problem.units
        x, y = self._units.data(problem.x, problem.y)
        beta = self._units.beta(problem.beta)
        self._model = ObjectiveGradient(x, y, beta, problem.layout, self._units.loss)
        self._model.parameters.copy_(torch.from_numpy(state.parameters))
        self._optimizer = OPTIMIZERS[problem.optimizer](self._model.parameters, self._model.gradient)
        for memory, saved in zip(self._optimizer.memory, state.memory, strict=True):
            memory.copy_(torch.from_numpy(saved))
        self._owner = problem.layout.restart_index
        self._scale = np.ones(problem.layout.size)
        if self._optimizer.scaled:
            self._scale = parameter_scale(problem.layout, layer_norm(problem.layout, y, beta, self._units.loss))
        automatic = problem.learning_rate is None
        self._policy = Policy(safeguarded=automatic and not self._optimizer.scaled)
        self._rates = self._rate_of_each_parameter()

    @classmethod
    def begun(cls, problem: Problem, layers: Sequence[Layers], step: int = 0) -> Trainer:
        """At the beginning of a schedule, from the layers of each restart in the problem's units."""
        parameters = problem.layout.pack(layers)
        unset = np.zeros(problem.layout.restarts)
        memory = tuple(np.zeros_like(parameters) for _ in range(OPTIMIZERS[problem.optimizer].memories))
        begin = ScheduleState.first(unset, unset, parameters)
        trainer = cls(TrainingState(problem, step, step, parameters, memory, begin))
        trainer.schedule = ScheduleState.first(trainer._first_rates(), trainer._objectives(), parameters)
        trainer._rates = trainer._rate_of_each_parameter()
        return trainer

    @property
    def status(self) -> Status:
        """RUNNING while any restart still moves."""
        if self.schedule.running.any():
            return Status.RUNNING
        return Status.CONVERGED if (self.schedule.verdict == CONVERGED).any() else Status.DIVERGED

    @property
    def state(self) -> TrainingState:
        """A copy of everything the next step depends on."""
        parameters = self._model.parameters.numpy().copy()
        memory = tuple(memory.numpy().copy() for memory in self._optimizer.memory)
        return TrainingState(self.problem, self.step, self.start, parameters, memory, self.schedule)

    def advance(self, until: int) -> None:
        """Take steps up to step `until`, fewer if every restart comes to rest."""
        while self.step < until and self.status is Status.RUNNING:
            taken = self.step - self.start
            count = min(until - self.step, CHECK_EVERY - taken % CHECK_EVERY)
            with torch.inference_mode():
                for number in range(taken + 1, taken + count + 1):
                    self._model.update()
                    self._optimizer.update(self._rates, number)
            self.step += count
            if (taken + count) % CHECK_EVERY == 0:
                self._check()

    def snapshot(self, status: Status) -> Snapshot:
        """The networks as they are, or in a last snapshot the best ones seen, with their exact objectives."""
        problem, done = self.problem, status is not Status.RUNNING
        shown = self.shown_parameters(best=done)
        networks = tuple(self._network(shown, restart) for restart in range(problem.layout.restarts))
        with np.errstate(over="ignore"):
            objectives = np.array([self._objective(network) for network in networks])
        best = int(np.argmin(objectives))
        return Snapshot(self.step, objectives, best, networks[best], done, status, networks, self.state)

    def shown_parameters(self, *, best: bool) -> Floats:
        """The current parameters, flat; the best ones seen where `best` is set or the current ones overflow."""
        objectives = self._objectives()
        current = objectives < self.schedule.best if best else np.isfinite(objectives)
        shown: Floats = np.where(current[self._owner], self._model.parameters.numpy(), self.schedule.best_parameters)
        return shown

    def _network(self, parameters: Floats, restart: int) -> Network:
        layers = self._units.outward(self.problem.layout.unpack(parameters, restart))
        return Network(tuple(weights for weights, _ in layers), tuple(biases for _, biases in layers))

    def _objective(self, network: Network) -> float:
        problem = self.problem
        return network_objective(network, problem.x, problem.y, beta=problem.beta, loss=problem.loss)

    def _check(self) -> None:
        parameters = self._model.parameters.numpy()
        self.schedule, back = schedule.checked(self.schedule, self._objectives(), parameters, self._owner, self._policy)
        if back.any():
            where = back[self._owner]
            parameters[where] = self.schedule.best_parameters[where]
            self._optimizer.forget(torch.from_numpy(where))
        self._optimizer.tidy()
        self._rates = self._rate_of_each_parameter()

    def _objectives(self) -> Floats:
        """Of each restart at the current parameters, in the problem's units; infinite where they overflow."""
        objectives = self._model.objectives().numpy()
        return np.where(objectives < _OVERFLOW, objectives, np.inf)

    def _first_rates(self) -> Floats:
        restarts = self.problem.layout.restarts
        if self.problem.learning_rate is not None:
            return np.full(restarts, self.problem.learning_rate)
        rates = np.full(restarts, self._optimizer.rate)
        return rates if self._optimizer.scaled else rates / self._model.curvature_bounds().numpy()

    def _rate_of_each_parameter(self) -> Tensor:
        return torch.from_numpy(self.schedule.rates[self._owner] * self._scale)
