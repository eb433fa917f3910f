"""The solver benchmark: one command, one table, one figure.

    make bench                        everything, into docs/benchmark.md and docs/benchmark.svg
    python -m benchmarks.solvers --sizes 10 100 --peers ours cvxpy --output some/folder

Every solver gets the same points and the same weight decay, each measurement its own process, one thread, and limits
on time and memory. A solver that exceeds a limit or gives no answer is not asked for larger n, and its row says why.
All answers are scored by `cvxdnn.certify` on the training objective, never by what a solver says of itself.
Two rows solve another problem, total variation alone (a free linear term); they are certified as that.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Record, run
from benchmarks.problems import Case

SIZES = (10, 30, 100, 300, 1_000, 10_000, 100_000, 1_000_000)
NAMES = ("ours", "cvxpy", "sklearn-lasso", "sklearn-lars", "celer", "skglm", "scnn", "ours-tv", "splineops")
HARD = tuple(Case(n, share) for n in (10_000, 100_000, 1_000_000) for share in (1e-3, 1e-4))
MANY_KNOTS = (
    *(Case(100_000, share, 1.0) for share in (1e-8, 1e-9)),
    *(Case(1_000_000, share, 1.0) for share in (1e-9, 1e-10, 1e-11)),
)
DRAGGED = (Case(20), Case(100))
FOLLOWED = (Case(100), Case(1_000), Case(2_000))
SECONDS, MANY_KNOTS_SECONDS, GIGABYTES = 60.0, 600.0, 6.0


def measurements(names: list[str], sizes: list[int], seconds: float) -> Iterator[Record]:
    """Every measurement of a run, as it is made."""
    for name in names:
        for n in sizes:
            record = run("cold", name, Case(n), seconds=seconds, gigabytes=GIGABYTES)
            yield record
            if "failure" in record:
                break
    for case in HARD:
        if case.n in sizes:
            yield {**run("cold", "ours", case, seconds=seconds, gigabytes=GIGABYTES), "task": "hard"}
    for case in MANY_KNOTS:
        if case.n in sizes:
            limit = MANY_KNOTS_SECONDS
            yield {**run("cold", "ours", case, seconds=limit, gigabytes=GIGABYTES), "task": "hard"}
    for case in DRAGGED:
        yield run("drag", "ours", case, seconds=seconds, gigabytes=GIGABYTES)
    for case in FOLLOWED:
        if case.n <= max(sizes):
            yield run("path", "ours", case, seconds=seconds, gigabytes=GIGABYTES)


def main(arguments: list[str] | None = None) -> None:
    """Measure and write the report; or write the report of a stored run."""
    options = _options(arguments)
    records: list[dict[str, Any]] = []
    if options.stored is not None:
        records = json.loads(options.stored.read_text(encoding="utf-8"))
    else:
        for record in measurements(options.peers, options.sizes, options.seconds):
            print(json.dumps({key: value for key, value in record.items() if key not in ("seconds", "gigabytes")}))
            records.append(record)
    options.output.mkdir(parents=True, exist_ok=True)
    if options.store is not None:
        options.store.write_text(json.dumps(records, indent=1), encoding="utf-8")
    from benchmarks import report  # after the measurements: the memory of children starts from this process's

    figure = None if options.no_figure else options.output / "benchmark.svg"
    report.write(records, options.output / "benchmark.md", figure)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare solvers, each answer scored by one certificate.")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of points")
    parser.add_argument("--peers", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--seconds", type=float, default=SECONDS, help="limit on the processor time of a measurement")
    parser.add_argument("--output", type=Path, default=ROOT / "docs", help="folder of benchmark.md and benchmark.svg")
    parser.add_argument("--store", type=Path, help="file for the raw measurements")
    parser.add_argument("--stored", type=Path, help="report this file's measurements instead of measuring")
    parser.add_argument("--no-figure", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
