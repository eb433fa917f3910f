"""Running sums hold what they say of their errors, in rational arithmetic."""

from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np
import pytest

from cvxdnn.core.rounding import FEW, cumulative, lower_total, running_sum, upper_total


def exact_sums(left, x):
    gaps = [Fraction(b) - Fraction(a) for a, b in pairwise(x.tolist())]
    terms = [Fraction(a) * gap for a, gap in zip(left.tolist(), gaps, strict=True)]
    return list(accumulate(terms, initial=Fraction(0)))


@pytest.mark.parametrize("m", [0, 1, 2, 7, 100, FEW, FEW + 1, 3_000])
@pytest.mark.parametrize("decades", [0, 12])
def test_running_sums_are_within_their_bound(m, decades):
    rng = np.random.default_rng(m)
    x = np.sort(rng.uniform(size=m + 1)) * 10.0 ** rng.uniform(-9, 9)
    left = rng.normal(size=m) * 10.0 ** rng.uniform(0, decades, m)
    found = running_sum(left, x)
    exact = exact_sums(left, x)
    assert max(abs(a - Fraction(b)) for a, b in zip(exact, found.sums.tolist(), strict=True)) <= Fraction(found.error)
    assert sum(abs(b - a) for a, b in pairwise(exact)) <= Fraction(found.size)
    assert (found.low, found.high) == (found.sums.min(), found.sums.max())


@pytest.mark.parametrize("factor", [0.0, 1e-320, 0.3, 7.1])
@pytest.mark.parametrize("m", [7, FEW + 1])
def test_a_multiple_of_running_sums_is_within_its_bound(factor, m):
    rng = np.random.default_rng(m)
    x, left = np.sort(rng.uniform(size=m + 1)), rng.normal(size=m)
    found = running_sum(left, x).scaled(factor, float(x[-1] - x[0]))
    exact = exact_sums(factor * left, x)
    assert max(abs(a - Fraction(b)) for a, b in zip(exact, found.sums.tolist(), strict=True)) <= Fraction(found.error)
    assert (found.low, found.high) == (found.sums.min(), found.sums.max())


@pytest.mark.parametrize("m", [1, 100, FEW + 1, 50_000])
def test_sums_are_those_of_plain_addition(m):
    terms = np.random.default_rng(m).normal(size=m)
    np.testing.assert_allclose(cumulative(terms), terms.cumsum(), rtol=0, atol=1e-16 * m * np.sqrt(m))


@pytest.mark.parametrize("m", [1, 2, 62, 63, 5_000])
def test_totals_enclose_the_sum(m):
    terms = np.random.default_rng(m).uniform(size=m) ** 9
    exact = sum(map(Fraction, terms.tolist()))
    assert Fraction(lower_total(terms)) <= exact <= Fraction(upper_total(terms))
