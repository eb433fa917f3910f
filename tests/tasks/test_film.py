"""Films: what they show is the network, and they are small whatever the training."""

from dataclasses import replace

import numpy as np
import pytest

from cvxdnn.tasks.experiments import training_stream
from cvxdnn.tasks.film import GROWTH, MOST_RAMPS, MOST_STILLS, FilmMaker, Still, still_of
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.stream import last_frame
from cvxdnn.training.training import train

GRID = np.linspace(-0.05, 1.05, 221)
SCENARIOS = {
    "two layers": Scenario(restarts=2, width=20),
    "three layers": Scenario(restarts=2, width=10, depth=3),
    "biases everywhere": Scenario(restarts=2, width=10, depth=4, biases="all"),
    "insertion": Scenario(optimizer="insertion", preset="spike"),
}


def drawn(still, x):
    place, change, side = still.ramps.astype(np.float64).T
    return still.constant + still.slope * x + np.maximum(side * (x[:, None] - place), 0) @ change


def decoded(sent):
    """What the browser reads, by the words of `Film.to_bytes`."""
    count = int(np.frombuffer(sent, "<f8", 1)[0])
    head = np.frombuffer(sent, "<f8", 6 * count, offset=8).reshape(count, 6)
    return head[:, :5], head[:, 5], np.frombuffer(sent, "<f4", offset=8 + 48 * count).reshape(-1, 3)


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


@pytest.mark.parametrize(("snapshots", "ramps"), [(10_000, 3), (300, 4_000), (3, 20_000)])
def test_a_film_stays_small(snapshots, ramps):
    def take(step):
        return Still(step, 0.0, 0.0, 1.0, 1.0, np.zeros((ramps, 3), np.float32))

    class Moment(int):
        step = property(int)

    maker = FilmMaker(take, takes_all=True)
    for step in range(snapshots):
        maker.look(Moment(step), is_last=step == snapshots - 1)
    film = maker.film()
    assert film.numbers[0, 0] == 0
    assert film.numbers[-1, 0] == snapshots - 1
    assert len(film.counts) <= MOST_STILLS
    assert len(film.ramps) <= max(MOST_RAMPS, 2 * ramps)


def test_what_is_sent_holds_all_of_it():
    film = last_frame(training_stream(Scenario(restarts=1, width=5), 100)).film
    numbers, counts, ramps = decoded(film.to_bytes())
    assert np.array_equal(numbers, film.numbers)
    assert np.array_equal(counts, film.counts)
    assert np.array_equal(ramps, film.ramps)
