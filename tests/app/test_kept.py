"""Paused runs share a bounded memory: the oldest lose their place, the newest never does."""

import gc

from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.app.kept import Kept


class Run:
    def __init__(self):
        self.forgot = 0

    def forget_state(self):
        self.forgot += 1


def test_the_run_paused_longest_ago_loses_its_place():
    kept, runs = Kept(100), [Run() for _ in range(3)]
    for run in runs:
        kept.keep(run, 40)
    assert [run.forgot for run in runs] == [1, 0, 0]
    assert kept.total == 80


def test_a_run_that_is_paused_again_is_the_newest_and_counts_once():
    kept, first, second = Kept(100), Run(), Run()
    kept.keep(first, 40)
    kept.keep(second, 40)
    kept.keep(first, 50)
    assert kept.total == 90
    kept.keep(Run(), 20)
    assert (first.forgot, second.forgot) == (0, 1)


def test_the_newest_is_kept_however_large():
    kept, small, large = Kept(100), Run(), Run()
    kept.keep(small, 10)
    kept.keep(large, 1000)
    assert (small.forgot, large.forgot) == (1, 0)


def test_runs_of_sessions_that_ended_do_not_count():
    kept = Kept(100)
    kept.keep(Run(), 90)
    gc.collect()
    last = Run()
    kept.keep(last, 60)
    assert kept.total == 60


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60)), max_size=40))
def test_the_bound_holds_but_for_one(steps):
    kept, runs = Kept(100), [Run() for _ in range(5)]
    for which, size in steps:
        kept.keep(runs[which], size)
        assert kept.total <= 100 or kept.total == size
