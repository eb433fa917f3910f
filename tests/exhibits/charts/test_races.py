"""Charts of races and seeds: nothing is lost, and the specification stays while numbers change."""

import numpy as np

from cvxdnn.exhibits.explore.race_chart import FLOOR, final_gaps_chart, race_chart


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
