"""The solver on hostile data: every answer finite and certified, nearly all of them to round-off."""

from itertools import product

import numpy as np
import pytest

from cvxdnn import beta_max, solve
from cvxdnn.convex import Solver
from cvxdnn.core.exceptions import SolverFailedError

pytestmark = pytest.mark.slow

GRIDS = ("uniform", "even", "six decades", "duplicates", "near duplicates")
SCALES = ((1.0, 1.0, 0.0), (1e6, 1.0, 0.0), (1e-6, 1.0, 0.0), (1.0, 1e6, 1e5), (1.0, 1.0, 1e5))
ALWAYS, NEARLY_ALWAYS = 1e-8, 1e-9
CERTIFIED_DICTIONARY = 1e-6
CASES = 60  # of each grid and scale


def hostile_problem(seed, grid, scale):
    """n = 2..300 points on a difficult grid, with scaled y and x, and beta/beta_max from 1e-8 to 1e4."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 20 if seed % 3 == 0 else 301))
    x = rng.uniform(0, 1, n)
    if grid == "even":
        x = np.linspace(0, 1, n)
    elif grid == "six decades":
        x = np.cumsum(10 ** rng.uniform(-6, 0, n))
        x /= x[-1]
    elif "duplicates" in grid:
        pairs = x[1::2].size
        x[1::2] = x[: 2 * pairs : 2] + (1e-9 if grid == "near duplicates" else 0)
    y_scale, x_scale, x_shift = scale
    y = y_scale * (np.sin(8 * x) + 0.3 * rng.normal(size=n))
    x = x_scale * x + x_shift
    return x, y, beta_max(x, y) * 10 ** rng.uniform(-8, 4)


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("scale", SCALES, ids=["plain", "large y", "small y", "large x", "shifted x"])
def test_hostile_data_are_solved_and_certified(grid, scale):
    gaps = []
    for seed in range(CASES):
        x, y, beta = hostile_problem(seed, grid, scale)
        solution = solve(x, y, beta=beta)
        assert np.isfinite(solution.spline(x)).all()
        assert np.isfinite([solution.objective, solution.gap, solution.path_norm]).all()
        assert solution.relative_gap <= ALWAYS, (seed, x.size, beta / beta_max(x, y))
        gaps.append(solution.relative_gap)
    assert np.mean(np.array(gaps) <= NEARLY_ALWAYS) >= 0.99


@pytest.mark.parametrize("grid", GRIDS)
def test_hostile_data_with_a_skip_connection_are_certified(grid):
    for seed in range(CASES):
        x, y, beta = hostile_problem(seed, grid, SCALES[0])
        solution = solve(x, y, beta=beta, skip_connection=True)
        assert np.isfinite([solution.objective, solution.gap, solution.path_norm]).all()
        assert solution.relative_gap <= ALWAYS, (seed, x.size, beta)


@pytest.mark.parametrize("skip_connection", [False, True])
@pytest.mark.parametrize("share", [1e-300, 1e-100, 1e-30, 1e-20, 1e-14, 1e14, 1e100])
def test_a_weight_decay_of_any_size_is_certified_in_any_units(share, skip_connection):
    rng = np.random.default_rng(0)
    for n, x_unit, y_unit in product((2, 3, 4, 40), (1e-95, 1.0, 1e95), (1e-120, 1.0, 1e99)):
        x, y = x_unit * rng.uniform(size=n), y_unit * rng.normal(size=n)
        beta = share * beta_max(x, y, skip_connection=skip_connection)
        if 0 < beta < np.inf:
            solution = solve(x, y, beta=beta, skip_connection=skip_connection)
            assert np.isfinite([solution.objective, solution.gap, solution.path_norm]).all()
            assert solution.relative_gap <= ALWAYS, (n, x_unit, y_unit)


@pytest.mark.parametrize("grid", GRIDS)
def test_a_drag_over_hostile_data_is_certified(grid):
    solver = Solver()
    rng = np.random.default_rng(0)
    for seed in range(0, CASES, 6):
        x, y, beta = hostile_problem(seed, grid, SCALES[0])
        for _ in range(10):
            index = rng.integers(x.size)
            x[index] += 0.02 * np.ptp(x) * rng.normal()
            y[index] += 0.1 * np.ptp(y) * rng.normal()
            assert solver.solve(x, y, beta=beta).relative_gap <= ALWAYS, (seed, x.size, beta)


@pytest.mark.parametrize("grid", GRIDS)
def test_hostile_data_agree_with_the_dictionary_where_that_is_certified(grid):
    compared = 0
    for seed in range(0, 60, 3):  # the small ones
        x, y, beta = hostile_problem(seed, grid, SCALES[0])
        try:
            dictionary = solve(x, y, beta=beta, method="dictionary")
        except SolverFailedError:
            continue
        if dictionary.relative_gap <= CERTIFIED_DICTIONARY:
            compared += 1
            expected = pytest.approx(dictionary.objective, rel=2 * CERTIFIED_DICTIONARY)
            assert solve(x, y, beta=beta).objective == expected
    assert compared >= 10
