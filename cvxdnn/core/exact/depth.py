"""The lower bound for L >= 3 layers, in rational arithmetic, from two-layer proofs.

Multipliers in the tube of width :math:`\\lambda` prove :math:`loss(f) \\ge D - \\lambda R(f)`: a line below
:math:`F(r)`. With the concave penalty p the highest of all lines is smallest at one of its corners. Where that is too
low, the multipliers of the two lines that meet there are mixed, which gives a line between them: on one piece of the
regularisation path the mixture is the optimal dual point.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from cvxdnn.core.exact.rationals import power_enclosure

__all__ = ["Line", "deep_bound", "penalty_enclosure"]

CLOSE = Fraction(1, 10**11)
"""A bound this close to the objective, relative, is not improved."""
MOST_LINES = 200


@dataclass(frozen=True)
class Line:
    """loss(f) >= bound - beta R(f) for every function f.

    proof : what a line between this one and another is made from
    """

    beta: Fraction
    bound: Fraction
    proof: object = None


def penalty_enclosure(beta: float, depth: int, path_norm: Fraction) -> tuple[Fraction, Fraction]:
    """Lower and upper bound on (beta L / 2) r^(2/L), as near as floats are."""
    if path_norm == 0 or beta == 0:
        return Fraction(0), Fraction(0)
    if depth == 2:
        return Fraction(beta) * path_norm, Fraction(beta) * path_norm
    low, high = power_enclosure(path_norm, 2, depth)
    factor = Fraction(beta) * depth / 2
    return factor * low, factor * high


def deep_bound(
    lines: Sequence[Line], between: Callable[[Line, Line, Fraction], Line], beta: float, depth: int, objective: Fraction
) -> Fraction:
    """The largest lower bound that lines, and lines between them, prove.

    Parameters
    ----------
    lines : sequence of Line
        By descending weight decay, the last with weight decay 0: what the loss cannot fall below.
    between : callable
        A line of the given weight decay from the two on either side.
    beta, depth : float, int
        Of the penalty.
    objective : Fraction
        The best that is known: a bound as high as that is enough.
    """
    known = list(lines)
    while True:
        corners = _corners(known)
        values = [height + penalty_enclosure(beta, depth, r)[0] for _, r, height in corners]
        lowest = min(range(len(values)), key=values.__getitem__)
        bound = values[lowest]
        if bound >= objective * (1 - CLOSE) or lowest == 0 or len(known) > MOST_LINES:
            return bound
        left, right = corners[lowest - 1][0], corners[lowest][0]
        target = _weight_decay(left, right, corners[lowest][1], beta, depth)
        new = between(left, right, target)
        if not right.beta < new.beta < left.beta or any(new.beta == line.beta for line in known):
            return bound
        known.append(new)
        known.sort(key=lambda line: -line.beta)


def _weight_decay(left: Line, right: Line, r: Fraction, beta: float, depth: int) -> Fraction:
    """Of the line to add where two meet: the slope of the penalty there, if it lies between theirs."""
    slope = Fraction(beta * float(r) ** (2 / depth - 1)) if r else left.beta
    inside = (left.beta - right.beta) / 64
    if right.beta + inside < slope < left.beta - inside:
        return slope
    return (left.beta + right.beta) / 2


def _corners(lines: Sequence[Line]) -> list[tuple[Line, Fraction, Fraction]]:
    """The lines that are highest somewhere, from path norm 0 on, each with where it begins and its height there."""
    hull: list[tuple[Line, Fraction]] = []
    for line in lines:
        start = Fraction(0)
        while hull:
            top, begin = hull[-1]
            crossing = (top.bound - line.bound) / (top.beta - line.beta)
            if crossing > begin:
                start = crossing
                break
            hull.pop()
        hull.append((line, start))
    return [(line, start, line.bound - line.beta * start) for line, start in hull]
