r"""The reference formulation: training as a Lasso over ReLU features, in cvxpy.

.. math::  \min_{u, \xi}\ \tfrac12 \|A u + \xi 1 - y\|^2 + \beta \|u\|_1,
           \qquad A = [\,(x_i - x_j)_+ \mid (x_j - x_i)_+\,] .

One column for each data point and direction: a neuron whose kink lies between two data points is, on the
data, a mixture of the two at its neighbours. Dense and slow, and the statement to compare everything with.

Source: Pilanci & Ergen (2020), arXiv 2002.10553; Ergen & Pilanci (ICML 2021), arXiv 2002.09773.
"""

from dataclasses import dataclass

import cvxpy
import numpy as np
from numpy.typing import NDArray

from cvxdnn.convex.problem import Problem
from cvxdnn.exceptions import SolverFailedError
from cvxdnn.spline import LinearSpline

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LassoSolution:
    """Output weights of rightward and leftward neurons at the distinct points, (m,) each, and the bias."""

    right: Vector
    left: Vector
    bias: float
    skip: float

    @property
    def l1_norm(self) -> float:
        """What beta multiplies."""
        return float(np.abs(self.right).sum() + np.abs(self.left).sum())


def features(x: Vector) -> tuple[Vector, Vector]:
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
    try:
        program.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-11, tol_gap_rel=1e-11, tol_feas=1e-11, max_threads=1)
    except cvxpy.error.SolverError as error:
        raise SolverFailedError(f"the conic solver gave up ({error}); use method='banded'") from error
    if right.value is None:
        raise SolverFailedError(f"the conic solver ended with {program.status}; use method='banded'")
    slope = float(skip.value) if problem.skip_connection else 0.0
    return LassoSolution(np.asarray(right.value), np.asarray(left.value), float(bias.value), slope)


def solve_dictionary(problem: Problem) -> LinearSpline:
    """The optimal spline of a problem with beta > 0, in the problem's units."""
    points = problem.points
    lasso = solve_lasso(problem)
    rightward, leftward = features(points.x)
    fitted = rightward @ lasso.right + leftward @ lasso.left + lasso.bias + lasso.skip * points.x
    return LinearSpline(points.x, fitted)
