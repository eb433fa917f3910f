"""Which features an optimal two-layer network without biases uses, and with which coefficients.

The dual optimum comes from `extreme_points_projection`; the features it touches span the fitted values `y - lambda`
with nonnegative coefficients, which nonnegative least squares finds. All of it in units where y and X have size 1.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from cvxdnn.core.types import Array
from cvxdnn.theory.extreme_points_projection import largest, project, touched
from cvxdnn.theory.extreme_points_support import SupportFunction

TOUCHING = 1e-8
"""A feature touches when |lambda^T q| is this close to beta, relatively."""
NEARLY = 1e-4
"""Features this close may be used: the dual of nearly parallel samples is less exact, and the gap charges the slack."""


@dataclass(frozen=True, eq=False)
class Touching:
    """A feasible dual and the k features it touches; see `ExtremePoints` for shapes.

    offsets : (k,) hidden bias of the neuron u;  output_bias : free output bias
    """

    dual: Array
    signs: Array
    neurons: Array
    features: Array
    coefficients: Array
    offsets: Array
    kinks: Array
    output_bias: float = 0.0


def optimal_neurons(X: Array, y: Array, beta: float) -> Touching:
    """The optimal dual of the problem without biases and what it touches."""
    y_size, x_size = float(np.linalg.norm(y)), float(np.linalg.norm(X, 2))
    if y_size == 0 or x_size == 0:
        return _nothing(X, y)
    target, support, unit_beta = y / y_size, SupportFunction(X / x_size), beta / y_size / x_size
    if unit_beta > (1 + TOUCHING) * largest(support, target):
        return _nothing(X, y)
    dual = project(support, target, unit_beta)
    dual *= min(1.0, unit_beta / max(largest(support, dual), unit_beta))
    signs, neurons, features, coefficients = min(
        (_network(support, target, unit_beta, dual, close) for close in (TOUCHING, NEARLY)),
        key=lambda network: _gap(target, unit_beta, dual, *network),
    )
    none = np.zeros(signs.size)
    return Touching(
        dual * y_size, signs, neurons, features * x_size, coefficients * y_size / x_size, offsets=none, kinks=none[:0]
    )


def _network(
    support: SupportFunction, target: Array, beta: float, dual: Array, close: float
) -> tuple[Array, Array, Array, Array]:
    """Signs, neurons, features and coefficients of the features that touch or, being this close, are used."""
    signs, neurons, features, _ = touched(support, dual, beta, close)
    coefficients = _coefficients(signs, features, target - dual)
    kept = (coefficients > 0) | (signs * (features @ dual) >= (1 - TOUCHING) * beta)
    return signs[kept], neurons[kept], features[kept], coefficients[kept]


def _gap(
    target: Array, beta: float, dual: Array, signs: Array, _: Array, features: Array, coefficients: Array
) -> float:
    """What a network leaves open, as in `extreme_points`."""
    missed = (signs * coefficients) @ features - target + dual
    return float(0.5 * missed @ missed + coefficients @ (beta - signs * (features @ dual)))


def _coefficients(signs: Array, features: Array, fitted: Array) -> Array:
    if signs.size == 0:
        return np.zeros(0)
    sizes = np.linalg.norm(features, axis=1)  # those of nearly parallel samples are short
    found, _ = nnls((signs / sizes * features.T), fitted)
    return np.asarray(found / sizes, dtype=np.float64)


def _nothing(X: Array, y: Array) -> Touching:
    """No neuron is worth its weight, and the residual is all of y."""
    none = np.zeros(0)
    return Touching(y.copy(), none, np.zeros((0, X.shape[1])), np.zeros((0, y.size)), none, none, none)
