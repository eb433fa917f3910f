"""Facts about networks written down from a spline."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from cvxdnn.core.closed_form import deep_network, two_layer_network
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.spline import LinearSpline, interpolating_spline

EXACT = 1e-12


@st.composite
def splines(draw):
    """Knots on a grid, values and outer slopes of either sign; the range may cut knots off."""
    steps = draw(st.lists(st.integers(1, 20), min_size=1, max_size=8))
    knots = np.cumsum(steps) / 20.0
    numbers = st.integers(-40, 40).map(lambda k: k / 8)
    values = np.array([draw(numbers) for _ in knots])
    return LinearSpline(knots, values, draw(numbers), draw(numbers))


def range_of(spline, pad):
    low, high = float(spline.knots[0]) - pad, float(spline.knots[-1]) + pad
    assume(low < high)
    return low, high


def facts(fact):
    return settings(deadline=None, max_examples=200)(given(splines(), st.sampled_from([0.0, 0.25, 2.0]))(fact))


@facts
def test_it_is_the_function_on_the_range_at_the_price_of_its_path_norm(spline, pad):
    low, high = range_of(spline, pad)
    network = two_layer_network(spline, low, high)
    x = np.linspace(low, high, 101)
    scale = np.abs(spline(x)).max() + 1
    assert_allclose(network(x), spline(x), rtol=0, atol=EXACT * scale)
    on_range = spline.restricted(low, high)
    assert network.parameters_norm / 2 == pytest.approx(on_range.path_norm, rel=EXACT, abs=1e-14)
    assert network.widths[0] <= on_range.knots.size + 1


@facts
def test_with_a_skip_connection_the_price_is_the_total_variation(spline, pad):
    low, high = range_of(spline, pad)
    network = two_layer_network(spline, low, high, skip=True)
    x = np.linspace(low, high, 101)
    assert_allclose(network(x), spline(x), rtol=0, atol=EXACT * (np.abs(spline(x)).max() + 1))
    on_range = spline.restricted(low, high)
    assert network.parameters_norm / 2 == pytest.approx(on_range.total_variation, rel=EXACT, abs=1e-14)
    assert network.skip == on_range.slopes[0]


@facts
def test_deep_networks_balance_their_layers(spline, pad):
    low, high = (end + pad for end in range_of(spline, pad))  # at least 0, as the early layers need
    spline = LinearSpline(spline.knots + pad, spline.values, spline.left_slope, spline.right_slope)
    x = np.linspace(low, high, 101)
    price = spline.restricted(low, high).path_norm
    for depth in (3, 5):
        network = deep_network(spline, low, high, depth=depth)
        assert network.depth == depth
        assert_allclose(network(x), spline(x), rtol=0, atol=EXACT * (np.abs(spline(x)).max() + 1))
        assert network.parameters_norm / 2 == pytest.approx(depth / 2 * price ** (2 / depth), rel=EXACT, abs=1e-14)
        norms = [np.linalg.norm(w) for w in network.weights]
        assert_allclose(norms, price ** (1 / depth), rtol=EXACT, atol=1e-14)


def test_depth_two_is_the_two_layer_network():
    spline = interpolating_spline([-1, 0, 2], [0, 1, 0])
    shallow, deep = two_layer_network(spline, -1, 2), deep_network(spline, -1, 2, depth=2)
    assert_allclose(deep([-1, 0.3, 2]), shallow([-1, 0.3, 2]))
    assert deep.parameters_norm == shallow.parameters_norm


def test_a_hat_needs_two_neurons():
    """Slopes 2 and -2: the change -4 is split in halves, no end neuron is needed, and R = TV = 4."""
    network = two_layer_network(interpolating_spline([0, 0.5, 1], [0, 1, 0]), 0, 1)
    assert network.widths == (2,)
    assert network.parameters_norm == pytest.approx(8, rel=EXACT)


def test_a_line_needs_one_neuron():
    network = two_layer_network(interpolating_spline([0, 1], [1, -2]), 0, 1)
    assert network.widths == (1,)
    assert network.parameters_norm == pytest.approx(6, rel=EXACT)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("ends", [(0.0, 1.0), (0.5, 0.5), (3.0, 4.0)])
def test_a_constant_gets_one_dead_neuron(skip, ends):
    network = two_layer_network(LinearSpline(np.array([0.2]), np.array([7.0])), *ends, skip=skip)
    assert network.widths == (1,)
    assert network.parameters_norm == 0.0
    assert_allclose(network(np.linspace(-5, 5, 11)), 7.0)


def test_knots_outside_the_range_are_of_no_account():
    bent = LinearSpline(np.array([-3.0, 0.5, 9.0]), np.array([8.0, 0.0, 1.0]), 2.0, -50.0)
    network = two_layer_network(bent, 0.0, 1.0)
    assert network.parameters_norm / 2 == pytest.approx(bent.restricted(0, 1).path_norm, rel=EXACT)
    x = np.linspace(0, 1, 11)
    assert_allclose(network(x), bent(x), atol=EXACT)


def test_no_cheaper_network_was_found_by_moving_any_neuron_to_the_other_side():
    """The split is optimal: for four neurons every choice of sides that keeps the function costs at least as much."""
    spline = LinearSpline(np.array([0.2, 0.5, 0.8]), np.array([0.0, 1.0, 0.5]), -3.0, 4.0)
    changes, first = spline.slope_changes, spline.slopes[0]
    shares = np.stack(np.meshgrid(*[np.linspace(-0.5, 1.5, 21)] * 3), axis=-1).reshape(-1, 3)
    left = shares * changes
    cost = np.abs(left).sum(1) + np.abs(changes - left).sum(1) + np.abs(first + left.sum(1))
    network = two_layer_network(spline, 0.0, 1.0)
    assert network.parameters_norm / 2 <= cost.min() * (1 + EXACT)


@pytest.mark.parametrize(
    ("ends", "match"),
    [((1.0, 0.0), "x_low, x_high"), ((np.nan, 1.0), "x_low is nan"), ((0.0, np.inf), "x_high"), (("a", 1.0), "x_low")],
)
def test_a_range_must_be_a_range(ends, match):
    with pytest.raises(InvalidInputError, match=match):
        two_layer_network(interpolating_spline([0, 1], [0, 1]), *ends)


def test_deep_networks_need_inputs_from_zero_on():
    spline = interpolating_spline([-1, 0, 1], [0, 1, 0])
    with pytest.raises(InvalidInputError, match="shift the inputs"):
        deep_network(spline, -1, 1, depth=3)
    with pytest.raises(InvalidInputError, match="depth"):
        deep_network(spline, -1, 1, depth=1)


@facts
def test_the_directions_of_early_layers_are_a_free_choice(spline, pad):
    """Whatever nonnegative directions carry the signal, function, cost and layer norms are the same."""
    low, high = (end + pad for end in range_of(spline, pad))
    spline = LinearSpline(spline.knots + pad, spline.values, spline.left_slope, spline.right_slope)
    x = np.linspace(low, high, 101)
    plain = deep_network(spline, low, high, depth=4)
    wide = deep_network(spline, low, high, depth=4, directions=[[3, 0, 4], [1e-9, 1e200]])
    assert wide.widths == (3, 2, *plain.widths[-1:])
    assert_allclose(wide(x), spline(x), rtol=0, atol=EXACT * (np.abs(spline(x)).max() + 1))
    norms = [np.linalg.norm(w) for w in plain.weights]
    assert_allclose([np.linalg.norm(w) for w in wide.weights], norms, rtol=EXACT, atol=1e-14)
    assert_allclose(wide.weights[0][0], norms[0] * np.array([0.6, 0, 0.8]), rtol=EXACT, atol=1e-14)


@facts
def test_deep_networks_with_a_skip_connection_pay_for_the_bends_only(spline, pad):
    low, high = (end + pad for end in range_of(spline, pad))
    spline = LinearSpline(spline.knots + pad, spline.values, spline.left_slope, spline.right_slope)
    x = np.linspace(low, high, 101)
    network = deep_network(spline, low, high, depth=3, skip=True)
    bends = spline.restricted(low, high).total_variation
    assert_allclose(network(x), spline(x), rtol=0, atol=EXACT * (np.abs(spline(x)).max() + 1))
    assert network.parameters_norm / 2 == pytest.approx(1.5 * bends ** (2 / 3), rel=EXACT, abs=1e-14)


@pytest.mark.parametrize(
    ("directions", "text"),
    [
        ([[1]], "1 vectors"),
        ([[1], [1], [1]], "3 vectors"),
        ([[1], [1, -1]], r"directions\[1\] is"),
        ([[0, 0], [1]], r"directions\[0\] is"),
        ([[], [1]], r"directions\[0\] is empty"),
        ([[1], [np.nan]], r"directions\[1\]"),
    ],
)
def test_directions_must_be_nonnegative_one_for_each_early_layer(directions, text):
    with pytest.raises(InvalidInputError, match=text):
        deep_network(interpolating_spline([0, 1], [0, 1]), 0, 1, depth=4, directions=directions)
