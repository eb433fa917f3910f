"""Sums and running sums hold what they say of their errors, in rational arithmetic, on hostile data."""

from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np
import pytest

from cvxdnn.core.rounding import (
    FEW,
    TINY,
    UNIT,
    difference,
    down,
    length,
    on_grid,
    running_sum,
    total,
    up,
    upper_total,
)

SIZES = [0, 1, 2, 7, 62, 63, 100, FEW, FEW + 1, 3_000]


def hostile(seed, m):
    """Numbers of any size down to the smallest, zeros, and pairs that cancel but for their last digits."""
    rng = np.random.default_rng([seed, m])
    numbers = rng.normal(size=m) * 10.0 ** rng.uniform(-rng.choice([0, 12, 323]), 12, m)
    numbers[rng.random(m) < 0.1] = 0.0
    again = rng.permutation(m)[: m // 2]
    numbers[again[::2][: again.size // 2]] = -numbers[again[1::2]] * (1 + 2.0**-52)
    return numbers


def hostile_inputs(seed, m):
    """Increasing inputs: evenly spread, with gaps over sixteen decades, or far from zero and close together."""
    rng = np.random.default_rng([seed, m])
    gaps = [rng.uniform(0.1, 1, m), 10.0 ** rng.uniform(-16, 0, m), 1 + rng.integers(0, 3, m)][seed % 3]
    x = np.cumsum(gaps) * 10.0 ** rng.uniform(-9, 9) if seed % 3 < 2 else 2.0**51 + np.cumsum(gaps)
    return x * 2.0 ** rng.integers(-200, 200)


def exact_sums(left, x):
    gaps = [Fraction(b) - Fraction(a) for a, b in pairwise(x.tolist())]
    terms = [Fraction(a) * gap for a, gap in zip(left.tolist(), gaps, strict=True)]
    return list(accumulate(terms, initial=Fraction(0)))


def assert_holds(found, exact):
    errors = [a - Fraction(b) for a, b in zip(exact, found.sums.tolist(), strict=True)]
    assert max(errors) - min(errors) <= Fraction(found.error)  # the first is 0
    assert sum(abs(b - a) for a, b in pairwise(exact)) <= Fraction(found.size)
    assert (found.low, found.high) == (found.sums.min(), found.sums.max())


@pytest.mark.parametrize("m", SIZES)
@pytest.mark.parametrize("seed", range(9))
def test_running_sums_are_within_their_bound(m, seed):
    left, x = hostile(seed // 3, m), hostile_inputs(seed, m + 1)
    assert_holds(running_sum(left, x), exact_sums(left, x))


@pytest.mark.parametrize("factor", [0.0, 1e-320, 0.3, 7.1, 1e80])
@pytest.mark.parametrize("m", [7, FEW + 1])
@pytest.mark.parametrize("seed", range(3))
def test_a_multiple_of_running_sums_is_within_its_bound(factor, m, seed):
    left, x = hostile(seed, m), hostile_inputs(seed, m + 1)
    found = running_sum(left, x).scaled(factor, float(x[-1] - x[0]))
    assert_holds(found, exact_sums(factor * left, x))


@pytest.mark.parametrize("m", SIZES)
@pytest.mark.parametrize("seed", range(6))
def test_totals_enclose_the_sum(m, seed):
    terms = hostile(seed, m)
    value, error = total(terms)
    assert abs(sum(map(Fraction, terms.tolist())) - Fraction(value)) <= Fraction(error)
    sizes = np.abs(terms)
    exact = sum(map(Fraction, sizes.tolist()))
    assert exact <= Fraction(upper_total(sizes))


@pytest.mark.parametrize("m", SIZES)
@pytest.mark.parametrize("seed", range(6))
def test_totals_allow_for_roundings_of_their_entries(m, seed):
    """Squares are rounded once, and may vanish."""
    terms = hostile(seed, m)
    squares = terms * terms
    exact = sum(value * value for value in map(Fraction, terms.tolist()))
    assert exact <= Fraction(upper_total(squares)) + (0 if squares.any() else TINY)


@pytest.mark.parametrize("m", SIZES)
@pytest.mark.parametrize("seed", range(6))
def test_a_length_is_between_its_bounds(m, seed):
    terms = hostile(seed, m)
    weight = np.arange(1.0, m + 1)
    low, high = length(terms * terms * weight)
    exact = sum(w * value * value for w, value in zip(weight.tolist(), map(Fraction, terms.tolist()), strict=True))
    assert Fraction(low) ** 2 <= exact <= Fraction(high) ** 2 + (0 if high else TINY)


@pytest.mark.parametrize("number", [0.0, 1.0, -1e9, 1e300, 5e-324])
def test_a_difference_in_two_parts_is_exact(number):
    vector = hostile(0, 500)
    for value, *parts in zip(vector.tolist(), *(part.tolist() for part in difference(vector, number)), strict=True):
        assert sum(map(Fraction, parts)) == Fraction(value) - Fraction(number)


@pytest.mark.parametrize("seed", range(6))
def test_sums_of_numbers_on_a_grid_need_no_rounding(seed):
    values = hostile(seed, 500)
    size = float(np.abs(values).sum())
    rounded = on_grid(values, size)
    assert (np.abs(rounded) <= np.abs(values)).all()
    assert (np.abs(values - rounded) <= 4 * UNIT * size).all()
    assert Fraction(float(rounded.sum())) == sum(map(Fraction, rounded.tolist()))


@pytest.mark.parametrize("value", [5e-324, -5e-324, 1.0, -1.0, TINY, -1e300])
def test_up_is_above_and_down_below(value):
    assert down(value) < value < up(value)
    assert up(0.0) == down(0.0) == 0
