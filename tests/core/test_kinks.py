"""Kinks of neurons against the exact spline."""

import itertools

import numpy as np
import pytest

from cvxdnn.convex import solve
from cvxdnn.core.kinks import kinks, units_behind
from cvxdnn.core.network import Network


def random_network(rng, depth, width, biases):
    sizes = [1, *[width] * (depth - 1), 1]
    weights = tuple(rng.standard_normal(shape) for shape in itertools.pairwise(sizes))
    layers = range(1, depth + 1)
    own = [biases == "all" or layer >= depth - 1 for layer in layers]
    return Network(weights, tuple(rng.standard_normal(size) * has for size, has in zip(sizes[1:], own, strict=True)))


def test_a_network_by_hand():
    # f = 3 relu(2 x - 1) - relu(1 - x): bends at 1/2 (change 6, active right) and 1 (change -1, active left)
    network = Network(
        (np.array([[2.0, -1.0, 0.0]]), np.array([[3.0], [-1.0], [5.0]])), (np.array([-1.0, 1.0, 1.0]), np.zeros(1))
    )
    found = kinks(network)
    assert found.x.tolist() == [0.5, 1.0]
    assert found.slope_changes.tolist() == [6.0, -1.0]
    assert found.sides.tolist() == [1.0, -1.0]
    assert found.units.tolist() == [0, 1]  # the third unit is constant


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_for_positive_inputs_kinks_are_the_slope_changes_of_the_spline(depth):
    rng = np.random.default_rng(depth)
    for _ in range(20):
        network = random_network(rng, depth, 6, "last_hidden")
        spline, found = network.to_spline(), kinks(network)
        inside = found.x > 1e-6
        at = spline.knots > 1e-6
        assert found.x[inside] == pytest.approx(spline.knots[at], rel=1e-9)
        assert found.slope_changes[inside] == pytest.approx(spline.slope_changes[at], rel=1e-9, abs=1e-12)


def test_with_biases_everywhere_every_kink_is_a_knot_of_the_spline():
    rng = np.random.default_rng(0)
    for _ in range(20):
        network = random_network(rng, 3, 4, "all")
        knots = network.to_spline().knots
        for x in kinks(network).x:
            assert np.abs(knots - x).min() <= 1e-9 * (1 + abs(x))


def test_neurons_of_the_optimal_network_sit_on_the_knots_of_the_optimum():
    x, y = np.linspace(0, 1, 8), np.array([0, 1, 0, 2, 2, 0, 1, 0.0])
    solution = solve(x, y, beta=0.01)
    found = kinks(solution.network())
    inner = (found.x > 1e-9) & (found.x < 1 - 1e-9)
    for place in found.x[inner]:
        assert np.abs(solution.knots - place).min() < 1e-9


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_a_unit_behind_a_bend_is_zero_there_and_on_at_one_side_only(depth):
    rng = np.random.default_rng(depth)
    for _ in range(10):
        network = random_network(rng, depth, 4, "all")
        knots = network.to_spline().knots
        for place, behind in zip(knots, units_behind(network, knots), strict=True):
            assert behind, "a bend has its reason"
            for layer, unit in behind:
                near = 1e-7 * (1 + abs(place))
                before, there, after = pre_activations(network, np.array([place - near, place, place + near]))[layer].T[
                    unit
                ]
                assert abs(there) <= 1e-6 * max(1.0, abs(before), abs(after))
                assert (before > 0) != (after > 0)


def test_nobody_is_behind_a_place_where_nothing_bends():
    network = random_network(np.random.default_rng(0), 3, 4, "all")
    knots = network.to_spline().knots
    between = (knots[1:] + knots[:-1]) / 2
    assert units_behind(network, between) == [[] for _ in between]


def pre_activations(network, x):
    """Of every hidden layer at x (n,), each (n, width)."""
    layers, activations = [], (x - network.origin)[:, None]
    for weights, biases in zip(network.weights[:-1], network.biases[:-1], strict=True):
        layers.append(activations @ weights + biases)
        activations = np.maximum(layers[-1], 0.0)
    return layers
