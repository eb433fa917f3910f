"""The training loop: a `TrainingState` brought to life in torch, moved forward, and looked at.

Everything the next step depends on goes into the state and comes back from it, so a run that is stopped and resumed
takes the same steps, bit for bit, as one that never stopped. Between two looks of the schedule a step is nothing but
the method's own (`methods`). Restarts that have come to rest may be finished by exact moves (`finish`); with the
"insertion" optimizer all steps are exact moves. In such a step every restart that is not done makes one move, or only a
few of them do where moves take long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch

from cvxdnn.core.network import Network
from cvxdnn.core.solution import Snapshot, Status
from cvxdnn.core.types import Array
from cvxdnn.training import schedule
from cvxdnn.training.descent import Descent
from cvxdnn.training.finish import IDLE_INSERTIONS, Finish, polish_begun
from cvxdnn.training.initialization import loss_of_constant, unavoidable_loss
from cvxdnn.training.layout import Layers
from cvxdnn.training.objective_gradient import ObjectiveGradient
from cvxdnn.training.rounded_up import objective_rounded_up
from cvxdnn.training.schedule import CHECK_EVERY, CONVERGED, POLISHING, Policy, ScheduleState
from cvxdnn.training.state import INSERTION, ExactState, Problem, TrainingState

__all__ = ["Trainer"]

_OVERFLOW = 1e100
"""An objective above this, in units where the data have size 1, counts as infinite: the next steps will overflow."""
ARRIVED = 1e-3
"""A network at rest is stuck when something lower is known, by a larger share than this of what is avoidable there."""
_NOTHING = 1e-6
"""An objective below this share of the best constant's counts as that share when shares of it are taken."""
_AT_THE_FLOOR = 1e-7
"""A restart has arrived when its objective is above the given floor by no more than this share."""


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
        self._exact = state.exact
        self._units = problem.units
        self._x, self._y = self._units.data(problem.x, problem.y)
        self._beta = self._units.beta(problem.beta)
        self._model = ObjectiveGradient(self._x, self._y, self._beta, problem.layout, self._units.loss)
        self._model.parameters.copy_(torch.from_numpy(state.parameters))
        self._owner = problem.layout.restart_index
        self._descent: Descent | None = None
        if problem.optimizer != INSERTION:
            self._descent = Descent(problem, self._model, self._y, self._beta, state.memory)
            self._descent.set_rates(self.schedule.rates)
        self._policy = self._chosen_policy()

    @classmethod
    def begun(cls, problem: Problem, layers: Sequence[Layers], step: int = 0, *, spread: bool = True) -> Trainer:
        """At the beginning of a schedule, from the layers of each restart in the problem's units.

        `spread`: whether insertion may send deep restarts to different basins; not from weights that were chosen.
        """
        parameters = problem.layout.pack(layers)
        unset = np.zeros(problem.layout.restarts)
        begin = ScheduleState.first(unset, unset, parameters)
        exact = ExactState(unset, np.zeros_like(unset, dtype=np.int64))
        trainer = cls(TrainingState(problem, step, step, parameters, (), begin, exact))
        descent = trainer._descent
        rates = np.ones_like(unset) if descent is None else descent.first_rates()
        usual = rates if descent is None else descent.usual_rates()
        trainer._go_on(ScheduleState.first(rates, trainer._objectives(), parameters, usual))
        if descent is None and spread:
            trainer._exact = trainer._finish.spread()
        return trainer

    @property
    def is_running(self) -> bool:
        """Whether any restart still moves."""
        return self.is_descending or bool(self.schedule.polishing.any())

    @property
    def is_descending(self) -> bool:
        """Whether the optimizer itself still moves any restart."""
        return bool(self.schedule.running.any())

    @cached_property
    def _verdict(self) -> Status:
        if not (self.schedule.verdict == CONVERGED).any():
            return Status.DIVERGED
        best = int(np.argmin(self.schedule.best))
        if self.problem.floor is not None:
            lower: float | None = self.problem.floor / self._units.loss_unit
        else:
            lower = self._finish.reachable(self.problem.layout.unpack(self.schedule.best_parameters, best))
        if lower is None:
            return Status.DIVERGED if self._only_rose else Status.CONVERGED
        least = _NOTHING * loss_of_constant(self._y, self._units.loss)
        arrived = self.schedule.best[best] - lower <= ARRIVED * max(lower - self._unavoidable, least)
        if arrived:
            return Status.CONVERGED
        return Status.DIVERGED if self._only_rose else Status.STUCK

    @property
    def _only_rose(self) -> bool:
        """Whether a rate of the caller's has never brought any restart below its beginning."""
        if self.problem.learning_rate is None or self.step == self.start:
            return False
        return not (np.minimum(self.schedule.best, self._objectives()) < self.schedule.begun).any()

    @property
    def status(self) -> Status:
        """RUNNING while any restart still moves."""
        return Status.RUNNING if self.is_running else self._verdict

    @property
    def state(self) -> TrainingState:
        """A copy of everything the next step depends on."""
        parameters = self._model.parameters.numpy().copy()
        memory = () if self._descent is None else self._descent.memory
        return TrainingState(self.problem, self.step, self.start, parameters, memory, self.schedule, self._exact)

    def advance(self, until: int) -> None:
        """Take steps up to step `until`, fewer if every restart comes to rest; but no more than one exact step."""
        while self.step < until and self.is_running:
            if self._descent is None or not self.is_descending:
                return self._exact_step()
            taken = self.step - self.start
            count = min(until - self.step, CHECK_EVERY - taken % CHECK_EVERY)
            self._descent.take(taken, count)
            self.step += count
            if (taken + count) % CHECK_EVERY == 0:
                self._check(self._descent)
        return None

    def at_the_limit(self) -> Status:
        """What no more steps of the optimizer means: the end, or the beginning of the polish."""
        if self._descent is None or not self.problem.polish:
            return Status.DIVERGED if self._only_rose else Status.MAX_STEPS
        self._model.parameters.copy_(torch.from_numpy(self.shown_parameters(best=True)))
        self._go_on(self.schedule.ended(self._policy))
        return Status.RUNNING

    def begin_polish(self) -> None:
        """Polish every restart that has converged without it."""
        verdict = np.where(self.schedule.verdict == CONVERGED, POLISHING, self.schedule.verdict)
        self._go_on(replace(self.schedule, verdict=verdict))

    def snapshot(self, status: Status) -> Snapshot:
        """The networks as they are, or in a last snapshot the best ones seen, with their objectives, rounded up."""
        problem, done = self.problem, status is not Status.RUNNING
        shown = self.shown_parameters(best=done)
        networks = tuple(self._network(shown, restart) for restart in range(problem.layout.restarts))
        with np.errstate(over="ignore", invalid="ignore"):
            objectives = np.array([self._objective(network) for network in networks])
        best = int(np.argmin(objectives))
        return Snapshot(self.step, objectives, best, networks[best], done, status, networks, self.state)

    def shown_parameters(self, *, best: bool) -> Array:
        """The current parameters, flat; the best ones seen where `best` is set or the current ones overflow."""
        objectives = self._objectives()
        current = objectives < self.schedule.best if best else np.isfinite(objectives)
        shown: Array = np.where(current[self._owner], self._model.parameters.numpy(), self.schedule.best_parameters)
        return shown

    def _network(self, parameters: Array, restart: int) -> Network:
        return self._units.outward(self.problem.layout.unpack(parameters, restart))

    def _objective(self, network: Network) -> float:
        problem = self.problem
        return objective_rounded_up(network, problem.x, problem.y, beta=problem.beta, loss=problem.loss)

    def _check(self, descent: Descent) -> None:
        parameters = self._model.parameters.numpy()
        judged, back = schedule.checked(self.schedule, self._objectives(), parameters, self._owner, self._policy)
        set_back = back[self._owner]
        parameters[set_back] = judged.best_parameters[set_back]
        descent.after_check(set_back)
        self._go_on(judged)

    def _go_on(self, judged: ScheduleState) -> None:
        """With this schedule: its rates, and the polish of the restarts that have come to rest."""
        begins = judged.polishing & ~self.schedule.polishing
        self.schedule, self._exact = judged, polish_begun(self._exact, begins)
        if self._descent is not None:
            self._descent.set_rates(judged.rates)

    @cached_property
    def _finish(self) -> Finish:
        return Finish(self._x, self._y, self._beta, self._units.loss, self.problem.layout)

    def _exact_step(self) -> None:
        """One move of every restart that inserts, or of every one that is polished."""
        inserting, judged = self.is_descending, self.schedule
        moving = judged.running if inserting else judged.polishing
        parameters, before = self._model.parameters.numpy(), self._objectives()
        start = parameters.copy()
        self._exact, at_rest = self._finish.step(parameters, self._exact, moving, inserting=inserting)
        objectives = self._objectives()
        if not inserting:
            worse = ~(objectives <= before)
            parameters[worse[self._owner]] = start[worse[self._owner]]
            objectives, at_rest = np.where(worse, before, objectives), at_rest | (worse & moving)
        verdict = self._policy.at_rest if inserting else CONVERGED
        judged = judged.moved(objectives, parameters, self._owner, moving)
        released = self._exact.numbers == 0
        at_rest |= inserting & moving & released & (judged.stale >= IDLE_INSERTIONS)
        self._go_on(judged.decided(at_rest, verdict))
        self.step += 1

    def _objectives(self) -> Array:
        """Of each restart at the current parameters, in the problem's units; infinite where they overflow."""
        objectives = self._model.objectives().numpy()
        return np.where(objectives < _OVERFLOW, objectives, np.inf)

    def _chosen_policy(self) -> Policy:
        policy = Policy() if self._descent is None else self._descent.policy
        target, floor = -np.inf, self.problem.floor
        if floor is not None:
            inside = floor / self._units.loss_unit
            target = inside + _AT_THE_FLOOR * abs(inside - self._unavoidable)
        return replace(policy, unavoidable=self._unavoidable, target=target, polished=self.problem.polish)

    @cached_property
    def _unavoidable(self) -> float:
        return unavoidable_loss(self._x, self._y, self._units.loss)
