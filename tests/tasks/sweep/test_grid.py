"""A grid is the product of its lists; two grids look for a record on the same shelf exactly when it serves both."""

import subprocess
import sys

import pytest

from cvxdnn.core.datasets import PRESETS
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sweep import MAX_RUNS, OWN_POINTS, Grid
from cvxdnn.tasks.sweep import grid as grid_module

POINTS = ((0.0, 0.0), (1.0, 1.0), (2.0, 0.5))


def test_runs_are_the_product_with_the_seed_varying_fastest():
    grid = Grid(betas=(0.1, 0.01), widths=(5, 3), depths=(2, 3), optimizers=("gd", "adam"), seeds=range(2))
    assert len(grid) == len(grid.runs) == 32
    assert len(set(grid.runs)) == 32
    first, second = grid.runs[:2]
    assert (first.optimizer, first.depth, first.width, first.beta, first.seed) == ("adam", 2, 3, 0.01, 0)
    assert second == first.replace(seed=1)
    assert {run.restarts for run in grid.runs} == {1}


def test_a_grid_does_not_depend_on_how_the_lists_were_written():
    grid = Grid(betas=(0.1, 0.01), widths=(5, 10), seeds=(1, 0), datasets=("step", "zigzag"))
    same = Grid(betas=[0.01, 0.1, 0.1], widths={10, 5}, seeds=range(2), datasets=["zigzag", "step"])
    assert same == grid
    assert same.shelves == grid.shelves


def places(grid):
    """Where each record is looked for: shelf, and the settings it must say."""
    return {(grid.shelf(number), *values) for values, number in grid.numbers.items()}


@pytest.mark.parametrize(
    "change",
    [
        {"betas": (0.2,)},
        {"widths": (7,)},
        {"depths": (3,)},
        {"seeds": (9,)},
        {"optimizers": ("gd",)},
        {"datasets": ("step",)},
        {"datasets": (OWN_POINTS,)},
        {"max_steps": 100},
        {"base": Scenario(restarts=2)},
        {"base": Scenario(restarts=1, biases="all")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_decides_results_keeps_records_apart(change):
    assert places(Grid(**change)).isdisjoint(places(Grid()))


def test_own_points_their_loss_and_the_format_keep_records_apart(monkeypatch):
    bases = [Scenario(restarts=1, points=POINTS, loss=loss) for loss in ("squared", "huber")]
    bases.append(Scenario(restarts=1, points=((0.0, 0.0), (1.0, 1.0), (2.0, 0.6))))
    shelves = [Grid(datasets=[OWN_POINTS], base=base).shelves for base in bases]
    monkeypatch.setattr(grid_module, "FORMAT", grid_module.FORMAT + 1)
    shelves.append(Grid(datasets=[OWN_POINTS], base=bases[0]).shelves)
    assert len(set(shelves)) == 4


def test_what_decides_nothing_makes_no_other_grid():
    base = Scenario(restarts=1, points=POINTS, beta=1.0, width=7, seed=3, hidden=())
    assert Grid(base=base) == Grid()
    own, other = (Grid(base=each, datasets=[OWN_POINTS]) for each in (base, Grid().base))
    assert own != other
    assert places(own).isdisjoint(places(other))


def test_a_larger_grid_looks_where_a_smaller_one_does():
    small, large = (
        Grid(),
        Grid(betas=(*Grid().betas, 0.2), widths=(5, 10, 20, 50, 100, 7), depths=(2, 3), seeds=range(9)),
    )
    assert places(small) < places(large)
    assert [large.shelf(number) for number in (0, len(large) - 1)] == list(large.shelves)


def test_shelves_are_the_same_in_every_process():
    script = "from cvxdnn.tasks.sweep import Grid; print(*Grid().shelves)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert tuple(run.stdout.split()) == Grid().shelves


def test_own_points_are_those_of_the_base_and_presets_bring_their_loss():
    grid = Grid(datasets=[OWN_POINTS, *PRESETS], base=Scenario(points=POINTS, loss="huber"), seeds=[0], widths=[5])
    own = [run for run in grid.runs if not run.preset]
    assert {run.points for run in own} == {POINTS}
    assert {run.loss for run in own} == {"huber"}
    assert all(run.loss == PRESETS[run.preset].loss for run in grid.runs if run.preset)


def test_points_of_a_preset_can_be_own_points():
    (run,) = Grid(datasets=[OWN_POINTS], base=Scenario(preset="cars"), widths=[5], betas=[0.1], seeds=[0]).runs
    assert run.points == Scenario(preset="cars").points


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"betas": ()}, "betas is empty"),
        ({"widths": "5"}, "widths is '5'"),
        ({"widths": 5}, "widths is 5"),
        ({"widths": (0,)}, "width is 0"),
        ({"widths": (2.5,)}, "widths is 2.5"),
        ({"depths": (1,)}, "depth is 1"),
        ({"betas": (0.0,)}, "beta is 0"),
        ({"betas": (float("nan"),)}, "betas is nan"),
        ({"seeds": (-1,)}, "seeds is -1"),
        ({"optimizers": ("newton",)}, "optimizers is 'newton'"),
        ({"datasets": ("nothing",)}, "datasets is 'nothing'"),
        ({"max_steps": 0}, "max_steps is 0"),
        ({"base": None}, "base is None"),
        ({"seeds": range(MAX_RUNS)}, "shorten lists"),
    ],
)
def test_mistakes_are_named(settings, text):
    with pytest.raises(InvalidInputError) as mistake:
        Grid(**settings)
    assert text in str(mistake.value)
