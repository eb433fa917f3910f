"""The trainer takes the steps that a plain loop of `torch.nn.Sequential` and `torch.optim.Adam` takes."""

import pytest
from numpy.testing import assert_allclose

from benchmarks.training_plain import EPSILON, FIRST, SECOND, PlainTraining, points, rates_of_layers
from cvxdnn.core.network import Network
from cvxdnn.training.optimizers import Adam
from cvxdnn.training.training import train

SAME = 1e-8
STEPS, WIDTH, BETA = 100, 50, 0.01


def off_balance(network):
    """The first network with another output bias.

    Its own is best, so that its gradient is round-off, which epsilon decides about; and the trainer, to save time, adds
    the square of epsilon to the second moment where torch adds epsilon to its root.
    """
    return Network(network.weights, (*network.biases[:-1], network.biases[-1] + 0.1))


@pytest.mark.slow
@pytest.mark.parametrize("depth", [2, 3, 4, 5])
def test_the_objective_of_restart_0_takes_the_same_course(depth):
    x, y = points()
    settings = {"beta": BETA, "depth": depth, "width": WIDTH, "restarts": 16}
    first = off_balance(next(train(x, y, **settings)).network)
    ours = list(train(x, y, initial=first, max_steps=STEPS, snapshot_every=1, **settings))[:-1]
    plain = PlainTraining(x, y, BETA, first, rates_of_layers(y, BETA, depth, WIDTH))
    assert_allclose([s.objectives[0] for s in ours], [plain.step() for _ in range(STEPS)], rtol=SAME)


def test_the_plain_loop_has_the_trainers_constants():
    assert (FIRST, SECOND, EPSILON) == (Adam.FIRST, Adam.SECOND, Adam.EPSILON)
