"""The regularisation path: hand-solvable cases, agreement with `solve`, a certificate at every breakpoint."""

from itertools import pairwise

import numpy as np
import pytest

from cvxdnn import PRESETS, Status, beta_max, certify, interpolating_spline, load_preset, solve
from cvxdnn.convex import LONGEST_PATH, homotopy
from cvxdnn.convex.active_set import Regime
from cvxdnn.convex.path import regularization_path
from cvxdnn.convex.path_conditions import Conditions
from cvxdnn.convex.track import JUMP
from cvxdnn.core.exceptions import InvalidInputError

CERTIFIED = 1e-8
AGREEMENT = 1e-9
EXACT = 1e-12


def noisy(seed, n):
    """Points of a wavy curve with noise, every other time on a steep trend."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 1, n)
    return x, np.sin(9 * x) + 0.2 * rng.normal(size=n) + (5 * x if seed % 2 else 0)


def six_decades(seed, n):
    rng = np.random.default_rng(seed)
    x = np.cumsum(10 ** rng.uniform(-6, 0, n))
    return x, rng.normal(size=n)


def symmetric(seed, n):
    y = np.random.default_rng(seed).normal(size=n)
    return np.arange(n), y + y[::-1]


HARD = {
    "random": noisy(1, 150),
    "even grid": (np.linspace(0, 1, 120), noisy(2, 120)[1]),
    "few values on a grid": (np.arange(100), np.random.default_rng(3).integers(0, 3, 100)),
    "symmetric": symmetric(4, 101),
    "zigzag": (np.arange(150), (-1.0) ** np.arange(150)),
    "convex": (np.arange(60), (np.arange(60) - 30.0) ** 2),
    "two kinks": (np.arange(61), np.abs(np.arange(61) - 20) + np.abs(np.arange(61) - 40)),
    "duplicates": (np.repeat(noisy(5, 40)[0], 3), noisy(6, 120)[1]),
    "near duplicates": (np.concatenate([noisy(7, 40)[0], noisy(7, 40)[0] + 1e-6]), noisy(8, 80)[1]),
    "six decades": six_decades(9, 120),
    "far from zero": (1e5 + noisy(10, 60)[0], 1e-3 * noisy(11, 60)[1] + 7),
    "large units": (1e6 * noisy(12, 60)[0], 1e6 * noisy(13, 60)[1]),
}


@pytest.fixture(scope="module", params=[(name, skip) for name in HARD for skip in (False, True)], ids=str)
def hard(request):
    name, skip_connection = request.param
    x, y = HARD[name]
    return x, y, regularization_path(x, y, skip_connection=skip_connection)


# Solved by hand


def test_two_points_are_a_soft_threshold():
    # min over the rise k of 1/4 (k - 1)^2 + beta |k| is k = 1 - 2 beta.
    path = regularization_path([0, 1], [0, 1])
    assert path.betas == pytest.approx([0.5, 0], abs=EXACT)
    assert path.path_norm == pytest.approx([0, 1], abs=EXACT)
    assert path.at(0.1).spline([0, 1]) == pytest.approx([0.1, 0.9], abs=EXACT)
    assert path.fitted([0, 1], [0.25]) == pytest.approx(np.array([[0.25, 0.75]]), abs=EXACT)


def test_tent_bends_at_a_third():
    # Slopes +s and -s with s = 1 - 3 beta.
    path = regularization_path([0, 1, 2], [0, 1, 0])
    assert path.betas == pytest.approx([1 / 3, 0], abs=EXACT)
    assert path.knot_count.tolist() == [1, 1]
    assert path.path_norm == pytest.approx([0, 2], abs=EXACT)
    (life,) = path.knot_lives
    assert (life.x, life.sign, life.died) == (1.0, -1.0, 0.0)
    assert life.born == pytest.approx(1 / 3, abs=EXACT)
    assert path.at(0.1).path_norm == pytest.approx(2 * 0.7, abs=EXACT)


def test_ramp_is_first_a_line_and_then_bends():
    # Data 0, 0, 1: a line of slope (1 - beta) / 2 while |c| = beta and z(1) = 1/6 < beta / 2, that is for beta in
    # (1/3, 1); below, the residuals are (0, -beta, beta), so f = (0, beta, 1 - beta) with slope change 1 - 3 beta.
    path = regularization_path([0, 1, 2], [0, 0, 1])
    assert path.betas == pytest.approx([1, 1 / 3, 0], abs=EXACT)
    assert path.knot_count.tolist() == [0, 1, 1]
    assert path.degrees_of_freedom.tolist() == [2, 3, 3]
    assert path.path_norm == pytest.approx([0, 1 / 3, 1], abs=EXACT)
    assert path.loss == pytest.approx([1 / 3, 1 / 9, 0], abs=EXACT)
    assert path.loss_at([2.0, 0.2]) == pytest.approx([1 / 3, 0.04], abs=EXACT)
    assert path.fitted([0, 1, 2], [0.2])[0] == pytest.approx([0, 0.2, 0.8], abs=EXACT)
    first, second = path.piece(0), path.piece(1)
    assert first.regime is second.regime is Regime.END
    assert second.x.tolist() == [0, 1, 2]
    assert second.signs.tolist() == [1]
    assert second.values_high == pytest.approx([0, 1 / 3, 2 / 3], abs=EXACT)
    assert second.values_low == pytest.approx([0, 0, 1], abs=EXACT)


def test_ramp_with_a_skip_connection_starts_at_the_least_squares_line():
    # The line leaves residuals 1/6, -1/3, 1/6, so z(1) = 1/6; below, the slope change is 1 - 6 beta.
    path = regularization_path([0, 1, 2], [0, 0, 1], skip_connection=True)
    assert path.betas == pytest.approx([1 / 6, 0], abs=EXACT)
    assert path.fitted([0, 1, 2], [1.0])[0] == pytest.approx([-1 / 6, 1 / 3, 5 / 6], abs=EXACT)
    assert path.path_norm_at(0.1) == pytest.approx(0.4, abs=EXACT)


@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize(("x", "y"), [([3], [7]), ([1, 1, 1], [0, 1, 5]), ([0, 1, 5], [0.1, 0.1, 0.1])])
def test_nothing_to_follow(x, y, skip_connection):
    path = regularization_path(x, y, skip_connection=skip_connection)
    assert path.betas.tolist() == [0.0]
    assert path.relative_gap.tolist() == [0.0]
    assert path.knot_lives == ()
    for beta in (0.0, 0.3):
        assert path.at(beta).status.ok
        assert path.at(beta).spline(x) == pytest.approx(np.full(len(x), np.mean(y)), abs=EXACT)
        assert path.fitted(x, [beta])[0] == pytest.approx(np.full(len(x), np.mean(y)), abs=EXACT)
    assert path.loss_at(0.3) == pytest.approx(0.5 * np.sum((y - np.mean(y)) ** 2))


def test_points_on_a_line_need_no_knot():
    x = np.arange(50) / 7
    path = regularization_path(x, 3 * x + 0.1)
    assert path.betas.size == 2
    assert path.knot_count.tolist() == [0, 0]
    assert regularization_path(x, 3 * x + 0.1, skip_connection=True).betas.tolist() == [0.0]


# Two formulations


@pytest.mark.parametrize("n", range(2, 41))
def test_agrees_with_solve(n):
    x, y = noisy(n, n)
    rng = np.random.default_rng(n)
    skip_connection = n % 3 == 0 and n > 3
    path = regularization_path(x, y, skip_connection=skip_connection)
    for beta in path.beta_max * 10 ** rng.uniform(-5, 0.3, 20):
        here, there = path.at(beta), solve(x, y, beta=beta, skip_connection=skip_connection)
        assert here.status is there.status is Status.OPTIMAL
        assert here.relative_gap <= CERTIFIED
        assert here.objective == pytest.approx(there.objective, rel=AGREEMENT)
        assert path.fitted(x, [beta])[0] == pytest.approx(here.spline(x), abs=AGREEMENT)
        assert path.loss_at(beta) == pytest.approx(here.loss, rel=AGREEMENT)
        assert path.path_norm_at(beta) == pytest.approx(here.path_norm, rel=AGREEMENT, abs=AGREEMENT)


@pytest.mark.parametrize("seed", range(10))
def test_doubled_points_double_the_weight_decay(seed):
    x, y = noisy(seed, 25)
    once, twice = regularization_path(x, y), regularization_path(np.tile(x, 2), np.tile(y, 2))
    assert twice.betas == pytest.approx(2 * once.betas, rel=AGREEMENT, abs=1e-14)
    assert twice.fitted(x) == pytest.approx(once.fitted(x), abs=AGREEMENT)


@pytest.mark.parametrize("skip_connection", [False, True])
def test_every_breakpoint_can_be_looked_up_instead(monkeypatch, skip_connection):
    x, y = noisy(3, 60)
    walked = regularization_path(x, y, skip_connection=skip_connection)
    monkeypatch.setattr(homotopy, "MAX_REPAIRS", 0)
    looked_up = regularization_path(x, y, skip_connection=skip_connection)
    assert looked_up.betas == pytest.approx(walked.betas, rel=AGREEMENT, abs=1e-14)
    assert looked_up.knot_count.tolist() == walked.knot_count.tolist()


def test_jumps_are_certified_and_recorded(monkeypatch):
    x, y = noisy(4, 30)
    walked = regularization_path(x, y)
    repaired = homotopy._optimum

    def fails_at_breakpoints(problem, pattern, beta, owners):
        return repaired(problem, pattern, beta, owners) if owners.size == 0 else None

    monkeypatch.setattr(homotopy, "_optimum", fails_at_breakpoints)
    monkeypatch.setattr(Conditions, "hold", lambda self, beta: False)
    path = regularization_path(x, y)
    jumps = np.flatnonzero(path.track.of_piece == JUMP)
    assert jumps.size == walked.betas.size - 2
    assert path.relative_gap.max() <= CERTIFIED
    assert path.fitted(x, walked.betas) == pytest.approx(walked.fitted(x), abs=1e-6)
    for index in jumps:
        middle = (path.betas[index] + path.betas[index + 1]) / 2
        assert path.at(middle).relative_gap <= CERTIFIED
        assert path.piece(int(index)).x.size >= 2


# Hard data and presets


@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("name", list(PRESETS))
def test_presets_are_certified_down_to_the_interpolant(name, skip_connection):
    data = load_preset(name)
    path = regularization_path(data.x, data.y, skip_connection=skip_connection)
    spline = interpolating_spline(data.x, data.y)
    assert path.relative_gap.max() <= 1e-10
    assert path.betas[-1] == 0
    assert path.fitted(data.x)[-1] == pytest.approx(spline(data.x), abs=AGREEMENT * np.ptp(data.y))
    assert path.knot_count[-1] == spline.significant_knots().size
    assert path.at(0).status is Status.INTERPOLATES
    assert JUMP not in path.track.of_piece


def test_every_breakpoint_is_certified(hard):
    _, _, path = hard
    assert path.relative_gap.max() <= CERTIFIED


def test_starts_at_beta_max_and_ends_at_the_interpolant(hard):
    x, y, path = hard
    assert path.betas[0] == pytest.approx(beta_max(x, y, skip_connection=path.problem.skip_connection), rel=EXACT)
    assert path.at(1.5 * path.beta_max).knots.size == 0
    assert path.betas[-1] == 0
    last = np.ptp(y) * AGREEMENT
    assert path.fitted(x)[-1] == pytest.approx(interpolating_spline(x, y)(x), abs=last)


def test_path_norm_falls_and_loss_rises_with_beta(hard):
    _, _, path = hard
    assert np.all(np.diff(path.betas) < 0)
    assert np.all(np.diff(path.path_norm) >= -EXACT * path.path_norm[-1])
    assert np.all(np.diff(path.loss) <= EXACT * path.loss[0])


def test_linear_and_certified_between_breakpoints(hard):
    x, _, path = hard
    chosen = np.unique(np.linspace(0, path.betas.size - 2, 12).astype(int))
    for index in chosen:
        middle = (path.betas[index] + path.betas[index + 1]) / 2
        solution = path.at(middle)
        assert solution.relative_gap <= CERTIFIED
        assert path.path_norm_at(middle) == pytest.approx(solution.path_norm, rel=1e-7)
        assert path.loss_at(middle) == pytest.approx(solution.loss, abs=AGREEMENT * solution.objective)
        assert path.fitted(x, [middle])[0] == pytest.approx(solution.spline(x), abs=AGREEMENT * np.ptp(path.y))


def test_lives_of_knots_and_pieces_tell_the_same_story(hard):
    _, _, path = hard
    for index in range(path.betas.size - 1):
        exists = [life for life in path.knot_lives if life.died < path.betas[index] <= life.born]
        assert len(exists) == path.knot_count[index]
    for index in np.unique(np.linspace(0, path.betas.size - 2, 12).astype(int)):
        piece = path.piece(int(index))
        lives = [life for life in path.knot_lives if life.died < piece.beta_high <= life.born]
        assert piece.x[1:-1].tolist() == sorted(life.x for life in lives)
        assert piece.signs.tolist() == [life.sign for life in sorted(lives, key=lambda life: life.x)]
        tied = path.degrees_of_freedom[index] == piece.x.size - 1
        assert tied == (piece.regime is Regime.TIED)


def test_motorcycle_reaches_the_merged_interpolant():
    data = load_preset("motorcycle")
    path = regularization_path(data.x, data.y)
    assert path.degrees_of_freedom[-1] == np.unique(data.x).size == 94
    merged = [data.y[data.x == x].mean() for x in np.unique(data.x)]
    assert path.fitted(np.unique(data.x))[-1] == pytest.approx(merged, abs=AGREEMENT * np.ptp(data.y))
    within = sum(0.5 * np.sum((data.y[data.x == x] - data.y[data.x == x].mean()) ** 2) for x in np.unique(data.x))
    assert path.loss[-1] == pytest.approx(within, rel=EXACT)


@pytest.mark.slow
def test_all_breakpoints_of_a_thousand_points_are_certified():
    x, y = noisy(31, LONGEST_PATH)
    path = regularization_path(x, y)
    assert path.betas.size > 1_500
    assert path.betas[-1] == 0
    assert path.relative_gap.max() <= CERTIFIED
    for beta in path.betas[:-1:50]:
        solution = path.at(beta)
        assert certify(x, y, solution.spline, beta=beta, dual=solution.dual).relative_gap <= CERTIFIED


# Invariances


@pytest.mark.parametrize("skip_connection", [False, True])
def test_units_order_and_reflection(skip_connection):
    x, y = noisy(21, 50)
    path = regularization_path(x, y, skip_connection=skip_connection)
    values = path.fitted(x)

    def transformed(new_x, new_y):
        return regularization_path(new_x, new_y, skip_connection=skip_connection)

    order = np.random.default_rng(0).permutation(50)
    shuffled = transformed(x[order], y[order])
    assert shuffled.betas.tolist() == path.betas.tolist()
    scaled = transformed(3 * x - 8, 10 * y + 5)
    assert scaled.betas == pytest.approx(30 * path.betas, rel=AGREEMENT, abs=1e-13)
    assert scaled.fitted(3 * x - 8) == pytest.approx(10 * values + 5, abs=1e-8)
    assert scaled.path_norm == pytest.approx(10 / 3 * path.path_norm, rel=AGREEMENT, abs=AGREEMENT)
    assert scaled.loss == pytest.approx(100 * path.loss, rel=AGREEMENT, abs=AGREEMENT)
    mirrored = transformed(-x, -y)
    assert mirrored.betas == pytest.approx(path.betas, rel=AGREEMENT, abs=1e-14)
    assert mirrored.fitted(-x) == pytest.approx(-values, abs=AGREEMENT)


def test_with_a_skip_connection_a_trend_changes_nothing():
    x, y = noisy(22, 40)
    path, tilted = (regularization_path(x, z, skip_connection=True) for z in (y, y + 3 * x))
    assert tilted.betas == pytest.approx(path.betas, rel=1e-8, abs=1e-14)
    assert tilted.fitted(x) - path.fitted(x) == pytest.approx(np.tile(3 * x, (path.betas.size, 1)), abs=1e-8)


def test_degrees_of_freedom_are_the_sensitivity_of_the_fit():
    x, y = noisy(23, 30)
    path = regularization_path(x, y)
    step = 1e-6
    moved = [regularization_path(x, y + step * unit) for unit in np.eye(30)]
    for high, low, freedom in [(*pair, path.degrees_of_freedom[i]) for i, pair in enumerate(pairwise(path.betas))][::7]:
        beta = (high + low) / 2
        if high - low < 1e-3 * high:
            continue  # the pattern must survive the step
        own = [each.fitted(x[i : i + 1], [beta]).item() for i, each in enumerate(moved)]
        assert np.sum(own - path.fitted(x, [beta])) / step == pytest.approx(freedom, abs=1e-3)


# Mistakes of the caller


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"x": [0, 1], "y": [0]}, "x has 2"),
        ({"x": [0, np.nan], "y": [0, 1]}, "x"),
        ({"x": [], "y": []}, "x is empty"),
        ({"x": [0, 1], "y": [0, 1], "loss": "nonsense"}, "loss"),
        ({"x": [0, 1], "y": [-1, 1], "loss": "hinge"}, "solve"),
    ],
)
def test_malformed_problems_are_refused(arguments, text):
    with pytest.raises(InvalidInputError, match=text):
        regularization_path(**arguments)


@pytest.mark.parametrize(
    "question",
    [
        lambda path: path.at(-1),
        lambda path: path.at(np.nan),
        lambda path: path.fitted([0], [-1]),
        lambda path: path.fitted([np.inf]),
        lambda path: path.loss_at([0.1, -0.1]),
        lambda path: path.path_norm_at(np.nan),
        lambda path: path.piece(1),
        lambda path: path.piece(-1),
    ],
)
def test_malformed_questions_are_refused(question):
    with pytest.raises(InvalidInputError):
        question(regularization_path([0, 1], [0, 1]))
