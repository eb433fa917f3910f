"""Insertion, polish, floors: what training reaches when it may solve exactly, and what it says of itself."""

import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from cvxdnn.convex import solve
from cvxdnn.core.closed_form import deep_network
from cvxdnn.core.datasets import PRESETS, load_preset
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.kinks import kinks
from cvxdnn.core.losses import Huber
from cvxdnn.core.objective import beta_max, certify
from cvxdnn.core.solution import Status
from cvxdnn.training.schedule import CHECK_EVERY
from cvxdnn.training.training import train
from tests.training.hostile import HOSTILE as COMMON
from tests.training.hostile import WAVE

pytestmark = pytest.mark.slow

OPTIMAL = 1e-9  # relative
FULL_BATCH = ("gd", "momentum", "adam", "lbfgs")

CLOSE = (np.array([0.0, 0.3, 0.499, 0.5, 0.7, 1.0]), np.array([-0.4, -0.5, -0.4, 0.5, 0.4, 0.5]))
"""A large jump between two points a thousandth apart."""
DATA = pytest.mark.parametrize("data", [WAVE, CLOSE], ids=["wave", "close"])
SMALL = {"width": 12, "restarts": 3}


def last(iterator):
    *_, snapshot = iterator
    return snapshot


def beta_of(data, share, loss="squared"):
    return share * beta_max(*data, loss=loss)


# Insertion


@pytest.mark.parametrize("share", [0.1, 1e-3])
@DATA
def test_insertion_reaches_the_two_layer_optimum_in_every_restart(data, share):
    beta = beta_of(data, share)
    end = last(train(*data, beta=beta, optimizer="insertion", **SMALL))
    assert end.status is Status.CONVERGED
    assert_allclose(end.objectives, solve(*data, beta=beta).objective, rtol=OPTIMAL)
    assert certify(*data, end.network, beta=beta).relative_gap <= OPTIMAL


@pytest.mark.parametrize("share", [0.1, 1e-3])
@pytest.mark.parametrize("depth", [3, 4])
@DATA
def test_insertion_reaches_the_deep_optimum_in_the_best_restart(data, depth, share):
    beta = beta_of(data, share)
    end = last(train(*data, beta=beta, depth=depth, optimizer="insertion", width=12, restarts=8))
    assert end.objective == pytest.approx(solve(*data, beta=beta, depth=depth).objective, rel=OPTIMAL)
    assert_allclose([np.linalg.norm(w) for w in end.network.weights], np.linalg.norm(end.network.weights[0]))


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.loss in ("squared", "logistic")])
def test_insertion_reaches_the_optimum_of_every_preset_with_a_smooth_loss(name):
    loss = PRESETS[name].loss
    data, _ = load_preset(name).normalized(keep_y=loss != "squared")
    beta = 0.01 * beta_max(data.x, data.y, loss=loss)
    end = last(train(data.x, data.y, beta=beta, loss=loss, optimizer="insertion", restarts=1))
    assert end.objective == pytest.approx(solve(data.x, data.y, beta=beta, loss=loss).objective, rel=OPTIMAL)


def test_every_insertion_is_a_snapshot_and_neurons_come_where_the_data_are():
    snapshots = list(train(*WAVE, beta=beta_of(WAVE, 1e-2), optimizer="insertion", restarts=1, snapshot_every=1000))
    assert [s.step for s in snapshots] == list(range(len(snapshots)))
    assert len(snapshots) > 4
    for snapshot in snapshots[2:]:
        places = kinks(snapshot.network).x
        assert np.abs(places[:, None] - WAVE[0]).min(axis=1).max() < 1e-9


def test_insertion_begins_with_the_best_constant_and_has_at_most_one_neuron_a_step():
    beta = beta_of(WAVE, 1e-2)
    snapshots = list(train(*WAVE, beta=beta, optimizer="insertion", **SMALL))
    assert_allclose(snapshots[0].objectives, np.sum((WAVE[1] - WAVE[1].mean()) ** 2) / 2, rtol=OPTIMAL)
    for snapshot in snapshots:
        assert kinks(snapshot.network).x.size <= snapshot.step


def test_the_first_network_decides_the_way_but_not_the_end():
    beta = beta_of(WAVE, 1e-2)
    for seed in range(2):
        first = next(train(*WAVE, beta=beta, seed=seed, **SMALL)).network
        start, *_, end = train(*WAVE, beta=beta, optimizer="insertion", initial=first, **SMALL)
        assert kinks(start.network).x.size == SMALL["width"]
        assert_allclose(end.objectives, solve(*WAVE, beta=beta).objective, rtol=OPTIMAL)


def test_too_few_neurons_are_said_to_be_stuck():
    beta = beta_of(WAVE, 1e-3)
    end = last(train(*WAVE, beta=beta, optimizer="insertion", width=3, restarts=2))
    assert end.status is Status.STUCK
    assert np.count_nonzero(end.network.weights[0]) <= 3
    assert end.objective > 1.001 * solve(*WAVE, beta=beta).objective


def test_a_step_limit_holds_for_insertion():
    end = last(train(*WAVE, beta=1e-4, optimizer="insertion", max_steps=3, **SMALL))
    assert (end.step, end.status) == (3, Status.MAX_STEPS)


# Polish


@pytest.mark.parametrize("optimizer", FULL_BATCH)
@pytest.mark.parametrize("depth", [2, 3])
def test_polish_finishes_what_any_method_leaves(optimizer, depth):
    """Each restart ends at a local minimum: what insertion next to its kinks would do gains nothing."""
    beta = beta_of(WAVE, 1e-2)
    steps = 100 if optimizer == "lbfgs" else 600
    settings = {"beta": beta, "depth": depth, "optimizer": optimizer, "max_steps": steps, **SMALL}
    plain = last(train(*WAVE, **settings))
    polished = last(train(*WAVE, polish=True, **settings))
    assert (polished.objectives <= plain.objectives).all()
    again = last(train(*WAVE, polish=True, initial=polished.network, **{**settings, "max_steps": 0, "restarts": 1}))
    assert again.objective == pytest.approx(polished.objective, rel=OPTIMAL)
    assert polished.objectives.min() >= solve(*WAVE, beta=beta, depth=depth).objective * (1 - OPTIMAL)


def test_a_polished_two_layer_network_with_kinks_everywhere_is_optimal():
    data, _ = load_preset("two close points").normalized()
    points = data.x, data.y
    beta = beta_of(points, 1e-3)
    plain, polished = (last(train(*points, beta=beta, polish=p, restarts=2, max_steps=2000)) for p in (False, True))
    optimum = solve(*points, beta=beta).objective
    assert plain.objective > 1.01 * optimum  # Adam does not arrive
    assert polished.objective == pytest.approx(optimum, rel=OPTIMAL)
    assert polished.status is Status.CONVERGED


@pytest.mark.parametrize("depth", [3, 4])
def test_biases_everywhere_are_polished_by_second_order_steps(depth):
    settings = {"beta": 0.02, "depth": depth, "biases": "all", "max_steps": 2000, "width": 8, "restarts": 2}
    plain, polished = (last(train(*WAVE, polish=p, **settings)) for p in (False, True))
    assert (polished.objectives <= plain.objectives).all()
    assert (polished.objectives < plain.objectives).any()


def test_a_polish_never_undoes_what_its_restart_had_reached():
    snapshots = list(train(*WAVE, beta=0.02, depth=3, biases="all", polish=True, max_steps=500, **SMALL))
    polishing = [s for s in snapshots if s.step > 500]
    assert len(polishing) > 3
    for before, after in pairwise(polishing):
        assert (after.objectives <= before.objectives).all()


def test_a_network_too_narrow_for_its_ramps_is_polished_all_the_same():
    """Nine kinks between the points need eighteen ramps at them."""
    beta = beta_of(WAVE, 1e-3)
    settings = {"beta": beta, "width": 5, "restarts": 2, "max_steps": 1500}
    plain, polished = (last(train(*WAVE, polish=p, **settings)) for p in (False, True))
    assert (polished.objectives <= plain.objectives).all()
    assert polished.objective < plain.objective


def test_a_polish_asked_for_later_begins_where_the_run_had_come_to_rest():
    settings = {"beta": beta_of(WAVE, 1e-2), **SMALL}
    rested = last(train(*WAVE, **settings))
    first, *_, end = train(*WAVE, initial=rested.state, polish=True, **settings)
    assert first.step == rested.step
    assert end.step < rested.step + 50
    assert end.objective == pytest.approx(solve(*WAVE, beta=settings["beta"]).objective, rel=OPTIMAL)


@pytest.mark.parametrize("loss", ["huber", "logistic"])
def test_other_smooth_losses_are_polished_too(loss):
    y = np.sign(WAVE[1]) if loss == "logistic" else WAVE[1]
    beta = 0.03 * beta_max(WAVE[0], y, loss=loss)
    end = last(train(WAVE[0], y, beta=beta, loss=loss, polish=True, restarts=2, max_steps=1500))
    assert end.objective == pytest.approx(solve(WAVE[0], y, beta=beta, loss=loss).objective, rel=1e-7)


# Stopping and going on


@pytest.mark.parametrize(
    ("optimizer", "depth", "biases", "stop"),
    [
        ("insertion", 2, "last_hidden", 3),
        ("insertion", 4, "last_hidden", 7),
        ("adam", 3, "last_hidden", 152),
        ("adam", 3, "all", 160),
        ("lbfgs", 2, "last_hidden", 30),
    ],
)
def test_an_interrupted_run_is_the_uninterrupted_one(optimizer, depth, biases, stop):
    """In the middle of an insertion, of a polish, of a line search's memory."""
    settings = {"beta": 0.004, "depth": depth, "biases": biases, "optimizer": optimizer, "polish": True, **SMALL}
    settings["max_steps"] = 150 if optimizer != "insertion" else 1000
    straight = list(train(*WAVE, snapshot_every=10, **settings))
    interrupted = next(s for s in straight if s.step == stop)
    state = pickle.loads(pickle.dumps(interrupted.state))
    resumed = list(train(*WAVE, initial=state, snapshot_every=10, **settings))
    np.testing.assert_array_equal(resumed[0].objectives, interrupted.objectives)
    assert resumed[-1].step == straight[-1].step
    np.testing.assert_array_equal(resumed[-1].objectives, straight[-1].objectives)


def test_a_restart_at_the_floor_stops_at_the_first_look():
    beta = beta_of(WAVE, 0.1)
    optimum = solve(*WAVE, beta=beta)
    end = last(train(*WAVE, beta=beta, floor=optimum.objective, initial=optimum.network(), restarts=1))
    assert (end.step, end.status) == (CHECK_EVERY, Status.CONVERGED)


@pytest.mark.parametrize(("floor", "status"), [(1.0, Status.CONVERGED), (0.99, Status.STUCK)])
def test_the_floor_tells_converged_from_stuck(floor, status):
    settings = {"beta": beta_of(WAVE, 0.1), "depth": 3, "restarts": 1, "width": 10}
    end = last(train(*WAVE, **settings))
    assert last(train(*WAVE, floor=floor * end.objective, **settings)).status is status


def test_without_a_floor_a_better_network_next_to_the_one_at_rest_shows_that_it_is_stuck():
    """Three neurons, all to the right of the jump at the start: gradients cannot move them across."""
    beta = beta_of(WAVE, 1e-3)
    assert last(train(*WAVE, beta=beta, width=2, restarts=1)).status is Status.STUCK


def test_an_interpolant_without_weight_decay_is_not_stuck():
    assert last(train([0, 0.5, 1], [0, 1, 0], beta=0.0, restarts=1, width=5, polish=True)).status is Status.CONVERGED


# Never below the optimum: a wrong optimum would show here as well as a wrong objective


@pytest.mark.parametrize("optimizer", [*FULL_BATCH, "insertion"])
@pytest.mark.parametrize("depth", [2, 3, 4])
def test_no_run_of_the_papers_architecture_reports_less_than_the_certified_optimum(depth, optimizer):
    rng = np.random.default_rng([depth, len(optimizer)])
    for case in range(3):
        x, y = np.sort(rng.uniform(0, 1, 8)), rng.standard_normal(8)
        beta = (0.1, 0.02, 0.004)[case] * beta_max(x, y)
        optimum = solve(x, y, beta=beta, depth=depth).objective
        settings = {"beta": beta, "depth": depth, "optimizer": optimizer, "width": 10, "restarts": 4}
        for snapshot in train(x, y, polish=True, max_steps=100, **settings):
            assert snapshot.objectives.min() >= optimum * (1 - OPTIMAL)


def heights(depth, optimizer, **options):
    """Objectives of a run that starts at the convex optimum, step by step, as shares above it."""
    beta = beta_of(WAVE, 1e-2)
    optimum = solve(*WAVE, beta=beta, depth=depth)
    start = deep_network(optimum.spline, 0.0, 1.0, depth=depth)
    settings = {"restarts": 1, "max_steps": 200, "snapshot_every": 1, "width": 12, **options}
    ran = list(train(*WAVE, beta=beta, depth=depth, optimizer=optimizer, initial=start, **settings))
    return np.array([s.objective for s in ran]) / optimum.objective - 1, ran[0].state.schedule.rates[0]


@pytest.mark.parametrize("optimizer", ["lbfgs", "insertion"])
@pytest.mark.parametrize("depth", [2, 3, 5])
def test_methods_that_only_accept_what_falls_stay_at_the_convex_optimum(depth, optimizer):
    ran, _ = heights(depth, optimizer)
    assert np.abs(ran).max() <= OPTIMAL


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "adam"])
@pytest.mark.parametrize("depth", [2, 3, 5])
def test_methods_with_a_rate_leave_the_convex_optimum_by_as_little_as_the_rate_and_return(depth, optimizer):
    """It lies on an edge of the objective, where the derivative that they step along is not 0."""
    ran, rate = heights(depth, optimizer)
    assert ran[-1] == pytest.approx(0, abs=OPTIMAL)
    assert ran.min() >= -OPTIMAL
    slow, _ = heights(depth, optimizer, learning_rate=rate / 100)
    assert 0 < slow.max() <= ran.max() / 30
    assert slow[-1] == pytest.approx(0, abs=OPTIMAL)


# Hostile data

HOSTILE = COMMON | {
    "nearly equal x": ([0.0, 1e-9, 0.5, 1.0], [0.0, 1.0, 0.3, 0.2], 0.01),
    "no decay": (*WAVE, 0.0),
}


@pytest.mark.parametrize("optimizer", ["insertion", "adam"])
@pytest.mark.parametrize("biases", ["last_hidden", "all"])
@pytest.mark.parametrize("depth", [2, 4])
@pytest.mark.parametrize(("x", "y", "beta"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_data_are_solved_without_harm(x, y, beta, depth, biases, optimizer):
    if optimizer == "insertion" and biases == "all" and depth > 2:
        optimizer = "momentum"
    settings = {"depth": depth, "biases": biases, "optimizer": optimizer, "width": 6, "restarts": 2}
    first, *_, end = train(x, y, beta=beta, polish=True, max_steps=60, **settings)
    assert np.isfinite(end.objectives).all()
    assert end.objective <= first.objective * (1 + OPTIMAL)
    end.network.to_spline()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=7),
    st.floats(1e-6, 10),
    st.integers(0, 100),
)
def test_insertion_is_certified_whatever_the_points(points, beta, seed):
    x, y = np.array(points).T
    assume(all(np.ptp(values) == 0 or np.ptp(values) > 1e-100 for values in (x, y)))  # others are refused
    assume(np.diff(np.unique(x)).min(initial=np.inf) >= 1e-100 * np.ptp(x))
    end = last(train(x, y, beta=beta, optimizer="insertion", width=16, restarts=1, seed=seed))
    certificate = certify(x, y, end.network, beta=beta)
    assert certificate.gap <= 1e-7 * certificate.primal + 1e-12


def test_insertion_does_not_stop_where_only_a_loss_that_nothing_removes_hides_the_gain():
    """Two points share x = 0 and leave a quarter; what there is to gain is a 10^13th part of that."""
    x, y = [0, 0, 2, 4], [0, 1, 0, 0]
    end = last(train(x, y, beta=1e-6, optimizer="insertion", width=16, restarts=1))
    assert certify(x, y, end.network, beta=1e-6).gap <= 1e-12


@pytest.mark.parametrize("share", [6e-5, 1e-3])
@pytest.mark.parametrize(("scale", "threshold"), [(1.0, 1e-7), (1e6, 0.1)])
def test_insertion_with_hubers_loss_arrives_however_small_its_threshold(scale, threshold, share):
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.uniform(0, 1, 40)), scale * rng.standard_normal(40)
    loss = Huber(threshold)
    beta = share * beta_max(x, y, loss=loss)
    end = last(train(x, y, beta=beta, loss=loss, optimizer="insertion", restarts=2, width=80))
    assert_allclose(end.objectives, solve(x, y, beta=beta, loss=loss).objective, rtol=1e-8)


def test_a_network_that_huber_insertion_would_improve_is_stuck():
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.uniform(0, 1, 40)), rng.standard_normal(40)
    loss = Huber(1e-7)
    beta = 6e-5 * beta_max(x, y, loss=loss)
    end = last(train(x, y, beta=beta, loss=loss, optimizer="insertion", restarts=2, width=20))
    assert end.status is Status.STUCK


# Mistakes


@pytest.mark.parametrize(
    ("mistake", "match"),
    [
        ({"optimizer": "insertion", "loss": "absolute"}, "loss is 'absolute', which has kinks; optimizer='insertion'"),
        ({"polish": True, "loss": "epsilon_insensitive"}, "which has kinks; polish=True needs"),
        ({"optimizer": "insertion", "depth": 3, "biases": "all"}, "biases='all'"),
        ({"optimizer": "insertion", "depth": 3, "x": WAVE[0] - 0.5}, r"the smallest x is -0.5.*shift x"),
        ({"optimizer": "insertion", "learning_rate": 0.1}, "'insertion' finds its own steps"),
        ({"optimizer": "lbfgs", "learning_rate": 0.1}, "'lbfgs' finds its own steps"),
        ({"floor": np.inf}, "floor"),
    ],
)
def test_what_cannot_be_solved_exactly_is_named_by_the_call(mistake, match):
    with pytest.raises(InvalidInputError, match=match):
        train(**({"x": WAVE[0], "y": WAVE[1], "beta": 0.1} | mistake))


def test_mixed_signs_of_x_are_polished_by_second_order_steps():
    x = WAVE[0] - 0.5
    plain, polished = (
        last(train(x, WAVE[1], beta=0.02, depth=3, polish=p, max_steps=1000, **SMALL)) for p in (False, True)
    )
    assert (polished.objectives <= plain.objectives).all()
