r"""The optimum for any depth from two-layer solutions alone: where no path is followed.

A two-layer solution for the weight decay :math:`\lambda`, with loss F at path norm r and certified lower bound D,
gives a point of the curve F and a line below it, :math:`F(r) \ge D - \lambda r`. Beyond the last line the loss is at
least the smallest there is, a line of slope 0. Between two neighbouring crossings of lines the higher of them plus the
concave penalty is smallest at an end. So the smallest value at r = 0 and at the crossings is a proven lower bound, and
the best point an upper one.

The crossing with the smallest value is cut off by a new line, whose slope is that of the chord between the two points:
where F is straight, as between the corners of a piecewise linear loss, the new line proves it at once; where it is
curved, each cut divides the gap there by about four. This continues until the bounds meet.

The constant (with a skip connection: the best line) is the first of the solutions, for the smallest weight decay at
which it is optimal, and *exactly* straight: a concave penalty charges a bend of the size of round-off r^(2/L), for
L = 10 a thousandth. How close the bounds are is measured by the penalty, which is what weight decay decides about: of
the loss, outliers may be a large part that no function removes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from cvxdnn.convex.certified import TOLERANCE
from cvxdnn.convex.deep_curve import Penalty
from cvxdnn.convex.deep_solution import equally_good, with_lower_bound, with_minima, with_penalty
from cvxdnn.core.loss_terms import LowerBound
from cvxdnn.core.losses import Loss, Squared
from cvxdnn.core.objective import Proof, beta_max, certify, loss_terms
from cvxdnn.core.rounding import UNIT
from cvxdnn.core.solution import LocalMinimum, Solution, Status
from cvxdnn.core.spline import LinearSpline, MergedPoints
from cvxdnn.core.types import Array

__all__ = ["constant_solution", "search_path_norm"]

ENOUGH = 1e-9
"""Gap at which the search ends, as a share of the penalty."""
ROUND_OFF = 64 * float(np.finfo(np.float64).eps)
"""Share of the objective that a gap may be wrong by."""
MOST_SOLUTIONS = 200
WORTHWHILE, PATIENCE = 0.99, 8
"""So many solutions in a row may leave the gap above this share of the smallest."""
CLOSEST = 1e-9
"""Weight decays nearer to each other than this share are not divided any more."""


@dataclass(frozen=True, eq=False)
class _Line:
    """loss >= bound - beta r for functions of path norm r; its proof, and the two-layer optimum if there is one."""

    beta: float
    bound: float
    proof: Proof
    solution: Solution | None = None


def search_path_norm(
    two_layer: Callable[[float], Solution], penalty: Penalty, *, constant: Solution, rest: LowerBound
) -> Solution:
    """The certified optimum.

    Parameters
    ----------
    two_layer : callable
        From a weight decay to the certified two-layer optimum.
    penalty : Penalty
        Of depth 3 or more and a positive weight decay.
    constant : Solution
        The two-layer optimum of path norm 0, see `constant_solution`.
    rest : LowerBound
        What the loss cannot fall below.
    """
    lines = [_line(constant), _Line(0.0, rest.value, Proof(0.0, rest.point, rest.multipliers))]
    bound, best = _bounds(lines, penalty)
    since, smallest = 0, best - bound
    while best - bound > _slack(lines, penalty, best, ENOUGH) and len(lines) <= MOST_SOLUTIONS and since < PATIENCE:
        # Where rounding puts all lines below the last, what is above it for a smaller weight decay is looked for.
        pairs = list(pairwise(_envelope(lines))) or [(lines[-2], lines[-1])]
        above, below = min(pairs, key=lambda pair: _crossing(pair[0], pair[1], penalty)[1])
        new = _cut(above, below, penalty)
        if new is None:
            break
        lines = sorted([*lines, _line(two_layer(new))], key=lambda line: -line.beta)
        bound, best = _bounds(lines, penalty)
        since, smallest = (0, best - bound) if best - bound < WORTHWHILE * smallest else (since + 1, smallest)
    return _answer(lines, penalty, bound)


def constant_solution(
    x: ArrayLike,
    y: ArrayLike,
    points: MergedPoints,
    loss: Loss,
    *,
    skip_connection: bool,
    two_layer: Callable[[float], Solution],
    otherwise: float,
) -> Solution:
    """The best constant (with a skip connection: the best line), for the smallest weight decay that makes it optimal.

    Where that is 0, it is proven for the weight decay `otherwise`.
    """
    smallest = beta_max(x, y, loss=loss, skip_connection=skip_connection)
    beta = smallest or otherwise
    solved = two_layer(beta)  # of which only the multipliers count
    spline = _best_line(points, loss, y, skip_connection)
    certificate = certify(x, y, spline, beta=beta, loss=loss, skip_connection=skip_connection, dual=solved.dual)
    return replace(
        solved,
        spline=spline,
        objective=certificate.primal,
        loss=certificate.primal,
        penalty=0.0,
        path_norm=0.0,
        effective_beta=smallest,
        dual=certificate.multipliers,
        gap=certificate.gap,
        relative_gap=certificate.relative_gap,
        certificate=certificate,
        local_minima=(),
    )


def _best_line(points: MergedPoints, loss: Loss, y: ArrayLike, skip_connection: bool) -> LinearSpline:
    """A single piece, whose slope changes nowhere, not even by round-off."""
    if not isinstance(loss, Squared):
        return LinearSpline(points.x[:1], np.array([loss_terms(points, y, loss).best_constant()]))
    weight = points.weight / points.weight.sum()
    far = points.x - points.x[0]
    center, mean = float(weight @ far), float(points.y[0] + weight @ (points.y - points.y[0]))
    spread = float(weight @ (far - center) ** 2)
    slope = float(weight @ ((far - center) * (points.y - mean))) / spread if skip_connection and spread else 0.0
    return LinearSpline(points.x[:1], np.array([mean - slope * center]), slope, slope)


def _line(solution: Solution) -> _Line:
    certificate = solution.certificate
    assert certificate is not None  # every two-layer solution has one
    proof = Proof(solution.beta, certificate.point, certificate.multipliers)
    return _Line(solution.beta, certificate.dual, proof, solution)


def _bounds(lines: list[_Line], penalty: Penalty) -> tuple[float, float]:
    """The proven lower bound, and the smallest objective known."""
    highest = _envelope(lines)
    crossings = [_crossing(*pair, penalty)[1] for pair in pairwise(highest)]
    return min([highest[0].bound, *crossings]), float(_objectives(lines, penalty).min())


def _envelope(lines: list[_Line]) -> list[_Line]:
    """Those, by descending slope, that are the highest somewhere in r >= 0.

    Lines that the rounding of a large loss put below the others are left out: where they cross means nothing.
    """
    highest: list[_Line] = []
    for line in lines:
        while highest and (
            line.bound >= highest[-1].bound
            or (len(highest) > 1 and _meeting(highest[-2], line) <= _meeting(highest[-2], highest[-1]))
        ):
            highest.pop()
        highest.append(line)
    return highest


def _meeting(above: _Line, below: _Line) -> float:
    """The path norm at which two lines cross."""
    return max((above.bound - below.bound) / (above.beta - below.beta), 0.0)


def _slack(lines: list[_Line], penalty: Penalty, best: float, share: float) -> float:
    """This share of the penalty of the best function known, or of the next one if that is the constant."""
    prices = penalty(np.array([line.solution.path_norm for line in lines if line.solution is not None]))
    chosen = float(prices[int(np.argmin(_objectives(lines, penalty)))])
    others = prices[prices > 0]
    measure = chosen or float(others.min(initial=np.inf)) if others.size else 0.0
    return max(share * measure, ROUND_OFF * best)


def _objectives(lines: list[_Line], penalty: Penalty) -> Array:
    """The objectives of all solutions, by ascending path norm."""
    known = [line.solution for line in lines if line.solution is not None]
    return np.array([solution.loss + float(penalty(solution.path_norm)) for solution in known])


def _crossing(above: _Line, below: _Line, penalty: Penalty) -> tuple[float, float]:
    """Where two lines cross, and a lower bound on their height there with the penalty.

    Bounds are numbers as they are, so r is wrong by three roundings; the lower line at it is not above the crossing.
    """
    r = _meeting(above, below)
    height = min(line.bound - line.beta * r - 8 * UNIT * (abs(line.bound) + line.beta * r) for line in (above, below))
    return r, height + float(penalty(r)) * (1 - 16 * UNIT)


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
    answers = [with_penalty(candidate, penalty) for candidate in candidates]
    good = equally_good(np.array([answer.objective for answer in answers]))
    minima = tuple(
        LocalMinimum(answer.path_norm, answer.objective, answer.effective_beta, bool(is_global))
        for answer, is_global in zip(answers, good, strict=True)
    )
    proofs = tuple(line.proof for line in _envelope(lines))
    chosen = with_minima(replace(with_lower_bound(answers[int(np.argmax(good))], bound), proofs=proofs), minima)
    allowed = _slack(lines, penalty, chosen.objective, TOLERANCE)
    return chosen if chosen.gap <= allowed else replace(chosen, status=Status.INACCURATE)
