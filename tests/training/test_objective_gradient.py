"""The hand-written gradient against automatic differentiation, and its flat layout."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from cvxdnn.core.network import Network
from cvxdnn.core.objective import network_objective
from cvxdnn.core.torch_module import TorchNetwork
from cvxdnn.training.layout import ParameterLayout
from cvxdnn.training.objective_gradient import ObjectiveGradient

EXACT = 1e-12
BETA = 0.07
ARCHITECTURES = [(depth, biases) for depth in (2, 3, 4, 5) for biases in ("last_hidden", "all")]


def model_at_random(depth, biases, restarts=3, width=6, n=9):
    rng = np.random.default_rng([depth, len(biases)])
    layout = ParameterLayout(restarts, depth, width, biases)
    x, y = rng.uniform(0, 1, n), rng.standard_normal(n)
    model = ObjectiveGradient(x, y, BETA, layout)
    model.parameters.copy_(torch.from_numpy(rng.standard_normal(layout.size)))
    return model, x, y


def network_of(model, restart):
    return Network(*zip(*model.layout.unpack(model.parameters.numpy(), restart), strict=True))


@pytest.mark.parametrize(("depth", "biases"), ARCHITECTURES)
def test_gradient_is_that_of_automatic_differentiation(depth, biases):
    model, x, y = model_at_random(depth, biases)
    model.update()
    for restart in range(3):
        module = TorchNetwork(network_of(model, restart))
        residual = module(torch.from_numpy(x)) - torch.from_numpy(y)
        penalty = sum(layer.weight.square().sum() for layer in module.layers)
        (0.5 * residual.square().sum() + 0.5 * BETA * penalty).backward()
        ours = model.layout.unpack(model.gradient.numpy(), restart)
        for layer, biased, (weights, bias) in zip(module.layers, model.layout.biased, ours, strict=True):
            scale = layer.weight.grad.abs().max().item()
            assert_allclose(weights, layer.weight.grad.numpy().T, rtol=0, atol=EXACT * scale)
            if biased:
                assert_allclose(bias, layer.bias.grad.numpy(), rtol=EXACT, atol=EXACT * scale)


@pytest.mark.parametrize(("depth", "biases"), ARCHITECTURES)
def test_objectives_are_those_of_the_networks(depth, biases):
    model, x, y = model_at_random(depth, biases)
    expected = [network_objective(network_of(model, restart), x, y, beta=BETA) for restart in range(3)]
    assert_allclose(model.objectives().numpy(), expected, rtol=EXACT)


def test_restarts_do_not_touch_each_other():
    model, _, _ = model_at_random(4, "all")
    model.update()
    before = model.gradient.numpy().copy()
    owner = model.layout.restart_index
    model.parameters.numpy()[owner == 1] *= 3.0
    model.update()
    after = model.gradient.numpy()
    np.testing.assert_array_equal(after[owner != 1], before[owner != 1])
    assert (after[owner == 1] != before[owner == 1]).any()


@pytest.mark.parametrize(("depth", "biases"), ARCHITECTURES)
def test_layout_packs_what_it_unpacks(depth, biases):
    layout = ParameterLayout(4, depth, 3, biases)
    flat = np.arange(float(layout.size))
    networks = [layout.unpack(flat, restart) for restart in range(4)]
    np.testing.assert_array_equal(layout.pack(networks), flat)
    owned = np.concatenate([np.concatenate([w.ravel(), b[b != 0]]) for w, b in networks[2]])
    assert set(owned) <= set(flat[layout.restart_index == 2])
    weights = sum(w.size for w, _ in networks[0])
    assert layout.is_decayed.sum() == 4 * weights


def test_one_restart_is_replaced_alone():
    layout = ParameterLayout(3, 3, 4, "last_hidden")
    before = np.arange(float(layout.size))
    after = before.copy()
    layers = layout.unpack(-before, 2)
    layout.put(after, 1, layers)
    np.testing.assert_array_equal(after[layout.restart_index != 1], before[layout.restart_index != 1])
    for (w, b), (w_put, b_put) in zip(layers, layout.unpack(after, 1), strict=True):
        np.testing.assert_array_equal(w_put, w)
        np.testing.assert_array_equal(b_put, b)


def test_evaluating_is_the_gradient_and_the_objectives():
    model, _, _ = model_at_random(3, "all")
    objectives = model.evaluated().numpy()
    gradient = model.gradient.numpy().copy()
    model.update()
    np.testing.assert_array_equal(model.gradient.numpy(), gradient)
    np.testing.assert_array_equal(model.objectives().numpy(), objectives)


def test_curvature_bound_holds_along_the_steepest_direction():
    """The largest eigenvalue of J^T J + beta, found from J itself, is below the bound and not absurdly so."""
    model, x, _ = model_at_random(3, "all", restarts=2)
    bounds = model.curvature_bounds().numpy()
    for restart in range(2):
        module = TorchNetwork(network_of(model, restart))
        rows = []
        for value in x:
            module.zero_grad()
            module(torch.tensor([value], dtype=torch.float64)).sum().backward()
            rows.append(torch.cat([p.grad.flatten() for p in module.parameters()]))
        largest = torch.linalg.matrix_norm(torch.stack(rows), 2).item() ** 2 + BETA
        assert largest <= bounds[restart] * (1 + EXACT)
        assert bounds[restart] <= x.size * largest


def test_curvature_of_many_points_is_estimated_from_some():
    layout = ParameterLayout(1, 2, 4, "last_hidden")
    x = np.linspace(0, 1, 1000)
    model = ObjectiveGradient(x, x, 0.0, layout)
    model.parameters.fill_(0.5)
    few = ObjectiveGradient(x[::100], x[::100], 0.0, layout)
    few.parameters.fill_(0.5)
    assert model.curvature_bounds().item() == pytest.approx(100 * few.curvature_bounds().item(), rel=0.2)
