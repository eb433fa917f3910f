"""Points become labels by the side of the middle they lie on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.tasks.labels import are_labels, labelled

NUMBERS = st.floats(-1e100, 1e100)
POINTS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20).map(tuple)


@given(POINTS)
def test_inputs_stay_and_values_become_labels(points):
    result = labelled(points)
    assert are_labels(result)
    assert [x for x, _ in result] == [x for x, _ in points]


@given(POINTS)
def test_larger_values_never_get_the_smaller_label(points):
    labels = [label for _, label in sorted(zip([y for _, y in points], [y for _, y in labelled(points)], strict=True))]
    assert labels == sorted(labels)


@given(st.lists(st.sampled_from([-1.0, 1.0]), min_size=2).filter(lambda ys: len(set(ys)) == 2))
def test_labels_stay(ys):
    points = tuple(enumerate(ys))
    assert labelled(points) == points


@pytest.mark.parametrize("y", [0.0, -1 + 1e-15, 2.0])
def test_other_numbers_are_no_labels(y):
    assert not are_labels(((0.0, 1.0), (1.0, y)))
