"""The objective that training reports against the exact one, in rational arithmetic."""

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from cvxdnn.convex import solve
from cvxdnn.core.losses import Absolute, EpsilonInsensitive, Hinge, Huber, Logistic, Squared
from cvxdnn.core.network import Network
from cvxdnn.core.objective import beta_max
from cvxdnn.training.rounded_up import objective_rounded_up
from cvxdnn.training.training import train
from tests.training.hostile import WAVE

pytestmark = pytest.mark.slow

LOSSES = [Squared(), Absolute(), Huber(0.3), Huber(1e-9), EpsilonInsensitive(0.2), Hinge()]


def exact_value(loss, f, y):
    """The loss as its table in `cvxdnn.core.losses` defines it, for fractions."""
    r = f - y
    if isinstance(loss, Squared):
        return r * r / 2
    if isinstance(loss, Absolute):
        return abs(r)
    if isinstance(loss, Huber):
        delta = Fraction(loss.delta)
        return r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)
    if isinstance(loss, EpsilonInsensitive):
        return max(abs(r) - Fraction(loss.epsilon), Fraction(0))
    return max(1 - y * f, Fraction(0))


def exact_objective(network, x, y, beta, loss):
    def rational(array):
        return [[Fraction(float(v)) for v in row] for row in np.atleast_2d(array)]

    total = Fraction(0)
    layers = [(rational(w), rational(b)[0]) for w, b in zip(network.weights, network.biases, strict=True)]
    for x_i, y_i in zip(map(Fraction, x.tolist()), map(Fraction, y.tolist()), strict=True):
        t = x_i - Fraction(network.origin)
        values = [t]
        for layer, (weights, biases) in enumerate(layers, start=1):
            columns = zip(*weights, strict=True)
            values = [
                sum(a * w for a, w in zip(values, c, strict=True)) + b for c, b in zip(columns, biases, strict=True)
            ]
            if layer < len(layers):
                values = [max(v, Fraction(0)) for v in values]
        total += exact_value(loss, values[0] + Fraction(network.skip) * t, y_i)
    squares = sum(w * w for weights, _ in layers for row in weights for w in row)
    return total + Fraction(beta) / 2 * squares


def random_network(rng, depth, width, origin):
    sizes = [1, *[width] * (depth - 1), 1]
    scale = 10.0 ** rng.uniform(-3, 3)
    weights = [scale * rng.standard_normal((a, b)) for a, b in pairwise(sizes)]
    biases = [scale * rng.standard_normal(size) for size in sizes[1:]]
    return Network(weights, biases, skip=rng.standard_normal() * rng.integers(2), origin=origin)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("seed", range(12))
def test_it_is_never_below_the_exact_objective_and_hardly_above(loss, seed):
    rng = np.random.default_rng(seed)
    shift = (0.0, 1e6, -1e9)[seed % 3]
    x, y = rng.uniform(0, 1, 6) + shift, rng.standard_normal(6) * 10.0 ** rng.integers(-4, 5)
    y = np.sign(y) if loss.needs_labels else y + (seed % 2) * 1e5
    network = random_network(rng, 2 + seed % 3, 4, origin=shift * rng.integers(2))
    beta = 10.0 ** rng.uniform(-8, 1)
    reported = objective_rounded_up(network, x, y, beta=beta, loss=loss)
    exact = exact_objective(network, x, y, beta, loss)
    assert exact <= Fraction(reported)
    sizes = Network([np.abs(w) for w in network.weights], [np.abs(b) for b in network.biases], abs(network.skip))
    largest = sizes(np.abs(x - network.origin)).max() + np.abs(y).max()
    slopes = max(np.abs(loss.subgradient(network(x) + end, y)).max() for end in (-1e-9 * largest, 1e-9 * largest))
    assert reported <= float(exact) * (1 + 1e-12) + 1e-12 * slopes * largest


def test_the_logistic_loss_is_rounded_up_as_well():
    """With sixty decimal digits."""
    rng = np.random.default_rng(0)
    network = random_network(rng, 2, 4, 0.0)
    x, y = rng.uniform(0, 1, 6), np.array([1.0, -1, 1, 1, -1, -1])
    with localcontext() as context:
        context.prec = 60
        lost = sum((1 + (-label * f).exp()).ln() for f, label in zip(decimal_outputs(network, x), y_of(y), strict=True))
        squares = sum(Decimal(float(w)) ** 2 for layer in network.weights for w in layer.ravel())
        exact = lost + Decimal("0.125") / 2 * squares
        reported = Decimal(objective_rounded_up(network, x, y, beta=0.125, loss=Logistic()))
        assert exact <= reported <= exact * (1 + Decimal("1e-9"))


def y_of(labels):
    return map(Decimal, labels.tolist())


def decimal_outputs(network, x):
    """Of two layers."""
    inward, outward = (list(map(Decimal, w.ravel().tolist())) for w in network.weights)
    biases, (offset,) = (list(map(Decimal, b.tolist())) for b in network.biases)
    for t in map(Decimal, x.tolist()):
        hidden = (max(t * w + b, Decimal(0)) for w, b in zip(inward, biases, strict=True))
        yield sum((h * v for h, v in zip(hidden, outward, strict=True)), offset) + Decimal(network.skip) * t


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e6, 1e9])
@pytest.mark.parametrize("depth", [2, 3])
def test_far_from_0_closed_forms_and_trained_networks_are_as_good_as_near(depth, offset):
    """x on a grid of 2^-20, so that the shift does not round the data."""
    x = np.round(WAVE[0] * 2**20) / 2**20
    beta = 1e-4 * beta_max(x, WAVE[1])
    near, far = (solve(at, WAVE[1], beta=beta, depth=depth) for at in (x, x + offset))
    network = far.network()
    exact = exact_objective(network, x + offset, WAVE[1], beta, Squared())
    assert float(exact) == pytest.approx(near.objective, rel=1e-9)
    end = None
    for end in train(x + offset, WAVE[1], beta=beta, depth=depth, optimizer="insertion", width=20, restarts=4):
        assert Fraction(float(end.objective)) >= exact_objective(end.network, x + offset, WAVE[1], beta, Squared())
    assert end.objective == pytest.approx(near.objective, rel=1e-9)
    spline = end.network.to_spline()
    np.testing.assert_allclose(spline(x + offset), end.network(x + offset), atol=1e-6)
