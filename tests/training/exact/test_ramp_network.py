"""Networks read as ramps and written back: the same function, at no higher cost."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cvxdnn.core.kinks import kinks
from cvxdnn.core.losses import Squared
from cvxdnn.core.network import Network
from cvxdnn.training.exact.decay import Decay
from cvxdnn.training.exact.nodes import Nodes
from cvxdnn.training.exact.ramp_network import RampNetwork
from cvxdnn.training.exact.ramps import Ramps
from cvxdnn.training.layout import ParameterLayout

EXACT = 1e-12


def at_random(depth, n, seed, width=40):
    rng = np.random.default_rng([depth, n, seed])
    x = rng.uniform(0, 1, n) - (0.5 if depth == 2 else 0.0)
    layout = ParameterLayout(1, depth, width, "last_hidden")
    return Nodes.of(x, rng.standard_normal(n), Squared()), layout.unpack(rng.standard_normal(layout.size), 0)


def network_of(layers):
    return Network(*zip(*layers, strict=True))


@pytest.mark.parametrize("depth", [2, 3, 5])
@pytest.mark.parametrize("n", [1, 2, 12])
@pytest.mark.parametrize("seed", range(3))
def test_read_and_written_back_it_is_the_same_function_and_costs_no_more(depth, n, seed):
    nodes, layers = at_random(depth, n, seed)
    network, read = network_of(layers), RampNetwork.read(layers)
    ramps = read.ramps(nodes)
    size = 1 + np.abs(network(nodes.x)).max()
    assert_allclose(ramps.outputs(nodes), network(nodes.x), atol=EXACT * size * 10**depth)
    assert Decay(1.0, depth).cost(ramps.path_norm) <= network.parameters_norm / 2 * (1 + EXACT)
    written = network_of(read.written(ramps, nodes))
    assert_allclose(written(nodes.x), network(nodes.x), atol=EXACT * size * 10**depth)
    assert written.parameters_norm / 2 == pytest.approx(Decay(1.0, depth).cost(ramps.path_norm), rel=1e-9)
    assert_allclose([np.linalg.norm(w) for w in written.weights], ramps.path_norm ** (1 / depth), rtol=1e-9)


def test_a_written_network_is_read_as_it_was_written():
    nodes, layers = at_random(3, 12, 0)
    read = RampNetwork.read(layers)
    ramps = read.ramps(nodes)
    again = RampNetwork.read(read.written(ramps, nodes)).ramps(nodes)
    np.testing.assert_array_equal(again.columns, ramps.columns)
    assert_allclose(again.sizes, ramps.sizes, rtol=1e-9)


def test_snapped_kinks_lie_at_the_nearest_inputs():
    nodes = Nodes.of(np.array([0.0, 1.0, 2.0]), np.zeros(3), Squared())
    layers = [(np.array([[2.0, -1.0]]), np.array([-1.2, 1.4])), (np.array([[1.0], [3.0]]), np.zeros(1))]
    read = RampNetwork.read(layers)
    assert_allclose(read.kinks(nodes), [0.6, 1.4])
    ramps = read.ramps(nodes, snapped=True)
    assert ramps.columns.tolist() == [1, 4]  # to the right of x = 1, to the left of x = 1
    assert_allclose(ramps.signs * ramps.sizes, [2.0, 3.0])
    split = read.ramps(nodes)
    assert split.columns.tolist() == [0, 1, 4, 5]
    assert_allclose(split.sizes, [0.8, 1.2, 1.8, 1.2])


def test_each_ramp_goes_to_the_neuron_that_bent_there_and_a_new_one_to_an_idle_neuron():
    nodes = Nodes.of(np.linspace(0, 1, 6), np.zeros(6), Squared())
    layers = [(np.array([[1.0, 0.0, 1.0]]), np.array([-0.6, 0.0, -0.2])), (np.ones((3, 1)), np.zeros(1))]
    read = RampNetwork.read(layers)
    ramps = read.ramps(nodes).joined_by(nodes.x.size + 4, -1.0)
    grown = Ramps(ramps.columns, ramps.signs, np.array([1.0, 1.0, 0.5]), 0.0)
    found = kinks(network_of(read.written(grown, nodes)))
    assert_allclose(found.x[np.argsort(found.units)], [0.6, 0.8, 0.2])
    assert found.slope_changes[found.units == 1] == pytest.approx(-0.5)
    assert found.sides[found.units == 1] == -1


def test_neurons_that_never_bend_are_a_constant():
    nodes = Nodes.of(np.array([0.2, 0.7]), np.zeros(2), Squared())
    layers = [
        (np.array([[0.0, 1e-300, 1.0, 1.0]]), np.array([2.0, 3.0, -5.0, 4.0])),
        (np.array([[1.0], [1.0], [7.0], [0.0]]), np.array([0.5])),
    ]
    read = RampNetwork.read(layers)
    assert_allclose(read.ramps(nodes).outputs(nodes), network_of(layers)(nodes.x), rtol=EXACT)


def test_a_constant_is_written_without_weights():
    nodes, layers = at_random(4, 5, 0)
    nothing = Ramps(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), 0.7)
    written = network_of(RampNetwork.read(layers).written(nothing, nodes))
    assert written.parameters_norm == 0.0
    assert_allclose(written(nodes.x), 0.7)
