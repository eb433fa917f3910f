"""A sweep makes every run once, on any runner the same, goes on where it stopped, and shares the workers."""

import os
import signal
import threading
import time
from dataclasses import replace

import pytest

from cvxdnn.core.exceptions import CvxdnnError
from cvxdnn.jobs import InlineRunner, ProcessRunner
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sweep import OWN_POINTS, ConcurrencyLimit, Grid, Record, Store, Sweep
from cvxdnn.tasks.sweep import sweep as engine
from cvxdnn.tasks.sweep.task import RunTask

LONG = Grid(betas=(1e-6,), widths=(50,), seeds=(0, 1), max_steps=6_000)
"""Two runs that take a while each."""


def settings(run):
    """Of a scenario or a record: all that a small grid varies."""
    dataset = run.dataset if isinstance(run, Record) else run.preset
    return (dataset, run.optimizer, run.depth, run.width, run.beta, run.seed)


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def test_every_run_has_its_record_in_the_order_of_the_grid(grid, store, runner):
    table = Sweep(grid, store).run(runner)
    assert len(table) == table.size == len(grid)
    settings = [(record.width, record.beta, record.seed) for record in table]
    assert settings == [(run.width, run.beta, run.seed) for run in grid.runs]
    assert all(record.steps <= grid.max_steps and record.gap > -1e-9 for record in table)


def test_the_same_grid_finds_its_results_and_makes_nothing_again(grid, store, runner, monkeypatch):
    table = Sweep(grid, store).run(runner)
    monkeypatch.setattr(engine, "RunTask", None)  # it could not make a run
    again = Sweep(Grid(betas=grid.betas[::-1], widths=grid.widths, seeds=grid.seeds, max_steps=50), store)
    assert again.table == table
    assert [record.seconds for record in again.table] == [record.seconds for record in table]
    assert again.run(runner) == table


def test_a_sweep_goes_on_where_an_earlier_one_stopped(grid, store, runner):
    whole = Sweep(grid, Store(store.folder / "elsewhere")).run(runner)
    first = Sweep(grid, store)
    first.start(runner, ConcurrencyLimit(1))
    wait_until(lambda: first.progress.done >= 2)
    first.stop()
    assert not first.is_running
    done = first.progress.done
    assert 2 <= done < len(grid)
    second = Sweep(grid, store)
    assert second.progress.done == done
    assert second.run(runner) == whole
    assert first.table == Sweep(grid, store).table or first.progress.done == done


def test_two_sweeps_of_one_grid_share_their_results(grid, store, runner):
    limit = ConcurrencyLimit(2)
    one, two = Sweep(grid, store), Sweep(grid, store)
    one.start(runner, limit)
    two.start(runner, limit)
    one.wait(60)
    two.wait(60)
    assert one.table == two.table
    assert len(one.table) == len(grid)


def test_stopping_ends_running_jobs_soon_and_starting_goes_on_with_them(store, runner):
    sweep = Sweep(LONG, store)
    sweep.start(runner, ConcurrencyLimit(2))
    wait_until(lambda: runner.status().busy == 2)
    sweep.stop()
    assert not sweep.is_running
    assert runner.status().busy == 0
    assert sweep.run(runner) == Sweep(LONG, Store(store.folder / "elsewhere")).run(runner)


def test_sweeps_never_hold_more_workers_than_there_are_lanes(grid, tmp_path):
    most, limit = 0, ConcurrencyLimit(2)
    with InlineRunner(slots=4) as runner:
        sweeps = [Sweep(grid, Store(tmp_path / str(number))) for number in range(3)]
        for sweep in sweeps:
            sweep.start(runner, limit)
        while any(sweep.is_running for sweep in sweeps):
            most = max(most, runner.status().busy + runner.status().queued)
            time.sleep(0.001)
    assert most == 2
    assert sweeps[0].table == sweeps[1].table == sweeps[2].table


def test_a_run_makes_room_for_somebody_who_waits(store, monkeypatch):
    monkeypatch.setattr(engine, "TURN_SECONDS", 0.05)
    with InlineRunner(slots=1) as runner:
        sweep = Sweep(LONG, store)
        sweep.start(runner, ConcurrencyLimit(1))
        wait_until(lambda: runner.status().busy == 1)
        done = sweep.progress.done
        visitor = runner.submit(lambda report, stopped: "seen", owner="a visitor")
        assert visitor.result(timeout=30) == "seen"
        assert sweep.progress.done <= done + 1
        sweep.wait(60)
    assert len(sweep.table) == len(LONG)


def test_the_table_is_the_same_when_every_run_takes_many_turns(store, runner, monkeypatch):
    grid = Grid(betas=(0.1,), widths=(20,), seeds=(0, 1), max_steps=3_000)
    whole = Sweep(grid, store).run(runner)
    monkeypatch.setattr(engine, "LONGEST_TURN_SECONDS", 0.01)
    monkeypatch.setattr(engine, "LOOK_SECONDS", 0.01)
    assert Sweep(grid, Store(store.folder / "elsewhere")).run(runner) == whole


def test_progress_counts_and_estimates(grid, store, runner):
    sweep = Sweep(grid, store)
    assert (sweep.progress.done, sweep.progress.total, sweep.progress.seconds_left) == (0, 8, None)
    sweep.start(runner, ConcurrencyLimit(1))
    wait_until(lambda: sweep.progress.done >= 1)
    seen = sweep.progress
    sweep.wait(60)
    assert seen.seconds_left is None or seen.seconds_left > 0
    last = sweep.progress
    assert (last.done, last.failed, last.is_running, last.message) == (8, 0, False, "")


def failing(record_of, width):
    def fail(baseline, snapshot, seconds):
        if baseline.scenario.width == width:
            raise RuntimeError("no memory left")
        return record_of(baseline, snapshot, seconds)

    return fail


def test_failed_runs_are_told_kept_out_and_tried_again(grid, store, runner, monkeypatch):
    from cvxdnn.tasks.sweep import task

    with monkeypatch.context() as broken:
        broken.setattr(task, "record_of", failing(task.record_of, width=3))
        sweep = Sweep(grid, store)
        with pytest.raises(CvxdnnError, match=r"4 of 8 runs are missing.*no memory left"):
            sweep.run(runner)
        assert sweep.progress.failed == 4
        assert {record.width for record in sweep.table} == {6}
    assert len(sweep.run(runner)) == len(grid)


def test_a_folder_that_cannot_be_written_costs_no_result(grid, tmp_path, runner):
    (tmp_path / "file").write_text("in the way")
    sweep = Sweep(grid, Store(tmp_path / "file" / "folder"))
    assert len(sweep.run(runner)) == len(grid)
    assert "cannot be" in sweep.progress.message


def test_a_closed_runner_ends_the_sweep_with_a_message(store):
    runner = InlineRunner()
    sweep = Sweep(LONG, store)
    sweep.start(runner, ConcurrencyLimit(1))
    wait_until(lambda: runner.status().busy == 1)
    runner.close()
    sweep.wait(30)
    assert not sweep.is_running
    assert sweep.progress.message


def test_nothing_is_left_running_behind_a_finished_sweep(grid, store, runner):
    Sweep(grid, store).run(runner)
    assert not [thread for thread in threading.enumerate() if thread.name == "cvxdnn-sweep"]


def test_stored_results_of_runs_beyond_the_grid_are_ignored(grid, store, runner):
    table = Sweep(grid, store).run(runner)
    for change in (
        {"seed": 9},
        {"dataset": "step"},
        {"optimizer": "gd"},
        {"depth": 3},
        {"width": 2**53},
        {"beta": -0.1},
    ):
        store.log(grid.shelves[0]).append(replace(table.records[0], **change))
    assert Sweep(grid, store).table == table


@pytest.mark.parametrize(
    "change",
    [
        {"betas": (0.01, 0.05, 0.1, 0.2)},
        {"widths": (3, 4, 6), "seeds": (0, 1, 2)},
        {"depths": (2, 3)},
        {"datasets": ("step", "spike"), "optimizers": ("gd", "adam")},
        {"widths": (6,), "seeds": (1,)},
    ],
    ids=str,
)
def test_another_grid_keeps_the_runs_that_it_shares_and_makes_the_others(grid, store, runner, monkeypatch, change):
    known = {settings(record): record for record in Sweep(grid, store).run(runner)}
    other = replace(grid, **change)
    shared = [each for each in map(settings, other.runs) if each in known]
    sweep = Sweep(other, store)
    assert [(settings(record), record.seconds) for record in sweep.table] == [
        (each, known[each].seconds) for each in shared
    ]
    made = []
    monkeypatch.setattr(engine, "RunTask", lambda run, *rest: made.append(run) or RunTask(run, *rest))
    table = sweep.run(runner)
    assert len(made) == len(set(made)) == len(other) - len(shared)
    assert [settings(record) for record in table] == [settings(run) for run in other.runs]
    assert table == Sweep(other, Store(store.folder / "elsewhere")).run(runner)


@pytest.mark.parametrize(
    "change",
    [
        {"max_steps": 60},
        {"base": Scenario(restarts=2)},
        {"base": Scenario(restarts=1, biases="all")},
        {"base": Scenario(restarts=1, polish=True)},
    ],
    ids=["steps", "restarts", "biases", "polish"],
)
def test_runs_under_other_limits_are_made_anew(grid, store, runner, change):
    Sweep(grid, store).run(runner)
    assert Sweep(replace(grid, **change), store).progress.done == 0


def test_own_points_and_a_preset_in_one_grid_keep_their_results_apart(store, runner):
    base = Scenario(restarts=1, points=((0.0, 0.0), (1.0, 1.0), (2.0, 0.5)))
    both = Grid(datasets=(OWN_POINTS, "spike"), betas=(0.1,), widths=(3,), seeds=(0,), max_steps=50, base=base)
    spike, own = Sweep(both, store).run(runner).records
    assert (spike.dataset, own.dataset) == ("spike", OWN_POINTS)
    assert spike.objective != own.objective
    moved = replace(both, base=base.replace(points=((0.0, 0.0), (1.0, 1.0), (2.0, 0.6))))
    assert Sweep(moved, store).table.records == (spike,)
    assert Sweep(replace(both, datasets=(OWN_POINTS,)), store).table.records == (own,)


def test_worker_processes_give_the_same_table_and_the_loss_of_one_costs_nothing(store, runner):
    grid = Grid(betas=(1e-3,), widths=(10, 20), seeds=(0, 1), max_steps=2_000, base=Scenario(restarts=2))
    expected = Sweep(grid, Store(store.folder / "elsewhere")).run(runner)
    with ProcessRunner(slots=2) as processes:
        sweep = Sweep(grid, store)
        sweep.start(processes, ConcurrencyLimit(2))
        wait_until(lambda: sweep.progress.done >= 1)
        os.kill(processes.status().pids[0], signal.SIGKILL)
        sweep.wait(120)
        assert processes.status().restarts == 1
    assert sweep.table == expected
    assert sweep.progress.message == ""
