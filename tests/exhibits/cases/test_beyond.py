"""Cases of overstated claims: where a statement holds the numbers agree with it, elsewhere they do not."""

import numpy as np
import pytest

from cvxdnn.exhibits.beyond.case import collapse_case, gap_case, jump_case, rank_case
from cvxdnn.exhibits.beyond.film import cosines_of


@pytest.mark.parametrize("outputs", [1, 2, 5])
@pytest.mark.parametrize("depth", [2, 3, 6])
def test_the_gap_is_positive_exactly_with_several_outputs_and_layers(outputs, depth):
    values = gap_case(outputs, depth, 0.1, "standard").values
    gap = values.standard - values.parallel
    assert (gap > 1e-6) == (outputs > 1 and depth > 2)
    assert gap >= -1e-12


@pytest.mark.parametrize("depth", [2, 3, 5, 8])
def test_the_network_of_rank_two_is_written_down_for_five_layers(depth):
    case = rank_case(depth, 0.1)
    assert (case.better is not None) == bool(case.example) == (depth == 5)
    assert all(layer.shape == (3, 3) for layer in case.channels)
    assert len(case.channels) == depth - 1


def test_rank_two_puts_one_class_between_the_others():
    assert [np.linalg.matrix_rank(layer) for layer in rank_case(5, 0.1).example] == [2, 2, 2, 3]


def test_cosines_of_classes():
    """One class between two orthogonal ones, and a class without features."""
    cosines = cosines_of(np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 3.0], [0.0, 0.0]]))
    assert cosines[0] == pytest.approx([1, np.sqrt(0.5), np.sqrt(0.5), 0])
    assert cosines[1, 2] == 0
    assert cosines[3, 3] == 0


def test_features_that_are_all_zero_have_no_cosines():
    assert not cosines_of(np.zeros((3, 2))).any()


@pytest.mark.parametrize("depth", [2, 3, 8])
@pytest.mark.parametrize("beta", [0.02, 0.3, 1.0])
def test_the_optimum_keeps_nothing_below_the_threshold(depth, beta):
    case = jump_case(depth, beta, "large")
    assert ((case.optimum.minimizer > 0) == (case.targets >= case.optimum.threshold)).all()


def test_equal_classes_have_the_distances_of_the_formula():
    for classes in (2, 3, 6):
        limits = collapse_case(classes, 6, 0.2).limits
        half = np.sqrt(2 - 2 * np.sqrt((classes - 1) / classes))
        assert limits == pytest.approx((half, 0, 0), abs=1e-7)


def test_with_one_class_left_there_is_nothing_to_compare():
    case = collapse_case(2, 1, 1.6)
    assert case.vanished
    assert case.limits == (None, None, None)
