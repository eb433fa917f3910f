"""Facts about the four signs of neural collapse: at the closed-form optimum, in trained networks, and their limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.theory import batch_norm, whitened
from cvxdnn.theory.neural_collapse import aligned_means, metrics, one_hot, predict, simplex_etf, simplex_vertices
from cvxdnn.training.fitting import FitProblem, fit

EXACT = 1e-9
THREE_DIGITS = 5e-4
GEOMETRY = ("equinorm", "angle_spread", "nc3_raw_centred", "nc3_raw_uncentred", "nc3_centred")
CASES = [((4, 4, 4), 0.2), ((4, 4, 4), 1.2), ((5, 5, 5, 5), 0.2), ((6, 3, 1), 0.2), ((6, 3, 1), 1.2), ((7, 2), 0.2)]
SCALINGS = ("paper", "torch")


def optimum(counts, beta, scaling="paper"):
    """Metrics of the closed-form network with batch normalisation."""
    Y = one_hot(counts)
    found = batch_norm.solve(Y, beta=beta, scaling=scaling)
    return metrics(found.features, Y, found.weights[1]), found


def agree(measured, predicted, tolerance):
    for name in GEOMETRY:
        left, right = getattr(measured, name), getattr(predicted, name)
        assert (left is None) == (right is None), name
        assert left is None or left == pytest.approx(right, abs=tolerance), name
    assert np.allclose(measured.cosines, predicted.cosines, atol=tolerance)


# The closed form


@pytest.mark.parametrize(("counts", "beta"), CASES)
@pytest.mark.parametrize("scaling", SCALINGS)
def test_closed_form_network_has_the_predicted_geometry(counts, beta, scaling):
    measured, found = optimum(counts, beta, scaling)
    predicted = predict(counts, beta=beta, scaling=scaling)
    agree(measured, predicted, EXACT)
    assert measured.nc1 == pytest.approx(0, abs=EXACT)
    assert np.allclose(np.linalg.norm(measured.means, axis=1), np.diag(predicted.means))
    assert np.allclose(np.diag(found.weights[1]), np.diag(predicted.classifier))


@pytest.mark.parametrize("depth", [2, 3, 4, 5])
@pytest.mark.parametrize(("counts", "beta"), [((4, 4, 4), 0.2), ((6, 3, 1), 0.1), ((6, 3, 1), 0.4), ((5, 2), 0.2)])
def test_one_channel_per_class_on_whitened_data_has_the_predicted_geometry(counts, beta, depth):
    Y = one_hot(counts)
    found = whitened.solve(np.eye(len(Y)), Y, beta=beta, depth=depth)
    features = np.eye(len(Y))
    for layer in found.weights[:-1]:
        features = np.maximum(features @ layer, 0)
    agree(metrics(features, Y, found.weights[-1]), predict(counts, beta=beta, depth=depth), EXACT)


@pytest.mark.parametrize(("counts", "beta"), [((4, 4, 4), 0.2), ((5, 5, 5, 5), 0.6), ((6, 3, 1), 0.2), ((7, 2), 0.4)])
@pytest.mark.parametrize("depth", [2, 3])
def test_geometry_follows_from_two_orthogonal_frames(counts, beta, depth):
    predicted = predict(counts, beta=beta, depth=depth)
    kept = predicted.s > 0
    n, s, K = np.array(counts)[kept], predicted.s[kept], kept.sum()
    m, w = s ** ((depth - 1) / depth) / np.sqrt(n), s ** (1 / depth)
    P = np.eye(K) - 1 / K
    gram = P @ np.diag(m**2) @ P
    lengths = np.sqrt(np.diag(gram))
    assert np.allclose(predicted.cosines, gram / np.outer(lengths, lengths), atol=EXACT)
    c = np.sum(s / np.sqrt(n)) / np.sqrt(np.sum(w**2) * np.sum(m**2))
    assert predicted.nc3_raw_uncentred == pytest.approx(np.sqrt(max(2 - 2 * c, 0)), abs=1e-7)


@pytest.mark.parametrize("K", [2, 3, 4, 7])
def test_equal_classes_collapse_to_a_simplex_and_raw_nc3_does_not_vanish(K):
    predicted = predict([5] * K, beta=0.3)
    assert predicted.equinorm == pytest.approx(0, abs=EXACT)
    assert predicted.angle_spread == pytest.approx(0, abs=EXACT)
    assert predicted.nc3_centred == pytest.approx(0, abs=EXACT)
    assert predicted.nc3_raw_uncentred == pytest.approx(0, abs=EXACT)
    assert predicted.nc3_raw_centred == pytest.approx(np.sqrt(2 - 2 * np.sqrt((K - 1) / K)), abs=EXACT)
    directions = predicted.centred_means / predicted.centred_norms[:, None]
    assert np.allclose(directions @ directions.T, simplex_etf(K) @ simplex_etf(K).T, atol=EXACT)


@pytest.mark.parametrize(
    ("counts", "beta", "equinorm", "cosines", "nc3"),
    [
        ((4, 4, 4), 0.2, 0, (-0.5, -0.5), (0.60581, 0, 0)),
        ((5, 5, 5, 5), 0.2, 0, (-0.33333, -0.33333), (0.51764, 0, 0)),
        ((6, 3, 1), 0.2, 0.07821, (-0.61958, -0.32297), (0.68591, 0.35599, 0.35599)),
        ((7, 2), 0.2, 0, (-1, -1), (0.80767, 0.30678, 0.30678)),
    ],
)
def test_table_of_the_optimum(counts, beta, equinorm, cosines, nc3):
    predicted = predict(counts, beta=beta)
    off = predicted.cosines[~np.eye(len(counts), dtype=bool)]
    assert predicted.equinorm == pytest.approx(equinorm, abs=1e-5)
    assert (off.min(), off.max()) == pytest.approx(cosines, abs=1e-5)
    found = predicted.nc3_raw_centred, predicted.nc3_raw_uncentred, predicted.nc3_centred
    assert found == pytest.approx(nc3, abs=1e-5)


def test_small_classes_are_less_confident():
    predicted = predict([6, 3, 1], beta=0.2)
    assert np.allclose(predicted.outputs, 1 - 0.2 / np.sqrt([6, 3, 1]))


# Vanished classes


def test_a_vanished_class_is_masked_and_costs_accuracy_but_not_the_nearest_mean():
    measured, _ = optimum([6, 3, 1], 1.2)
    assert measured.compared.tolist() == [0, 1]
    assert measured.nc4 == pytest.approx(0.9)
    assert measured.accuracy == pytest.approx(0.9)
    assert measured.nearest_mean_accuracy == pytest.approx(1.0)
    alone = predict([6, 3], beta=1.2)
    agree(measured, alone, EXACT)


def test_kept_in_a_vanished_class_stands_opposite_to_the_mean_of_all():
    Y = one_hot([6, 3, 1])
    found = batch_norm.solve(Y, beta=1.2)
    kept = metrics(found.features, Y, found.weights[1], keep_vanished=True)
    off = kept.cosines[~np.eye(3, dtype=bool)]
    assert kept.equinorm == pytest.approx(0.199, abs=THREE_DIGITS)
    assert (off.min(), off.max()) == pytest.approx((-0.801, -0.246), abs=THREE_DIGITS)
    assert kept.nc3_raw_centred == pytest.approx(0.62431, abs=1e-5)
    assert kept.nc3_raw_uncentred == pytest.approx(0.16693, abs=1e-5)


def test_two_vanished_classes_cannot_be_told_apart():
    measured, _ = optimum([9, 1, 1], 1.5)
    assert measured.nearest_mean_accuracy == pytest.approx(10 / 11)
    assert measured.nc1 is None
    assert measured.equinorm is None


@given(counts=st.lists(st.integers(0, 6), min_size=2, max_size=5).filter(lambda c: sum(c) >= 2), beta=st.floats(0, 5))
@settings(max_examples=60, deadline=None)
def test_any_class_sizes_and_weight_decay_have_numbers_or_none(counts, beta):
    measured, _ = optimum(counts, beta)
    predicted = predict(counts, beta=beta)
    # Next to its threshold a class is so short that it already counts as vanished.
    if len(measured.compared) == len(predicted.compared):
        agree(measured, predicted, 1e-6)
    for name in (*GEOMETRY, "nc1", "nc4", "accuracy"):
        value = getattr(measured, name)
        assert value is None or np.isfinite(value)


# Invariances of the metrics


@given(seed=st.integers(0, 10_000), scale=st.floats(1e-3, 1e3))
@settings(max_examples=40, deadline=None)
def test_rotation_and_scale_of_feature_space_change_nothing(seed, scale):
    rng = np.random.default_rng(seed)
    H, labels, W = np.abs(rng.normal(size=(12, 6))), np.arange(12) % 3, rng.normal(size=(6, 3))
    rotation = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    before, after = metrics(H, labels, W), metrics(scale * H @ rotation, labels, rotation.T @ W / scale)
    for name in (*GEOMETRY, "nc1", "nc4", "accuracy", "nearest_mean_accuracy"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), rel=1e-6, abs=1e-9)


def test_nc1_is_the_trace_of_within_over_between():
    rng = np.random.default_rng(3)
    H, labels = rng.normal(size=(30, 4)), np.arange(30) % 3
    means = np.array([H[labels == k].mean(axis=0) for k in range(3)])
    within = np.mean([np.outer(h - means[k], h - means[k]) for h, k in zip(H, labels, strict=True)], axis=0)
    centred = means - means.mean(axis=0)
    between = centred.T @ centred / 3
    expected = np.trace(within @ np.linalg.pinv(between, rcond=1e-10)) / 3
    assert metrics(H, labels, np.ones((4, 3))).nc1 == pytest.approx(expected)


def test_shifting_a_class_away_from_its_own_mean_is_seen_by_nc1_only():
    found = batch_norm.solve(one_hot([4, 4]), beta=0.2)
    noise = np.zeros_like(found.features)
    noise[:2, 0] = [0.1, -0.1]
    measured = metrics(found.features + noise, one_hot([4, 4]), found.weights[1])
    assert measured.nc1 > 1e-4
    assert measured.nc3_raw_uncentred == pytest.approx(0, abs=EXACT)


# Trained networks


@pytest.mark.parametrize(
    ("counts", "beta", "depth"), [*((*case, 2) for case in CASES), ((4, 4, 4), 0.2, 3), ((6, 3, 1), 0.2, 3)]
)
def test_trained_batch_norm_networks_collapse_as_predicted(counts, beta, depth):
    Y = one_hot(counts)
    n = len(Y)
    X = np.random.default_rng(1).normal(size=(n, n + 2))
    width = 6 * len(counts) if depth == 2 else 3 * n
    *_, last = fit(FitProblem(X, Y, beta, "batch_norm", depth=depth, width=width, restarts=2, steps=500, polish=800))
    measured = metrics(last.hidden, Y, last.weights[-1])
    agree(measured, predict(counts, beta=beta), THREE_DIGITS)
    assert measured.nc1 == pytest.approx(0, abs=THREE_DIGITS)
    assert measured.nc4 == pytest.approx(0.9 if beta == 1.2 and 1 in counts else 1.0)


def test_trained_standard_network_on_whitened_data_collapses_in_both_hidden_layers():
    Y = one_hot([4, 4, 4])
    X = np.linalg.qr(np.random.default_rng(0).normal(size=(14, 12)))[0].T
    *_, last = fit(FitProblem(X, Y, 0.1, "relu", depth=3, width=13, restarts=6, steps=2000, polish=800))
    _, first, second = last.network.layers(X)
    for features in (first, second):
        measured = metrics(features, Y, last.weights[-1] if features is second else np.zeros((features.shape[1], 3)))
        assert measured.nc1 == pytest.approx(0, abs=THREE_DIGITS)
        assert measured.angle_spread == pytest.approx(0, abs=2e-3)
    assert measured.nc3_raw_centred == pytest.approx(0.6058, abs=2e-3)


# The simplex


@pytest.mark.parametrize("K", [2, 3, 4, 5, 9])
def test_simplex_frame_has_equal_norms_and_angles_and_sums_to_zero(K):
    gram = simplex_etf(K) @ simplex_etf(K).T
    assert np.allclose(gram, np.where(np.eye(K), 1, -1 / (K - 1)))
    assert np.allclose(simplex_etf(K).sum(axis=0), 0)
    assert simplex_vertices(K).shape == (K, K - 1)
    assert np.allclose(simplex_vertices(K) @ simplex_vertices(K).T, gram)


@given(seed=st.integers(0, 1000), K=st.integers(2, 4))
@settings(max_examples=30, deadline=None)
def test_aligned_means_keep_all_distances_and_find_a_rotated_target(seed, K):
    rng = np.random.default_rng(seed)
    target = simplex_vertices(K) * 2
    frame = np.linalg.qr(rng.normal(size=(6, 6)))[0][: K - 1]
    means = target @ frame + rng.normal(size=6)
    found, points = aligned_means(means, means[:1], target)
    assert np.allclose(found, target, atol=1e-9)
    assert np.allclose(points, found[:1])
    other = rng.normal(size=(K, 6))
    moved, _ = aligned_means(other, other, target)
    assert np.allclose(moved @ moved.T, (other - other.mean(axis=0)) @ (other - other.mean(axis=0)).T, atol=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: metrics(np.eye(3), [0, 1, 2], np.ones((2, 3))), "2 rows"),
        (lambda: metrics(np.eye(3), [0, 1], np.ones((3, 3))), "2 entries"),
        (lambda: metrics(np.eye(3), [0, 1, 3], np.ones((3, 3))), "0 to 2"),
        (lambda: metrics(np.eye(3), [0, 1, 0.5], np.ones((3, 3))), "whole numbers"),
        (lambda: predict([1.5, 2], beta=1), "whole numbers"),
        (lambda: predict([0, 0], beta=1), "whole numbers"),
        (lambda: predict([2, 2], beta=1, depth=3, scaling="torch"), "depth is 3"),
        (lambda: simplex_etf(1), "K is 1"),
    ],
)
def test_mistakes_are_named(call, words):
    with pytest.raises(InvalidInputError, match=words):
        call()
