"""The map of a sweep says its values in figures."""

import pytest

from cvxdnn.exhibits.sweep.charts import is_certified, tiles, tone_of
from cvxdnn.tasks.sweep import MEASURES, Cell

SHARES = (Cell(5, 0.001, 0.0, 4, 4), Cell(5, 0.1, 1.0, 4, 4), Cell(50, 0.001, 1 / 3, 3, 4), Cell(50, 0.1, None, 0, 4))
GAPS = (Cell(5, 0.001, 1e-7, 4, 4), Cell(5, 0.1, 1e-3, 4, 4), Cell(50, 0.001, 12.0, 3, 4), Cell(50, 0.1, 0.0, 1, 4))


def test_shares_are_their_own_shade_and_shown_in_percent():
    drawn = tiles(SHARES, "reached")
    assert [tile.text for tile in drawn] == ["0 %", "100 %", "33 %", ""]
    assert [tile.shade for tile in drawn] == [0.0, 1.0, 1 / 3, None]


def test_an_unfinished_cell_says_of_how_many_runs_it_speaks():
    assert [tile.note for tile in tiles(SHARES, "reached")] == ["", "", "3 of 4", "0 of 4"]


def test_gaps_are_shaded_by_their_logarithm():
    shades = [tile.shade for tile in tiles(GAPS, "gap")]
    assert shades[2] == 1.0
    assert shades[3] == 0.0
    assert 0 < shades[0] < shades[1] < 1
    assert [tile.text for tile in tiles(GAPS, "gap")] == ["1e-7", "1e-3", "12", "0"]


@pytest.mark.parametrize("measure", MEASURES)
def test_equal_values_and_no_values_are_drawn(measure):
    for value in (None, 0.0, 1.0):
        cells = tuple(Cell(cell.row, cell.column, value, 1, 1) for cell in SHARES)
        assert all(tile.shade is None or 0 <= tile.shade <= 1 for tile in tiles(cells, measure))


def test_what_comes_from_the_bound_is_told_from_what_is_measured():
    assert {name: is_certified(MEASURES[name]) for name in ("reached", "gap", "objective", "knots")} == {
        "reached": True,
        "gap": True,
        "objective": False,
        "knots": False,
    }


def test_a_gap_has_the_colour_of_the_networks_as_on_explore_and_what_reaches_the_optimum_that_of_the_optimum():
    assert {name for name, measure in MEASURES.items() if tone_of(measure) == "certified"} == {"reached"}
