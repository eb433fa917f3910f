"""Bends that can be told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from cvxdnn.core.bends import distinct_bends
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.spline import LinearSpline


def bends(x, y, tolerance=0.005):
    return distinct_bends(LinearSpline(np.array(x, float), np.array(y, float)), low=0, high=1, tolerance=tolerance)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([0, 0.5, 1], [0, 1, 0], [0.5]),
        ([0, 0.4995, 0.5005, 1], [0, 0.999, 0.999, 0], [0.5]),  # a corner that is cut
        ([0, 0.4, 0.6, 1], [0, 0.8, 0.8, 0], [0.4, 0.6]),
        ([0, 0.5, 1], [0, 0.501, 1], []),  # too weak to be seen
        ([0, 0.3, 0.31, 1], [0, 0.3, 0.311, 1.001], []),  # a step too low to be seen
        ([0, 0.3, 0.31, 1], [0, 0.3, 0.4, 1.09], [0.3, 0.31]),  # an S: no single bend is near it
        ([0, 1], [3, 4], []),
        ([-1, 0.5, 2], [1, 0, 1], [0.5]),
        ([-1, -0.5, 0], [1, 0, 1], []),  # beside the range
    ],
)
def test_what_a_person_counts(x, y, expected):
    assert_allclose(bends(x, y), expected, atol=1e-3)


def test_a_rounded_corner_of_many_neurons_is_one_bend_and_a_wide_one_is_not():
    def rounded(radius):
        t = np.linspace(-1, 1, 41)
        return [0, *(0.5 + radius * t), 1], [0, *(0.5 - radius * (t**2 + 1) / 2), 0]

    assert bends(*rounded(0.009)).size == 1
    assert bends(*rounded(0.3)).size > 2


def test_all_bends_count_without_a_tolerance():
    x = np.linspace(0, 1, 11)
    assert_allclose(bends(x, np.arange(11) % 2, tolerance=0), x[1:-1])


@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=30, unique=True),
    st.lists(st.floats(-1, 1), min_size=30, max_size=30),
    st.sampled_from([0.0, 1e-3, 0.1]),
)
def test_a_curve_with_bends_there_is_within_the_tolerance(x, y, tolerance):
    x = np.sort(x)
    if np.diff(x).min() < 1e-6:
        return
    spline = LinearSpline(x, np.array(y[: x.size]))
    found = distinct_bends(spline, low=0, high=1, tolerance=tolerance)
    assert np.all((found > 0) & (found < 1))
    assert np.all(np.diff(found) > 0)
    assert found.size <= np.count_nonzero((x > 0) & (x < 1))


@pytest.mark.parametrize("arguments", [{"low": 1, "high": 1}, {"tolerance": -1}, {"low": np.nan}])
def test_what_makes_no_sense_is_refused(arguments):
    with pytest.raises(InvalidInputError):
        distinct_bends(LinearSpline([0.0], [0.0]), **{"low": 0, "high": 1, "tolerance": 0.1, **arguments})
