"""The exact correction of amplitudes: stationary for every smooth loss, and never worse."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cvxdnn.core.losses import named
from cvxdnn.core.objective import beta_max
from cvxdnn.training.exact.decay import Decay
from cvxdnn.training.exact.nodes import Nodes
from cvxdnn.training.exact.ramps import Ramps, charged, corrected, stationary_norm

SMOOTH = ("squared", "huber", "logistic")
STATIONARY = {"squared": 1e-9, "huber": 1e-4, "logistic": 1e-4}
"""Relative accuracy of the wall; the objective's is the square of it where Newton's method ends by round-off."""


def problem(loss, seed, n=10):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 1, n), rng.standard_normal(n) / 3
    y = np.sign(y) if loss == "logistic" else y
    columns = rng.permutation(2 * n)[:n]
    start = Ramps(columns, rng.choice([-1.0, 1.0], n), rng.random(n), 0.3)
    return Nodes.of(x, y, named(loss)), start, beta_max(x, y, loss=loss)


@pytest.mark.parametrize("share", [0.1, 1e-3])
@pytest.mark.parametrize("loss", SMOOTH)
@pytest.mark.parametrize("seed", range(4))
def test_ramps_in_use_touch_the_wall_and_the_offset_is_balanced(loss, seed, share):
    nodes, start, largest = problem(loss, seed)
    decay = share * largest
    found = corrected(nodes, start, decay)
    slopes = nodes.slopes(found.outputs(nodes))
    assert slopes.sum() == pytest.approx(0, abs=STATIONARY[loss] * decay)
    correlations = nodes.correlations(-slopes)[found.columns] * found.signs
    assert_allclose(correlations, decay, rtol=STATIONARY[loss])
    assert (found.sizes > 0).all()
    assert charged(nodes, found, decay) <= charged(nodes, start, decay)


@pytest.mark.parametrize("loss", SMOOTH)
def test_a_second_correction_changes_nothing(loss):
    nodes, start, largest = problem(loss, 7)
    once = corrected(nodes, start, 0.01 * largest)
    twice = corrected(nodes, once, 0.01 * largest)
    np.testing.assert_array_equal(twice.columns, once.columns)
    assert_allclose(twice.sizes, once.sizes, rtol=1e-5)


def test_too_strong_a_decay_leaves_the_best_constant():
    nodes, start, largest = problem("squared", 0)
    found = corrected(nodes, start, 1.01 * largest)
    assert found.path_norm == 0
    assert found.offset == pytest.approx(nodes.y.mean())


@pytest.mark.parametrize("depth", [3, 4])
def test_stationary_norm_is_where_correction_and_effective_decay_agree(depth):
    nodes, start, largest = problem("squared", 0)
    decay = Decay(1e-3 * largest, depth)
    found = corrected(nodes, start, decay.rate(50.0))
    norm = stationary_norm(nodes, found, decay)
    there = corrected(nodes, found, decay.rate(norm))
    assert there.columns.size == found.columns.size  # else the line was left
    assert there.path_norm == pytest.approx(norm, rel=1e-9)


def test_nothing_does_not_settle():
    nodes, _, _ = problem("squared", 0)
    nothing = Ramps(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), 0.0)
    assert stationary_norm(nodes, nothing, Decay(0.1, 3)) is None
