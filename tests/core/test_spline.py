"""Facts about linear splines, their path norm, and the set of all optimal interpolants."""

from dataclasses import FrozenInstanceError
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.optimize import linprog

from cvxdnn.core.exceptions import CvxdnnError, InvalidInputError
from cvxdnn.core.spline import (
    LinearSpline,
    band_edges,
    interpolating_spline,
    merge_points,
    optimal_band,
    sparsest_interpolant,
)

EXACT = 1e-12  # relative: a few hundred roundings
LP_ACCURACY = 1e-9  # relative: what the simplex method leaves
BAND_ACCURACY = 1e-7  # relative: its answers over a budget that is itself rounded

UNITS = [(0.0, 1.0), (1e5, 1.0), (0.0, 1e-12), (0.0, 1e12), (-1e17, 1e12), (1e-7, 1e-12)]
"""Offset and scale of x: everything must hold in any of these units."""


def for_all(*strategies):
    """`given`, without a time limit per example: facts do not depend on the machine's load."""
    return lambda fact: settings(deadline=None)(given(*strategies)(fact))


@st.composite
def lattice_data(draw, min_size=1, max_size=8):
    """Points with small whole coordinates, x increasing: collinear triples and ties are common."""
    n = draw(st.integers(min_size, max_size))
    gaps = draw(st.lists(st.integers(1, 4), min_size=n, max_size=n))
    y = draw(st.lists(st.integers(-4, 4), min_size=n, max_size=n))
    return np.cumsum(gaps).astype(float), np.array(y, dtype=float)


def random_data(seed, n):
    """Points no closer than a tenth of the mean gap, so that a linear program can be trusted."""
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.uniform(0.1, 1.0, n)), rng.normal(size=n)


def features(t, kinks):
    """Rightward and leftward neurons of unit input weight at the inputs t, and the free constant."""
    steps = np.subtract.outer(np.asarray(t, dtype=float), kinks)
    return np.hstack([np.maximum(steps, 0), np.maximum(-steps, 0), np.ones((steps.shape[0], 1))])


def split(matrix):
    """Columns for the positive and the negative part of every weight; the constant keeps its own sign."""
    return np.hstack([matrix[:, :-1], -matrix])


def linear_program(cost, **constraints):
    options = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    answer = linprog(cost, method="highs", options=options, **constraints)
    assert answer.success, answer.message
    return answer


def least_l1_norm(x, y, kinks):
    """The smallest sum of absolute output weights that reaches the points, constant for free."""
    columns = split(features(x, kinks))
    cost = np.ones(columns.shape[1])
    cost[-1] = 0.0
    bounds = [(0, None)] * (cost.size - 1) + [(None, None)]
    return linear_program(cost, A_eq=columns, b_eq=y, bounds=bounds).fun


def runs_of_one_sign(x, y):
    """Lengths of the maximal runs of bends in one direction, for whole coordinates, by exact arithmetic."""
    x, y = [int(v) for v in x], [int(v) for v in y]
    signs = []
    for i in range(1, len(x) - 1):
        bend = (y[i + 1] - y[i]) * (x[i] - x[i - 1]) - (y[i] - y[i - 1]) * (x[i + 1] - x[i])
        signs.append((bend > 0) - (bend < 0))
    lengths, previous = [], 0
    for sign in signs:
        if sign and sign == previous:
            lengths[-1] += 1
        elif sign:
            lengths.append(1)
        previous = sign
    return lengths


def span(values):
    """A scale for tolerances that is never zero."""
    return float(np.ptp(values)) or 1.0


# The spline itself


def test_slopes_include_the_outer_pieces():
    f = LinearSpline([0, 1, 3], [0, 2, 0], left_slope=-1, right_slope=5)
    assert_allclose(f.slopes, [-1, 2, -1, 5])
    assert_allclose(f.slope_changes, [3, -3, 6])
    assert f.total_variation == 12
    assert f.path_norm == 12


def test_end_slopes_cost_extra_only_where_they_exceed_the_total_variation():
    assert LinearSpline([0], [7], 2, 2).path_norm == 2  # a line: TV = 0
    assert LinearSpline([0], [7], -2, -2).path_norm == 2
    assert LinearSpline([0], [7], 0, 2).path_norm == 2  # one neuron: exactly tied
    assert LinearSpline([0], [7], 1, 2).path_norm == 2
    assert LinearSpline([0], [7], -1, 2).path_norm == 3
    assert LinearSpline([0], [7]).path_norm == 0


def test_without_outer_slopes_the_neighbouring_piece_continues():
    f = LinearSpline([0, 1, 3], [0, 2, 0])
    assert_allclose(f.slopes, [2, 2, -1, -1])
    assert_allclose(f([-1, 4]), [-2, -1])
    assert_allclose(LinearSpline([2], [5])([-10, 2, 10]), 5)


@for_all(lattice_data(), st.integers(-3, 3), st.integers(-3, 3))
def test_a_spline_is_its_left_piece_plus_one_hinge_per_slope_change(data, left, right):
    f = LinearSpline(*data, left_slope=left, right_slope=right)
    t = np.linspace(f.knots[0] - 2, f.knots[-1] + 2, 57)
    hinges = np.maximum(np.subtract.outer(t, f.knots), 0) @ f.slope_changes
    assert_allclose(f(t), f.values[0] + left * (t - f.knots[0]) + hinges, atol=1e-10)
    assert_allclose(f(f.knots), f.values, atol=0)


def test_evaluation_keeps_the_shape_of_its_argument():
    f = LinearSpline([0, 1], [0, 1])
    assert f(0.5).shape == ()
    assert f([]).shape == (0,)
    assert f(np.zeros((2, 3))).shape == (2, 3)


def test_a_spline_is_a_value():
    knots = np.array([0.0, 1.0])
    f = LinearSpline(knots, [0, 1])
    knots[0] = -5
    assert f.knots[0] == 0
    for own in (f.knots, f.values):
        with pytest.raises(ValueError, match="read-only"):
            own[0] = 1
    with pytest.raises(FrozenInstanceError):
        f.left_slope = 3.0


def test_restriction_forgets_the_knots_outside():
    f = LinearSpline([-5, 0, 1, 3, 9], [0, 0, 2, 0, 0])
    inside = f.restricted(-1, 2)
    assert_allclose(inside.knots, [0, 1])
    assert_allclose(inside.slopes, [0, 2, -1])
    t = np.linspace(-1, 2, 31)
    assert_allclose(inside(t), f(t), atol=EXACT)
    assert_allclose(f.restricted(0, 1).slopes, [2, 2])  # knots on the border are outside
    assert_allclose(f.restricted(1.5, 2)([1.5, 2]), f([1.5, 2]))
    assert_allclose(f.restricted(-9, -6)([-9, -6]), f([-9, -6]))


def test_significant_knots_leave_out_what_does_not_bend():
    f = LinearSpline([0, 1, 2, 3], [0, 1, 2, 0], left_slope=0.999, right_slope=-2)
    assert_allclose(f.significant_knots(), [0, 2])
    assert_allclose(f.significant_knots(share=0.01), [2])


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (([], []), "knots"),
        (([0, 1], [0]), "values"),
        (([0, 0], [0, 1]), "knots"),
        (([1, 0], [0, 1]), "knots"),
        (([0, np.nan], [0, 1]), r"knots\[1\]"),
        (([0, 1], [0, np.inf]), r"values\[1\]"),
        (([0], [0], np.nan), "left_slope"),
        (([0], [0], None, -np.inf), "right_slope"),
        ((["a"], [0]), "knots"),
    ],
)
def test_malformed_splines_are_refused_by_name(arguments, names):
    with pytest.raises(InvalidInputError, match=names) as caught:
        LinearSpline(*arguments)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, CvxdnnError)


# Its path norm


@for_all(
    lattice_data(),
    st.floats(-50, 50).filter(lambda s: abs(s) > 1e-3),
    st.floats(-50, 50).filter(lambda s: abs(s) > 1e-3),
    st.integers(-5, 5),
    st.integers(-5, 5),
)
def test_path_norm_scales_with_y_and_inversely_with_x(data, x_scale, y_scale, x_shift, y_shift):
    """Negative scales are mirror images, so both reflections are covered."""
    x, y = data
    moved = interpolating_spline(x_scale * (x + x_shift), y_scale * (y + y_shift))
    expected = interpolating_spline(x, y).path_norm * abs(y_scale / x_scale)
    assert_allclose(moved.path_norm, expected, rtol=1e-9, atol=1e-9 * abs(y_scale / x_scale))


@pytest.mark.parametrize("n", range(2, 8))
@pytest.mark.parametrize("seed", range(5))
def test_path_norm_is_the_least_l1_norm_of_output_weights(seed, n):
    x, y = random_data(seed, n)
    assert_allclose(interpolating_spline(x, y).path_norm, least_l1_norm(x, y, x), rtol=LP_ACCURACY)


@for_all(lattice_data(min_size=2, max_size=6))
def test_neurons_that_bend_elsewhere_do_not_lower_the_path_norm(data):
    x, y = data
    everywhere = np.union1d(x, np.linspace(x[0] - 2, x[-1] + 2, 23))
    path_norm = interpolating_spline(x, y).path_norm
    assert_allclose(path_norm, least_l1_norm(x, y, everywhere), rtol=LP_ACCURACY, atol=LP_ACCURACY)


# Merging


def test_equal_inputs_become_one_weighted_point():
    merged = merge_points([2, 0, 2, 0.1, 2], [1, 5, 4, 7, 1])
    assert_allclose(merged.x, [0, 0.1, 2], rtol=0)
    assert_allclose(merged.y, [5, 7, 2])
    assert_allclose(merged.weight, [1, 1, 3])
    assert_allclose(merged.group, [2, 0, 2, 1, 2])
    assert merged.scatter == pytest.approx((1 + 4 + 1) / 2)


@for_all(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(2, 9))
def test_exact_duplicates_stay_exact(x, y, copies):
    merged = merge_points([x] * copies, [y] * copies)
    assert (merged.x, merged.y, merged.weight, merged.scatter) == ([x], [y], [copies], 0)


@pytest.mark.parametrize("x", [[0, 0.5, np.nextafter(0.5, 1), 1], [1e-100, 2e-100, 1.0], 10.0 ** np.arange(-12, 12)])
def test_distinct_inputs_stay_apart_however_close(x):
    merged = merge_points(x, np.arange(len(x)))
    assert merged.x.tolist() == np.sort(x).tolist()
    assert merged.scatter == 0


def test_inputs_too_close_for_a_slope_are_refused_by_name():
    with pytest.raises(InvalidInputError, match=r"x holds 0 and another value only 4\.94066e-324 above it"):
        merge_points([5e-324, 1, 0], [0, 0, 1])
    assert merge_points([1e-99, 1, 0], [0, 0, 1e100]).x.size == 3


@for_all(lattice_data(max_size=8), st.data())
def test_merged_points_keep_count_mean_and_sum_of_squares(data, choices):
    x, y = data
    x = choices.draw(st.permutations(x.tolist() + x.tolist()[:3]))
    y = np.array([*y, 1.5, -2.0, 0.25][: len(x)])
    merged = merge_points(x, y)
    assert merged.weight.sum() == len(x)
    assert_allclose(merged.weight @ merged.y, y.sum(), atol=1e-12)
    assert_allclose(merged.weight @ merged.y**2 + 2 * merged.scatter, y @ y, rtol=EXACT, atol=EXACT)
    assert_allclose(merged.x[merged.group], x, rtol=0)


# Interpolation


@for_all(lattice_data(), st.sampled_from(UNITS), st.data())
def test_the_spline_passes_through_the_points_in_any_order_and_unit(data, unit, choices):
    (x, y), (offset, scale) = data, unit
    repeated = choices.draw(st.lists(st.integers(0, x.size - 1), max_size=4))
    order = np.array(choices.draw(st.permutations([*range(x.size), *repeated])))
    x = offset + scale * x
    f = interpolating_spline(x[order], y[order])
    assert_allclose(f(x), y, atol=EXACT * 10)
    assert np.isin(f.knots, x).all()


@for_all(lattice_data(), st.data())
def test_coincident_inputs_are_met_at_their_mean(data, choices):
    x, y = data
    more = choices.draw(st.lists(st.integers(-4, 4), min_size=x.size, max_size=x.size))
    f = interpolating_spline([*x, *x], [*y, *more])
    assert_allclose(f(x), (y + more) / 2, atol=EXACT * 10)


@for_all(lattice_data(), st.randoms(use_true_random=False))
def test_the_order_of_the_points_does_not_matter(data, random):
    order = list(range(data[0].size))
    random.shuffle(order)
    x, y = data
    at = np.linspace(x[0] - 1, x[-1] + 1, 29)
    for build in (interpolating_spline, sparsest_interpolant):
        assert np.array_equal(build(x, y)(at), build(x[order], y[order])(at))
    assert np.array_equal(optimal_band(x, y, at), optimal_band(x[order], y[order], at))


@pytest.mark.parametrize(("offset", "scale"), UNITS)
def test_collinear_points_have_no_knot_whatever_their_rounding(offset, scale):
    x = offset + scale * np.linspace(0, 1, 301)
    y = 1.3 + 0.7 * (x - offset) / scale
    f = interpolating_spline(x, y)
    assert f.significant_knots().size == 0
    assert sparsest_interpolant(x, y).significant_knots().size == 0
    assert_allclose(f(x), y, rtol=1e-9)
    assert_allclose(f.path_norm * scale, 0.7, rtol=1e-9)


def test_many_bends_each_as_small_as_round_off_are_not_lost():
    x = 1e5 + np.linspace(0, 1, 200_001)
    y = (x - 1e5) ** 2
    assert_allclose(interpolating_spline(x, y)(x), y, atol=1e-9)


def test_a_first_gap_far_smaller_than_the_rest_does_not_tilt_the_spline():
    x = np.array([0, 1e-6, 0.5, 1])
    y = 1.3 + np.array([0, 2e-6, 1, 0])
    assert_allclose(interpolating_spline(x, y)(x), y, rtol=1e-15)


# The band of all optimal interpolants


def candidate_kinks(x, y):
    """A grid on and around the data, with the points and the corners of the band itself."""
    lower, upper = band_edges(x, y)
    margin = 0.5 * span(x)
    grid = np.linspace(x[0] - margin, x[-1] + margin, 41)
    return np.unique(np.concatenate([grid, x, lower.knots, upper.knots]))


def extreme_values(x, y, at):
    """Smallest and largest f(at) over all networks through the points whose cost is the least one."""
    kinks = candidate_kinks(x, y)
    columns, target = split(features(x, kinks)), split(features([at], kinks))[0]
    bounds = [(0, None)] * (target.size - 1) + [(None, None)]
    cost = np.ones((1, target.size))
    cost[0, -1] = 0.0
    budget = [least_l1_norm(x, y, kinks) * (1 + 1e-11) + 1e-11]
    constraints = {"A_eq": columns, "b_eq": y, "A_ub": cost, "b_ub": budget, "bounds": bounds}
    return linear_program(target, **constraints).fun, -linear_program(-target, **constraints).fun


def assert_band_is_extreme(x, y, at):
    lower, upper = optimal_band(x, y, at)
    expected = np.array([extreme_values(x, y, t) for t in at])
    tolerance = BAND_ACCURACY * max(span(y), interpolating_spline(x, y).path_norm * span(x))
    assert_allclose(np.transpose([lower, upper]), expected, atol=tolerance, rtol=0)
    return upper - lower


@pytest.mark.parametrize("n", range(2, 7))
@pytest.mark.parametrize("seed", range(6))
def test_band_is_what_linear_programs_find_inside_and_outside_the_data(seed, n):
    x, y = random_data(100 + seed, n)
    rng = np.random.default_rng(seed)
    inside = rng.uniform(x[0], x[-1], 3)
    assert_band_is_extreme(x, y, np.concatenate([inside, [x[0] - 0.2 * span(x), x[-1] + 0.2 * span(x)]]))


@pytest.mark.parametrize(
    ("y", "open_gaps"),
    [
        ([0, 0, 1, 3], [0, 1, 0]),  # a run of two bends; the ends are free already
        ([0, 1, 3, 6], [1, 1, 0]),  # rising: the left end has slope to spare, the right end has none
        ([6, 3, 1, 0], [0, 1, 1]),  # its mirror image
        ([0, -1, -3, -6], [1, 1, 0]),
        ([0, 1, 0, 1], [0, 0, 0]),  # bends alternate: the spline is the only optimum
        ([0, 1, 2, 3], [0, 0, 0]),  # a line
        ([0, 0, 0, 0], [0, 0, 0]),
        ([0, 0, 1, 2, 4], [0, 0, 0, 0]),  # a straight stretch between two bends pins both
        ([1, 0, 0, 1, 3], [0, 1, 1, 0]),
        ([3, 4, 3, 5, 9, 10], [0, 0, 1, 0, 0]),
    ],
)
def test_band_opens_between_bends_of_one_sign_and_nowhere_else(y, open_gaps):
    x = np.arange(len(y), dtype=float)
    middles = (x[:-1] + x[1:]) / 2
    width = assert_band_is_extreme(x, np.array(y, dtype=float), middles)
    assert (width > BAND_ACCURACY).astype(int).tolist() == open_gaps


@for_all(lattice_data())
def test_band_holds_the_spline_and_closes_on_the_points(data):
    x, y = data
    at = np.linspace(x[0] - 1, x[-1] + 1, 83)
    lower, upper = optimal_band(x, y, at)
    spline = interpolating_spline(x, y)(at)
    assert np.all(lower <= spline + 1e-10)
    assert np.all(spline <= upper + 1e-10)
    assert_allclose(optimal_band(x, y, x), [y, y], atol=1e-10)


@for_all(lattice_data(), st.sampled_from(UNITS), st.sampled_from([-1.0, 1.0, 1e-9, 1e9]))
def test_band_moves_with_the_units(data, unit, y_scale):
    (x, y), (offset, scale) = data, unit
    at = np.linspace(x[0] - 1, x[-1] + 1, 41)
    expected = np.sort(y_scale * np.array(optimal_band(x, y, at)), axis=0)
    moved = optimal_band(offset + scale * x, y_scale * y, offset + scale * at)
    assert_allclose(moved, expected, atol=1e-9 * abs(y_scale))


def test_band_left_of_the_data_lies_between_slope_zero_and_the_line():
    lower, upper = optimal_band([0, 1], [0, 1], [-1, 0.5, 3])
    assert_allclose(lower, [-1, 0.5, 1])
    assert_allclose(upper, [0, 0.5, 3])


def test_band_of_a_single_point_is_the_constant():
    assert_allclose(optimal_band([3], [2], [[-1e6, 3, 1e6]]), np.full((2, 1, 3), 2))


# The sparsest optimal interpolant


def test_one_knot_is_enough_for_0_0_1_3():
    x, y = [0, 1, 2, 3], [0, 0, 1, 3]
    spline, sparsest = interpolating_spline(x, y), sparsest_interpolant(x, y)
    assert_allclose(spline.knots, [1, 2])
    assert_allclose(sparsest.knots, [1.5])
    assert_allclose(sparsest.values, [0], atol=EXACT)
    assert spline.path_norm == sparsest.path_norm == 2
    lower, upper = optimal_band(x, y, 1.5)
    assert (lower, upper) == (0, 0.5)
    assert (sparsest(1.5), spline(1.5)) == (0, 0.5)


def test_an_end_with_slope_to_spare_needs_no_knot_of_its_own():
    """0, 1, 3, 6 costs 3: slopes 1, 2, 3. One knot suffices although the band opens in two gaps."""
    x, y = np.arange(4), [0, 1, 3, 6]
    sparsest = sparsest_interpolant(x, y)
    assert_allclose(sparsest.knots, [1.5])
    assert sparsest.path_norm == interpolating_spline(x, y).path_norm == 3


@for_all(lattice_data(max_size=9), st.sampled_from(UNITS))
def test_sparsest_interpolant_is_optimal_with_half_the_knots_of_every_run(data, unit):
    (x, y), (offset, scale) = data, unit
    f = sparsest_interpolant(offset + scale * x, y)
    assert_allclose(f(offset + scale * x), y, atol=1e-9)
    path_norm = interpolating_spline(x, y).path_norm
    assert_allclose(f.path_norm * scale, path_norm, atol=1e-9)
    at = np.linspace(x[0] - 1, x[-1] + 1, 83)
    lower, upper = optimal_band(x, y, at)
    values = f(offset + scale * at)
    assert np.all(lower <= values + 1e-8)
    assert np.all(values <= upper + 1e-8)
    expected = sum((length + 1) // 2 for length in runs_of_one_sign(x, y))
    assert f.significant_knots().size == expected


@for_all(lattice_data(min_size=3, max_size=8))
def test_no_optimal_interpolant_has_fewer_knots(data):
    """Three points that are not on a line need a knot strictly between the outer two, and an optimal
    interpolant has none inside a gap where the band is closed. No smaller set of places meets all bends."""
    x, y = data
    lower, upper = optimal_band(x, y, (x[:-1] + x[1:]) / 2)
    open_gap = upper - lower > 1e-9
    wanted = []  # for every bend, the places that serve it: ("point", i) and open ("gap", i)
    for i in range(1, x.size - 1):
        if runs_of_one_sign(x[i - 1 : i + 2], y[i - 1 : i + 2]):
            beside = {("gap", j) for j in (i - 1, i) if open_gap[j]}
            wanted.append({("point", i)} | beside)
    places = sorted(set().union(*wanted))
    fewest = next(
        count
        for count in range(len(places) + 1)
        if any(all(w & set(chosen) for w in wanted) for chosen in combinations(places, count))
    )
    assert sparsest_interpolant(x, y).significant_knots().size == fewest


def test_tiny_values_keep_their_runs():
    assert_allclose(sparsest_interpolant([0, 1, 2, 3], 1e-170 * np.array([0, 0, 1, 3])).knots, [1.5])


def test_a_crossing_that_nearly_meets_a_point_is_no_knot_of_the_band():
    """Beside a huge bend the chords of a tiny one cross next to the point itself, at a slope without meaning."""
    x, y = [-1, 1e-313, 1], [1, 0, -1e16]
    for edge in band_edges(x, y):
        assert np.abs(edge.slopes).max() <= 1e16
        assert_allclose(edge(x), y)


ANY_FLOAT = st.one_of(st.floats(-10, 10), st.floats(-1e100, 1e100), st.floats())


@for_all(st.lists(st.tuples(ANY_FLOAT, ANY_FLOAT), min_size=1, max_size=6))
def test_hostile_points_give_a_finite_spline_or_a_clear_refusal(points):
    x, y = np.transpose(points)
    try:
        merged = merge_points(x, y)
    except InvalidInputError:
        gaps = np.diff(np.unique(x)) if np.isfinite(x).all() else np.zeros(0)
        unresolvable = np.any(gaps < 1e-100 * np.ptp(x)) if gaps.size else False
        assert not np.isfinite([x, y]).all() or np.abs([x, y]).max() > 1e100 or 0 < np.ptp(x) < 1e-100 or unresolvable
        return
    for f in (interpolating_spline(x, y), sparsest_interpolant(x, y), *band_edges(x, y)):
        assert np.isfinite(f.path_norm)
        assert np.isfinite(f(merged.x)).all()
    steepest = np.abs(np.diff(merged.y) / np.diff(merged.x)).max(initial=0.0)
    farthest, highest = np.abs(merged.x).max(), np.abs(merged.y).max()
    round_off = np.spacing(farthest) * steepest + farthest * np.spacing(steepest) + np.spacing(highest)
    assert_allclose(interpolating_spline(x, y)(merged.x), merged.y, rtol=0, atol=8 * round_off)
