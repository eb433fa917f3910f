"""The loss of a spline in the basis of hats, whichever way its sums are taken."""

import numpy as np
import pytest

from cvxdnn.convex import hat_basis
from cvxdnn.convex.hat_basis import hat_quadratic, interpolated
from cvxdnn.core.spline import merge_points

N = 3 * hat_basis.LONG * 5


def points_with_weights(n):
    rng = np.random.default_rng(0)
    return merge_points(rng.integers(0, 10 * n, 2 * n) / n, rng.normal(size=2 * n))


@pytest.mark.parametrize("pieces", [1, 3, 500])
def test_the_quadratic_is_the_loss(pieces):
    points = points_with_weights(N)
    support = np.linspace(0, points.x.size - 1, pieces + 1).astype(np.intp)
    values = np.cos(points.x[support])
    missed = interpolated(points.x, support, values) - points.y
    assert hat_quadratic(points, support).value(values) == pytest.approx(points.weight @ missed**2 / 2, rel=1e-12)


@pytest.mark.parametrize("m", [hat_basis.FEW, hat_basis.FEW + 1])
def test_values_between_support_points_are_interpolated(m):
    x = np.sort(np.random.default_rng(m).uniform(size=m))
    support = np.array([0, 1, m // 2, m - 1])
    values = np.array([1.0, -2.0, 3.0, 0.5])
    np.testing.assert_allclose(interpolated(x, support, values), np.interp(x, x[support], values), atol=1e-13)
