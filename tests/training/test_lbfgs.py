"""Many functions minimised together: each gets its own minimum, and none sees the others."""

import numpy as np
import pytest
import torch

from cvxdnn.training.lbfgs import ManyLBFGS


def with_gradient(function):
    def evaluate(x):
        x = x.clone().requires_grad_()
        values = function(x)
        (gradient,) = torch.autograd.grad(values.sum(), x)
        return values.detach(), gradient

    return evaluate


def rosenbrock(x):
    return (100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2).sum(dim=1)


def minimised(function, start, iterations=500):
    search = ManyLBFGS(with_gradient(function), torch.as_tensor(start, dtype=torch.float64))
    values = [search.value]
    for _ in range(iterations):
        if not search.running.any():
            break
        search.step()
        values.append(search.value)
    return search, torch.stack(values)


STARTS = np.random.default_rng(1).uniform(-2, 2, (7, 6))


def test_every_start_of_rosenbrocks_valley_ends_in_a_minimum():
    search, _ = minimised(rosenbrock, STARTS)
    assert not search.running.any()
    assert search.gradient.abs().max() <= 1e-5
    assert ((search.value < 1e-12) | (search.value > 3)).all()  # six dimensions have a second minimum near 3.97
    assert (search.value < 1e-12).any()


def test_no_iteration_raises_any_function():
    _, values = minimised(rosenbrock, STARTS)
    assert (values.diff(dim=0) <= 0).all()


def test_a_function_takes_the_same_path_alone_and_in_company():
    together, _ = minimised(rosenbrock, STARTS, 30)
    for start, x in zip(STARTS, together.x, strict=True):
        alone, _ = minimised(rosenbrock, start[None], 30)
        assert alone.x[0].numpy() == pytest.approx(x.numpy(), rel=1e-9)


def test_a_quadratic_of_few_dimensions_is_solved_to_the_last_digits():
    curvatures = torch.tensor([1.0, 10.0, 1e4], dtype=torch.float64)
    search, _ = minimised(lambda x: (curvatures * (x - 1) ** 2).sum(dim=1) / 2 + 1, np.zeros((2, 3)))
    assert search.x.numpy() == pytest.approx(1, abs=1e-7)


def test_a_minimum_on_a_kink_is_found():
    search, _ = minimised(lambda x: x[:, 0].abs() + (x[:, 0] - x[:, 1]) ** 2 + (x[:, 1] - 0.25) ** 2, [[3.0, -2.0]])
    assert search.x[0].numpy() == pytest.approx([0.0, 0.125], abs=1e-6)


def test_a_start_at_the_minimum_is_at_rest():
    search, _ = minimised(rosenbrock, np.ones((1, 3)))
    assert not search.running.any()
    assert search.value == 0


def test_a_function_that_is_not_finite_stops_alone():
    def some_infinite(x):
        return rosenbrock(x) + torch.where(x[:, 0] > 1.5, torch.inf, 0.0)

    start = np.vstack([np.full((1, 6), 2.0), np.zeros((1, 6))])
    search, _ = minimised(some_infinite, start)
    assert torch.isinf(search.value[0])
    assert search.value[1] < 1e-12
