"""Charts of neurons, races and seeds: nothing is lost, and the specification stays while numbers change."""

import numpy as np

from cvxdnn.exhibits.explore.neuron_charts import KNOT, LEFT, MOST_PULL, RIGHT, neuron_chart, pull_chart
from cvxdnn.exhibits.explore.race_chart import FLOOR, final_gaps_chart, race_chart

KNOTS = (np.array([0.5]), np.array([2.0]))


def test_every_neuron_and_every_knot_is_a_row():
    columns, _ = neuron_chart(np.array([0.1, 0.9]), np.array([1.0, -1.0]), np.array([1.0, -1.0]), *KNOTS)
    assert columns["kind"] == [RIGHT, LEFT, KNOT]
    assert columns["x"].tolist() == [0.1, 0.9, 0.5]
    assert columns["change"].tolist() == [1.0, -1.0, 2.0]


def test_moving_neurons_leave_the_specification_as_it_is():
    one = neuron_chart(np.array([0.1]), np.array([1.0]), np.array([1.0]), *KNOTS)[1]
    other = neuron_chart(np.empty(0), np.empty(0), np.empty(0), *KNOTS)[1]
    assert one == other


def test_the_race_shows_relative_gaps_and_never_a_number_a_logarithm_has_not():
    histories = {"a": np.array([[0.0, 0.0, 3.0], [1.0, 5.0, 1.0]]), "b": np.empty((0, 3))}
    columns, specification = race_chart(histories, ["a", "b"], 1.0)
    assert columns["gap"].tolist() == [2.0, FLOOR]
    assert specification == race_chart({"b": histories["b"]}, ["a", "b"], 2.0)[1]


def test_every_network_is_in_one_bar():
    gaps = np.array([-1e-12, 0.0, 1e-5, 0.5, 0.7, 2.0, 1e9])
    columns, _ = final_gaps_chart(gaps)
    assert sum(columns["networks"]) == gaps.size
    counts = dict(zip(columns["gap"], columns["networks"], strict=True))
    assert counts["1e-5"] == 1
    assert counts["1"] == 2
    assert counts["more"] == 2


def test_a_pull_far_outside_the_tube_leaves_the_tube_visible():
    columns, _ = pull_chart(np.array([0.0, 1.0]), np.array([-100.0, 0.5]))
    assert np.nanmin(columns["pull"]) == -MOST_PULL
    assert np.nanmax(columns["pull"]) == 0.5
