r"""Data terms of the conic program: each loss as a few unknowns and cones.

A *residual* is :math:`\rho_i = y_i - f(x_i)`. With :math:`\rho = e + p - q`, p and q nonnegative:

* squared: e^2/2;  huber: e^2/2 + delta (p + q);  absolute: p + q;
* epsilon_insensitive: p + q with \|e\| <= epsilon;  hinge: since 1 - y f = y rho, p where y = 1 and q where y = -1;
* logistic: t with exp(-u - t) + exp(-t) <= 1, u = y f = 1 - y rho: two exponential cones.

Each unknown is measured in units of the size it may be expected to have.

Source: Boyd & Vandenberghe (2004), Convex Optimization, 6.1 and 7.1; Goulart & Chen (2024), Clarabel.
"""

from dataclasses import dataclass
from typing import Any

import clarabel
import numpy as np
import scipy.sparse as sparse

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import Absolute, EpsilonInsensitive, Hinge, Huber, Logistic, Loss, Squared
from cvxdnn.core.types import Array

__all__ = ["Part", "band_part", "loss_part", "newton_part"]

Matrix = Any  # scipy.sparse has no types

STRETCHED = 1e8
"""No residual is measured in larger units than this."""


@dataclass(frozen=True, eq=False)
class Part:
    """What the data term adds to the program, in k unknowns v of its own.

    quadratic, linear : (k,) the term is 1/2 sum quadratic v^2 + sum linear v
    residual : (n, k) the residuals as combinations of v
    rows, bounds, cones : bounds - rows v lies in the product of the cones
    """

    quadratic: Array
    linear: Array
    residual: Matrix
    rows: Matrix
    bounds: Array
    cones: tuple[Any, ...]


def loss_part(loss: Loss, y: Array, offset: Array, small: float) -> Part:
    """The data term of a loss.

    offset : (n,) residuals of the size to be expected
    small : the smallest size of a residual that counts
    """
    distance = np.maximum(np.abs(offset), small)
    match loss:
        case Squared():
            return _near(distance)
        case Huber() if loss.delta >= np.sqrt(y.size):
            # A constant costs at most n / 8, so no residual of the optimum is that large.
            return _near(distance)
        case Huber():
            return _joined(_near(np.minimum(distance, loss.delta)), _sides(distance, distance, loss.delta, loss.delta))
        case Absolute():
            return _sides(distance, distance, 1.0, 1.0)
        case EpsilonInsensitive():
            free, outside = np.full(y.size, loss.epsilon), np.maximum(distance - loss.epsilon, small)
            return _joined(band_part(-free, free), _sides(outside, outside, 1.0, 1.0))
        case Hinge():
            positive, free = y > 0, np.maximum(distance, 1.0)
            up, down = np.where(positive, distance, free), np.where(positive, free, distance)
            return _sides(up, down, positive.astype(np.float64), (~positive).astype(np.float64))
        case Logistic():
            return _softplus(y, small)
        case _:
            raise InvalidInputError(f"loss is {loss!r}; the conic program knows the losses of cvxdnn.core.losses only")


def band_part(low: Array, high: Array) -> Part:
    """Residuals between the bounds, at no cost."""
    n = low.size
    fixed = low == high
    below, above = ~fixed & np.isfinite(high), ~fixed & np.isfinite(low)
    each = sparse.eye_array(n, format="csr")
    rows = sparse.vstack([each[fixed], each[below], -each[above]])
    bounds = np.concatenate([low[fixed], high[below], -low[above]])
    cones = (clarabel.ZeroConeT(int(fixed.sum())), clarabel.NonnegativeConeT(int(below.sum() + above.sum())))
    return Part(np.zeros(n), np.zeros(n), each, rows, bounds, cones)


def newton_part(slope: Array, curvature: Array, residual: Array) -> Part:
    """The parabola in the residuals that agrees with a smooth loss at these; its slopes and curvatures in f are given.

    Each unknown is in units that make its own curvature 1, as far as a factor of `STRETCHED` does: the solver must not
    take the smallest for 0.
    """
    n, unit = slope.size, np.minimum(1 / np.sqrt(np.maximum(curvature, np.finfo(np.float64).tiny)), STRETCHED)
    linear = unit * (-slope - curvature * residual)
    none = sparse.csc_array((0, n))
    return Part(curvature * unit**2, linear, sparse.diags_array(unit), none, np.zeros(0), ())


def _near(unit: Array) -> Part:
    """e with the cost e^2 / 2."""
    n = unit.size
    return Part(unit**2, np.zeros(n), sparse.diags_array(unit), sparse.csc_array((0, n)), np.zeros(0), ())


def _sides(up: Array, down: Array, rising: float | Array, falling: float | Array) -> Part:
    """p - q, both nonnegative and in these units, with the cost rising p + falling q."""
    n = up.size
    costs = np.concatenate([rising * up, falling * down])
    residual = sparse.hstack([sparse.diags_array(up), -sparse.diags_array(down)])
    cones = (clarabel.NonnegativeConeT(2 * n),)
    return Part(np.zeros(2 * n), costs, residual, -sparse.eye_array(2 * n), np.zeros(2 * n), cones)


def _softplus(y: Array, small: float) -> Part:
    """e, with the cost t, where exp(-u - t) <= a and exp(-t) <= 1 - a: the cones {(r, s, t): s exp(r / s) <= t}.

    t and a are in units of `small`, which turns the first into exp(-u - t - log small) <= a.
    """
    n = y.size
    each = sparse.eye_array(n)
    first, third = np.array([[1.0], [0.0], [0.0]]), np.array([[0.0], [0.0], [1.0]])
    cost = small * sparse.kron(each, first)
    rows = sparse.block_array(
        [
            [sparse.kron(sparse.diags_array(-y), first), cost, sparse.kron(each, -third)],
            [None, cost, small * sparse.kron(each, third)],
        ]
    )
    bounds = np.concatenate([np.tile([-1.0 - np.log(small), 1.0, 0.0], n), np.tile([0.0, 1.0, 1.0], n)])
    residual = sparse.hstack([each, sparse.csc_array((n, 2 * n))])
    costs = np.concatenate([np.zeros(n), np.full(n, small), np.zeros(n)])
    return Part(np.zeros(3 * n), costs, residual, rows, bounds, (clarabel.ExponentialConeT(),) * (2 * n))


def _joined(first: Part, second: Part) -> Part:
    """Both terms, with the sum of their residuals."""
    return Part(
        np.concatenate([first.quadratic, second.quadratic]),
        np.concatenate([first.linear, second.linear]),
        sparse.hstack([first.residual, second.residual]),
        sparse.block_diag([first.rows, second.rows]),
        np.concatenate([first.bounds, second.bounds]),
        first.cones + second.cones,
    )
