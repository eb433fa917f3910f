"""The progress curve shows the gap, never a number that a logarithmic axis cannot hold."""

import numpy as np

from cvxdnn.exhibits.explore.progress_chart import FLOOR, progress_chart


def test_gap_is_relative_to_the_proven_bound():
    columns, _ = progress_chart(np.array([[0.0, 3.0], [50.0, 2.0]]), 1.0)
    assert columns["step"].tolist() == [0.0, 50.0]
    assert columns["value"].tolist() == [2.0, 1.0]


def test_reaching_the_optimum_is_drawn_on_the_floor():
    columns, _ = progress_chart(np.array([[0.0, 1.0]]), 1.0)
    assert columns["value"].tolist() == [FLOOR]


def test_without_a_bound_the_objective_itself_is_shown_and_named():
    columns, specification = progress_chart(np.array([[0.0, 3.0]]), None)
    assert columns["value"].tolist() == [3.0]
    assert "objective" in specification["title"]["text"]
