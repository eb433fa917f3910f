"""What the meters say about networks whose layers are known."""

import numpy as np
import pytest

from cvxdnn import Network, load_preset, solve, train
from cvxdnn.core.diagnostics import layer_diagnostics

EXACT = 1e-12


def network(*weights):
    """A network with these weights and no biases."""
    return Network(weights, tuple(np.zeros(np.shape(matrix)[1]) for matrix in weights))


def test_norms_ranks_and_singular_values_by_hand():
    found = layer_diagnostics(network([[3, 4]], np.diag([2, 1]), [[0], [5]]))
    assert found.depth == 3
    assert found.frobenius_norms == pytest.approx([5, np.sqrt(5), 5])
    assert np.concatenate(found.singular_values) == pytest.approx([5, 2, 1, 5])
    assert found.stable_ranks == pytest.approx([1, 5 / 4, 1])


def test_balance_and_alignment_by_hand():
    # W_1^T W_1 = [[9, 12], [12, 16]] against the identity; then the identity against [[0, 0], [0, 25]].
    found = layer_diagnostics(network([[3, 4]], np.eye(2), [[0], [5]]))
    assert found.imbalance == pytest.approx([np.sqrt(64 + 2 * 144 + 225), np.sqrt(1 + 576)])
    assert found.unit_imbalance == pytest.approx([np.sqrt(64 + 225), np.sqrt(1 + 576)])
    aligned = layer_diagnostics(network([[3, 4]], np.outer([0.6, -0.8], [1, 0]), [[7], [0]]))
    assert aligned.alignment == pytest.approx([1, 1])
    crossed = layer_diagnostics(network([[1, 0]], np.outer([0, 1], [1, 0]), [[1], [0]]))
    assert crossed.alignment == pytest.approx([0, 1])


@pytest.mark.parametrize("depth", [2, 3, 4, 6])
def test_closed_form_is_balanced_of_rank_one_and_aligned(depth):
    data, _ = load_preset("zigzag").normalized()
    solution = solve(data.x, data.y, beta=0.01, depth=depth)
    directions = [np.arange(1, 4)] * (depth - 2)
    found = layer_diagnostics(solution.network(directions=directions))
    assert found.frobenius_norms == pytest.approx(np.full(depth, solution.path_norm ** (1 / depth)), rel=EXACT)
    assert found.stable_ranks == pytest.approx(np.ones(depth), rel=EXACT)
    assert found.unit_imbalance == pytest.approx(np.zeros(depth - 1), abs=1e-10)
    assert found.imbalance[:-1] == pytest.approx(np.zeros(depth - 2), abs=1e-10)
    assert found.alignment == pytest.approx(np.ones(depth - 1), rel=EXACT)


def test_the_signs_of_last_hidden_units_unbalance_the_matrices_but_not_the_units():
    """A hat needs a neuron that looks right and one that looks left, both with negative output weights."""
    solution = solve([0, 1, 2], [0, 1, 0], beta=0.01, depth=3)
    found = layer_diagnostics(solution.network())
    assert found.imbalance[-1] > 0.1
    assert found.unit_imbalance[-1] == pytest.approx(0, abs=1e-12)


def test_training_balances_every_unit():
    data, _ = load_preset("many optima").normalized()
    *_, last = train(data.x, data.y, beta=0.02, depth=3, width=10, restarts=2, max_steps=4000)
    found = layer_diagnostics(last.network)
    assert found.unit_imbalance.max() <= 1e-3 * found.frobenius_norms.max() ** 2
    assert np.ptp(found.frobenius_norms) <= 1e-3 * found.frobenius_norms.max()


def test_rotating_a_hidden_layer_of_a_linear_network_changes_nothing():
    rng = np.random.default_rng(0)
    first, second, third = rng.normal(size=(1, 5)), rng.normal(size=(5, 5)), rng.normal(size=(5, 1))
    rotation, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    plain = layer_diagnostics(network(first, second, third))
    turned = layer_diagnostics(network(first @ rotation, rotation.T @ second, third))
    assert turned.imbalance == pytest.approx(plain.imbalance)
    assert turned.stable_ranks == pytest.approx(plain.stable_ranks)


def test_dead_layers_have_no_rank_and_no_direction():
    found = layer_diagnostics(network([[0.0, 0.0]], np.zeros((2, 2)), [[0.0], [1.0]]))
    assert found.stable_ranks.tolist() == [0, 0, 1]
    assert found.alignment.tolist() == [0, 0]
