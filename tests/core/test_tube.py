"""The tube: multipliers and the curve they draw."""

from fractions import Fraction
from itertools import accumulate

import numpy as np
import pytest

from cvxdnn.core.tube import DualPoint, double_integral, needed_beta, tube


def narrow_curve(seed, n):
    """Uneven inputs in [0, 1], and z that runs to and fro in a tube of half width 1e-6."""
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.uniform(0.1, 2, n))
    x = (x - x[0]) / (x[-1] - x[0])
    z = 1e-6 * rng.uniform(-1, 1, n)
    z[0] = -z[-1]
    return x, z


def dual_point(x, z):
    """The dual point whose curve is z, which begins and ends at opposite heights."""
    return DualPoint(x, np.diff(z) / np.diff(x))


def test_multipliers_of_a_tent():
    point = dual_point(np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 0.0]))
    assert point.multipliers.tolist() == point.portable.tolist() == [2.0, -3.0, 1.0]
    assert point.z.tolist() == [0.0, 2.0, 0.0]
    assert point.c == 0


@pytest.mark.slow
@pytest.mark.parametrize("n", [2, 3, 10, 1_000, 100_000])
def test_many_multipliers_give_a_narrow_curve_back(n):
    x, z = narrow_curve(n, n)
    multipliers = dual_point(x, z).portable
    assert multipliers.cumsum()[-1] == 0
    assert tube(x, multipliers, 1.0).z == pytest.approx(z, abs=1e-10 * 1e-6)


def test_cumulative_sums_of_the_multipliers_are_exact():
    x, z = narrow_curve(0, 10_000)
    multipliers = dual_point(x, z).portable
    from_left, from_right = multipliers.cumsum(), multipliers[::-1].cumsum()[::-1]
    assert from_left[:-1].tolist() == (-from_right[1:]).tolist()


@pytest.mark.parametrize("size", [0.0, 5e-324, 1e-300, 1e100])
def test_a_curve_of_any_size_has_finite_multipliers(size):
    x, z = np.array([0.0, 0.5, 1.0]), np.array([0.0, size, 0.0])
    multipliers = dual_point(x, z).portable
    assert np.isfinite(multipliers).all()
    assert double_integral(x, multipliers) == pytest.approx(z, rel=1e-12, abs=5e-324)


@pytest.mark.parametrize("n", [2, 30, 3_000])
def test_the_error_of_a_curve_is_bounded_whatever_the_gaps(n):
    """Against rational arithmetic, with gaps over sixteen decades; and the needed weight decay is enough."""
    rng = np.random.default_rng(n)
    x = np.cumsum(10.0 ** rng.uniform(-16, 0, n))
    point = DualPoint(x, rng.normal(size=n - 1) * 10.0 ** rng.uniform(-3, 8, n - 1))
    steps = [Fraction(s) * (Fraction(b) - Fraction(a)) for s, a, b in zip(point.sums, x, x[1:], strict=False)]
    integral = [Fraction(0), *accumulate(steps)]
    exact = [value - integral[-1] / 2 for value in integral]
    assert max(abs(Fraction(z) - e) for z, e in zip(point.z, exact, strict=True)) <= point.error
    assert point.error <= 1e-13 * max(map(abs, map(float, steps)))
    needed = max(map(abs, exact)) + abs(integral[-1]) / 2
    assert needed <= point.needed_beta <= float(needed) * (1 + 1e-12)
    half = point.within(0.5 * point.needed_beta)
    assert half.needed_beta <= 0.5 * point.needed_beta


def test_a_multiple_needs_that_multiple_of_beta():
    rng = np.random.default_rng(0)
    x, multipliers = np.sort(rng.uniform(size=30)), rng.normal(size=30)
    multipliers -= multipliers.mean()
    needed = needed_beta(x, multipliers)
    picture = tube(x, multipliers, needed)
    assert picture.fits
    assert not tube(x, multipliers, 0.99 * needed).fits
    half = picture.scaled(0.5, needed / 2)
    assert half.fits
    assert half.needed_beta == pytest.approx(needed / 2, rel=1e-12)
    assert half.z == pytest.approx(tube(x, multipliers / 2, needed / 2).z, rel=1e-12)
