r"""The optimum for any depth from two-layer solutions alone: for losses without a path of straight pieces.

A two-layer solution for the weight decay :math:`\lambda`, with loss F at path norm r and certified lower bound D,
gives a point of the curve F and a line below it, :math:`F(r) \ge D - \lambda r`. Beyond the last line the loss is at
least the smallest there is, a line of slope 0. Between two neighbouring crossings of lines the higher of them plus the
concave penalty is smallest at an end. So the smallest value at r = 0 and at the crossings is a proven lower bound, and
the best point an upper one.

The crossing with the smallest value is cut off by a new line, whose slope is that of the chord between the two points:
where F is straight, as between the corners of a piecewise linear loss, the new line proves it at once; where it is
curved, each cut divides the gap there by about four. This continues until the bounds meet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cvxdnn.convex.deep_curve import Penalty
from cvxdnn.convex.deep_solution import equally_good, priced, proven, with_minima
from cvxdnn.solution import LocalMinimum, Solution

__all__ = ["search"]

ENOUGH = 1e-9
"""Relative gap at which the search ends."""
MOST_SOLUTIONS = 200
CLOSEST = 1e-9
"""Weight decays nearer to each other than this share are not divided any more."""


@dataclass(frozen=True, eq=False)
class _Line:
    """loss >= bound - beta r for functions of path norm r; the two-layer optimum behind it, if there is one."""

    beta: float
    bound: float
    solution: Solution | None = None


def search(
    two_layer: Callable[[float], Solution], penalty: Penalty, *, constant: Solution, least_loss: float
) -> Solution:
    """The certified optimum.

    Parameters
    ----------
    two_layer : callable
        From a weight decay to the certified two-layer optimum.
    penalty : Penalty
        Of depth 3 or more and a positive weight decay.
    constant : Solution
        The two-layer optimum for a weight decay so large that its path norm is exactly 0.
    least_loss : float
        What the loss cannot fall below.
    """
    lines = [_line(constant), _Line(0.0, least_loss)]
    bound, best = _bounds(lines, penalty)
    while best - bound > ENOUGH * best and len(lines) <= MOST_SOLUTIONS:
        place = int(np.argmin([_crossing(*pair, penalty)[1] for pair in pairwise(lines)]))
        new = _cut(lines[place], lines[place + 1], penalty)
        if new is None:
            break
        lines.insert(place + 1, _line(two_layer(new)))
        bound, best = _bounds(lines, penalty)
    return _answer(lines, penalty, bound)


def _line(solution: Solution) -> _Line:
    return _Line(solution.beta, solution.objective - solution.gap, solution)


def _bounds(lines: list[_Line], penalty: Penalty) -> tuple[float, float]:
    """The proven lower bound, and the smallest objective known."""
    crossings = [_crossing(*pair, penalty)[1] for pair in pairwise(lines)]
    return min([lines[0].bound, *crossings]), float(_objectives(lines, penalty).min())


def _objectives(lines: list[_Line], penalty: Penalty) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The objectives of all solutions, by ascending path norm."""
    known = [line.solution for line in lines if line.solution is not None]
    return np.array([solution.loss + float(penalty(solution.path_norm)) for solution in known])


def _crossing(above: _Line, below: _Line, penalty: Penalty) -> tuple[float, float]:
    """Where two lines cross, and their height there with the penalty."""
    r = max((above.bound - below.bound) / (above.beta - below.beta), 0.0)
    height = max(line.bound - line.beta * r for line in (above, below))
    return r, height + float(penalty(r))


def _cut(above: _Line, below: _Line, penalty: Penalty) -> float | None:
    """The weight decay of a new line between two; None where there is no room."""
    if below.solution is None or above.solution is None:
        return min(float(penalty.slope(_crossing(above, below, penalty)[0])), above.beta / 4)
    if below.beta > above.beta * (1 - CLOSEST):
        return None
    fall = above.solution.loss - below.solution.loss
    run = below.solution.path_norm - above.solution.path_norm
    chord = fall / run if run > 0 else 0.0
    return chord if below.beta < chord < above.beta else float(np.sqrt(above.beta * below.beta))


def _answer(lines: list[_Line], penalty: Penalty, bound: float) -> Solution:
    """The best solution found, with the constant as the other local minimum."""
    objectives = _objectives(lines, penalty)
    constant, best = lines[0].solution, lines[int(np.argmin(objectives))].solution
    assert constant is not None  # every line but the last has a solution
    assert best is not None
    candidates = [constant] if best is constant else [constant, best]
    answers = [priced(candidate, penalty) for candidate in candidates]
    good = equally_good(np.array([answer.objective for answer in answers]))
    minima = tuple(
        LocalMinimum(answer.path_norm, answer.objective, answer.effective_beta, bool(is_global))
        for answer, is_global in zip(answers, good, strict=True)
    )
    return with_minima(proven(answers[int(np.argmax(good))], bound), minima)
