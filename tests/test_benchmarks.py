"""The benchmark runs, and its report says what happened: an answer, a limit, a missing library."""

import json

import pytest

from benchmarks import measure, report, solvers
from benchmarks.problems import Case, points
from cvxdnn.convex import TOLERANCE

GIGABYTES = 6.0


@pytest.fixture(scope="module")
def small_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark")
    options = [
        "--sizes",
        "10",
        "100",
        "--seconds",
        "20",
        "--peers",
        "ours",
        "cvxpy",
        "--no-figure",
        "--output",
        str(folder),
    ]
    solvers.main([*options, "--store", str(folder / "run.json")])
    return folder


def test_answers_are_certified(small_run):
    records = json.loads((small_run / "run.json").read_text())
    cold = [(r["peer"], r["case"]["n"]) for r in records if r["task"] == "cold"]
    assert cold == [("ours", 10), ("ours", 100), ("cvxpy", 10), ("cvxpy", 100)]
    assert [r["task"] for r in records[len(cold) :]] == ["drag", "drag", "path"]
    assert not [r["failure"] for r in records if "failure" in r]
    assert all(r["gap"] <= TOLERANCE and r["seconds_median"] > 0 for r in records)


def test_rewriting_keeps_the_words_around_the_table(small_run, tmp_path):
    page = tmp_path / "benchmark.md"
    page.write_text(f"before\n{report.BEGIN}\nlast year\n{report.END}\nafter\n")
    report.write(json.loads((small_run / "run.json").read_text()), page, None)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "last year" not in text
    assert "| cvxdnn |" in text
    assert "cvxpy (Clarabel)" in text
    assert "| whole path |" in text


def test_a_solver_over_its_time_limit_is_reported():
    record = measure.run("cold", "cvxpy", Case(1_000), seconds=1, gigabytes=GIGABYTES)
    assert record["failure"] == "over 1 s"


def test_a_solver_over_its_memory_limit_is_reported():
    record = measure.run("cold", "cvxpy", Case(100_000), seconds=60, gigabytes=GIGABYTES)
    assert record["failure"] == "over 6 GB"


def test_a_failing_solver_is_reported_with_its_reason():
    record = measure.run("cold", "no such solver", Case(10), seconds=60, gigabytes=GIGABYTES)
    assert "KeyError" in record["failure"]


def test_a_failure_is_shown_in_its_cell_and_larger_problems_are_not_tried(monkeypatch, tmp_path):
    def failing(task, peer, case, **limits):
        return {
            "task": task,
            "peer": peer,
            "case": case.as_dict(),
            "failure": "not installed (no celer)",
        }

    monkeypatch.setattr(solvers, "run", failing)
    records = list(solvers.measurements(["celer"], [10, 30], 60.0))
    assert [r["case"]["n"] for r in records if r["peer"] == "celer"] == [10]
    page = tmp_path / "benchmark.md"
    report.write(records, page, None)
    assert "| celer `Lasso` | not installed (no celer) |" in page.read_text()


def test_slope_of_a_linear_time_is_one():
    def solved(n):
        return {"task": "cold", "peer": "ours", "case": {"n": n}, "seconds_median": 2e-6 * n}

    assert report.growth_slope([solved(n) for n in (10, 10_000, 100_000, 1_000_000)]) == pytest.approx(1.0)


def test_points_are_reproducible_and_sorted():
    x, y = points(Case(50))
    again = points(Case(50))
    assert (x == again[0]).all()
    assert (y == again[1]).all()
    assert (x[1:] > x[:-1]).all()


def test_every_named_solver_has_an_adapter():
    assert set(solvers.NAMES) == set(report.PEERS)
