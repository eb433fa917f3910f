"""Paused runs share a bounded memory: the oldest lose their place, the newest never does."""

import gc

from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.app.state_budget import StateBudget


class Run:
    def __init__(self):
        self.forgot = 0

    def forget_state(self):
        self.forgot += 1


def test_the_run_paused_longest_ago_loses_its_place():
    budget, runs = StateBudget(100), [Run() for _ in range(3)]
    for run in runs:
        budget.keep(run, 40)
    assert [run.forgot for run in runs] == [1, 0, 0]
    assert budget.total == 80


def test_a_run_that_is_paused_again_is_the_newest_and_counts_once():
    budget, first, second = StateBudget(100), Run(), Run()
    budget.keep(first, 40)
    budget.keep(second, 40)
    budget.keep(first, 50)
    assert budget.total == 90
    budget.keep(Run(), 20)
    assert (first.forgot, second.forgot) == (0, 1)


def test_the_newest_is_kept_however_large():
    budget, small, large = StateBudget(100), Run(), Run()
    budget.keep(small, 10)
    budget.keep(large, 1000)
    assert (small.forgot, large.forgot) == (1, 0)


def test_runs_of_sessions_that_ended_do_not_count():
    budget = StateBudget(100)
    budget.keep(Run(), 90)
    gc.collect()
    last = Run()
    budget.keep(last, 60)
    assert budget.total == 60


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60)), max_size=40))
def test_the_bound_holds_but_for_one(steps):
    budget, runs = StateBudget(100), [Run() for _ in range(5)]
    for which, size in steps:
        budget.keep(runs[which], size)
        assert budget.total <= 100 or budget.total == size
