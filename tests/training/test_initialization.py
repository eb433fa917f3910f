"""Facts about first weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cvxdnn.core.network import Network
from cvxdnn.training.initialization import disturbed, layer_norm, parameter_scale, random_layers
from cvxdnn.training.layout import ParameterLayout

X = np.array([0.0, 0.2, 0.5, 1.0])
Y = np.array([0.1, -0.4, 0.6, 0.0])


def first(depth, biases="last_hidden", width=20, restart=0, seed=0, norm=1.5):
    layout = ParameterLayout(1, depth, width, biases)
    layers = random_layers(layout, X, Y, norm=norm, seed=seed, restart=restart)
    return layout, layers, Network(*zip(*layers, strict=True))


@pytest.mark.parametrize("biases", ["last_hidden", "all"])
@pytest.mark.parametrize("depth", [2, 3, 6])
def test_all_layers_have_the_same_norm(depth, biases):
    _, layers, _ = first(depth, biases)
    assert_allclose([np.linalg.norm(w) for w, _ in layers], 1.5, rtol=1e-12)


@pytest.mark.parametrize("depth", [2, 3, 6])
def test_every_kink_lies_in_its_own_part_of_the_data(depth):
    _, _, network = first(depth)
    knots = network.to_spline().knots
    inside = knots[knots > 1e-9]  # early layers without bias bend at 0
    assert_allclose(np.floor(inside * 20), np.arange(20))


def test_biases_in_early_layers_make_up_for_inputs_below_zero():
    """All biases: shifting the data shifts the first network. Early layers without biases cannot follow."""
    layout = ParameterLayout(1, 4, 6, "all")
    here, shifted = (
        Network(*zip(*random_layers(layout, X + shift, Y, norm=1.5, seed=0, restart=0), strict=True))
        for shift in (0.0, -3.0)
    )
    assert_allclose(shifted(X - 3.0), here(X), rtol=1e-12)


@pytest.mark.parametrize("biases", ["last_hidden", "all"])
@pytest.mark.parametrize("depth", [2, 3, 10])
@pytest.mark.parametrize("restart", range(4))
def test_no_restart_starts_as_a_constant(depth, biases, restart):
    _, _, network = first(depth, biases, restart=restart)
    assert np.ptp(network(X)) > 1e-3
    assert np.mean(network(X) - Y) == pytest.approx(0, abs=1e-12)


def test_early_layers_without_bias_are_positive():
    _, layers, network = first(5)
    for weights, biases in layers[:3]:
        assert (weights > 0).all()
        assert not biases.any()
    with_biases = first(5, "all")[2]
    assert_allclose(with_biases(X), network(X), rtol=1e-12)  # x >= 0 starts at 0: nothing to make up for


def test_restarts_and_seeds_differ_and_nothing_else_does():
    weights = {(s, r): first(3, seed=s, restart=r)[1][0][0] for s in (0, 1) for r in (0, 1)}
    again = first(3, seed=1, restart=1)[1][0][0]
    np.testing.assert_array_equal(weights[1, 1], again)
    distinct = {array.tobytes() for array in weights.values()}
    assert len(distinct) == 4


@pytest.mark.parametrize(("x", "y"), [([2.0], [3.0]), ([0.0, 0.0], [1.0, 2.0]), ([0.0, 1.0], [5.0, 5.0])])
@pytest.mark.parametrize("depth", [2, 4])
def test_degenerate_data_give_finite_weights(x, y, depth):
    layout = ParameterLayout(1, depth, 3, "all")
    layers = random_layers(layout, np.array(x), np.array(y), norm=1.0, seed=0, restart=0)
    assert all(np.isfinite(w).all() and np.isfinite(b).all() for w, b in layers)


def test_the_first_penalty_is_affordable():
    layout = ParameterLayout(1, 4, 10, "last_hidden")
    norm = layer_norm(layout, Y, 1e6)
    assert 1e6 / 2 * layout.depth * norm**2 < 10 * Y.size
    assert layer_norm(layout, Y, 1e-3) == layer_norm(layout, Y, 0.0) == pytest.approx(10 ** (1 / 4))


def test_disturbed_leaves_the_first_restart_and_what_the_architecture_lacks_alone():
    layout, layers, _ = first(4)
    same = disturbed(layers, layout, norm=1.5, seed=0, restart=0)
    other = disturbed(layers, layout, norm=1.5, seed=0, restart=1)
    for (w, b), (w_same, b_same), (w_other, b_other) in zip(layers, same, other, strict=True):
        np.testing.assert_array_equal(w, w_same)
        np.testing.assert_array_equal(b, b_same)
        assert (w_other != w).all()
        assert ((b_other != b).all()) == b.any()
        assert np.abs(w_other - w).max() < 1.5


def test_parameter_scale_is_the_size_of_first_weights():
    layout, layers, _ = first(4, width=40)
    scale = layout.unpack(parameter_scale(layout, 1.5), 0)
    for (w, _), (typical, _) in zip(layers, scale, strict=True):
        assert_allclose(np.sqrt(np.mean(w**2)), typical, rtol=1e-12)
