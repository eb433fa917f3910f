"""The weight decay in PyTorch's terms and in the user's units, against PyTorch itself and against solving there."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from cvxdnn import solve
from cvxdnn.core.datasets import load_preset
from cvxdnn.core.network import Network
from cvxdnn.core.objective import network_objective
from cvxdnn.core.units import beta_in_user_units, torch_weight_decay

BETA, RATE, STEP = 0.3, 0.01, 1e-6


def random_network(depth, rng, width=3):
    sizes = [1, *[width] * (depth - 1), 1]
    weights = [rng.normal(size=shape) for shape in pairwise(sizes)]
    return Network(weights, [rng.normal(size=size) for size in sizes[1:]])


def gradient(network, x, y):
    """Of this library's objective with respect to weights and biases, by central differences."""

    def moved(kind, layer, place, by):
        arrays = {"weights": [*network.weights], "biases": [*network.biases]}
        changed = np.array(arrays[kind][layer])
        changed[place] += by
        arrays[kind][layer] = changed
        return network_objective(Network(**arrays), x, y, beta=BETA)

    def slopes(kind, layer, array):
        found = np.empty(array.shape)
        for place in np.ndindex(array.shape):
            ends = (moved(kind, layer, place, by) for by in (STEP, -STEP))
            found[place] = (next(ends) - next(ends)) / (2 * STEP)
        return found

    return {
        kind: [slopes(kind, layer, array) for layer, array in enumerate(getattr(network, kind))]
        for kind in ("weights", "biases")
    }


@pytest.mark.parametrize("depth", [2, 3])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_step_of_torch_sgd_is_a_step_down_this_objective(depth, reduction):
    rng = np.random.default_rng(depth)
    x, y = rng.normal(size=7), rng.normal(size=7)
    network = random_network(depth, rng)
    module = network.to_torch()
    decay = torch_weight_decay(BETA, x.size) * (1 if reduction == "mean" else x.size)
    optimizer = torch.optim.SGD(
        [
            {"params": [layer.weight for layer in module.layers], "weight_decay": decay},
            {"params": [layer.bias for layer in module.layers], "weight_decay": 0.0},
        ],
        lr=RATE,
    )
    loss = torch.nn.MSELoss(reduction=reduction)(module(torch.tensor(x)), torch.tensor(y))
    loss.backward()
    optimizer.step()
    ours, scale = gradient(network, x, y), RATE * (2 / x.size if reduction == "mean" else 2)
    for layer, linear in enumerate(module.layers):
        weight, bias = linear.weight.detach().numpy().T, linear.bias.detach().numpy()
        assert network.weights[layer] - weight == pytest.approx(scale * ours["weights"][layer], abs=1e-9)
        assert network.biases[layer] - bias == pytest.approx(scale * ours["biases"][layer], abs=1e-9)


def test_weight_decay_on_biases_is_another_problem():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=7), rng.normal(size=7)
    network = random_network(2, rng)
    module = network.to_torch()
    optimizer = torch.optim.SGD(module.parameters(), lr=RATE, weight_decay=torch_weight_decay(BETA, 7))
    torch.nn.MSELoss()(module(torch.tensor(x)), torch.tensor(y)).backward()
    optimizer.step()
    moved = network.biases[0] - module.layers[0].bias.detach().numpy()
    assert np.abs(moved - RATE * 2 / 7 * gradient(network, x, y)["biases"][0]).max() > 1e-5


@pytest.mark.parametrize("loss", ["absolute", "huber", "logistic"])
def test_other_losses_are_those_of_torch_in_the_mean(loss):
    from cvxdnn.core.losses import named

    rng = np.random.default_rng(2)
    f, y = rng.normal(size=9), rng.choice([-1.0, 1.0], size=9)
    ours = named(loss)
    theirs = {
        "absolute": torch.nn.L1Loss(),
        "huber": torch.nn.HuberLoss(delta=ours.delta if loss == "huber" else 1.0),
        "logistic": torch.nn.SoftMarginLoss(),
    }[loss]
    assert ours.value(f, y).sum() / 9 == pytest.approx(theirs(torch.tensor(f), torch.tensor(y)).item(), rel=1e-12)
    assert torch_weight_decay(BETA, 9, loss=loss) == BETA / 9


@pytest.mark.parametrize("name", ["cars", "motorcycle", "spike"])
@pytest.mark.parametrize(
    ("depth", "loss", "degree"), [(2, "squared", 2), (3, "squared", 2), (4, "squared", 2), (2, "absolute", 1)]
)
def test_the_optimum_in_the_users_units_is_the_same_function(name, depth, loss, degree):
    data = load_preset(name)
    unit, units = data.normalized()
    inside = solve(unit.x, unit.y, beta=0.01, depth=depth, loss=loss)
    beta = beta_in_user_units(0.01, units, depth=depth, degree=degree)
    outside = solve(data.x, data.y, beta=beta, depth=depth, loss=loss)
    assert outside.objective == pytest.approx(units.y_scale**degree * inside.objective, rel=1e-7)
