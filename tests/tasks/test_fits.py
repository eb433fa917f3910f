"""Fits as tasks: frames that arrive at once and stay small, and what they hold."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from cvxdnn.core.solution import Status
from cvxdnn.jobs import InlineRunner, JobState
from cvxdnn.tasks.fits import fit_stream
from cvxdnn.tasks.stream import HISTORY_ROWS, last_frame
from cvxdnn.training.fitting import FitProblem

QUICK = FitProblem(np.eye(3), np.eye(3), 0.1, "relu", depth=3, width=6, restarts=4, steps=200, polish=400)


def frames_of(task):
    frames = []
    task(frames.append, lambda: False)
    return frames


def test_the_first_frame_is_the_start_and_the_last_one_the_end():
    first, *_, last = frames_of(fit_stream(QUICK))
    assert first.step == 0
    assert not first.done
    assert first.state is None
    assert last.done
    assert last.status is Status.CONVERGED
    assert last.objective == last.objectives.min()


def test_history_holds_every_restart_from_the_start_to_the_end():
    history = last_frame(fit_stream(QUICK)).history
    assert history.shape[1] == 1 + QUICK.restarts
    assert history[0, 0] == 0
    assert (np.diff(history[:, 0]) > 0).all()
    assert history[-1, 1:] == pytest.approx(last_frame(fit_stream(QUICK)).objectives)


def test_history_is_thinned_evenly():
    frame = last_frame(fit_stream(replace(QUICK, steps=3_000, polish=0)))
    steps = frame.history[:, 0]
    assert HISTORY_ROWS / 3 <= steps.size <= HISTORY_ROWS
    assert steps[-1] == 3_000
    assert np.diff(steps).max() <= 2 * np.median(np.diff(steps))


def test_frames_of_the_largest_fit_shown_stay_small():
    problem = FitProblem(np.eye(12), np.eye(12)[:, :4], 0.1, depth=6, width=20, restarts=32, steps=20, polish=0)
    first, *_ = frames_of(fit_stream(problem))
    assert len(pickle.dumps(first)) < 60_000


def test_a_runner_takes_the_task_and_the_frames():
    with InlineRunner() as runner:
        job = runner.submit(fit_stream(QUICK), owner="one")
        job.result(timeout=60)
        assert job.state is JobState.DONE
        assert job.progress.done
