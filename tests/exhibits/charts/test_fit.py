"""Charts of a running fit: what changes is in the columns, never in the specification, or the chart would flicker."""

import numpy as np
import pytest

from cvxdnn.app.fit_charts import objective_chart

SHORT = np.array([[0, 3.0, 2.5]])
LONG = np.array([[0, 3.0, 2.5], [10, 1.5, 2.0], [20, 1.1, np.inf]])
EMPTY = np.zeros((0, 3))

CHARTS = {
    "objective": lambda history: objective_chart(history, 1.0),
    "objective alone": objective_chart,
}


@pytest.mark.parametrize("name", CHARTS)
def test_the_specification_is_the_same_for_every_frame(name):
    specifications = [CHARTS[name](history)[1] for history in (EMPTY, SHORT, LONG)]
    assert specifications[0] == specifications[1] == specifications[2]


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("history", [EMPTY, SHORT, LONG], ids=["before", "start", "running"])
def test_columns_are_equally_long(name, history):
    columns, _ = CHARTS[name](history)
    assert len({len(column) for column in columns.values()}) == 1


def test_the_best_line_is_the_smallest_of_all_restarts():
    columns, _ = objective_chart(LONG, 1.0)
    kind, value = np.array(columns["kind"]), columns["value"]
    assert np.array_equal(value[kind == "best restart"], [2.5, 1.5, 1.1])
    assert np.array_equal(value[kind == "closed form"], [1.0, 1.0, 1.0])


def test_logarithms_get_positive_numbers():
    columns, _ = objective_chart(np.array([[0, 2.0], [1, 0.0], [2, -1e-17]]), 1.0)
    assert (columns["value"] > 0).all()
