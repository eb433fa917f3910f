"""Training on every loss: its own gradient, no run below the certified optimum, and units that do not matter."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from cvxdnn.convex import solve
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import LOSSES, EpsilonInsensitive, Huber, Logistic, named
from cvxdnn.core.objective import beta_max, network_objective
from cvxdnn.core.solution import Status
from cvxdnn.training.layout import ParameterLayout
from cvxdnn.training.loss_curvature import KINK_WIDTH, largest_curvature
from cvxdnn.training.objective_gradient import ObjectiveGradient
from cvxdnn.training.training import train
from cvxdnn.training.units import Units

pytestmark = pytest.mark.slow

BETA = 0.07
DIFFERENCE = 1e-6  # step of a central difference; its error is of the order of the square
BELOW = 1e-9

X = np.array([0, 0.09, 0.2, 0.3, 0.42, 0.55, 0.66, 0.8, 0.9, 1])
WAVE = np.array([0.15, 0.12, 0.62, 0.78, 0.2, -0.35, -0.55, -0.5, 0.1, 0.55])
LABELS = np.where(WAVE > 0, 1.0, -1.0)
MODERATE = {"squared": 0.1, "absolute": 0.3, "huber": 0.1, "epsilon_insensitive": 0.1, "logistic": 0.1, "hinge": 0.3}
"""Weight decay, as a share of beta_max, at which Adam comes within `NEAR` of the optimum."""
NEAR = 2e-3


def outputs_for(loss):
    return LABELS if loss in ("logistic", "hinge") else WAVE


def last(iterator):
    *_, snapshot = iterator
    return snapshot


@pytest.mark.parametrize("depth", [2, 4])
@pytest.mark.parametrize("loss", LOSSES)
def test_gradient_is_the_slope_of_the_objective(loss, depth):
    layout = ParameterLayout(2, depth, 5, "all")
    rng = np.random.default_rng(depth)
    model = ObjectiveGradient(X, outputs_for(loss), BETA, layout, named(loss))
    model.parameters.copy_(torch.from_numpy(rng.standard_normal(layout.size)))
    model.update()
    gradient, start = model.gradient.clone(), model.parameters.clone()
    directions = torch.from_numpy(rng.standard_normal((5, layout.size)))
    for direction in directions:
        ends = []
        for sign in (1, -1):
            model.parameters.copy_(start + sign * DIFFERENCE * direction)
            ends.append(model.objectives().numpy())
        slopes = np.bincount(layout.restart_index, (gradient * direction).numpy())
        assert_allclose((ends[0] - ends[1]) / (2 * DIFFERENCE), slopes, rtol=1e-6)


@pytest.mark.parametrize("loss", [*LOSSES, Huber(0.4), EpsilonInsensitive(0.02)])
def test_objectives_are_those_of_the_networks_shown(loss):
    snapshot = last(train(X, outputs_for(loss), beta=BETA, loss=loss, width=6, restarts=2, max_steps=60))
    expected = [
        named(loss).value(f(X), outputs_for(loss)).sum() + BETA / 2 * f.parameters_norm for f in snapshot.networks
    ]
    assert_allclose(snapshot.objectives, expected, rtol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_no_run_ends_below_the_certified_optimum_and_the_best_ends_near_it(loss):
    y = outputs_for(loss)
    beta = MODERATE[loss] * beta_max(X, y, loss=loss)
    optimum = solve(X, y, beta=beta, loss=loss)
    snapshot = last(train(X, y, beta=beta, loss=loss, width=20, restarts=4, snapshot_every=1000))
    assert snapshot.status is Status.CONVERGED
    assert snapshot.objectives.min() >= optimum.objective - optimum.gap - BELOW
    assert snapshot.objective <= optimum.objective * (1 + NEAR)


@pytest.mark.parametrize("optimizer", ["momentum", "gd"])
@pytest.mark.parametrize("loss", LOSSES)
def test_automatic_rates_work_for_every_loss(loss, optimizer):
    y = outputs_for(loss)
    beta = 0.1 * beta_max(X, y, loss=loss)
    first, *_, end = train(X, y, beta=beta, loss=loss, optimizer=optimizer, width=20, restarts=2, max_steps=3000)
    optimum = solve(X, y, beta=beta, loss=loss).objective
    assert optimum - BELOW <= end.objective < optimum + 0.3 * (first.objective - optimum)


@pytest.mark.parametrize("loss", LOSSES)
def test_slopes_change_no_faster_than_the_curvature_says(loss):
    """Over a distance at least as long as the rounding of the kinks."""
    outputs = np.linspace(-4, 4, 801)
    for y in (-1.0, 1.0):
        low, _ = named(loss).slopes(outputs, y)
        for length in (KINK_WIDTH, 0.3, 1.0):
            _, high = named(loss).slopes(outputs + length, y)
            assert ((high - low) <= largest_curvature(named(loss)) * length + 1e-12).all()


@pytest.mark.parametrize("depth", [2, 3])
@pytest.mark.parametrize("loss", [*LOSSES, Huber(0.4)])
def test_it_is_the_same_problem_in_other_units(loss, depth):
    x, y = 1e3 * X + 400, outputs_for(loss) * (1 if named(loss).needs_labels else 1e-4)
    units = Units.of(x, y, depth=depth, bias_in_first_layer=depth == 2, loss=named(loss))
    layout = ParameterLayout(1, depth, 5, "last_hidden")
    model = ObjectiveGradient(*units.data(x, y), units.beta(BETA), layout, units.loss)
    parameters = np.random.default_rng(0).standard_normal(layout.size)
    model.parameters.copy_(torch.from_numpy(parameters))
    network = units.outward(layout.unpack(parameters, 0))
    objective = network_objective(network, x, y, beta=BETA, loss=loss)
    assert_allclose(objective, units.loss_unit * model.objectives().item(), rtol=1e-9)


def test_labels_are_never_rescaled():
    units = Units.of(X, np.ones_like(X), depth=2, bias_in_first_layer=True, loss=Logistic())
    assert (units.y_origin, units.y_unit, units.loss_unit) == (0.0, 1.0, 1.0)


def test_another_loss_keeps_the_weights_and_begins_a_new_schedule():
    settings = {"beta": 0.02, "width": 7, "restarts": 2, "max_steps": 100}
    state = last(train(X, WAVE, **settings)).state
    first, *_, end = train(X, WAVE, loss="huber", initial=state, **settings)
    assert (first.step, end.step) == (100, 200)
    same = next(train(X, WAVE, loss=Huber(0.3), initial=end.state, **settings)).state
    assert same.start == 200  # another threshold is another problem


@pytest.mark.parametrize("loss", ["logistic", "hinge"])
def test_labels_of_one_class_train_without_harm(loss):
    end = last(train(X, np.ones_like(X), beta=0.01, loss=loss, width=5, restarts=2, max_steps=300))
    assert np.isfinite(end.objectives).all()
    assert (end.network(X) > 0).all()


@pytest.mark.parametrize("optimizer", ["adam", "gd"])
def test_a_diverging_rate_is_no_warning(optimizer):
    rate = 1e300 if optimizer == "adam" else 1e6
    end = last(train(X, WAVE, beta=0.02, loss="huber", width=5, restarts=1, optimizer=optimizer, learning_rate=rate))
    assert np.isfinite(end.objectives).all()


@pytest.mark.parametrize(
    ("loss", "match"), [("hinge", r"y\[0\] is 0.15; loss='hinge' needs labels"), ("l2", "loss is 'l2'")]
)
def test_mistakes_are_named(loss, match):
    with pytest.raises(InvalidInputError, match=match):
        train(X, WAVE, beta=0.1, loss=loss)
