"""The exact moves: insertion, and the polish of networks that have come to rest.

Where the architecture draws ramps (`exact.ramp_network`: two layers, or biases in the last hidden layer only and inputs
x >= 0) both read the network as ramps, move those, and write a balanced network back. Elsewhere, or where a network has
too few neurons for its ramps, the polish takes Gauss-Newton steps. A move depends on the layers and on one number per
restart only: the rate that insertion holds, or the damping of Gauss-Newton.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.losses import Loss
from cvxdnn.core.types import Array, Mask
from cvxdnn.training.exact.decay import Decay
from cvxdnn.training.exact.gauss_newton import GaussNewton, balanced
from cvxdnn.training.exact.insertion import Iterate, held_rate, inserted, objective, rates
from cvxdnn.training.exact.nodes import Nodes
from cvxdnn.training.exact.ramp_network import RampNetwork
from cvxdnn.training.layout import Layers, ParameterLayout
from cvxdnn.training.state import ExactState

__all__ = ["IDLE_INSERTIONS", "Finish", "draws_ramps", "polish_begun"]

_DAMPING = 1e-3
"""First damping of Gauss-Newton steps, in units where the data have size 1."""
_SOFT, _STIFF = 1e-12, 1e8
"""Smallest damping, and the one at which no step helps any more."""
_MOST_MOVES, _MOST_INSERTIONS = 100, 500
"""Of one polish, as Gauss-Newton may go on for long without getting far; and of the look for something better."""
IDLE_INSERTIONS = 20
"""As many insertions in a row that lower nothing move round-off about: where inputs nearly coincide that can go on."""
_RAMP_WORK, _NEWTON_WORK = 3_000, 3_000_000
"""What a step may take, in points and in points times parameters: some hundredths of a second."""
_MOST_POINTS = 500
"""For which it is worth finding out how far insertion would come."""


@dataclass(frozen=True, eq=False)
class _Moved:
    """Where a move led: `number` is what the next one needs, `at_rest` says that there is none."""

    layers: Layers
    number: float
    at_rest: bool


def draws_ramps(layout: ParameterLayout, x: Array) -> bool:
    """Whether every network of this architecture is a sum of ramps on these inputs."""
    return layout.depth == 2 or (layout.biases == "last_hidden" and float(x.min()) >= 0)


def polish_begun(state: ExactState, where: Mask) -> ExactState:
    """The polish of these restarts begins."""
    return ExactState(np.where(where, _DAMPING, state.numbers), np.where(where, 0, state.moves))


class Finish:
    """Exact moves for networks of one architecture.

    Parameters
    ----------
    x, y : arrays (n,), in units where they have size 1
    beta, loss, layout : of the problem, in the same units; the loss must be smooth
    """

    def __init__(self, x: Array, y: Array, beta: float, loss: Loss, layout: ParameterLayout) -> None:
        self._layout = layout
        self._as_ramps = draws_ramps(layout, x)
        self._nodes, self._decay = Nodes.of(x, y, loss), Decay(beta, layout.depth)
        self._newton = GaussNewton(x, y, beta, loss, layout.biased)

    def spread(self) -> ExactState:
        """Insertion begins: each restart of a deep network holds a rate of its own."""
        held, restarts = np.zeros(self._layout.restarts), self._layout.restarts
        if self._layout.depth > 2:
            low, high = rates(self._nodes, self._decay)
            held = np.array([held_rate(low, high, restart) for restart in range(restarts)])
        return ExactState(held, np.zeros(restarts, dtype=np.int64))

    def step(self, parameters: Array, state: ExactState, where: Mask, *, inserting: bool) -> tuple[ExactState, Mask]:
        """One move of each marked restart, in place; what the next ones need, and the restarts that have none.

        Where a move takes long only a few are made, by the restarts that have made the fewest: no step takes long.
        """
        chosen = np.flatnonzero(where)
        chosen = chosen[np.argsort(state.moves[chosen], kind="stable")][: self._moves_at_once]
        numbers, moves, at_rest = state.numbers.copy(), state.moves.copy(), np.zeros_like(where)
        moves[chosen] += 1
        for restart in map(int, chosen):
            layers, number = self._layout.unpack(parameters, restart), float(numbers[restart])
            moved = self._inserted(layers, number) if inserting else self._polished(layers, number)
            self._layout.put(parameters, restart, moved.layers)
            numbers[restart] = moved.number
            at_rest[restart] = moved.at_rest or (not inserting and moves[restart] >= _MOST_MOVES)
        return ExactState(numbers, moves), at_rest

    @property
    def _moves_at_once(self) -> int:
        n, layout = self._nodes.y.size, self._layout
        work = n if self._as_ramps else n * layout.size // layout.restarts
        return max(1, (_RAMP_WORK if self._as_ramps else _NEWTON_WORK) // work)

    def reachable(self, layers: Layers) -> float | None:
        """An objective that insertion reaches from these layers, with as many neurons as it likes; None if unknown."""
        if not (self._as_ramps and self._nodes.loss.is_smooth and self._nodes.x.size <= _MOST_POINTS):
            return None
        iterate = Iterate(RampNetwork.read(layers).ramps(self._nodes), 0.0, at_rest=False)
        best, idle = np.inf, 0
        for _ in range(_MOST_INSERTIONS):
            iterate = inserted(self._nodes, self._decay, iterate.ramps, room=2 * self._nodes.x.size)
            reached = objective(self._nodes, self._decay, iterate.ramps)
            best, idle = min(best, reached), 0 if reached < best else idle + 1
            if iterate.at_rest or idle >= IDLE_INSERTIONS:
                break
        return best

    def _inserted(self, layers: Layers, held: float) -> _Moved:
        """One round of insertion."""
        network, iterate = self._moved_as_ramps(layers, held, near=False)
        return _Moved(network.written(iterate.ramps, self._nodes), iterate.held, iterate.at_rest)

    def _polished(self, layers: Layers, damping: float) -> _Moved:
        """One move to the minimum of the basin the network is in."""
        if self._as_ramps:
            network, iterate = self._moved_as_ramps(layers, 0.0, near=True)
            if iterate.ramps.columns.size <= self._layout.width:
                return _Moved(network.written(iterate.ramps, self._nodes), damping, iterate.at_rest)
        better, damping = self._newton.step(layers, max(damping, _SOFT))
        return _Moved(layers if better is layers else balanced(better), damping, damping > _STIFF)

    def _moved_as_ramps(self, layers: Layers, held: float, *, near: bool) -> tuple[RampNetwork, Iterate]:
        network, room = RampNetwork.read(layers), self._layout.width
        ramps = network.ramps(self._nodes)
        if not near and ramps.columns.size > room:
            ramps = network.ramps(self._nodes, snapped=True)
        return network, inserted(self._nodes, self._decay, ramps, held=held, room=room, near=near)
