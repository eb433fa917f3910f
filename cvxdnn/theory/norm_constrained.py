r"""Deep linear networks whose early layers have a fixed budget: where strong duality holds and where it stops.

The first L - 2 layers satisfy :math:`\|W_l\|_F \le t` and are not penalised; weight decay acts on the last two, so that
:math:`\|w_{L-1,j}\| \le 1` and a penalty :math:`\beta \sum_j \|w_{L,j}\|` remain. On whitened data, with the singular
values a of :math:`X^T Y / q` as targets, the objective in the singular values s of the end-to-end matrix is
:math:`\tfrac q2 \|s - a\|^2` plus

* *standard* network, shared layers: :math:`\beta t^{2-L} (\sum_i s_i^{2/L})^{L/2}`, a quasi-norm;
* *parallel* network, each branch with its own budget and one output row: :math:`\beta t^{2-L} \sum_i s_i`.

The second is the dual's value. The first is larger as soon as two singular values survive and L >= 3.

Source: Wang, Ergen & Pilanci (2023), arXiv 2110.06482; docs/deep-linear.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array
from cvxdnn.theory.inputs import depth_at_least_two, positive_beta, samples
from cvxdnn.theory.spectral import quasi_norm_fit
from cvxdnn.theory.whitened_inputs import whitened_inputs

__all__ = ["NormConstrained", "norm_constrained"]


@dataclass(frozen=True, eq=False)
class NormConstrained:
    """Optima for one budget.

    standard, parallel : objectives of the two architectures; `parallel` is also the dual's value
    standard_values, parallel_values : (r,) singular values of the optimal end-to-end matrices, descending
    """

    standard: float
    parallel: float
    standard_values: Array
    parallel_values: Array

    @property
    def gap(self) -> float:
        """The duality gap of the standard network."""
        return self.standard - self.parallel


def norm_constrained(X: ArrayLike, Y: ArrayLike, *, beta: float, depth: int, budget: float) -> NormConstrained:
    """Both optima and the duality gap.

    Parameters
    ----------
    X : (n, d)
        Whitened inputs: X^T X = q I or X X^T = q I to 1e-10.
    Y : (n,) or (n, K)
        Targets.
    beta : float > 0
        Weight decay of the last two layers.
    depth : int >= 2
        Weight matrices L.
    budget : float > 0
        t, the largest Frobenius norm of each of the first L - 2 layers.

    Raises
    ------
    InvalidInputError
        On malformed data or settings, and for inputs that are not whitened.
    """
    X, Y = samples(X, Y)
    beta, depth, budget = positive_beta(beta), depth_at_least_two(depth), validation.positive("budget", budget)
    if abs((depth - 2) * np.log10(budget)) > 100:
        raise InvalidInputError(f"budget is {budget:g}, and its power {depth - 2} overflows; use one nearer to 1")
    whitened = whitened_inputs(X, Y)
    if whitened is None:
        raise InvalidInputError(
            f"X of shape {X.shape} is not whitened (X^T X = q I or X X^T = q I), and the problem has no closed form "
            "then: pass orthonormal columns or rows"
        )
    q, targets = whitened.q, whitened.values
    outside = whitened.floor.constant
    weight = beta * budget ** (2 - depth) / q
    standard_values, standard = quasi_norm_fit(targets, weight, depth)
    parallel_values = np.maximum(targets - weight, 0.0)
    parallel = 0.5 * float(((parallel_values - targets) ** 2).sum()) + weight * float(parallel_values.sum())
    return NormConstrained(outside + q * standard, outside + q * parallel, standard_values, parallel_values)
