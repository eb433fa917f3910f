"""A function as a list of ramps with signs and amplitudes, and the exact correction of all amplitudes.

    f = offset + sum_j signs_j sizes_j A_j,    sizes_j >= 0,    path norm r = sum_j sizes_j

`corrected` minimises loss(f) + decay r over the sizes and the offset, with ramps leaving where their size becomes 0.
The squared loss takes one solution of an `AmplitudeProblem`, Huber's one for each of a few choices of which points are
beyond its corners. The logistic loss takes Newton's method: its quadratic model at f has the curvatures D_i = loss''
and the targets z_i = f_i - loss'_i / D_i, and the walk to the model's minimum is shortened until the objective falls by
a fair share of what was promised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cvxdnn.core.losses import Huber, Squared
from cvxdnn.core.types import Array, Integers
from cvxdnn.training.exact.decay import Decay
from cvxdnn.training.exact.lasso import AmplitudeProblem
from cvxdnn.training.exact.nodes import Nodes
from cvxdnn.training.exact.quadratic import Quadratic

__all__ = ["Ramps", "charged", "corrected", "lowered", "stationary_norm"]

_EPS = float(np.finfo(np.float64).eps)
_HUGE = 1e100
"""Any charge above leaves nothing but the offset."""
_ROUNDS, _SHARP_ROUNDS = 120, 12
"""Most models of one correction, and of one with corners as sharp as they are; a handful is the rule."""
_NEWTON_STEPS = 60
_FAIR_SHARE = 1e-4
_SHORTEST = 1e-6
_ROUND_OFF, _NEWTON_ENDS = 1e-14, 1e-12
"""Shares of the charged loss: the least that a Newton step has to promise, and how near to its minimum they end."""


@dataclass(frozen=True, eq=False)
class Ramps:
    """A function on the data.

    columns : (k,) ramps of a `Nodes`, distinct
    signs : (k,) +1 or -1;  sizes : (k,) at least 0;  offset : the constant
    multipliers : (m,) minus the slopes of the loss, where a correction knows them better than the outputs do
    """

    columns: Integers
    signs: Array
    sizes: Array
    offset: float
    multipliers: Array | None = None

    @property
    def path_norm(self) -> float:
        """r: what weight decay sees of the function."""
        return float(self.sizes.sum())

    def outputs(self, nodes: Nodes) -> Array:
        """Its values at the inputs, (m,)."""
        return nodes.ramps(self.columns) @ (self.signs * self.sizes) + self.offset

    def without_zeros(self) -> Ramps:
        """Only the ramps that are there."""
        used = self.sizes > 0
        return Ramps(self.columns[used], self.signs[used], self.sizes[used], self.offset, self.multipliers)

    def joined_by(self, column: int, sign: float) -> Ramps:
        """With one more ramp, of size 0."""
        return Ramps(
            np.append(self.columns, column), np.append(self.signs, sign), np.append(self.sizes, 0.0), self.offset
        )


def corrected(nodes: Nodes, ramps: Ramps, decay: float) -> Ramps:
    """The best sizes and offset for this charge per unit of path norm; the loss must be smooth."""
    if isinstance(nodes.loss, Squared | Huber):
        return _piece_by_piece(nodes, ramps, decay)
    value = charged(nodes, ramps, decay)
    for _ in range(_NEWTON_STEPS):
        proposed, _ = _model_minimum(nodes, ramps, decay)
        slope = _slope(nodes, ramps, proposed, decay)
        if slope >= -_ROUND_OFF * abs(value):  # what it gains is round-off, but it may touch the wall better
            ramps = proposed if lowered(nodes, ramps, proposed, decay)[0] >= 0 else ramps
            break
        ramps, value = _line_search(nodes, ramps, proposed, decay, value, slope)
    return ramps.without_zeros()


def _piece_by_piece(nodes: Nodes, ramps: Ramps, decay: float) -> Ramps:
    """The minimum, found piece by piece of the loss.

    Each round ends at the minimum of a model that lies above the loss. Where points have left the piece it has them on,
    the loss is truly lower, so the next model begins below: no model comes twice, and there are finitely many.
    """
    for rounds in range(1, _ROUNDS + 1):
        ramps, model = _model_minimum(nodes, ramps, decay)
        ramps = ramps.without_zeros()
        if nodes.fits(ramps.outputs(nodes), model):
            problem = replace(_problem(nodes, ramps, decay), loss=model)
            return replace(ramps, multipliers=problem.multipliers(ramps.sizes, ramps.offset))
        if rounds % _SHARP_ROUNDS == 0:  # it is round-off that moves the points about
            nodes = nodes.with_larger_tolerance()
    return ramps


def stationary_norm(nodes: Nodes, ramps: Ramps, decay: Decay) -> float | None:
    """The path norm at which the present pattern comes to rest; None where it does not."""
    line = _problem(nodes, ramps, 0.0).line() if ramps.sizes.size else None
    if line is None:
        return None
    free, fall = line
    return decay.stationary_norm(float(free.sum()), float(fall.sum()))


def charged(nodes: Nodes, ramps: Ramps, decay: float) -> float:
    """The loss plus `decay` for each unit of path norm."""
    return nodes.total(ramps.outputs(nodes)) + decay * ramps.path_norm


def lowered(nodes: Nodes, before: Ramps, after: Ramps, decay: float) -> tuple[float, float]:
    """By how much the charged loss is lower after a move, and by how much round-off may have that wrong."""
    columns, place = np.unique(np.concatenate([before.columns, after.columns]), return_inverse=True)
    amplitudes = np.concatenate([-before.signs * before.sizes, after.signs * after.sizes])
    moved = np.bincount(place, weights=amplitudes, minlength=columns.size)
    outputs = before.outputs(nodes)
    step = nodes.ramps(columns) @ moved + (after.offset - before.offset)
    charge = decay * float(np.sum(before.sizes) - np.sum(after.sizes))
    doubt = float(np.abs(step[nodes.group]) @ nodes.slope_doubts(outputs)) + 2 * _EPS * decay * before.path_norm
    if not isinstance(nodes.loss, Squared | Huber):  # Newton's method leaves the wall a little off
        doubt += _NEWTON_ENDS * charged(nodes, before, decay)
    return charge - nodes.change(outputs, step), doubt


def _problem(nodes: Nodes, ramps: Ramps, decay: float) -> AmplitudeProblem:
    signed, model = nodes.ramps(ramps.columns) * ramps.signs, nodes.model(ramps.outputs(nodes))
    return AmplitudeProblem(signed, model, min(decay, _HUGE))


def _model_minimum(nodes: Nodes, ramps: Ramps, decay: float) -> tuple[Ramps, Quadratic]:
    sizes, offset, model = _problem(nodes, ramps, decay).minimum(ramps.sizes, ramps.offset)
    return replace(ramps, sizes=sizes, offset=offset), model


def _slope(nodes: Nodes, start: Ramps, end: Ramps, decay: float) -> float:
    """How fast the charged loss changes at the start of the way to `end`."""
    outputs = start.outputs(nodes)
    along = float(nodes.slopes(outputs) @ (end.outputs(nodes) - outputs))
    return along + decay * (end.path_norm - start.path_norm)


def _line_search(
    nodes: Nodes, start: Ramps, end: Ramps, decay: float, value: float, slope: float
) -> tuple[Ramps, float]:
    """A function between the two that is clearly better than the first, or the first; and its charged loss."""
    there, share = end, 1.0
    while share > _SHORTEST:
        reached = charged(nodes, there, decay)
        if reached <= value + _FAIR_SHARE * share * slope:
            return there, reached
        share /= 2
        sizes = start.sizes + share * (end.sizes - start.sizes)
        there = replace(start, sizes=sizes, offset=start.offset + share * (end.offset - start.offset))
    return start, value
