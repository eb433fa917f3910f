"""How long the certificate takes in rational arithmetic, and how far the floating point one is from it.

    python -m benchmarks.exact [--presets]

For every loss and number of points: noisy sines, a weight decay of a hundredth of beta_max. Milliseconds are medians of
five; the share is the floating point gap minus the exact one, relative to the objective. With --presets every preset
instead, for 2 to 6 layers and every loss, labels being whether y is above its median; exits with 1 if a floating point
bound is above the exact one. That of more than two layers is not improved once it is within 1e-11 of the objective, so
there it may be lower by that much.
"""

import argparse
import sys
import time
from statistics import median

import numpy as np

from cvxdnn.convex import solve
from cvxdnn.core.datasets import PRESETS, load_preset
from cvxdnn.core.exact.depth import CLOSE
from cvxdnn.core.losses import LOSSES
from cvxdnn.core.objective import beta_max
from cvxdnn.core.solution import Solution

SIZES = (20, 100, 200, 500)
DEPTHS = range(2, 7)
LABELLED = ("hinge", "logistic")


def optimum(points: int, loss: str) -> Solution:
    """The optimum that is checked."""
    rng = np.random.default_rng(points)
    x = rng.uniform(size=points)
    y = np.sin(9 * x) + 0.3 * rng.normal(size=points)
    if loss in LABELLED:
        y = np.where(y > 0, 1.0, -1.0)
    return solve(x, y, beta=1e-2 * beta_max(x, y, loss=loss), loss=loss)


def by_size() -> None:
    """A line for each number of points, a column for each loss."""
    print("points | " + " | ".join(LOSSES))
    for points in SIZES:
        cells = []
        for loss in LOSSES:
            solution = optimum(points, loss)
            seconds = []
            for _ in range(5):
                start = time.perf_counter()
                exact = solution.verified()
                seconds.append(time.perf_counter() - start)
            apart = (solution.gap - exact.gap) / exact.objective
            cells.append(f"{1e3 * median(seconds):.1f} ms, {apart:.0e}")
        print(f"{points} | " + " | ".join(cells))


def by_preset() -> bool:
    """A line for each preset and depth: the relative gap in both arithmetics for each loss. Whether all bounds hold."""
    holds = True
    print("preset, points, layers | " + " | ".join(LOSSES))
    for name in PRESETS:
        data = load_preset(name).normalized()[0]
        for depth in DEPTHS:
            cells = []
            for loss in LOSSES:
                y = np.where(data.y > np.median(data.y), 1.0, -1.0) if loss in LABELLED else data.y
                solution = solve(data.x, y, beta=1e-2 * beta_max(data.x, y, loss=loss), depth=depth, loss=loss)
                exact = solution.verified()
                tolerated = CLOSE * exact.objective if depth > 2 else 0
                holds &= solution.objective - solution.gap <= exact.objective - exact.gap + tolerated
                cells.append(f"{solution.relative_gap:.0e}, {exact.relative_gap:.0e}")
            print(f"{name}, {len(data)}, {depth} | " + " | ".join(cells), flush=True)
    print("no floating point bound is above the exact one" if holds else "a floating point bound is too high")
    return holds


def main() -> None:
    """One of the two tables."""
    parser = argparse.ArgumentParser(description="The certificate in rational arithmetic.")
    parser.add_argument("--presets", action="store_true", help="every preset, 2 to 6 layers")
    if parser.parse_args().presets:
        sys.exit(0 if by_preset() else 1)
    by_size()


if __name__ == "__main__":
    main()
