"""Trained networks against the closed forms: the best restart meets each, and none goes below a proved optimum.

What is observed but not proved is kept apart from what is proved: there a lower restart would be a discovery, not an
error, and the tests say which statement it would refute.
"""

from functools import cache

import numpy as np
import pytest
import torch

from cvxdnn.theory import batch_norm, deep_linear, neural_collapse, rank_one, shrink, whitened
from cvxdnn.theory.result import Claim
from cvxdnn.training.fitting import FitProblem, fit
from cvxdnn.training.fitting.chain import alignment, balance, layer_norms, singular_values
from tests.theory.networks import whitened_rows

MEETS = 1e-5
BELOW = 1e-9


def trained(X, Y, beta, architecture, **settings):
    """The last snapshot of a fit."""
    chosen = {"restarts": 8, "width": 12, "steps": 1500, "polish": 400} | settings
    *_, last = fit(FitProblem(X, Y, beta, architecture, **chosen), snapshot_every=200)
    return last


def assert_meets(shot, value):
    """The best restart is at `value`, and no restart is below it."""
    assert shot.objective == pytest.approx(value, rel=MEETS)
    assert shot.objectives.min() >= value - BELOW * max(1.0, value)


def orthonormal(rng, rows, columns):
    return np.linalg.qr(rng.standard_normal((rows, columns)))[0]


def with_singular_values(values, rows, columns, seed=0):
    rng = np.random.default_rng(seed)
    return orthonormal(rng, rows, len(values)) @ np.diag(values) @ orthonormal(rng, columns, len(values)).T


def one_hot(counts):
    return np.repeat(np.eye(len(counts)), counts, axis=0)


# Deep linear networks


GENERAL_X = np.random.default_rng(1).standard_normal((20, 8))
GENERAL_Y = GENERAL_X @ np.linspace(-1, 1, 8) + 0.3 * np.random.default_rng(2).standard_normal(20)


@pytest.mark.parametrize("beta", [0.5, 5.0])
@pytest.mark.parametrize("depth", [2, 3, 4, 5])
def test_linear_network_with_one_output(depth, beta):
    solution = deep_linear.solve(GENERAL_X, GENERAL_Y, beta=beta, depth=depth)
    assert solution.status.ok
    shot = trained(GENERAL_X, GENERAL_Y, beta, "linear", depth=depth, width=6, init_scale=1.0)
    assert_meets(shot, solution.objective)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_layers_of_a_linear_network_are_rank_one_and_aligned(depth):
    """And the chain of the first layer points along X^T lambda, where the dual constraint is tight."""
    beta = 0.5
    weights = trained(GENERAL_X, GENERAL_Y, beta, "linear", depth=depth, width=6, init_scale=1.0).weights
    norms = layer_norms(weights)
    assert norms == pytest.approx(norms[0], rel=1e-5)
    assert singular_values(weights, 2)[:, 1] == pytest.approx(0, abs=1e-5)
    assert alignment(weights, 1) == pytest.approx(1, abs=1e-6)
    assert balance(weights) == pytest.approx(0, abs=1e-5)
    residual = GENERAL_Y - GENERAL_X @ np.linalg.multi_dot(weights)[:, 0]
    pull = GENERAL_X.T @ residual
    first_direction = np.linalg.svd(weights[0])[0][:, 0]
    assert abs(first_direction @ pull) == pytest.approx(np.linalg.norm(pull), rel=1e-6)
    assert norms[0] ** (depth - 2) * np.linalg.norm(pull) == pytest.approx(beta, rel=1e-5)


@pytest.mark.parametrize("beta", [0.2, 0.6])
@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("side", ["columns", "rows"])
def test_linear_network_on_whitened_inputs(side, depth, beta):
    values = [3.0, 2.0, 1.0, 0.5]
    if side == "columns":
        X = orthonormal(np.random.default_rng(3), 9, 5)
        Y = X @ with_singular_values(values, 5, 4)
    else:
        X, Y = orthonormal(np.random.default_rng(3), 7, 5).T, with_singular_values(values, 5, 4)
    solution = deep_linear.solve(X, Y, beta=beta, depth=depth)
    assert solution.status.ok
    shot = trained(X, Y, beta, "linear", depth=depth, width=6, init_scale=1.0, restarts=16)
    assert_meets(shot, solution.objective)
    assert singular_values(shot.weights, 4) == pytest.approx(solution.singular_values, abs=2e-4)


def test_two_linear_layers_are_a_nuclear_norm_problem():
    Y = GENERAL_X[:, :3] + 0.2 * np.random.default_rng(4).standard_normal((20, 3))
    solution = deep_linear.solve(GENERAL_X, Y, beta=2.0, depth=2)
    assert_meets(trained(GENERAL_X, Y, 2.0, "linear", init_scale=1.0), solution.objective)


def test_no_trained_network_is_below_the_dual_bound_where_no_closed_form_is_known():
    Y = GENERAL_X[:, :3] + 0.2 * np.random.default_rng(4).standard_normal((20, 3))
    solution = deep_linear.solve(GENERAL_X, Y, beta=2.0, depth=3)
    assert solution.status.claim is Claim.NO_CLOSED_FORM
    shot = trained(GENERAL_X, Y, 2.0, "linear", depth=3, init_scale=1.0)
    assert shot.objectives.min() >= solution.dual_bound - BELOW
    assert shot.objective == pytest.approx(solution.objective, rel=1e-4)


def test_the_duality_gap_of_standard_networks_and_none_of_parallel_ones():
    """Singular values 2, 1.5, 1, early layer of norm 1, three layers: 1.79736 against the dual's 1.21500."""
    X, Y, settings = np.eye(3), np.diag([2.0, 1.5, 1.0]), {"depth": 3, "budget": 1.0, "width": 6}
    values = deep_linear.norm_constrained(X, Y, beta=0.3, depth=3, budget=1.0)
    assert values.standard == pytest.approx(1.79736174, abs=1e-8)
    assert values.parallel == pytest.approx(1.215, abs=1e-12)
    assert_meets(trained(X, Y, 0.3, "linear", **settings), values.standard)
    assert_meets(trained(X, Y, 0.3, "linear", branches=9, **settings), values.parallel)


@pytest.mark.parametrize("depth", [3, 4])
def test_with_plain_weight_decay_parallel_linear_networks_gain_nothing(depth):
    X, Y = np.eye(3), np.diag([2.0, 1.5, 1.0])
    value = deep_linear.solve(X, Y, beta=0.3, depth=depth).objective
    assert_meets(trained(X, Y, 0.3, "linear", depth=depth, branches=9, width=4, restarts=16), value)


# Rank-one inputs

DIRECTION = np.array([1.0, -2.0, 0.5, 0.3])
POSITIVE = np.random.default_rng(5).uniform(0, 1, 12)
BOTH_SIGNS = np.random.default_rng(6).standard_normal(12)


@pytest.mark.parametrize("beta", [0.3, 2.0])
@pytest.mark.parametrize("depth", [2, 3, 4, 5])
@pytest.mark.parametrize("sign", [1, -1])
def test_relu_network_on_positive_multiples_of_a_vector(sign, depth, beta):
    y = sign * (3 * POSITIVE + 0.3 * np.random.default_rng(7).standard_normal(12))
    solution = rank_one.solve(POSITIVE, DIRECTION, y, beta=beta, depth=depth)
    assert solution.status.ok
    shot = trained(np.outer(POSITIVE, DIRECTION), y, beta, "relu", depth=depth, width=8)
    assert_meets(shot, solution.objective)


@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("other_side", [1.0, -1.0], ids=["same sign", "opposite signs"])
def test_relu_network_on_multiples_of_both_signs(other_side, depth):
    y = 2 * np.maximum(BOTH_SIGNS, 0) + other_side * np.maximum(-BOTH_SIGNS, 0)
    solution = rank_one.solve(BOTH_SIGNS, DIRECTION, y, beta=0.4, depth=depth)
    shared = depth > 2 and other_side < 0
    assert solution.status.claim is (Claim.OBSERVED if shared else Claim.PROVED)
    shot = trained(np.outer(BOTH_SIGNS, DIRECTION), y, 0.4, "relu", depth=depth, width=8, restarts=16)
    assert_meets(shot, solution.objective)  # with opposite signs: refutes what was observed if it is below
    assert shot.objectives.min() >= solution.dual_bound - BELOW


SPLINE_X = np.linspace(0.05, 0.95, 8)
HINGE = 3 * np.maximum(SPLINE_X - 0.4, 0)
WAVE = np.array([0.0, 0.5, 1.0, 0.6, 0.2, 0.5, 0.9, 1.0])
LONG = {"restarts": 8, "width": 20, "rate": 0.03, "final_rate": 1e-6, "steps": 3000, "polish": 200, "init_scale": 2.0}


@pytest.mark.parametrize("beta", [0.03, 0.1])
@pytest.mark.parametrize("depth", [2, 3, 4, 5])
def test_biases_in_the_last_hidden_layer_make_a_spline(depth, beta):
    solution = rank_one.solve(SPLINE_X, DIRECTION, HINGE, beta=beta, depth=depth, bias=True)
    assert solution.status.ok
    shot = trained(np.outer(SPLINE_X, DIRECTION), HINGE, beta, "relu_bias", depth=depth, **LONG)
    assert_meets(shot, solution.objective)


def test_a_spline_with_several_kinks():
    solution = rank_one.solve(SPLINE_X, DIRECTION, WAVE, beta=0.02, depth=2, bias=True)
    shot = trained(
        np.outer(SPLINE_X, DIRECTION), WAVE, 0.02, "relu_bias", depth=2, **LONG | {"restarts": 24, "steps": 6000}
    )
    assert_meets(shot, solution.objective)


@pytest.mark.parametrize("depth", [3, 4])
def test_the_spline_formula_is_false_for_inputs_of_both_signs(depth):
    """A hinge across 0 needs both halves of the first layer; at depth 2 the formula holds."""
    shifted = SPLINE_X - 0.5
    solution = rank_one.solve(shifted, DIRECTION, HINGE, beta=0.03, depth=depth, bias=True)
    shot = trained(np.outer(shifted, DIRECTION), HINGE, 0.03, "relu_bias", depth=depth, **LONG | {"polish": 0})
    assert shot.objective >= solution.dual_bound - BELOW
    assert shot.objective > solution.formula * 1.02
    shallow = rank_one.solve(shifted, DIRECTION, HINGE, beta=0.03, depth=2, bias=True)
    assert_meets(trained(np.outer(shifted, DIRECTION), HINGE, 0.03, "relu_bias", depth=2, **LONG), shallow.objective)


# Whitened inputs

LARGEST = 10
WHITE = whitened_rows(np.random.default_rng(8), LARGEST, 12)


@pytest.mark.parametrize("beta", [0.2, 0.9])
@pytest.mark.parametrize("counts", [(3, 3), (3, 3, 3), (6, 3, 1)])
def test_two_relu_layers_on_whitened_inputs(counts, beta):
    Y = one_hot(counts)
    solution = whitened.solve(WHITE[: len(Y)], Y, beta=beta, depth=2)
    assert solution.status.ok
    assert_meets(trained(WHITE[: len(Y)], Y, beta, "relu", depth=2, width=13), solution.objective)


@pytest.mark.parametrize("depth", [3, 5])
@pytest.mark.parametrize("counts", [(1, 1, 1), (5, 2, 1)])
def test_parallel_relu_networks_have_one_channel_a_class_at_every_depth(counts, depth):
    Y = one_hot(counts)
    solution = whitened.solve(WHITE[: len(Y)], Y, beta=0.1, depth=depth, architecture="parallel")
    assert solution.status.ok
    shot = trained(WHITE[: len(Y)], Y, 0.1, "relu", depth=depth, branches=18, width=4, steps=2500)
    assert_meets(shot, solution.objective)


@pytest.mark.parametrize("beta", [0.2, 0.5])
@pytest.mark.parametrize("depth", [3, 4])
@pytest.mark.parametrize("counts", [(5, 2), (3, 3, 3), (6, 3, 1)])
def test_standard_networks_of_up_to_four_layers_reach_one_channel_a_class(counts, depth, beta):
    """Observed, not proved: a restart below the value would be a discovery."""
    Y = one_hot(counts)
    solution = whitened.solve(WHITE[: len(Y)], Y, beta=beta, depth=depth)
    assert solution.status.claim in (Claim.OBSERVED, Claim.PROVED)
    shot = trained(WHITE[: len(Y)], Y, beta, "relu", depth=depth, width=13, restarts=16, steps=2500)
    assert_meets(shot, solution.objective)


def test_standard_networks_of_six_layers_go_below_one_channel_a_class():
    Y = one_hot((3, 3, 3))
    solution = whitened.solve(WHITE[:9], Y, beta=0.1, depth=6)
    assert solution.status.claim is Claim.UPPER_BOUND
    shot = trained(WHITE[:9], Y, 0.1, "relu", depth=6, width=13, restarts=32, rate=0.01, steps=3000)
    assert shot.objective < 0.95 * solution.objective
    assert shot.objectives.min() >= solution.dual_bound - BELOW


@pytest.mark.parametrize(
    ("beta", "objective", "one_channel"),
    [(0.02, 0.14792418, 0.14939263), (0.1, 0.72161023, 0.73397985), (0.2, 1.38997316, 1.43042143)],
)
def test_the_counterexample_of_rank_two(beta, objective, one_channel):
    example = whitened.rank_two_counterexample(beta)
    assert example.objective == pytest.approx(objective, abs=1e-6)
    assert example.one_channel == pytest.approx(one_channel, abs=1e-6)


@pytest.mark.parametrize("depth", [3, 4])
def test_norm_constrained_parallel_networks_have_the_soft_threshold_at_every_depth(depth):
    """With weight decay on every layer the threshold is another one, and it jumps."""
    counts, beta = np.array([4, 2, 1]), 1.2
    Y = one_hot(counts)
    soft = np.maximum(np.sqrt(counts) - beta, 0)
    value = float(np.sum((soft - np.sqrt(counts)) ** 2 / 2 + beta * soft))
    settings = {"depth": depth, "branches": 18, "width": 4, "budget": 1.0, "restarts": 12}
    shot = trained(WHITE[:7], Y, beta, "relu", **settings)
    assert_meets(shot, value)
    assert np.linalg.svd(shot.outputs, compute_uv=False) == pytest.approx(soft, abs=2e-4)
    assert not np.allclose(shrink(np.sqrt(counts), beta, depth).minimizer, soft, atol=0.1)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_one_real_target_on_whitened_inputs(depth):
    y = np.array([1.5, -0.7, 0.4, 2.0, -1.2, 0.1, -0.3])
    solution = whitened.solve(WHITE[:7], y, beta=0.1, depth=depth)
    assert solution.status.claim is (Claim.PROVED if depth == 2 else Claim.OBSERVED)
    assert_meets(trained(WHITE[:7], y, 0.1, "relu", depth=depth, steps=2500), solution.objective)


# Batch normalisation

NORMALISED = {"restarts": 3, "rate": 0.01, "steps": 2500, "polish": 1000}


@cache
def normalised_fit(counts, beta, depth, architecture="batch_norm"):
    Y = one_hot(counts)
    d = len(Y) + 2 if depth == 2 else 5
    X = np.random.default_rng(9).standard_normal((len(Y), d))
    width = 6 * len(counts) if depth == 2 else 3 * len(Y)
    return Y, trained(X, Y, beta, architecture, depth=depth, width=width, **NORMALISED)


@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("beta", [0.2, 1.2])
def test_batch_normalised_networks_of_every_depth(depth, beta):
    Y, shot = normalised_fit((6, 3, 1), beta, depth)
    solution = batch_norm.solve(Y, beta=beta)
    assert solution.status.ok
    assert_meets(shot, solution.objective)
    network = shot.network
    outgoing = network.weights[-1]
    by_class = outgoing.argmax(axis=1)
    scale = network.gamma**2 + network.alpha**2
    for k, s in enumerate(solution.s):
        assert scale[by_class == k].sum() == pytest.approx(s, abs=2e-3)
        assert (outgoing[by_class == k] ** 2).sum() == pytest.approx(s, abs=2e-3)


@pytest.mark.parametrize("beta", [0.5, 2.0])
def test_decaying_the_parameters_of_torch_is_the_same_with_another_beta(beta):
    Y, shot = normalised_fit((6, 3, 1), beta, 3, "batch_norm_torch")
    solution = batch_norm.solve(Y, beta=beta, scaling="torch")
    assert solution.objective == pytest.approx(batch_norm.solve(Y, beta=beta / np.sqrt(10)).objective, rel=1e-12)
    assert_meets(shot, solution.objective)


@pytest.mark.parametrize("scaling", ["paper", "torch"])
@pytest.mark.parametrize("counts", [(4, 4, 4), (6, 3, 1), (7, 2)])
def test_batchnorm1d_in_train_mode_has_the_closed_forms_objective(counts, scaling):
    beta, Y = 0.3, one_hot(counts)
    X = np.random.default_rng(10).standard_normal((len(Y), len(Y) + 2))
    solution = batch_norm.solve(Y, beta=beta, features=X, scaling=scaling)
    layer = torch.nn.BatchNorm1d(len(counts), eps=1e-14, dtype=torch.float64).train()
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(solution.gamma / np.sqrt(len(Y))))
        layer.bias.copy_(torch.from_numpy(solution.alpha / np.sqrt(len(Y))))
        # The layer before is free: a large scale makes the epsilon of the layer negligible.
        hidden = torch.relu(layer(torch.from_numpy(1e3 * X @ solution.weights[0]))).numpy()
    charged = (layer.weight.square() + layer.bias.square()).sum().item() * (len(Y) if scaling == "paper" else 1)
    output = solution.weights[1]
    objective = 0.5 * np.sum((hidden @ output - Y) ** 2) + 0.5 * beta * (charged + np.sum(output**2))
    assert objective == pytest.approx(solution.objective, abs=1e-9)


def test_the_trainers_batch_normalisation_is_that_of_torch():
    _, shot = normalised_fit((4, 3), 0.4, 2)
    X = np.random.default_rng(9).standard_normal((7, 9))
    network = shot.network
    layer = torch.nn.BatchNorm1d(network.gamma.size, eps=1e-14, dtype=torch.float64).train()
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(network.gamma / np.sqrt(7)))
        layer.bias.copy_(torch.from_numpy(network.alpha / np.sqrt(7)))
        hidden = torch.relu(layer(torch.from_numpy(X @ network.weights[0]))).numpy()
    assert hidden @ network.weights[1] == pytest.approx(network(X), abs=1e-9)


# Neural collapse


@pytest.mark.parametrize(
    ("counts", "beta", "equinorm", "cosines", "distances", "shares"),
    [
        ((4, 4, 4), 0.2, 0.0, (-0.5, -0.5), (0.60581, 0, 0), (1, 1, 1)),
        ((5, 5, 5, 5), 0.2, 0.0, (-0.3333, -0.3333), (0.51762, 0, 0), (1, 1, 1)),
        ((6, 3, 1), 0.2, 0.078, (-0.6196, -0.3230), (0.68591, 0.35597, 0.35599), (1, 1, 1)),
        ((7, 2), 0.2, 0.0, (-1, -1), (0.80767, 0.30678, 0.30678), (1, 1, 1)),
    ],
)
def test_collapse_of_trained_networks(counts, beta, equinorm, cosines, distances, shares):
    Y, shot = normalised_fit(counts, beta, 2)
    measured = neural_collapse.metrics(shot.hidden, Y, shot.weights[-1])
    off_diagonal = measured.cosines[~np.eye(len(counts), dtype=bool)]
    assert measured.nc1 == pytest.approx(0, abs=1e-6)
    assert measured.equinorm == pytest.approx(equinorm, abs=1e-3)
    assert (off_diagonal.min(), off_diagonal.max()) == pytest.approx(cosines, abs=1e-3)
    found = (measured.nc3_raw_centred, measured.nc3_raw_uncentred, measured.nc3_centred)
    assert found == pytest.approx(distances, abs=1e-3)
    assert (measured.nc4, measured.accuracy, measured.nearest_mean_accuracy) == shares


def test_collapse_when_a_class_vanishes():
    """sqrt(1) < 1.2: the smallest class has features 0; the nearest mean still labels it right."""
    Y, shot = normalised_fit((6, 3, 1), 1.2, 2)
    measured = neural_collapse.metrics(shot.hidden, Y, shot.weights[-1])
    assert list(measured.compared) == [0, 1]
    assert measured.nearest_mean_accuracy == 1
    kept = neural_collapse.metrics(shot.hidden, Y, shot.weights[-1], keep_vanished=True)
    off_diagonal = kept.cosines[~np.eye(3, dtype=bool)]
    assert kept.equinorm == pytest.approx(0.199, abs=1e-3)
    assert (off_diagonal.min(), off_diagonal.max()) == pytest.approx((-0.801, -0.246), abs=1e-3)
    assert kept.nc3_raw_centred == pytest.approx(0.62431, abs=1e-3)
    assert kept.nc3_raw_uncentred == pytest.approx(0.16693, abs=1e-3)


def test_collapse_in_the_hidden_layers_of_a_whitened_network():
    Y = one_hot((4, 4, 4))
    X = whitened_rows(np.random.default_rng(11), 12, 12)
    shot = trained(X, Y, 0.1, "relu", depth=3, width=13, steps=3000, polish=800)
    _, first, second = shot.network.layers(X)
    for features in (first, second):
        # What stands above each hidden layer is linear in its features as far as these reach.
        measured = neural_collapse.metrics(features, Y, np.linalg.pinv(features) @ shot.outputs)
        assert measured.nc1 == pytest.approx(0, abs=1e-4)
        assert measured.angle_spread == pytest.approx(0, abs=2e-3)
    last = neural_collapse.metrics(second, Y, shot.weights[-1])
    assert last.nc3_raw_centred == pytest.approx(0.6058, abs=1e-3)
    assert last.nc3_raw_uncentred == pytest.approx(0, abs=2e-3)
    assert last.nc3_centred == pytest.approx(0, abs=2e-3)
