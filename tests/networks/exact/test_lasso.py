"""Amplitudes of given ramps: optimality conditions, dependent columns, the line of minima."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from cvxdnn.networks.exact.lasso import AmplitudeProblem

TIGHT = 1e-9


def value(problem, amplitudes, decay):
    return np.sum((problem.columns @ amplitudes - problem.target) ** 2) / 2 + decay * amplitudes.sum()


def at_random(seed, m=8, k=5):
    rng = np.random.default_rng(seed)
    return AmplitudeProblem.of(rng.standard_normal((m, k)), rng.uniform(0.5, 2, m), rng.standard_normal(m))


def test_one_column_by_hand():
    """a ramp 0, 1 and targets 0, 3: centred (-1/2, 1/2) and (-3/2, 3/2), so a = (3/2 - decay) / (1/2)."""
    problem = AmplitudeProblem.of(np.array([[0.0], [1.0]]), np.ones(2), np.array([0.0, 3.0]))
    assert_allclose(problem.minimum(np.ones(1), 0.25), [2.5])
    assert_allclose(problem.minimum(np.ones(1), 1.5), [0.0])


@pytest.mark.parametrize("decay", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("seed", range(10))
def test_what_is_in_use_lies_on_the_wall(seed, decay):
    problem = at_random(seed)
    start = np.ones(5)
    found = problem.minimum(start, decay)
    correlations = problem.columns.T @ (problem.target - problem.columns @ found)
    assert (found >= 0).all()
    assert_allclose(correlations[found > 0], decay, atol=TIGHT)
    assert value(problem, found, decay) <= value(problem, start, decay)


@pytest.mark.parametrize("seed", range(10))
def test_dependent_columns_are_used_at_the_least_charge(seed):
    """Two columns and twice their sum: the same values cost less with the sum."""
    rng = np.random.default_rng(seed)
    pair = np.abs(rng.standard_normal((6, 2)))
    target = pair @ [1.0, 1.0]
    problem = AmplitudeProblem.of(np.column_stack([pair, 2 * pair.sum(axis=1)]), np.ones(6), target)
    assert_allclose(problem.minimum(np.ones(3), 1e-9), [0.0, 0.0, 0.5], atol=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 12), st.floats(0, 10))
def test_more_columns_than_rows_and_copies_do_no_harm(seed, rows, columns, decay):
    rng = np.random.default_rng(seed)
    ramps = rng.integers(-2, 3, (rows, columns)).astype(float)
    problem = AmplitudeProblem.of(ramps, np.ones(rows), rng.standard_normal(rows))
    start = rng.random(columns)
    found = problem.minimum(start, decay)
    assert (found >= 0).all()
    assert value(problem, found, decay) <= value(problem, start, decay) + TIGHT


@pytest.mark.parametrize("seed", range(5))
def test_minima_for_all_decays_lie_on_one_line_while_no_column_leaves(seed):
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((8, 3))
    problem = AmplitudeProblem.of(columns, np.ones(8), columns @ [1.0, 2.0, 3.0])
    free, fall = problem.line()
    for decay in (0.0, 0.01, 0.05):
        assert_allclose(problem.minimum(np.ones(3), decay), free - decay * fall, rtol=TIGHT)


def test_dependent_columns_have_no_line():
    assert AmplitudeProblem.of(np.ones((4, 2)), np.ones(4), np.arange(4.0)).line() is None
