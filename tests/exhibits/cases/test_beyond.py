"""Cases of overstated claims: where a statement holds the numbers agree with it, elsewhere they do not."""

import numpy as np
import pytest

from cvxdnn.exhibits.beyond.case import collapse_case, features_shown, gap_case, jump_case, named, rank_case
from cvxdnn.tasks.fits import fit_stream

ALL = {
    "gap": lambda: gap_case(2, 3, 0.3, True),
    "rank": lambda: rank_case(5, 0.1),
    "jump": lambda: jump_case(3, 0.3, True),
    "collapse": lambda: collapse_case(2, 1, 1.6),
}


@pytest.mark.parametrize("outputs", [1, 2, 5])
@pytest.mark.parametrize("depth", [2, 3, 6])
def test_the_gap_is_positive_exactly_with_several_outputs_and_layers(outputs, depth):
    values = gap_case(outputs, depth, 0.1, False).values
    gap = values.standard - values.parallel
    assert (gap > 1e-6) == (outputs > 1 and depth > 2)
    assert gap >= -1e-12


@pytest.mark.parametrize("depth", [2, 3, 5, 8])
def test_the_network_of_rank_two_is_written_down_for_five_layers(depth):
    case = rank_case(depth, 0.1)
    assert (case.example is not None) == (depth == 5)
    assert all(layer.shape == (3, 3) for layer in case.channels)
    assert len(case.channels) == depth - 1


def test_rank_two_puts_one_class_between_the_others():
    layers = features_shown(rank_case(5, 0.1), None)["Network of rank two, computed"]
    assert [np.linalg.matrix_rank(layer) for layer in layers] == [2, 2, 2, 3]


@pytest.mark.parametrize("depth", [2, 3, 8])
@pytest.mark.parametrize("beta", [0.02, 0.3, 1.0])
def test_the_curve_jumps_at_the_threshold_and_follows_the_optimum_elsewhere(depth, beta):
    case = jump_case(depth, beta, False)
    target, kept = case.curves["optimum"]
    assert (kept[target < case.threshold] == 0).all()
    after = target > case.threshold
    assert (kept[after] > 0).all()
    assert np.isnan(kept).sum() == 1
    local, below = case.curves["local minimum"]
    assert (local < case.threshold).all()
    assert (below > 0).all()
    if depth == 2:
        assert local.size == 0
        assert kept[after] == pytest.approx(target[after] - beta)


def test_equal_classes_have_the_distances_of_the_formula():
    for classes in (2, 3, 6):
        limits = collapse_case(classes, 6, 0.2).limits
        half = np.sqrt(2 - 2 * np.sqrt((classes - 1) / classes))
        assert list(limits.values()) == pytest.approx([half, 0, 0], abs=1e-7)


def test_with_one_class_left_there_is_nothing_to_compare():
    case = collapse_case(2, 1, 1.6)
    assert case.vanished
    assert case.limits == {}


@pytest.mark.parametrize("name", ALL)
def test_every_case_can_be_trained(name):
    case = ALL[name]()
    frames = []
    fit_stream(case.problem, getattr(case, "measure", None))(frames.append, lambda: len(frames) >= 1)
    assert np.isfinite(frames[-1].objective)
    assert all(trace.size for trace in named(frames[-1].traces).values())
