"""The scalar problem S_L: its minimiser against a grid, its threshold and jump, its units."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.theory import shrink, threshold

EXACT = 1e-12
DEPTHS = [2, 3, 4, 5, 6, 20]
BETAS = [0.05, 0.3, 1.0]


def objective(s, s0, beta, depth):
    return 0.5 * (s - s0) ** 2 + 0.5 * beta * depth * s ** (2 / depth)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("share", [0.5, 0.98, 1.02, 2.0])
def test_no_place_of_a_fine_grid_is_lower(depth, beta, share):
    s0 = share * threshold(beta, depth)
    answer = shrink(s0, beta, depth)
    assert answer.value == pytest.approx(objective(answer.minimizer, s0, beta, depth), rel=EXACT)
    lowest = objective(np.linspace(0, s0, 200_001), s0, beta, depth).min()
    assert lowest == pytest.approx(answer.value, rel=1e-6)
    assert answer.value <= lowest * (1 + EXACT)
    assert (answer.minimizer > 0) == (share > 1)


@pytest.mark.parametrize("s0", [0.0, 0.2, 0.3, 0.7, 5.0])
def test_two_layers_are_the_soft_threshold(s0):
    answer = shrink(s0, 0.3, 2)
    assert answer.minimizer == pytest.approx(max(s0 - 0.3, 0), abs=EXACT)
    assert answer.value == pytest.approx(0.3 * s0 - 0.045 if s0 > 0.3 else s0**2 / 2, abs=EXACT)
    assert (answer.threshold, answer.appearance, answer.jump) == (0.3, 0.3, 0.0)


def test_threshold_and_jump_in_closed_form_for_three_and_four_layers():
    assert threshold(0.2, 3) == pytest.approx(2 * 0.2**0.75, rel=EXACT)
    assert shrink(1, 0.2, 3).jump == pytest.approx(0.2**0.75, rel=EXACT)
    assert threshold(0.2, 4) == pytest.approx(1.5 * 0.4 ** (2 / 3), rel=EXACT)
    assert shrink(1, 0.2, 4).jump == pytest.approx(0.4 ** (2 / 3), rel=EXACT)


@pytest.mark.parametrize("depth", DEPTHS[1:])
@pytest.mark.parametrize("beta", BETAS)
def test_the_minimiser_jumps_where_zero_costs_the_same(depth, beta):
    at = shrink(threshold(beta, depth), beta, depth)
    assert at.minimizer == pytest.approx(at.jump, rel=1e-9)
    assert at.value == pytest.approx(objective(0, at.threshold, beta, depth), rel=EXACT)
    below = shrink(at.threshold * (1 - 1e-9), beta, depth)
    assert below.minimizer == 0
    assert below.stationary == pytest.approx(at.jump, rel=1e-6)


@pytest.mark.parametrize("depth", DEPTHS[1:])
def test_between_appearance_and_threshold_the_positive_minimum_is_only_local(depth):
    tau, appearance = threshold(0.3, depth), shrink(1, 0.3, depth).appearance
    assert appearance < tau
    local = shrink((tau + appearance) / 2, 0.3, depth)
    s0 = (tau + appearance) / 2
    around = local.stationary * np.array([0.99, 1, 1.01])
    assert objective(around, s0, 0.3, depth).argmin() == 1
    assert objective(local.stationary, s0, 0.3, depth) > objective(0, s0, 0.3, depth)
    assert shrink(0.999 * appearance, 0.3, depth).stationary == 0


@pytest.mark.parametrize("depth", DEPTHS[1:])
def test_layers_solve_the_polynomial_of_their_singular_value(depth):
    # t^(2L - 2) - s0 t^(L - 2) + beta = 0 for t = s^(1/L), of which t is the largest root.
    s0, beta = 2 * threshold(0.4, depth), 0.4
    polynomial = np.zeros(2 * depth - 1)
    polynomial[[0, depth, -1]] += [1, -s0, beta]
    roots = np.roots(polynomial)
    largest = roots.real[np.abs(roots.imag) < 1e-7].max()
    assert shrink(s0, beta, depth).layer == pytest.approx(largest, rel=1e-7)


def test_without_weight_decay_nothing_shrinks():
    answer = shrink([0.0, 1e-8, 3.0], 0, 4)
    assert answer.minimizer.tolist() == [0.0, 1e-8, 3.0]
    assert answer.value.tolist() == [0, 0, 0]


@given(
    s0=st.floats(0, 1e100),
    beta=st.floats(0, 1e100),
    depth=st.integers(2, 10**6),
    scale=st.floats(1e-3, 1e3),
)
def test_hostile_numbers_shrink_to_something_between_zero_and_themselves(s0, beta, depth, scale):
    answer = shrink(s0, beta, depth)
    assert 0 <= answer.minimizer <= s0
    assert 0 <= answer.value <= 0.5 * s0**2 * (1 + EXACT)
    # Units: the singular values times k, the weight decay times k^(2 - 2/L), the value times k^2.
    scaled = shrink(scale * min(s0, 1e90), scale ** (2 - 2 / depth) * min(beta, 1e90), depth)
    here = shrink(min(s0, 1e90), min(beta, 1e90), depth)
    assert scaled.value == pytest.approx(scale**2 * here.value, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((-1, 0.1, 3), "s0 is -1"),
        (([1, np.nan], 0.1, 3), "s0"),
        ((1, -0.1, 3), "beta is -0.1"),
        ((1, 0.1, 1), "depth is 1"),
        ((1, 0.1, 2.5), "depth is 2.5"),
    ],
)
def test_mistakes_name_the_argument(arguments, says):
    with pytest.raises(InvalidInputError, match=says):
        shrink(*arguments)
