"""The results that the first visitor of the Sweep lab sees: the default grid, made when the package was.

python -m cvxdnn.tasks.sweep.sample        makes them anew (also `make sample`)
"""

import gzip
import json
import tempfile
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path

from cvxdnn.jobs import ProcessRunner
from cvxdnn.tasks.experiments import warm_up
from cvxdnn.tasks.sweep.grid import Grid
from cvxdnn.tasks.sweep.record import Record
from cvxdnn.tasks.sweep.store import Store
from cvxdnn.tasks.sweep.sweep import Sweep

__all__ = ["sample_results"]

SAMPLE = "first_sweep.json.gz"


@cache
def sample_results() -> tuple[str, tuple[Record, ...]]:
    """The shelf of the runs, and the record of each."""
    text = gzip.decompress(files("cvxdnn").joinpath("data", SAMPLE).read_bytes())
    stored = json.loads(text)
    return stored["shelf"], tuple(Record.from_plain(values) for values in stored["records"])


def _make() -> None:
    grid = Grid()
    with tempfile.TemporaryDirectory() as folder, ProcessRunner(2, warm_up=warm_up) as runner:
        table = Sweep(grid, Store(folder)).run(runner)
    (shelf,) = grid.shelves
    stored = {"shelf": shelf, "records": [asdict(record) for record in table]}
    target = Path(__file__).parents[2] / "data" / SAMPLE
    target.write_bytes(gzip.compress(json.dumps(stored).encode(), mtime=0))


if __name__ == "__main__":
    _make()
