"""The results that come with the app are those of the default grid, and making them anew gives the same."""

import pytest

from cvxdnn.tasks.sweep import REACHED, Grid
from cvxdnn.tasks.sweep.sample import sample_results
from cvxdnn.tasks.sweep.task import RunTask


def test_the_sample_is_the_whole_default_grid():
    shelf, records = sample_results()
    grid = Grid()
    assert grid.shelves == (shelf,)
    for run, record in zip(grid.runs, records, strict=True):
        assert (record.width, record.beta, record.seed) == (run.width, run.beta, run.seed)


@pytest.mark.parametrize("number", [30, 100, 174])
def test_a_run_of_the_sample_made_anew_ends_at_the_same_objective(number):
    stored = sample_results()[1][number]
    made = RunTask(Grid().runs[number], Grid().max_steps)(lambda message: None, lambda: False)
    assert made.objective == pytest.approx(stored.objective, rel=1e-4)
    assert made.optimum == pytest.approx(stored.optimum, rel=1e-6)
    assert (made.gap <= REACHED) == (stored.gap <= REACHED)
