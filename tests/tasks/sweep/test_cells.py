"""A heat map pools what does not span it: shares, medians and extremes of hand-made records."""

import pytest

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.sweep import MEASURES, Grid, Record, Table, cells

GRID = Grid(betas=(0.01, 0.1), widths=(3, 6), seeds=(0, 1, 2), optimizers=("adam", "gd"))


def record(width, beta, seed, gap, optimizer="adam", objective=1.0):
    return Record("spike", "squared", optimizer, 2, width, beta, seed, objective, 1.0, gap, 4, 100, "stuck", 0.5)


TABLE = Table(
    (
        record(3, 0.01, 0, 0.0),
        record(3, 0.01, 1, 0.2),
        record(3, 0.01, 2, 0.4),
        record(3, 0.01, 0, 0.6, optimizer="gd"),
        record(6, 0.1, 0, None, objective=None),
    ),
    len(GRID),
)


def at(shown, row, column):
    return next(cell for cell in shown if (cell.row, cell.column) == (row, column))


@pytest.mark.parametrize(
    ("measure", "value"),
    [("reached", 0.25), ("gap", 0.3), ("smallest gap", 0.0), ("largest gap", 0.6), ("knots", 4), ("steps", 100)],
)
def test_each_measure_pools_all_runs_of_a_cell(measure, value):
    cell = at(cells(TABLE, GRID, measure=measure), 3, 0.01)
    assert cell.value == pytest.approx(value)
    assert (cell.done, cell.total) == (4, 6)


def test_unknown_outcomes_leave_a_cell_empty_but_count_as_done():
    shown = cells(TABLE, GRID, measure="gap")
    assert (at(shown, 6, 0.1).value, at(shown, 6, 0.1).done) == (None, 1)
    assert (at(shown, 6, 0.01).value, at(shown, 6, 0.01).done) == (None, 0)


def test_cells_come_row_by_row_in_the_order_of_the_grid():
    shown = cells(TABLE, GRID)
    assert [(cell.row, cell.column) for cell in shown] == [(3, 0.01), (3, 0.1), (6, 0.01), (6, 0.1)]


def test_a_choice_leaves_the_other_runs_out():
    chosen = at(cells(TABLE, GRID, measure="largest gap", only={"optimizers": "adam"}), 3, 0.01)
    assert (chosen.value, chosen.done, chosen.total) == (0.4, 3, 3)
    shown = cells(TABLE, GRID, rows="optimizers", columns="widths", only={"widths": 3})
    assert [(cell.row, cell.column, cell.done) for cell in shown] == [("adam", 3, 3), ("gd", 3, 1)]


def test_totals_add_up_to_the_grid():
    for rows, columns in (("widths", "betas"), ("seeds", "datasets"), ("depths", "optimizers")):
        shown = cells(TABLE, GRID, rows=rows, columns=columns)
        assert sum(cell.total for cell in shown) == len(GRID)
        assert sum(cell.done for cell in shown) == len(TABLE)


@pytest.mark.parametrize(
    "names",
    [{"rows": "width"}, {"columns": "nothing"}, {"rows": "betas"}, {"measure": "loss"}, {"only": {"width": 3}}],
    ids=str,
)
def test_mistakes_are_named(names):
    with pytest.raises(InvalidInputError):
        cells(TABLE, GRID, **names)


def test_every_measure_says_what_kind_of_number_it_is():
    assert all(measure.label.endswith(("(certified)", "(measured)")) for measure in MEASURES.values())
