"""How long the certificate takes in rational arithmetic, and how far the floating point one is from it.

    python -m benchmarks.exact

For every loss and number of points: noisy sines, a weight decay of a hundredth of beta_max. Milliseconds are medians of
five; the share is the floating point gap minus the exact one, relative to the objective.
"""

import time
from statistics import median

import numpy as np

from cvxdnn.convex import solve
from cvxdnn.losses import LOSSES
from cvxdnn.objective import beta_max
from cvxdnn.solution import Solution

SIZES = (20, 100, 200, 500)


def optimum(points: int, loss: str) -> Solution:
    """The optimum that is checked."""
    rng = np.random.default_rng(points)
    x = rng.uniform(size=points)
    y = np.sin(9 * x) + 0.3 * rng.normal(size=points)
    if loss in ("hinge", "logistic"):
        y = np.where(y > 0, 1.0, -1.0)
    return solve(x, y, beta=1e-2 * beta_max(x, y, loss=loss), loss=loss)


def main() -> None:
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


if __name__ == "__main__":
    main()
