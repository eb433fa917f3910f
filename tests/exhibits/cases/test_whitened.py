"""Cases of the whitened page: class sizes, whitened samples, curves with the jump of deep networks."""

import numpy as np
import pytest

from cvxdnn.exhibits.whitened.case import WhitenedSetting, whitened_case


@pytest.mark.parametrize(
    ("settings", "counts"),
    [((3, 3, 1), (3, 3, 3)), ((3, 8, 8), (8, 3, 1)), ((2, 1, 8), (1, 1)), ((4, 8, 8), (8, 4, 2, 1))],
)
def test_class_sizes_fall_in_equal_ratios(settings, counts):
    assert WhitenedSetting(*settings).counts == counts


@pytest.mark.parametrize("real_target", [False, True])
def test_samples_are_whitened_and_sorted_by_group(real_target):
    case = whitened_case(WhitenedSetting(real_target=real_target, largest=5, imbalance=2))
    X = case.problem.X
    assert pytest.approx(np.eye(len(X)), abs=1e-12) == X @ X.T
    assert (np.diff(case.groups) >= 0).all()
    groups = case.problem.Y[:, 0] < 0 if real_target else case.problem.Y.argmax(axis=1)
    assert case.groups.tolist() == groups.astype(int).tolist()


def test_parallel_networks_have_branches():
    problem = whitened_case(WhitenedSetting(architecture="parallel", width=9)).problem
    assert (problem.branches, problem.width) == (9, 2)
