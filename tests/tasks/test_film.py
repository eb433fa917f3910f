"""Films: what they show is the network, and they are small whatever the training."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from benchmarks import page_films
from benchmarks.films import Errors, drawn, film_errors, random_training
from cvxdnn.convex import solve
from cvxdnn.core.datasets import PRESETS
from cvxdnn.core.network import Network
from cvxdnn.tasks.experiments import training_stream
from cvxdnn.tasks.film import GROWTH, MOST_NUMBERS, MOST_STILLS, FilmMaker
from cvxdnn.tasks.fits import fit_stream
from cvxdnn.tasks.ramps import RampStill, still_of
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.stream import last_frame
from cvxdnn.training.fitting import FitProblem
from cvxdnn.training.training import train

GRID = np.linspace(-0.05, 1.05, 221)
SCENARIOS = {
    "two layers": Scenario(restarts=2, width=20),
    "three layers": Scenario(restarts=2, width=10, depth=3),
    "biases everywhere": Scenario(restarts=2, width=10, depth=4, biases="all"),
    "insertion": Scenario(optimizer="insertion", preset="spike"),
}


def decoded(sent):
    """What the browser reads, by the words of `RampFilm.to_bytes`."""
    count = int(np.frombuffer(sent, "<f8", 1)[0])
    head = np.frombuffer(sent, "<f8", 7 * count, offset=8).reshape(count, 7)
    return head[:, :6], head[:, 6], np.frombuffer(sent, "<f4", offset=8 + 56 * count).reshape(-1, 3)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_the_last_still_is_the_network_that_training_ended_with(scenario):
    frame = last_frame(training_stream(scenario, 400))
    still = frame.film.stills()[-1]
    exact = frame.view.spline(GRID)
    assert np.abs(drawn(still, GRID) - exact).max() < 1e-5 * max(np.ptp(exact), 1)
    assert still.step == frame.step
    assert still.misfit + still.charge == pytest.approx(frame.objective, rel=1e-12)


def test_every_still_is_the_network_of_its_step_and_each_neuron_keeps_its_place():
    scenario = Scenario(restarts=1, width=8)
    data, _ = scenario.normalized()
    snapshots = train(data.x, data.y, beta=scenario.beta, width=8, restarts=1, max_steps=300, snapshot_every=10)
    for snapshot in snapshots:
        still = still_of(snapshot.network, snapshot.step, snapshot.objective, 0.0)
        assert np.abs(drawn(still, GRID) - snapshot.network(GRID)).max() < 1e-5
        weights = snapshot.network.weights[0][0]
        assert np.array_equal(still.ramps[:, 2], np.sign(weights[weights != 0]))


@pytest.mark.parametrize("weight", [1e-30, 1e-42, 1e-60, 1e-300, 5e-324])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_neuron_that_bends_beyond_every_float32_is_drawn_as_the_constant_that_it_is(weight, side):
    network = Network(
        (np.array([[side * weight, 1.0]]), np.array([[1.0], [0.5]])), (np.array([1.0, -0.3]), np.array([0.2]))
    )
    still = still_of(network, 0, 1.0, 0.5)
    assert np.isfinite(still.ramps).all()
    assert drawn(still, GRID) == pytest.approx(network(GRID), abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_random_trainings_are_drawn_as_the_networks_that_they_were(seed):
    assert film_errors(*random_training(seed)).violations == []


def test_a_curve_that_is_no_number_is_a_violation():
    assert Errors().violations == Errors(pixels=0.5).violations == []
    assert len(Errors().worst(Errors(pixels=np.nan)).worst(Errors()).violations) == 1


def test_stills_are_evenly_spaced_in_the_logarithm_and_go_on_after_a_pause():
    stream = training_stream(Scenario(restarts=1, width=5))
    whole = last_frame(replace(stream, until=600))
    paused = last_frame(replace(stream, until=200))
    resumed = last_frame(replace(stream, until=600).after(paused))
    steps = whole.film.numbers[:, 0]
    assert steps[0] == 0
    assert steps[-1] == 600
    assert np.all(steps[3:-1] >= (1 - 1e-12) * GROWTH * steps[2:-2])
    assert np.all(np.diff(resumed.film.numbers[:, 0]) > 0)
    assert resumed.film.numbers[0, 0] == 0
    assert np.array_equal(resumed.film.stills()[-1].ramps, whole.film.stills()[-1].ramps)


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.loss == "squared"])
def test_insertion_builds_one_hinge_a_still_where_the_certificate_was_left_most(name):
    scenario = Scenario(optimizer="insertion", preset=name)
    data, _ = scenario.normalized()
    frame = last_frame(replace(training_stream(scenario), hold=1e-9))
    stills = frame.film.stills()
    assert stills[0].ramps.size == stills[0].charge == 0
    for before, after in pairwise(stills):
        bends, later = ({(place, side) for place, _, side in still.ramps.tolist()} for still in (before, after))
        (new,) = later - bends
        assert new[0] == before.entry
        multipliers = data.y - drawn(before, data.x)
        right, left = (np.maximum(side * (data.x[:, None] - data.x), 0).T @ multipliers for side in (1, -1))
        pull = np.maximum(np.abs(right), np.abs(left))
        beyond = pull.max() - scenario.beta
        assert beyond > 0
        assert pull[np.abs(data.x - before.entry).argmin()] == pytest.approx(pull.max(), abs=1e-3 * beyond + 1e-6)
    assert np.isnan(stills[-1].entry)
    assert frame.objective == pytest.approx(solve(data.x, data.y, beta=scenario.beta).objective, rel=1e-9)


def test_only_insertion_names_where_a_ramp_enters():
    film = last_frame(training_stream(Scenario(restarts=1, width=5), 100)).film
    assert np.isnan(film.numbers[:, 5]).all()


@pytest.mark.parametrize(("snapshots", "ramps"), [(10_000, 3), (300, 4_000), (3, 20_000)])
def test_a_film_stays_small(snapshots, ramps):
    def take(step):
        return RampStill(step, 0.0, 0.0, 1.0, 1.0, np.full((ramps, 3), step, np.float32))

    class Moment(int):
        step = property(int)

    maker = FilmMaker(take, grows=True)
    for step in range(snapshots):
        maker.look(Moment(step), is_last=step == snapshots - 1)
    film = maker.film()
    assert film.numbers[0, 0] == 0
    assert film.numbers[-1, 0] == snapshots - 1
    assert len(film.counts) <= MOST_STILLS
    assert film.ramps.size <= max(MOST_NUMBERS, 6 * ramps)


@pytest.mark.parametrize(("bound", "passes"), [(0.1, True), (10.0, False)])
def test_a_page_whose_film_is_below_its_bound_is_reported(monkeypatch, capsys, bound, passes):
    problem = FitProblem(np.eye(3), np.eye(3), 0.1, "relu", width=4, restarts=2, steps=20, polish=0)
    training = page_films.Training(fit_stream(problem), bound, 1.0, "its settings")
    monkeypatch.setitem(page_films.PAGES, "whitened", lambda rng: training)
    assert page_films.check("whitened", runs=1, seed=0) == passes
    assert ("its settings" in capsys.readouterr().out) == (not passes)


def test_a_still_is_taken_once_though_it_is_in_the_film_and_the_newest():
    class Moment(int):
        step = property(int)

    taken = []
    maker = FilmMaker(lambda moment: taken.append(int(moment)) or RampStill(int(moment), 0, 0, 1, 1, np.zeros((1, 3))))
    for moment in (Moment(0), Moment(1)):
        maker.look(moment, is_last=False)
        assert maker.still_of(moment).step == moment
    assert taken == [0, 1]


def test_what_is_sent_holds_all_of_it():
    film = last_frame(training_stream(Scenario(restarts=1, width=5), 100)).film
    numbers, counts, ramps = decoded(film.to_bytes())
    assert np.array_equal(numbers, film.numbers, equal_nan=True)
    assert np.array_equal(counts, film.counts)
    assert np.array_equal(ramps, film.ramps)
