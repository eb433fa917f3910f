"""The training problem in the units every solver works in: merged points of order one.

Scaling x by rho and y by s turns `1/2 sum w (f - y)^2 + beta R(f)` into s^2 times the same problem with
weight decay `beta / (s rho)`. Solvers see only that one; `to_user` maps their spline back.

The map is exact in floating point: scales are powers of two, and an offset is subtracted only when the data lie
far from zero compared with their range, where subtraction has no rounding (Sterbenz' lemma). With steep slopes and
a small weight decay, rounding x to the unit box would move the fit by more than the residuals are large.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from cvxdnn.core.datasets import Normalization
from cvxdnn.core.evaluation import fit_of
from cvxdnn.core.objective import Certificate, certify_fit
from cvxdnn.core.spline import LinearSpline, MergedPoints
from cvxdnn.core.tube import DualPoint
from cvxdnn.core.types import Array

LARGEST_BETA = 1e200
"""In units in which data are of order one; its products with them must not overflow."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Merged points with coordinates of order one, and the weight decay of those units."""

    points: MergedPoints
    beta: float
    skip_connection: bool
    units: Normalization

    def certify(self, spline: LinearSpline, sums: Iterable[Array] = ()) -> Certificate:
        """The certificate of a spline in these units; `sums` (m - 1,) are cumulative sums of multipliers to try."""
        duals = (DualPoint(self.points.x, given, self.skip_connection) for given in sums)
        fit = fit_of(spline, self.points.x, self.skip_connection)
        return certify_fit(self.points, fit, self.beta, skip_connection=self.skip_connection, duals=duals)

    def at_beta(self, beta: float) -> "Problem":
        """The same problem with another weight decay, given in the units of the data."""
        return replace(self, beta=_unit_beta(beta, self.units))

    def is_exact(self, beta: float) -> bool:
        """Whether the weight decay of these units is the user's `beta`, without underflow."""
        return self.beta * self.units.y_scale * self.units.x_scale == beta

    def to_user(self, spline: LinearSpline) -> LinearSpline:
        """The spline in the units of the data."""
        return self.units.user_spline(spline)


def unit_problem(points: MergedPoints, beta: float, skip_connection: bool) -> Problem:
    """`points` scaled to order one, with the weight decay that leaves the optimum the same function."""
    x_offset, x_scale = _exact_units(points.x)
    y_offset, y_scale = _exact_units(points.y)
    units = Normalization(x_offset, x_scale, y_offset, y_scale)
    unit_points = MergedPoints(
        x=(points.x - x_offset) / x_scale,
        y=(points.y - y_offset) / y_scale,
        weight=points.weight,
        group=points.group,
        scatter=points.scatter / y_scale**2,
        rounding=points.rounding / y_scale,
    )
    return Problem(unit_points, _unit_beta(beta, units), skip_connection, units)


def _unit_beta(beta: float, units: Normalization) -> float:
    # A positive weight decay stays positive: 0 is another problem. Beyond the largest all optima are the constant.
    smallest = float(np.finfo(np.float64).tiny)
    return min(max(beta / units.y_scale / units.x_scale, smallest), LARGEST_BETA) if beta else 0.0


def _exact_units(values: Array) -> tuple[float, float]:
    """Offset and scale such that (values - offset) / scale is of order one and has no rounding."""
    spread = float(values.max() - values.min())
    if spread < 1e-100:  # its square would underflow; at such a scale the data are constant
        spread = 1.0
    first = float(values[0])
    offset = first if abs(first) >= 2 * spread else 0.0
    return offset, 2.0 ** math.ceil(math.log2(spread))
