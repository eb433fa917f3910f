"""The best network over the points of a lesson by a quadratic program that shares no code with the library."""

from dataclasses import dataclass

import cvxpy
import numpy as np

from tests.tasks.sketches import hinges


@dataclass(frozen=True)
class Best:
    """In normalised units: the price, and values, misfits and multipliers at the points."""

    price: float
    values: np.ndarray
    misfit: float


def normalised(points):
    """Points in a box of width and height 1, around a mean of 0."""
    x, y = np.array(points).T
    return (x - x.min()) / np.ptp(x), (y - y.mean()) / np.ptp(y)


def best(x, y, beta, loss="squared"):
    """Training as a program over neurons that bend at the points."""
    columns = hinges(x, x)
    weights, bias = cvxpy.Variable(columns.shape[1]), cvxpy.Variable()
    values = columns @ weights + bias
    misfit = cvxpy.sum_squares(values - y) / 2 if loss == "squared" else cvxpy.norm1(values - y)
    program = cvxpy.Problem(cvxpy.Minimize(misfit + beta * cvxpy.norm1(weights)))
    program.solve(solver=cvxpy.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
    return Best(program.value, values.value, misfit.value)


def bends(x, y, beta):
    """The numbers of the inner points where the best curve bends; values at the points decide where it is unique."""
    slopes = np.diff(best(x, y, beta).values) / np.diff(x)
    return set((np.flatnonzero(np.abs(np.diff(slopes)) > 1e-4) + 1).tolist())
