r"""The reference formulation: training as a Lasso over ReLU features, in cvxpy.

.. math::  \min_{u, \xi}\ \tfrac12 \|A u + \xi 1 - y\|^2 + \beta \|u\|_1,
           \qquad A = [\,(x_i - x_j)_+ \mid (x_j - x_i)_+\,] .

One column for each data point and direction: a neuron whose kink lies between two data points is, on the
data, a mixture of the two at its neighbours. Dense and slow, and the statement to compare everything with. Other
convex losses take the place of the first term, one for each point as given.

Source: Pilanci & Ergen (2020), arXiv 2002.10553; Ergen & Pilanci (ICML 2021), arXiv 2002.09773.
"""

import warnings
from dataclasses import dataclass

import cvxpy
import numpy as np

from cvxdnn.convex.conic import ConicAnswer
from cvxdnn.convex.problem import Problem
from cvxdnn.core.exceptions import InvalidInputError, SolverFailedError
from cvxdnn.core.loss_terms import LossTerms
from cvxdnn.core.losses import Absolute, EpsilonInsensitive, Hinge, Huber, Logistic, Loss, Squared
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array


@dataclass(frozen=True, eq=False)
class LassoSolution:
    """Output weights of rightward and leftward neurons at the distinct points, (m,) each, and the bias."""

    right: Array
    left: Array
    bias: float
    skip: float

    @property
    def l1_norm(self) -> float:
        """What beta multiplies."""
        return float(np.abs(self.right).sum() + np.abs(self.left).sum())


def features(x: Array) -> tuple[Array, Array]:
    """Rightward and leftward ReLU features of the points x (m,) at kinks x, (m, m) each."""
    distance = x[:, None] - x[None, :]
    return np.maximum(distance, 0.0), np.maximum(-distance, 0.0)


def solve_lasso(problem: Problem) -> LassoSolution:
    """The Lasso above, with the weights of merged points and, if asked for, a free linear term."""
    points = problem.points
    rightward, leftward = features(points.x)
    right, left = cvxpy.Variable(points.x.size), cvxpy.Variable(points.x.size)
    bias, skip = cvxpy.Variable(), cvxpy.Variable()
    fitted = rightward @ right + leftward @ left + bias
    if problem.skip_connection:
        fitted = fitted + skip * points.x
    loss = 0.5 * cvxpy.sum_squares(cvxpy.multiply(np.sqrt(points.weight), fitted - points.y))
    penalty = cvxpy.norm1(right) + cvxpy.norm1(left)
    # Dividing by beta keeps both terms of comparable size however small the weight decay is.
    program = cvxpy.Problem(cvxpy.Minimize(loss / problem.beta + penalty))
    _run(program, right)
    slope = float(skip.value) if problem.skip_connection else 0.0
    return LassoSolution(np.asarray(right.value), np.asarray(left.value), float(bias.value), slope)


def _run(program: cvxpy.Problem, unknown: cvxpy.Variable) -> None:
    """Solve; afterwards `unknown` has a value."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Solution may be inaccurate")  # the certificate says how inaccurate
            program.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-11, tol_gap_rel=1e-11, tol_feas=1e-11, max_threads=1)
    except cvxpy.error.SolverError as error:
        raise SolverFailedError(f"the conic solver gave up ({error}); use method='banded'") from error
    if unknown.value is None:
        raise SolverFailedError(f"the conic solver ended with {program.status}; use method='banded'")


def solve_dictionary(problem: Problem) -> LinearSpline:
    """The optimal spline of a problem with beta > 0, in the problem's units."""
    points = problem.points
    lasso = solve_lasso(problem)
    rightward, leftward = features(points.x)
    fitted = rightward @ lasso.right + leftward @ lasso.left + lasso.bias + lasso.skip * points.x
    return LinearSpline(points.x, fitted)


def solve_loss_dictionary(terms: LossTerms, beta: float, skip_connection: bool) -> ConicAnswer:
    """The same program with any loss: values (m,) at the merged inputs and multipliers (n,) of the points."""
    x, group, y = terms.points.x, terms.points.group, terms.y
    outputs, weights, line = cvxpy.Variable(y.size), cvxpy.Variable(2 * x.size), cvxpy.Variable(2)
    columns = np.hstack(features(x))
    tail = np.column_stack([np.ones_like(x), x if skip_connection else np.zeros_like(x)])
    network = outputs == columns[group] @ weights + tail[group] @ line
    objective = _total(terms.loss, outputs, y) / beta + cvxpy.norm1(weights)
    program = cvxpy.Problem(cvxpy.Minimize(objective), [network])
    _run(program, weights)
    values = columns @ weights.value + tail @ line.value
    return ConicAnswer(np.arange(x.size), values, beta * np.asarray(network.dual_value))


def _total(loss: Loss, outputs: cvxpy.Expression, y: Array) -> cvxpy.Expression:
    """The sum of the loss over the points, as cvxpy writes it."""
    residual = outputs - y
    match loss:
        case Squared():
            return cvxpy.sum_squares(residual) / 2
        case Huber():
            return cvxpy.sum(cvxpy.huber(residual, loss.delta)) / 2
        case Absolute():
            return cvxpy.norm1(residual)
        case EpsilonInsensitive():
            return cvxpy.sum(cvxpy.pos(cvxpy.abs(residual) - loss.epsilon))
        case Hinge():
            return cvxpy.sum(cvxpy.pos(1 - cvxpy.multiply(y, outputs)))
        case Logistic():
            return cvxpy.sum(cvxpy.logistic(-cvxpy.multiply(y, outputs)))
        case _:
            raise InvalidInputError(f"loss is {loss!r}; the dictionary knows the losses of cvxdnn.core.losses only")
