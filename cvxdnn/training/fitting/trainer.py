"""The loop of a fit: Adam with an exponentially falling rate, then L-BFGS until every restart is at rest.

Adam finds the valley from afar; what it leaves, 1e-3 of the objective when beta is small, L-BFGS removes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from cvxdnn.core.solution import Status
from cvxdnn.core.types import Array, Mask
from cvxdnn.training.fitting.fitted import FitSnapshot, FitState
from cvxdnn.training.fitting.gradient import FitGradient
from cvxdnn.training.fitting.initial import first_parameters
from cvxdnn.training.fitting.lbfgs import ManyLBFGS
from cvxdnn.training.fitting.parameters import Parameters
from cvxdnn.training.fitting.problem import FitProblem
from cvxdnn.training.optimizers import Adam

__all__ = ["snapshots"]

TIDY_EVERY = 100


class Trainer:
    """A fit that is under way.

    Parameters
    ----------
    problem : FitProblem
    state : FitState or None
        Where to go on; None for the beginning.
    """

    def __init__(self, problem: FitProblem, state: FitState | None) -> None:
        self._problem, self._order = problem, Parameters(problem)
        self._model = FitGradient(self._order)
        self._adam = Adam(self._model.parameters, self._model.gradient)
        self._search: ManyLBFGS | None = None
        self.step = 0 if state is None else state.step
        start = first_parameters(self._order) if state is None else state.parameters
        self._model.parameters.copy_(torch.from_numpy(start))
        for memory, saved in zip(self._adam.memory, () if state is None else state.memory, strict=False):
            memory.copy_(torch.from_numpy(saved))
        # A restart's entries one after the other, whatever block they are in.
        self._by_restart = torch.from_numpy(np.argsort(self._order.owner, kind="stable"))
        self._last_finite = start

    @property
    def finished(self) -> bool:
        """Whether no step is left to take."""
        at_rest = self._search is not None and not bool(self._search.running.any())
        return at_rest or self.step >= self._problem.steps + self._problem.polish

    def advance(self, count: int) -> None:
        """Take so many steps, fewer if the fit ends."""
        with torch.inference_mode():
            for _ in range(count):
                if self.finished:
                    return
                self._adam_step() if self.step < self._problem.steps else self._polish_step()
                self.step += 1

    def snapshot(self) -> FitSnapshot:
        """The fit as it is."""
        objectives = self._objectives()
        parameters = self._model.parameters.numpy().copy()
        finite = np.isfinite(objectives)
        if finite.any():
            self._last_finite = parameters
        best = int(np.argmin(objectives))
        network = self._order.network(self._last_finite, best)
        done = self.finished or not finite.any()
        memory = tuple(memory.numpy().copy() for memory in self._adam.memory)
        return FitSnapshot(
            self.step,
            objectives,
            best,
            network,
            network.layers(self._problem.X)[-1],
            network(self._problem.X),
            done,
            self._status(finite, best) if done else Status.RUNNING,
            FitState(self.step, parameters, memory),
        )

    def _status(self, finite: Mask, best: int) -> Status:
        if not finite.any():
            return Status.DIVERGED
        at_rest = self._search is not None and not bool(self._search.running[best])
        return Status.CONVERGED if at_rest else Status.MAX_STEPS

    def _objectives(self) -> Array:
        """Of each restart, in the user's units; infinite where it overflows."""
        with torch.inference_mode():
            self._model.update()
            objectives = self._model.objectives().numpy() * self._order.y_unit**2
        return np.where(np.isfinite(objectives), objectives, np.inf)

    def _adam_step(self) -> None:
        problem = self._problem
        done = self.step / problem.steps
        rate = problem.rate * (problem.final_rate / problem.rate) ** done
        self._model.update()
        self._adam.update(torch.tensor(rate, dtype=torch.float64), self.step + 1)
        if self.step % TIDY_EVERY == 0:
            self._adam.tidy()

    def _polish_step(self) -> None:
        if self._search is None:
            rows = self._model.parameters[self._by_restart].view(self._problem.restarts, -1)
            self._search = ManyLBFGS(self._evaluate, rows)
        self._search.step()
        self._set(self._search.x)

    def _evaluate(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        self._set(rows)
        self._model.update()
        return self._model.objectives(), self._model.gradient[self._by_restart].view(rows.shape)

    def _set(self, rows: Tensor) -> None:
        self._model.parameters[self._by_restart] = rows.flatten()


def snapshots(problem: FitProblem, state: FitState | None, every: int) -> Iterator[FitSnapshot]:
    """The start, a snapshot every so many steps, and the end."""
    trainer = Trainer(problem, state)
    while True:
        snapshot = trainer.snapshot()
        yield snapshot
        if snapshot.done:
            return
        trainer.advance(every)
