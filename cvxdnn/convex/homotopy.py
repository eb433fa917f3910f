r"""A walk along the exact regularisation path, from beta_max down to 0.

Within one pattern the optimum is linear in :math:`\beta`, and so are the conditions of its optimality
(`cvxdnn.convex.path_conditions`). The next breakpoint is the largest root of a condition below the present
:math:`\beta`: there a knot is born or dies, or the regime changes, and a new line begins.

In degenerate data (symmetric, evenly spaced) several conditions fail at the same :math:`\beta`, and repairing one may
break another. The conditions form a linear complementarity problem with a positive definite matrix, for which
repairing the broken condition of *least index*, again and again, ends at the one right pattern (Murty's rule).
Repairing all at once is faster while it works, so that is tried first (Judice & Pires). Where both take too long, the
active-set method looks the pattern up a little further down; should that not be optimal from the breakpoint on, the
path *jumps* there in a straight line.

Close to 0 the path ends as soon as the optimum fits the data up to their own rounding. Where roots below `FLOOR` times
beta_max remain, the last piece is a jump to the interpolating spline.

Source: the lasso's path, Osborne, Presnell & Turlach (2000), Efron et al. (2004); for a generalised penalty Tibshirani
& Taylor (2011), arXiv 1005.1971; the rules, Murty (1974), Mathematical Programming 7, and Judice & Pires (1994),
Computers & Operations Research 21.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from cvxdnn.convex.active_set import ActiveSet, Regime
from cvxdnn.convex.banded import solve_banded
from cvxdnn.convex.path_conditions import Conditions, conditions, repaired
from cvxdnn.convex.path_line import Line, at, solve_line
from cvxdnn.convex.pattern import Pattern, PatternLog, pattern_of
from cvxdnn.convex.polish import polish
from cvxdnn.convex.problem import Problem
from cvxdnn.convex.track import JUMP, Track
from cvxdnn.core.objective import largest_beta
from cvxdnn.core.spline import MergedPoints
from cvxdnn.core.types import Array, Indices, Mask

FLOOR = 1e-13
"""Share of beta_max down to which breakpoints are told from round-off."""
CLOSES_IN = 1e-12
"""Share of the range of y by which the last line may miss the data at beta = 0."""
RESOLUTION = 16 * np.finfo(np.float64).eps
"""Share of the size of y, in the units of the data, below which a residual is rounding of the data."""
PATIENCE = 5
"""Repairs of all broken conditions at once that may in a row leave as many broken as before."""
MAX_REPAIRS = 100
"""Rounds of repairs at one breakpoint before the pattern is looked up."""
FIRST_STEP = 1e-7
"""Share of beta by which to step down to look the pattern up; ten times more on each further attempt."""
ACCEPTED = 1e-9
"""Largest relative gap of an answer that starts from the pattern above."""


@dataclass(eq=False)
class _Recorder:
    """Collects a `Track`."""

    problem: Problem
    log: PatternLog
    last_line: Line
    betas: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    path_norm: list[float] = field(default_factory=list)
    of_piece: list[int] = field(default_factory=list)
    of_breakpoint: list[int] = field(default_factory=list)

    def breakpoint(self, beta: float, line: Line, number: int) -> None:
        points = self.problem.points
        residual = at(line.residual, beta)
        self.last_line = line
        self.betas.append(beta)
        self.loss.append(0.5 * float(residual @ (residual / points.weight)))
        self.path_norm.append(path_norm(at(line.slopes, beta), self.problem.skip_connection))
        self.of_breakpoint.append(number)

    def piece(self, beta: float, line: Line) -> None:
        """A piece on `line` down to `beta`."""
        number = self.log.append(line.pattern)
        self.of_piece.append(number)
        self.breakpoint(beta, line, number)

    def jump(self, beta: float, line: Line) -> None:
        """A straight piece down to the point of `line` at `beta`, where the next piece begins."""
        self.of_piece.append(JUMP)
        self.breakpoint(beta, line, len(self.log))

    def jump_to_interpolant(self) -> None:
        points = self.problem.points
        slopes = np.diff(points.y) / np.diff(points.x)
        self.of_piece.append(JUMP)
        self.betas.append(0.0)
        self.loss.append(0.0)
        self.path_norm.append(path_norm(slopes, self.problem.skip_connection))
        self.of_breakpoint.append(JUMP)

    def track(self) -> Track:
        return Track(
            self.problem.points,
            np.array(self.betas),
            np.array(self.loss),
            np.array(self.path_norm),
            self.log.table(),
            np.array(self.of_piece, dtype=np.intp),
            np.array(self.of_breakpoint, dtype=np.intp),
        )


def path_norm(slopes: Array, skip_connection: bool) -> float:
    """What beta multiplies, from the slopes of all pieces."""
    variation = float(np.abs(np.diff(slopes)).sum())
    return variation if skip_connection else max(variation, (variation + abs(float(slopes[0] + slopes[-1]))) / 2)


def follow(problem: Problem) -> Track:
    """The path of a problem; its own weight decay plays no part."""
    points = problem.points
    if points.x.size == 1:
        return _single_point(points)
    pattern, owners = _without_knots(problem), np.zeros(0, dtype=np.intp)
    start = solve_line(points, pattern)
    beta = 0.0 if _fits(problem, start, 0.0) else largest_beta(points, problem.skip_connection)
    floor = FLOOR * beta
    recorder = _Recorder(problem, PatternLog(points), start)
    recorder.breakpoint(beta, start, recorder.log.append(pattern))
    while beta > floor:
        found = _optimum(problem, pattern, beta, owners) or _next_optimum(problem, recorder.last_line, beta, floor)
        if found is None:
            beta = floor
            break
        if found.beta < beta:
            recorder.jump(found.beta, found.line)
        root, which = found.conditions.next_root(found.beta)
        beta = _end_of_piece(problem, found.line, root, floor)
        recorder.piece(beta, found.line)
        pattern, owners = repaired(points, found.line.pattern, which), found.conditions.owner[which]
    if beta > 0:
        recorder.jump_to_interpolant()
    return recorder.track()


def _end_of_piece(problem: Problem, line: Line, root: float, floor: float) -> float:
    """Where a line ends whose first condition fails at `root`: there, or at 0, or at the floor."""
    end = root if root > floor else 0.0
    if _fits(problem, line, end):
        return 0.0
    return max(end, floor)


def _single_point(points: MergedPoints) -> Track:
    """The path of one point: nothing to follow."""
    log, zero = PatternLog(points), np.zeros(1)
    log.append(Pattern(np.zeros(1, dtype=np.intp), np.zeros(0), np.zeros((0, 5)), Regime.TIED, 1.0))
    return Track(points, zero, zero, zero, log.table(), np.zeros(0, dtype=np.intp), np.array([JUMP]))


def _fits(problem: Problem, line: Line, beta: float) -> bool:
    """Whether a line runs through the data at `beta`, up to their rounding; then nothing is left to resolve."""
    points, units = problem.points, problem.units
    rounding = RESOLUTION * float(np.abs(points.y + units.y_offset / units.y_scale).max())
    missed = float(np.abs(at(line.residual, beta) / points.weight).max())
    return missed <= max(rounding, CLOSES_IN * float(np.ptp(points.y)) if beta == 0 else 0.0)


def _without_knots(problem: Problem) -> Pattern:
    """The pattern above beta_max: a constant (a line with a skip connection)."""
    points = problem.points
    none = np.zeros(0, dtype=np.intp)
    if problem.skip_connection:
        return pattern_of(points, none, np.zeros(0), Regime.BALANCED, 1.0)
    # Without knots, tied means that the slope is zero.
    constant = pattern_of(points, none, np.zeros(0), Regime.TIED, 1.0)
    return replace(constant, end_sign=float(np.sign(solve_line(points, constant).kappa[0])) or 1.0)


@dataclass(frozen=True, eq=False)
class _Optimum:
    """The line that is optimal just below beta, and its conditions there."""

    beta: float
    line: Line
    conditions: Conditions


def _optimum(problem: Problem, pattern: Pattern, beta: float, owners: Indices) -> _Optimum | None:
    """The line that is optimal just below `beta`, from a pattern nearby; None when that takes too long.

    `owners` of conditions that were repaired on the way to `pattern`. All broken conditions are repaired at once as
    long as that makes them fewer, and after that the one of least index.
    """
    points = problem.points
    touched = np.zeros(points.x.size + 1, dtype=bool)
    touched[owners] = True
    fewest, patience = points.x.size + 1, PATIENCE
    for _ in range(MAX_REPAIRS):
        line = solve_line(points, pattern)
        current = conditions(points, line, beta, problem.skip_connection)
        broken = current.broken(beta, touched)
        if broken.size == 0:
            return _without_idle_knots(problem, _Optimum(beta, line, current), touched)
        patience = PATIENCE if broken.size < fewest else patience - 1
        fewest = min(fewest, broken.size)
        which = broken if patience > 0 else current.least_index(broken)
        touched[current.owner[which]] = True
        pattern = repaired(points, pattern, which)
    return None


def _without_idle_knots(problem: Problem, optimum: _Optimum, touched: Mask) -> _Optimum:
    """The same without knots that never bend, if that is optimal, too."""
    points, beta = problem.points, optimum.beta
    idle = optimum.conditions.idle(beta)
    if idle.size == 0:
        return optimum
    line = solve_line(points, repaired(points, optimum.line.pattern, idle))
    fewer = conditions(points, line, beta, problem.skip_connection)
    touched = touched.copy()
    touched[optimum.conditions.owner[idle]] = True
    return optimum if fewer.broken(beta, touched).size else _Optimum(beta, line, fewer)


def _next_optimum(problem: Problem, above: Line, beta: float, floor: float) -> _Optimum | None:
    """The optimal line at `beta`, or else at the highest weight decay below it where one is found; None below `floor`.

    Solves the problem a little further down, from the pattern `above`.
    """
    step = FIRST_STEP
    while step < 1 and beta * (1 - step) > floor:
        lower = replace(problem, beta=beta * (1 - step))
        pattern = _optimal_pattern(lower, above)
        if pattern is not None:
            line = solve_line(problem.points, pattern)
            at_beta = conditions(problem.points, line, beta, problem.skip_connection)
            if at_beta.hold(beta):
                return _Optimum(beta, line, at_beta)
            optimum = _optimum(problem, pattern, lower.beta, np.zeros(0, dtype=np.intp))
            if optimum is not None:
                return optimum
        step *= 10
    return None


def _optimal_pattern(problem: Problem, above: Line) -> Pattern | None:
    """The pattern of a problem's optimum, looked for from one that is optimal at a slightly larger weight decay."""
    points, old = problem.points, above.pattern
    changes = old.signs * np.maximum(np.abs(np.diff(at(above.slopes, problem.beta))), np.finfo(np.float64).tiny)
    answer = polish(problem, ActiveSet(old.knots, changes, old.regime, old.end_sign))
    if answer is None or answer.relative_gap > ACCEPTED:
        answer = solve_banded(problem)
    if answer.active is None:
        return None
    found = answer.active
    return pattern_of(points, found.knots, np.sign(found.changes), found.regime, found.end_sign)
