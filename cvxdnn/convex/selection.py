"""Choosing the weight decay by cross-validation, along the exact path of each fold.

Leave a fold out, follow the path of the rest, and measure the squared error at the points left out for a grid of
weight decays. The objective sums over points, so a fold with fewer of them is given proportionally less weight decay:
`beta * n_kept / n` weighs loss and penalty as `beta` does on all data.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.convex import regularization_path
from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.objective import beta_max
from cvxdnn.core.types import Array, Mask

__all__ = ["CrossValidation", "cross_validate"]

GRID_SIZE = 80
LOWEST_SHARE = 1e-5
"""The grid ends at this share of beta_max."""


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """Error of prediction against weight decay.

    betas : (q,) descending;  mean_error : (q,) mean squared error at the points left out
    standard_error : (q,) of that mean, from the spread over the folds;  folds : how many there were
    """

    betas: Array
    mean_error: Array
    standard_error: Array
    folds: int

    @property
    def best(self) -> float:
        """The weight decay with the smallest mean error; of several the largest."""
        return float(self.betas[np.argmin(self.mean_error)])


def cross_validate(x: ArrayLike, y: ArrayLike, *, folds: int | None = None, seed: int = 0) -> CrossValidation:
    """Mean squared error of prediction over a grid of weight decays.

    Parameters
    ----------
    x, y : arrays (n,), n >= 3
    folds : int from 2 to n, optional
        Number of folds; n leaves out one point at a time. By default n up to 20 points and 10 above.
    seed : int
        Which points share a fold.

    Raises
    ------
    InvalidInputError
        With fewer than three points, constant y (every weight decay is as good), or an impossible number of folds.
    """
    x, y = validation.points(x, y)
    n = x.size
    if n < 3:
        raise InvalidInputError(f"x has {n} points; cross-validation needs at least 3")
    largest = beta_max(x, y)
    if largest == 0:
        raise InvalidInputError("y is constant; every weight decay gives the same function")
    count = n if n <= 20 else 10
    if folds is not None:
        count = validation.positive_int("folds", folds, minimum=2, maximum=n)
    seed = validation.positive_int("seed", seed, minimum=0)
    betas = np.geomspace(largest, LOWEST_SHARE * largest, GRID_SIZE)
    fold_of = np.random.default_rng(seed).permutation(np.arange(n) % count)
    errors = np.stack([_fold_errors(x, y, fold_of == fold, betas) for fold in range(count)])
    largest_error = errors.max() or 1.0  # its square may overflow
    spread = (errors / largest_error).std(axis=0, ddof=1) * largest_error
    return CrossValidation(betas, errors.mean(axis=0), spread / np.sqrt(count), count)


def _fold_errors(x: Array, y: Array, left_out: Mask, betas: Array) -> Array:
    """Mean squared error at the points left out, for every weight decay."""
    kept = ~left_out
    path = regularization_path(x[kept], y[kept])
    predicted = path.fitted(x[left_out], betas * (kept.sum() / x.size))
    return np.asarray(np.mean((predicted - y[left_out]) ** 2, axis=1))
