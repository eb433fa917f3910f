"""Insertion ends at the certified optimum of two layers from any start, and finds the deep one from several."""

from itertools import pairwise

import numpy as np
import pytest

from cvxdnn.convex import solve
from cvxdnn.core.losses import Huber, Squared, named
from cvxdnn.core.objective import beta_max
from cvxdnn.training.exact.decay import Decay
from cvxdnn.training.exact.insertion import Iterate, held_rate, inserted, objective, rates
from cvxdnn.training.exact.nodes import Nodes
from cvxdnn.training.exact.ramps import Ramps

pytestmark = pytest.mark.slow

SAME = 1e-9
MOST = 300


def data(seed, loss="squared"):
    """Random points, two pairs of them a thousandth apart."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 1, 14), rng.standard_normal(14)
    x[[1, 3]] = x[[0, 2]] + 1e-3
    x = (x - x.min()) / np.ptp(x)
    return x, np.sign(y) if loss == "logistic" else y / np.ptp(y)


def some_ramps(nodes, seed):
    rng = np.random.default_rng(seed)
    size = nodes.x.size
    return Ramps(rng.permutation(2 * size)[:size], rng.choice([-1.0, 1.0], size), rng.random(size), 0.0)


def run(nodes, decay, ramps, held=0.0, **options):
    """Every round from this start."""
    moves = [Iterate(ramps, held, at_rest=False)]
    while not moves[-1].at_rest:
        assert len(moves) < MOST
        moves.append(inserted(nodes, decay, moves[-1].ramps, held=moves[-1].held, room=100, **options))
    return moves


@pytest.mark.parametrize("share", [0.1, 1e-2, 1e-3])
@pytest.mark.parametrize("loss", ["squared", "huber", "logistic"])
@pytest.mark.parametrize("seed", range(3))
def test_two_layers_end_at_the_certified_optimum_from_anywhere(loss, share, seed):
    x, y = data(seed, loss)
    nodes, decay = Nodes.of(x, y, named(loss)), Decay(share * beta_max(x, y, loss=loss), 2)
    solution = solve(x, y, beta=decay.beta, loss=loss)
    for start in range(2):
        end = run(nodes, decay, some_ramps(nodes, start))[-1].ramps
        assert objective(nodes, decay, end) == pytest.approx(solution.objective, rel=SAME)


def normal(seed, scale, n=40):
    rng = np.random.default_rng(seed)
    return np.sort(rng.uniform(0, 1, n)), scale * rng.standard_normal(n)


@pytest.mark.parametrize(
    ("scale", "threshold", "share"),
    [(1.0, 1e-7, 6e-5), (1e5, 0.1, 1e-3), (1e6, 0.1, 1e-5), (1.0, 0.1, 1e-5), (1e-3, 10.0, 1e-3), (1e15, 1e-9, 1e-2)],
)
@pytest.mark.parametrize("seed", range(2))
def test_hubers_threshold_may_be_as_small_or_large_as_it_likes(scale, threshold, share, seed):
    x, y = normal(seed, scale)
    loss = Huber(threshold)
    nodes, decay = Nodes.of(x, y, loss), Decay(share * beta_max(x, y, loss=loss), 2)
    end = run(nodes, decay, some_ramps(nodes, seed))[-1].ramps
    assert objective(nodes, decay, end) == pytest.approx(solve(x, y, beta=decay.beta, loss=loss).objective, rel=1e-8)


@pytest.mark.parametrize("loss", [Squared(), Huber(0.3)])
def test_a_loss_that_nothing_removes_does_not_hide_what_is_left_to_gain(loss):
    """Two points share an input, 1e4 apart: half the objective's digits are theirs."""
    x, y = np.append(np.arange(5.0), 0.0), np.array([-5e3, 0, 1e-2, 0, 1e-2, 5e3])
    nodes, decay = Nodes.of(x, y, loss), Decay(1e-7, 2)
    end = run(nodes, decay, some_ramps(nodes, 0))[-1].ramps
    assert np.abs(end.outputs(nodes) - [0, 0, 1e-2, 0, 1e-2])[1:].max() < 1e-5


@pytest.mark.parametrize("gap", [1e-6, 1e-9, 1e-12, 1e-15])
def test_inputs_however_close_are_inputs_of_their_own(gap):
    """A step across a gap at the left end: a ramp to the left takes it, at the price of its slope."""
    x, y = np.array([0.0, gap, 0.5, 1.0]), np.array([1.0, 0.0, 0.0, 0.0])
    nodes, decay = Nodes.of(x, y, Squared()), Decay(1e-3 * gap, 2)
    end = run(nodes, decay, some_ramps(nodes, 0))[-1].ramps
    # A jump u costs 1e-3 u, so both its ends give way by 1e-3; the way back to the other points costs next to nothing.
    assert objective(nodes, decay, end) == pytest.approx(1e-3 - 1e-6, rel=1e-9)


def test_every_round_falls_until_the_last():
    x, y = data(0)
    nodes, decay = Nodes.of(x, y, named("squared")), Decay(1e-3 * beta_max(x, y), 2)
    values = [objective(nodes, decay, move.ramps) for move in run(nodes, decay, some_ramps(nodes, 0))]
    assert (np.diff(values[:-1]) < 0).all()
    assert values[-1] == pytest.approx(values[-2], rel=SAME)


@pytest.mark.parametrize("share", [0.1, 1e-2, 1e-3])
@pytest.mark.parametrize("depth", [3, 4, 5])
@pytest.mark.parametrize("seed", range(2))
def test_the_best_of_several_held_rates_is_the_deep_optimum(depth, share, seed):
    x, y = data(seed)
    nodes, decay = Nodes.of(x, y, named("squared")), Decay(share * beta_max(x, y), depth)
    low, high = rates(nodes, decay)
    ends = [run(nodes, decay, some_ramps(nodes, i), held_rate(low, high, i))[-1].ramps for i in range(8)]
    best = min(objective(nodes, decay, end) for end in ends)
    assert best == pytest.approx(solve(x, y, beta=decay.beta, depth=depth).objective, rel=SAME)


def test_the_optimum_stays_within_the_interval_of_rates():
    for seed in range(5):
        x, y = data(seed)
        nodes = Nodes.of(x, y, named("squared"))
        for depth in (3, 4):
            for share in (0.1, 1e-3):
                decay = Decay(share * beta_max(x, y), depth)
                solution = solve(x, y, beta=decay.beta, depth=depth)
                low, high = rates(nodes, decay)
                assert solution.path_norm == 0 or low <= decay.rate(solution.path_norm) * (1 + SAME) <= high * (
                    1 + SAME
                )


def test_held_rates_fill_the_interval_evenly_and_begin_with_its_ends():
    held = [held_rate(1e-4, 1.0, restart) for restart in range(9)]
    assert held[:2] == pytest.approx([1e-4, 1.0])
    assert np.sort(np.log10(held)) == pytest.approx(np.linspace(-4, 0, 9))
    assert held_rate(0.0, 0.0, 3) == 0.0


def test_near_moves_only_what_is_there():
    """One ramp far from the only useful place stays on its side and walks to a local minimum."""
    x, y = data(0)
    nodes, decay = Nodes.of(x, y, named("squared")), Decay(1e-2 * beta_max(x, y), 2)
    start = Ramps(np.array([4]), np.ones(1), np.ones(1), 0.0)
    moves = run(nodes, decay, start, near=True)
    for before, after in pairwise(moves):
        distance = np.abs(after.ramps.columns[:, None] - before.ramps.columns)
        assert (distance.min(axis=1, initial=100) <= 1).all()
    assert objective(nodes, decay, moves[-1].ramps) <= objective(nodes, decay, start)


def test_no_more_ramps_than_there_is_room():
    x, y = data(1)
    nodes, decay = Nodes.of(x, y, named("squared")), Decay(1e-3 * beta_max(x, y), 2)
    ramps = Ramps(np.array([3]), np.ones(1), np.ones(1), 0.0)
    for _ in range(20):
        ramps = inserted(nodes, decay, ramps, room=4).ramps
        assert ramps.columns.size <= 4


def test_a_deep_constant_is_at_rest_and_a_shallow_one_is_not():
    x, y = data(1)
    nodes = Nodes.of(x, y, named("squared"))
    constant = Ramps(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), float(y.mean()))
    beta = 0.1 * beta_max(x, y)
    assert inserted(nodes, Decay(beta, 3), constant, room=10).at_rest
    assert inserted(nodes, Decay(beta, 2), constant, room=10).ramps.path_norm > 0


@pytest.mark.parametrize(("x", "y"), [([0.3], [2.0]), ([0.0, 0.0], [1.0, 3.0]), ([0.0, 1.0, 2.0], [1.0, 1.0, 1.0])])
@pytest.mark.parametrize("depth", [2, 3])
def test_data_without_anything_to_bend_for_leave_the_constant(x, y, depth):
    nodes, decay = Nodes.of(np.array(x), np.array(y), named("squared")), Decay(0.1, depth)
    low, high = rates(nodes, decay)
    end = run(nodes, decay, some_ramps(nodes, 0), held_rate(low, high, 0))[-1].ramps
    assert objective(nodes, decay, end) == pytest.approx(np.sum((np.array(y) - np.mean(y)) ** 2) / 2, abs=1e-12)


def test_without_decay_it_interpolates():
    x, y = data(2)
    nodes, decay = Nodes.of(x, y, named("squared")), Decay(0.0, 2)
    end = run(nodes, decay, some_ramps(nodes, 0))[-1].ramps
    assert objective(nodes, decay, end) == pytest.approx(0, abs=1e-20)
