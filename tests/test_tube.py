"""The tube: multipliers and the curve they draw."""

import numpy as np
import pytest

from cvxdnn.tube import double_integral, needed_beta, second_difference, tube


def narrow_curve(seed, n):
    """Uneven inputs in [0, 1], and z that runs to and fro in a tube of half width 1e-6."""
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.uniform(0.1, 2, n))
    x = (x - x[0]) / (x[-1] - x[0])
    z = 1e-6 * rng.uniform(-1, 1, n)
    z[0] = -z[-1]
    return x, z


def test_second_difference_of_a_tent():
    x, z = np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 0.0])
    assert second_difference(x, z).tolist() == [2.0, -3.0, 1.0]


@pytest.mark.parametrize("n", [2, 3, 10, 1_000, 100_000])
def test_many_multipliers_give_a_narrow_curve_back(n):
    x, z = narrow_curve(n, n)
    multipliers = second_difference(x, z)
    assert multipliers.cumsum()[-1] == 0
    assert tube(x, multipliers, 1.0).z == pytest.approx(z, abs=1e-10 * 1e-6)


def test_cumulative_sums_of_the_multipliers_are_exact():
    x, z = narrow_curve(0, 10_000)
    multipliers = second_difference(x, z)
    from_left, from_right = multipliers.cumsum(), multipliers[::-1].cumsum()[::-1]
    assert from_left[:-1].tolist() == (-from_right[1:]).tolist()


@pytest.mark.parametrize("size", [0.0, 5e-324, 1e-300, 1e100])
def test_second_difference_of_any_size_is_finite(size):
    x, z = np.array([0.0, 0.5, 1.0]), np.array([0.0, size, 0.0])
    multipliers = second_difference(x, z)
    assert np.isfinite(multipliers).all()
    assert double_integral(x, multipliers) == pytest.approx(z, rel=1e-12, abs=5e-324)


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
