"""The two-layer optimum for other losses: hand-solvable cases, two formulations, certificates, limits, invariances."""

import numpy as np
import pytest

from cvxdnn import PRESETS, LinearSpline, Status, beta_max, certify, load_preset, solve
from cvxdnn.convex.conic import loss_program
from cvxdnn.convex.loss_problem import unit_loss_problem
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import EpsilonInsensitive, Huber, Squared, named
from cvxdnn.core.objective import loss_terms
from cvxdnn.core.spline import interpolating_spline, merge_points

pytestmark = pytest.mark.slow

CERTIFIED = 1e-6
AGREEMENT = 1e-6
SOLVED = 1e-8  # relative, for values that a conic solver found

NUMBERS = ("absolute", "huber", "epsilon_insensitive")
LABELS = ("logistic", "hinge")
BY_LP = ("absolute", "epsilon_insensitive", "hinge")
every_loss = pytest.mark.parametrize("loss", NUMBERS + LABELS)


def random_problem(seed, loss):
    """n = 2..25 points, every third time with repeated inputs, and a weight decay from 1e-4 to 10 times beta_max."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 26))
    x = rng.uniform(size=n)
    if seed % 3 == 2:
        x = np.round(8 * x) / 8
    x[0] += 1  # never all equal
    y = rng.normal(size=n) + (3 * x if seed % 2 else 0)
    if loss in LABELS:
        y = np.where(y > np.median(y), 1.0, -1.0)
        y[:2] = 1, -1
    return x, y, (beta_max(x, y, loss=loss) or 1.0) * 10 ** rng.uniform(-4, 1)


# Two formulations


@every_loss
@pytest.mark.parametrize("seed", range(24))
def test_conic_form_and_dictionary_agree(seed, loss):
    x, y, beta = random_problem(seed, loss)
    conic = solve(x, y, beta=beta, loss=loss)
    dictionary = solve(x, y, beta=beta, loss=loss, method="dictionary")
    assert conic.relative_gap <= CERTIFIED
    assert conic.status is Status.OPTIMAL
    assert dictionary.relative_gap <= CERTIFIED
    assert conic.objective == pytest.approx(dictionary.objective, rel=AGREEMENT)


@every_loss
@pytest.mark.parametrize("seed", range(6))
def test_they_agree_with_a_skip_connection(seed, loss):
    x, y, beta = random_problem(100 + seed, loss)
    x, y = np.append(x, [x.min() - 1, x.max() + 1]), np.append(y, [1, 1])  # no threshold separates labels
    conic = solve(x, y, beta=beta, loss=loss, skip_connection=True)
    dictionary = solve(x, y, beta=beta, loss=loss, skip_connection=True, method="dictionary")
    assert conic.relative_gap <= CERTIFIED
    assert conic.objective == pytest.approx(dictionary.objective, rel=AGREEMENT)
    if loss in NUMBERS:
        tilted = solve(x, y + 3 * x, beta=beta, loss=loss, skip_connection=True)
        assert tilted.objective == pytest.approx(conic.objective, rel=AGREEMENT)


@pytest.mark.parametrize("seed", range(12))
def test_the_conic_form_of_the_squared_loss_agrees_with_the_banded_solver(seed):
    x, y, beta = random_problem(seed, "squared")
    expected = solve(x, y, beta=beta)
    points = merge_points(x, y)
    problem = unit_loss_problem(loss_terms(points, y, Squared()), beta, False)
    program = loss_program(problem.terms, problem.beta, unit=1.0, skip_connection=False)
    answers = program.solve(np.arange(problem.terms.points.x.size))
    objective = problem.factor * min(problem.objective(problem.spline(answer)) for answer in answers)
    assert objective == pytest.approx(expected.objective, rel=SOLVED)


@pytest.mark.parametrize("seed", range(12))
def test_huber_with_a_large_threshold_is_the_squared_loss(seed):
    x, y, beta = random_problem(seed, "squared")
    squared, huber = solve(x, y, beta=beta), solve(x, y, beta=beta, loss=Huber(1e3))
    assert huber.objective == pytest.approx(squared.objective, rel=SOLVED)
    assert huber.spline(x) == pytest.approx(squared.spline(x), abs=1e-5)
    assert huber.dual == pytest.approx(squared.dual, abs=1e-5)
    assert huber.knots == pytest.approx(squared.knots)


# Certificates


@pytest.mark.parametrize("loss", NUMBERS)
@pytest.mark.parametrize("share", [1e-4, 1e-2, 0.5, 2.0])
@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_is_certified(name, share, loss):
    data, _ = load_preset(name).normalized()
    beta = share * beta_max(data.x, data.y, loss=loss)
    solution = solve(data.x, data.y, beta=beta, loss=loss)
    assert solution.status is Status.OPTIMAL
    assert solution.relative_gap <= CERTIFIED
    assert solution.objective == pytest.approx(solution.loss + solution.penalty, rel=1e-12)
    again = certify(data.x, data.y, solution.spline, beta=beta, loss=loss, dual=solution.dual)
    assert again.dual == pytest.approx(solution.objective - solution.gap, rel=1e-9)


SEPARABLE = np.where(np.linspace(0, 1, 20) > 0.37, 1.0, -1.0)
STRIPES = np.where(np.arange(20) // 4 % 2, 1.0, -1.0)
NOISY = np.where(np.random.default_rng(0).normal(size=20) + np.linspace(-1, 1, 20) > 0, 1.0, -1.0)


@pytest.mark.parametrize("loss", LABELS)
@pytest.mark.parametrize("share", [1e-5, 1e-3, 0.1, 0.9, 3.0])
@pytest.mark.parametrize("y", [SEPARABLE, STRIPES, NOISY, -STRIPES], ids=["separable", "stripes", "noisy", "mirrored"])
def test_labels_of_every_kind_are_certified(y, share, loss):
    x = np.linspace(0, 1, 20)
    solution = solve(x, y, beta=share * beta_max(x, y, loss=loss), loss=loss)
    assert solution.relative_gap <= CERTIFIED
    if share <= 1e-3:
        assert np.all(y * solution.spline(x) > 0)  # distinct inputs: every label can be met
    if share >= 1:
        assert solution.knots.size == 0
        assert solution.path_norm == 0


@every_loss
@pytest.mark.parametrize("seed", range(10))
def test_no_other_function_is_better_and_no_other_multipliers_prove_more(seed, loss):
    x, y, beta = random_problem(seed, loss)
    solution = solve(x, y, beta=beta, loss=loss)
    rng = np.random.default_rng(seed)
    knots = np.unique(x)
    slack = 1e-12 * solution.objective
    for size in (1e-6, 1e-3, 1):
        f = LinearSpline(knots, solution.spline(knots) + size * rng.normal(size=knots.size))
        nudged = solution.dual + size * rng.normal(size=x.size)
        certificate = certify(x, y, f, beta=beta, loss=loss, dual=nudged)
        assert certificate.primal >= solution.objective - solution.gap - slack
        assert certificate.dual <= solution.objective + slack


@every_loss
@pytest.mark.parametrize("seed", range(5))
def test_multipliers_are_slopes_of_the_loss_and_knots_touch_the_tube(seed, loss):
    x, y, _ = random_problem(3 * seed, loss)
    beta = 0.02 * beta_max(x, y, loss=loss)
    solution = solve(x, y, beta=beta, loss=loss)
    f = solution.spline(x)
    assert solution.dual.sum() == pytest.approx(0, abs=1e-11)
    # A small step around f covers a kink that the solver misses by its tolerance.
    steepest = -named(loss).slopes(f - 1e-6, y)[0]
    flattest = -named(loss).slopes(f + 1e-6, y)[1]
    assert np.all(solution.dual <= steepest + 1e-5)
    assert np.all(solution.dual >= flattest - 1e-5)
    tube = certify(x, y, solution.spline, beta=beta, loss=loss, dual=solution.dual).tube
    assert solution.knots.size > 0
    at = np.abs(np.subtract.outer(solution.spline.knots, tube.x)).argmin(axis=1)
    changes = solution.spline.slope_changes
    large = np.abs(changes) > 1e-5 * solution.spline.total_variation
    assert (tube.z / tube.half_width)[at][large] == pytest.approx(np.sign(changes[large]), abs=1e-4)


# Solved by hand


@pytest.mark.parametrize("beta", [0.01, 0.4, 0.99])
@pytest.mark.parametrize("method", ["banded", "dictionary"])
def test_two_points(beta, method):
    """f = 1/2 -+ m/2 in [0, 1] (for labels -+m): a line costs |m|."""
    by = {"beta": beta, "method": method}
    line = solve([0, 1], [0, 1], loss="absolute", **by)  # 1 - m + beta m: all or nothing
    assert line.objective == pytest.approx(beta, rel=SOLVED)
    assert line.spline([0, 1]) == pytest.approx([0, 1], abs=1e-7)
    zone = solve([0, 1], [0, 1], loss=EpsilonInsensitive(0.2), **by)  # from corner to corner of the zone
    assert zone.objective == pytest.approx(0.6 * beta, rel=SOLVED)
    assert zone.spline([0, 1]) == pytest.approx([0.2, 0.8], abs=1e-7)
    margin = solve([0, 1], [-1, 1], loss="hinge", **by)  # 2 (1 - m/2) + beta m
    assert margin.objective == pytest.approx(2 * beta, rel=SOLVED)
    assert margin.spline([0, 1]) == pytest.approx([-1, 1], abs=1e-7)
    p = beta / 2  # the multipliers, -p and p, use the whole tube: the objective is their entropy
    odds = solve([0, 1], [-1, 1], beta=p, loss="logistic", method=method)
    assert odds.objective == pytest.approx(-2 * (p * np.log(p) + (1 - p) * np.log(1 - p)), rel=SOLVED)
    assert odds.spline([1])[0] == pytest.approx(np.log(1 / p - 1), rel=1e-5)
    shrunk = solve([0, 1], [0, 1], beta=0.3 * beta, loss=Huber(0.3), method=method)  # each moves by beta
    assert shrunk.spline([0, 1]) == pytest.approx([0.3 * beta, 1 - 0.3 * beta], abs=1e-6)


def test_a_v_is_drawn_or_left_out():
    """With |f - y| the V of slopes -s and s costs 2 beta s and misses 1 - s at one point only."""
    x, y = [-1, 0, 1], [1, 0, 1]
    drawn, left_out = (solve(x, y, beta=beta, loss="absolute") for beta in (0.49, 0.51))
    assert drawn.objective == pytest.approx(0.98, rel=SOLVED)
    assert drawn.knots == pytest.approx([0])
    assert left_out.objective == pytest.approx(1, rel=SOLVED)
    assert left_out.spline(x) == pytest.approx([1, 1, 1], abs=1e-7)
    assert left_out.knots.size == 0


@pytest.mark.parametrize("outlier", [1.0, 10.0, 1e4])
def test_the_absolute_loss_ignores_one_outlier_and_the_squared_loss_does_not(outlier):
    """A spike at one of the points 0, 1, 2, ... costs 4 beta per unit of height and gains 1."""
    x = np.arange(9.0)
    y = np.abs(x - 4) / 4
    y[2] += outlier
    ignored = solve(x, y, beta=0.3, loss="absolute")
    assert ignored.spline(x) == pytest.approx(np.abs(x - 4) / 4, abs=1e-6 * outlier)
    assert ignored.loss == pytest.approx(outlier, rel=SOLVED)
    assert ignored.knots == pytest.approx([4])
    assert np.abs(solve(x, y, beta=0.3).spline(x) - np.abs(x - 4) / 4).max() > 0.1 * outlier
    followed = solve(x, y, beta=0.2, loss="absolute")
    assert followed.loss == pytest.approx(0, abs=1e-7 * outlier)


@pytest.mark.parametrize("outlier", [2.0, 10.0, 1e3])
def test_an_outlier_pulls_with_the_force_delta_only(outlier):
    x, y = np.arange(9.0), np.zeros(9)
    y[4] = outlier
    solution = solve(x, y, beta=1.0, loss=Huber(0.1))
    assert solution.dual[4] == pytest.approx(0.1, rel=1e-6)
    assert solution.spline(x) == pytest.approx(np.full(9, 0.1 / 8), abs=1e-6)


@pytest.mark.parametrize("beta", [0.0, 0.1])
def test_points_that_share_an_input_keep_their_own_terms(beta):
    """One x, or a second one where all agree with the median: the median, not the mean."""
    solution = solve([1, 1, 1], [0, 1, 5], beta=beta, loss="absolute")
    assert solution.spline([1])[0] == pytest.approx(1)
    assert (solution.objective, solution.gap) == (pytest.approx(5, rel=1e-14), pytest.approx(0, abs=1e-13))
    assert solution.dual == pytest.approx([-1, 0, 1])
    pair = solve([1, 1, 1, 2], [0, 1, 5, 1], beta=beta, loss="absolute")
    assert pair.spline([1, 2]) == pytest.approx([1, 1], abs=1e-7)
    odds = solve([2, 2, 2, 2], [1, 1, 1, -1], beta=beta, loss="logistic")
    assert odds.spline([2])[0] == pytest.approx(np.log(3))
    assert odds.gap == pytest.approx(0, abs=1e-12)
    tie = solve([2, 2, 2, 3], [1, 1, -1, -1], beta=0.2, loss="hinge")
    assert tie.spline([2, 3]) == pytest.approx([1, -1], abs=1e-6)  # 2 + 0.2 * 2 at no other loss than -1's


@every_loss
def test_at_most_points_and_above_beta_max_a_constant(loss):
    x, y, _ = random_problem(4, loss)
    largest = beta_max(x, y, loss=loss)
    constants = named(loss).best_constants(y)
    for factor in (1.0, 1.5, 100.0):
        solution = solve(x, y, beta=factor * largest * (1 + 1e-7), loss=loss)
        value = solution.spline(x)
        assert value == pytest.approx(np.full(x.size, value[0]), abs=1e-7)
        assert constants[0] - 1e-7 <= value[0] <= constants[1] + 1e-7
        assert solution.relative_gap <= CERTIFIED
    below = solve(x, y, beta=0.97 * largest, loss=loss)
    assert below.path_norm > 0
    assert below.objective < named(loss).value(constants[0], y).sum() * (1 - 1e-7)


# Without weight decay


@pytest.mark.parametrize("loss", ["absolute", "huber"])
def test_beta_zero_is_the_interpolating_spline(loss):
    x, y, _ = random_problem(6, loss)
    solution = solve(x, y, beta=0, loss=loss)
    assert solution.status is Status.INTERPOLATES
    assert (solution.objective, solution.gap) == (0, 0)
    assert solution.path_norm == pytest.approx(interpolating_spline(x, y).path_norm, rel=1e-12)


def test_beta_zero_by_hand():
    band = solve([0, 1, 2], [0, 1, 0], beta=0, loss=EpsilonInsensitive(0.2))  # a tent from 0.2 to 0.8
    assert band.status is Status.OPTIMAL
    assert band.objective == 0
    assert band.path_norm == pytest.approx(1.2, rel=1e-7)
    assert band.knots == pytest.approx([1])
    flat = solve([0, 1, 2], [0, 0.3, 0.1], beta=0, loss=EpsilonInsensitive(0.2))
    assert (flat.objective, flat.path_norm) == (0, 0)
    margin = solve([0, 1, 3], [-1, 1, 1], beta=0, loss="hinge")
    assert margin.objective == 0
    assert margin.path_norm == pytest.approx(2, rel=1e-7)  # slope 2, and flat or not from there
    either = solve([0, 0, 1], [0, 2, 3], beta=0, loss="absolute")  # anything from 0 to 2 at x = 0
    assert either.loss == pytest.approx(2)
    assert either.spline([0, 1]) == pytest.approx([2, 3])


@pytest.mark.parametrize("loss", BY_LP)
@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_beta_zero_is_reached_at_a_positive_weight_decay(seed, skip_connection, loss):
    """Losses with kinks: below some beta nothing but the penalty's factor changes."""
    x, y, _ = random_problem(3 * seed + 2, loss)
    limit = solve(x, y, beta=0, loss=loss, skip_connection=skip_connection)
    small = solve(x, y, beta=1e-5, loss=loss, skip_connection=skip_connection)
    assert limit.status.ok
    assert small.loss == pytest.approx(limit.loss, abs=1e-6)
    assert small.path_norm == pytest.approx(limit.path_norm, rel=1e-5)
    assert limit.gap == pytest.approx(0, abs=1e-9)


# Networks and units


@every_loss
@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_closed_form_network_attains_the_optimum(seed, skip_connection, loss):
    x, y, beta = random_problem(seed, loss)
    x, y = np.append(x, [x.min() - 1, x.max() + 1]), np.append(y, [1, 1])
    solution = solve(x, y, beta=beta, loss=loss, skip_connection=skip_connection)
    network = solution.network()
    objective = named(loss).value(network(x), y).sum() + 0.5 * beta * network.parameters_norm
    assert objective == pytest.approx(solution.objective, rel=1e-6)


@pytest.mark.parametrize("loss", [named("absolute"), Huber(0.2), EpsilonInsensitive(0.2)], ids=repr)
@pytest.mark.parametrize("seed", range(6))
def test_shift_scale_and_order_do_not_matter_for_numbers(seed, loss):
    x, y, beta = random_problem(seed, loss.name)
    base = solve(x, y, beta=beta, loss=loss)
    order = np.random.default_rng(seed).permutation(x.size)
    assert solve(x[order], y[order], beta=beta, loss=loss).objective == pytest.approx(base.objective, rel=SOLVED)
    assert solve(x + 1e3, y - 50, beta=beta, loss=loss).objective == pytest.approx(base.objective, rel=1e-7)
    assert solve(-x, -y, beta=beta, loss=loss).objective == pytest.approx(base.objective, rel=SOLVED)
    # In y-units of 1e-6 the thresholds have other numbers, and the loss is another factor times the old one.
    other, factor = loss.in_units(1e-6)
    scaled = solve(1e-9 * x, 1e6 * y, beta=beta * 1e-9 / (1e6 * factor), loss=other)
    assert factor * scaled.objective == pytest.approx(base.objective, rel=1e-6)


@pytest.mark.parametrize("loss", LABELS)
@pytest.mark.parametrize("seed", range(6))
def test_shift_scale_order_and_the_names_of_the_classes_do_not_matter_for_labels(seed, loss):
    x, y, beta = random_problem(seed, loss)
    base = solve(x, y, beta=beta, loss=loss)
    order = np.random.default_rng(seed).permutation(x.size)
    assert solve(x[order], y[order], beta=beta, loss=loss).objective == pytest.approx(base.objective, rel=SOLVED)
    swapped = solve(1e3 - 1e-3 * x, -y, beta=1e-3 * beta, loss=loss)
    assert swapped.objective == pytest.approx(base.objective, rel=1e-6)


@every_loss
def test_a_duplicated_data_set_doubles_loss_and_needs_twice_the_weight_decay(loss):
    x, y, beta = random_problem(7, loss)
    once = solve(x, y, beta=beta, loss=loss)
    twice = solve(np.repeat(x, 2), np.repeat(y, 2), beta=2 * beta, loss=loss)
    assert twice.objective == pytest.approx(2 * once.objective, rel=SOLVED)
    assert twice.dual.size == 2 * x.size


@every_loss
@pytest.mark.parametrize("kind", ["six decades", "near duplicates", "far from zero"])
@pytest.mark.parametrize("share", [1e-6, 1e-3, 10.0])
def test_awkward_inputs(loss, kind, share):
    rng = np.random.default_rng(5)
    x = {
        "six decades": np.cumsum(10 ** rng.uniform(-6, 0, 30)),
        "near duplicates": np.concatenate([u := rng.uniform(size=15), u + 1e-6]),
        "far from zero": 1e5 + rng.uniform(size=30),
    }[kind]
    y = np.sin(9 * x) + 0.3 * rng.normal(size=30)
    y = np.where(y > 0, 1.0, -1.0) if loss in LABELS else y
    solution = solve(x, y, beta=share * beta_max(x, y, loss=loss), loss=loss)
    assert solution.relative_gap <= CERTIFIED


# Mistakes


@pytest.mark.parametrize(
    ("x", "y", "options", "words"),
    [
        ([0, 1], [0, 1], {"beta": 1, "loss": "hinge"}, r"y\[0\] is 0; loss='hinge' needs labels -1 or \+1"),
        ([0, 1], [1, -2], {"beta": 1, "loss": "logistic"}, r"y\[1\] is -2; loss='logistic'"),
        ([0, 1], [1, 1], {"beta": 1, "loss": "logistic"}, "only the label 1"),
        ([0, 1], [1, -1], {"beta": 0, "loss": "logistic"}, "beta is 0"),
        ([0, 1], [1, -1], {"beta": 1, "loss": "logistic", "skip_connection": True}, "one threshold on x"),
        ([0, 1], [1, -1], {"beta": -1, "loss": "hinge"}, "beta is -1"),
        ([0, 1], [1, -1], {"beta": 1, "loss": "hinge", "method": "magic"}, "method is 'magic'"),
    ],
)
def test_mistakes_are_named(x, y, options, words):
    with pytest.raises(InvalidInputError, match=words):
        solve(x, y, **options)
