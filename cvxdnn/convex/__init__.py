"""Global optima of the training problem through its convex reformulation.

`solve` is the entrance. `banded` is the fast form, `dictionary` (cvxpy) the reference; both answers pass
through the certificate of `cvxdnn.core.objective`, so that no solver certifies itself. Deeper networks (`deep`) are
solved along the two-layer `path`.
"""

from collections.abc import Callable

from numpy.typing import ArrayLike

from cvxdnn.convex.banded import ACCEPTED, solve_banded
from cvxdnn.convex.certified import TOLERANCE, interpolation, solution_of
from cvxdnn.convex.deep import DeepPath, critical_betas, solve_deep
from cvxdnn.convex.deep_curve import Penalty
from cvxdnn.convex.deep_search import constant_solution, search_path_norm
from cvxdnn.convex.deep_solution import require_nonnegative, with_penalty
from cvxdnn.convex.path import Path, regularization_path
from cvxdnn.convex.polish import Candidate
from cvxdnn.convex.problem import Problem, unit_problem
from cvxdnn.convex.warm import Solver
from cvxdnn.core import validation
from cvxdnn.core.exceptions import InvalidInputError, require
from cvxdnn.core.losses import Loss, Squared, named
from cvxdnn.core.objective import loss_terms
from cvxdnn.core.solution import Solution
from cvxdnn.core.spline import MergedPoints, merge_points

__all__ = [
    "METHODS",
    "TOLERANCE",
    "DeepPath",
    "Path",
    "Solver",
    "critical_betas",
    "least_spline",
    "regularization_path",
    "solve",
    "solve_deep",
]

METHODS = ("auto", "banded", "dictionary")
LONGEST_PATH = 1_000
"""With more points, following the whole path takes seconds, and a search over two-layer problems a tenth of one."""


def solve(
    x: ArrayLike,
    y: ArrayLike,
    *,
    beta: float,
    depth: int = 2,
    loss: str | Loss = "squared",
    skip_connection: bool = False,
    method: str = "auto",
) -> Solution:
    """The global optimum of training a ReLU network of one input with weight decay.

    Minimises 1/2 sum (f(x_i) - y_i)^2 + beta/2 (sum of squared weights) over networks of any width >= n + 1
    with free biases in the last hidden layer, which for L weight layers equals
    1/2 sum (f - y)^2 + (beta L / 2) R(f)^(2/L) over linear splines; other losses in place of the first term.

    Parameters
    ----------
    x, y : arrays (n,), n >= 1, any order, in the user's units
        Points of equal x count as one point with a weight; nearly equal ones stay apart.
    beta : float >= 0
        Weight decay; 0 is the limit of vanishing weight decay: of the functions of least loss, one of least path
        norm. That is the interpolating spline for "squared", and does not exist for "logistic".
    depth : int >= 2
        Weight layers. With 3 or more every x must be 0 or larger. Up to `LONGEST_PATH` points with the squared loss
        all local minima are listed; otherwise the optimum is found by a certified search over two-layer solutions.
    loss : one of cvxdnn.core.objective.LOSSES, or a cvxdnn.core.losses.Loss
        "squared", "absolute", "huber" and "epsilon_insensitive" (thresholds in the units of y) for numbers;
        "logistic" and "hinge" for labels -1 and +1.
    skip_connection : bool
        Add an unpenalised linear term to the model: R is then the total variation of the slope. With depth >= 3 for
        the squared loss only.
    method : "auto", "banded" or "dictionary", which needs the extra "reference"
        Losses other than "squared" are solved by a conic program, whose size grows linearly with n, unless by the
        dictionary.

    Returns
    -------
    Solution
        Certified: see its `gap` and `status`.

    Raises
    ------
    InvalidInputError
        On malformed data or settings, and where no optimum exists ("logistic" with labels of one class only, without
        weight decay, or with a skip connection and labels that one threshold separates).
    SolverFailedError
        When a conic solver gives no answer.
    MissingExtraError
        For the method "dictionary" without cvxpy.

    Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; docs/two-layers.md, docs/depth.md.
    """
    points = merge_points(x, y)
    beta = validation.nonnegative("beta", beta)
    loss = named(loss)
    skip_connection = validation.boolean("skip_connection", skip_connection)
    if validation.one_of("method", method, METHODS) == "dictionary":
        require("cvxpy", extra="reference")
    if validation.depth(depth) > 2 or not isinstance(loss, Squared):
        validation.resolved("y", points.y)
    if depth > 2:
        return _solve_deeper(x, y, Penalty(beta, depth), loss, skip_connection, method)
    if not isinstance(loss, Squared):
        from cvxdnn.convex.other_losses import solve_loss  # loads the conic solver: only when asked for

        if 0 < beta < 1e-305:
            raise InvalidInputError(f"beta is {beta:g}; quotients by it overflow: use 0, or at least 1e-305")
        return solve_loss(points, y, loss, beta, skip_connection, method)
    if beta == 0:
        return interpolation(points, y, skip_connection)
    return solution_of(_optimum(unit_problem(points, beta, skip_connection), method), points, y, beta)


def _solve_deeper(
    x: ArrayLike, y: ArrayLike, penalty: Penalty, loss: Loss, skip_connection: bool, method: str
) -> Solution:
    """Three layers or more: from the path, or where there is none by a search over two-layer solutions."""
    points = merge_points(x, y)
    require_nonnegative(validation.finite_vector("x", x), penalty.depth)

    def two_layer(beta: float) -> Solution:
        return solve(x, y, beta=beta, loss=loss, skip_connection=skip_connection, method=method)

    if penalty.beta == 0:
        return with_penalty(two_layer(0.0), penalty)
    if isinstance(loss, Squared) and method != "dictionary" and points.x.size <= LONGEST_PATH:
        path = regularization_path(x, y, skip_connection=skip_connection)
        from_path = solve_deep(path, beta=penalty.beta, depth=penalty.depth)
        if from_path.relative_gap <= ACCEPTED:
            return from_path
        # Where inputs are as close as numbers can be, the end of the path is not resolved; single solutions are.
        searched = _searched(x, y, points, penalty, loss, skip_connection, two_layer)
        return min(from_path, searched, key=lambda solution: solution.relative_gap)
    return _searched(x, y, points, penalty, loss, skip_connection, two_layer)


def least_spline(x: ArrayLike, y: ArrayLike, *, beta: float, depth: int) -> Solution:
    """The linear spline of least 1/2 sum (f - y)^2 + (beta L / 2) R(f)^(2/L), for inputs of any sign.

    Where some inputs are negative and depth >= 3 this is not what a network can attain (docs/rank-one.md), but part of
    a bound on it; elsewhere `solve` gives the same.

    Parameters
    ----------
    x, y : arrays (n,), n >= 1, any order, in the user's units
    beta : float > 0
    depth : int >= 2

    Raises
    ------
    InvalidInputError
        On malformed data or settings.
    """
    points, squared = merge_points(x, y), Squared()
    penalty = Penalty(validation.positive("beta", beta), validation.depth(depth))

    def two_layer(beta: float) -> Solution:
        return solve(x, y, beta=beta)

    if penalty.depth == 2:
        return two_layer(penalty.beta)
    return _searched(x, y, points, penalty, squared, False, two_layer)


def _searched(
    x: ArrayLike,
    y: ArrayLike,
    points: MergedPoints,
    penalty: Penalty,
    loss: Loss,
    skip_connection: bool,
    two_layer: Callable[[float], Solution],
) -> Solution:
    """Three layers or more by a search over two-layer solutions."""
    constant = constant_solution(
        x, y, points, loss, skip_connection=skip_connection, two_layer=two_layer, otherwise=penalty.beta
    )
    return search_path_norm(two_layer, penalty, constant=constant, rest=loss_terms(points, y, loss).best_bound([], 0.0))


def _optimum(problem: Problem, method: str) -> Candidate:
    if method == "dictionary":
        from cvxdnn.convex.dictionary import solve_dictionary  # cvxpy is heavy: only when asked for

        return Candidate(problem, solve_dictionary(problem))
    return solve_banded(problem)
