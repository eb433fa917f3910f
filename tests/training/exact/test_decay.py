"""What weight decay costs a deep network, and where it comes to rest."""

import numpy as np
import pytest

from cvxdnn.core.closed_form import deep_network
from cvxdnn.core.spline import LinearSpline
from cvxdnn.training.exact.decay import Decay


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_rate_is_the_slope_of_the_cost(depth):
    decay = Decay(0.3, depth)
    for norm in (0.1, 1.0, 20.0):
        slope = (decay.cost(norm * 1.00001) - decay.cost(norm * 0.99999)) / (norm * 2e-5)
        assert decay.rate(norm) == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_cost_is_that_of_the_closed_form_network(depth):
    spline = LinearSpline([0.0, 0.4, 1.0], [0.0, 1.0, -2.0])
    network = deep_network(spline, 0.0, 1.0, depth=depth)
    assert Decay(0.3, depth).cost(spline.path_norm) == pytest.approx(0.15 * network.parameters_norm)


def test_two_layers_settle_where_the_line_says():
    assert Decay(0.5, 2).stationary_norm(3.0, 2.0) == pytest.approx(2.0)
    assert Decay(0.5, 2).stationary_norm(1.0, 2.0) is None


@pytest.mark.parametrize("depth", [3, 4, 8])
def test_deep_networks_settle_at_the_largest_root(depth):
    decay, free, fall = Decay(0.1, depth), 2.0, 1.0
    root = decay.stationary_norm(free, fall)

    def excess(r):
        return r + fall * decay.rate(r) - free

    assert excess(root) == pytest.approx(0, abs=1e-12)
    assert min(excess(r) for r in np.linspace(root * 1.001, free, 100)) > 0


@pytest.mark.parametrize("depth", [3, 4, 8])
def test_a_pull_too_strong_lets_nothing_settle(depth):
    assert Decay(10.0, depth).stationary_norm(1.0, 1.0) is None


def test_nothing_costs_nothing_and_never_starts():
    assert Decay(0.1, 3).cost(0.0) == 0.0
    assert Decay(0.1, 3).rate(0.0) == np.inf
