"""Charts on a dark ground have its colours, and as many of them."""

import numpy as np

from cvxdnn.app.fit_charts import MORE_COLOURS, objective_chart
from cvxdnn.app.palette import CERTIFIED, MEASURED, on_black


def test_all_colours_of_a_chart_are_replaced_and_nothing_else():
    _, light = objective_chart(np.array([[0.0, 2.0, 3.0], [1.0, 1.0, 2.0]]), 0.5)
    dark = on_black(light)
    assert CERTIFIED in str(light)
    assert MEASURED in str(light)
    assert CERTIFIED not in str(dark)
    assert "#E69F00" in str(dark)
    assert str(dark).replace("#56B4E9", CERTIFIED).replace("#E69F00", MEASURED).replace("#9AA4AE", "#6E7781") == str(
        light
    )


def test_different_colours_stay_different():
    assert len(set(on_black(MORE_COLOURS))) == len(MORE_COLOURS)
