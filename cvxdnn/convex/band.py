r"""The function of least path norm in a band: what remains of training when weight decay vanishes.

In the limit beta -> 0 the loss takes its smallest value at every input, and among the functions that do so one of least
path norm is wanted. Where the best value at an input is not unique (points that share it, an insensitive zone, the
hinge loss) the values may lie anywhere in an interval :math:`[l_i, h_i]`. Multipliers in the tube of width 1 prove

.. math::  R(f) \ge \sum_i \lambda_i f(x_i) \ge \sum_i \min(\lambda_i l_i, \lambda_i h_i) ;

where an end of the interval is infinite, :math:`\lambda_i` must not have the sign that would look there.
"""

from dataclasses import dataclass

import numpy as np

from cvxdnn.convex.conic import ConicAnswer, band_program
from cvxdnn.convex.conic_search import search_nodes
from cvxdnn.convex.knot_removal import NOISE, first_accepted, spline_through, with_fewer_knots
from cvxdnn.core.loss_terms import midpoint
from cvxdnn.core.projection import projected
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.tube import needed_beta
from cvxdnn.core.types import Array

__all__ = ["Band"]

MARGIN = 1e-9
"""How far inside its ends a band is searched, so that round-off does not carry values out of it."""


@dataclass(frozen=True, eq=False)
class Band:
    """Intervals [low, high], (m,) each, at inputs x (m,) in [0, 1]; ends may be infinite, and equal."""

    x: Array
    low: Array
    high: Array
    skip_connection: bool = False

    def narrowed(self, margin: float) -> "Band":
        """The band without a strip of at least MARGIN, at most a quarter, at either end."""
        strip = np.minimum(max(MARGIN, margin), (self.high - self.low) / 4)
        return Band(self.x, self.low + strip, self.high - strip, self.skip_connection)

    def solve(self) -> tuple[LinearSpline, float]:
        """A spline in the band of nearly the least path norm, and by which share it may be above the least."""
        floor, ceiling = self.low.max(), self.high.min()
        if floor <= ceiling:
            return LinearSpline(self.x[:1], np.atleast_1d(midpoint(floor, ceiling))), 0.0

        def excess(answer: ConicAnswer) -> float:
            return self._excess(spline_through(self.x, answer.values, answer.nodes), answer.multipliers)

        program = band_program(self.x, self.low, self.high, self._size(), self.skip_connection)
        answer, _ = search_nodes(program, excess)
        spline = self._without_noise(answer)
        return spline, self._excess(spline, answer.multipliers)

    def _size(self) -> float:
        """A slope that f must have somewhere."""
        needed = np.maximum(self.low[1:] - self.high[:-1], self.low[:-1] - self.high[1:]) / np.diff(self.x)
        return max(float(needed.max()), self.low.max() - self.high.min())

    def _excess(self, spline: LinearSpline, multipliers: Array) -> float:
        """By which share a spline may be above the least path norm; infinite outside the band."""
        if not self.holds(spline):
            return np.inf
        cost = self.path_norm(spline)
        return 1 - self.lower_bound(multipliers) / cost if cost > 0 else 0.0

    def path_norm(self, spline: LinearSpline) -> float:
        """What a spline costs over the range of x."""
        inside = spline.restricted(float(self.x[0]), float(self.x[-1]))
        return inside.total_variation if self.skip_connection else inside.path_norm

    def lower_bound(self, multipliers: Array) -> float:
        """A lower bound on the path norm of every function in the band, from multipliers (m,) made feasible."""
        far = 4 * float(np.abs(multipliers).max())
        lowest, highest = np.where(np.isfinite(self.high), -far, 0.0), np.where(np.isfinite(self.low), far, 0.0)
        feasible = projected(multipliers, lowest, highest, self.x if self.skip_connection else None)
        feasible = feasible / max(needed_beta(self.x, feasible), 1.0)
        used = feasible != 0
        nearest = np.where(feasible > 0, self.low, self.high)
        return float(feasible[used] @ nearest[used])

    def holds(self, spline: LinearSpline) -> bool:
        """Whether a spline stays in the band, to a tenth of MARGIN."""
        values, slack = spline(self.x), MARGIN / 10
        return bool(np.all(values >= self.low - slack) and np.all(values <= self.high + slack))

    def _without_noise(self, answer: ConicAnswer) -> LinearSpline:
        """The answer's function without bends that are only noise."""
        enough = self.path_norm(spline_through(self.x, answer.values, answer.nodes)) * (1 + NOISE)
        return first_accepted(
            with_fewer_knots(self.x, answer.values, answer.nodes),
            lambda spline: self.path_norm(spline) <= enough and self.holds(spline),
        )
