"""The race is fair and ends; seeds count every network."""

import pickle

import numpy as np

from cvxdnn.tasks.race import Race
from cvxdnn.tasks.scenario import OPTIMIZERS, Scenario
from cvxdnn.tasks.seeds import Seeds
from cvxdnn.tasks.stream import Stream

QUICK = Scenario(preset="many optima", restarts=2, width=10, beta=0.05)
LONG = Scenario(preset="noisy sine", restarts=4)


def frames_of(problem, looks=10**9):
    frames = []
    Stream(problem)(frames.append, lambda: len(frames) >= looks)
    return frames


def test_every_optimiser_but_insertion_starts_from_the_same_weights():
    runs = frames_of(Race.of(QUICK), looks=5)[-1].view
    assert [run.optimizer for run in runs] == list(OPTIMIZERS)
    starts = {run.history[0, 2] for run in runs if len(run.history) and run.optimizer != "insertion"}
    assert len(starts) == 1


def test_a_race_ends_when_every_lane_has_ended():
    last = frames_of(Race(QUICK, ("adam", "momentum")))[-1]
    assert last.done
    for run in last.view:
        seconds, steps, objectives = run.history.T
        assert (np.diff(seconds) >= 0).all()
        assert (np.diff(steps) > 0).all()
        assert objectives[-1] <= objectives[0]


def underway(frames):
    """Clocks of the runs that still run and have had a few turns, at the last frame."""
    runs = frames[-1].view if frames else ()
    return [run.history[:, 0] for run in runs if not run.done and len(run.history) > 5]


def test_nobody_gets_more_time_than_one_turn_before_the_others():
    frames = []
    Stream(Race.of(LONG))(frames.append, lambda: len(underway(frames)) >= 2)
    clocks = underway(frames)
    longest_turn = max(np.diff(seconds).max() for seconds in clocks)
    used = [seconds[-1] for seconds in clocks]
    assert max(used) - min(used) <= 2 * longest_turn


def test_seeds_are_counted_and_reproducible():
    seeds = Seeds(QUICK.replace(width=5, optimizer="lbfgs"), batches=2)
    frames = frames_of(seeds)
    sizes = [frame.view.objectives.size for frame in frames]
    assert (sizes[0], sizes[-1], frames[-1].view.total) == (0, 32, 32)
    assert set(sizes) <= {0, 16, 32}
    assert frames[-1].done
    assert np.array_equal(frames_of(seeds)[-1].view.objectives, frames[-1].view.objectives)
    assert np.unique(frames[-1].view.objectives).size > 16  # not the same seed twice


def test_both_stop_when_asked():
    assert not frames_of(Race.of(QUICK), looks=1)[-1].done
    assert [frame.view.objectives.size for frame in frames_of(Seeds(QUICK), looks=1)] == [0, 0]


def test_both_can_be_sent_to_a_worker():
    for problem in (Race.of(QUICK), Seeds(QUICK)):
        assert pickle.loads(pickle.dumps(Stream(problem))).problem == problem
