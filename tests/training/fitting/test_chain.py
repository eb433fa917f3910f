"""What chains of matrices show, on chains written down by hand."""

from itertools import pairwise

import numpy as np
import pytest

from cvxdnn.training.fitting.chain import alignment, balance, layer_norms, singular_values


def orthonormal(rng, rows, columns):
    return np.linalg.qr(rng.standard_normal((rows, columns)))[0]


def chain(values, seed=0, width=6, depth=3):
    """A balanced chain with these singular values in every layer."""
    rng = np.random.default_rng(seed)
    bases = [orthonormal(rng, width, len(values)) for _ in range(depth + 1)]
    return [left @ np.diag(values) @ right.T for left, right in pairwise(bases)]


def test_a_balanced_chain_is_balanced_and_aligned():
    weights = chain([2.0, 1.0, 0.5])
    assert balance(weights) == pytest.approx(0, abs=1e-12)
    assert alignment(weights, 3) == pytest.approx(np.tile(np.eye(3), (2, 1, 1)), abs=1e-12)
    assert singular_values(weights, 3) == pytest.approx(np.tile([2.0, 1.0, 0.5], (3, 1)))
    assert layer_norms(weights) == pytest.approx(np.sqrt(5.25))


def test_equal_singular_values_may_have_any_basis():
    assert alignment(chain([1.0, 1.0, 1.0, 0.3]), 4) == pytest.approx(np.tile(np.eye(4), (2, 1, 1)), abs=1e-12)


def test_directions_that_vanished_are_left_out():
    (first, _) = alignment(chain([1.0, 1e-5]), 3)
    assert first[0, 0] == pytest.approx(1)
    assert np.isnan(np.delete(first.ravel(), 0)).all()


def test_a_chain_of_zeros_has_no_directions():
    zeros = [np.zeros((3, 4)), np.zeros((4, 2))]
    assert np.isnan(alignment(zeros, 2)).all()
    assert singular_values(zeros, 5).shape == (2, 5)


def test_what_is_not_aligned_is_seen():
    """One neuron out, the other in: the product vanishes."""
    weights = [np.diag([1.0, 0.0]), np.diag([0.0, 1.0])]
    assert alignment(weights, 1)[0, 0, 0] == 0
    assert balance(weights)[0] == pytest.approx(np.sqrt(2))


def test_different_numbers_of_survivors():
    below, above = chain([1.0, 1.0, 1.0], depth=1)[0], np.diag([2.0, 0, 0, 0, 0, 0])
    overlap = alignment([below, above], 3)[0]
    assert overlap.shape == (3, 3)
    assert np.isnan(overlap[:, 1:]).all()
