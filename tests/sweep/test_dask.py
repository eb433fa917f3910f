"""On a Dask cluster a sweep gives the table that it gives anywhere, also when a worker is killed meanwhile."""

import os
import signal
import time

from distributed import LocalCluster

from cvxdnn.jobs.dask_runner import DaskRunner
from cvxdnn.sweep import Grid, Lanes, Store, Sweep

GRID = Grid(betas=(1e-3, 1e-2), widths=(10, 20), seeds=(0, 1), max_steps=1_500)


def test_two_workers_one_of_them_killed_give_the_same_table(store, runner):
    expected = Sweep(GRID, Store(store.folder / "elsewhere")).run(runner)
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(**options) as cluster, DaskRunner(cluster.scheduler_address) as dask:
        sweep = Sweep(GRID, store)
        sweep.start(dask, Lanes(2))
        deadline = time.monotonic() + 120
        while sweep.progress.done < 1:
            assert time.monotonic() < deadline, "no run was made"
            time.sleep(0.02)
        os.kill(next(iter(cluster.workers.values())).process.pid, signal.SIGKILL)
        sweep.wait(150)
        assert not sweep.is_running
    assert sweep.table == expected
    assert sweep.progress.message == ""
