r"""Deep ReLU networks on rank-one data :math:`X = c a^T`, one output: chains of aligned rank-one layers.

Up to a scale the inputs are the numbers :math:`x = \|a\| c`. Training minimises
:math:`\tfrac12 \|f(X) - y\|^2 + \tfrac\beta2 \sum_l \|W_l\|_F^2`, biases free. What is known:

=========  =============================  ==========================================================
biases     numbers of one sign            numbers of both signs
=========  =============================  ==========================================================
none       one chain, proved              L = 2: proved.  L >= 3: proved when the two halves of the
                                          data want outputs of the same sign, otherwise observed
in layer   linear spline with knots at    L = 2: the same, proved.  L >= 3: no closed form; bounds
L - 1      the data, proved
=========  =============================  ==========================================================

"Proved" is said of an answer only if a lower bound meets its objective to 1e-9 (`cvxdnn.theory.result`).

The formulas are in `cvxdnn.theory.rank_one_chains` (no biases) and `cvxdnn.theory.rank_one_spline` (biases in the last
hidden layer and at the output). Numbers that are all negative are the same as all positive: :math:`c a^T = (-c)(-a)^T`.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; proofs in docs/rank-one.md.
"""

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.types import Array
from cvxdnn.theory.inputs import depth_at_least_two, positive_beta
from cvxdnn.theory.rank_one_chains import solve_chains
from cvxdnn.theory.rank_one_result import RankOne, RankOneData
from cvxdnn.theory.rank_one_spline import solve_spline

__all__ = ["RankOne", "solve"]

SMALLEST = 1e-50
"""Smaller inputs that are not zero would need weights whose squares overflow."""


def solve(c: ArrayLike, a: ArrayLike, y: ArrayLike, *, beta: float, depth: int, bias: bool = False) -> RankOne:
    """The optimal network for inputs c a^T, or the best one known (see its `status`).

    Parameters
    ----------
    c : (n,)
        One number for each sample; not all zero, and none so near to zero that weights would overflow.
    a : (d,)
        The direction all samples share; not zero.
    y : (n,)
        Targets.
    beta : float > 0
        Weight decay: the loss is a sum with 1/2, not a mean.
    depth : int >= 2
        Weight matrices L. Any width that holds the weights returned will do.
    bias : bool
        True: free biases in the last hidden layer and at the output; False: none at all.

    Raises
    ------
    InvalidInputError
        On malformed data or settings.
    SolverFailedError
        When the inner least-squares solver gives up (both signs, biases and three or more layers only).

    Source: docs/rank-one.md.
    """
    c, a, y = _vector("c", c), _vector("a", a), _vector("y", y)
    beta, depth, bias = positive_beta(beta), depth_at_least_two(depth), validation.boolean("bias", bias)
    if c.size != y.size:
        raise InvalidInputError(f"c has {c.size} values and y has {y.size}; give one of each for every sample")
    for name, vector in (("c", c), ("a", a)):
        if not vector.any():
            raise InvalidInputError(f"{name} is zero everywhere, and so are the inputs; give it a nonzero entry")
    length = float(np.linalg.norm(a))
    smallest = float(np.abs(c[c != 0]).min())
    if length * smallest < SMALLEST:
        raise InvalidInputError(f"c a^T holds {length * smallest:g}; set it to zero, or rescale it to ordinary sizes")
    flip = -1.0 if c.max() <= 0 else 1.0
    size = 2.0 ** np.floor(np.log2(np.abs(c).max()))
    data = RankOneData(flip * c / size, flip * a / length, length * size, y, np.outer(c, a))
    return solve_spline(data, beta, depth) if bias else solve_chains(data, beta, depth)


def _vector(name: str, value: ArrayLike) -> Array:
    return validation.bounded(name, validation.finite_vector(name, value))
