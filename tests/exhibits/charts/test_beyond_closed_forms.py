"""Charts of the cards on overstated closed forms: equal columns, and nothing of a frame in the specification."""

import numpy as np
import pytest

from cvxdnn.exhibits.beyond.closed_form_charts import (
    LOCAL,
    OPTIMUM,
    SOFT,
    cosines_chart,
    distance_chart,
    shrinkage_chart,
)

CURVES = {
    SOFT: (np.array([0.0, 1.0]), np.array([0.0, 0.7])),
    OPTIMUM: (np.array([0.0, 0.5, 0.5, 0.5, 1.0]), np.array([0.0, 0.0, np.nan, 0.3, 0.9])),
    LOCAL: (np.zeros(0), np.zeros(0)),
}
DOTS = (np.array([0.2, 0.8]), np.array([0.0, 0.7]))


def assert_equal_lengths(columns):
    assert len({len(column) for column in columns.values()}) == 1


def test_training_changes_the_dots_and_not_the_specification():
    before, bare = shrinkage_chart(CURVES, None)
    after, specification = shrinkage_chart(CURVES, DOTS)
    assert bare == specification
    assert_equal_lengths(before)
    assert_equal_lengths(after)
    assert after["kind"].count("trained") == 2


def test_the_curve_breaks_where_it_jumps():
    columns, _ = shrinkage_chart(CURVES, None)
    kept = [value for value, kind in zip(columns["kept"], columns["kind"], strict=True) if kind == OPTIMUM]
    assert kept == [0.0, 0.0, None, 0.3, 0.9]


def test_cosines_of_classes():
    """One class between two orthogonal ones, and a class without features."""
    columns, _ = cosines_chart([np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 3.0], [0.0, 0.0]])])
    assert_equal_lengths(columns)
    cosines = np.array(columns["value"]).reshape(4, 4)
    assert cosines[0] == pytest.approx([1, np.sqrt(0.5), np.sqrt(0.5), 0])
    assert cosines[1, 2] == 0
    assert cosines[3, 3] == 0


def test_features_that_are_all_zero_have_no_cosines():
    columns, _ = cosines_chart([np.zeros((3, 2))])
    assert not any(columns["value"])


@pytest.mark.parametrize(
    ("steps", "traces"),
    [
        (np.zeros(0), {}),
        (np.array([0.0]), {"a": np.array([np.nan]), "b": np.array([1.0])}),
        (np.array([0.0, 5.0, 9.0]), {"a": np.array([1.0, np.nan, 0.5]), "b": np.ones(3)}),
    ],
    ids=["before", "start", "running"],
)
def test_distances_are_drawn_against_their_limits(steps, traces):
    columns, specification = distance_chart(steps, traces, {"a": 0.6, "b": 0.0})
    assert_equal_lengths(columns)
    assert specification == distance_chart(np.zeros(0), {}, {"a": 0.6, "b": 0.0})[1]
    assert np.isfinite(columns["value"]).all()
    exact = [value for value, kind in zip(columns["value"], columns["kind"], strict=True) if kind == "closed form"]
    assert exact == [0.6, 0.6, 0.0, 0.0]
