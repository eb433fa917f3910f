"""One input with free biases: the features are ramps, and only those that bend at a data point are extreme.

For t between neighbouring inputs `(x - t)_+` is, on the data, a weighted mean of the ramps that bend at these two. Up
to constants, which the output bias supplies, the hull of all ramps is that of the 2(p - 1) ramps at the p distinct
inputs, and the dual feasible set a polytope in the plane `1^T lambda = 0`. The optimal dual is the point of that
polytope nearest to y - mean(y).

Source: docs/two-layers.md, docs/certificate.md (the tube is this polytope, seen along x).
"""

import numpy as np
from numpy.typing import NDArray

from cvxdnn.theory.extreme_points_projection import least_distance
from cvxdnn.theory.extreme_points_solver import TOUCHING, Touching

Array = NDArray[np.float64]


def optimal_ramps(x: Array, y: Array, beta: float) -> Touching:
    """The optimal dual of the problem with biases and the ramps it touches."""
    directions, kinks = ramps_at_data(x)
    features = np.maximum(directions[:, None] * (x - kinks[:, None]), 0.0)
    centred, residual = features - features.mean(axis=1, keepdims=True), y - y.mean()
    x_size, y_size = float(np.ptp(x)) or 1.0, float(np.linalg.norm(residual)) or 1.0
    unit, unit_beta = centred / x_size, beta / x_size / y_size
    if unit_beta > float(np.abs(unit @ (residual / y_size)).max(initial=0.0)):
        dual, multipliers = residual / y_size, np.zeros(2 * len(unit))
    else:
        dual, multipliers = least_distance(np.vstack([unit, -unit]).T, residual / y_size, unit_beta)
    dual = (dual - dual.mean()) * y_size
    largest = float(np.abs(centred @ dual).max(initial=0.0))
    dual = dual * min(1.0, beta / max(largest, beta))
    values, weights = centred @ dual, multipliers.reshape(2, -1) * (y_size / x_size)
    touching = (np.abs(values) >= (1 - TOUCHING) * beta) | (weights.sum(axis=0) > 0)
    signs = np.sign(values)[touching]
    coefficients = np.where(signs > 0, weights[0, touching], weights[1, touching])
    explained = (signs * coefficients) @ features[touching]
    return Touching(
        dual=dual,
        signs=signs,
        neurons=directions[touching, None],
        features=features[touching],
        coefficients=coefficients,
        offsets=-directions[touching] * kinks[touching],
        kinks=kinks[touching],
        output_bias=float(np.mean(y - explained)),
    )


def ramps_at_data(x: Array) -> tuple[Array, Array]:
    """Directions +-1 and kinks of the ramps that bend at a distinct input and are not zero on the data."""
    distinct = np.unique(x)
    right, left = distinct[:-1], distinct[1:]
    return np.repeat([1.0, -1.0], [right.size, left.size]), np.concatenate([right, left])
