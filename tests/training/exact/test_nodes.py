"""The ramps that bend at the data, and what the loss asks of them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cvxdnn.convex import solve
from cvxdnn.core.losses import named
from cvxdnn.core.objective import beta_max
from cvxdnn.training.exact.nodes import Nodes

X = np.array([0.3, 0.0, 1.0, 0.3, 0.55, 0.301])
Y = np.array([0.2, -0.5, 0.5, 0.4, -0.1, 0.3])
STEP = 1e-6


def test_ramps_by_hand():
    nodes = Nodes.of(np.array([2.0, 0.0, 1.0]), np.zeros(3), named("squared"))
    assert_allclose(nodes.ramps(np.array([0, 1, 5])), [[0, 0, 2], [1, 0, 1], [2, 1, 0]])
    assert_allclose(nodes.sides(np.array([0, 1, 5])), [1, 1, -1])


def test_points_that_share_an_input_share_a_node():
    nodes = Nodes.of(X, Y, named("squared"))
    assert nodes.x.size == 5
    outputs = np.arange(5.0)
    assert nodes.total(outputs) == pytest.approx(np.sum((outputs[nodes.group] - Y) ** 2) / 2)


@pytest.mark.parametrize("balanced", [True, False])
def test_correlations_are_the_products_with_all_ramps(balanced):
    nodes = Nodes.of(X, Y, named("squared"))
    multipliers = np.random.default_rng(0).standard_normal(5)
    multipliers -= multipliers.mean() * balanced
    every = nodes.ramps(np.arange(10))
    assert_allclose(nodes.correlations(multipliers), every.T @ multipliers, atol=1e-15)


@pytest.mark.parametrize("loss", ["squared", "huber", "logistic"])
def test_slopes_and_curvatures_are_derivatives(loss):
    y = np.sign(Y) if loss == "logistic" else Y
    nodes = Nodes.of(X, y, named(loss))
    outputs = np.random.default_rng(1).standard_normal(5)
    for i, unit in enumerate(np.eye(5) * STEP):
        ends = outputs + unit, outputs - unit
        totals, slopes = ([f(end) for end in ends] for f in (nodes.total, nodes.slopes))
        assert nodes.slopes(outputs)[i] == pytest.approx((totals[0] - totals[1]) / (2 * STEP), abs=1e-8)
        assert nodes.curvatures(outputs)[i] == pytest.approx((slopes[0] - slopes[1])[i] / (2 * STEP), abs=1e-8)


@pytest.mark.parametrize("loss", ["squared", "huber", "logistic"])
def test_at_the_optimum_no_ramp_is_beyond_the_wall(loss):
    y = np.sign(Y) if loss == "logistic" else Y
    nodes = Nodes.of(X, y, named(loss))
    beta = 0.1 * beta_max(X, y, loss=loss)
    solution = solve(X, y, beta=beta, loss=loss)
    correlations = nodes.correlations(-nodes.slopes(solution.spline(nodes.x)))
    assert np.abs(correlations).max() == pytest.approx(beta, rel=1e-5)
