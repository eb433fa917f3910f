"""The second-order finish: its step against dense algebra, and what it reaches."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

from cvxdnn.convex import solve
from cvxdnn.core.losses import named
from cvxdnn.core.objective import network_objective
from cvxdnn.training.exact.gauss_newton import GaussNewton, balanced
from cvxdnn.training.layout import ParameterLayout
from cvxdnn.training.training import train

X = np.array([0, 0.09, 0.2, 0.3, 0.42, 0.55, 0.66, 0.8, 0.9, 1])
Y = np.array([0.15, 0.12, 0.62, 0.78, 0.2, -0.35, -0.55, -0.5, 0.1, 0.55])
BETA, MU = 0.05, 0.3
DIFFERENCE = 1e-6


def flat(layers):
    return np.concatenate([np.concatenate([w.ravel(), b]) for w, b in layers])


def unflat(vector, like):
    layers, at = [], 0
    for w, b in like:
        layers.append((vector[at : at + w.size].reshape(w.shape), vector[at + w.size : at + w.size + b.size]))
        at += w.size + b.size
    return layers


def outputs(layers):
    signal = X[:, None]
    for w, b in layers[:-1]:
        signal = np.maximum(signal @ w + b, 0)
    return (signal @ layers[-1][0] + layers[-1][1])[:, 0]


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("depth", [2, 3, 4])
def test_a_step_without_pins_is_the_dense_one(depth, loss):
    """The minimiser of the model, from a Jacobian by differences."""
    y = np.sign(Y) if loss == "logistic" else Y
    layout = ParameterLayout(1, depth, 4, "all")
    layers = layout.unpack(np.random.default_rng(3).standard_normal(layout.size), 0)
    theta, kind = flat(layers), named(loss)
    jacobian = np.column_stack(
        [
            (outputs(unflat(theta + d, layers)) - outputs(unflat(theta - d, layers))) / (2 * DIFFERENCE)
            for d in np.eye(theta.size) * DIFFERENCE
        ]
    )
    decayed = flat([(np.ones_like(w), np.zeros_like(b)) for w, b in layers])
    slope = kind.subgradient(outputs(layers), y)
    curvature = np.abs(slope) * (1 - np.abs(slope)) if loss == "logistic" else np.ones(X.size)
    mu = 1e3  # so short a step crosses no kink
    hessian = jacobian.T @ (curvature[:, None] * jacobian) + np.diag(BETA * decayed + mu)
    dense = theta - np.linalg.solve(hessian, jacobian.T @ slope + BETA * decayed * theta)
    stepped, softer = GaussNewton(X, y, BETA, kind, layout.biased).step(layers, mu)
    assert_allclose(flat(stepped), dense, atol=1e-8)
    assert softer < mu


@pytest.mark.parametrize(("depth", "biases"), [(2, "last_hidden"), (3, "all"), (4, "all")])
def test_steps_never_rise_and_missing_biases_stay_away(depth, biases):
    layout = ParameterLayout(1, depth, 6, biases)
    layers = layout.unpack(np.random.default_rng(depth).standard_normal(layout.size), 0)
    newton, mu = GaussNewton(X, Y, BETA, named("squared"), layout.biased), 1.0
    values = [newton.objective(layers)]
    for _ in range(40):
        layers, mu = newton.step(layers, mu)
        values.append(newton.objective(layers))
    assert (np.diff(values) <= 0).all()
    assert values[-1] < 0.5 * values[0]
    for (_, bias), biased in zip(layers, layout.biased, strict=True):
        assert biased or not bias.any()


@pytest.mark.parametrize("depth", [2, 3])
def test_balanced_layers_are_the_same_function_at_the_least_cost_of_each_unit(depth):
    layout = ParameterLayout(1, depth, 6, "all")
    layers = layout.unpack(np.random.default_rng(depth).standard_normal(layout.size), 0)
    settled = layers
    for _ in range(200):  # a unit's balance is disturbed by that of its neighbours
        settled = balanced(settled)
    assert_allclose(outputs(settled), outputs(layers), atol=1e-12)
    for (below, _), (above, _) in pairwise(settled):
        assert_allclose(np.linalg.norm(below, axis=0), np.linalg.norm(above, axis=1), rtol=1e-9)
    newton = GaussNewton(X, Y, BETA, named("squared"), layout.biased)
    assert newton.objective(settled) < newton.objective(balanced(layers)) + 1e-12 < newton.objective(layers)


@pytest.mark.parametrize("seed", [0, 1, 3])  # that of 2 ends in another basin
def test_pins_carry_a_trained_network_to_the_optimum_on_its_kinks(seed):
    """Every kink of the optimum sits on a data point, where the objective has an edge: steps without pins stall."""
    trained = list(train(X, Y, beta=BETA, width=20, restarts=1, seed=seed, snapshot_every=10_000))[-1].network
    layers = list(zip(trained.weights, trained.biases, strict=True))
    newton, mu = GaussNewton(X, Y, BETA, named("squared"), (True, True)), 1e-3
    assert newton.objective(layers) == pytest.approx(network_objective(trained, X, Y, beta=BETA))
    for _ in range(60):
        layers, mu = newton.step(layers, max(mu, 1e-12))
        layers = balanced(layers)
    optimum = solve(X, Y, beta=BETA).objective
    assert optimum - 1e-12 <= newton.objective(layers) <= optimum * (1 + 1e-9)
