"""Facts about the learning-rate schedule, on objectives made up for the purpose."""

import numpy as np
import pytest

from cvxdnn.training.schedule import CONVERGED, DIVERGED, POLISHING, RUNNING, Policy, ScheduleState, checked

OWNER = np.array([0, 0, 1])
START = np.array([1.0, 2.0, 3.0])


def begun(rates=(0.1, 0.1), objectives=(10.0, 10.0)):
    return ScheduleState.first(np.array(rates), np.array(objectives), START)


def look(state, *objectives, policy, parameters=START):
    return checked(state, np.array(objectives), np.asarray(parameters), OWNER, policy)


def test_progress_keeps_the_rate_and_the_parameters():
    state, back = look(begun(), 9.0, 8.0, policy=Policy(), parameters=START + 1)
    np.testing.assert_array_equal(state.rates, 0.1)
    np.testing.assert_array_equal(state.best, [9.0, 8.0])
    np.testing.assert_array_equal(state.best_parameters, START + 1)
    assert not back.any()


def test_each_restart_is_judged_alone():
    policy, state = Policy(patience=3), begun()
    for best in (9.0, 8.0, 7.0):
        state, _ = look(state, 10.5, best, policy=policy, parameters=START + best)
    np.testing.assert_allclose(state.rates, [0.05, 0.1])
    np.testing.assert_array_equal(state.best_parameters, [1.0, 2.0, 3.0 + 7.0])


def test_an_exhausted_rate_is_convergence_at_the_best_parameters():
    policy, state = Policy(patience=1, exhausted=0.2), begun()
    for _ in range(3):
        state, back = look(state, 10.0, 10.0, policy=policy)
    assert (state.verdict == CONVERGED).all()
    assert not state.rates.any()
    assert back.all()
    state, back = look(state, np.nan, 0.0, policy=policy)  # later looks change nothing
    assert (state.verdict == CONVERGED).all()
    np.testing.assert_array_equal(state.best, 10.0)
    assert not back.any()


def test_a_crawl_counts_as_standing_still_but_is_not_forgotten():
    policy, state = Policy(patience=2, improvement=1e-3), begun()
    for objective in (10 - 1e-6, 10 - 2e-6):
        state, _ = look(state, objective, objective, policy=policy)
    np.testing.assert_allclose(state.rates, 0.05)
    np.testing.assert_array_equal(state.best, 10 - 2e-6)


def test_what_nothing_removes_is_no_part_of_a_share():
    policy, state = Policy(patience=1, improvement=1e-3, unavoidable=9.9999), begun()
    state, _ = look(state, 10 - 1e-6, 10 - 5e-8, policy=policy)
    np.testing.assert_allclose(state.rates, [0.1, 0.05])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_without_a_safeguard_a_restart_that_overflows_is_out_and_the_other_goes_on(bad):
    state, back = look(begun(), bad, 9.0, policy=Policy())
    np.testing.assert_array_equal(state.verdict, [DIVERGED, RUNNING])
    np.testing.assert_array_equal(state.rates, [0.0, 0.1])
    np.testing.assert_array_equal(back, [True, False])
    assert state.best[0] == 10.0


@pytest.mark.parametrize("bad", [10.1, np.inf, np.nan])
def test_the_safeguard_undoes_a_rise_and_halves_the_rate(bad):
    state, back = look(begun(), bad, 9.0, policy=Policy(safeguarded=True))
    np.testing.assert_array_equal(state.verdict, RUNNING)
    np.testing.assert_allclose(state.rates, [0.05, 0.1])
    np.testing.assert_array_equal(back, [True, False])


def test_safeguarded_rates_grow_with_success():
    policy, state = Policy(safeguarded=True, streak=3, growth=1.5), begun()
    for objective in (9.0, 8.0, 7.0):
        state, _ = look(state, objective, 10.0, policy=policy)
    np.testing.assert_allclose(state.rates, [0.15, 0.1])


def test_a_start_that_is_not_finite_has_diverged():
    np.testing.assert_array_equal(begun(objectives=(np.inf, 1.0)).verdict, [DIVERGED, RUNNING])


def test_an_objective_at_the_target_is_good_enough():
    state, back = look(begun(), 1.0, 5.0, policy=Policy(target=1.0), parameters=START + 1)
    np.testing.assert_array_equal(state.verdict, [CONVERGED, RUNNING])
    np.testing.assert_array_equal(back, [True, False])


def test_a_restart_that_has_come_to_rest_is_polished_where_that_is_wanted():
    policy = Policy(target=1.0, polished=True)
    state, _ = look(begun(), 1.0, 5.0, policy=policy)
    np.testing.assert_array_equal(state.verdict, [POLISHING, RUNNING])
    np.testing.assert_array_equal(state.polishing, [True, False])
    ended = state.ended(policy)
    np.testing.assert_array_equal(ended.verdict, POLISHING)
    assert not ended.rates.any()


def test_an_exact_move_keeps_the_best_and_only_what_is_done_gets_the_verdict():
    both = np.array([True, True])
    moved = begun(objectives=(10.0, 10.0)).moved(np.array([9.0, 11.0]), START + 1, OWNER, both)
    np.testing.assert_array_equal(moved.stale, [0, 1])
    state = moved.decided(np.array([True, False]), CONVERGED)
    np.testing.assert_array_equal(state.verdict, [CONVERGED, RUNNING])
    np.testing.assert_array_equal(state.best, [9.0, 10.0])
    np.testing.assert_array_equal(state.best_parameters, [2.0, 3.0, 3.0])
