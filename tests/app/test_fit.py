"""One session's fit: started, paused, gone on with, left, and what it says when a task fails."""

import time

import numpy as np
import pytest

from cvxdnn.app.run import Run
from cvxdnn.core.exceptions import CvxdnnError
from cvxdnn.core.solution import Status
from cvxdnn.jobs import InlineRunner
from cvxdnn.tasks.fits import fit_stream
from cvxdnn.training.fitting import FitProblem

SHORT = FitProblem(np.eye(3), np.eye(3), 0.1, "linear", width=4, restarts=2, steps=100, polish=50)
ENDLESS = FitProblem(np.eye(3), np.eye(3), 0.1, "relu", width=4, restarts=2, steps=10**7)


@pytest.fixture
def runner():
    with InlineRunner() as runner:
        yield runner


@pytest.fixture
def run(runner):
    return Run("test", lambda: runner, "owner")


def wait(run, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
        run.poll()


def failing(snapshot):
    raise CvxdnnError("this still cannot be taken")


def test_a_fit_runs_to_its_end(run):
    run.start(fit_stream(SHORT), SHORT)
    assert run.is_running
    wait(run, lambda: not run.is_running)
    assert run.frame.done
    assert run.frame.state is None
    assert run.message == ""


def test_pausing_keeps_the_place_to_go_on_from(run):
    run.start(fit_stream(ENDLESS), ENDLESS)
    wait(run, lambda: run.frame is not None and run.frame.step > 0)
    run.pause()
    paused = run.frame
    assert not run.is_running
    assert paused.status is Status.STOPPED
    assert paused.state is not None
    run.resume()
    wait(run, lambda: run.frame.step > paused.step)
    run.pause()
    assert np.array_equal(run.frame.history[0], paused.history[0])


def test_a_forgotten_place_means_starting_again(run):
    run.start(fit_stream(ENDLESS), ENDLESS)
    wait(run, lambda: run.frame is not None and run.frame.step > 0)
    run.pause()
    run.forget_state()
    assert "first weights" in run.message
    run.resume()
    assert run.message == ""
    assert run.frame is None
    run.pause()


def test_a_forgotten_place_of_a_fit_that_was_gone_on_with_means_starting_again_too(run, runner, monkeypatch):
    submitted = []
    monkeypatch.setattr(runner, "submit", lambda task, **rest: submitted.append(task) or submit(task, **rest))
    submit = type(runner).submit.__get__(runner)
    run.start(fit_stream(ENDLESS), ENDLESS)
    for _ in range(2):
        before = run.frame
        wait(run, lambda before=before: run.frame is not before and run.frame.step > 0)
        run.pause()
        run.resume()
    run.pause()
    run.forget_state()
    run.resume()
    assert [task.state is None for task in submitted] == [True, False, False, True]
    run.pause()


def test_frames_of_other_settings_are_not_shown(run):
    run.start(fit_stream(SHORT), SHORT)
    wait(run, lambda: not run.is_running)
    assert run.frame_of(SHORT) is run.frame
    assert run.frame_of(ENDLESS) is None


def test_a_newer_fit_of_the_session_stops_the_older_one(runner, run):
    other = Run("other", lambda: runner, "owner")
    run.start(fit_stream(ENDLESS), ENDLESS)
    wait(run, lambda: run.frame is not None)
    other.start(fit_stream(SHORT), SHORT)
    wait(other, lambda: not other.is_running)
    wait(run, lambda: not run.is_running)
    assert other.frame.done
    assert run.message == ""
    assert run.frame.state is not None


def test_a_task_that_fails_leaves_its_reason(run):
    run.start(fit_stream(SHORT, failing), SHORT)
    wait(run, lambda: not run.is_running)
    assert "cannot be taken" in run.message


def test_nothing_happens_without_a_job(run):
    run.poll()
    run.pause()
    run.leave()
    run.resume()
    assert run.frame is None
