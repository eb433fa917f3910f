"""A sweep on every backend: the same table, the speed of two workers against one, and the loss of a worker.

    python -m benchmarks.sweep [--runs 200] [--steps 3000] [--rounds 3]

Dask workers are processes with one thread each, as in the cluster of docs/deployment.md. Each round makes the whole
sweep anew with one worker and with two, one after the other; workers are warm, and the median of the rounds' ratios
counts. That ratio needs two idle cores. Beside it stands what does not: the share of the time that workers spend in
training (`busy`), whose ratio, twice that of two workers over that of one, says what coordination leaves of 2.
"""

import argparse
import json
import logging
import os
import platform
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distributed import LocalCluster

from cvxdnn.jobs import ProcessRunner, Runner
from cvxdnn.jobs.dask_runner import DaskRunner
from cvxdnn.tasks.experiments import warm_up
from cvxdnn.tasks.sweep import ConcurrencyLimit, Grid, Store, Sweep, Table

BETAS, WIDTHS = (1e-3, 1e-2, 3e-2, 1e-1), (5, 10, 20, 50, 100)
READY_SECONDS, LONGEST_SECONDS = 120.0, 1800.0


def grid_of(runs: int, steps: int) -> Grid:
    """A grid of so many runs, rounded up to whole seeds."""
    return Grid(betas=BETAS, widths=WIDTHS, seeds=range(-(-runs // (len(BETAS) * len(WIDTHS)))), max_steps=steps)


def measure(runs: int, steps: int, rounds: int) -> dict[str, Any]:
    """All that the benchmark says, as plain data."""
    grid = grid_of(runs, steps)
    with ProcessRunner(2, warm_up=warm_up) as processes:
        expected, seconds, _ = timed(grid, ready(processes, 2), at_once=2)
    result: dict[str, Any] = {"runs": len(grid), "steps": steps, "machine": machine(), "processes_2": seconds}
    result["same_table"] = True
    with dask(2) as (cluster, runner):
        pairs = [[timed(grid, runner, at_once=count) for count in (1, 2)] for _ in range(rounds)]
        for name, column in zip(("dask_1", "dask_2"), zip(*pairs, strict=True), strict=True):
            result["same_table"] &= all(table == expected for table, _, _ in column)
            result[name] = [seconds for _, seconds, _ in column]
            result[f"{name}_busy"] = statistics.median(busy for _, _, busy in column)
        result["ratio"] = statistics.median(one[1] / two[1] for one, two in pairs)
        result["ratio_left_by_coordination"] = 2 * result["dask_2_busy"] / result["dask_1_busy"]
        result["same_table_after_a_kill"], result["killed_at"] = with_a_kill(grid, runner, cluster, expected)
    return result


def timed(grid: Grid, runner: Runner, *, at_once: int) -> tuple[Table, float, float]:
    """The table of a sweep made from nothing, the seconds that it took, and the share of them spent in training."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        table = Sweep(grid, Store(folder)).run(runner, at_once=at_once)
        seconds = time.perf_counter() - began
        return table, seconds, sum(table.column("seconds")) / (at_once * seconds)


def with_a_kill(grid: Grid, runner: Runner, cluster: LocalCluster, expected: Table) -> tuple[bool, int]:
    """Whether the table is the same when a worker is killed, and after how many runs it was."""
    with tempfile.TemporaryDirectory() as folder:
        sweep = Sweep(grid, Store(folder))
        sweep.start(runner, ConcurrencyLimit(2))
        while sweep.progress.done < len(grid) // 3 and sweep.is_running:
            time.sleep(0.01)
        killed_at = sweep.progress.done
        os.kill(next(iter(cluster.workers.values())).process.pid, signal.SIGKILL)
        sweep.wait(LONGEST_SECONDS)
        return sweep.table == expected and not sweep.progress.message, killed_at


@contextmanager
def dask(workers: int) -> Iterator[tuple[LocalCluster, Runner]]:
    """A cluster of warm worker processes, and a runner for it."""
    options = {
        "n_workers": workers,
        "threads_per_worker": 1,
        "dashboard_address": "127.0.0.1:0",
        "silence_logs": logging.CRITICAL,
    }
    with (
        LocalCluster(**options) as cluster,
        DaskRunner(cluster.scheduler_address, warm_up=warm_up) as runner,
    ):
        yield cluster, ready(runner, workers)


def ready(runner: Runner, workers: int) -> Runner:
    """The runner, when all its workers are."""
    deadline = time.monotonic() + READY_SECONDS
    while runner.status().ready < workers:
        if time.monotonic() > deadline:
            raise TimeoutError(f"only {runner.status().ready} of {workers} workers are ready")
        time.sleep(0.05)
    return runner


def machine() -> str:
    """What it was measured on, and what else was going on there."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} before the start"


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and store on request."""
    parser = argparse.ArgumentParser(description="Sweeps on worker processes and on a Dask cluster.")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--steps", type=int, default=3_000, help="optimiser steps of a run at most")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--store", type=Path, help="file for the result")
    options = parser.parse_args(arguments)
    text = json.dumps(measure(options.runs, options.steps, options.rounds), indent=1)
    print(text)
    if options.store is not None:
        options.store.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":  # the processes of the cluster import this file again
    main()
