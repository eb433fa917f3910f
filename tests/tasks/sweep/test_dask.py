"""On a Dask cluster a sweep gives the table that it gives anywhere, also when a worker is killed meanwhile.

This is the benchmark of sweeps in small; how fast it is is no test.
"""

from benchmarks.sweep import grid_of, measure


def test_the_benchmark_makes_as_many_runs_as_it_was_asked_for_at_least():
    assert [len(grid_of(runs, 100)) for runs in (1, 20, 21, 200)] == [20, 20, 40, 200]


def test_two_dask_workers_give_the_table_of_two_processes_also_if_one_is_killed():
    result = measure(runs=20, steps=200, rounds=1)
    assert result["runs"] == 20
    assert result["same_table"]
    assert result["same_table_after_a_kill"]
    assert 0 < result["killed_at"] < 20
