"""Facts about the exact spline of a network."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cvxdnn.core.network import Network

EXACT = 1e-12  # of the largest output at the points compared


def random_network(seed, depth, width=30, skip=0.0):
    """Standard normal weights of unit gain: about half of the units on at any place."""
    rng = np.random.default_rng([seed, depth])
    shapes = list(zip((1, *[width] * (depth - 1)), (*[width] * (depth - 1), 1), strict=True))
    weights = tuple(rng.standard_normal(shape) * np.sqrt(2 / shape[0]) for shape in shapes)
    return Network(weights, tuple(rng.standard_normal(columns) for _, columns in shapes), skip)


def assert_same_function(network, low=-4.0, high=4.0, count=10_000):
    x = np.random.default_rng(0).uniform(low, high, count)
    expected = network(x)
    assert_allclose(network.to_spline()(x), expected, rtol=0, atol=EXACT * max(np.abs(expected).max(), 1e-300))


@pytest.mark.parametrize("depth", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_network(depth, seed):
    assert_same_function(random_network(seed, depth, skip=0.3 * seed))


@pytest.mark.parametrize("depth", [3, 6])
def test_it_is_the_network_without_biases_and_far_away(depth):
    network = random_network(9, depth)
    assert_same_function(network, -1e4, 1e4)
    no_biases = Network(network.weights, tuple(np.zeros_like(b) for b in network.biases))
    assert_same_function(no_biases)
    assert no_biases.to_spline().knots.tolist() == [0.0]


def test_every_breakpoint_of_a_shallow_network_is_found_wherever_it_is():
    places = np.array([-1e6, -3.0, -0.01, 0.0, 0.01, 0.5, 2e8])
    network = Network(
        (np.ones((1, 7)), np.ones((7, 1))),
        (-places, np.zeros(1)),
    )
    spline = network.to_spline()
    assert_allclose(spline.knots, places, rtol=1e-14)
    assert_allclose(spline.slopes, np.arange(8.0), atol=1e-6)


def test_slopes_outside_are_the_networks():
    network = random_network(5, 4)
    spline = network.to_spline()
    beyond = max(abs(spline.knots[0]), spline.knots[-1]) * np.array([-4.0, -2.0, 2.0, 4.0])
    values = network(beyond)
    assert spline.slopes[0] == pytest.approx((values[1] - values[0]) / (beyond[1] - beyond[0]), rel=1e-9)
    assert spline.slopes[-1] == pytest.approx((values[3] - values[2]) / (beyond[3] - beyond[2]), rel=1e-9)


def test_a_triangle_wave_doubles_its_knots_with_every_layer():
    """x -> 2 (x)_+ - 4 (x - 1/2)_+ + 2 (x - 1)_+ maps [0, 1] onto itself twice; k times gives 2^k teeth."""
    fold = np.array([[2.0], [-4.0], [2.0]])
    kinks = np.array([0.0, -0.5, -1.0])
    once = np.ones((1, 3))
    for folds in (1, 2, 3, 7):
        weights = (once, *[fold @ once] * (folds - 1), fold)
        spline = Network(weights, (*[kinks] * folds, np.zeros(1))).to_spline()
        assert_allclose(spline.knots, np.linspace(0, 1, 2**folds + 1), atol=1e-14)
        assert_allclose(spline.values, np.arange(2**folds + 1) % 2, atol=1e-12)


def test_dead_units_leave_no_trace():
    network = random_network(1, 3, width=4)
    weights = [
        np.hstack([network.weights[0], [[0.0, 1.0]]]),
        np.pad(network.weights[1], ((0, 2), (0, 2))),
        np.vstack([network.weights[2], [[3.0], [0.0]]]),
    ]
    biases = [np.append(network.biases[0], [-1.0, 0.7]), np.append(network.biases[1], [-2.0, 5.0]), network.biases[2]]
    padded, plain = Network(weights, biases).to_spline(), network.to_spline()
    assert_allclose(padded.knots, plain.knots, rtol=1e-13)
    assert_allclose(padded.values, plain.values, rtol=0, atol=EXACT)


def test_equal_and_nearly_equal_kinks_are_one_knot():
    kinks = np.array([0.3, 0.3, np.nextafter(0.3, 1), 0.3 + 2e-16, 0.7])
    network = Network((np.ones((1, 5)), np.ones((5, 1))), (-kinks, np.zeros(1)))
    spline = network.to_spline()
    assert_allclose(spline.knots, [0.3, 0.7], rtol=1e-15)
    assert_allclose(spline.slope_changes, [4.0, 1.0], rtol=1e-12)


def test_kinks_a_hair_apart_are_one_knot_and_those_a_little_apart_are_two():
    def knots(distance):
        kinks = np.array([0.3, 0.3 + distance])
        return Network((np.ones((1, 2)), np.array([[1.0], [3.0]])), (-kinks, np.zeros(1))).to_spline().knots

    assert_allclose(knots(1e-14), [0.3 + 0.75e-14], rtol=0, atol=1e-16)  # where the outer pieces meet
    assert_allclose(knots(1e-8), [0.3, 0.3 + 1e-8], rtol=0, atol=1e-15)


def test_a_unit_that_bends_far_away_costs_no_accuracy_here():
    """One unit of the first layer bends at -1e10; behind the other, (1/2 - x)_+, a second layer bends at -0.3."""
    network = Network(
        (np.array([[-1.0, -1.0]]), np.array([[0.0], [1.0]]), np.ones((1, 1))),
        (np.array([-1e10, 0.5]), np.array([-0.8]), np.zeros(1)),
    )
    assert_allclose(network.to_spline().knots, [-0.3], rtol=1e-15)


def test_many_units_that_round_off_bends_far_away_do_not_merge_the_knots_here():
    """What a trained deep network has: most slopes into its last hidden layer are round-off."""
    kinks, slopes = np.array([0.2, 0.5, 0.9]), np.full(40, 1e-16)
    network = Network(
        (np.concatenate([np.ones(3), slopes])[None, :], np.ones((43, 1))),
        (np.concatenate([-kinks, np.linspace(1, 3, 40)]), np.zeros(1)),
    )
    knots = network.to_spline().knots
    assert knots.size > 3
    assert_allclose(knots[-3:], kinks, rtol=1e-12)
    assert_same_function(network)


def test_a_kink_that_another_unit_cancels_is_no_knot():
    network = Network(
        (np.array([[1.0, 2.0, -1.0]]), np.array([[1.0], [-0.5], [1.0]])), (np.array([-0.1, -0.2, 0.6]), np.zeros(1))
    )
    assert_allclose(network.to_spline().knots, [0.6], rtol=1e-15)
    assert_same_function(network)


@pytest.mark.parametrize("skip", [0.0, -2.0])
def test_a_network_that_never_bends_has_one_knot(skip):
    dead = Network((np.array([[0.0, 0.0]]), np.ones((2, 1))), (np.array([1.0, -1.0]), np.array([3.0])), skip)
    spline = dead.to_spline()
    assert spline.knots.size == 1
    assert_allclose(spline([-5.0, 0.0, 5.0]), 4.0 + skip * np.array([-5.0, 0.0, 5.0]), rtol=1e-15)
    assert spline.total_variation == 0.0


def test_total_variation_of_a_shallow_network_is_the_sum_of_its_paths():
    """Distinct kinks cannot cancel, so TV = sum |w_j a_j|, and half the weight decay is at least that."""
    network = random_network(3, 2)
    paths = np.abs(network.weights[0][0] * network.weights[1][:, 0]).sum()
    assert network.to_spline().total_variation == pytest.approx(paths, rel=1e-9)
    assert network.to_spline().total_variation <= network.parameters_norm / 2


def test_numbers_near_the_limits_do_no_harm():
    tiny = Network((np.array([[1e-300, 1.0]]), np.array([[1.0], [1.0]])), (np.array([1.0, -0.5]), np.zeros(1)))
    assert_allclose(tiny.to_spline().knots, [0.5])
    huge = Network((np.full((1, 1), 1e90), np.full((1, 1), 1e-90)), (np.array([-5e89]), np.zeros(1)))
    assert_allclose(huge.to_spline()([0.0, 0.5, 1.5]), [0.0, 0.0, 1.0], rtol=1e-12, atol=1e-12)


def test_units_of_x_do_not_matter():
    network = random_network(4, 3, width=8)
    scaled = Network((network.weights[0] * 2.0**-40, *network.weights[1:]), network.biases)
    assert_allclose(scaled.to_spline().knots, network.to_spline().knots * 2.0**40, rtol=1e-12)
