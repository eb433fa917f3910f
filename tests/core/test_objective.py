"""Facts about the objective, its dual, and the certificate."""

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.network import Network
from cvxdnn.core.objective import beta_max, certify, network_objective
from cvxdnn.core.spline import LinearSpline, interpolating_spline

EXACT = 1e-12  # relative: a few hundred roundings
FEASIBLE = 1e-9  # relative to beta
SOLVED = 1e-6  # relative gap that the reference solver leaves


def for_all(*strategies):
    """`given`, without a time limit per example: facts do not depend on the machine's load."""
    return lambda fact: settings(deadline=None)(given(*strategies)(fact))


@st.composite
def fits(draw):
    """Points in any order, repeated x included, and the values of a candidate at the distinct x."""
    n = draw(st.integers(1, 7))
    whole = st.integers(-6, 6)
    x, y = (np.array(draw(st.lists(whole, min_size=n, max_size=n)), dtype=float) for _ in range(2))
    distinct = np.unique(x)
    values = draw(st.lists(st.floats(-6, 6), min_size=distinct.size, max_size=distinct.size))
    return x, y, LinearSpline(distinct, values)


betas = st.sampled_from([0.0, 1e-6, 0.01, 0.3, 1.0, 20.0])
either = st.booleans()


def random_data(seed, n):
    rng = np.random.default_rng(seed)
    return rng.permutation(np.cumsum(rng.uniform(0.05, 1.0, n))), rng.normal(size=n)


def dictionary(x):
    """Outputs at x of the rightward and the leftward neurons that bend at the data."""
    steps = np.subtract.outer(x, x)
    return np.hstack([np.maximum(steps, 0), np.maximum(-steps, 0)])


def reference(x, y, beta, skip_connection=False):
    """The Lasso over the dictionary by a conic solver: an objective that is reached, and the function.

    The objective is evaluated from the returned weights, so that it bounds the optimum from above whatever
    the solver's accuracy.
    """
    features = dictionary(x)
    weights, constant, slope = cp.Variable(2 * x.size), cp.Variable(), cp.Variable()
    residual = features @ weights + constant + (slope * x if skip_connection else 0) - y
    problem = cp.Problem(cp.Minimize(cp.sum_squares(residual) / 2 + beta * cp.norm1(weights)))
    problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-13, tol_gap_rel=1e-13, tol_feas=1e-13)
    fitted = y + residual.value
    reached = 0.5 * np.sum((fitted - y) ** 2) + beta * np.abs(weights.value).sum()
    distinct, first = np.unique(x, return_index=True)
    return reached, LinearSpline(distinct, fitted[first])


# Cases solved by hand


@pytest.mark.parametrize("beta", [0, 0.1, 100])
@pytest.mark.parametrize("skip_connection", [False, True])
def test_one_point_is_fitted_for_free(beta, skip_connection):
    exact = certify([3], [2], LinearSpline([0], [2]), beta=beta, skip_connection=skip_connection)
    assert (exact.primal, exact.dual, exact.gap, exact.relative_gap) == (0, 0, 0, 0)
    above = certify([3], [2], LinearSpline([0], [3]), beta=beta, skip_connection=skip_connection)
    assert (above.primal, above.dual, above.relative_gap) == (pytest.approx(0.5, rel=EXACT), 0, pytest.approx(1))
    assert beta_max([3], [2]) == 0


@pytest.mark.parametrize(("gap", "jump"), [(1.0, 1.0), (0.25, -3.0), (7.0, 1e-3)])
@pytest.mark.parametrize("share", [0.1, 0.6, 0.999])
def test_two_points_shrink_towards_their_mean(gap, jump, share):
    """min (jump - m gap)^2 / 4 + beta |m|: each value moves beta / gap towards the mean."""
    x, y = np.array([2, 2 + gap]), np.array([-1, -1 + jump])
    assert beta_max(x, y) == pytest.approx(gap * abs(jump) / 2, rel=EXACT)
    beta = share * beta_max(x, y)
    move = np.sign(jump) * beta / gap
    certificate = certify(x, y, LinearSpline(x, [y[0] + move, y[1] - move]), beta=beta)
    assert certificate.primal == pytest.approx(beta * abs(jump) / gap - (beta / gap) ** 2, rel=EXACT)
    assert abs(certificate.relative_gap) <= EXACT
    assert abs(certificate.tube.c) == pytest.approx(beta, rel=EXACT)  # the end slopes decide
    assert certificate.tube.touching().tolist() == [0, 1]


@pytest.mark.parametrize("beta", [1e-4, 0.1, 0.33])
def test_three_points_in_a_v(beta):
    """Slopes -s and s cost 2 s, the misfit is (1 - s)^2 / 3: s = 1 - 3 beta, and z touches at the bend."""
    x, y = np.array([-1, 0, 1]), np.array([1, 0, 1])
    assert beta_max(x, y) == pytest.approx(1 / 3, rel=EXACT)
    s = 1 - 3 * beta
    bottom = 2 / 3 * (1 - s)
    certificate = certify(x, y, LinearSpline([0], [bottom], -s, s), beta=beta)
    assert certificate.primal == pytest.approx(2 * beta - 3 * beta**2, rel=EXACT)
    assert abs(certificate.relative_gap) <= EXACT
    assert_allclose(certificate.multipliers, [beta, -2 * beta, beta], rtol=1e-9)
    assert_allclose(certificate.tube.z, [0, beta, 0], atol=EXACT)
    assert certificate.tube.half_width == pytest.approx(beta)
    assert certificate.tube.touching().tolist() == [1]


@pytest.mark.parametrize("beta", [1e-4, 0.1, 0.49])
def test_a_repeated_point_weighs_more(beta):
    """The same V with its bottom twice: the misfit is (1 - s)^2 / 2, s = 1 - 2 beta."""
    x, y = np.array([0, 1, 0, -1]), np.array([0, 1, 0, 1])
    assert beta_max(x, y) == pytest.approx(1 / 2, rel=EXACT)
    s = 1 - 2 * beta
    certificate = certify(x, y, LinearSpline([0], [beta], -s, s), beta=beta)
    assert certificate.primal == pytest.approx(2 * beta - 2 * beta**2, rel=EXACT)
    assert abs(certificate.relative_gap) <= EXACT
    assert_allclose(certificate.multipliers, beta * np.array([-1, 1, -1, 1]), rtol=1e-9)


@pytest.mark.parametrize("misfit", [1e-9, 1e-3, 0.1, 3])
def test_a_residual_of_the_right_direction_is_scaled_to_the_best_length(misfit):
    """Whatever its length, (1, -2, 1) proves the optimum of the V: for beta = 1/5 and, unscaled, beyond 1/3."""
    x, y = np.array([-1, 0, 1]), np.array([1, 0, 1])
    f = LinearSpline(x, y - misfit * np.array([1, -2, 1]))
    assert certify(x, y, f, beta=0.2).dual == pytest.approx(0.4 - 0.12, rel=1e-6)
    assert certify(x, y, f, beta=5).dual == pytest.approx(1 / 3, rel=1e-6)


@pytest.mark.parametrize("beta", [1e-4, 0.5, 1.9])
def test_three_points_on_a_line(beta):
    """Slope m costs m, the misfit is (1 - m)^2: m = 1 - beta / 2, and no bend pays within half the tube."""
    x = y = np.array([-1, 0, 1])
    assert beta_max(x, y) == pytest.approx(2, rel=EXACT)
    m = 1 - beta / 2
    certificate = certify(x, y, LinearSpline([0], [0], m, m), beta=beta)
    assert certificate.primal == pytest.approx(beta - beta**2 / 4, rel=EXACT)
    assert abs(certificate.relative_gap) <= EXACT
    assert certificate.tube.c == pytest.approx(beta, rel=1e-9)
    assert_allclose(certificate.tube.z, [beta / 2, 0, -beta / 2], atol=EXACT)
    free = certify(x, y, LinearSpline([0], [0], 1, 1), beta=beta, skip_connection=True)
    assert free.dual == free.relative_gap == 0
    assert free.primal == pytest.approx(0, abs=1e-28)  # the values of a slope are rounded


def test_three_points_in_the_tied_regime():
    """For 2 beta, 0, 1 a single neuron is best: both parts of the path norm are equal, and 0 < c < beta.

    Its values a, a, 1 - beta have misfit beta^2 / 2 + ((a - 2 beta)^2 + a^2) / 2 and cost 1 - beta - a.
    """
    beta = 0.1
    x, y, a = np.array([0, 1, 2]), np.array([2 * beta, 0, 1]), 1.5 * beta
    f = LinearSpline([1], [a], 0, 1 - beta - a)
    assert f.total_variation == f.slopes.sum()
    certificate = certify(x, y, f, beta=beta)
    assert certificate.primal == pytest.approx(beta - 0.75 * beta**2, rel=EXACT)
    assert abs(certificate.relative_gap) <= EXACT
    assert_allclose(certificate.multipliers, [beta / 2, -1.5 * beta, beta], rtol=1e-9)
    assert certificate.tube.c == pytest.approx(beta / 2)
    assert certificate.tube.touching().tolist() == [1]


# Weak duality, and how tight it is


@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_every_candidate_proves_a_bound_below_the_optimum(seed, skip_connection):
    rng = np.random.default_rng(seed)
    x, y = random_data(seed, 2 + seed % 7)
    beta = beta_max(x, y) * 10 ** rng.uniform(-4, 0.1)
    reached, optimum = reference(x, y, beta, skip_connection)
    for distance in (3, 1, 0.1, 1e-3, 1e-6):
        values = optimum.values + distance * rng.normal(size=x.size)
        candidate = LinearSpline(optimum.knots, values, *rng.normal(size=2))
        certificate = certify(x, y, candidate, beta=beta, skip_connection=skip_connection)
        assert certificate.dual <= reached * (1 + EXACT)
        assert certificate.gap >= -EXACT * certificate.primal
        distance = 0.5 * np.sum((candidate(x) - optimum(x)) ** 2)  # the objective is strongly convex
        assert distance <= certificate.gap + SOLVED * certificate.primal


@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_the_optimum_proves_itself(seed, skip_connection):
    x, y = random_data(50 + seed, 3 + seed % 6)
    x, y = np.append(x, x[[0, 0, 1]]), np.append(y, [0.5, -0.5, 0.2])
    beta = beta_max(x, y, skip_connection=skip_connection) * (0.01, 0.1, 0.5)[seed % 3]
    reached, optimum = reference(x, y, beta, skip_connection)
    certificate = certify(x, y, optimum, beta=beta, skip_connection=skip_connection)
    assert certificate.relative_gap <= SOLVED
    assert certificate.primal == pytest.approx(reached, rel=SOLVED)


@pytest.mark.parametrize("seed", range(8))
def test_knots_of_the_optimum_lie_where_z_touches_the_tube(seed):
    """Where the slope rises it touches above, where it falls below; elsewhere nothing bends."""
    x, y = random_data(80 + seed, 8)
    beta = 0.05 * beta_max(x, y)
    _, optimum = reference(x, y, beta)
    certificate = certify(x, y, optimum, beta=beta)
    bends = np.abs(optimum.slope_changes) > 1e-4 * optimum.total_variation
    assert bends.any()
    reached = certificate.tube.z / certificate.tube.half_width
    assert_allclose(reached[bends], np.sign(optimum.slope_changes[bends]), atol=1e-4)


@for_all(fits(), betas, either)
def test_gap_is_never_negative(fit, beta, skip_connection):
    x, y, f = fit
    certificate = certify(x, y, f, beta=beta, skip_connection=skip_connection)
    assert certificate.gap >= -EXACT * max(certificate.primal, y @ y)
    spread = sum(np.sum((y[x == place] - y[x == place].mean()) ** 2) for place in np.unique(x)) / 2
    assert certificate.dual >= spread * (1 - EXACT)  # what no function removes


@pytest.mark.parametrize("offset", [1.0, 1e3, 1e9])
@pytest.mark.parametrize("share", [1.0, 0.5])
@pytest.mark.parametrize("seed", range(6))
def test_a_candidate_off_by_a_line_proves_nothing_false(seed, share, offset):
    """The constant and the skip absorb a line; what round-off leaves of it must not be taken for a residual."""
    rng = np.random.default_rng(seed)
    x, y = random_data(seed, 2 + seed % 4)
    f = interpolating_spline(x, share * y)
    best = interpolating_spline(x, y)
    a, b = offset * rng.normal(size=2)
    tilted = LinearSpline(f.knots, f.values + a + b * f.knots, f.slopes[0] + b, f.slopes[-1] + b)
    beta = 1.0
    for skip_connection, reachable in ((False, best.path_norm), (True, best.total_variation)):
        certificate = certify(x, y, tilted, beta=beta, skip_connection=skip_connection)
        assert certificate.dual <= beta * reachable + EXACT
        multipliers = certificate.multipliers
        assert abs(multipliers.sum()) <= EXACT * np.abs(multipliers).max()


@pytest.mark.parametrize("n", [2, 3, 20])
def test_points_on_a_line_cost_nothing_with_a_skip_connection(n):
    x = np.random.default_rng(n).uniform(size=n)
    y = 0.1 + 0.3 * x
    assert beta_max(x, y, skip_connection=True) == 0
    slope, constant = np.polyfit(x, y, 1)
    certificate = certify(x, y, LinearSpline([0], [constant], slope, slope), beta=1.0, skip_connection=True)
    assert 0 <= certificate.dual <= certificate.primal <= 1e-28


# beta_max


@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_beta_max_is_where_the_best_constant_stops_being_optimal(seed, skip_connection):
    x, y = random_data(seed, 3 + seed)
    slope = np.polyfit(x, y, 1)[0] if skip_connection else 0.0
    constant = np.mean(y - slope * x)
    best = LinearSpline([0], [constant], slope, slope)
    largest = beta_max(x, y, skip_connection=skip_connection)
    for factor in (1, 1.5, 100):
        above = certify(x, y, best, beta=factor * largest, skip_connection=skip_connection)
        assert abs(above.relative_gap) <= EXACT
    below = certify(x, y, best, beta=0.98 * largest, skip_connection=skip_connection)
    assert below.relative_gap > 1e-6
    reached, _ = reference(x, y, 0.98 * largest, skip_connection)
    assert reached < below.primal * (1 - 1e-6)


@pytest.mark.parametrize("value", [0.0, 0.1, -1e5, 1e-12])
def test_constant_data_need_no_weight_decay(value):
    x = np.array([0.0, 0.3, 1, 1])
    assert beta_max(x, np.full(4, value)) == 0
    certificate = certify(x, np.full(4, value), LinearSpline([0], [value]), beta=0.1)
    assert (certificate.primal, certificate.dual) == (0, 0)


def test_beta_max_in_the_units_of_the_data():
    x, y = random_data(0, 9)
    order = np.random.default_rng(1).permutation(9)
    expected = beta_max(x, y)
    assert beta_max(1e3 - 5 * x[order], 2 - 3 * y[order]) == pytest.approx(15 * expected, rel=1e-9)
    assert beta_max(np.tile(x, 4), np.tile(y, 4)) == pytest.approx(4 * expected, rel=EXACT)


# Invariances


def transformed(f, x_shift=0.0, x_scale=1.0, y_shift=0.0, y_scale=1.0):
    """The spline whose graph is that of f with (t, v) moved to (x_scale t + x_shift, y_scale v + y_shift)."""
    order = slice(None) if x_scale > 0 else slice(None, None, -1)
    slopes = f.slopes[[0, -1]][order] * y_scale / x_scale
    return LinearSpline((x_scale * f.knots + x_shift)[order], (y_scale * f.values + y_shift)[order], *slopes)


@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize(
    ("move", "beta_factor", "objective_factor"),
    [
        ({"x_shift": -40.0}, 1, 1),
        ({"y_shift": 40.0}, 1, 1),
        ({"y_scale": -3.0}, 3, 9),
        ({"y_scale": 1e-8}, 1e-8, 1e-16),
        ({"x_scale": -1.0}, 1, 1),
        ({"x_scale": 250.0}, 250, 1),
        ({"x_scale": 1e-9}, 1e-9, 1),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_certificate_follows_the_units(seed, move, beta_factor, objective_factor, skip_connection):
    x, y = random_data(seed, 6)
    x, y = np.append(x, x[:2]), np.append(y, [0.5, -0.5])
    beta = 0.1 * beta_max(x, y)
    f = interpolating_spline(x, 0.8 * y)
    moved_x = move.get("x_scale", 1) * x + move.get("x_shift", 0)
    moved_y = move.get("y_scale", 1) * y + move.get("y_shift", 0)
    options = {"skip_connection": skip_connection}
    here = certify(x, y, f, beta=beta, **options)
    there = certify(moved_x, moved_y, transformed(f, **move), beta=beta_factor * beta, **options)
    assert_allclose([there.primal, there.dual], np.array([here.primal, here.dual]) * objective_factor, rtol=1e-9)
    scale = move.get("y_scale", 1)
    assert_allclose(there.multipliers, scale * here.multipliers, atol=1e-9 * abs(scale))


@for_all(fits(), betas, either, st.randoms(use_true_random=False))
def test_order_of_the_points_does_not_matter(fit, beta, skip_connection, random):
    x, y, f = fit
    order = list(range(x.size))
    random.shuffle(order)
    here = certify(x, y, f, beta=beta, skip_connection=skip_connection)
    there = certify(x[order], y[order], f, beta=beta, skip_connection=skip_connection)
    scale = 1 + y @ y + here.primal
    assert_allclose([there.primal, there.dual], [here.primal, here.dual], atol=1e-10 * scale)
    assert_allclose(there.multipliers, here.multipliers[order], atol=1e-9 * scale)


@pytest.mark.parametrize("skip_connection", [False, True])
def test_repeating_all_points_multiplies_everything(skip_connection):
    x, y = random_data(3, 7)
    f = interpolating_spline(x, 0.8 * y)
    once = certify(x, y, f, beta=0.05, skip_connection=skip_connection)
    thrice = certify(np.tile(x, 3), np.tile(y, 3), f, beta=0.15, skip_connection=skip_connection)
    assert_allclose([thrice.primal, thrice.dual], [3 * once.primal, 3 * once.dual], rtol=EXACT)
    assert_allclose(thrice.multipliers, np.tile(once.multipliers, 3), atol=EXACT)
    assert_allclose(thrice.tube.z, 3 * once.tube.z, atol=EXACT)


@for_all(fits(), betas)
def test_repeated_inputs_count_in_the_loss_one_by_one(fit, beta):
    x, y, f = fit
    certificate = certify(x, y, f, beta=beta)
    loss = 0.5 * np.sum((f(x) - y) ** 2)
    assert certificate.primal == pytest.approx(loss + beta * f.path_norm, rel=1e-9, abs=1e-12)
    value = certificate.multipliers @ y - 0.5 * certificate.multipliers @ certificate.multipliers
    assert certificate.dual == pytest.approx(value, rel=1e-9, abs=1e-9)


# The tube and the multipliers


@for_all(fits(), betas, either)
def test_z_is_the_double_integral_of_the_multipliers(fit, beta, skip_connection):
    x, y, f = fit
    certificate = certify(x, y, f, beta=beta, skip_connection=skip_connection)
    tube, multipliers = certificate.tube, certificate.multipliers
    c = multipliers @ x
    t = np.linspace(x.min() - 3, x.max() + 3, 61)
    t = np.concatenate([t, x])
    direct = np.maximum(np.subtract.outer(x, t), 0).T @ multipliers - c / 2
    scale = 1e-10 * (1 + np.abs(multipliers).sum())
    assert_allclose(np.interp(t, tube.x, tube.z), direct, atol=scale)  # constant c/2 and -c/2 outside
    assert_allclose([tube.c, tube.half_width], [c, beta - abs(c) / 2], atol=scale)


@for_all(fits(), betas, either)
def test_multipliers_are_feasible_for_the_dictionary(fit, beta, skip_connection):
    """They sum to zero and no neuron, wherever it bends, gains more than beta."""
    x, y, f = fit
    certificate = certify(x, y, f, beta=beta, skip_connection=skip_connection)
    multipliers = certificate.multipliers
    assert multipliers.shape == x.shape
    size = 1e-12 * (1 + np.abs(multipliers).sum())
    assert abs(multipliers.sum()) <= size
    t = np.linspace(x.min() - 3, x.max() + 3, 41)
    steps = np.subtract.outer(x, np.append(t, x))
    for features in (dictionary(x), np.maximum(steps, 0), np.maximum(-steps, 0)):
        assert np.abs(features.T @ multipliers).max() <= beta * (1 + FEASIBLE) + 10 * size
    assert certificate.tube.fits
    if skip_connection:
        assert abs(multipliers @ x) <= 10 * size


def test_a_better_dual_is_used_and_a_worse_one_is_not():
    x, y = random_data(4, 8)
    beta = 0.1 * beta_max(x, y)
    _, optimum = reference(x, y, beta)
    good = certify(x, y, optimum, beta=beta)
    poor_fit = LinearSpline([0], [y.mean()])
    alone = certify(x, y, poor_fit, beta=beta)
    helped = certify(x, y, poor_fit, beta=beta, dual=good.multipliers)
    assert alone.dual < 0.99 * good.dual
    assert helped.dual == pytest.approx(good.dual, rel=1e-9)
    assert helped.primal == alone.primal
    assert_allclose(helped.multipliers, good.multipliers, rtol=1e-6, atol=1e-9)
    for useless in (np.zeros(8), -good.multipliers, np.ones(8)):
        assert certify(x, y, optimum, beta=beta, dual=useless).dual == good.dual
    too_large = certify(x, y, poor_fit, beta=beta, dual=50 * good.multipliers)
    assert too_large.dual == pytest.approx(good.dual, rel=1e-3)  # scaled back into the tube
    assert too_large.tube.fits


# Networks and callables


X = np.array([-1.0, 0, 1])
V = np.array([1.0, 0, 1])


def v_network(stretch=1.0, **changes):
    """0.3 + 0.7 |x| with two neurons; stretch != 1 leaves their layers out of balance."""
    root = np.sqrt([[0.7, 0.7]])
    return Network((stretch * root * [1, -1], root.T / stretch), (np.zeros(2), [0.3]), **changes)


DEEP = Network([np.ones((1, 1))] * 3, [np.zeros(1)] * 3)


def test_a_network_is_charged_the_weights_it_has():
    beta = 0.1
    network = v_network()
    by_network = certify(X, V, network, beta=beta)
    by_spline = certify(X, V, network.to_spline(), beta=beta)
    assert by_network.primal == pytest.approx(by_spline.primal, rel=EXACT)
    assert by_network.gap == pytest.approx(0.015, rel=1e-9)  # the optimum is 0.17, at 0.2 + 0.7 |x|
    assert by_network.primal == pytest.approx(0.185, rel=EXACT)
    unbalanced = certify(X, V, v_network(stretch=2), beta=beta)
    assert unbalanced.dual == pytest.approx(by_network.dual, rel=EXACT)
    assert unbalanced.primal - by_network.primal == pytest.approx(beta / 2 * 1.4 * (4 + 1 / 4 - 2), rel=EXACT)


def test_network_objective_is_the_one_that_training_reports():
    network = v_network(stretch=2)
    assert certify(X, V, network, beta=0.1).primal == pytest.approx(network_objective(network, X, V, beta=0.1))
    misfit = 0.5 * 0.3**2
    assert network_objective(network, X, V, beta=0.1) == pytest.approx(misfit + 0.05 * network.parameters_norm)


def test_a_callable_is_charged_the_path_norm_given_with_it():
    f = LinearSpline([0], [0.3], -0.7, 0.7)
    by_spline = certify(X, V, f, beta=0.1)
    by_callable = certify(X, V, lambda x: 0.3 + 0.7 * np.abs(x), beta=0.1, path_norm=1.4)
    assert_allclose([by_callable.primal, by_callable.dual], [by_spline.primal, by_spline.dual], rtol=EXACT)


@for_all(fits(), st.floats(-0.9, 1), st.booleans())
def test_no_function_has_a_smaller_path_norm_than_the_spline_through_its_values(fit, share, skip_connection):
    x, y, f = fit
    spline = interpolating_spline(x, f(x))
    inside = spline.restricted(x.min(), x.max()) if np.ptp(x) > 0 else LinearSpline([0], [0])
    least = inside.total_variation if skip_connection else inside.path_norm
    options = {"beta": 0.1, "path_norm": least * (1 + share), "skip_connection": skip_connection}
    if share < -0.01 and least > 1e-3:
        with pytest.raises(InvalidInputError, match=r"path_norm is .*; every function with these values f\(x\) has"):
            certify(x, y, lambda t: f(t), **options)
    elif share >= 0:
        assert certify(x, y, lambda t: f(t), **options).gap >= -EXACT * max(1.0, y @ y)


def test_a_path_norm_that_rounding_makes_too_small_is_no_mistake():
    """Values of size 1e6 at inputs 1e-9 apart: their last digits are slopes of a tenth."""
    x = np.array([0.0, 1e-9, 2e-9, 1.0])
    assert certify(x, 1e6 + x, lambda t: 1e6 + t, beta=0.1, path_norm=1.0).primal == pytest.approx(0.1)


def test_what_has_its_own_path_norm_is_given_none():
    with pytest.raises(InvalidInputError, match="path_norm is 2; a LinearSpline has its own"):
        certify(X, V, LinearSpline([0], [0.3], -0.7, 0.7), beta=0.1, path_norm=2)
    with pytest.raises(InvalidInputError, match="f is 'abs'; pass a LinearSpline, a network or a callable"):
        certify(X, V, "abs", beta=0.1, path_norm=2)


def test_bends_outside_the_data_are_not_charged():
    plain = LinearSpline([0], [0.3], -0.7, 0.7)
    winged = LinearSpline([-9, 0, 9], plain([-9, 0, 9]), 5, -5)
    assert certify(X, V, winged, beta=0.1).primal == pytest.approx(certify(X, V, plain, beta=0.1).primal)


def not_a_number(x):
    return np.full(np.shape(x), np.nan)


@pytest.mark.parametrize(
    ("f", "options", "names"),
    [
        (np.abs, {"beta": 0.1}, "path_norm"),
        (np.abs, {"beta": 0.1, "path_norm": -1}, "path_norm"),
        (np.abs, {"beta": -0.1, "path_norm": 2}, "beta"),
        (np.abs, {"beta": np.nan, "path_norm": 2}, "beta"),
        (np.abs, {"beta": 0.1, "path_norm": 2, "loss": "hinge"}, "loss.*squared"),
        (np.abs, {"beta": 0.1, "path_norm": 2, "dual": [0, 0]}, "dual has 2 values for 3 points"),
        (np.abs, {"beta": 0.1, "path_norm": 2, "dual": [0, np.inf, 0]}, r"dual\[1\]"),
        (not_a_number, {"beta": 0.1, "path_norm": 2}, r"f\(x\)\[0\] is nan"),
        (lambda x: x[:2], {"beta": 0.1, "path_norm": 2}, r"f\(x\) has 2 values for 3 inputs"),
        (lambda x: 1e200 * x, {"beta": 0.1, "path_norm": 2}, r"f\(x\)\[.*rescale"),
        (DEEP, {"beta": 0.1}, "depth 3"),
        (v_network(skip=0.5), {"beta": 0.1}, "skip_connection=True"),
        (v_network(stretch=1e200), {"beta": 0.1}, "parameters_norm"),
    ],
)
def test_mistakes_are_refused_by_name(f, options, names):
    with pytest.raises(InvalidInputError, match=names):
        certify(X, V, f, **options)


def test_a_skip_connection_may_be_used_where_the_model_has_one():
    tilted = v_network(skip=0.5)
    certificate = certify(X, V + 0.5 * X, tilted, beta=0.1, skip_connection=True)
    assert certificate.primal == pytest.approx(certify(X, V, v_network(), beta=0.1).primal)
    assert certificate.tube.c == pytest.approx(0, abs=EXACT)
