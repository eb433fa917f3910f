"""Pictures of the closed-form pages: what they draw, and that live ones keep their specification while they run."""

import numpy as np

from cvxdnn.exhibits.rank_one.charts import budget_figure, function_chart


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
    figure = budget_figure(budgets, np.array([3.0, 2.0, 3.0]), np.array([1.0, 1.5, 2.0]))
    assert [trace.name for trace in figure.data if trace.mode == "lines"] == ["standard network", "parallel = dual"]
    lowest = [(trace.x[0], trace.y[0]) for trace in figure.data if trace.mode == "markers+text"]
    assert lowest == [(2.0, 2.0), (1.0, 1.0)]
