"""Pictures of the closed-form pages: what they draw, and that live ones keep their specification while they run."""

import numpy as np

from cvxdnn.exhibits.rank_one.charts import budget_plot, function_chart


def test_the_function_keeps_its_specification_when_training_begins():
    c, at = np.array([0.0, 1.0]), np.linspace(0, 1, 5)
    before, specification = function_chart(c, c, at, at, None, height=200)
    after, live = function_chart(c, c, at, at, 2 * at, height=200)
    assert live == specification
    assert set(before["kind"]) == {"data", "closed form"}
    assert after["value"][-1] == 2
    assert len(after["c"]) == len(after["value"]) == len(after["kind"]) == 2 + 5 + 5


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
