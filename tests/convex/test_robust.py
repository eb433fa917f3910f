"""Outliers and uneven inputs: what is far off must not decide, and what is close together must not be lost.

The reference is HiGHS on the Lasso over ReLU features; otherwise the certificate, measured by the penalty.
"""

import numpy as np
import pytest
import scipy.optimize

from cvxdnn import Status, beta_max, certify, solve
from cvxdnn.convex.clipping import Trend, clippings
from cvxdnn.convex.loss_problem import gap_to_penalty
from cvxdnn.core.losses import EpsilonInsensitive, Huber, named
from cvxdnn.core.objective import loss_terms
from cvxdnn.core.spline import merge_points

pytestmark = pytest.mark.slow

NUMBERS = ("absolute", "huber", "epsilon_insensitive")
BY_LP = ("absolute", "epsilon_insensitive", "hinge")
SOLVED = 1e-9  # of the penalty
REFERENCE = 1e-7  # of the penalty: what HiGHS is good for

every_number_loss = pytest.mark.parametrize("loss", NUMBERS)

X = np.linspace(0, 1, 30)
SINE = np.sin(6 * X) + 0.1 * np.random.default_rng(0).normal(size=30)


def objective_by_lp(x, y, beta, loss):
    """The optimum of the linear program over the weights of neurons with kinks at the points, two for each."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    away = np.subtract.outer(x, np.unique(x))
    columns = np.hstack([np.maximum(away, 0), np.maximum(-away, 0)])
    columns = columns[:, columns.any(axis=0)]
    sizes = columns.max(axis=0)
    network = np.hstack([columns / sizes, -columns / sizes, np.ones((x.size, 1)), -np.ones((x.size, 1))])
    miss = np.eye(x.size)
    if loss.needs_labels:
        rows, bounds = np.hstack([-y[:, None] * network, -miss]), -np.ones(x.size)
    else:
        epsilon = getattr(loss, "epsilon", 0.0)
        rows = np.vstack([np.hstack([network, -miss]), np.hstack([-network, -miss])])
        bounds = np.concatenate([y + epsilon, epsilon - y])
    cost = np.concatenate([beta / sizes, beta / sizes, [0, 0], np.ones(x.size)])
    tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    return scipy.optimize.linprog(cost, A_ub=rows, b_ub=bounds, options=tight).fun


def uneven(kind, n, rng):
    """n inputs whose gaps are of very different size."""
    pairs = rng.uniform(size=(n + 1) // 2)
    return {
        "log-spaced": np.sort(10 ** rng.uniform(-14, 0, n)),
        "one far away": np.append(np.linspace(0, 3e-6, n - 1), 1.0),
        "unix times": np.append(0.0, 1.7e9 + 60 * np.arange(n - 1)),
        "pairs": np.sort(np.concatenate([pairs, pairs + 10 ** rng.uniform(-15, -7, pairs.size)]))[:n],
    }[kind]


# Outliers


@every_number_loss
@pytest.mark.parametrize("places", [[10], [0], [29], [3, 17], [0, 12, 29]])
def test_how_far_an_outlier_is_does_not_matter(loss, places):
    """From where the loss is straight its slope is the same, and so are the optimal functions and multipliers."""
    signs = np.where(np.arange(len(places)) % 2, -1, 1)
    near = SINE.copy()
    near[places] = 50 * signs
    beta = 0.1 * beta_max(X, near, loss=loss)
    expected = solve(X, near, beta=beta, loss=loss)
    for size in (1e3, 1e8, 1e30, 1e100):
        y = near.copy()
        y[places] = size * signs
        solution = solve(X, y, beta=beta, loss=loss)
        assert solution.status is Status.OPTIMAL
        proof = certify(X, near, solution.spline, beta=beta, loss=loss, dual=solution.dual)
        assert proof.gap <= SOLVED * solution.penalty
        assert proof.primal == pytest.approx(expected.objective, rel=SOLVED)
        if loss == "huber":  # the others may have several optima
            assert solution.path_norm == pytest.approx(expected.path_norm, rel=SOLVED)
        assert beta_max(X, y, loss=loss) == pytest.approx(10 * beta, rel=1e-7)


@every_number_loss
@pytest.mark.parametrize("size", [1e-8, 1.0, 1e8])
def test_nor_do_the_units_of_y_or_an_offset(loss, size):
    y = SINE.copy()
    y[10] = 1e6
    beta = 0.1 * beta_max(X, SINE, loss=loss)
    expected = solve(X, y, beta=beta, loss=loss)
    other, factor = named(loss).in_units(1 / size)
    scaled = solve(X, size * y, beta=beta / (factor * size), loss=other)
    assert scaled.status is Status.OPTIMAL
    assert scaled.path_norm == pytest.approx(size * expected.path_norm, rel=1e-7)
    assert solve(X, y + 1e6, beta=beta, loss=loss).path_norm == pytest.approx(expected.path_norm, rel=1e-7)


@every_number_loss
def test_outliers_among_points_of_equal_x(loss):
    x, y = np.repeat(X, 3), np.repeat(SINE, 3)
    near = y.copy()
    near[[30, 31, 60]] = 50, -50, 50
    y[[30, 31, 60]] = 1e8, -1e9, 1e12
    beta = 0.1 * beta_max(x, near, loss=loss)
    solution, expected = solve(x, y, beta=beta, loss=loss), solve(x, near, beta=beta, loss=loss)
    assert solution.path_norm == pytest.approx(expected.path_norm, rel=SOLVED)
    assert certify(x, near, solution.spline, beta=beta, loss=loss, dual=solution.dual).gap <= SOLVED * solution.penalty


def test_an_outlier_that_is_worth_following_is_followed():
    """Two levels, far apart: the clipped data do not decide."""
    y = np.where(X < 0.5, 0.0, 1e6) + SINE
    solution = solve(X, y, beta=1e-3, loss="absolute")
    assert solution.objective == pytest.approx(objective_by_lp(X, y, 1e-3, named("absolute")), rel=SOLVED)
    assert solution.path_norm > 1e6


@every_number_loss
def test_a_steep_trend_is_free_with_a_skip_connection(loss):
    y = SINE.copy()
    y[10] = 50
    beta = 0.1 * beta_max(X, y, loss=loss)
    flat = solve(X, y, beta=beta, loss=loss, skip_connection=True)
    y[10] = 1e9
    steep = solve(X, y + 1e5 * X, beta=beta, loss=loss, skip_connection=True)
    assert steep.status is Status.OPTIMAL
    assert steep.path_norm == pytest.approx(flat.path_norm, rel=1e-7)
    assert steep.spline(X) - 1e5 * X == pytest.approx(flat.spline(X), abs=1e-6)


@pytest.mark.parametrize("loss", [named("absolute"), Huber(0.3), EpsilonInsensitive(0.3)], ids=repr)
def test_clipped_data_end_with_the_data_as_given(loss):
    y = SINE.copy()
    y[[4, 9]] = 1e5, -1e12
    terms = loss_terms(merge_points(X, y), y, loss)
    steps = list(clippings(terms))
    assert np.array_equal(steps[-1].terms.y, y)
    assert np.ptp(steps[0].terms.y) < 100
    widths = [np.ptp(step.terms.y) for step in steps]
    assert widths == sorted(widths)
    for step in steps:
        moved = step.moved_up | step.moved_down
        assert np.array_equal(step.terms.y[~moved], y[~moved])
        inside = np.clip(0.0, step.low, step.high)  # any value inside: the loss has the same slopes there
        assert np.array_equal(loss.slopes(inside, y)[0][moved], loss.slopes(inside, step.terms.y)[0][moved])


@pytest.mark.parametrize("size", [1e-60, 1.0, 1e60])
@pytest.mark.parametrize("threshold", [1e2, 1e30])
def test_a_threshold_beyond_all_residuals_does_not_matter(threshold, size):
    y, beta = size * SINE, 0.1 * size * beta_max(X, SINE)
    squared, huber = solve(X, y, beta=beta), solve(X, y, beta=beta, loss=Huber(threshold * max(size, 1e-8)))
    assert huber.status is Status.OPTIMAL
    assert huber.objective == pytest.approx(squared.objective, rel=SOLVED)
    nothing = solve(X, y, beta=beta, loss=EpsilonInsensitive(threshold * max(size, 1e-8)))
    assert (nothing.objective, nothing.path_norm) == (0, 0)


def test_a_trend_is_found_although_there_are_outliers():
    y = SINE + 1e4 * X
    y[[5, 6, 20]] = 1e9
    terms = loss_terms(merge_points(X, y), y, named("absolute"))
    assert Trend.of(terms, True).slope == pytest.approx(1e4, rel=1e-3)
    assert Trend.of(terms, False).slope == 0


def test_a_gap_is_judged_by_the_penalty():
    assert gap_to_penalty(1e-3, 1.0, 1e-9) == 1e-3
    assert gap_to_penalty(1e-12, 1e-9, 1e-11) == 0  # round-off
    assert gap_to_penalty(1e-3, 0.0, 1e-9) == np.inf  # a constant that is not optimal


# Uneven inputs


@pytest.mark.parametrize("loss", [*NUMBERS, "hinge", "logistic"])
@pytest.mark.parametrize("kind", ["log-spaced", "one far away", "unix times", "pairs"])
@pytest.mark.parametrize("seed", range(4))
def test_uneven_inputs_are_solved(loss, kind, seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 70))
    x = uneven(kind, n, rng)
    y = np.sin(np.linspace(0, 7, n)) + 0.3 * rng.normal(size=n)
    y = np.where(y > np.median(y), 1.0, -1.0) if loss in ("hinge", "logistic") else y
    beta = 10 ** rng.uniform(-3, -0.3) * beta_max(x, y, loss=loss)
    solution = solve(x, y, beta=beta, loss=loss)
    assert solution.status is Status.OPTIMAL
    # In the proof multipliers are rounded: the smaller beta is for the spread of x, the more of the tube that takes.
    assert solution.gap <= max(1e-6 * solution.penalty, 1e-13 * solution.objective)
    if loss in BY_LP:
        assert solution.objective == pytest.approx(
            objective_by_lp(x, y, beta, named(loss)), abs=REFERENCE * solution.penalty
        )


@pytest.mark.parametrize("loss", BY_LP)
@pytest.mark.parametrize("seed", range(8))
def test_robust_problems_agree_with_a_linear_program(loss, seed):
    rng = np.random.default_rng(100 + seed)
    n = int(rng.integers(3, 100))
    x = np.sort(rng.uniform(size=n))
    y = np.sin(9 * x) + rng.choice([0.05, 0.3]) * rng.normal(size=n)
    if loss == "hinge":
        y = np.where(y > np.median(y), 1.0, -1.0)
    else:
        y[rng.choice(n, max(n // 10, 1), replace=False)] = 10 ** rng.uniform(1, 5)
    beta = 10 ** rng.uniform(-3, 0) * beta_max(x, np.clip(y, -2, 2), loss=loss)
    solution = solve(x, y, beta=beta, loss=loss)
    expected = objective_by_lp(x, y, beta, named(loss))
    assert solution.status is Status.OPTIMAL
    assert solution.objective == pytest.approx(expected, abs=REFERENCE * solution.penalty + 1e-13 * expected)


def test_two_points_as_near_as_numbers_can_be():
    """A step between them is steep, not a mean of both: it costs 2 beta per unit of slope."""
    x, y, gap = [0, 0.5, np.nextafter(0.5, 1), 1], [0, 0, 1, 1], np.spacing(0.5)
    for beta in (0.2 * gap, 0.45 * gap):
        solution = solve(x, y, beta=beta, loss="absolute")
        assert solution.objective == pytest.approx(2 * beta / gap, rel=SOLVED)
        assert solution.spline(x) == pytest.approx(y, abs=1e-9)
    flat = solve(x, y, beta=1e-3, loss="absolute")  # the line from 0 to 1, which misses both by a half
    assert flat.objective == pytest.approx(1 + 1e-3, rel=SOLVED)


@pytest.mark.parametrize("loss", ["absolute", "huber", "epsilon_insensitive"])
@pytest.mark.parametrize(
    ("y", "beta"), [([0, 5e-324, 0, 1], 1e-2), ([0, 1e-310, 0, 1], 1e-2), ([0, 1e-50, 0, 1e-50], 1e-290)]
)
def test_what_underflows_in_units_of_its_own_is_answered(y, beta, loss):
    solution = solve([0, 1, 2, 3], y, beta=beta, loss=loss)
    assert solution.status is Status.OPTIMAL
    assert solution.gap <= 1e-12 * max(y)
