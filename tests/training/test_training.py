"""Facts about training: what it reaches, when it stops, how it resumes, what it refuses."""

import pickle
from dataclasses import fields
from itertools import islice, pairwise

import cvxpy as cp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize_scalar

from cvxdnn.convex import solve
from cvxdnn.core.closed_form import two_layer_network
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.losses import named
from cvxdnn.core.network import Network
from cvxdnn.core.solution import Status
from cvxdnn.core.spline import interpolating_spline
from cvxdnn.training.initialization import unavoidable_loss
from cvxdnn.training.methods import METHODS
from cvxdnn.training.schedule import CHECK_EVERY
from cvxdnn.training.training import train
from tests.training.hostile import HOSTILE as COMMON
from tests.training.hostile import WAVE

EXACT = 1e-12
BELOW = 1e-9  # how far below the optimum a run may seem to be: the accuracy of the reference
NEAR = 1e-3  # relative gap every moderate problem reaches

HAT = (np.array([0.0, 0.5, 1.0]), np.array([-0.5, 0.5, -0.5]))
STEP = (np.array([0.0, 0.3, 0.48, 0.52, 0.8, 1.0]), np.array([-0.5, -0.4, -0.5, 0.5, 0.4, 0.5]))
UNSORTED = (np.array([2.0, -1.0, 0.5, 0.5, 1.2]), np.array([0.3, 1.0, -0.6, -0.2, 0.4]))


def last(iterator):
    *_, snapshot = iterator
    return snapshot


def lasso_optimum(x, y, beta):
    """The optimum of the two-layer problem, from its Lasso, by an interior-point method."""
    ramps = np.maximum(np.hstack([x[:, None] - x, x - x[:, None]]), 0)
    u, xi, residual = cp.Variable(2 * x.size), cp.Variable(), cp.Variable(x.size)
    objective = cp.sum_squares(residual) / 2 + beta * cp.norm1(u)
    problem = cp.Problem(cp.Minimize(objective), [residual == y - ramps @ u - xi])
    tight = {"tol_gap_abs": 1e-12, "tol_gap_rel": 1e-12, "tol_feas": 1e-12}
    return problem.solve(solver=cp.CLARABEL, **tight)


def line_optimum(beta, depth):
    """For the points (0, 0) and (1, 1): min over the slope s of (1 - s)^2 / 4 + (beta L / 2) s^(2/L)."""

    def objective(s):
        return (1 - s) ** 2 / 4 + beta * depth / 2 * s ** (2 / depth)

    best = minimize_scalar(objective, bounds=(0.3, 1.0), method="bounded", options={"xatol": 1e-10})
    return min(best.fun, objective(0.0))


def assert_same_snapshot(first, second):
    assert (first.step, first.best, first.done, first.status) == (
        second.step,
        second.best,
        second.done,
        second.status,
    )
    np.testing.assert_array_equal(first.objectives, second.objectives)
    for one, other in zip(first.networks, second.networks, strict=True):
        for a, b in zip((*one.weights, *one.biases), (*other.weights, *other.biases), strict=True):
            np.testing.assert_array_equal(a, b)


# What it reaches


@pytest.mark.parametrize("beta", [0.1, 0.01])
@pytest.mark.parametrize("data", [WAVE, HAT, STEP, UNSORTED], ids=["wave", "hat", "step", "unsorted"])
def test_two_layers_reach_the_lasso_optimum_and_never_go_below(data, beta):
    optimum = lasso_optimum(*data, beta)
    snapshot = last(train(*data, beta=beta, restarts=4, snapshot_every=500))
    assert snapshot.status is Status.CONVERGED
    assert snapshot.objectives.min() >= optimum - BELOW
    assert snapshot.objective <= optimum * (1 + NEAR)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_a_line_through_two_points_at_any_depth(depth):
    beta = 0.02
    snapshot = last(train([0, 1], [0, 1], beta=beta, depth=depth, width=10, restarts=4, snapshot_every=1000))
    optimum = line_optimum(beta, depth)
    assert snapshot.objectives.min() >= optimum - BELOW
    assert snapshot.objective <= optimum * (1 + NEAR)


@pytest.mark.parametrize("optimizer", ["momentum", "gd"])
def test_plain_methods_choose_a_step_that_works(optimizer):
    optimum = lasso_optimum(*WAVE, 0.1)
    snapshot = last(train(*WAVE, beta=0.1, restarts=3, optimizer=optimizer, snapshot_every=1000))
    assert optimum - BELOW <= snapshot.objective <= optimum * 1.02


def test_an_overshoot_is_undone():
    """Where an automatic rate has been halved the restart is back at its best parameters, with an empty memory."""
    rates, undone = None, 0
    for snapshot in train(*WAVE, beta=0.1, restarts=3, width=10, optimizer="momentum", snapshot_every=CHECK_EVERY):
        state = snapshot.state
        if rates is not None:
            owner = state.problem.layout.restart_index
            for restart in np.flatnonzero((state.schedule.rates < rates) & (state.schedule.stale == 0)):
                own = owner == restart
                if not state.memory[0][own].any():
                    np.testing.assert_array_equal(state.parameters[own], state.schedule.best_parameters[own])
                    undone += 1
        rates = state.schedule.rates
    assert undone >= 3


def test_no_weight_decay_interpolates():
    snapshot = last(train(*HAT, beta=0.0, restarts=2, snapshot_every=1000))
    assert_allclose(snapshot.network(HAT[0]), HAT[1], atol=1e-4)


def test_strong_weight_decay_leaves_the_constant():
    snapshot = last(train(*WAVE, beta=5.0, restarts=2, snapshot_every=1000))
    assert snapshot.objective == pytest.approx(np.sum((WAVE[1] - WAVE[1].mean()) ** 2) / 2, rel=NEAR)


@pytest.mark.slow
def test_biases_in_every_layer_can_beat_the_deep_theory():
    """The deep program is exact for biases in the last hidden layer only: with more of them there is more to gain."""
    paper, free = (
        last(train(*STEP, beta=0.01, depth=3, width=20, restarts=3, biases=biases, snapshot_every=1000))
        for biases in ("last_hidden", "all")
    )
    assert free.objective < 0.9 * paper.objective


# What it reports


@pytest.mark.parametrize("biases", ["last_hidden", "all"])
@pytest.mark.parametrize("depth", [2, 3, 5])
@pytest.mark.parametrize("data", [WAVE, UNSORTED], ids=["wave", "unsorted"])
def test_objectives_are_those_of_the_networks_shown(data, depth, biases):
    x, y = data
    for snapshot in train(
        x, y, beta=0.03, depth=depth, width=6, biases=biases, restarts=3, max_steps=130, snapshot_every=40
    ):
        for network, objective in zip(snapshot.networks, snapshot.objectives, strict=True):
            penalty = sum(np.sum(w**2) for w in network.weights)
            assert objective == pytest.approx(np.sum((network(x) - y) ** 2) / 2 + 0.03 / 2 * penalty, rel=EXACT)
            early = range(0 if biases == "last_hidden" else depth, depth - 2)
            assert not any(network.biases[layer].any() for layer in early)
        assert snapshot.best == np.argmin(snapshot.objectives)
        assert snapshot.network is snapshot.networks[snapshot.best]
        assert snapshot.objectives.shape == (3,)


def test_snapshots_come_when_asked_for_and_only_the_last_is_done():
    snapshots = list(train(*HAT, beta=0.1, width=5, restarts=2, max_steps=110, snapshot_every=40))
    assert [s.step for s in snapshots] == [0, 40, 80, 110]
    assert [s.done for s in snapshots] == [False, False, False, True]
    assert [s.status for s in snapshots] == [Status.RUNNING] * 3 + [Status.MAX_STEPS]


def test_no_steps_at_all_is_the_start():
    (only,) = train(*HAT, beta=0.1, restarts=2, max_steps=0)
    assert (only.step, only.done, only.status) == (0, True, Status.MAX_STEPS)


def test_the_last_snapshot_is_the_best_of_each_restart():
    snapshots = list(train(*WAVE, beta=0.01, width=20, restarts=3, max_steps=1500, snapshot_every=CHECK_EVERY))
    seen = np.min([s.objectives for s in snapshots], axis=0)
    np.testing.assert_array_equal(snapshots[-1].objectives, seen)


def test_depth_and_width_are_as_asked():
    network = last(train(*HAT, beta=0.1, depth=4, width=7, restarts=1, max_steps=1)).network
    assert isinstance(network, Network)
    assert (network.depth, network.widths) == (4, (7, 7, 7))


# What it depends on


@pytest.mark.parametrize("optimizer", METHODS)
def test_the_seed_decides(optimizer):
    settings = {"beta": 0.02, "width": 8, "restarts": 2, "max_steps": 60, "optimizer": optimizer}
    first, again, other = (last(train(*WAVE, seed=seed, **settings)) for seed in (3, 3, 4))
    assert_same_snapshot(first, again)
    assert (first.objectives != other.objectives).all()


@pytest.mark.parametrize("depth", [2, 4])
def test_a_restart_does_not_depend_on_how_many_there_are(depth):
    """Exactly at the start; later up to the round-off of matrix products, which may be blocked differently."""
    settings = {"beta": 0.02, "depth": depth, "width": 12, "max_steps": 120, "snapshot_every": 60}
    few, many = (list(train(*WAVE, restarts=restarts, **settings)) for restarts in (2, 5))
    np.testing.assert_array_equal(few[0].objectives, many[0].objectives[:2])
    for one, other in zip(few, many, strict=True):
        assert_allclose(one.objectives, other.objectives[:2], rtol=1e-9)


def test_watching_closely_changes_nothing():
    settings = {"beta": 0.02, "width": 8, "restarts": 2, "max_steps": 333}
    assert_same_snapshot(
        last(train(*WAVE, snapshot_every=7, **settings)), last(train(*WAVE, snapshot_every=1000, **settings))
    )


def test_two_trainings_side_by_side_do_not_disturb_each_other():
    settings = {"width": 6, "restarts": 2, "max_steps": 100, "snapshot_every": 20}
    pairs = zip(train(*WAVE, beta=0.1, **settings), train(*HAT, beta=0.01, **settings), strict=True)
    for (one, other), alone in zip(pairs, train(*WAVE, beta=0.1, **settings), strict=True):
        assert_same_snapshot(one, alone)
        assert other.step == one.step


def test_the_caller_may_stop_anywhere():
    running = train(*WAVE, beta=0.02, restarts=2)
    assert [s.step for s in islice(running, 3)] == [0, 50, 100]
    running.close()
    assert list(running) == []


# How it resumes


@pytest.mark.parametrize("optimizer", METHODS)
@pytest.mark.parametrize(("depth", "biases", "stop"), [(2, "last_hidden", 130), (3, "all", 50), (4, "last_hidden", 1)])
def test_resumed_training_is_the_uninterrupted_one(optimizer, depth, biases, stop):
    settings = {
        "beta": 0.02,
        "depth": depth,
        "biases": biases,
        "width": 7,
        "restarts": 3,
        "optimizer": optimizer,
        "max_steps": 140 if optimizer == "lbfgs" else 700,
    }
    straight = last(train(*WAVE, **settings))
    interrupted = next(s for s in train(*WAVE, snapshot_every=stop, **settings) if s.step == stop)
    state = pickle.loads(pickle.dumps(interrupted.state))
    resumed = list(train(*WAVE, initial=state, **settings))
    assert_same_snapshot(resumed[0], interrupted)
    assert_same_snapshot(resumed[-1], straight)


def test_resuming_what_has_converged_is_done_at_once():
    settings = {"beta": 1.0, "width": 5, "restarts": 2}
    end = last(train(*HAT, **settings))
    (again,) = train(*HAT, initial=end.state, **settings)
    assert_same_snapshot(again, end)


def test_a_run_at_its_limit_continues_with_a_higher_one():
    settings = {"beta": 0.02, "width": 7, "restarts": 2}
    limited = last(train(*WAVE, max_steps=170, **settings))
    assert limited.status is Status.MAX_STEPS
    further = last(train(*WAVE, max_steps=400, initial=limited.state, **settings))
    assert_same_snapshot(further, last(train(*WAVE, max_steps=400, **settings)))


@pytest.mark.parametrize(
    "change", [{"beta": 0.01}, {"optimizer": "momentum"}, {"learning_rate": 0.01}, {"y": 2 * WAVE[1]}]
)
def test_a_changed_problem_keeps_the_weights_and_begins_a_new_schedule(change):
    settings = {"x": WAVE[0], "y": WAVE[1], "beta": 0.02, "width": 7, "restarts": 2, "max_steps": 120}
    before = last(train(**settings))
    first, *_, end = train(**(settings | change), initial=before.state)
    assert first.step == 120
    assert_allclose(first.networks[0](WAVE[0]), _network(before.state)(WAVE[0]), atol=1e-11)
    assert end.step == 240


def _network(state):
    """The network of restart 0 where the state stands (the last snapshot shows the best ones instead)."""
    return state.problem.units.outward(state.problem.layout.unpack(state.parameters, 0))


def test_less_weight_decay_from_a_trained_start_reaches_the_new_optimum():
    trained = last(train(*HAT, beta=0.05, restarts=4, snapshot_every=1000))
    again = last(train(*HAT, beta=0.01, restarts=4, snapshot_every=1000, initial=trained.state))
    optimum = lasso_optimum(*HAT, 0.01)
    assert optimum - BELOW <= again.objective <= optimum * (1 + NEAR)


def test_the_state_is_plain_data():
    state = next(train(*HAT, beta=0.1, restarts=2)).state

    def leaves(value):
        if hasattr(value, "__dataclass_fields__"):
            return [leaf for f in fields(value) for leaf in leaves(getattr(value, f.name))]
        return [leaf for item in value for leaf in leaves(item)] if isinstance(value, tuple) else [value]

    assert {type(leaf) for leaf in leaves(state)} <= {np.ndarray, int, float, bool, str, type(None)}


# How it starts from a network


def test_training_starts_from_a_network_exactly_and_ends_no_worse():
    x, y = HAT
    spline = two_layer_network(interpolating_spline(x, y), 0, 1)
    snapshots = list(train(x, y, beta=1e-3, width=6, restarts=3, initial=spline, snapshot_every=1000))
    start = snapshots[0].networks[0]
    assert start.widths == (6,)
    np.testing.assert_array_equal(start(x), spline(x))
    assert start.parameters_norm == spline.parameters_norm
    assert (snapshots[0].objectives[1:] > snapshots[0].objectives[0]).all()
    assert snapshots[-1].objectives[0] <= snapshots[0].objectives[0]
    assert snapshots[-1].objective >= lasso_optimum(x, y, 1e-3) - BELOW


@pytest.mark.parametrize("biases", ["last_hidden", "all"])
def test_a_trained_deep_network_is_a_start_too(biases):
    settings = {"beta": 0.02, "depth": 3, "biases": biases, "max_steps": 100}
    trained = last(train(*WAVE, width=5, restarts=1, **settings)).network
    start = next(train(*WAVE, width=9, restarts=2, initial=trained, **settings)).networks[0]
    assert_allclose(start(WAVE[0]), trained(WAVE[0]), rtol=EXACT)
    assert start.parameters_norm == pytest.approx(trained.parameters_norm, rel=EXACT)


# When things go wrong

HOSTILE = COMMON | {
    "origin": ([0.0], [0.0], 0.0),
    "mixed signs": (WAVE[0] - 0.5, WAVE[1], 0.1),
}


@pytest.mark.parametrize(("optimizer", "rate"), [("gd", 10.0), ("momentum", 10.0), ("adam", 1e300)])
def test_a_rate_that_is_too_large_diverges_into_finite_networks(optimizer, rate):
    snapshots = list(train(*WAVE, beta=0.02, width=8, restarts=2, optimizer=optimizer, learning_rate=rate))
    assert snapshots[-1].status is Status.DIVERGED
    assert snapshots[-1].step < 1000
    for snapshot in snapshots:
        assert np.isfinite(snapshot.objectives).all()
        assert np.isfinite(snapshot.network(WAVE[0])).all()
    assert (snapshots[-1].objectives <= snapshots[0].objectives).all()


@pytest.mark.parametrize("loss", ["squared", "absolute"])
@pytest.mark.parametrize("max_steps", [30, 400])
@pytest.mark.parametrize(("optimizer", "rate"), [("adam", 1e3), ("adam", 1e6), ("momentum", 1e3), ("gd", 1e3)])
def test_a_rate_that_never_helped_is_said_to_be_too_large(optimizer, rate, max_steps, loss):
    """Whether the steps ran out or the weights overflowed."""
    settings = {"width": 4, "restarts": 2, "snapshot_every": 1000, "max_steps": max_steps, "loss": loss}
    first, *_, end = train(*WAVE, beta=0.02, optimizer=optimizer, learning_rate=rate, **settings)
    assert (end.objectives == first.objectives).all()
    assert end.status is Status.DIVERGED
    assert "smaller learning rate" in end.status.advice


@pytest.mark.slow
@pytest.mark.parametrize("rate", [1e2, 1e6])
def test_a_rate_that_is_too_large_is_not_exhausted_before_it_is_small(rate):
    """It falls to a size that works; but by then the first steps have thrown all kinks out of the data."""
    settings = {"width": 20, "restarts": 2, "learning_rate": rate, "snapshot_every": 1000, "max_steps": 40_000}
    end = last(train(*WAVE, beta=0.1, **settings))
    assert end.state.schedule.first_rates.max() <= 0.03
    assert end.status is Status.STUCK
    constant = np.sum((WAVE[1] - WAVE[1].mean()) ** 2) / 2
    assert end.objective <= constant * (1 + NEAR)


@pytest.mark.parametrize("optimizer", ["adam", "momentum", "gd"])
def test_a_rate_that_helps_is_not_said_to_be_too_large(optimizer):
    settings = {"width": 8, "restarts": 2, "optimizer": optimizer, "learning_rate": 1e-3}
    assert last(train(*WAVE, beta=0.02, max_steps=60, **settings)).status is Status.MAX_STEPS
    optimum = lasso_optimum(*WAVE, 0.02)
    there = two_layer_network(solve(*WAVE, beta=0.02).spline, 0, 1)
    end = last(train(*WAVE, beta=0.02, initial=there, floor=optimum - BELOW, **(settings | {"restarts": 1})))
    assert end.status is Status.CONVERGED  # none below its beginning, which was the optimum


@pytest.mark.parametrize("loss", ["squared", "huber", "absolute", "logistic"])
def test_what_no_function_removes(loss):
    """Two points at x = 0, one with y = 1 and one with y = -1; a third one elsewhere."""
    x, y = np.array([0.0, 1.0, 0.0]), np.array([1.0, 1.0, -1.0])
    expected = {"squared": 1.0, "huber": 2 * (0.1 - 0.1**2 / 2), "absolute": 2.0, "logistic": 2 * np.log(2)}
    assert unavoidable_loss(x, y, named(loss)) == pytest.approx(expected[loss])


@pytest.mark.slow
def test_scatter_does_not_hide_that_a_run_is_stuck():
    """Two points at one x, 200 apart, leave ten thousand times as much as there is to gain."""
    x, y = np.array([0.0, 0.0, 0.5, 1.0]), np.array([-100.5, 99.5, 0.5, -0.5])
    end = last(train(x, y, beta=0.1, restarts=1, width=1, snapshot_every=1000, max_steps=40_000))
    assert end.objective - 1e4 > 1.01 * (solve(x, y, beta=0.1).objective - 1e4)
    assert end.status is Status.STUCK


@pytest.mark.parametrize("optimizer", METHODS)
@pytest.mark.parametrize("biases", ["last_hidden", "all"])
@pytest.mark.parametrize("depth", [2, 4])
@pytest.mark.parametrize(("x", "y", "beta"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_data_are_trained_without_harm(x, y, beta, depth, biases, optimizer):
    steps = 40 if optimizer == "lbfgs" else 200
    first, *_, end = train(
        x, y, beta=beta, depth=depth, biases=biases, width=4, restarts=2, optimizer=optimizer, max_steps=steps
    )
    assert np.isfinite(end.objectives).all()
    assert (end.objectives <= first.objectives).all()
    end.network.to_spline()


MISTAKES = [
    ({"beta": -1.0}, "beta is -1"),
    ({"beta": np.nan}, "beta is nan"),
    ({"depth": 1}, "depth is 1"),
    ({"depth": 11}, "depth is 11"),
    ({"width": 0}, "width is 0"),
    ({"width": 1001}, "width is 1001"),
    ({"width": 2.5}, "width is 2.5"),
    ({"restarts": 0}, "restarts is 0"),
    ({"restarts": 65}, "restarts is 65"),
    ({"biases": "none"}, "biases is 'none'"),
    ({"optimizer": "sgd"}, "optimizer is 'sgd'"),
    ({"learning_rate": 0.0}, "learning_rate is 0"),
    ({"learning_rate": -0.1}, "learning_rate is -0.1"),
    ({"max_steps": -1}, "max_steps is -1"),
    ({"snapshot_every": 0}, "snapshot_every is 0"),
    ({"seed": -1}, "seed is -1"),
    ({"x": [0.0, 1.0]}, "x has 2 values and y has 3"),
    ({"y": [0.0, np.inf, 1.0]}, r"y\[1\] is inf"),
    ({"x": [], "y": []}, "x is empty"),
    ({"width": 1000, "depth": 10, "restarts": 64}, "use a smaller width or fewer restarts"),
    ({"polish": "yes"}, "polish is 'yes'; it must be True or False"),
    ({"polish": 1}, "polish is 1;"),
    ({"initial": "yesterday"}, "initial is a str"),
]


@pytest.mark.parametrize(("mistake", "match"), MISTAKES)
def test_mistakes_are_named_by_the_call_itself(mistake, match):
    with pytest.raises(InvalidInputError, match=match):
        train(**({"x": HAT[0], "y": HAT[1], "beta": 0.1} | mistake))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"depth": 3}, "initial has depth 2, depth is 3"),
        ({"width": 2}, "initial has width 3, width is 2"),
    ],
)
def test_a_network_that_does_not_fit_is_named(change, match):
    network = Network((np.ones((1, 3)), np.ones((3, 1))), (np.zeros(3), np.zeros(1)))
    with pytest.raises(InvalidInputError, match=match):
        train(*HAT, beta=0.1, initial=network, **change)


def test_a_network_with_more_than_the_architecture_is_named():
    skipping = Network((np.ones((1, 1)), np.ones((1, 1))), (np.zeros(1), np.zeros(1)), skip=1.0)
    with pytest.raises(InvalidInputError, match="initial has a skip connection"):
        train(*HAT, beta=0.1, initial=skipping)
    early = Network((np.ones((1, 1)),) * 3, (np.ones(1), np.zeros(1), np.zeros(1)))
    with pytest.raises(InvalidInputError, match="initial has biases in hidden layer 1"):
        train(*HAT, beta=0.1, depth=3, initial=early)


@pytest.mark.parametrize("change", [{"depth": 3}, {"width": 6}, {"biases": "all"}, {"restarts": 3}])
def test_a_state_of_another_architecture_is_named(change):
    settings = {"beta": 0.1, "width": 5, "restarts": 2}
    state = next(train(*HAT, **settings)).state
    (name,) = change
    with pytest.raises(InvalidInputError, match=f"initial was trained with {name}"):
        train(*HAT, initial=state, **(settings | change))


def test_objectives_of_a_converging_run_fall():
    """From look to look the best objective never rises, and all restarts together improve by a lot."""
    best = [s.objective for s in train(*WAVE, beta=0.05, restarts=4, snapshot_every=200)]
    assert best[-1] < 0.5 * best[0]
    assert sum(later > 1.05 * earlier for earlier, later in pairwise(best)) == 0
