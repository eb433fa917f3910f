"""Pictures of the closed-form pages: what they draw, and that live ones keep their specification while they run."""

import numpy as np

from cvxdnn.exhibits.rank_one.charts import budget_figure, function_chart
from cvxdnn.exhibits.whitened.charts import SHOWN, channels_chart, strength_figure


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


def test_neurons_are_ordered_by_the_group_they_fire_for():
    groups = np.array([0, 0, 1, 1])
    hidden = np.array([[0, 2, 0], [0, 2, 0], [1, 0, 0], [1, 0, 3]])
    columns, _ = channels_chart(hidden.astype(float), groups, ["first", "second"], height=200)
    drawn = np.reshape(columns["value"], (4, 3))
    assert drawn.argmax(axis=0).tolist() == [0, 3, 2]
    assert drawn.max() == 1
    assert columns["group"][:3] == ["first"] * 3


def test_only_the_strongest_neurons_are_drawn_and_nothing_is_not_a_division_by_zero():
    hidden = np.zeros((3, 40))
    hidden[1, 35] = 5.0
    columns, specification = channels_chart(hidden, np.array([0, 0, 1]), ["a", "b"], height=200)
    assert max(columns["neuron"]) == SHOWN
    assert max(columns["value"]) == 1
    empty, same = channels_chart(0 * hidden, np.array([0, 0, 1]), ["a", "b"], height=200)
    assert same == specification
    assert max(empty["value"]) == 0


def test_each_channel_has_a_curve_and_the_present_weight_decay_a_line():
    betas = np.array([0.1, 1.0])
    figure = strength_figure(betas, np.array([2.0, 1.0]), np.array([[1.9, 0.8], [0.0, 0.0]]), ["big", "small"], 0.5)
    assert [trace.name for trace in figure.data] == ["big", "small"]
    assert figure.layout.shapes[0].x0 == 0.5
