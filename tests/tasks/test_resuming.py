"""Whatever can make room for others comes to the same end in many turns as in one."""

import pickle

import numpy as np
import pytest

from cvxdnn.jobs.interface import Resumable
from cvxdnn.tasks.deep_runs import DeepRuns
from cvxdnn.tasks.experiments import training_stream
from cvxdnn.tasks.fits import fit_stream
from cvxdnn.tasks.race import Race
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.seeds import Finals, Seeds
from cvxdnn.tasks.stream import Stream
from cvxdnn.tasks.sweep.task import RunTask
from cvxdnn.training.fitting import FitProblem

QUICK = Scenario(preset="many optima", restarts=2, width=10, beta=0.05)
X = np.linspace(0, 1, 8)
FIT = FitProblem(
    X[:, None], np.sin(6 * X)[:, None], 0.01, "relu_bias", depth=2, width=8, restarts=2, steps=600, polish=0
)
TASKS = {
    "training": training_stream(QUICK),
    "steps of training": training_stream(QUICK, until=150),
    "insertion": training_stream(QUICK.replace(optimizer="insertion", restarts=1)),
    "fit": fit_stream(FIT),
    "deep runs": Stream(DeepRuns(X, np.sin(6 * X), 0.01, 3, width=8, runs=2, max_steps=400)),
    "seeds": Stream(Seeds(QUICK.replace(width=5, beta=0.2), batches=2)),
    "race": Stream(Race(QUICK, ("adam", "lbfgs"))),
}


def last_frame(task, looks=10**9):
    """Run a task, asking it to stop at the look after so many."""
    frames, seen = [], []

    def stopped():
        seen.append(1)
        return len(seen) > looks

    task(frames.append, stopped)
    return frames[-1], len(seen) > looks


def in_turns(task, looks):
    """The last frame of the last turn, and how many there were."""
    turns, goes_on, last = 0, True, None
    while goes_on:
        turns += 1
        task = pickle.loads(pickle.dumps(task.after(last)))  # another worker takes it up
        last, goes_on = last_frame(task, looks)
    return last, turns


def end_of(frame):
    """What a page says of the end, as one array."""
    if isinstance(frame.view, Finals):
        return frame.view.objectives
    if isinstance(frame.view, tuple):
        return np.array([[run.history[-1, 1:].tolist(), [run.done, 0]] for run in frame.view])
    return np.append(frame.objectives, getattr(frame, "step", 0))


@pytest.mark.parametrize("name", TASKS)
def test_many_turns_come_to_the_same_end_as_one(name):
    task = TASKS[name]
    whole, _ = last_frame(task)
    parts, turns = in_turns(task, looks=2 if name == "insertion" else 9)
    assert turns > 1
    assert np.array_equal(end_of(parts), end_of(whole))
    if hasattr(parts, "history"):
        assert parts.history[0, 0] == 0
        assert (np.diff(parts.history[:, 0]) > 0).all()


@pytest.mark.parametrize("name", TASKS)
def test_without_a_place_to_go_on_from_a_task_begins_again(name):
    assert TASKS[name].after(None) is TASKS[name]


def test_what_has_turns_of_its_own_does_not_take_part():
    assert not isinstance(RunTask(QUICK, 100), Resumable)
    assert all(isinstance(task, Resumable) for task in TASKS.values())
