"""The training problem in the units every solver works in: merged points of order one.

Scaling x by rho and y by s turns `1/2 sum w (f - y)^2 + beta R(f)` into s^2 times the same problem with
weight decay `beta / (s rho)`. Solvers see only that one; `to_user` maps their spline back.

The map is exact in floating point: scales are powers of two, and an offset is subtracted only when the data lie
far from zero compared with their range, where subtraction has no rounding (Sterbenz' lemma). With steep slopes and
a small weight decay, rounding x to the unit box would move the fit by more than the residuals are large.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cvxdnn.datasets import Normalization
from cvxdnn.objective import Certificate, certify_fit, spline_cost
from cvxdnn.spline import LinearSpline, MergedPoints

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Problem:
    """Merged points with coordinates of order one, and the weight decay of those units."""

    points: MergedPoints
    beta: float
    skip_connection: bool
    units: Normalization

    def certify(self, spline: LinearSpline, dual: Vector | None = None) -> Certificate:
        """The certificate of a spline in these units."""
        cost = spline_cost(spline, self.points, self.skip_connection)
        return certify_fit(
            self.points,
            spline(self.points.x),
            cost,
            self.beta,
            skip_connection=self.skip_connection,
            dual=dual,
        )

    def to_user(self, spline: LinearSpline) -> LinearSpline:
        """The spline in the units of the data."""
        return self.units.user_spline(spline)


def unit_problem(points: MergedPoints, beta: float, skip_connection: bool) -> Problem:
    """`points` scaled to order one, with the weight decay that leaves the optimum the same function."""
    x_offset, x_scale = _exact_units(points.x)
    y_offset, y_scale = _exact_units(points.y)
    units = Normalization(x_offset, x_scale, y_offset, y_scale)
    unit_points = replace(
        points, x=units.unit_x(points.x), y=units.unit_y(points.y), scatter=points.scatter / y_scale**2
    )
    # A positive weight decay stays positive: 0 is another problem.
    unit_beta = max(beta / (y_scale * x_scale), float(np.finfo(np.float64).tiny))
    return Problem(unit_points, unit_beta, skip_connection, units)


def _exact_units(values: Vector) -> tuple[float, float]:
    """Offset and scale such that (values - offset) / scale is of order one and has no rounding."""
    spread = float(np.ptp(values))
    if spread < 1e-100:  # its square would underflow; at such a scale the data are constant
        spread = 1.0
    first = float(values[0])
    offset = first if abs(first) >= 2 * spread else 0.0
    return offset, 2.0 ** math.ceil(math.log2(spread))
