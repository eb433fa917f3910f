"""Facts about the rectified ellipsoid, its hull, the dual set, and the optimum between them."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cvxdnn
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.solution import Status
from cvxdnn.theory import extreme_points
from cvxdnn.theory.extreme_points import SupportFunction, convex_hull, dual_set, ramps, rectified_ellipsoid, solve

EXACT = 1e-12
GAP = 1e-9
SEEDS = range(6)

small = st.integers(-2, 2)
matrices = st.tuples(st.integers(1, 3), st.integers(1, 4)).flatmap(
    lambda shape: st.lists(
        st.lists(small, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    ).map(lambda rows: np.array(rows, dtype=float))
)


def random_problem(seed, n=3, d=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=n)


def unit_vectors(count, d, seed=0):
    u = np.random.default_rng(seed).normal(size=(count, d))
    return u / np.linalg.norm(u, axis=1, keepdims=True)


def features(X, u):
    return np.maximum(u @ X.T, 0)


def plugged_in(X, y, beta, found):
    """The training objective, evaluated from the weights alone."""
    (first, second), (b1, b2) = found.weights, found.biases
    f = np.maximum(X @ first + b1, 0) @ second + b2
    return 0.5 * np.sum((f[:, 0] - y) ** 2) + beta / 2 * (np.sum(first**2) + np.sum(second**2))


# The support function


@given(X=matrices, data=st.data())
@settings(max_examples=60, deadline=None)
def test_support_is_attained_by_a_unit_neuron_and_exceeded_by_none(X, data):
    multiplier = np.array(data.draw(st.lists(small, min_size=len(X), max_size=len(X))), dtype=float)
    support = SupportFunction(X)
    value = float(support(multiplier))
    tried = features(X, unit_vectors(4000, X.shape[1])) @ multiplier
    assert tried.max() <= value + EXACT
    found = support.candidates(multiplier)
    lengths = np.linalg.norm(found.neurons, axis=1)
    assert np.all((np.abs(lengths - 1) < EXACT) | (lengths == 0))
    assert np.allclose(features(X, found.neurons) @ multiplier, found.values, atol=EXACT)
    if X.shape[1] <= 2:  # where random neurons are dense; u = 0 is one, too
        assert max(tried.max(), 0) >= value - 1e-2 * max(np.abs(X).max() * np.abs(multiplier).sum(), 1)


# The optimum


def convex_program(X, y, beta):
    """The same optimum from activation patterns and group norms (Pilanci & Ergen 2020), by a conic solver."""
    cp = pytest.importorskip("cvxpy")
    patterns = {tuple((X @ u > 0).astype(float)) for u in unit_vectors(3000, X.shape[1], seed=1)}
    fitted, norms, constraints = 0, 0, []
    for pattern in patterns:
        D = np.diag(pattern)
        for sign in (1, -1):
            u = cp.Variable(X.shape[1])
            fitted = fitted + sign * D @ X @ u
            norms = norms + cp.norm(u)
            constraints.append((2 * D - np.eye(len(X))) @ X @ u >= 0)
    problem = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(fitted - y) + beta * norms), constraints)
    return problem.solve(solver="CLARABEL")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("n", "d"), [(2, 2), (3, 2), (3, 3)])
def test_optimum_agrees_with_the_convex_program_over_activation_patterns(seed, n, d):
    X, y = random_problem(seed, n, d)
    found = solve(X, y, beta=0.2)
    assert found.objective == pytest.approx(convex_program(X, y, 0.2), rel=1e-6)
    assert found.relative_gap <= EXACT


@pytest.mark.parametrize("seed", SEEDS)
def test_weights_reproduce_the_objective_and_the_dual_proves_it(seed):
    X, y = random_problem(seed)
    found = solve(X, y, beta=0.1)
    assert plugged_in(X, y, 0.1, found) == pytest.approx(found.objective, abs=1e-10)
    bound = found.dual @ y - 0.5 * found.dual @ found.dual
    assert found.objective - bound == pytest.approx(found.gap, abs=EXACT)
    assert SupportFunction(X)(np.stack([found.dual, -found.dual])).max() <= 0.1 * (1 + EXACT)
    assert np.allclose(found.fitted, y - found.dual, atol=1e-10)
    assert np.allclose(found(X), found.fitted, atol=EXACT)


@pytest.mark.parametrize("seed", SEEDS)
def test_optimal_neurons_touch_and_are_extreme_points_of_the_hull(seed):
    X, y = random_problem(seed, d=3)
    found = solve(X, y, beta=0.1)
    assert np.allclose(found.touched @ found.dual, 0.1 * found.signs, rtol=1e-7)
    pieces = rectified_ellipsoid(X, resolution=24)
    for feature in found.touched:
        # Together with the rims of all pieces, the touched feature is still a corner.
        own = tuple(int(i) for i in np.flatnonzero(feature > 1e-9))
        added = extreme_points.Piece(own, feature[None] * (feature > 1e-9), np.zeros((0, 3), dtype=int))
        assert convex_hull([*pieces, added]).extreme[-1].all()


@given(X=matrices, data=st.data(), beta=st.sampled_from([1e-3, 0.1, 1.0, 30.0]))
@settings(max_examples=120, deadline=None)
def test_every_optimum_is_certified_also_for_degenerate_data(X, data, beta):
    y = np.array(data.draw(st.lists(small, min_size=len(X), max_size=len(X))), dtype=float)
    found = solve(X, y, beta=beta)
    assert found.status is Status.OPTIMAL
    assert found.relative_gap <= GAP
    assert np.count_nonzero(found.coefficients) <= len(X)
    assert plugged_in(X, y, beta, found) == pytest.approx(found.objective, abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_random_network_is_below_the_optimum(seed):
    X, y = random_problem(seed)
    optimum = solve(X, y, beta=0.3).objective
    rng = np.random.default_rng(seed)
    for _ in range(300):
        first, second = rng.normal(size=(3, 4)), rng.normal(size=4)
        size = 0.5 * (np.sum(first**2) + np.sum(second**2))
        output = np.maximum(X @ first, 0) @ second
        t = np.clip((output @ y - 0.3 * size) / max(output @ output, 1e-12), 0, None)  # the best rescaling
        assert 0.5 * np.sum((t * output - y) ** 2) + 0.3 * t * size >= optimum - GAP


@pytest.mark.parametrize("angle", [1e-3, 1e-6, 1e-9, 1e-11])
@pytest.mark.parametrize("beta", [1e-12, 1e-10, 1e-6])
def test_nearly_parallel_samples_with_opposite_targets_are_told_apart(angle, beta):
    # A neuron at a right angle to one sample sees the other with its sine, and two of them fit both targets.
    X, y = np.array([[1, 0], [np.cos(angle), np.sin(angle)]]), np.array([1.0, -1.0])
    found = extreme_points.solve(X, y, beta=beta)
    sine = np.sin(angle)
    network = min(2 * beta / sine, 1.0)
    assert found.objective - found.gap <= found.objective <= network * (1 + 1e-6)
    assert found.relative_gap <= 1e-6
    assert (found.status.name == "OPTIMAL") == (found.relative_gap <= extreme_points.TOLERANCE)


def test_whitened_samples_give_the_two_channel_formula():
    found = solve(np.eye(2), [3.0, -4.0], beta=1.0)  # (||(y)_+|| - beta) and (||(-y)_+|| - beta)
    assert found.objective == pytest.approx((3 - 0.5) + (4 - 0.5), abs=EXACT)
    assert np.allclose(found.fitted, [2, -3], atol=EXACT)
    same_sign = solve(np.eye(2), [3.0, 4.0], beta=1.0)
    assert same_sign.objective == pytest.approx(5 - 0.5, abs=EXACT)
    assert np.allclose(same_sign.touched, [[0.6, 0.8]], atol=EXACT)


def test_two_opposite_samples_are_two_separate_problems():
    found = solve([[1.0], [-2.0]], [3.0, 4.0], beta=1.0)
    # q = (1, 0) and (0, 2): soft thresholds 3 - 1 and 4 - 1/2
    assert np.allclose(found.fitted, [2.0, 3.5], atol=EXACT)
    assert np.allclose(np.sort(found.touched.ravel()), [0, 0, 1, 2], atol=EXACT)


@pytest.mark.parametrize("seed", SEEDS)
def test_rotating_inputs_reordering_samples_and_rescaling_change_nothing_essential(seed):
    X, y = random_problem(seed)
    value = solve(X, y, beta=0.2).objective
    rotation = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    assert solve(X @ rotation, y, beta=0.2).objective == pytest.approx(value, rel=1e-10)
    assert solve(X[::-1], y[::-1], beta=0.2).objective == pytest.approx(value, rel=1e-10)
    assert solve(1e3 * X, 1e-4 * y, beta=0.2 * 1e-1).objective == pytest.approx(1e-8 * value, rel=1e-10)
    assert solve(X, -y, beta=0.2).objective == pytest.approx(value, rel=1e-10)


@pytest.mark.parametrize(
    ("X", "y"), [(np.zeros((2, 2)), [1.0, 2.0]), (np.eye(2), [0.0, 0.0]), (np.eye(3), [0.1, 0.1, 0.1])]
)
def test_where_no_neuron_pays_the_network_is_zero(X, y):
    found = solve(X, y, beta=0.5)
    assert found.objective == pytest.approx(0.5 * np.sum(np.square(y)), abs=EXACT)
    assert found.weights[0].shape[1] == 0
    assert found.relative_gap == 0


@pytest.mark.parametrize(("size", "beta"), [(1e-90, 1e300), (1e90, 1e179), (1e-90, 1e-181), (1.0, 1e300)])
@pytest.mark.parametrize("bias", [False, True])
def test_data_of_any_size_are_solved(size, beta, bias):
    X = size * np.array([[1.0], [-0.5], [0.2]])
    y = size * np.array([1.0, 0.5, -0.3])
    found = solve(X, y, beta=beta, bias=bias)
    assert found.relative_gap <= GAP
    assert np.isfinite(found.objective)


# One input with biases


@pytest.mark.parametrize("seed", SEEDS)
def test_with_biases_the_optimum_is_that_of_a_dictionary_of_ramps_with_kinks_at_data(seed):
    pytest.importorskip("cvxpy")
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=7), rng.normal(size=7)
    found, spline = solve(x, y, beta=0.05, bias=True), cvxdnn.solve(x, y, beta=0.05, method="dictionary")
    assert found.objective == pytest.approx(spline.objective, rel=1e-7)
    assert found.relative_gap <= GAP
    assert set(found.kinks) <= set(x)
    assert np.allclose(found(x), spline.spline(x), atol=1e-4)
    assert plugged_in(x[:, None], y, 0.05, found) == pytest.approx(found.objective, abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_ramp_that_bends_between_data_is_a_mean_of_its_neighbours(seed):
    x = np.sort(np.random.default_rng(seed).normal(size=3))
    right, left = ramps(x)
    for i, share in product(range(2), (0.2, 0.7)):
        kink = share * x[i] + (1 - share) * x[i + 1]
        assert np.allclose(np.maximum(x - kink, 0), share * right[i] + (1 - share) * right[i + 1], atol=EXACT)
        assert np.allclose(np.maximum(kink - x, 0), share * left[i] + (1 - share) * left[i + 1], atol=EXACT)


@pytest.mark.parametrize("x", [[0.0, 1.0], [0.0, 1.0, 3.0], [2.0, -1.0, 0.5], [1.0, 1.0, 2.0]])
def test_corners_of_the_polytope_are_feasible_and_hold_the_optimal_dual(x):
    y = np.array([0.0, 2.0, -1.0][: len(x)])
    found = solve(x, y, beta=0.2, bias=True)
    corners = dual_set(x, beta=0.2, limit=50.0, bias=True).points
    assert np.allclose(corners.sum(axis=1), 0, atol=EXACT)
    right, left = ramps(x)
    ends = np.abs(np.vstack([right, left]) @ corners.T)
    assert ends.max() <= 0.2 * (1 + 1e-9)
    assert np.all((ends.max(axis=0) > 0.2 * (1 - 1e-9)) | (np.linalg.norm(corners, axis=1) > 49))
    # The dual is the nearest feasible point to y - mean(y): no corner lies beyond it.
    residual = y - y.mean() - found.dual
    assert np.all(corners @ residual <= found.dual @ residual + 1e-9)


def test_one_value_of_x_leaves_the_mean():
    found = solve([2.0, 2.0], [1.0, 3.0], beta=0.1, bias=True)
    assert np.allclose(found.fitted, 2.0)
    assert found.objective == pytest.approx(1.0)


# The set and its hull


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("n", "d"), [(1, 2), (2, 1), (2, 2), (2, 4), (3, 1), (3, 2), (3, 3), (3, 5)])
def test_rims_reach_exactly_as_far_as_the_support_function_says(seed, n, d):
    X, _ = random_problem(seed, n, d)
    rims = np.vstack([np.zeros((1, n)), *(piece.rim for piece in rectified_ellipsoid(X, resolution=64))])
    directions = unit_vectors(200, n)
    support = SupportFunction(X)(directions)
    reached = (rims @ directions.T).max(axis=0)
    scale = np.linalg.norm(X, 2)
    assert np.all(reached <= support + 1e-9 * scale)
    assert np.all(reached >= support - 4e-3 * scale)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("n", "d"), [(2, 2), (3, 2), (3, 3)])
def test_every_rim_point_is_a_feature_of_a_neuron_with_that_pattern(seed, n, d):
    X, _ = random_problem(seed, n, d)
    cp = pytest.importorskip("cvxpy")
    for piece in rectified_ellipsoid(X, resolution=5):
        on, off = list(piece.active), [i for i in range(n) if i not in piece.active]
        for point in piece.rim[:: max(1, len(piece.rim) // 3)]:
            u = cp.Variable(d)
            constraints = [X[on] @ u == point[on]] + ([X[off] @ u <= 0] if off else [])
            shortest = cp.Problem(cp.Minimize(cp.norm(u)), constraints).solve(solver="CLARABEL")
            assert shortest == pytest.approx(1.0, abs=1e-5)


def test_whitened_pair_is_a_quarter_disk_and_all_of_its_arc_is_extreme():
    spike_1, spike_2, arc = rectified_ellipsoid(np.eye(2), resolution=20)
    assert np.allclose(np.linalg.norm(arc.rim, axis=1), 1, atol=EXACT)
    assert np.allclose([spike_1.rim, spike_2.rim], [[[1, 0]], [[0, 1]]])
    assert all(mask.all() for mask in convex_hull([spike_1, spike_2, arc]).extreme)


def test_nearly_opposite_samples_have_spikes_that_hide_the_arc():
    X = np.array([[1.0, 0.0], [-0.9, np.sqrt(1 - 0.81)]])
    pieces = rectified_ellipsoid(X, resolution=20)
    hull = convex_hull(pieces)
    assert [piece.active for piece in pieces] == [(0,), (1,), (0, 1)]
    assert [mask.all() for mask in hull.extreme] == [True, True, False]
    assert not hull.extreme[2].any()
    assert len(hull.facets) == 3  # the origin and two tips


def test_parallel_samples_give_segments():
    (both,) = rectified_ellipsoid([[1.0], [2.0]])
    assert both.active == (0, 1)
    assert np.allclose(both.rim, [[1, 2]])
    first, second = rectified_ellipsoid([[1.0], [-1.0]])
    assert {first.active, second.active} == {(0,), (1,)}


def test_zero_samples_have_no_feature():
    assert rectified_ellipsoid(np.zeros((2, 2))) == ()
    assert convex_hull(()).points.tolist() == [[0, 0]]
    assert all(piece.active == (0,) for piece in rectified_ellipsoid([[1.0, 1.0], [0.0, 0.0]]))


@given(X=matrices)
@settings(max_examples=60, deadline=None)
def test_hull_of_degenerate_data_holds_every_feature(X):
    pieces = rectified_ellipsoid(X, resolution=24)
    hull = convex_hull(pieces)
    assert sum(map(len, hull.extreme)) == sum(len(piece.rim) for piece in pieces)
    extreme = np.vstack([np.zeros((1, hull.points.shape[1])), hull.points[1:][np.concatenate([*hull.extreme, []]) > 0]])
    if pieces:
        directions = unit_vectors(100, len(X))
        reached = (extreme @ directions.T).max(axis=0)
        everything = (features(X, unit_vectors(500, X.shape[1])) @ directions.T).max(axis=0)
        assert np.all(reached >= everything - 2e-2 * np.linalg.norm(X, 2))


# The dual set


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("n", "d"), [(2, 2), (3, 2), (3, 3)])
def test_boundary_of_the_dual_set_is_where_a_feature_touches(seed, n, d):
    X, y = random_problem(seed, n, d)
    shown = dual_set(X, beta=0.3, limit=100.0, resolution=12)
    h = SupportFunction(X)(np.stack([shown.points, -shown.points], axis=1)).max(axis=1)
    assert np.allclose(h[np.abs(shown.points).max(axis=1) < 99], 0.3, rtol=1e-9)
    assert np.all(h <= 0.3 * (1 + 1e-9))
    residual = y - solve(X, y, beta=0.3).dual
    dual = solve(X, y, beta=0.3).dual
    assert np.all(shown.points @ residual <= dual @ residual + 1e-9)


def test_a_zero_sample_leaves_the_dual_set_unbounded_and_the_drawing_cut_off():
    shown = dual_set([[1.0], [0.0]], beta=0.5, limit=3.0)
    assert np.allclose(np.abs(shown.points), [0.5, 3.0])
    assert sorted(shown.active.tolist()) == [0, 0, 1, 1]


def test_two_orthogonal_samples_have_flat_facets_rounded_off_by_the_arc():
    shown = dual_set(np.eye(2), beta=1.0, limit=9.0, resolution=16)
    x, y = shown.points.T
    same_sign = x * y > 1e-9
    assert np.allclose(np.hypot(x, y)[same_sign], 1)  # there the arc touches
    assert np.allclose(np.maximum(np.abs(x), np.abs(y))[~same_sign], 1)  # there a spike does
    assert np.any(np.isclose(x, 1) & np.isclose(y, -1))


@given(X=matrices.filter(lambda X: len(X) > 1), beta=st.sampled_from([0.01, 1.0]))
@settings(max_examples=60, deadline=None)
def test_dual_set_of_degenerate_data_is_feasible(X, beta):
    shown = dual_set(X, beta=beta, limit=5.0, resolution=8)
    support = SupportFunction(X)
    assert np.all(support(np.stack([shown.points, -shown.points], axis=1)) <= beta * (1 + 1e-9))
    assert np.abs(shown.points).max() <= 5.0 * (1 + 1e-9)
    assert len(shown.active) == len(shown.facets)
    ends = np.sum(shown.points[shown.facets] * shown.touching[:, None], axis=2)
    assert np.all(ends <= beta * (1 + 1e-9))


# Mistakes of the caller


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: solve(np.eye(7), np.ones(7), beta=1), "at most 6"),
        (lambda: solve(np.eye(2), [1.0, 2.0], beta=0), "beta is 0"),
        (lambda: solve(np.eye(2), [1.0, 2.0], beta=-1), "beta is -1"),
        (lambda: solve(np.eye(2), [1e9, 2.0], beta=1e-9), "use at least 1e-05"),
        (lambda: solve(np.eye(2), [1.0, 2.0, 3.0], beta=1), "2 rows"),
        (lambda: solve(np.eye(2), [1.0, np.nan], beta=1), "nan"),
        (lambda: solve(np.eye(2), [1.0, 2.0], beta=1, bias=True), "2 columns"),
        (lambda: rectified_ellipsoid(np.eye(4)), "at most 3"),
        (lambda: rectified_ellipsoid(np.eye(2), resolution=1), "resolution is 1"),
        (lambda: dual_set([[1.0]], beta=1, limit=1), "1 samples"),
    ],
)
def test_mistakes_are_named(call, words):
    with pytest.raises(InvalidInputError, match=words):
        call()
