r"""The objective of a network, rounded up: never below the exact value, and so never below a certified bound.

Every operation of float64 is exact up to a factor 1 + d, |d| <= u = 2^-53, so a sum of k products is wrong by at most
:math:`\gamma_k \sum |a_j b_j|`, :math:`\gamma_k = k u / (1 - k u)`, in whatever order it is taken. With an error e of
the activations, a layer's outputs are wrong by at most :math:`e |W| + \gamma_{k+1} (|A| |W| + |b|)`; relu enlarges no
error. The data are subtracted from the output bias, not from the outputs, because the two are often alike. A convex
loss of outputs between f - e and f + e is largest at one of the ends.

Source: Higham (2002), Accuracy and Stability of Numerical Algorithms, 3.1.
"""

from __future__ import annotations

import math

import numpy as np

from cvxdnn.core.losses import Loss
from cvxdnn.core.network import Network
from cvxdnn.core.types import Array

__all__ = ["objective_rounded_up"]

_UNIT = 2.0**-53
_VALUE = 16 * _UNIT
"""Relative error of a value of a loss, and of a short sum of positive numbers."""
_SQUARES = 128 * _UNIT
"""Relative error of a sum of squares in NumPy, which adds in pairs beyond blocks of 128."""


def objective_rounded_up(network: Network, x: Array, y: Array, *, beta: float, loss: Loss) -> float:
    """sum loss(f(x_i), y_i) + beta/2 sum ||W_l||_F^2, at most by round-off above the exact value and never below it.

    Parameters
    ----------
    network : Network
    x, y : arrays (n,)
    beta : float
    loss : Loss
        One that looks at f - y only, unless it needs labels.
    """
    base = np.zeros_like(y) if loss.needs_labels else y
    missed, error = _missed(network, x, base)
    ends = [loss.value(missed + e, y - base) for e in (-error, error)]
    lost = math.fsum(np.maximum(*ends)) * (1 + _VALUE)
    squares = sum(float(np.square(weights).sum()) for weights in network.weights)
    return float((lost + beta / 2 * squares * (1 + _SQUARES)) * (1 + _VALUE))


def _missed(network: Network, x: Array, y: Array) -> tuple[Array, Array]:
    """f(x) - y, and how far from it the exact value may be; both (n,)."""
    values = (x - network.origin)[:, None]
    line = network.skip * values[:, 0]
    doubt = _UNIT * np.abs(values) * (network.origin != 0)
    line_doubt = abs(network.skip) * doubt[:, 0] + 2 * _UNIT * np.abs(line)
    for weights, biases in zip(network.weights[:-1], network.biases[:-1], strict=True):
        values, doubt = _layer(values, doubt, weights, np.broadcast_to(biases, (x.size, biases.size)), 0.0)
        values = np.maximum(values, 0.0)
    bias = network.biases[-1][0] - y
    out, out_doubt = _layer(values, doubt, network.weights[-1], bias[:, None], _UNIT)
    missed = out[:, 0] + line
    error = out_doubt[:, 0] + line_doubt + 2 * _UNIT * (np.abs(missed) + np.abs(line))
    # The ends of the interval, and thresholds of the loss, are rounded as well.
    return missed, (error + 8 * _UNIT * np.abs(missed)) * (1 + _VALUE)


def _layer(values: Array, doubt: Array, weights: Array, biases: Array, bias_doubt: float) -> tuple[Array, Array]:
    """Values of the linear units, and their error; that of the biases is given as a share of them."""
    terms = weights.shape[0] + 2
    gamma = terms * _UNIT / (1 - terms * _UNIT)
    sizes = np.abs(weights)
    error = doubt @ sizes + gamma * (np.abs(values) @ sizes) + (gamma + bias_doubt) * np.abs(biases)
    return values @ weights + biases, error * (1 + 2 * gamma)
