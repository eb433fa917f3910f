"""From a two-layer optimum to the solution of a deeper problem: another price, another gap."""

from dataclasses import replace

import numpy as np

from cvxdnn.convex.certified import TOLERANCE
from cvxdnn.convex.deep_curve import Penalty
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.rounding import UNIT, up
from cvxdnn.core.solution import LocalMinimum, Solution, Status
from cvxdnn.core.types import Array, Mask

__all__ = ["equally_good", "require_nonnegative", "with_lower_bound", "with_minima", "with_penalty"]

TIE = 1e-11
"""Objectives that differ by less than this share count as equal."""


def with_penalty(two_layer: Solution, penalty: Penalty) -> Solution:
    """The same function and its multipliers with the objective of L layers; the gap is still that of two."""
    price = up(float(penalty(two_layer.path_norm)) * (1 + 8 * UNIT))
    return replace(
        two_layer,
        objective=up(two_layer.loss + price),
        penalty=price,
        beta=penalty.beta,
        depth=penalty.depth,
        local_minima=(),
    )


def with_lower_bound(solution: Solution, bound: float) -> Solution:
    """The same with the gap to a lower bound."""
    gap = up(max(solution.objective - bound, 0.0))
    resolution = 0.0 if solution.certificate is None else solution.certificate.resolution
    relative_gap = gap / solution.objective if gap > resolution else 0.0
    status = Status.OPTIMAL if relative_gap <= TOLERANCE else Status.INACCURATE
    return replace(solution, gap=gap, relative_gap=relative_gap, status=status)


def with_minima(solution: Solution, minima: tuple[LocalMinimum, ...]) -> Solution:
    """The same with the local minima of its problem, of which it is a global one."""
    ties = tuple(minimum for minimum in minima if minimum.is_global and minimum.r != solution.path_norm)
    return replace(solution, local_minima=minima, ties=ties)


def equally_good(objectives: Array) -> Mask:
    """Marks the smallest objectives, to `TIE`."""
    smallest = objectives.min()
    return np.asarray(objectives <= smallest + TIE * abs(smallest))


def require_nonnegative(x: Array, depth: int) -> None:
    """Refuse negative inputs for three layers or more: early layers without biases would cut them off."""
    if depth > 2 and x.min() < 0:
        raise InvalidInputError(
            f"x holds {x.min():g}; with depth={depth} every input must be 0 or larger: shift x, "
            "or normalise the data with Dataset(x, y).normalized()"
        )
