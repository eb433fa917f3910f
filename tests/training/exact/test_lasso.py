"""Amplitudes of given ramps: optimality conditions, dependent columns, corners of the loss, the line of minima."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from cvxdnn.core.losses import Huber
from cvxdnn.training.exact.lasso import AmplitudeProblem
from cvxdnn.training.exact.nodes import Nodes
from cvxdnn.training.exact.quadratic import Quadratic

TIGHT = 1e-9


def squares(columns, curvature, target, charge):
    return AmplitudeProblem(columns, Quadratic(curvature, curvature * target, np.zeros_like(target)), charge)


def value(problem, amplitudes, offset):
    f = problem.columns @ amplitudes + offset
    return problem.loss.curvature @ f**2 / 2 - problem.loss.pull @ f + problem.charge * amplitudes.sum()


def at_random(seed, charge, m=8, k=5):
    rng = np.random.default_rng(seed)
    return squares(rng.standard_normal((m, k)), rng.uniform(0.5, 2, m), rng.standard_normal(m), charge)


@pytest.mark.parametrize(("charge", "amplitude"), [(0.25, 2.5), (1.5, 0.0)])
def test_one_column_by_hand(charge, amplitude):
    """a ramp 0, 1 and targets 0, 3: centred (-1/2, 1/2) and (-3/2, 3/2), so a = (3/2 - charge) / (1/2)."""
    problem = squares(np.array([[0.0], [1.0]]), np.ones(2), np.array([0.0, 3.0]), charge)
    sizes, offset, _ = problem.minimum(np.ones(1), 0.0)
    assert_allclose(sizes, [amplitude], atol=1e-15)
    assert offset == pytest.approx(1.5 - amplitude / 2)


@pytest.mark.parametrize("charge", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("seed", range(10))
def test_what_is_in_use_lies_on_the_wall(seed, charge):
    problem = at_random(seed, charge)
    start = np.ones(5)
    found, offset, _ = problem.minimum(start, 0.0)
    slopes = problem.loss.gradient(problem.columns @ found + offset)
    assert (found >= 0).all()
    assert slopes.sum() == pytest.approx(0, abs=TIGHT)
    assert_allclose(-problem.columns.T[found > 0] @ slopes, charge, atol=TIGHT)
    assert value(problem, found, offset) <= value(problem, start, 0.0)


@pytest.mark.parametrize("seed", range(10))
def test_dependent_columns_are_used_at_the_least_charge(seed):
    """Two columns and twice their sum: the same values cost less with the sum."""
    rng = np.random.default_rng(seed)
    pair = np.abs(rng.standard_normal((6, 2)))
    target = pair @ [1.0, 1.0]
    problem = squares(np.column_stack([pair, 2 * pair.sum(axis=1)]), np.ones(6), target, 1e-9)
    assert_allclose(problem.minimum(np.ones(3), 0.0)[0], [0.0, 0.0, 0.5], atol=1e-6)


def test_a_walk_that_has_arrived_stays_where_it_is():
    """A charge whose square underflows: the last step has no curvature that a float could hold."""
    columns, target = np.array([[2.0, -1.0], [-2.0, -1.0]]), np.array([-0.5, -2.5])
    problem = squares(columns, np.ones(2), target, 5e-186)
    sizes, offset, _ = problem.minimum(np.ones(2), 0.0)
    assert_allclose(sizes, [0.5, 0.0], atol=1e-15)
    assert offset == pytest.approx(-1.5)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 12), st.floats(0, 10))
def test_more_columns_than_rows_and_copies_do_no_harm(seed, rows, columns, charge):
    rng = np.random.default_rng(seed)
    ramps = rng.integers(-2, 3, (rows, columns)).astype(float)
    problem = squares(ramps, np.ones(rows), rng.standard_normal(rows), charge)
    start = rng.random(columns)
    found, offset, _ = problem.minimum(start, 0.0)
    assert (found >= 0).all()
    assert value(problem, found, offset) <= value(problem, start, 0.0) + TIGHT


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 8), st.floats(0, 10), st.floats(1e-9, 3))
def test_a_walk_past_corners_ends_lower_and_at_the_minimum_of_its_own_pieces(seed, rows, columns, charge, delta):
    rng = np.random.default_rng(seed)
    nodes = Nodes.of(np.arange(float(rows)), rng.standard_normal(rows), Huber(delta))
    ramps, start, shift = rng.standard_normal((rows, columns)), rng.random(columns), rng.standard_normal()
    before = ramps @ start + shift
    problem = AmplitudeProblem(ramps, nodes.model(before), charge)
    found, offset, model = problem.minimum(start, shift)
    after = ramps @ found + offset
    size = delta * rows + charge
    round_off = 1e-13 * rows * max(1.0, np.abs(before).max(), np.abs(after).max())
    fall = nodes.change(before, after - before) + charge * (found.sum() - start.sum())
    assert fall <= size * round_off
    slopes = model.gradient(after)
    assert (found >= 0).all()
    assert slopes.sum() == pytest.approx(0, abs=1e-7 * size + round_off)
    assert_allclose(-ramps.T[found > 0] @ slopes, charge, atol=1e-7 * size + round_off * np.abs(ramps).max())
    assert (model.sides * (after[model.nodes] - model.corners) >= -round_off).all()


@pytest.mark.parametrize("seed", range(5))
def test_minima_for_all_charges_lie_on_one_line_while_no_column_leaves(seed):
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((8, 3))
    target = columns @ [1.0, 2.0, 3.0]
    free, fall = squares(columns, np.ones(8), target, 0.0).line()
    for charge in (0.0, 0.01, 0.05):
        found, _, _ = squares(columns, np.ones(8), target, charge).minimum(np.ones(3), 0.0)
        assert_allclose(found, free - charge * fall, rtol=TIGHT)


def test_dependent_columns_have_no_line():
    assert squares(np.ones((4, 2)), np.ones(4), np.arange(4.0), 0.1).line() is None
