r"""The proof of a best curve, as a picture: the pull of the points in its tube.

With residuals :math:`\lambda_i = y_i - f(x_i)` of the best curve f, which add up to 0, and
:math:`c = \sum_i \lambda_i x_i`, the pull at t is

.. math::  z(t) = \sum_i \lambda_i (x_i - t)_+ - c/2 , \qquad |z(t)| \le \beta - |c|/2 .

No network is cheaper than f because z stays between these two walls, and f bends only where z touches one
(docs/certificate.md). It is drawn as a share of the wall, so that the walls are at -1 and +1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.link import Points
from cvxdnn.tasks.scenario import Scenario

__all__ = ["Proof", "proof_of"]


@dataclass(frozen=True, eq=False)
class Proof:
    """The best curve of points and its pull.

    x, y : (n,) the points, x rising;  pull : (n,) z there as a share of the wall, straight between
    touches : the numbers of the points where it is at the wall;  spline : the best curve, in the units of the points
    """

    x: Array
    y: Array
    pull: Array
    touches: list[int]
    spline: LinearSpline

    def shown(self, *, with_curve: bool = False) -> dict[str, Any]:
        """What a picture of it is drawn from: points, pull, walls at -1 and +1; and the curve and the touches."""
        told: dict[str, Any] = {"x": self.x.tolist(), "y": self.y.tolist(), "pull": self.pull.round(6).tolist()}
        if with_curve:
            told |= {"curve": self.spline(self.x).round(6).tolist(), "touches": self.touches}
        return told


def proof_of(points: Points, beta: float) -> Proof:
    """The best curve of points of different x in rising order, with its proof."""
    baseline = Baseline(Scenario(preset="", points=points, beta=beta))
    solution, certificate = baseline.solution, baseline.certificate
    assert solution is not None
    assert certificate is not None
    x, y = np.array(points).T
    tube = certificate.tube
    return Proof(
        x=x,
        y=y,
        pull=tube.z / tube.half_width,
        touches=tube.touching().tolist(),
        spline=baseline.units.user_spline(solution.spline),
    )
