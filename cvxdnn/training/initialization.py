"""The first weights of each restart.

Three things decide whether a run reaches the optimum.

*Kinks where the data are.* Every unit of the last hidden layer gets its kink at a place of its own: one in each of
`width` equal parts of the data's range, in random order. A kink outside the data would make the unit dead or linear.
All weights into one unit have one sign, random from unit to unit: the unit looks right or left.

*Positive early layers.* Without a bias they can only rescale x >= 0. With weights of mixed sign half of their units are
dead and the rest cancel; with positive ones the signal passes. Where early layers have biases they start the same way,
bent at the left end of the data: bends inside it, layer upon layer, average the signal away and leave a constant.

*All layers of the same Frobenius norm, not small.* At a stationary point the layers are balanced, and for L >= 3 the
constant function attracts everything that starts small. The norm t is chosen such that the path norm t^L is `PATH_NORM`
in the data's units, less only where weight decay would charge much more for it than the whole loss to be gained.

Insertion begins with a constant instead, every neuron idle: what it builds is then all its own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cvxdnn.core.loss_terms import midpoint
from cvxdnn.core.losses import Loss, Squared
from cvxdnn.core.types import Array
from cvxdnn.training.layout import Layers, ParameterLayout

PATH_NORM = 10.0
"""Product of the first layer norms for data in the unit box."""

_AFFORDABLE = 8.0
"""Largest first penalty as a multiple of the loss of the best constant."""

_DISTURBANCE = 0.1
"""Size of the random change to a given network in the restarts after the first, relative to typical weights."""


def random_layers(
    layout: ParameterLayout, x: Array, y: Array, *, norm: float, seed: int, restart: int
) -> list[tuple[Array, Array]]:
    """First weights and biases of one restart; they depend on `seed` and `restart`, not on the number of restarts.

    Parameters
    ----------
    layout : ParameterLayout
    x, y : arrays (n,)
        The data, in units where they have size 1.
    norm : float
        Frobenius norm of every layer, see `layer_norm`.
    seed, restart : int
    """
    rng = np.random.default_rng([seed, restart])
    low, high, width = float(x.min()), float(x.max()), layout.width
    layers: list[tuple[Array, Array]] = []
    for rows, biased in zip(layout.widths[:-2], layout.biased[:-1], strict=True):
        weights = np.abs(rng.standard_normal((rows, width)))
        kinks = np.full(width, low)
        if len(layers) == layout.depth - 2:
            weights *= rng.choice([-1.0, 1.0], width)
            kinks = _spread(rng, width, low, high)
        weights *= norm / np.linalg.norm(weights)
        layers.append((weights, _biases(layers, weights, kinks) if biased else np.zeros(width)))
    weights = rng.standard_normal((width, 1))
    weights *= norm / np.linalg.norm(weights)
    bias = np.mean(y - (_activations(layers, x) @ weights)[:, 0])
    return [*layers, (weights, np.array([bias]))]


def idle(layers: Layers, y: Array, loss: Loss) -> list[tuple[Array, Array]]:
    """The best constant: the last hidden layer neither hears nor speaks; where there is no best, the mean of y."""
    constant = float(midpoint(*map(np.array, loss.best_constants(y))))
    (weights, biases), (outward, _) = layers[-2:]
    offset = np.array([constant if np.isfinite(constant) else y.mean()])
    return [*layers[:-2], (np.zeros_like(weights), np.zeros_like(biases)), (np.zeros_like(outward), offset)]


def layer_norm(layout: ParameterLayout, y: Array, beta: float, loss: Loss | None = None) -> float:
    """Frobenius norm t of every layer at the start: path norm t^L, penalty (beta/2) L t^2; by default squared loss."""
    loss = Squared() if loss is None else loss
    wanted = PATH_NORM ** (1 / layout.depth)
    to_gain = loss_of_constant(y, loss)
    if beta * layout.depth * wanted**2 / 2 <= _AFFORDABLE * to_gain:
        return float(wanted)
    return float(np.sqrt(2 * _AFFORDABLE * to_gain / (beta * layout.depth)))


def loss_of_constant(y: Array, loss: Loss) -> float:
    """What the best constant leaves, and so what there is to be gained.

    Constant data leave nothing; they count as points spread evenly over a unit range, of variance 1/12.
    """
    constant = midpoint(*map(np.array, loss.best_constants(y)))
    return max(float(loss.value(constant, y).sum()), y.size / 24)


def unavoidable_loss(x: Array, y: Array, loss: Loss) -> float:
    """What is left by any function whatever: points that share an input have only one output between them."""
    order = np.argsort(x, kind="stable")
    shared = [group for group in np.split(y[order], np.flatnonzero(np.diff(x[order])) + 1) if np.ptp(group)]
    constants = [float(midpoint(*map(np.array, loss.best_constants(group)))) for group in shared]
    return float(sum(loss.value(constant, group).sum() for constant, group in zip(constants, shared, strict=True)))


def parameter_scale(layout: ParameterLayout, norm: float) -> Array:
    """Typical size of every parameter, flat: what one unit of an optimiser's learning rate should move.

    A layer of norm t spreads it over its d_{l-1} d_l weights. Without this a step that suits the first and last
    layers moves the large matrices between them by width times too much.
    """
    scale = np.empty(layout.size)
    blocks = zip(layout.blocks(scale), layout.widths[:-1], layout.widths[1:], strict=True)
    for layer, (block, rows, columns) in enumerate(blocks, start=1):
        block[:, :rows] = norm / np.sqrt(rows * columns)
        block[:, rows:] = 1.0 if layer == layout.depth else norm**layer / np.sqrt(columns)
    return scale


def disturbed(
    layers: Layers, layout: ParameterLayout, *, norm: float, seed: int, restart: int
) -> list[tuple[Array, Array]]:
    """A small random change of every parameter the architecture has; none for restart 0."""
    if restart == 0:
        return [(weights.copy(), biases.copy()) for weights, biases in layers]
    rng = np.random.default_rng([seed, restart])
    single = replace(layout, restarts=1)
    change = _DISTURBANCE * parameter_scale(single, norm) * rng.standard_normal(single.size)
    return single.unpack(single.pack([layers]) + change, 0)


def _spread(rng: np.random.Generator, count: int, low: float, high: float) -> Array:
    """One place in each of `count` equal parts of [low, high], in random order."""
    spread: Array = low + (high - low) * (rng.permutation(count) + rng.random(count)) / count
    return spread


def _biases(layers: Layers, weights: Array, kinks: Array) -> Array:
    """Biases for which each unit of the next layer crosses zero at its kink."""
    return -np.einsum("ki,ik->k", _activations(layers, kinks), weights)


def _activations(layers: Layers, x: Array) -> Array:
    """Output of the hidden layers so far at the inputs `x` (n,); shape (n, units)."""
    activations = x[:, None]
    for weights, biases in layers:
        activations = np.maximum(activations @ weights + biases, 0.0)
    return activations
