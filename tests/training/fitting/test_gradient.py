"""The gradient is that of the objective that the networks themselves have, evaluated without the training code."""

import numpy as np
import pytest
import torch

from cvxdnn.training.fitting.trainer import Trainer
from tests.training.fitting.conftest import small_problem


def model_at_start(problem):
    trainer = Trainer(problem, None)
    trainer.model.update()
    return trainer.units, trainer.model


def objectives_of_networks(units, flat):
    problem = units.problem
    networks = [units.network(flat, i) for i in range(problem.restarts)]
    return np.array([f.objective(problem.X, problem.Y, problem.beta) for f in networks])


def test_gradient_agrees_with_differences(form):
    """No parameter moves another restart, so one difference serves all restarts at once."""
    units, model = model_at_start(small_problem(form))
    flat, gradient = model.parameters.numpy().copy(), model.gradient.numpy()
    step = 1e-6
    for restart in range(units.problem.restarts):
        for entry in np.flatnonzero(units.layout.restart_index == restart)[::5]:
            moved = np.stack([flat, flat])
            moved[:, entry] += [step, -step]
            high, low = (objectives_of_networks(units, each) for each in moved)
            slope = (high - low) / (2 * step) / units.y_unit**2
            assert slope[restart] == pytest.approx(gradient[entry], rel=1e-5, abs=1e-6)
            assert np.delete(slope, restart) == pytest.approx(0, abs=1e-9)


def test_a_unit_that_is_constant_on_the_data_has_finite_gradients():
    problem = small_problem("batch norm")
    units, model = model_at_start(problem)
    model.parameters.zero_()
    model.update()  # all parameters 0: no pre-activation varies
    assert torch.isfinite(model.gradient).all()
    assert model.objectives().numpy() * units.y_unit**2 == pytest.approx(np.sum(problem.Y**2) / 2)


@pytest.mark.parametrize("scale", [1e-90, 1e-6, 0.03, 1.0, 40.0, 1e6, 1e90])
def test_units_do_not_change_the_problem(form, scale):
    """At equal parameters in the problem's own units, the objective is the user's whatever these units are."""
    problem = small_problem(form)
    scaled = type(problem)(
        problem.X * scale,
        problem.Y / scale,
        problem.beta,
        **{name: getattr(problem, name) for name in ("architecture", "depth", "width", "branches", "budget")},
        restarts=2,
    )
    units, model = model_at_start(scaled)
    trained = model.objectives().numpy() * units.y_unit**2
    assert trained == pytest.approx(objectives_of_networks(units, model.parameters.numpy()), rel=1e-9)
    assert 0.5 <= np.linalg.norm(units.X) / np.sqrt(len(units.X)) <= 2
