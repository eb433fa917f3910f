"""The optimisers against torch's own, on a quadratic."""

import numpy as np
import pytest
import torch

from cvxdnn.training.optimizers import OPTIMIZERS, Adam, Momentum

CURVATURE = torch.tensor([1.0, 10.0, 0.1], dtype=torch.float64)
START = [1.0, -2.0, 3.0]
RATE = 0.05
SAME = 1e-7  # torch adds Adam's epsilon after the bias correction, we before


def theirs(name, parameters):
    if name == "adam":
        return torch.optim.Adam([parameters], RATE, betas=(Adam.FIRST, Adam.SECOND), eps=Adam.EPSILON)
    return torch.optim.SGD([parameters], RATE, momentum=1 - Momentum.FRICTION if name == "momentum" else 0.0)


class Quadratic:
    """A model whose objective is half the sum of CURVATURE times squares."""

    def __init__(self):
        self.parameters = torch.tensor(START, dtype=torch.float64)
        self.gradient = torch.zeros_like(self.parameters)

    def update(self):
        self.gradient.copy_(CURVATURE * self.parameters)


def walk(optimizer, steps, rates):
    for step in range(1, steps + 1):
        optimizer.step(rates, step)
    return optimizer.parameters.numpy()


def make(name):
    return OPTIMIZERS[name](Quadratic())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_those_of_torch(name):
    ours = walk(make(name), 60, torch.full((3,), RATE, dtype=torch.float64))
    parameters = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    reference = theirs(name, parameters)
    for _ in range(60):
        reference.zero_grad()
        (0.5 * CURVATURE * parameters.square()).sum().backward()
        reference.step()
    np.testing.assert_allclose(ours, parameters.detach().numpy(), rtol=SAME)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_rate_of_zero_freezes_a_parameter(name):
    ours = walk(make(name), 10, torch.tensor([RATE, 0.0, RATE], dtype=torch.float64))
    assert ours[1] == START[1]
    assert ours[0] != START[0]


@pytest.mark.parametrize("name", ["adam", "momentum"])
def test_forgetting_is_starting_anew_where_it_is_asked_for(name):
    optimizer = make(name)
    walk(optimizer, 5, torch.full((3,), RATE, dtype=torch.float64))
    optimizer.after_check(np.array([True, False, False]))
    for memory in optimizer.memory:
        assert memory[0] == 0.0
        assert (memory[1:] != 0.0).all()


@pytest.mark.parametrize("name", ["adam", "momentum"])
def test_flushing_removes_what_would_become_subnormal_and_nothing_else(name):
    optimizer = make(name)
    for memory in optimizer.memory:
        memory.copy_(torch.tensor([1e-300, 1e-100, 1.0], dtype=torch.float64))
    optimizer.after_check(np.zeros(3, dtype=np.bool_))
    for memory in optimizer.memory:
        np.testing.assert_array_equal(memory.numpy(), [0.0, 1e-100, 1.0])
