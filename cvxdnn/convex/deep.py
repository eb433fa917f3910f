r"""The global optimum for any depth: a one-dimensional search along the two-layer path.

An L-layer network of one input x >= 0, with biases in its last hidden layer only, is trained on loss plus weight decay.
Its early layers can only rescale x, and rescaling layers against each other costs least when all have the same norm;
so training it is

.. math::  \min_f\ loss(f) + \tfrac{\beta L}{2} R(f)^{2/L} = \min_{r \ge 0}\ F(r) + \tfrac{\beta L}{2} r^{2/L},
           \qquad F(r) = \min\{loss(f) : R(f) \le r\} .

Every F(r) is attained on the two-layer regularisation path, and a minimum in r is the two-layer optimum for the
*effective weight decay* :math:`\lambda = \beta r^{2/L-1}`. For L >= 3 the penalty is concave: the constant r = 0 is
always a local minimum, others may exist, and which one is global changes abruptly with beta.

`DeepPath` solves all depths and weight decays of one data set from one path: the minima in closed form or by a
bracketed root (`deep_curve`), the gap by two-layer certificates (`deep_bound`), the jumps by `critical`.

Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; the reduction is derived in docs/depth.md.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.convex.banded import without_knots
from cvxdnn.convex.certified import solution_of
from cvxdnn.convex.critical import Transition, transitions
from cvxdnn.convex.deep_bound import Proofs
from cvxdnn.convex.deep_curve import LossCurve, Penalty, minima
from cvxdnn.convex.deep_solution import equally_good, require_nonnegative, with_lower_bound, with_minima, with_penalty
from cvxdnn.convex.path import Path, regularization_path
from cvxdnn.core import validation
from cvxdnn.core.solution import LocalMinimum, Solution
from cvxdnn.core.types import Array

__all__ = ["DeepPath", "Transition", "critical_betas", "solve_deep"]


class DeepPath:
    """Certified optima of every depth and weight decay, for one data set.

    Certificates are kept between calls, so that moving beta or the depth costs a millisecond or two.

    Parameters
    ----------
    path : Path
        The two-layer path, with or without a skip connection.

    Attributes
    ----------
    path : Path
    curve : LossCurve
        The least loss for every path norm, and its slope.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.curve = LossCurve.of(path)
        self._proofs = Proofs(path)

    def solve(self, *, beta: float, depth: int) -> Solution:
        """The global optimum, certified.

        Parameters
        ----------
        beta : float >= 0
            Weight decay; 0 is the limit, the interpolating spline.
        depth : int >= 2
            Weight layers.

        Raises
        ------
        InvalidInputError
            When beta or depth is out of range, or an x is negative and the depth above 2.
        """
        penalty = self._penalty(beta, depth)
        if depth == 2 or beta == 0:
            return with_penalty(self.path.at(beta), penalty)
        found = self.local_minima(beta=beta, depth=depth)
        # Of several equally good ones the most regular, whatever round-off says.
        best = next(minimum for minimum in found if minimum.is_global)
        solution = self.solution_at(best, beta=beta, depth=depth)
        exact = replace(best, r=solution.path_norm, objective=solution.objective)
        return with_minima(solution, tuple(exact if minimum is best else minimum for minimum in found))

    def solution_at(self, minimum: LocalMinimum, *, beta: float, depth: int) -> Solution:
        """The function of a local minimum, global or not, with its gap to the global optimum.

        Parameters
        ----------
        minimum : LocalMinimum
            One of `local_minima` for the same beta and depth.
        """
        penalty = self._penalty(beta, depth)
        solution = with_penalty(self._two_layer(minimum), penalty)
        bound = self._proofs.lower_bound(penalty, solution.objective, solution.path_norm)
        return replace(with_lower_bound(solution, bound), proofs=self._proofs.known())

    def local_minima(self, *, beta: float, depth: int) -> tuple[LocalMinimum, ...]:
        """Every local minimum of F(r) + (beta L / 2) r^(2/L), by ascending r; see `solve` for the parameters."""
        penalty = self._penalty(beta, depth)
        norms = minima(self.curve, penalty)
        objectives = self.curve.loss_at(norms) + penalty(norms)
        # At 0 every weight decay from beta_max on has the same optimum; the smallest touches the tube's wall.
        betas = np.where(norms > 0, np.minimum(penalty.slope(norms), self.path.beta_max), self.path.beta_max)
        return tuple(
            LocalMinimum(float(r), float(objective), float(effective), bool(is_global))
            for r, objective, effective, is_global in zip(
                norms, objectives, betas, equally_good(objectives), strict=True
            )
        )

    def objective_at(self, path_norm: ArrayLike, *, beta: float, depth: int) -> Array:
        """F(r) + (beta L / 2) r^(2/L) at path norms r >= 0 of any shape: no network of path norm r has less."""
        norms = validation.nonnegatives("path_norm", path_norm)
        return np.asarray(self.curve.loss_at(norms) + self._penalty(beta, depth)(norms))

    def stationary_beta(self, path_norm: ArrayLike, *, depth: int) -> Array:
        """The weight decay for which the best function of path norm r is stationary, for r >= 0 of any shape."""
        norms = validation.nonnegatives("path_norm", path_norm)
        return np.asarray(self.curve.beta_at(norms) * norms ** (1 - 2 / self._penalty(1.0, depth).depth))

    def transitions(self, *, depth: int) -> tuple[Transition, ...]:
        """Where the global minimiser jumps as beta falls, by descending beta; none for depth 2."""
        return transitions(self.curve, self._penalty(1.0, depth).depth)

    def _two_layer(self, minimum: LocalMinimum) -> Solution:
        """The two-layer optimum that a local minimum is."""
        path = self.path
        if minimum.r > 0:
            return path.at(minimum.effective_beta)
        # A bend of the size of round-off would cost nothing there, but its small power here.
        straight = without_knots(path.problem.at_beta(minimum.effective_beta))
        return solution_of(straight, path.points, path.y, minimum.effective_beta)

    def _penalty(self, beta: float, depth: int) -> Penalty:
        beta = validation.nonnegative("beta", beta)
        depth = validation.depth(depth)
        require_nonnegative(self.path.points.x, depth)
        return Penalty(beta, depth)


def solve_deep(path: Path, *, beta: float, depth: int) -> Solution:
    """The certified optimum for any depth from a path computed before.

    The last few paths keep their certificates. See `DeepPath.solve` for the parameters and errors.
    """
    return _deep_path(path).solve(beta=beta, depth=depth)


def critical_betas(x: ArrayLike, y: ArrayLike, *, depth: int, skip_connection: bool = False) -> Array:
    """The weight decays at which the optimal network of this depth changes abruptly.

    Parameters
    ----------
    x, y : arrays (n,), n >= 1, any order, x >= 0 for depth >= 3
    depth : int >= 2
        Weight layers.
    skip_connection : bool
        Add an unpenalised linear term to the model.

    Returns
    -------
    array (k,), descending
        Above the first the best constant (with a skip connection: line) is optimal; at each of them two different
        functions are. Empty for depth 2, where the optimum is continuous in beta, and for constant y.

    Raises
    ------
    InvalidInputError
        On malformed data, or a negative x with depth >= 3.

    Source: docs/depth.md; computed from the path in closed form and by bracketed roots (`cvxdnn.convex.critical`).
    """
    deep = DeepPath(regularization_path(x, y, skip_connection=skip_connection))
    return np.array([transition.beta for transition in deep.transitions(depth=depth)])


@lru_cache(maxsize=8)
def _deep_path(path: Path) -> DeepPath:
    return DeepPath(path)
