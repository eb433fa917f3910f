r"""A second-order finish for networks whose kinks cannot be told apart: biases in every layer.

At the weights theta, with slopes g and curvatures D of the loss at the outputs, the regularised Gauss-Newton step is

.. math::  \min_\delta\ g^T J \delta + \tfrac12 (J \delta)^T D (J \delta)
           + \tfrac\beta2 |W + \delta_W|^2 + \tfrac\mu2 |\delta|^2 ,

J the derivative of the outputs. J has as many columns as there are parameters and few rows, and is never formed: with
multipliers nu, one per row, the step is :math:`\delta_W = -(J_W^T \nu + \beta W) / (\beta + \mu)`,
:math:`\delta_b = -J_b^T \nu / \mu`, and nu solves a system with the matrix of the products of rows, the sum over the
layers of

.. math::  K_{rs} = \Bigl(\frac{A_r^T A_s}{\beta + \mu} + \frac{1}{\mu}\Bigr)\, B_r^T B_s

(A the layer's inputs at the row's sample, B what backpropagation brings down to it; 1/mu where there is a bias).

*Pins.* The optimum sits on kinks: units whose pre-activation is 0 at a sample. Across a kink the model is wrong, so a
unit that meets one on its way is pinned there: one more row, with its pre-activation to become 0. A pin holds while
the force on it is one that a slope of relu between 0 and 1 can explain, and is given up otherwise. Steps are taken
only if the objective falls; mu falls after a success and grows after a failure.

Source: Levenberg (1944), Marquardt (1963); the products of rows are the network's tangent kernel (Jacot et al., 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cvxdnn.core.losses import Loss
from cvxdnn.core.types import Array, Integers, Mask
from cvxdnn.training.layout import Layers
from cvxdnn.training.loss_curvature import curvatures

__all__ = ["GaussNewton", "balanced"]

_PINNED = 1e-7
"""A pre-activation below this share of its unit's largest is at its kink."""
_DEAD = 1e-100
"""A unit whose weights on either side are smaller is not balanced: it has no part in the function."""
_MOST_PINS = 300
"""Beyond, one step would take too long; a shorter step meets fewer kinks."""
_ROUNDS = 8
"""Most rounds of pinning and giving up pins within one step."""
DAMPING_DECREASE, DAMPING_INCREASE = 0.2, 5.0
"""Factors of mu after a success and after a failure."""


@dataclass(frozen=True, eq=False)
class _Pass:
    """Inputs of every layer, their pre-activations, and the outputs (n,)."""

    inputs: list[Array]
    pre: list[Array]

    @property
    def outputs(self) -> Array:
        return self.pre[-1][:, 0]


@dataclass(frozen=True, eq=False)
class _Pins:
    """Units of hidden layers that are held at their kink at a sample: arrays of layer, sample and unit."""

    layers: Integers
    samples: Integers
    units: Integers

    @classmethod
    def where(cls, marks: Sequence[Mask]) -> _Pins:
        found = [np.nonzero(mark) for mark in marks]
        layers = [np.full(samples.size, layer) for layer, (samples, _) in enumerate(found)]
        return cls(
            np.concatenate(layers).astype(np.int64),
            np.concatenate([samples for samples, _ in found]),
            np.concatenate([units for _, units in found]),
        )

    def kept(self, which: Mask) -> _Pins:
        return _Pins(self.layers[which], self.samples[which], self.units[which])


class GaussNewton:
    """Second-order steps for networks of one architecture on one data set.

    Parameters
    ----------
    x, y : (n,) the points
    beta : weight decay
    loss : smooth
    biased : for each layer, whether it has biases
    """

    def __init__(self, x: Array, y: Array, beta: float, loss: Loss, biased: Sequence[bool]) -> None:
        self.x, self.y, self.beta, self.loss, self.biased = x, y, beta, loss, biased

    def objective(self, layers: Layers) -> float:
        """The training objective."""
        return self._value(layers, self._forward(layers))

    def step(self, layers: Layers, mu: float) -> tuple[Layers, float]:
        """One step from `layers`: better layers, or the same ones, and the damping to try next."""
        here = self._forward(layers)
        value = self._value(layers, here)
        pins = _Pins.where([_at_kinks(z) for z in here.pre[:-1]])
        for _ in range(_ROUNDS):
            if pins.layers.size > _MOST_PINS:
                break
            proposed, released = self._solved(layers, here, pins, mu)
            if released.any():
                pins = pins.kept(~released)
                continue
            there = self._forward(proposed)
            if self._value(proposed, there) < value:
                return proposed, DAMPING_DECREASE * mu
            crossed = _crossed(here, there, pins)
            if crossed.layers.size == pins.layers.size:
                break
            pins = crossed
        return layers, DAMPING_INCREASE * mu

    def _forward(self, layers: Layers) -> _Pass:
        inputs, pre = [self.x[:, None]], []
        for weights, biases in layers:
            pre.append(inputs[-1] @ weights + biases)
            inputs.append(np.maximum(pre[-1], 0.0))
        return _Pass(inputs[:-1], pre)

    def _value(self, layers: Layers, at: _Pass) -> float:
        loss = float(self.loss.value(at.outputs, self.y).sum())
        return loss + self.beta / 2 * sum(float(np.vdot(w, w)) for w, _ in layers)

    def _solved(self, layers: Layers, at: _Pass, pins: _Pins, mu: float) -> tuple[Layers, Mask]:
        """The step's end with these pins, and the pins whose force relu cannot explain."""
        n, rows = self.x.size, self.x.size + pins.layers.size
        samples = np.concatenate([np.arange(n), pins.samples])
        derivatives = _backpropagated(layers, at, pins)
        weights_share = 1 / (self.beta + mu)
        kernel, decayed = np.zeros((rows, rows)), np.zeros(rows)
        for (weights, _), inputs, down, biased in zip(layers, at.inputs, derivatives, self.biased, strict=True):
            fed = inputs[samples]
            kernel += (weights_share * (fed @ fed.T) + biased / mu) * (down @ down.T)
            decayed += self.beta * weights_share * ((fed @ weights) * down).sum(axis=1)
        curvature, slope = curvatures(self.loss, at.outputs, self.y), self.loss.subgradient(at.outputs, self.y)
        stiffness = np.concatenate([curvature, np.ones(pins.layers.size)])[:, None]
        matrix = stiffness * kernel + np.diag(np.concatenate([np.ones(n), np.zeros(pins.layers.size)]))
        pinned = np.array([at.pre[k][i, j] for k, i, j in zip(pins.layers, pins.samples, pins.units, strict=True)])
        target = np.concatenate([slope - curvature * decayed[:n], pinned - decayed[n:]])
        forces = _solution(matrix, target)
        moved = []
        for (weights, biases), inputs, down, biased in zip(layers, at.inputs, derivatives, self.biased, strict=True):
            forced = forces[:, None] * down
            new = weights - weights_share * (inputs[samples].T @ forced + self.beta * weights)
            moved.append((new, biases - forced.sum(axis=0) / mu if biased else biases))
        return moved, self._unexplained(layers, at, pins, derivatives, forces)

    def _unexplained(self, layers: Layers, at: _Pass, pins: _Pins, derivatives: list[Array], forces: Array) -> Mask:
        """Pins whose force is not between 0 and that of relu's other side."""
        n = self.x.size
        samples = np.concatenate([np.arange(n), pins.samples])
        bad = np.zeros(pins.layers.size, dtype=np.bool_)
        for k in np.unique(pins.layers):
            at_samples = np.zeros((n, derivatives[k + 1].shape[1]))
            np.add.at(at_samples, samples, forces[:, None] * derivatives[k + 1])
            here = np.flatnonzero(pins.layers == k)
            i, j = pins.samples[here], pins.units[here]
            above = np.einsum("pu,pu->p", at_samples[i], layers[k + 1][0][j])
            total = np.where(at.pre[k][i, j] > 0, above, 0.0) + forces[n + here]
            slack = 1e-9 * np.abs(above)
            bad[here] = (total < np.minimum(above, 0.0) - slack) | (total > np.maximum(above, 0.0) + slack)
        return bad


def balanced(layers: Layers) -> Layers:
    """The same function with the weights into each hidden unit as large as those out of it, which costs the least.

    Steps alone come near to it only as fast as the weight decay is strong.
    """
    weights, biases = [w.copy() for w, _ in layers], [b.copy() for _, b in layers]
    for below, above, bias in zip(weights[:-1], weights[1:], biases[:-1], strict=True):
        incoming, outgoing = np.linalg.norm(below, axis=0), np.linalg.norm(above, axis=1)
        alive = np.minimum(incoming, outgoing) > _DEAD
        factor = np.sqrt(np.divide(outgoing, incoming, out=np.ones_like(incoming), where=alive))
        below *= factor
        bias *= factor
        above /= factor[:, None]
    return list(zip(weights, biases, strict=True))


def _solution(matrix: Array, target: Array) -> Array:
    """Of the linear system; the least one where pins depend on each other."""
    try:
        return np.linalg.solve(matrix, target).astype(np.float64)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(matrix, target)[0].astype(np.float64)


def _at_kinks(pre: Array) -> Mask:
    """Where units are at their kink; one that is 0 everywhere has none."""
    size = np.abs(pre).max(axis=0)
    return (np.abs(pre) <= _PINNED * size) & (size > 0)


def _backpropagated(layers: Layers, at: _Pass, pins: _Pins) -> list[Array]:
    """For every layer, the derivative of each row in the layer's pre-activations, shape (rows, units)."""
    n = at.outputs.size
    samples = np.concatenate([np.arange(n), pins.samples])
    down = np.zeros((samples.size, 1))
    down[:n] = 1.0
    derivatives = [down]
    for k in range(len(layers) - 2, -1, -1):
        down = (down @ layers[k + 1][0].T) * (at.pre[k][samples] > 0)
        here = np.flatnonzero(pins.layers == k)
        down[n + here, pins.units[here]] = 1.0
        derivatives.append(down)
    return derivatives[::-1]


def _crossed(here: _Pass, there: _Pass, pins: _Pins) -> _Pins:
    """The pins, and whatever changed its sign."""
    marks = [(a > 0) != (b > 0) for a, b in zip(here.pre[:-1], there.pre[:-1], strict=True)]
    for k, i, j in zip(pins.layers, pins.samples, pins.units, strict=True):
        marks[k][i, j] = True
    return _Pins.where(marks)
