"""Training from many seeds as a task: runs lie on or above the curve, and end in its valleys."""

import pickle

import numpy as np
import pytest

from cvxdnn import load_preset, regularization_path
from cvxdnn.convex import DeepPath
from cvxdnn.core.solution import Status
from cvxdnn.tasks.deep_runs import DeepRuns, converged_to
from cvxdnn.tasks.stream import HISTORY_ROWS, Stream


@pytest.fixture(scope="module")
def zigzag():
    data, _ = load_preset("zigzag").normalized()
    return data, DeepPath(regularization_path(data.x, data.y))


@pytest.fixture(scope="module")
def trained(zigzag):
    """All frames of 16 runs of five layers at beta = 0.1, where a constant is best."""
    data, _ = zigzag
    frames = []
    task = Stream(DeepRuns(data.x, data.y, 0.1, 5, width=20, max_steps=2_500))
    pickle.loads(pickle.dumps(task))(frames.append, lambda: False)
    return frames


def test_no_run_is_ever_below_the_curve(zigzag, trained):
    _, deep = zigzag
    for frame in trained:
        # The round-off in the path norm of a constant would cost it a visible penalty.
        norms = np.maximum(frame.view.path_norms - 1e-12, 0)
        heights = deep.objective_at(norms, beta=0.1, depth=5)
        assert np.all(frame.objectives >= heights * (1 - 1e-9))


def test_some_runs_end_in_the_constant_and_some_are_stuck_above_it(zigzag, trained):
    _, deep = zigzag
    last = trained[-1]
    assert last.done
    assert last.status in (Status.CONVERGED, Status.MAX_STEPS)
    constant, bent = deep.local_minima(beta=0.1, depth=5)
    reached = converged_to((constant, bent), last)
    assert np.count_nonzero(reached == 0) >= 1
    assert np.count_nonzero(reached == 1) >= 1
    stuck = last.objectives[reached == 1]
    assert np.all(stuck >= 1.13 * constant.objective)
    assert last.objective == pytest.approx(constant.objective, rel=1e-3)


def test_frames_hold_what_a_page_shows(trained):
    first, last = trained[0], pickle.loads(pickle.dumps(trained[-1]))
    assert first.step == 0
    assert first.view.layers == ()
    assert len(last.view.layers) == last.objectives.size == last.view.path_norms.size == 16
    assert last.view.grid.shape == last.view.values.shape
    assert last.history.shape[1] == 17
    assert np.all(np.diff(last.history[:, 0]) > 0)
    assert len(last.history) <= HISTORY_ROWS


def test_the_task_stops_when_asked(zigzag):
    data, _ = zigzag
    frames = []
    Stream(DeepRuns(data.x, data.y, 0.1, 3, runs=2))(frames.append, lambda: bool(frames))
    assert not frames[-1].done
    assert frames[-1].step <= 20
    assert len(frames[-1].view.layers) == 2
