r"""A loss as a function of the outputs, quadratic as long as no point changes its piece.

.. math::  \sum_j \tfrac12 D_j f_j^2 - q_j f_j + g_j f_j

over the distinct inputs j: D_j counts the points there that are on a quadratic piece of the loss (in Newton's method,
it is the curvature), q_j is D_j times their mean target, and g_j the slope of those on a linear piece. The squared loss
is this model. Huber's loss is it between its corners: a point with :math:`|f - y| > \delta` pulls with the slope
:math:`s\delta`, s = +-1, and where its output crosses the *corner* :math:`y + s\delta` on the way back, it becomes one
of the quadratic ones. A model in which points may only take that way, never leave a quadratic piece, is convex and lies
above the loss, with equality where it was made: whatever lowers it lowers the loss.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from cvxdnn.core.types import Array, Integers

__all__ = ["Quadratic", "level"]

_LEVEL = 1e-13
"""A slope that is a smaller share of its terms than this is round-off."""


@dataclass(frozen=True, eq=False)
class Quadratic:
    """The model above.

    curvature, pull, slope : (m,) D, q and g
    points, nodes : (p,) the points on linear pieces, and the inputs they sit at
    sides, corners, bends : (p,) s, the outputs at which they turn quadratic, and their curvature there
    force : delta
    """

    curvature: Array
    pull: Array
    slope: Array
    points: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    nodes: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sides: Array = field(default_factory=lambda: np.zeros(0))
    corners: Array = field(default_factory=lambda: np.zeros(0))
    bends: Array = field(default_factory=lambda: np.zeros(0))
    force: float = 0.0

    def gradient(self, outputs: Array) -> Array:
        """The derivative in every output."""
        return self.curvature * outputs - self.pull + self.slope

    def lowest(self, outputs: Array, change: Array, slope: float, curvature: float) -> float:
        """How many times `change` (m,) leads from `outputs` to the minimum along it, points turning at corners.

        `slope` <= 0 and `curvature` are those at the start, with whatever else is charged. Where there is neither, the
        way leads to the first corner. Infinite where nothing stops the fall.
        """
        times, weights = self._corner_times(outputs, change), self.bends * change[self.nodes] ** 2
        order = np.argsort(times, kind="stable")[: np.count_nonzero(np.isfinite(times))]
        times, weights = times[order], weights[order]
        if slope == 0 and curvature == 0:
            return float(times[0]) if times.size else np.inf
        gained = np.concatenate([[0.0], np.cumsum(weights)])
        delayed = np.concatenate([[0.0], np.cumsum(weights * times)])
        at_corners = slope + (curvature + gained[:-1]) * times - delayed[:-1]
        passed = int(np.argmax(at_corners >= 0)) if (at_corners >= 0).any() else times.size
        bending = curvature + gained[passed]
        return float((delayed[passed] - slope) / bending) if bending > 0 else np.inf

    def turned(self, outputs: Array, change: Array, share: float) -> Quadratic:
        """The model after so many times `change`: with the points that have met their corner on quadratic pieces."""
        met = self._corner_times(outputs, change) <= share
        if not met.any():
            return self
        count, nodes, force = self.curvature.size, self.nodes[met], self.force * self.sides[met]
        bends, kept = self.bends[met], ~met
        return replace(
            self,
            curvature=self.curvature + np.bincount(nodes, weights=bends, minlength=count),
            pull=self.pull + np.bincount(nodes, weights=bends * self.corners[met] - force, minlength=count),
            slope=self.slope - np.bincount(nodes, weights=force, minlength=count),
            points=self.points[kept],
            nodes=self.nodes[kept],
            sides=self.sides[kept],
            corners=self.corners[kept],
            bends=self.bends[kept],
        )

    def _corner_times(self, outputs: Array, change: Array) -> Array:
        """When each point on a linear piece meets its corner, (p,); infinite for those that move away from it."""
        approach = -self.sides * change[self.nodes]
        distance = np.maximum(self.sides * (outputs[self.nodes] - self.corners), 0.0)
        coming = approach > 0
        times = np.full(approach.size, np.inf)
        with np.errstate(over="ignore"):
            times[coming] = distance[coming] / approach[coming]
        return times


def level(terms: Array) -> bool:
    """Whether a sum of these terms is 0 but for round-off."""
    return bool(abs(terms.sum()) <= _LEVEL * np.abs(terms).sum())
