"""Many runs over a grid of settings, their records on disk, the same table on every runner.

from cvxdnn.jobs import ProcessRunner
from cvxdnn.tasks.sweep import Grid, Sweep

if __name__ == "__main__":
    with ProcessRunner(slots=2) as runner:
        table = Sweep(Grid(widths=(5, 10, 20, 50), seeds=range(10))).run(runner)
    print(table.to_csv())

grid.py     the product of lists of settings, and where their records are kept
task.py     one run as work for a runner;  record.py: what it leaves behind, and the table
store.py    records on disk;  concurrency.py: how sweeps share a runner;  sweep.py: running and resuming
cells.py    from the table to the cells of a heat map
"""

from cvxdnn.tasks.sweep.cells import MEASURES, Cell, cells
from cvxdnn.tasks.sweep.concurrency import ConcurrencyLimit
from cvxdnn.tasks.sweep.grid import AXES, MAX_RUNS, OWN_POINTS, Grid
from cvxdnn.tasks.sweep.record import COLUMNS, REACHED, Record, Table
from cvxdnn.tasks.sweep.store import Store
from cvxdnn.tasks.sweep.sweep import Progress, Sweep

__all__ = [
    "AXES",
    "COLUMNS",
    "MAX_RUNS",
    "MEASURES",
    "OWN_POINTS",
    "REACHED",
    "Cell",
    "ConcurrencyLimit",
    "Grid",
    "Progress",
    "Record",
    "Store",
    "Sweep",
    "Table",
    "cells",
]
