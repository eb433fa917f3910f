"""One input with free biases: the features are ramps, and only those that bend at a data point are extreme.

For t between neighbouring inputs `(x - t)_+` is, on the data, a weighted mean of the ramps that bend at these two. Up
to constants, which the output bias supplies, the hull of all ramps is that of the 2(p - 1) ramps at the p distinct
inputs, and the dual feasible set a polytope in the plane `1^T lambda = 0`. The optimal dual is the point of that
polytope nearest to y - mean(y).

Source: docs/two-layers.md, docs/certificate.md (the tube is this polytope, seen along x).
"""

import numpy as np

from cvxdnn.convex import solve
from cvxdnn.core.closed_form import least_ramps
from cvxdnn.core.tube import double_integral
from cvxdnn.core.types import Array
from cvxdnn.theory.extreme_points_solver import TOUCHING, Touching

NEGLIGIBLE = 1e-13
"""Coefficients below this share of the path norm are rounding."""


def optimal_ramps(x: Array, y: Array, beta: float) -> Touching:
    """The optimal dual of the problem with biases and the ramps it touches."""
    optimum = solve(x, y, beta=beta)
    dual, ramps = optimum.dual, least_ramps(optimum.spline, *optimum.x_range)
    directions, kinks = ramps_at_data(x)
    coefficients = np.zeros(kinks.size)
    for kink, direction, coefficient in zip(ramps.knots, ramps.directions, ramps.coefficients, strict=True):
        if abs(coefficient) > NEGLIGIBLE * optimum.path_norm:
            coefficients[(kinks == kink) & (directions == direction)] = coefficient
    values = _products(x, dual, directions, kinks)
    touching = (np.abs(values) >= (1 - TOUCHING) * beta) | (coefficients != 0)
    features = np.maximum(directions[touching, None] * (x - kinks[touching, None]), 0.0)
    used = coefficients[touching]
    return Touching(
        dual=dual,
        signs=np.where(used == 0, np.sign(values[touching]), np.sign(used)),
        neurons=directions[touching, None],
        features=features,
        coefficients=np.abs(used),
        offsets=-directions[touching] * kinks[touching],
        kinks=kinks[touching],
        output_bias=float(np.mean(y - used @ features)),
    )


def _products(x: Array, dual: Array, directions: Array, kinks: Array) -> Array:
    """lambda^T q of every ramp, from the double integral, which loses nothing where inputs lie close."""
    inputs, group = np.unique(x, return_inverse=True)
    leftward = double_integral(inputs, np.bincount(group, dual).astype(np.float64))
    at_kinks = leftward[np.searchsorted(inputs, kinks)]
    return np.asarray(np.where(directions > 0, at_kinks - leftward[-1], at_kinks))


def ramps_at_data(x: Array) -> tuple[Array, Array]:
    """Directions +-1 and kinks of the ramps that bend at a distinct input and are not zero on the data."""
    distinct = np.unique(x)
    right, left = distinct[:-1], distinct[1:]
    return np.repeat([1.0, -1.0], [right.size, left.size]), np.concatenate([right, left])
