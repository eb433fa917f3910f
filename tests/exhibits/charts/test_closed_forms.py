"""Pictures of the closed-form pages: what they draw."""

import numpy as np
import pytest

from cvxdnn.exhibits.rank_one.charts import budget_plot, function_plot


@pytest.mark.parametrize("diverged", [False, True])
def test_the_function_is_drawn_with_the_data_before_and_after_training(diverged):
    c, at = np.array([0.0, 1.0]), np.linspace(0, 1, 5)
    trained = np.array([0.0, 3.0, np.inf, np.nan, 2.0]) if diverged else 2 * at
    before, after = (function_plot(c, c, at, at, each, "told") for each in (None, trained))
    assert [curve.label for curve in before.curves] == ["closed form"]
    assert [curve.label for curve in after.curves] == ["closed form", "trained"]
    assert after.curves[-1].y[-1] == 2
    (points,) = after.points
    assert (points.x.tolist(), points.y.tolist()) == ([0, 1], [0, 1])
    assert before.y.high < after.y.high < np.inf
    assert after.y.low < 0


def test_the_gap_is_the_distance_of_the_two_curves():
    budgets = np.array([1.0, 2.0, 3.0])
    standard, parallel = np.array([3.0, 2.0, 3.0]), np.array([1.0, 1.5, 2.0])
    plot = budget_plot(budgets, standard, parallel)
    assert {curve.label: curve.y.tolist() for curve in plot.curves} == {
        "standard network": standard.tolist(),
        "parallel = dual": parallel.tolist(),
    }
    (gap,) = plot.bands
    assert np.array_equal(gap.high - gap.low, standard - parallel)
    assert [(mark.x, mark.y, mark.words) for mark in plot.marks] == [(2.0, 2.0, "2"), (1.0, 1.0, "1")]
    assert plot.y.low < 1.0
    assert plot.y.high > 2.0
