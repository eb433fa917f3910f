"""Facts about `Network`: its function, its norm, what it refuses, and its torch twin."""

import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.network import Network, origin_for

EXACT = 1e-14


def random_network(seed, widths, skip=0.0):
    rng = np.random.default_rng(seed)
    shapes = list(zip((1, *widths), (*widths, 1), strict=True))
    return Network(
        tuple(rng.standard_normal(shape) for shape in shapes),
        tuple(rng.standard_normal(columns) for _, columns in shapes),
        skip,
    )


def hat():
    """(x)_+ - 2 (x - 1)_+ + 0.5."""
    return Network((np.array([[1.0, 1.0]]), np.array([[1.0], [-2.0]])), (np.array([0.0, -1.0]), np.array([0.5])))


def test_a_hat_worked_out_by_hand():
    np.testing.assert_array_equal(hat()([-1, 0, 0.5, 1, 2, 3]), [0.5, 0.5, 1.0, 1.5, 0.5, -0.5])


def test_weight_decay_charges_weights_and_nothing_else():
    assert hat().parameters_norm == 1 + 1 + 1 + 4
    free = Network(hat().weights, (np.array([5.0, -7.0]), np.array([9.0])), skip=3.0)
    assert free.parameters_norm == hat().parameters_norm


def test_skip_adds_a_line():
    x = np.linspace(-2, 2, 9)
    with_skip = Network(hat().weights, hat().biases, skip=-1.5)
    np.testing.assert_allclose(with_skip(x), hat()(x) - 1.5 * x, rtol=EXACT)


def test_a_deep_network_composes_its_layers():
    network = random_network(0, (3, 4))
    x = 0.7
    a = np.maximum(x * network.weights[0][0] + network.biases[0], 0)
    a = np.maximum(network.weights[1].T @ a + network.biases[1], 0)
    assert network(x) == pytest.approx(float(network.weights[2][:, 0] @ a + network.biases[2][0]), rel=EXACT)
    assert (network.depth, network.widths) == (3, (3, 4))


@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (4, 1), (0,)])
def test_outputs_have_the_shape_of_the_inputs(shape):
    x = np.full(shape, 0.25)
    output = random_network(1, (6,))(x)
    assert output.shape == shape
    assert output.dtype == np.float64


@pytest.mark.parametrize("widths", [(1,), (7,), (5, 3), (4, 4, 4, 4)])
@pytest.mark.parametrize("skip", [0.0, 1.25])
def test_the_torch_module_has_the_same_outputs(widths, skip):
    torch = pytest.importorskip("torch")
    network = random_network(2, widths, skip)
    x = np.linspace(-3, 3, 101)
    module = network.to_torch()
    with torch.no_grad():
        flat, column = module(torch.tensor(x)), module(torch.tensor(x)[:, None])
    assert flat.dtype == torch.float64
    assert column.shape == (101, 1)
    scale = np.abs(network(x)).max()
    np.testing.assert_allclose(flat.numpy(), network(x), atol=EXACT * scale)
    np.testing.assert_allclose(column.numpy()[:, 0], network(x), atol=EXACT * scale)


def test_it_cannot_be_changed_even_through_the_arrays_it_was_made_from():
    weights = [np.ones((1, 2)), np.ones((2, 1))]
    network = Network(weights, [np.zeros(2), np.zeros(1)])
    weights[0][:] = 5.0
    assert network.parameters_norm == 4.0
    with pytest.raises(ValueError, match="read-only"):
        network.weights[0][0, 0] = 1.0
    with pytest.raises(FrozenInstanceError):
        network.skip = 1.0


def test_it_survives_pickling():
    network = random_network(3, (4, 2), skip=0.5)
    copy = pickle.loads(pickle.dumps(network))
    np.testing.assert_array_equal(copy([0.1, 0.9]), network([0.1, 0.9]))


W1, W2, B1, B2 = np.ones((1, 2)), np.ones((2, 1)), np.zeros(2), np.zeros(1)


@pytest.mark.parametrize(
    ("weights", "biases", "skip", "match"),
    [
        ([W2 @ W1], [B1], 0.0, "weights has 1 layer"),
        ([W1, W2], [B1], 0.0, "biases has 1 entries for 2 layers"),
        ([W2, W1], [B2, B1], 0.0, "lead from 2 input"),
        ([W1, np.ones((3, 1))], [B1, B2], 0.0, r"weights\[0\] of shape \(1, 2\) does not fit"),
        ([W1, W2], [np.zeros(3), B2], 0.0, r"biases\[0\] has shape \(3,\)"),
        ([W1 * np.nan, W2], [B1, B2], 0.0, r"weights\[0\]\[0, 0\] is nan; every value must be finite"),
        ([W1, W2], [B1, B2 + np.inf], 0.0, r"biases\[1\]\[0\] is inf; every value must be finite"),
        ([W1, W2], [B1, B2], np.nan, "skip is nan"),
        ([W1, W2], [B1, B2], "steep", "skip is 'steep'"),
        ([[[1.0, 2j]], W2], [B1, B2], 0.0, r"weights\[0\]\[0\]\[1\] is 2j"),
        ([W1, W2], [[0.0, None], B2], 0.0, r"biases\[0\]"),
        ([[[1.0], [2.0, 3.0]], W2], [B1, B2], 0.0, r"weights\[0\]\[1\] has shape"),
        ([[1.0, 2.0], W2], [B1, B2], 0.0, r"weights\[0\] has shape \(2,\)"),
        ([[["a", "b"]], W2], [B1, B2], 0.0, r"weights\[0\]\[0\]\[0\] is 'a'; it must be a number"),
    ],
)
def test_mistakes_are_named(weights, biases, skip, match):
    with pytest.raises(InvalidInputError, match=match):
        Network(weights, biases, skip)


@pytest.mark.parametrize(
    ("x", "match"),
    [
        (np.array([0.0, np.nan]), r"x\[1\] is nan"),
        ([[0.0, 1.0], [np.inf, 2.0]], r"x\[1, 0\] is inf"),
        (np.array([1.0, 2j]), r"x\[0\] is"),
        ([0.0, None], "x"),
        (["a", 1.0], r"x\[0\] is 'a'"),
        ([[0.0], [1.0, 2.0]], r"x\[1\] has shape"),
    ],
)
def test_evaluation_points_are_checked(x, match):
    with pytest.raises(InvalidInputError, match=match):
        hat()(x)


@pytest.mark.parametrize("widths", [(3,), (4, 2)])
def test_with_an_origin_it_is_the_same_function_moved(widths):
    torch = pytest.importorskip("torch")
    near = random_network(4, widths, skip=0.7)
    far = Network(near.weights, near.biases, near.skip, origin=2.0**40)
    x = np.linspace(-2, 2, 33)
    np.testing.assert_array_equal(far(x + 2.0**40), near(x))
    assert far.parameters_norm == near.parameters_norm
    with torch.no_grad():
        np.testing.assert_allclose(far.to_torch()(torch.tensor(x + 2.0**40)).numpy(), near(x), atol=1e-13)
    bends, moved = near.to_spline(), far.to_spline()
    np.testing.assert_allclose(moved.knots, bends.knots + 2.0**40, rtol=0, atol=2.0**-12)
    np.testing.assert_allclose(moved.slopes, bends.slopes, rtol=0.01)
    copy = pickle.loads(pickle.dumps(far))
    assert copy.origin == 2.0**40


@pytest.mark.parametrize(
    ("low", "high", "origin"),
    [
        (0.0, 1.0, 0.0),
        (-5.0, 5.0, 0.0),
        (900.0, 901.0, 0.0),
        (1e6, 1e6 + 1, 1e6),
        (-1e6, 1 - 1e6, -1e6),
        (7.0, 7.0, 0.0),
    ],
)
def test_only_data_far_from_0_move_the_origin_and_every_difference_from_it_is_exact(low, high, origin):
    assert origin_for(low, high) == origin
    for x in np.linspace(low, high, 50):
        assert not origin or Fraction(x - origin) == Fraction(x) - Fraction(origin)


def test_plain_networks_do_not_load_torch():
    code = (
        "import sys, numpy as np, cvxdnn.training, cvxdnn.core.closed_form\n"
        "from cvxdnn.core.network import Network\n"
        "Network([np.ones((1, 1))] * 2, [np.zeros(1)] * 2).to_spline()\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
