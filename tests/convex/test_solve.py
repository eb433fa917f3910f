"""The two-layer optimum: hand-solvable cases, independent formulations, certificates, invariances."""

import numpy as np
import pytest

from cvxdnn import PRESETS, LinearSpline, Status, beta_max, certify, load_preset, solve
from cvxdnn.convex import working_set
from cvxdnn.convex.dictionary import solve_lasso
from cvxdnn.convex.problem import unit_problem
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.spline import interpolating_spline, merge_points

CERTIFIED = 1e-6
AGREEMENT = 1e-6


def random_problem(seed):
    """n = 2..40 points on two kinds of trend, and a weight decay from 1e-4 to 10 times beta_max."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 41))
    x = rng.uniform(0, 1, n)
    y = rng.normal(size=n) + (5 * x if seed % 2 else 0)
    return x, y, beta_max(x, y) * 10 ** rng.uniform(-4, 1)


@pytest.mark.parametrize("seed", range(200))
def test_dictionary_and_banded_form_agree(seed):
    x, y, beta = random_problem(seed)
    banded = solve(x, y, beta=beta, method="banded")
    dictionary = solve(x, y, beta=beta, method="dictionary")
    assert banded.relative_gap <= CERTIFIED
    assert dictionary.relative_gap <= CERTIFIED
    assert banded.objective == pytest.approx(dictionary.objective, rel=AGREEMENT)
    problem = unit_problem(merge_points(x, y), beta, False)
    l1_norm = solve_lasso(problem).l1_norm * problem.units.y_scale / problem.units.x_scale
    scale = banded.objective / beta  # l1 norms below 1e-6 of this do not show in the objective
    assert banded.path_norm == pytest.approx(l1_norm, rel=AGREEMENT, abs=AGREEMENT * scale)


@pytest.mark.parametrize("share", [1e-4, 1e-3, 1e-2, 1e-1, 0.9, 1.0, 10.0])
@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_is_certified(name, share):
    data = load_preset(name)
    solution = solve(data.x, data.y, beta=share * beta_max(data.x, data.y))
    assert solution.status is Status.OPTIMAL
    assert solution.relative_gap <= CERTIFIED
    assert solution.objective == pytest.approx(solution.loss + solution.penalty, rel=1e-12)


@pytest.mark.parametrize("share", [1e-3, 1e-1])
def test_duplicated_inputs_agree_with_the_dictionary(share):
    data = load_preset("motorcycle")
    assert np.unique(data.x).size == 94
    beta = share * beta_max(data.x, data.y)
    banded = solve(data.x, data.y, beta=beta, method="banded")
    dictionary = solve(data.x, data.y, beta=beta, method="dictionary")
    assert dictionary.relative_gap <= CERTIFIED
    assert banded.objective == pytest.approx(dictionary.objective, rel=AGREEMENT)


def test_two_points_are_a_soft_threshold():
    # With k = f(1) - f(0): min 1/4 (k - 1)^2 + beta |k|, because the path norm of a line is half of |m + m|.
    solution = solve([0, 1], [0, 1], beta=0.1)
    assert solution.spline([0, 1]) == pytest.approx([0.1, 0.9], abs=1e-12)
    assert solution.path_norm == pytest.approx(0.8, abs=1e-12)
    assert solution.objective == pytest.approx(0.1**2 + 0.1 * 0.8, abs=1e-12)


def test_three_points_on_a_tent_shrink_symmetrically():
    # Slopes +s and -s: R = TV = 2s. The mean is free; fitted values are (m, m + s, m) around (0, 1, 0).
    # min over s of 1/2 * (2/3) (1 - s)^2 + 2 beta s  gives  s = 1 - 3 beta.
    solution = solve([0, 1, 2], [0, 1, 0], beta=0.1)
    assert solution.path_norm == pytest.approx(2 * 0.7, abs=1e-12)
    assert solution.knots == pytest.approx([1.0])


def test_one_point_and_constant_data_are_fitted_exactly():
    assert solve([3], [7], beta=0.5).objective == 0.0
    flat = solve([0, 1, 5], [2, 2, 2], beta=0.5)
    assert flat.objective == pytest.approx(0.0, abs=1e-20)
    assert flat.knots.size == 0


def test_equal_x_with_different_y_gives_their_mean():
    solution = solve([1, 1, 1], [0, 1, 5], beta=0.3)
    assert solution.spline([1])[0] == pytest.approx(2.0)
    assert solution.objective == pytest.approx(0.5 * (4 + 1 + 9))
    assert solution.gap == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("factor", [1.0, 1.5, 100.0, 1e15])
def test_above_beta_max_the_mean_is_optimal(factor):
    x, y, _ = random_problem(3)
    solution = solve(x, y, beta=factor * beta_max(x, y))
    assert solution.spline(x) == pytest.approx(np.full(x.size, y.mean()), abs=1e-9)
    assert solution.path_norm == 0
    assert solution.knots.size == 0
    assert solution.relative_gap <= 1e-9


def test_just_below_beta_max_the_mean_is_not_optimal():
    x, y, _ = random_problem(3)
    assert solve(x, y, beta=0.99 * beta_max(x, y)).path_norm > 0


def test_beta_zero_is_the_interpolating_spline():
    x, y, _ = random_problem(5)
    solution = solve(x, y, beta=0)
    assert solution.status is Status.INTERPOLATES
    assert solution.objective == 0.0
    assert solution.gap == 0.0
    assert solution.path_norm == pytest.approx(interpolating_spline(x, y).path_norm)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("skip_connection", [False, True])
def test_closed_form_network_attains_the_optimum(seed, skip_connection):
    x, y, beta = random_problem(seed)
    solution = solve(x, y, beta=beta, skip_connection=skip_connection)
    network = solution.network()
    assert network.depth == 2
    assert network(x) == pytest.approx(solution.spline(x), abs=1e-9)
    objective = 0.5 * np.sum((network(x) - y) ** 2) + 0.5 * beta * network.parameters_norm
    assert objective == pytest.approx(solution.objective, rel=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_skip_connection_penalises_the_total_variation_only(seed):
    x, y, _ = random_problem(seed)
    # The largest beta with a skip connection is the one at which the least squares line wins.
    assert np.unique(x).size > 2
    beta = 0.1 * beta_max(x, y, skip_connection=True)
    banded = solve(x, y, beta=beta, skip_connection=True)
    dictionary = solve(x, y, beta=beta, skip_connection=True, method="dictionary")
    assert banded.relative_gap <= CERTIFIED
    assert banded.objective == pytest.approx(dictionary.objective, rel=AGREEMENT)
    tilted = solve(x, y + 3 * x, beta=beta, skip_connection=True)
    assert tilted.objective == pytest.approx(banded.objective, rel=1e-6)


def test_with_a_skip_connection_lines_are_free():
    x = np.linspace(0, 1, 7)
    solution = solve(x, 4 * x - 1, beta=0.1, skip_connection=True)
    assert solution.objective == pytest.approx(0.0, abs=1e-20)


@pytest.mark.parametrize("n", [1, 2, 3, 50, 300])
@pytest.mark.parametrize("beta", [1e-12, 1.0])
def test_points_on_a_line_are_fitted_exactly_with_a_skip_connection(n, beta):
    x = np.random.default_rng(n).uniform(size=n)
    solution = solve(x, 0.1 - 3.3 * x, beta=beta, skip_connection=True)
    assert solution.status is Status.OPTIMAL
    assert solution.relative_gap == 0


@pytest.mark.parametrize("share", [1e-9, 1e-11])
def test_ten_thousand_knots_in_a_narrow_tube_are_certified(share):
    rng = np.random.default_rng(0)
    x = np.arange(12_000) / 12_000
    y = np.sin(9 * x) + rng.normal(size=x.size)
    solution = solve(x, y, beta=share * beta_max(x, y))
    assert solution.knots.size > 10_000
    assert solution.relative_gap <= 1e-10
    again = certify(x, y, solution.spline, beta=solution.beta, dual=solution.dual)
    assert again.relative_gap <= 1e-10
    # Residuals are rounded as y is; laid on the wall that they miss by rounding, they show it all the same.
    assert certify(x, y, solution.spline, beta=solution.beta).relative_gap <= 1e-9


@pytest.mark.parametrize("share", [1e-2, 1e-4, 1e-6])
def test_an_unfinished_working_set_costs_no_certainty(monkeypatch, share):
    x, y = np.sort(np.random.default_rng(0).uniform(size=400)), np.random.default_rng(1).normal(size=400)
    beta = share * beta_max(x, y)
    expected = solve(x, y, beta=beta).objective
    monkeypatch.setattr(working_set, "COARSE", 8)
    monkeypatch.setattr(working_set, "MAX_ROUNDS", 1)
    hindered = solve(x, y, beta=beta)
    assert hindered.objective - hindered.gap <= expected * (1 + AGREEMENT)
    assert expected <= hindered.objective * (1 + AGREEMENT)


@pytest.mark.parametrize("seed", range(10))
def test_shift_scale_and_order_do_not_matter(seed):
    x, y, beta = random_problem(seed)
    base = solve(x, y, beta=beta)
    rng = np.random.default_rng(seed)
    order = rng.permutation(x.size)
    shuffled = solve(x[order], y[order], beta=beta)
    assert shuffled.objective == pytest.approx(base.objective, rel=1e-9)
    assert shuffled.dual == pytest.approx(base.dual[order], abs=1e-6 * np.abs(base.dual).max())
    moved = solve(x + 1e3, y - 50, beta=beta)
    assert moved.objective == pytest.approx(base.objective, rel=1e-7)
    # Scaling x by a and y by b scales slopes by b / a, so beta b a leaves the problem the same.
    scaled = solve(1e-12 * x, 1e6 * y, beta=1e6 * 1e-12 * beta)
    assert scaled.objective == pytest.approx(1e12 * base.objective, rel=1e-7)
    mirrored = solve(-x, -y, beta=beta)
    assert mirrored.objective == pytest.approx(base.objective, rel=1e-9)


def test_a_duplicated_data_set_doubles_loss_and_needs_twice_the_weight_decay():
    x, y, beta = random_problem(7)
    once = solve(x, y, beta=beta)
    twice = solve(np.repeat(x, 2), np.repeat(y, 2), beta=2 * beta)
    assert twice.objective == pytest.approx(2 * once.objective, rel=1e-9)
    assert twice.dual.size == 2 * x.size


def test_knots_sit_where_the_certificate_touches_the_wall():
    data = load_preset("zigzag")
    solution = solve(data.x, data.y, beta=0.02 * beta_max(data.x, data.y))
    tube = certify(data.x, data.y, solution.spline, beta=solution.beta).tube
    touching = tube.x[tube.touching(1e-8)]
    assert solution.knots.size > 0
    for knot in solution.knots:
        assert np.abs(touching - knot).min() <= 1e-12
    for knot, change in zip(solution.spline.knots, solution.spline.slope_changes, strict=True):
        assert np.sign(tube.z[np.argmin(np.abs(tube.x - knot))]) == np.sign(change)


@pytest.mark.parametrize("seed", range(5))
def test_no_other_spline_is_better(seed):
    x, y, beta = random_problem(seed)
    solution = solve(x, y, beta=beta)
    rng = np.random.default_rng(seed)
    for _ in range(50):
        nudged = LinearSpline(np.sort(x), solution.spline(np.sort(x)) + 1e-3 * rng.normal(size=x.size))
        assert certify(x, y, nudged, beta=beta).primal >= solution.objective - solution.gap


def test_multipliers_are_one_per_point_and_sum_to_zero():
    data = load_preset("motorcycle")
    solution = solve(data.x, data.y, beta=1.0)
    assert solution.dual.shape == data.x.shape
    assert solution.dual.sum() == pytest.approx(0.0, abs=1e-9 * np.abs(solution.dual).sum())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"beta": -1.0}, "beta is -1"),
        ({"beta": np.nan}, "beta is nan"),
        ({"beta": 1.0, "depth": 1}, "depth is 1"),
        ({"beta": 1.0, "loss": "cubic"}, "loss is 'cubic'"),
        ({"beta": 1.0, "method": "magic"}, "method is 'magic'"),
    ],
)
def test_mistakes_are_named(arguments, words):
    with pytest.raises(InvalidInputError, match=words):
        solve([0, 1, 2], [0, 1, 0], **arguments)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [([], [], "x is empty"), ([0, np.inf], [0, 1], r"x\[1\] is inf"), ([0, 1], [0], "x has 2 values")],
)
def test_malformed_points_are_named(x, y, words):
    with pytest.raises(InvalidInputError, match=words):
        solve(x, y, beta=1.0)
