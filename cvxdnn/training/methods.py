"""The methods that move all restarts of a model at once, by name.

gd, momentum, adam   first-order: one gradient, then one update of the flat arrays (`optimizers`)
lbfgs                one iteration with a line search for each restart (`lbfgs`)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor

from cvxdnn.core.types import Array, Mask
from cvxdnn.training.lbfgs import ManyLBFGS
from cvxdnn.training.objective_gradient import ObjectiveGradient
from cvxdnn.training.optimizers import OPTIMIZERS, FirstOrder, Method
from cvxdnn.training.schedule import Policy

__all__ = ["LBFGS", "METHODS"]

_NUMBERS = 8_000_000
"""Most numbers that L-BFGS remembers; for large networks this limits its pairs, of which two are the least."""


class LBFGS(Method):
    """Limited-memory BFGS with a line search; it finds its own steps, and a rate of 0 freezes a restart."""

    rate, relative = 1.0, True

    def __init__(self, model: ObjectiveGradient) -> None:
        self._model = model
        self._search: _Search | None = None

    @property
    def at_rest(self) -> Mask:
        """Restarts that no step lowers any more, (restarts,)."""
        if self._search is None:
            return np.zeros(self._model.layout.restarts, dtype=np.bool_)
        return ~self._search.running.numpy()

    def step(self, rates: Tensor, number: int) -> None:
        """One iteration of every restart whose rate is not 0."""
        if self._search is None:
            self._search = _Search(self._model)
        self._search.advance(rates)

    def saved(self) -> tuple[Array, ...]:
        """Which restarts are not at rest, scales, counts and pairs."""
        return () if self._search is None else self._search.saved()

    def restore(self, saved: Sequence[Array]) -> None:
        """Go on from there, at the model's parameters."""
        self._search = _Search(self._model, saved)

    def after_check(self, set_back: Mask) -> None:
        """Nothing: only restarts at rest are ever set back, and they stay there."""

    def policy(self, *, automatic: bool) -> Policy:
        """A restart that has hardly moved between two looks has converged: at a kink it creeps for ever."""
        return Policy(patience=1, improvement=1e-6, exhausted=0.9)


class _Search(ManyLBFGS):
    """The iteration on a model's parameters, one row per restart, with a memory that can be saved."""

    def __init__(self, model: ObjectiveGradient, remembered: Sequence[Array] = ()) -> None:
        self._model = model
        self._order = torch.from_numpy(np.argsort(model.layout.restart_index, kind="stable"))
        super().__init__(self._evaluated, self._rows(model.parameters))
        if remembered:
            running, scale, stalled, *parts = (torch.from_numpy(array.copy()) for array in remembered)
            self.running, self._scale, self._stalled = running, scale, stalled
            self._pairs = list(zip(parts[::3], parts[1::3], parts[2::3], strict=True))

    def advance(self, rates: Tensor) -> None:
        self.running &= self._rows(rates).amax(dim=1) > 0
        self.step()
        self._pairs = self._pairs[-max(2, _NUMBERS // (2 * self._model.layout.size)) :]
        self._set(self.x)

    def saved(self) -> tuple[Array, ...]:
        tensors = [self.running, self._scale, self._stalled, *(part for pair in self._pairs for part in pair)]
        return tuple(tensor.numpy().copy() for tensor in tensors)

    def _evaluated(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        self._set(rows)
        return self._model.evaluated(), self._rows(self._model.gradient)

    def _rows(self, flat: Tensor) -> Tensor:
        return flat[self._order].view(self._model.layout.restarts, -1)

    def _set(self, rows: Tensor) -> None:
        self._model.parameters[self._order] = rows.flatten()


METHODS: Mapping[str, type[FirstOrder] | type[LBFGS]] = MappingProxyType({**OPTIMIZERS, "lbfgs": LBFGS})
"""Methods by the name `train` knows them by."""
