"""Fits: what every snapshot promises, resuming, and independence of the restarts."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.solution import Status
from cvxdnn.training.fitting import FitProblem, fit
from cvxdnn.training.fitting.fitted import FittedNetwork
from tests.training.fitting.conftest import small_problem


def run(problem, **options):
    return list(fit(problem, **options))


def test_snapshots_show_the_best_network_as_it_is(form):
    problem = small_problem(form, steps=40, polish=20)
    shots = run(problem, snapshot_every=15)
    assert [shot.step for shot in shots[:3]] == [0, 15, 30]
    assert [shot.done for shot in shots] == [False] * (len(shots) - 1) + [True]
    for shot in shots:
        assert shot.objectives.shape == (3,)
        assert shot.best == np.argmin(shot.objectives)
        assert shot.network.objective(problem.X, problem.Y, problem.beta) == pytest.approx(shot.objective, rel=1e-9)
        assert np.array_equal(shot.outputs, shot.network(problem.X))
        assert np.array_equal(shot.hidden, shot.network.layers(problem.X)[-1])
    assert shots[-1].objective < shots[0].objective


def test_shapes_of_the_networks(form):
    problem = small_problem(form)
    network = run(problem)[-1].network
    assert network.depth == problem.depth
    assert network.is_parallel == (problem.branches is not None)
    assert network(problem.X).shape == problem.Y.shape
    normalised = problem.architecture.startswith("batch_norm")
    assert network.gamma.size == network.alpha.size == (problem.width if normalised else 0)
    assert len(network.biases) in (0, problem.depth)
    if problem.architecture == "relu_bias":
        *early, hidden, output = network.biases
        assert all(not bias.any() for bias in early)
        assert hidden.any()
        assert output.shape == (2,)


def test_branches_side_by_side_are_the_same_network(form):
    problem = small_problem(form)
    network = run(problem)[-1].network
    standard = network.standard()
    assert not standard.is_parallel
    assert standard(problem.X) == pytest.approx(network(problem.X))
    assert standard.penalty(6) == pytest.approx(network.penalty(6))


def test_a_restart_does_not_depend_on_the_others(form):
    problem = small_problem(form, restarts=4)
    many, few = run(problem)[-1], run(replace(problem, restarts=2))[-1]
    assert few.objectives == pytest.approx(many.objectives[:2], rel=1e-7)


def test_another_seed_is_another_start(form):
    problem = small_problem(form)
    assert not np.array_equal(run(problem)[0].objectives, run(replace(problem, seed=1))[0].objectives)


@pytest.mark.parametrize("paused", [30, 60, 70])
def test_pausing_and_going_on_is_the_same_as_not_pausing(form, paused):
    """While Adam is at work, before L-BFGS begins, and in the middle of it."""
    problem = small_problem(form, polish=20)
    *_, whole = run(problem)
    half = next(shot for shot in fit(problem, snapshot_every=10) if shot.step == paused)
    *_, rest = run(problem, state=pickle.loads(pickle.dumps(half.state)))
    assert (rest.step, rest.status) == (whole.step, whole.status)
    assert np.array_equal(rest.objectives, whole.objectives)


def test_the_time_between_snapshots_changes_nothing():
    problem = small_problem("relu", steps=37, polish=11)
    assert np.array_equal(run(problem, snapshot_every=1)[-1].objectives, run(problem, snapshot_every=50)[-1].objectives)
    with pytest.raises(InvalidInputError, match="snapshot_every"):
        fit(problem, snapshot_every=0)


def test_status_says_whether_the_best_restart_came_to_rest():
    assert run(small_problem("linear", steps=300, polish=300))[-1].status is Status.CONVERGED
    assert run(small_problem("linear", steps=5, polish=1))[-1].status is Status.MAX_STEPS
    assert run(small_problem("linear", steps=0, polish=0))[-1].status is Status.MAX_STEPS


def test_a_rate_that_overflows_is_a_status_and_no_nan():
    shots = run(small_problem("relu", rate=1e200, final_rate=1e200))
    assert shots[-1].status is Status.DIVERGED
    assert np.isinf(shots[-1].objectives).all()
    assert np.isfinite(shots[-1].outputs).all()


@pytest.mark.parametrize("form", ["linear", "relu", "relu with biases", "batch norm"])
def test_data_in_other_units_are_the_same_problem(form):
    """beta charges squared weights and the loss squared outputs, so beta changes with the units."""
    problem = small_problem(form, steps=60, polish=10)
    x, y = 2.0**8, 2.0**-4
    weight_unit = y ** (1 / 2) if form == "batch norm" else (y / x) ** (1 / problem.depth)
    other = replace(problem, X=problem.X * x, Y=problem.Y * y, beta=problem.beta * (y / weight_unit) ** 2)
    assert run(other)[-1].objectives / y**2 == pytest.approx(run(problem)[-1].objectives, rel=1e-7)


def test_targets_of_zero_are_met_by_the_zero_network():
    problem = FitProblem(np.eye(3), np.zeros(3), 0.1, depth=3, restarts=2)
    assert run(problem)[-1].objective <= 1e-12


def test_without_weight_decay_the_data_are_interpolated():
    problem = FitProblem(np.eye(3), np.eye(3), 0.0, "linear", restarts=2)
    assert run(problem)[-1].objective <= 1e-15


def test_batch_normalisation_is_that_of_the_formula():
    z = np.array([[1.0], [2.0], [6.0]])
    network = FittedNetwork("batch_norm", (np.eye(1), np.eye(1)), gamma=np.array([2.0]), alpha=np.array([3.0]))
    centred = np.array([-2.0, -1.0, 3.0])
    v = 2 * centred / np.sqrt(14) + 3 / np.sqrt(3)
    assert network(z)[:, 0] == pytest.approx(np.maximum(v, 0))
    assert network.penalty(3) == pytest.approx(4 + 9 + 1)
    assert replace(network, architecture="batch_norm_torch").penalty(3) == pytest.approx(13 / 3 + 1)
