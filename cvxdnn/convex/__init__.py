"""Global optima of the training problem through its convex reformulation.

`solve` is the entrance. `banded` is the fast form, `dictionary` (cvxpy) the reference; both answers pass
through the certificate of `cvxdnn.objective`, so that no solver certifies itself.
"""

from numpy.typing import ArrayLike

from cvxdnn import validation
from cvxdnn.convex.banded import solve_banded
from cvxdnn.convex.certified import TOLERANCE, certified_solution, interpolation
from cvxdnn.convex.path import Path, regularization_path
from cvxdnn.convex.problem import Problem, unit_problem
from cvxdnn.convex.warm import Solver
from cvxdnn.exceptions import InvalidInputError
from cvxdnn.losses import Loss, Squared, named
from cvxdnn.solution import Solution
from cvxdnn.spline import LinearSpline, merge_points

__all__ = ["METHODS", "TOLERANCE", "Path", "Solver", "regularization_path", "solve"]

METHODS = ("auto", "banded", "dictionary")


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
    """The global optimum of training a two-layer ReLU network of one input with weight decay.

    Minimises 1/2 sum (f(x_i) - y_i)^2 + beta/2 (sum of squared weights) over networks of any width >= n + 1
    with free biases, which equals 1/2 sum (f - y)^2 + beta R(f) over linear splines; other losses in place of the
    first term.

    Parameters
    ----------
    x, y : arrays (n,), n >= 1, any order, in the user's units
        Points whose x agree to 1e-7 of the range count as one point with a weight.
    beta : float >= 0
        Weight decay; 0 is the limit of vanishing weight decay: of the functions of least loss, one of least path
        norm. That is the interpolating spline for "squared", and does not exist for "logistic".
    depth : 2
        Weight layers.
    loss : one of cvxdnn.objective.LOSSES, or a cvxdnn.losses.Loss
        "squared", "absolute", "huber" and "epsilon_insensitive" (thresholds in the units of y) for numbers;
        "logistic" and "hinge" for labels -1 and +1.
    skip_connection : bool
        Add an unpenalised linear term to the model: the penalty is then the total variation of the slope.
    method : "auto", "banded" or "dictionary"
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

    Source: Ergen & Pilanci (ICML 2021), arXiv 2002.09773; docs/two-layers.md.
    """
    points = merge_points(x, y)
    beta = validation.nonnegative("beta", beta)
    loss = named(loss)
    validation.one_of("method", method, METHODS)
    if validation.positive_int("depth", depth, minimum=2) != 2:
        raise InvalidInputError(f"depth is {depth}; the certified optimum is available for depth=2 only")
    if not isinstance(loss, Squared):
        from cvxdnn.convex.other_losses import solve_loss  # loads the conic solver: only when asked for

        return solve_loss(points, y, loss, beta, skip_connection, method)
    if beta == 0:
        return interpolation(points, y, skip_connection)
    spline = _optimal_spline(unit_problem(points, beta, skip_connection), method)
    return certified_solution(points, y, spline, beta, skip_connection)


def _optimal_spline(problem: Problem, method: str) -> LinearSpline:
    if method == "dictionary":
        from cvxdnn.convex.dictionary import solve_dictionary  # cvxpy is heavy: only when asked for

        return problem.to_user(solve_dictionary(problem))
    return problem.to_user(solve_banded(problem).spline)
