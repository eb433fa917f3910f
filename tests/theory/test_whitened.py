"""Whitened data: one channel per class, where it is the optimum, and the network that beats it elsewhere."""

import numpy as np
import pytest

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.theory import shrink, whitened
from cvxdnn.theory.result import Claim
from tests.theory.networks import objective, parallel_objective, squared_norm, whitened_rows

PLUGGED_IN = 1e-10
EXACT = 1e-12
CERTIFIED = 1e-9
COUNTS = [(3, 3), (3, 3, 3), (6, 3, 1), (5, 4, 2, 1), (1,) * 5]


def labelled(counts, scale=1.0, seed=0):
    n = sum(counts)
    return whitened_rows(np.random.default_rng(seed), n, n + 3, scale), np.repeat(np.eye(len(counts)), counts, axis=0)


def real_targets(seed=0, n=7):
    rng = np.random.default_rng(seed)
    return whitened_rows(rng, n, n + 2), rng.normal(size=n)


@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize("depth", [2, 3, 5])
@pytest.mark.parametrize("beta", [0.05, 0.5, 1.2])
@pytest.mark.parametrize("scale", [1.0, 1.7])
def test_both_forms_of_the_network_attain_the_value(counts, depth, beta, scale):
    X, Y = labelled(counts, scale)
    answer = whitened.solve(X, Y, beta=beta, depth=depth)
    assert objective(X, Y, answer.weights, beta) == pytest.approx(answer.objective, rel=PLUGGED_IN)
    assert parallel_objective(X, Y, answer.branches, beta) == pytest.approx(answer.objective, rel=PLUGGED_IN)
    for branch, norm in zip(answer.branches, answer.channel_norms, strict=True):
        assert [np.linalg.norm(layer) for layer in branch] == pytest.approx([norm] * depth, abs=1e-12)
    assert answer.dual_bound <= answer.objective * (1 + EXACT)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_real_targets_use_a_channel_for_each_sign(depth):
    X, y = real_targets()
    answer = whitened.solve(X, y, beta=0.1, depth=depth)
    assert objective(X, y, answer.weights, 0.1) == pytest.approx(answer.objective, rel=PLUGGED_IN)
    assert parallel_objective(X, y, answer.branches, 0.1) == pytest.approx(answer.objective, rel=PLUGGED_IN)
    parts = [np.linalg.norm(np.maximum(sign * y, 0)) for sign in (1, -1)]
    assert answer.objective == pytest.approx(shrink(parts, 0.1, depth).value.sum(), rel=EXACT)
    assert answer.status.ok == (depth == 2)
    assert whitened.solve(X, y, beta=0.1, depth=depth, architecture="parallel").status.ok
    assert whitened.solve(X, abs(y), beta=0.1, depth=depth).status.ok


def test_two_layers_shrink_every_class_by_beta():
    X, Y = labelled((6, 3, 1))
    answer = whitened.solve(X, Y, beta=1.2, depth=2)
    sizes = np.sqrt([6, 3, 1])
    assert answer.strengths == pytest.approx(np.maximum(sizes - 1.2, 0), abs=EXACT)
    assert answer.present.tolist() == [True, True, False]
    assert answer.objective == pytest.approx(1.2 * (sizes[0] + sizes[1]) - 1.2**2 + 0.5, rel=EXACT)
    assert 0 <= answer.gap <= 1e-11
    # The dual: no nonnegative unit pattern h gives ||Lambda^T h|| above beta, and y_k / ||y_k|| attains it.
    outputs = np.maximum(X @ answer.weights[0], 0) @ answer.weights[1]
    multipliers = Y - outputs
    attained = np.linalg.norm(multipliers.T @ (Y / sizes), axis=0)
    assert attained == pytest.approx([1.2, 1.2, 1.0])
    trials = np.abs(np.random.default_rng(0).normal(size=(2000, 10)))
    trials /= np.linalg.norm(trials, axis=1, keepdims=True)
    assert np.linalg.norm(trials @ multipliers, axis=1).max() <= 1.2 + EXACT


def test_the_norm_constrained_pair_costs_more_under_weight_decay():
    # Unit hidden vectors with output weights (||y_k|| - beta)_+ give the same outputs and are not balanced.
    X, Y = labelled((6, 3))
    answer = whitened.solve(X, Y, beta=0.5, depth=2)
    first, last = answer.weights
    unbalanced = (first / answer.channel_norms, answer.channel_norms[:, None] * last)
    assert objective(X, Y, unbalanced, 0.5) > answer.objective + 0.1


@pytest.mark.parametrize("depth", [3, 4, 5])
def test_a_class_below_the_threshold_vanishes_from_every_layer(depth):
    X, Y = labelled((6, 3, 1))
    answer = whitened.solve(X, Y, beta=0.52, depth=depth)
    assert (answer.targets >= answer.threshold).tolist() == answer.present.tolist() == [True, depth < 5, False]
    ranks = [np.linalg.matrix_rank(layer, tol=1e-9) for layer in answer.weights]
    assert ranks == [int(answer.present.sum())] * depth


@pytest.mark.parametrize(
    ("counts", "depth", "architecture", "claim"),
    [
        ((3, 3, 3), 2, "standard", Claim.PROVED),
        ((3, 3, 3), 7, "parallel", Claim.PROVED),
        ((3, 3), 7, "standard", Claim.OBSERVED),
        ((3, 3, 3, 3), 4, "standard", Claim.OBSERVED),
        ((3, 3, 3), 5, "standard", Claim.UPPER_BOUND),
        ((3,) * 5, 3, "standard", Claim.UPPER_BOUND),
        ((4,), 6, "standard", Claim.PROVED),
    ],
)
def test_the_value_is_called_what_it_is(counts, depth, architecture, claim):
    X, Y = labelled(counts)
    status = whitened.solve(X, Y, beta=0.05, depth=depth, architecture=architecture).status
    assert status.claim is claim
    assert bool(status.advice) == (claim is not Claim.PROVED)
    if claim in (Claim.OBSERVED, Claim.UPPER_BOUND):
        assert "one-channel-per-class value, an upper bound" in status.message


def test_where_zero_is_optimal_the_bound_proves_it():
    X, Y = labelled((3, 3, 3))
    answer = whitened.solve(X, Y, beta=50, depth=5)
    assert answer.status.ok
    assert answer.objective == pytest.approx(4.5)


# The counterexample


@pytest.mark.parametrize(
    ("beta", "rank_two", "one_channel"),
    [(0.02, 0.14792418, 0.14939263), (0.1, 0.72161023, 0.73397985), (0.2, 1.38997316, 1.43042143)],
)
def test_the_rank_two_network_beats_one_channel_per_class(beta, rank_two, one_channel):
    found = whitened.rank_two_counterexample(beta)
    assert found.objective == pytest.approx(rank_two, abs=1e-6)
    assert found.one_channel == pytest.approx(one_channel, abs=1e-6)
    assert objective(np.eye(3), np.eye(3), found.weights, beta) == pytest.approx(found.objective, rel=PLUGGED_IN)
    assert [np.linalg.matrix_rank(layer, tol=1e-6) for layer in found.weights] == [2, 2, 2, 2, 3]
    bound = whitened.solve(np.eye(3), np.eye(3), beta=beta, depth=5)
    assert bound.objective == pytest.approx(found.one_channel, rel=EXACT)
    assert bound.dual_bound < found.objective


def test_the_rank_two_network_is_stationary():
    found = whitened.rank_two_counterexample(0.1)
    for lower, upper in zip(found.weights, found.weights[1:], strict=False):
        # Balance holds for ReLU networks in the norms of single units.
        assert (lower**2).sum(axis=0) == pytest.approx((upper**2).sum(axis=1), abs=1e-6)
    assert squared_norm(found.weights) > 0


@pytest.mark.parametrize("beta", [1e-6, 1e-3, 0.21, 0.216])
def test_the_rank_two_network_is_lower_over_its_whole_range(beta):
    found = whitened.rank_two_counterexample(beta)
    assert found.objective < min(found.one_channel, 1.5)


def test_beyond_its_range_there_is_no_such_network():
    with pytest.raises(InvalidInputError, match=r"beta is 0\.3"):
        whitened.rank_two_counterexample(0.3)


# Hostile data


@pytest.mark.parametrize("depth", [2, 3, 6])
@pytest.mark.parametrize("architecture", ["standard", "parallel"])
@pytest.mark.parametrize("size", [1e-8, 1.0, 1e8])
def test_what_is_printed_holds_for_inputs_as_they_are(size, architecture, depth):
    """Whitened only to the tolerance, targets over many decades: perturbed networks are not below the bound."""
    rng = np.random.default_rng(depth)
    X = whitened_rows(rng, 4, 6, size)
    X = X + 2e-11 * size * rng.normal(size=X.shape)
    Y = np.eye(3)[[0, 1, 2, 0]] * [[1], [1e-3], [1e-6], [1e-8]]
    rounding = (1e-14 * np.linalg.norm(Y)) ** 2
    for share in (1e-15, 1e-8, 1e-2):
        answer = whitened.solve(X, Y, beta=share * size ** (2 / depth), depth=depth, architecture=architecture)
        assert objective(X, Y, answer.weights, answer.beta) == pytest.approx(answer.objective, rel=1e-12)
        assert answer.dual_bound <= answer.objective + rounding
        printed = answer.objective * (1 - 1e-9) if answer.status.ok else answer.dual_bound
        for _ in range(60):
            noise = 10 ** rng.uniform(-12, -1)
            nearby = [layer * (1 + noise * rng.normal(size=layer.shape)) for layer in answer.weights]
            assert objective(X, Y, nearby, answer.beta) >= printed - rounding


# Mistakes


def test_inputs_that_are_not_whitened_are_refused_with_the_deviation():
    X, Y = labelled((3, 3))
    X[0] *= 1.01
    with pytest.raises(InvalidInputError, match=r"X .* is not whitened.*deviation is 0\.0"):
        whitened.solve(X, Y, beta=0.1, depth=2)
    with pytest.raises(InvalidInputError, match="n <= d"):
        whitened.solve(np.eye(4)[:, :2], np.eye(4)[:, :2], beta=0.1, depth=2)


@pytest.mark.parametrize("row", [[1, 1], [-1, 0]])
def test_targets_that_are_no_labels_are_refused(row):
    with pytest.raises(InvalidInputError, match=r"Y\[1\]"):
        whitened.solve(np.eye(2), [[1, 0], row], beta=0.1, depth=2)


@pytest.mark.parametrize(
    ("change", "says"),
    [({"beta": 0}, "beta is 0"), ({"depth": 1}, "depth is 1"), ({"architecture": "wide"}, "architecture is 'wide'")],
)
def test_mistakes_name_the_argument(change, says):
    with pytest.raises(InvalidInputError, match=says):
        whitened.solve(np.eye(2), np.eye(2), **({"beta": 0.1, "depth": 2} | change))
