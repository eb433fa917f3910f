"""A small grid, a folder of its own for results, and a runner in this process."""

import pytest

from cvxdnn.jobs import InlineRunner
from cvxdnn.tasks.sweep import Grid, Store


@pytest.fixture
def grid():
    """Eight short runs."""
    return Grid(betas=(0.01, 0.1), widths=(3, 6), seeds=(0, 1), max_steps=50)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "sweeps")


@pytest.fixture
def runner():
    with InlineRunner(slots=2) as started:
        yield started
