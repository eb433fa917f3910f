"""The training problem in the units every solver works in: merged points in the unit box.

Scaling x by rho and y by s turns `1/2 sum w (f - y)^2 + beta R(f)` into s^2 times the same problem with
weight decay `beta / (s rho)`. Solvers see only that one; `to_user` maps their spline back.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cvxdnn.datasets import Normalization
from cvxdnn.objective import Certificate, certify_fit, spline_cost
from cvxdnn.spline import LinearSpline, MergedPoints

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Problem:
    """Merged points with x in [0, 1] and y centred with unit range, and the weight decay of those units."""

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
    """`points` scaled to the unit box, with the weight decay that leaves the optimum the same function."""
    x_scale = float(points.x[-1] - points.x[0]) or 1.0
    y_scale = float(np.ptp(points.y)) or 1.0
    y_mean = float(points.weight @ points.y / points.weight.sum())
    units = Normalization(float(points.x[0]), x_scale, y_mean, y_scale)
    unit_points = MergedPoints(
        units.unit_x(points.x),
        units.unit_y(points.y),
        points.weight,
        points.group,
        points.scatter / y_scale**2,
    )
    return Problem(unit_points, beta / (y_scale * x_scale), skip_connection, units)
