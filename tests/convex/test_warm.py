"""Warm starts: the same answers as cold solves, whatever was remembered."""

import numpy as np
import pytest

from cvxdnn import PRESETS, beta_max, load_preset, solve
from cvxdnn.convex import Solver

SAME = 1e-8


def dragged(x, y, steps, seed=0):
    """One point wandering, past its neighbours too."""
    rng = np.random.default_rng(seed)
    x, y = x.copy(), y.copy()
    index = rng.integers(x.size)
    for _ in range(steps):
        x[index] += 0.03 * np.ptp(x) * rng.normal()
        y[index] += 0.05 * np.ptp(y) * rng.normal()
        yield x.copy(), y.copy()


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_drag_gives_the_cold_answers_mostly_warm(name):
    data = load_preset(name)
    beta = 0.01 * beta_max(data.x, data.y)
    solver, warm = Solver(), 0
    for x, y in dragged(data.x, data.y, 30):
        answer = solver.solve(x, y, beta=beta)
        warm += solver.was_warm
        assert answer.relative_gap <= SAME
        assert answer.objective == pytest.approx(solve(x, y, beta=beta).objective, rel=SAME)
    assert warm >= 20


def test_the_weight_decay_may_move_over_its_whole_range():
    data = load_preset("random smooth")
    solver, largest = Solver(), beta_max(data.x, data.y)
    for beta in [*np.geomspace(1e-6, 10, 60) * largest, 0.0, 0.5 * largest]:
        answer = solver.solve(data.x, data.y, beta=beta)
        assert answer.objective == pytest.approx(solve(data.x, data.y, beta=beta).objective, rel=SAME, abs=1e-15)


def test_above_beta_max_the_mean_is_exact_whatever_was_remembered():
    data = load_preset("random smooth")
    solver, largest = Solver(), beta_max(data.x, data.y)
    solver.solve(data.x, data.y, beta=0.5 * largest)
    assert solver.solve(data.x, data.y, beta=1e12 * largest).path_norm == 0
    assert not solver.was_warm


def test_other_data_altogether_are_solved_too():
    solver = Solver(skip_connection=True)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(1, 30))
        x, y = 10.0 ** rng.integers(-6, 7) * rng.normal(size=n), rng.normal(size=n)
        beta = 0.1 * beta_max(x, y, skip_connection=True)
        answer = solver.solve(x, y, beta=beta)
        cold = solve(x, y, beta=beta, skip_connection=True)
        assert answer.objective == pytest.approx(cold.objective, rel=SAME, abs=1e-15)
        assert answer.relative_gap <= SAME
