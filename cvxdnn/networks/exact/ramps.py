"""A function as a list of ramps with signs and amplitudes, and the exact correction of all amplitudes.

    f = offset + sum_j signs_j sizes_j A_j,    sizes_j >= 0,    path norm r = sum_j sizes_j

`corrected` minimises loss(f) + decay r over the sizes and the offset, with ramps leaving where their size becomes 0.
The squared loss takes one solution of an `AmplitudeProblem`. Another smooth loss takes Newton's method: its quadratic
model at f has the curvatures D_i = loss'' and the targets z_i = f_i - loss'_i / D_i, and the walk to the model's
minimum is shortened until the objective falls by a fair share of what was promised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cvxdnn.losses import Squared
from cvxdnn.networks.exact.decay import Decay
from cvxdnn.networks.exact.lasso import AmplitudeProblem
from cvxdnn.networks.exact.nodes import Nodes

__all__ = ["Ramps", "charged", "corrected", "settled_norm"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FLAT, _NEARLY_FLAT = 1e-6, 1e-10
"""Curvature of a quadratic model where the loss has none, and the least where it has some: steps must end."""
_NEWTON_STEPS = 60
_FAIR_SHARE = 1e-4
_SHORTEST = 1e-6
_ROUND_OFF = 1e-14


@dataclass(frozen=True, eq=False)
class Ramps:
    """A function on the data.

    columns : (k,) ramps of a `Nodes`, distinct
    signs : (k,) +1 or -1;  sizes : (k,) at least 0;  offset : the constant
    """

    columns: Integers
    signs: Floats
    sizes: Floats
    offset: float

    @property
    def path_norm(self) -> float:
        """r: what weight decay sees of the function."""
        return float(self.sizes.sum())

    def outputs(self, nodes: Nodes) -> Floats:
        """Its values at the inputs, (m,)."""
        return nodes.ramps(self.columns) @ (self.signs * self.sizes) + self.offset

    def without_zeros(self) -> Ramps:
        """Only the ramps that are there."""
        used = self.sizes > 0
        return Ramps(self.columns[used], self.signs[used], self.sizes[used], self.offset)

    def joined_by(self, column: int, sign: float) -> Ramps:
        """With one more ramp, of size 0."""
        return Ramps(
            np.append(self.columns, column), np.append(self.signs, sign), np.append(self.sizes, 0.0), self.offset
        )


def corrected(nodes: Nodes, ramps: Ramps, decay: float) -> Ramps:
    """The best sizes and offset for this charge per unit of path norm; the loss must be smooth."""
    value = charged(nodes, ramps, decay)
    for _ in range(_NEWTON_STEPS):
        proposed = _model_minimum(nodes, ramps, decay)
        if isinstance(nodes.loss, Squared):
            return proposed.without_zeros()
        slope = _slope(nodes, ramps, proposed, decay)
        if slope >= -_ROUND_OFF * abs(value):  # what it gains is round-off, but it may touch the wall better
            ramps = proposed if charged(nodes, proposed, decay) <= value else ramps
            break
        ramps, value = _line_search(nodes, ramps, proposed, decay, value, slope)
    return ramps.without_zeros()


def settled_norm(nodes: Nodes, ramps: Ramps, decay: Decay) -> float | None:
    """The path norm at which the present pattern comes to rest; None where it does not."""
    line = _model(nodes, ramps)[0].line() if ramps.sizes.size else None
    if line is None:
        return None
    free, fall = line
    return decay.settled(float(free.sum()), float(fall.sum()))


def charged(nodes: Nodes, ramps: Ramps, decay: float) -> float:
    """The loss plus `decay` for each unit of path norm."""
    return nodes.total(ramps.outputs(nodes)) + decay * ramps.path_norm


def _model(nodes: Nodes, ramps: Ramps) -> tuple[AmplitudeProblem, Floats, Floats]:
    """The quadratic model of the loss at a function; with its targets and each input's share of the curvature."""
    outputs = ramps.outputs(nodes)
    curvature = nodes.curvatures(outputs)
    curvature = np.where(curvature > 0, np.maximum(curvature, _NEARLY_FLAT), _FLAT)
    target = outputs - nodes.slopes(outputs) / curvature
    signed = nodes.ramps(ramps.columns) * ramps.signs
    return AmplitudeProblem.of(signed, curvature, target), target, curvature / curvature.sum()


def _model_minimum(nodes: Nodes, ramps: Ramps, decay: float) -> Ramps:
    problem, target, share = _model(nodes, ramps)
    return _with_sizes(nodes, ramps, problem.minimum(ramps.sizes, decay), target, share)


def _with_sizes(nodes: Nodes, ramps: Ramps, sizes: Floats, target: Floats, share: Floats) -> Ramps:
    shape = replace(ramps, sizes=sizes, offset=0.0)
    return replace(shape, offset=float(share @ (target - shape.outputs(nodes))))


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
