"""Whether a printed bound is a bound: on random hostile data, against networks evaluated in rational arithmetic.

    python -m benchmarks.bounds [--problems 20000] [--seed S]

Every problem has fresh data (log-spaced, clustered, offset, scaled, duplicated), a loss, a depth and a weight decay
over many decades. It is solved; then the objectives of explicit functions (the polygon through the points, the best
constant, the optima of other weight decays, the solution itself, and small changes of it) are computed without any
rounding. None may be below the bound that is printed. Where the certificate can be computed in rational arithmetic, the
floating point one must be the weaker of the two. Prints what was violated, with the seed of the problem, and a table of
the gaps. Exits with 1 if there was a violation.
"""

import argparse
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cvxdnn.convex import solve
from cvxdnn.core.exact.candidate import spline_cost, spline_values, total_loss
from cvxdnn.core.exact.depth import penalty_enclosure
from cvxdnn.core.exact.rationals import rationals
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import named
from cvxdnn.core.objective import beta_max
from cvxdnn.core.solution import Solution
from cvxdnn.core.spline import LinearSpline, interpolating_spline

Vector = NDArray[np.float64]

LOSSES = ("squared",) * 5 + ("absolute", "huber", "epsilon_insensitive", "hinge", "logistic")


@dataclass(frozen=True)
class Problem:
    """Arguments of `solve`, and the seed they come from."""

    seed: int
    x: Vector
    y: Vector
    beta: float
    depth: int
    loss: str
    skip_connection: bool

    def solution(self) -> Solution:
        """The optimum."""
        options = {"depth": self.depth, "loss": self.loss, "skip_connection": self.skip_connection}
        return solve(self.x, self.y, beta=self.beta, **options)

    def two_layer(self, beta: float) -> LinearSpline:
        """The optimal function of two layers for another weight decay, which for more layers is a good one."""
        return solve(self.x, self.y, beta=beta, loss=self.loss, skip_connection=self.skip_connection).spline

    def objective(self, f: LinearSpline) -> tuple[Fraction, Fraction]:
        """Between which numbers the cost of the cheapest network that draws f lies: equal but for roots."""
        inputs = rationals(self.x)
        loss = total_loss(named(self.loss), spline_values(f, inputs), rationals(self.y))
        cost = spline_cost(f, min(inputs), max(inputs), self.skip_connection)
        low, high = penalty_enclosure(self.beta, self.depth, cost)
        return loss + low, loss + high


def problem(seed: int, *, largest: int = 24) -> Problem | None:
    """A random problem; None where no positive weight decay is of interest."""
    rng = np.random.default_rng(seed)
    loss = str(rng.choice(LOSSES))
    x = _inputs(rng, int(rng.integers(1, largest)))
    y = _outputs(rng, x)
    if rng.random() < 0.3:
        again = rng.integers(0, x.size, x.size // 2 + 1)
        x, y = (
            np.concatenate([x, x[again]]),
            np.concatenate([y, y[again] + rng.integers(0, 2) * rng.normal(size=again.size)]),
        )
    if loss in ("hinge", "logistic"):
        y = np.where(y > np.median(y), 1.0, -1.0)
    else:
        y = y * 10.0 ** (rng.uniform(-12, 12) if rng.random() < 0.3 else 0)
        y = y + (10.0 ** rng.uniform(0, 9) * np.ptp(y) if rng.random() < 0.2 else 0)
    x = x * 10.0 ** (rng.uniform(-20, 20) if rng.random() < 0.3 else 0)
    # Deeper ones with another loss are searched for, which takes a hundred times as long.
    depth = int(rng.choice([2, 2, 2, 3, 4, 6] if loss == "squared" else [2] * 22 + [3, 4, 6]))
    skip = bool(rng.random() < 0.2) and depth == 2 and loss == "squared"
    if depth > 2:
        x = x - min(float(x.min()), 0.0)
    try:
        largest_beta = beta_max(x, y, loss=loss, skip_connection=skip)
    except InvalidInputError:
        return None
    beta = largest_beta * 10.0 ** rng.choice([rng.uniform(-12, 0.3), rng.uniform(-3, 0.1)])
    return Problem(seed, x, y, float(beta), depth, loss, skip) if beta > 0 else None


def _inputs(rng: np.random.Generator, n: int) -> Vector:
    kinds = (
        lambda: 10.0 ** rng.uniform(0, rng.uniform(0.5, 16), n),
        lambda: rng.choice(rng.uniform(size=3), n) + 10.0 ** rng.uniform(-15, -1) * rng.normal(size=n),
        lambda: rng.uniform(size=n),
        lambda: np.append(1.7e9 + 60.0 * np.arange(n - 1), 0.0),
        lambda: np.append(np.linspace(0, 1, n - 1), 10.0 ** rng.uniform(0, 9)) if n > 1 else np.ones(1),
        lambda: np.cumsum(10.0 ** rng.uniform(-16, 0, n)),
        lambda: np.repeat(rng.uniform(size=n // 2 + 1), 2)[:n] * (1 + 2.0**-52 * rng.integers(0, 9, n)),
        lambda: rng.integers(0, 5, n).astype(float),
    )
    return np.asarray(kinds[rng.integers(len(kinds))](), dtype=np.float64)


def _outputs(rng: np.random.Generator, x: Vector) -> Vector:
    n = x.size
    kinds = (
        lambda: rng.normal(size=n),
        lambda: np.cumsum(rng.normal(size=n)),
        lambda: np.sin(9 * np.linspace(0, 1, n)) + 0.1 * rng.normal(size=n),
        lambda: np.log(np.abs(x) + 1),
        lambda: rng.integers(0, 3, n).astype(float),
        lambda: np.where(rng.random(n) < 0.1, 1e8, 1.0) * rng.normal(size=n),
        lambda: np.zeros(n),
    )
    return np.asarray(kinds[rng.integers(len(kinds))](), dtype=np.float64)


def rivals(task: Problem, solution: Solution) -> Iterator[LinearSpline]:
    """Functions that a network could draw, some of them good ones."""
    rng = np.random.default_rng(task.seed)
    yield solution.spline
    yield LinearSpline(task.x[:1], [float(np.median(task.y))])
    yield interpolating_spline(task.x, task.y)
    for factor in (0.5, 1 - 1e-6, 1 + 1e-3):
        yield task.two_layer(solution.effective_beta * factor or task.beta)
    for size in (1e-12, 1e-6, 1e-2):
        spline = solution.spline
        heights = spline.heights + size * np.ptp(task.y) * rng.normal(size=spline.heights.size)
        yield LinearSpline(spline.knots, heights, *spline.slopes[[0, -1]].tolist(), offset=spline.offset)


def violations(task: Problem) -> tuple[Solution, list[str]]:
    """The solution, and every statement about it that does not hold."""
    solution, wrong = task.solution(), []
    bound = Fraction(solution.objective) - Fraction(solution.gap)
    if solution.gap < 0:
        wrong.append(f"the gap is {solution.gap}")
    if solution.objective < 0 or not np.isfinite([solution.objective, solution.gap, solution.path_norm]).all():
        wrong.append(f"objective {solution.objective}, gap {solution.gap}, path norm {solution.path_norm}")
    if Fraction(solution.objective) < task.objective(solution.spline)[0]:
        wrong.append("the objective is below that of the function returned")
    for number, rival in enumerate(rivals(task, solution)):
        value = task.objective(rival)[1]
        if value < bound:
            wrong.append(f"function {number} has {float(value)!r}, below the bound {float(bound)!r}")
    certificate = solution.certificate
    if certificate is not None and task.depth == 2:
        exact = solution.verified()
        if certificate.dual > exact.objective - exact.gap + 4e-16 * exact.objective:
            wrong.append("the floating point bound exceeds the exact one")
        if solution.gap < exact.gap * (1 - 1e-15):
            wrong.append(f"the floating point gap {solution.gap} is below the exact one, {exact.gap}")
    return solution, wrong


def main() -> int:
    """Solve and check; the number of violations decides the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**40))
    arguments = parser.parse_args()
    gaps: Counter[tuple[str, int]] = Counter()
    checked = failed = 0
    start, seed = time.monotonic(), arguments.seed
    while checked < arguments.problems:
        task, seed = problem(seed), seed + 1
        if task is None:
            continue
        checked += 1
        solution, wrong = violations(task)
        decade = int(np.ceil(np.log10(max(solution.relative_gap, 1e-16))))
        gaps[(task.loss if task.depth == 2 else f"{task.loss}, L > 2", decade)] += 1
        if wrong:
            failed += 1
            found = "; ".join(wrong)
            print(f"problem(seed={task.seed}): {task.loss}, L = {task.depth}, n = {task.x.size}: {found}", flush=True)
        if checked % 1_000 == 0:
            print(f"{checked} checked", file=sys.stderr, flush=True)
    print(f"{checked} problems from seed {arguments.seed} in {time.monotonic() - start:.0f} s: {failed} violations")
    for kind in sorted({kind for kind, _ in gaps}):
        counts = {decade: count for (name, decade), count in gaps.items() if name == kind}
        total, good = sum(counts.values()), sum(count for decade, count in counts.items() if decade <= -9)
        print(f"{kind:32} {total:6} solved, {good / total:7.2%} to 1e-9, worst 1e{max(counts):+d}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
