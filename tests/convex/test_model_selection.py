"""Cross-validation along the path agrees with refitting, and finds the noise level's weight decay."""

import numpy as np
import pytest

from cvxdnn import load_preset, solve
from cvxdnn.convex.selection import cross_validate
from cvxdnn.core.exceptions import InvalidInputError


def test_leave_one_out_equals_solving_again_without_each_point():
    data, _ = load_preset("zigzag").normalized()
    n = len(data)
    result = cross_validate(data.x, data.y)
    assert result.folds == n
    for index in (10, 40, 60):
        beta = result.betas[index]
        errors = []
        for i in range(n):
            kept = np.arange(n) != i
            fit = solve(data.x[kept], data.y[kept], beta=beta * (n - 1) / n)
            errors.append((fit.spline(data.x[i]) - data.y[i]) ** 2)
        assert result.mean_error[index] == pytest.approx(np.mean(errors), rel=1e-6)


def test_noisy_data_want_less_bending_than_exact_data():
    data, _ = load_preset("noisy sine").normalized()
    clean = np.sin(2 * np.pi * data.x)
    assert cross_validate(data.x, data.y, folds=5).best > cross_validate(data.x, clean, folds=5).best


def test_the_same_seed_makes_the_same_folds():
    data, _ = load_preset("zigzag").normalized()
    first, second = (cross_validate(data.x, data.y, folds=5, seed=3) for _ in range(2))
    assert np.array_equal(first.mean_error, second.mean_error)
    assert first.folds == 5


@pytest.mark.parametrize(
    ("x", "y", "folds", "words"),
    [
        ([0, 1], [0, 1], None, "at least 3"),
        ([0, 1, 2], [1, 1, 1], None, "constant"),
        ([0, 1, 2], [0, 1, 0], 4, "folds is 4"),
        ([0, 1, 2], [0, 1, 0], 1, "folds is 1"),
    ],
)
def test_mistakes_are_named(x, y, folds, words):
    with pytest.raises(InvalidInputError, match=words):
        cross_validate(x, y, folds=folds)
