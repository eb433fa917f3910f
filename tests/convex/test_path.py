"""The regularisation path: certified everywhere, equal to single solves, from the constant to the interpolant."""

import numpy as np
import pytest

from cvxdnn import PRESETS, beta_max, interpolating_spline, load_preset, regularization_path, solve
from cvxdnn.exceptions import InvalidInputError

CERTIFIED = 1e-8


@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("seed", range(15))
def test_every_point_of_the_path_equals_a_single_solve(seed, skip_connection):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 41))
    x, y = rng.uniform(0, 1, n), rng.normal(size=n)
    path = regularization_path(x, y, skip_connection=skip_connection)
    assert path.beta_max == pytest.approx(beta_max(x, y, skip_connection=skip_connection))
    for beta in path.beta_max * 10 ** rng.uniform(-5, 0.3, 10):
        single = solve(x, y, beta=beta, skip_connection=skip_connection)
        answer = path.at(beta)
        assert answer.relative_gap <= CERTIFIED
        assert answer.objective == pytest.approx(single.objective, rel=CERTIFIED)


@pytest.mark.parametrize("name", list(PRESETS))
def test_presets_are_certified_at_every_breakpoint_and_end_at_the_interpolant(name):
    data = load_preset(name)
    path = regularization_path(data.x, data.y)
    assert path.relative_gap.max() <= CERTIFIED
    assert np.all(np.diff(path.betas) < 0)
    assert path.betas[-1] == 0
    assert np.all(np.diff(path.loss) <= 1e-9 * path.loss[0])
    assert np.all(np.diff(path.path_norm) >= -1e-9 * path.path_norm[-1])
    spline = interpolating_spline(data.x, data.y)
    assert path.fitted(data.x, [0.0])[0] == pytest.approx(spline(data.x), abs=1e-9 * np.ptp(data.y))


def test_two_points_shrink_until_they_are_level():
    # min 1/4 (k - 1)^2 + beta |k|: the difference k is 1 - 2 beta, level from beta = 1/2 on.
    path = regularization_path([0, 1], [0, 1])
    assert path.betas == pytest.approx([0.5, 0.0])
    assert path.at(0.1).spline([0, 1]) == pytest.approx([0.1, 0.9])


def test_other_losses_are_refused_with_the_remedy():
    with pytest.raises(InvalidInputError, match="solve"):
        regularization_path([0, 1, 2], [0, 1, 0], loss="absolute")
