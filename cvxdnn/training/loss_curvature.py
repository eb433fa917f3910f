"""How fast the slopes of a loss change: its second derivative, and a bound on it.

kappa, the largest second derivative, is 1 for the squared and the Huber loss and 1/4 for the logistic one. The other
losses have kinks, where slopes jump, and no such bound. They get the curvature they would have with each kink rounded
off over `KINK_WIDTH`: too careful far from a kink, and at a kink any fixed rate oscillates, until the schedule lowers
it.
"""

from __future__ import annotations

import numpy as np

from cvxdnn.core.losses import Absolute, Huber, Logistic, Loss, Squared
from cvxdnn.core.types import Array

__all__ = ["KINK_WIDTH", "curvatures", "largest_curvature"]

KINK_WIDTH = 0.1
"""In units where y has size 1."""


def largest_curvature(loss: Loss) -> float:
    """kappa: how much a slope changes per unit of output, with kinks rounded off over `KINK_WIDTH`."""
    if isinstance(loss, Squared | Huber):
        return 1.0
    if isinstance(loss, Logistic):
        return 0.25
    jump = 2.0 if isinstance(loss, Absolute) else 1.0
    return jump / KINK_WIDTH


def curvatures(loss: Loss, f: Array, y: Array) -> Array:
    """The second derivative of the loss in f at each point; 0 between the kinks of a piecewise linear loss."""
    if isinstance(loss, Squared):
        return np.ones_like(f)
    if isinstance(loss, Huber):
        return np.where(np.abs(f - y) <= loss.delta, 1.0, 0.0)
    if isinstance(loss, Logistic):
        slope = np.abs(loss.subgradient(f, y))
        return slope * (1.0 - slope)
    return np.zeros_like(f)
