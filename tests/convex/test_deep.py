"""Deeper networks: cases solvable by hand, independent formulations, certificates, jumps, invariances, mistakes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvxdnn import (
    Dataset,
    LinearSpline,
    Status,
    beta_max,
    critical_betas,
    load_preset,
    regularization_path,
    solve,
    train,
)
from cvxdnn import convex as convex_module
from cvxdnn.convex import LONGEST_PATH, DeepPath, solve_deep
from cvxdnn.convex.deep_bound import Proofs
from cvxdnn.convex.deep_curve import Penalty
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.objective import network_objective
from tests.convex.test_adversarial import GRIDS, SCALES, hostile_problem

pytestmark = pytest.mark.slow

EXACT = 1e-12
CERTIFIED = 1e-9
SEARCHED = 1e-8
"""Relative accuracy where the optimum comes from a search over conic or dictionary solutions."""


def random_problem(seed):
    """n = 3..20 points, L = 2..6, beta over four decades below beta_max."""
    rng = np.random.default_rng(seed)
    n, depth = int(rng.integers(3, 21)), 2 + seed % 5
    x = rng.uniform(0, 1, n)
    y = np.sin(rng.uniform(3, 12) * x) + 0.3 * rng.normal(size=n)
    return x, y, beta_max(x, y) * 10 ** rng.uniform(-4, 0), depth


def penalty(r, beta, depth):
    return beta * depth / 2 * r ** (2 / depth)


# Solved by hand


@pytest.mark.parametrize("depth", [3, 4, 5, 6])
def test_two_points_are_a_scalar_problem(depth):
    """min over the rise s of 1/4 (s - 1)^2 + beta L / 2 s^(2/L): with t = s^(1/L), t^(2L-2) - t^(L-2) + 2 beta = 0."""
    beta = 0.02
    polynomial = np.zeros(2 * depth - 1)
    polynomial[[0, depth, -1]] = 1, -1, 2 * beta
    roots = np.roots(polynomial)
    t = roots.real[np.abs(roots.imag) < 1e-9].max()
    solution = solve([0, 1], [0, 1], beta=beta, depth=depth)
    assert solution.path_norm == pytest.approx(t**depth, rel=1e-10)
    assert solution.objective == pytest.approx((t**depth - 1) ** 2 / 4 + beta * depth / 2 * t**2, rel=EXACT)
    assert [minimum.r for minimum in solution.local_minima] == pytest.approx([0, t**depth], rel=1e-10)
    assert [minimum.is_global for minimum in solution.local_minima] == [False, True]
    assert solution.effective_beta == pytest.approx(beta * t ** (2 - depth), rel=1e-10)


@pytest.mark.parametrize("depth", [3, 4, 5, 6])
def test_two_points_jump_where_the_scalar_problem_does(depth):
    """h(s) = h(0) and h'(s) = 0 leave s^(2-2/L) = 2 beta (L-2) and s = (L-2)/(L-1)."""
    jump = (depth - 2) / (depth - 1)
    expected = jump ** (2 - 2 / depth) / (2 * (depth - 2))
    assert critical_betas([0, 1], [0, 1], depth=depth) == pytest.approx([expected], rel=1e-10)
    (transition,) = DeepPath(regularization_path([0, 1], [0, 1])).transitions(depth=depth)
    assert (transition.r_above, transition.r_below) == pytest.approx((0, jump), rel=1e-7)


def test_two_layers_never_jump():
    x, y, _, _ = random_problem(1)
    assert critical_betas(x, y, depth=2).size == 0


@pytest.mark.parametrize("depth", [2, 3, 5])
@pytest.mark.parametrize(("x", "y"), [([3], [7]), ([1, 1, 1], [0, 1, 5]), ([0, 1, 5], [2, 2, 2])])
def test_where_a_constant_fits_best_depth_changes_nothing(x, y, depth):
    solution = solve(x, y, beta=0.3, depth=depth)
    assert solution.spline(x) == pytest.approx(np.full(len(x), np.mean(y)), abs=EXACT)
    assert solution.objective == pytest.approx(0.5 * np.sum((y - np.mean(y)) ** 2), abs=EXACT)
    assert solution.status.ok
    assert [minimum.r for minimum in solution.local_minima] == [0]
    assert critical_betas(x, y, depth=depth).size == 0
    assert solution.network()(x) == pytest.approx(solution.spline(x), abs=EXACT)


@pytest.mark.parametrize("depth", [3, 6])
def test_without_weight_decay_every_depth_interpolates(depth):
    x, y, _, _ = random_problem(5)
    solution = solve(x, y, beta=0, depth=depth)
    assert solution.status is Status.INTERPOLATES
    assert solution.depth == depth
    assert solution.spline(x) == pytest.approx(y, abs=EXACT)
    assert solution.objective == solution.gap == solution.penalty == solution.effective_beta == 0


def test_zigzag_with_five_layers_is_best_fitted_by_a_constant():
    """A network that bends is a second local minimum, 13 % above: training that ends there is stuck."""
    data, _ = load_preset("zigzag").normalized()
    solution = solve(data.x, data.y, beta=0.1, depth=5)
    assert solution.path_norm == 0
    assert solution.knots.size == 0
    assert solution.objective == pytest.approx(0.5 * np.sum(data.y**2), rel=EXACT)
    constant, bent = solution.local_minima
    assert constant.is_global
    assert not bent.is_global
    assert bent.objective > 1.13 * constant.objective
    assert solve(data.x, data.y, beta=0.1, depth=2).knots.size > 0


# Fifty random problems


@pytest.fixture(scope="module", params=range(50))
def solved(request):
    x, y, beta, depth = random_problem(request.param)
    return x, y, beta, depth, solve(x, y, beta=beta, depth=depth)


def test_nothing_on_the_path_is_better(solved):
    x, y, beta, depth, solution = solved
    path = regularization_path(x, y)
    scan = path.beta_max * np.concatenate([np.geomspace(1, 1e-6, 400), [0]])
    objectives = path.loss_at(scan) + penalty(path.path_norm_at(scan), beta, depth)
    assert solution.objective <= objectives.min() * (1 + CERTIFIED)


def test_the_gap_is_proven_and_small(solved):
    *_, solution = solved
    assert -EXACT <= solution.relative_gap <= CERTIFIED
    assert solution.status is Status.OPTIMAL


def test_loss_and_penalty_are_those_of_the_spline(solved):
    x, y, beta, depth, solution = solved
    norm = solution.spline.restricted(x.min(), x.max()).path_norm
    assert solution.path_norm == pytest.approx(norm, rel=EXACT)
    assert solution.penalty == pytest.approx(penalty(norm, beta, depth), rel=EXACT)
    assert solution.objective == pytest.approx(
        0.5 * np.sum((solution.spline(x) - y) ** 2) + solution.penalty, rel=EXACT
    )


def test_it_is_the_two_layer_optimum_for_the_effective_weight_decay(solved):
    x, y, beta, depth, solution = solved
    if solution.path_norm > 0:
        assert solution.effective_beta == pytest.approx(beta * solution.path_norm ** (2 / depth - 1), rel=1e-8)
    same = solve(x, y, beta=solution.effective_beta)
    assert solution.spline(x) == pytest.approx(same.spline(x), abs=1e-7)


def test_an_optimal_network_has_this_objective_and_equal_layers(solved):
    x, y, beta, depth, solution = solved
    network = solution.network()
    assert network.depth == depth
    assert network(x) == pytest.approx(solution.spline(x), abs=CERTIFIED)
    assert network_objective(network, x, y, beta=beta) == pytest.approx(solution.objective, rel=CERTIFIED)
    norms = [np.linalg.norm(weights) for weights in network.weights]
    assert norms == pytest.approx([solution.path_norm ** (1 / depth)] * depth, rel=CERTIFIED)
    assert not any(bias.any() for bias in network.biases[:-2])


def test_every_local_minimum_is_one_and_none_is_missing(solved):
    x, y, beta, depth, solution = solved
    deep = DeepPath(regularization_path(x, y))
    top = deep.path.path_norm[-1]
    around = np.concatenate([np.geomspace(1e-9 * top, top, 4000), np.linspace(0, top, 4000)[1:-1]])
    sampled = np.sort(np.append(around, 0.0))
    heights = deep.objective_at(sampled, beta=beta, depth=depth)
    is_valley = (heights < np.append(np.inf, heights[:-1])) & (heights <= np.append(heights[1:], np.inf))
    assert len(solution.local_minima) >= np.count_nonzero(is_valley)
    for minimum in solution.local_minima:
        beside = deep.objective_at(minimum.r * np.array([1 - 1e-6, 1 + 1e-6]) + [0, 1e-12], beta=beta, depth=depth)
        assert np.all(beside >= minimum.objective * (1 - EXACT))


def test_two_layers_are_the_two_layer_solver(solved):
    x, y, beta, *_ = solved
    along_path, solution = solve_deep(regularization_path(x, y), beta=beta, depth=2), solve(x, y, beta=beta)
    assert along_path.objective == pytest.approx(solution.objective, rel=1e-10)
    assert along_path.spline(x) == pytest.approx(solution.spline(x), abs=1e-8)
    assert along_path.effective_beta == along_path.beta == beta
    assert [minimum.objective for minimum in along_path.local_minima] == [along_path.objective]


# Independent formulations


@pytest.mark.parametrize("seed", [2, 8, 13])
@pytest.mark.parametrize("skip_connection", [False, True])
def test_a_search_over_dictionary_solutions_finds_the_same(seed, skip_connection):
    x, y, beta, _ = random_problem(seed)
    first = solve(x, y, beta=beta, depth=4, skip_connection=skip_connection)
    second = solve(x, y, beta=beta, depth=4, skip_connection=skip_connection, method="dictionary")
    assert second.relative_gap <= SEARCHED
    assert second.objective == pytest.approx(first.objective, rel=SEARCHED)
    assert second.spline(x) == pytest.approx(first.spline(x), abs=1e-3)


def test_beyond_the_longest_path_the_search_agrees(monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, 200)
    y = np.sin(9 * x) + 0.2 * rng.normal(size=200)
    along_path = solve(x, y, beta=0.1, depth=4)
    monkeypatch.setattr(convex_module, "LONGEST_PATH", 100)
    searched = solve(x, y, beta=0.1, depth=4)
    assert searched.relative_gap <= CERTIFIED
    assert searched.objective == pytest.approx(along_path.objective, rel=CERTIFIED)


@pytest.mark.parametrize("seed", [3, 9])
@pytest.mark.parametrize("depth", [3, 4])
def test_no_trained_network_is_better(seed, depth):
    x, y, beta, _ = random_problem(seed)
    *_, last = train(x, y, beta=beta, depth=depth, width=20, restarts=4, max_steps=1500)
    assert last.objectives.min() >= solve(x, y, beta=beta, depth=depth).objective * (1 - CERTIFIED)


@st.composite
def functions(draw):
    """A linear spline with knots inside [0, 1]."""
    knots = np.array(draw(st.lists(st.integers(1, 39), min_size=1, max_size=8, unique=True).map(sorted))) / 40
    numbers = st.integers(-60, 60).map(lambda k: k / 20)
    return LinearSpline(knots, [draw(numbers) for _ in knots], draw(numbers), draw(numbers))


@settings(deadline=None, max_examples=200)
@given(functions(), st.sampled_from([3, 5]), st.sampled_from([1e-3, 0.03, 0.3]))
def test_no_function_is_below_the_bound(f, depth, beta):
    data, _ = load_preset("zigzag").normalized()
    solution = solve_deep(_ZIGZAG, beta=beta, depth=depth)
    cost = penalty(f.restricted(0, 1).path_norm, beta, depth)
    assert 0.5 * np.sum((f(data.x) - data.y) ** 2) + cost >= solution.objective - solution.gap


_ZIGZAG = regularization_path(load_preset("zigzag").normalized()[0].x, load_preset("zigzag").normalized()[0].y)


@pytest.mark.parametrize("depth", [2, 3, 6])
@pytest.mark.parametrize("beta", [1e-3, 0.05, 0.3])
def test_the_bound_does_not_depend_on_what_is_claimed(depth, beta):
    """However low an objective is claimed, the bound stays below the smallest one on the path."""
    deep = DeepPath(_ZIGZAG)
    true = deep.solve(beta=beta, depth=depth).objective
    for claimed, path_norm in [(true, 0.0), (true * 2, 1.0), (true / 2, 30.0), (0.0, 5.0)]:
        assert Proofs(_ZIGZAG).lower_bound(Penalty(beta, depth), claimed, path_norm) <= true * (1 + EXACT)


# Jumps


@pytest.mark.parametrize("depth", [3, 4, 6])
@pytest.mark.parametrize("name", ["zigzag", "step", "random smooth", "noisy sine"])
def test_the_minimiser_jumps_exactly_there(name, depth):
    data, _ = load_preset(name).normalized()
    deep = DeepPath(regularization_path(data.x, data.y))
    jumps = deep.transitions(depth=depth)
    assert [jump.beta for jump in jumps] == critical_betas(data.x, data.y, depth=depth).tolist()
    assert np.all(np.diff([jump.beta for jump in jumps]) < 0)
    assert jumps[0].r_above == 0
    for jump in jumps:
        width = jump.r_below - jump.r_above
        tied = deep.solve(beta=jump.beta, depth=depth)
        assert tied.path_norm == pytest.approx(jump.r_above, abs=1e-6 * width)
        assert [tie.r for tie in tied.ties] == pytest.approx([jump.r_below], abs=1e-6 * width)
        above, below = (deep.solve(beta=jump.beta * factor, depth=depth) for factor in (1 + 1e-8, 1 - 1e-8))
        assert above.path_norm == pytest.approx(jump.r_above, abs=0.01 * width)
        assert below.path_norm == pytest.approx(jump.r_below, abs=0.01 * width)
        assert above.ties == below.ties == ()


@pytest.mark.parametrize("depth", [3, 5])
def test_between_jumps_the_minimiser_moves_without_one(depth):
    data, _ = load_preset("random smooth").normalized()
    deep = DeepPath(regularization_path(data.x, data.y))
    jumps = deep.transitions(depth=depth)
    edges = [jump.beta for jump in jumps] + [1e-3 * jumps[-1].beta]
    for high, low in pairwise(edges):
        betas = np.geomspace(high * (1 - 1e-9), low * (1 + 1e-9), 200)
        norms = np.array([deep.solve(beta=beta, depth=depth).path_norm for beta in betas])
        steps = np.diff(norms)
        assert np.all(steps >= -1e-9 * norms[-1])
        assert steps.max() < 0.1 * norms[-1]
    assert deep.solve(beta=edges[0] * 1.0001, depth=depth).path_norm == 0


# Other losses and the skip connection


@pytest.mark.parametrize("loss", ["absolute", "huber", "epsilon_insensitive", "hinge", "logistic"])
@pytest.mark.parametrize("depth", [3, 4])
def test_other_losses_are_certified_and_no_worse_than_any_two_layer_optimum(loss, depth):
    x = np.linspace(0, 1, 10)
    y = np.sin(7 * x) + 0.1 * np.cos(40 * x)
    y = np.where(y > 0, 1.0, -1.0) if loss in ("hinge", "logistic") else y
    beta = 0.05 * beta_max(x, y, loss=loss)
    solution = solve(x, y, beta=beta, depth=depth, loss=loss)
    assert -EXACT <= solution.relative_gap <= SEARCHED
    assert solution.loss_function.name == loss
    assert solution.penalty == pytest.approx(penalty(solution.path_norm, beta, depth), rel=EXACT)
    for effective in beta_max(x, y, loss=loss) * np.geomspace(1, 1e-3, 12):
        other = solve(x, y, beta=effective, loss=loss)
        assert solution.objective <= (other.loss + penalty(other.path_norm, beta, depth)) * (1 + SEARCHED)


def test_a_huber_loss_that_is_quadratic_everywhere_agrees_with_the_squared_one():
    from cvxdnn.core.losses import Huber

    x, y, beta, _ = random_problem(4)
    searched = solve(x, y, beta=beta, depth=4, loss=Huber(1e6))
    assert searched.objective == pytest.approx(solve(x, y, beta=beta, depth=4).objective, rel=SEARCHED)


def test_strong_weight_decay_leaves_a_constant_whatever_the_loss():
    x, y = [0, 1, 2, 3], [0, 0, 5, 1]
    for loss in ("absolute", "huber"):
        solution = solve(x, y, beta=1e3, depth=3, loss=loss)
        assert solution.path_norm == 0
        assert solution.relative_gap <= SEARCHED


@pytest.mark.parametrize("loss", ["absolute", "huber", "epsilon_insensitive", "hinge", "logistic"])
def test_the_constant_is_listed_with_the_smallest_weight_decay_that_makes_it_optimal(loss):
    x = np.linspace(0, 1, 10)
    y = np.sin(7 * x) + 0.1 * np.cos(40 * x)
    y = np.where(y > 0, 1.0, -1.0) if loss in ("hinge", "logistic") else y
    largest = beta_max(x, y, loss=loss)
    for beta in (0.05 * largest, 10 * largest):
        solution = solve(x, y, beta=beta, depth=3, loss=loss)
        constant = solution.local_minima[0]
        assert (constant.r, constant.effective_beta) == (0, largest)
        assert constant.objective == pytest.approx(solve(x, y, beta=2 * largest, loss=loss).loss)
    flat = solve(x, np.ones(10), beta=0.1, depth=3, loss="hinge")
    assert (flat.path_norm, flat.effective_beta, flat.objective) == (0, 0, 0)


@pytest.mark.parametrize("loss", ["absolute", "huber", "epsilon_insensitive"])
@pytest.mark.parametrize("depth", [3, 4])
def test_a_loss_that_no_function_removes_decides_nothing(loss, depth):
    """Two points of equal x, 1e5 above and below the rest, cost the same whatever the function does between them."""
    x = np.linspace(0, 1, 12)
    y = np.sin(6 * x)
    beta = 0.05 * beta_max(x, y, loss=loss)
    without = solve(x, y, beta=beta, depth=depth, loss=loss)
    solution = solve(np.append(x, [x[4], x[4]]), np.append(y, [1e5, -1e5]), beta=beta, depth=depth, loss=loss)
    assert without.path_norm > 0.1
    assert solution.status is Status.OPTIMAL
    assert solution.path_norm == pytest.approx(without.path_norm, rel=1e-5)
    assert solution.penalty == pytest.approx(without.penalty, rel=1e-5)


@pytest.mark.parametrize("depth", [3, 6, 10])
def test_the_best_line_does_not_bend_by_round_off(depth):
    """A concave penalty would charge r^(2/L) for it. Too many points for a path: the optimum is searched."""
    n = LONGEST_PATH + 50
    x = np.linspace(0, 1, n)
    y = 2 * x + 0.3 * np.sin(6 * x)
    beta = 5 * beta_max(x, y, skip_connection=True)
    solution = solve(x, y, beta=beta, depth=depth, skip_connection=True)
    missed = y - np.polyval(np.polyfit(x, y, 1), x)
    assert solution.path_norm == 0
    assert solution.objective == pytest.approx(0.5 * missed @ missed, rel=EXACT)
    assert solution.effective_beta == beta_max(x, y, skip_connection=True)


def test_with_a_skip_connection_a_trend_is_free():
    x, y, beta, _ = random_problem(7)
    plain, tilted = (solve(x, z, beta=beta, depth=4, skip_connection=True) for z in (y, y + 30 * x))
    assert tilted.objective == pytest.approx(plain.objective, rel=1e-8)
    assert plain.relative_gap <= CERTIFIED
    network = tilted.network()
    assert network(x) == pytest.approx(tilted.spline(x), abs=CERTIFIED)
    assert network_objective(network, x, y + 30 * x, beta=beta) == pytest.approx(tilted.objective, rel=CERTIFIED)


def test_with_a_skip_connection_the_best_line_is_always_a_local_minimum():
    x, y, _, _ = random_problem(7)
    line = solve(x, y, beta=1e3, depth=3, skip_connection=True)
    assert line.path_norm == 0
    assert line.spline(x) == pytest.approx(np.polyval(np.polyfit(x, y, 1), x), abs=CERTIFIED)
    assert line.relative_gap <= CERTIFIED


# Invariances and hostile data


@pytest.mark.parametrize("depth", [3, 5])
def test_units_order_shift_and_duplicates(depth):
    x, y, beta, _ = random_problem(6)
    base = solve(x, y, beta=beta, depth=depth)
    order = np.random.default_rng(0).permutation(x.size)
    assert solve(x[order], y[order], beta=beta, depth=depth).objective == pytest.approx(base.objective, rel=EXACT)
    assert solve(x + 3, y - 2, beta=beta, depth=depth).objective == pytest.approx(base.objective, rel=CERTIFIED)
    assert solve(1 - x, -y, beta=beta, depth=depth).objective == pytest.approx(base.objective, rel=CERTIFIED)
    # x in units 1/7 and y in units 1/1000: slopes grow 7000-fold, the penalty by that to the power 2/L
    scaled = solve(x / 7, 1000 * y, beta=beta * 1000**2 / 7000 ** (2 / depth), depth=depth)
    assert scaled.objective == pytest.approx(1e6 * base.objective, rel=CERTIFIED)
    assert scaled.spline(x / 7) == pytest.approx(1000 * base.spline(x), abs=1e-5)
    twice = solve(np.tile(x, 2), np.tile(y, 2), beta=2 * beta, depth=depth)
    assert twice.objective == pytest.approx(2 * base.objective, rel=CERTIFIED)


@pytest.mark.parametrize("x_unit", [1e-99, 1.0, 1e60])
@pytest.mark.parametrize("y_unit", [1e-60, 1.0, 1e99])
@pytest.mark.parametrize("depth", [3, 6])
def test_any_units_the_library_accepts_are_fine(x_unit, y_unit, depth):
    x, y = np.array([0, 0.2, 0.5, 0.7, 1]), np.array([0, 1, -1, 0.5, 0])
    base = solve(x, y, beta=0.01, depth=depth)
    beta = 0.01 * y_unit**2 / (y_unit / x_unit) ** (2 / depth)
    solution = solve(x * x_unit, y * y_unit, beta=beta, depth=depth)
    assert solution.objective / y_unit**2 == pytest.approx(base.objective, rel=CERTIFIED)
    assert solution.relative_gap <= CERTIFIED
    jumps, scaled = critical_betas(x, y, depth=depth), critical_betas(x * x_unit, y * y_unit, depth=depth)
    assert scaled * (0.01 / beta) == pytest.approx(jumps, rel=CERTIFIED)


@pytest.mark.parametrize("beta", [1e-300, 1e-16, 1e300])
def test_any_weight_decay_is_fine(beta):
    x, y = [0, 0.2, 0.5, 0.7, 1], [0, 1, -1, 0.5, 0]
    solution = solve(x, y, beta=beta, depth=4)
    assert solution.relative_gap <= CERTIFIED
    expected = np.polyval([np.mean(y)], x) if beta > 1 else y
    assert solution.spline(x) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("scale", SCALES, ids=["plain", "large y", "small y", "large x", "shifted x"])
def test_hostile_data_are_solved_and_certified(grid, scale):
    for seed in range(6):
        x, y, beta = hostile_problem(seed, grid, scale)
        x, y = x[:40] - x[:40].min(), y[:40]
        solution = solve(x, y, beta=beta, depth=3 + seed % 4)
        assert np.isfinite(solution.spline(x)).all()
        assert -EXACT <= solution.relative_gap <= 1e-8


# Reuse and mistakes of the caller


def test_local_minima_are_networks_too_with_their_gap():
    data, _ = load_preset("zigzag").normalized()
    deep = DeepPath(_ZIGZAG)
    optimum, (_, stuck) = deep.solve(beta=0.1, depth=5), deep.local_minima(beta=0.1, depth=5)
    solution = deep.solution_at(stuck, beta=0.1, depth=5)
    assert solution.objective == pytest.approx(stuck.objective, rel=EXACT)
    assert solution.gap == pytest.approx(solution.objective - optimum.objective, rel=CERTIFIED)
    assert network_objective(solution.network(), data.x, data.y, beta=0.1) == pytest.approx(stuck.objective)
    assert deep.stationary_beta(stuck.r, depth=5) == pytest.approx(0.1)


def test_a_path_serves_every_depth_and_weight_decay():
    x, y, _, _ = random_problem(11)
    path = regularization_path(x, y)
    for depth in (2, 3, 6):
        for beta in (1e-3, 0.1, 2.0):
            here, there = solve_deep(path, beta=beta, depth=depth), solve(x, y, beta=beta, depth=depth)
            assert here.objective == pytest.approx(there.objective, rel=1e-10)
            assert len(here.local_minima) == len(there.local_minima)


@pytest.mark.parametrize("depth", [3, 6])
def test_negative_inputs_are_refused_with_the_remedy(depth):
    x, y = [-1.0, 0.0, 2.0], [0.0, 1.0, 0.0]
    with pytest.raises(InvalidInputError, match=r"x holds -1; with depth=.*normalized"):
        solve(x, y, beta=0.1, depth=depth)
    with pytest.raises(InvalidInputError, match="normalise"):
        solve(x, y, beta=0.1, depth=depth, loss="absolute")
    with pytest.raises(InvalidInputError, match="shift x"):
        critical_betas(x, y, depth=depth)
    with pytest.raises(InvalidInputError, match="shift x"):
        solve_deep(regularization_path(x, y), beta=0.1, depth=depth)
    data, _ = Dataset(x, y).normalized()
    assert solve(data.x, data.y, beta=0.01, depth=depth).status.ok
    assert solve(x, y, beta=0.1).status.ok


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"depth": 1}, "depth is 1"),
        ({"depth": 2.5}, "depth is 2.5"),
        ({"depth": 3, "beta": -1.0}, "beta is -1"),
        ({"depth": 3, "loss": "nonsense"}, "loss"),
        ({"depth": 3, "method": "nonsense"}, "method"),
        ({"depth": 3, "loss": "huber", "skip_connection": True}, "only 'squared'"),
        ({"depth": 3, "loss": "hinge"}, "labels"),
    ],
)
def test_impossible_requests_are_refused(arguments, text):
    with pytest.raises(InvalidInputError, match=text):
        solve([0, 1, 2], [0, 3, 1], **{"beta": 0.1, **arguments})
