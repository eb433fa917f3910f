"""Solving again after a small change: a point was dragged, the weight decay moved.

The optimum's shape (knots, signs, regime) rarely changes much, and from the right shape the active-set method needs
one tridiagonal solve. `Solver` remembers the last shape by the inputs of its knots, starts from it, and falls back
to a cold solve unless the answer is certified to `ACCEPTED`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.convex.active_set import ActiveSet, Regime
from cvxdnn.convex.banded import ACCEPTED, solve_banded
from cvxdnn.convex.certified import interpolation, solution_of
from cvxdnn.convex.polish import Candidate, polish
from cvxdnn.convex.problem import Problem, unit_problem
from cvxdnn.core import validation
from cvxdnn.core.solution import Solution
from cvxdnn.core.spline import merge_points
from cvxdnn.core.types import Array


@dataclass(frozen=True, eq=False)
class _Shape:
    """Knots by their inputs, and their slope changes, in the user's units."""

    knots: Array
    changes: Array
    regime: Regime
    end_sign: float


class Solver:
    """`solve` for a sequence of nearby two-layer problems with the squared loss.

    Each answer is certified like any other; what happened before affects the time, not the result. For another loss, or
    more layers, call `cvxdnn.solve`.

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
        self.skip_connection = validation.boolean("skip_connection", skip_connection)
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
        answer = self._from_memory(problem, points.x)
        if answer is not None:
            solution = solution_of(answer, points, y, beta)
            self.was_warm = solution.relative_gap <= ACCEPTED
        if answer is None or not self.was_warm:
            answer = solve_banded(problem)
            solution = solution_of(answer, points, y, beta)
        self._remember(problem, points.x, answer)
        return solution

    def _from_memory(self, problem: Problem, x: Array) -> Candidate | None:
        if self._shape is None or x.size <= 2:
            return None
        answer = polish(problem, _start(problem, x, self._shape))
        # Without knots it may have to be the constant, exactly.
        return None if answer is None or answer.active is None or answer.active.knots.size == 0 else answer

    def _remember(self, problem: Problem, x: Array, answer: Candidate) -> None:
        active, units = answer.active, problem.units
        if active is None:
            self._shape = None
            return
        changes = active.changes * (units.y_scale / units.x_scale)
        self._shape = _Shape(x[active.knots], changes, active.regime, active.end_sign)


def _start(problem: Problem, x: Array, shape: _Shape) -> ActiveSet:
    """The remembered shape on the new points: each knot moves to the nearest inner x (m,), the first one wins."""
    units, borders = problem.units, (x[1:-2] + x[2:-1]) / 2
    knots = 1 + borders.searchsorted(shape.knots)
    is_first = np.ones(knots.size, dtype=bool)
    is_first[1:] = knots[1:] > knots[:-1]
    changes = shape.changes[is_first] * (units.x_scale / units.y_scale)
    regime = Regime.BALANCED if problem.skip_connection else shape.regime
    return ActiveSet(knots[is_first], changes, regime, shape.end_sign)
