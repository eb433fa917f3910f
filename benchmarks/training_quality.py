"""How near training comes to the certified optimum: insertion and polish beside plain Adam, in one table.

    make bench                                    everything, into docs/training.md
    python -m benchmarks.training_quality --sets 5 --depths 2 --output some/page.md

The presets with the squared loss and thirty random data sets (up to 20 points in the unit interval, pairs of them as
near as a thousandth), three weight decays as shares of beta_max, two to four layers. Every method gets the same data
and sixteen restarts on one thread; its best restart counts, and its time is processor time. The optimum is that of
`cvxdnn.solve`, which proves its own gap.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.training_report import PAGE, write_quality

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cvxdnn.core.solution import Snapshot

SHARES = (1e-1, 1e-2, 1e-3)
DEPTHS = (2, 3, 4)
SETS, RESTARTS = 30, 16
METHODS = INSERTION, ADAM, POLISHED = ("insertion, polish", "Adam", "Adam, then polish")
NEAR = 1e-3
"""A restart within this share of the optimum counts as there."""


@dataclass(frozen=True)
class Result:
    """One run: relative gap of the best restart to the optimum; processor seconds; restarts within `NEAR`."""

    data: str
    n: int
    depth: int
    share: float
    method: str
    gap: float
    optimum_gap: float
    seconds: float
    steps: int
    status: str
    restarts_near: float


def data_sets(count: int, *, presets: bool) -> "Iterator[tuple[str, NDArray[np.float64], NDArray[np.float64]]]":
    """Presets and random points, x in [0, 1] and y of unit range."""
    from cvxdnn.core.datasets import PRESETS, load_preset

    for name, preset in PRESETS.items():
        if presets and preset.loss == "squared":
            points, _ = load_preset(name).normalized()
            yield name, points.x, points.y
    for seed in range(count):
        yield f"random {seed}", *random_points(seed)


def random_points(seed: int) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """4 to 20 points, no two nearer than 1e-3, up to three pairs nearer than 1e-2."""
    import numpy as np

    rng = np.random.default_rng([1, seed])
    n = int(rng.integers(4, 21))
    close = rng.permutation(n - 1)[: min(3, n // 4)]
    gaps = 0.05 + rng.exponential(size=n - 1)
    gaps[close] = 0.0
    narrow = 10 ** rng.uniform(-3, -2, close.size)
    gaps *= (1 - narrow.sum()) / gaps.sum()
    gaps[close] = narrow
    y = rng.standard_normal(n)
    return np.concatenate([[0.0], np.cumsum(gaps[:-1]), [1.0]]), (y - y.mean()) / np.ptp(y)


def results(options: argparse.Namespace) -> Iterator[Result]:
    """Every run, as it ends."""
    from cvxdnn.convex import solve
    from cvxdnn.core.objective import beta_max

    for name, x, y in data_sets(options.sets, presets=not options.only_random):
        for share in SHARES:
            beta = share * beta_max(x, y)
            for depth in options.depths:
                solution = solve(x, y, beta=beta, depth=depth)
                for run in runs(x, y, beta=beta, depth=depth, methods=options.methods):
                    reached = {
                        "gap": run.end.objective / solution.objective - 1,
                        "restarts_near": float((run.end.objectives <= solution.objective * (1 + NEAR)).mean()),
                        "optimum_gap": solution.relative_gap,
                    }
                    how = {"seconds": run.seconds, "steps": run.end.step, "status": run.end.status.name}
                    yield Result(name, x.size, depth, share, run.method, **reached, **how)


@dataclass(frozen=True)
class Run:
    """A method, its last snapshot and its processor time."""

    method: str
    end: "Snapshot"
    seconds: float


def runs(
    x: "NDArray[np.float64]", y: "NDArray[np.float64]", *, beta: float, depth: int, methods: list[str]
) -> Iterator[Run]:
    """Each method from the same start; a polish goes on from where Adam has ended."""
    settings = {"beta": beta, "depth": depth, "restarts": RESTARTS, "snapshot_every": 1000}
    if INSERTION in methods:
        yield Run(INSERTION, *_timed(x, y, optimizer="insertion", **settings))
    if ADAM in methods or POLISHED in methods:
        adam = Run(ADAM, *_timed(x, y, **settings))
        if ADAM in methods:
            yield adam
        if POLISHED in methods:
            end, seconds = _timed(x, y, polish=True, initial=adam.end.state, **settings)
            yield Run(POLISHED, end, adam.seconds + seconds)


def _timed(x: "NDArray[np.float64]", y: "NDArray[np.float64]", **settings: Any) -> "tuple[Snapshot, float]":
    from cvxdnn.training.training import train

    begun = time.process_time()
    *_, end = train(x, y, **settings)
    return end, time.process_time() - begun


def main(arguments: list[str] | None = None) -> None:
    """Train everything and write the tables; or write the tables of a stored run."""
    options = _options(arguments)
    if options.stored is not None:
        records = json.loads(options.stored.read_text(encoding="utf-8"))
    else:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        import torch

        torch.set_num_threads(1)
        records = []
        for result in results(options):
            print(json.dumps(asdict(result)), flush=True)
            records.append(asdict(result))
            if options.store is not None:
                options.store.write_text(json.dumps(records, indent=1), encoding="utf-8")
    write_quality(records, options.output)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare what trainers reach with the certified optimum.")
    parser.add_argument("--sets", type=int, default=SETS, help="number of random data sets")
    parser.add_argument("--only-random", action="store_true", help="leave the presets out")
    parser.add_argument("--depths", type=int, nargs="+", default=list(DEPTHS))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--output", type=Path, default=PAGE, help="page that holds the tables")
    parser.add_argument("--store", type=Path, help="file for the single results")
    parser.add_argument("--stored", type=Path, help="report this file's results instead of training")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
