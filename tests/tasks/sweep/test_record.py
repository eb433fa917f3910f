"""A record says where a run ended, measured against the certified optimum; a table is its records and a text."""

import csv
import io
import pickle
from dataclasses import asdict, replace

import numpy as np
import pytest

from cvxdnn.convex import solve
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.solution import Status
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sweep import COLUMNS, REACHED, Record, Table
from cvxdnn.tasks.sweep.record import record_of
from cvxdnn.tasks.sweep.task import Paused, RunTask
from cvxdnn.training.training import train

BASELINE = Baseline(Scenario(beta=0.1, width=20, restarts=2))


@pytest.fixture(scope="module")
def snapshot():
    data = BASELINE.data
    *_, last = train(data.x, data.y, beta=0.1, width=20, restarts=2)
    return last


@pytest.fixture(scope="module")
def record(snapshot):
    return record_of(BASELINE, snapshot, 1.5)


def test_the_gap_is_measured_from_the_certified_optimum(record, snapshot):
    best = solve(BASELINE.data.x, BASELINE.data.y, beta=0.1)
    assert record.objective == snapshot.objective
    assert record.optimum == best.objective
    assert record.gap == pytest.approx(snapshot.objective / best.objective - 1, abs=1e-8)
    assert record.gap <= REACHED
    assert record.status == "converged"
    assert record.knots >= best.knots.size


def test_a_run_at_rest_above_the_optimum_is_stuck(snapshot):
    higher = replace(snapshot, objectives=2 * snapshot.objectives)
    assert record_of(BASELINE, higher, 0.0).status == "stuck"


def test_a_run_that_was_still_moving_ran_out_of_steps(snapshot):
    assert record_of(BASELINE, replace(snapshot, status=Status.MAX_STEPS), 0.0).status == "max steps"


def test_where_no_bound_is_proven_there_is_neither_optimum_nor_gap(snapshot):
    record = record_of(Baseline(Scenario(depth=3, biases="all")), snapshot, 0.0)
    assert (record.optimum, record.gap) == (None, None)
    assert record.objective == snapshot.objective
    assert record.status == "converged"


def test_a_diverged_run_has_no_numbers(snapshot):
    diverged = replace(snapshot, objectives=np.full(2, np.inf), status=Status.DIVERGED)
    record = record_of(BASELINE, diverged, 0.0)
    assert (record.objective, record.gap, record.knots) == (None, None, None)
    assert record.status == "diverged"


@pytest.mark.parametrize("depth", [2, 3])
def test_a_run_is_what_train_gives(depth):
    scenario = Scenario(beta=0.05, width=6, depth=depth, restarts=1, seed=3)
    record = RunTask(scenario, 400)(lambda message: None, lambda: False)
    data, _ = scenario.normalized()
    *_, last = train(data.x, data.y, beta=0.05, width=6, depth=depth, restarts=1, seed=3, max_steps=400)
    best = solve(data.x, data.y, beta=0.05, depth=depth)
    assert record.objective == last.objective
    assert record.optimum == best.objective
    assert record.steps == last.step


def test_records_differ_in_results_but_not_in_time(record):
    assert replace(record, seconds=99.0) == record
    assert replace(record, steps=1) != record


def test_records_survive_a_mapping_exactly(record):
    assert Record.from_plain(asdict(record)) == record


@pytest.mark.parametrize("value", [None, [], {}, {"beta": 1}, {**dict.fromkeys(COLUMNS), "more": 1}])
def test_what_is_not_a_record_is_refused(value):
    with pytest.raises(InvalidInputError):
        Record.from_plain(value)


def test_the_text_of_a_table_holds_every_number_exactly(record):
    table = Table((record, replace(record, gap=None)), 3)
    rows = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert list(rows[0]) == list(COLUMNS)
    assert float(rows[0]["objective"]) == record.objective
    assert rows[1]["gap"] == ""
    assert table.column("seed") == [0, 0]
    with pytest.raises(InvalidInputError, match="choose one of"):
        table.column("nothing")


def run_in_turns(task, looks):
    """Run a task, stopped at its `looks`-th look in every turn."""
    for turns in range(1, 1000):
        reports, seen = [], iter(range(looks))
        record = task(reports.append, lambda seen=seen: next(seen, None) is None)
        if record is not None:
            assert reports == [record]
            return record, turns
        (paused,) = pickle.loads(pickle.dumps(reports))
        assert isinstance(paused, Paused)
        task = RunTask(task.scenario, task.max_steps, paused)
    raise AssertionError("it never ended")


@pytest.mark.parametrize("max_steps", [500, 20_000])
@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_a_run_in_many_turns_is_the_run_in_one(max_steps, optimizer):
    scenario = Scenario(beta=0.1, width=5, restarts=1, optimizer=optimizer)
    whole, once = run_in_turns(RunTask(scenario, max_steps), looks=10_000)
    parts, turns = run_in_turns(RunTask(scenario, max_steps), looks=3)
    assert once == 1
    assert turns > 2
    assert parts == whole
    assert whole.steps <= max_steps
