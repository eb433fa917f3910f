"""What the deep optimum costs: the path once, then every depth and weight decay from it.

    python -m benchmarks.depth                     n = 20, 100, 1,000
    python -m benchmarks.depth --sizes 20 2000

One thread, processor time, medians over weight decays spread over three decades. The gap is the largest of those
proven. "first" includes the certificates that later calls reuse; "moved" is a call after beta or the depth has moved.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.problems import Case, points

SHARES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
DEPTHS = (3, 4, 6)


def measured(n: int) -> Iterator[tuple[str, float, float | None]]:
    """Name, median milliseconds and largest gap of everything measured at n points."""
    from cvxdnn.convex import DeepPath, regularization_path

    x, y = points(Case(n))
    path, followed = _timed(lambda: regularization_path(x, y))
    yield "path", followed, None
    betas = [share * path.beta_max for share in SHARES]
    for depth in DEPTHS:
        first = [_timed(lambda b=beta, d=depth: DeepPath(path).solve(beta=b, depth=d)) for beta in betas]
        yield f"L = {depth}, first", statistics.median(ms for _, ms in first), max(s.relative_gap for s, _ in first)
    deep = DeepPath(path)
    deep.solve(beta=betas[0], depth=2)
    moved = [_timed(lambda b=beta, d=depth: deep.solve(beta=b, depth=d)) for depth in DEPTHS for beta in betas]
    yield "moved", statistics.median(ms for _, ms in moved), max(solution.relative_gap for solution, _ in moved)
    for depth in DEPTHS:
        jumps, spent = _timed(lambda d=depth: deep.transitions(depth=d))
        yield f"{len(jumps)} jumps of L = {depth}", spent, None


def main(arguments: list[str] | None = None) -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Processor time of the deep optimum.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 100, 1_000], help="numbers of points")
    print(f"{'n':>6}  {'what':<20} {'ms':>9}  largest gap")
    for n in parser.parse_args(arguments).sizes:
        for name, milliseconds, gap in measured(n):
            print(f"{n:>6}  {name:<20} {milliseconds:>9.2f}  {'' if gap is None else f'{gap:.0e}'}")


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.process_time()
    result = work()
    return result, 1e3 * (time.process_time() - begin)


if __name__ == "__main__":
    main()
