"""Insertion: where the tube is left a neuron enters, with the right sign, and all amplitudes are corrected.

Conditional gradients with full correction. At the best amplitudes for the charge lambda per unit of path norm every
ramp in use has |A_j^T multipliers| = lambda: it touches the wall of the tube. A ramp beyond the wall lowers the
objective at the rate by which it is beyond, so the one that is farthest beyond enters, with the sign of its
correlation, and the amplitudes are corrected exactly, which may remove others. The objective falls in every round,
there are finitely many patterns, and when no ramp is beyond the wall the certificate holds: for two layers, where
lambda = beta, this is the global optimum, whatever the start.

For L >= 3 lambda is the effective decay at the network's path norm r (`decay`), which falls as r grows: a network can
be stationary, every ramp inside the tube, at several r, and at r = 0 always. A restart may therefore *hold* lambda at
a value of its own until its tube is kept, and only then release it. The global optimum's effective decay lies in the
interval `rates`, so restarts that hold values spread over it start in different basins of that one number r.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cvxdnn.core.loss_terms import midpoint
from cvxdnn.core.spline import interpolating_spline
from cvxdnn.core.tube import needed_beta
from cvxdnn.core.types import Array, Integers, Mask
from cvxdnn.training.exact.decay import Decay
from cvxdnn.training.exact.nodes import Nodes
from cvxdnn.training.exact.ramps import Ramps, corrected, lowered, stationary_norm

__all__ = ["Iterate", "held_rate", "inserted", "objective", "rates"]

_BEYOND = 1e-11
"""A ramp is beyond the wall when it is so by more than this share of it."""
_TRIES = 6
"""Ramps that are tried, by either order, before it is said that none lowers the objective."""
_FALL = 1e-12
"""A penalty that falls by a smaller share than this has not fallen."""


@dataclass(frozen=True, eq=False)
class Iterate:
    """A function on the way: `held` is the rate still held (0: none), `at_rest` whether nothing is left to do."""

    ramps: Ramps
    held: float
    at_rest: bool


def inserted(nodes: Nodes, decay: Decay, ramps: Ramps, *, held: float = 0.0, room: int, near: bool = False) -> Iterate:
    """One round: amplitudes corrected, a ramp inserted where it helps most, amplitudes corrected again.

    Parameters
    ----------
    nodes, decay : the problem, with a smooth loss
    ramps : Ramps
        The function so far; `room` is the largest number of ramps.
    held : float
        Charge per unit of path norm to hold; 0 takes the effective decay.
    near : bool
        Only ramps next to one in use, on its side, may enter: neurons move, none comes out of nothing.
    """
    before = ramps
    rate = held or decay.rate(ramps.path_norm)
    if not np.isfinite(rate):
        return Iterate(ramps, 0.0, at_rest=True)
    ramps = corrected(nodes, ramps, rate)
    entered = _with_the_best_entry(nodes, ramps, rate, room, near)
    if entered is not None:
        return Iterate(entered, held, at_rest=False)
    if held:
        return Iterate(ramps, 0.0, at_rest=False)
    ramps = _at_stationary_norm(nodes, decay, ramps)
    return Iterate(ramps, 0.0, at_rest=not _falls(nodes, decay, before, ramps))


def rates(nodes: Nodes, decay: Decay) -> tuple[float, float]:
    """Between which effective decays the global optimum lies, unless it is the constant; low <= high.

    No better network has a larger path norm than the interpolating spline, or one that costs more than the whole loss
    to be gained; and above the decay whose tube holds the constant, the constant is best.
    """
    constant = np.full(nodes.x.size, float(midpoint(*map(np.array, nodes.loss.best_constants(nodes.y)))))
    if nodes.x.size == 1 or not np.isfinite(constant[0]):
        return 0.0, 0.0
    high = needed_beta(nodes.x, -nodes.slopes(constant))
    norm = (2 * nodes.total(constant) / (decay.beta * decay.depth)) ** (decay.depth / 2) if decay.beta else np.inf
    through = np.bincount(nodes.group, weights=nodes.y) / np.bincount(nodes.group)
    if np.abs(nodes.slopes(through)).max() <= 1e-9 * np.abs(nodes.y).max():
        norm = min(norm, interpolating_spline(nodes.x, through).path_norm)
    return min(decay.rate(norm), high), high


def held_rate(low: float, high: float, restart: int) -> float:
    """The rate that a restart holds: the ends of the interval first, then ever finer parts of it, evenly in its log."""
    if not 0 < low < high or restart == 0:
        return low
    digits = f"{restart - 1:b}"[::-1]
    share = 1.0 if restart == 1 else int(digits, 2) / 2 ** len(digits)
    return float(low * (high / low) ** share)


def _with_the_best_entry(nodes: Nodes, ramps: Ramps, rate: float, room: int, near: bool) -> Ramps | None:
    """With the ramp that is farthest beyond the wall and all amplitudes corrected; None where that gains nothing."""
    multipliers = -nodes.slopes(ramps.outputs(nodes)) if ramps.multipliers is None else ramps.multipliers
    correlations = nodes.correlations(multipliers)
    beyond = np.abs(correlations) - rate
    beyond[ramps.columns] = -np.inf
    if near:
        beyond[~_adjacent(ramps.columns, nodes.x.size)] = -np.inf
    for column in _candidates(nodes, beyond, rate):
        entered = corrected(nodes, ramps.joined_by(column, float(np.sign(correlations[column]))), rate)
        gain, doubt = lowered(nodes, ramps, entered, rate)
        if gain > doubt and entered.columns.size <= room:
            return entered
    return None


def _candidates(nodes: Nodes, beyond: Array, rate: float) -> list[int]:
    """The ramps beyond the wall, the farthest first; and those that are so by the largest share of their own size.

    Where inputs lie close together many ramps are the same but for round-off, and the first of them may bring nothing.
    """
    order = np.argsort(-beyond, kind="stable")[:_TRIES]
    by_size = np.argsort(-beyond / nodes.ramp_sizes, kind="stable")[:_TRIES]
    both = np.stack([order, by_size], axis=1).ravel()
    first = np.sort(np.unique(both, return_index=True)[1])
    return [int(column) for column in both[first] if beyond[column] > _BEYOND * rate]


def _adjacent(columns: Integers, count: int) -> Mask:
    """The ramps whose kink is the next input to that of one in use, on the same side."""
    used = np.zeros((2, count), dtype=np.bool_)
    used.reshape(-1)[columns] = True
    beside = np.zeros_like(used)
    beside[:, 1:] |= used[:, :-1]
    beside[:, :-1] |= used[:, 1:]
    return beside.reshape(-1)


def _at_stationary_norm(nodes: Nodes, decay: Decay, ramps: Ramps) -> Ramps:
    """The better of these ramps and of the local minimum in r that their pattern leads to."""
    norm = stationary_norm(nodes, ramps, decay)
    if norm is None:
        return ramps
    there = corrected(nodes, ramps, decay.rate(norm))
    return there if _falls(nodes, decay, ramps, there) else ramps


def _falls(nodes: Nodes, decay: Decay, before: Ramps, after: Ramps) -> bool:
    """Whether a move lowers the objective by more than round-off."""
    gain, doubt = lowered(nodes, before, after, 0.0)
    cost = decay.cost(before.path_norm)
    return gain + cost - decay.cost(after.path_norm) > doubt + _FALL * cost


def objective(nodes: Nodes, decay: Decay, ramps: Ramps) -> float:
    """The least objective of a network that draws these ramps."""
    return nodes.total(ramps.outputs(nodes)) + decay.cost(ramps.path_norm)
