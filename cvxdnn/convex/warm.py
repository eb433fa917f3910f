"""Solving again after a small change: a point was dragged, the weight decay moved.

The optimum's shape (knots, signs, regime) rarely changes much, and from the right shape the active-set method needs
one tridiagonal solve. `Solver` remembers the last shape by the inputs of its knots, starts from it, and falls back
to a cold solve unless the answer is certified to `ACCEPTED`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvxdnn import validation
from cvxdnn.convex.active_set import ActiveSet, Polished, Regime, polish
from cvxdnn.convex.banded import is_trivial, solve_banded
from cvxdnn.convex.certified import certified_solution, interpolation
from cvxdnn.convex.problem import Problem, unit_problem
from cvxdnn.solution import Solution
from cvxdnn.spline import merge_points

Vector = NDArray[np.float64]

ACCEPTED = 1e-9
"""Largest relative gap of an answer from a remembered shape."""


@dataclass(frozen=True, eq=False)
class _Shape:
    """Knots by their inputs, and their slope changes, in the user's units."""

    knots: Vector
    changes: Vector
    regime: Regime
    end_sign: float


class Solver:
    """`solve` for a sequence of nearby two-layer problems with the squared loss.

    Each answer is certified like any other; what happened before affects the time, not the result.

    Parameters
    ----------
    skip_connection : bool
        As in `solve`.

    Attributes
    ----------
    was_warm : bool
        Whether the last answer came from the remembered shape.
    """

    def __init__(self, *, skip_connection: bool = False) -> None:
        self.skip_connection = skip_connection
        self.was_warm = False
        self._shape: _Shape | None = None

    def solve(self, x: ArrayLike, y: ArrayLike, *, beta: float) -> Solution:
        """The certified optimum for these points; see `cvxdnn.solve` for the parameters and errors."""
        points = merge_points(x, y)
        beta = validation.nonnegative("beta", beta)
        self.was_warm = False
        if beta == 0:
            return interpolation(points, y, self.skip_connection)
        problem = unit_problem(points, beta, self.skip_connection)
        answer = self._from_memory(problem)
        self.was_warm = answer is not None
        if answer is None:
            answer = solve_banded(problem)
        self._remember(problem, answer)
        return certified_solution(points, y, problem.to_user(answer.spline), beta, self.skip_connection)

    def _from_memory(self, problem: Problem) -> Polished | None:
        if self._shape is None or is_trivial(problem):
            return None
        start = _start(problem, self._shape)
        answer = polish(problem, start)
        return answer if answer is not None and answer.relative_gap <= ACCEPTED else None

    def _remember(self, problem: Problem, answer: Polished) -> None:
        active, units = answer.active, problem.units
        if active is None:
            self._shape = None
            return
        knots = units.user_x(problem.points.x[active.knots])
        changes = active.changes * units.y_scale / units.x_scale
        self._shape = _Shape(knots, changes, active.regime, active.end_sign)


def _start(problem: Problem, shape: _Shape) -> ActiveSet:
    """The remembered shape on the new points: each knot moves to the nearest inner point, the first one wins."""
    x, units = problem.points.x, problem.units
    at = units.unit_x(shape.knots)
    right = np.clip(np.searchsorted(x, at), 1, x.size - 1)
    nearest = np.where(at - x[right - 1] < x[right] - at, right - 1, right)
    knots, first = np.unique(np.clip(nearest, 1, x.size - 2), return_index=True)
    changes = shape.changes[first] * units.x_scale / units.y_scale
    regime = Regime.BALANCED if problem.skip_connection else shape.regime
    return ActiveSet(knots, changes, regime, shape.end_sign)
