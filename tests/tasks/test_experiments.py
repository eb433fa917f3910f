"""Training tasks: frames that arrive at once, stop when asked, and carry what is needed to go on."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from cvxdnn.core.solution import Status
from cvxdnn.core.spline import interpolating_spline
from cvxdnn.tasks.comparison import Baseline, compare, largest_distance
from cvxdnn.tasks.experiments import first_frame, training_stream
from cvxdnn.tasks.scenario import Scenario

QUICK = Scenario(restarts=2, width=20)


def frames_of(task, stop_after=None):
    frames = []
    task(frames.append, lambda: stop_after is not None and len(frames) >= stop_after)
    return frames


def test_first_frame_is_the_initial_network_and_the_last_one_carries_the_state():
    frames = frames_of(training_stream(QUICK, until=50))
    assert frames[0].step == 0
    assert frames[-1].step == 50
    assert frames[-1].state is not None
    assert not frames[-1].done


def test_zero_steps_show_the_initial_weights():
    (frame,) = frames_of(training_stream(QUICK, until=0))
    assert frame.step == 0
    assert frame.status is Status.STOPPED


def test_stopping_and_going_on_is_the_same_as_not_stopping():
    whole = frames_of(training_stream(QUICK, until=100))[-1]
    half = frames_of(training_stream(QUICK, until=50))[-1]
    rest = frames_of(training_stream(QUICK, 100).after(half))[-1]
    assert rest.step == whole.step
    assert np.array_equal(rest.objectives, whole.objectives)
    assert np.array_equal(rest.history, whole.history)


def test_a_stop_is_seen_before_the_next_frame():
    frames = frames_of(training_stream(Scenario(preset="noisy sine")), stop_after=1)
    assert len(frames) == 2
    assert frames[-1].status is Status.STOPPED


def test_tasks_and_frames_can_be_pickled():
    task = pickle.loads(pickle.dumps(training_stream(QUICK, until=0)))
    (frame,) = frames_of(task)
    assert pickle.loads(pickle.dumps(frame)).objective == frame.objective


def test_comparison_of_the_stored_network():
    baseline, frame = Baseline(Scenario()), first_frame()
    numbers = compare(baseline, frame)
    assert numbers.gap == pytest.approx(numbers.objective - numbers.optimum, abs=1e-9)
    assert 0 <= numbers.relative_gap <= 1e-3
    assert numbers.knots[1:] == (3, 3)
    assert numbers.is_inside
    at = np.linspace(0, 1, 10_001)
    assert numbers.deviation >= np.abs(frame.view.spline(at) - baseline.spline(at)).max() - 1e-12


def test_a_network_outside_the_band_is_told_where_and_how_far():
    baseline, frame = Baseline(Scenario()), first_frame()
    bent = interpolating_spline(baseline.data.x, baseline.fitted + 0.2 * (np.arange(7) == 5))
    numbers = compare(baseline, replace(frame, view=replace(frame.view, spline=bent)))
    assert not numbers.is_inside
    assert numbers.outside_at == pytest.approx(5 / 6)
    lower, upper = baseline.band
    assert numbers.outside == pytest.approx(float(bent(5 / 6) - upper(5 / 6)))
    assert 0.1 < numbers.outside <= 0.2
    assert lower(5 / 6) <= upper(5 / 6)


def test_the_optimum_is_at_no_distance_from_itself_and_in_its_band():
    baseline = Baseline(Scenario(preset="noisy sine"))
    spline = baseline.solution.spline
    lower, upper = baseline.band
    assert largest_distance(spline, spline) == 0
    at = np.linspace(0, 1, 1001)
    assert (lower(at) <= spline(at) + 1e-9).all()
    assert (spline(at) <= upper(at) + 1e-9).all()


@pytest.mark.parametrize("depth", [3, 5])
def test_deeper_networks_have_an_optimum_and_a_certificate_of_their_effective_weight_decay(depth):
    baseline = Baseline(Scenario(depth=depth))
    assert baseline.is_optimum
    assert baseline.solution.depth == depth
    assert baseline.certificate.relative_gap <= 1e-9
    assert baseline.lower_bound <= baseline.solution.objective
    assert compare(baseline, first_frame()).gap is not None


def test_no_gap_is_claimed_for_biases_in_every_layer():
    baseline = Baseline(Scenario(depth=3, biases="all"))
    assert not baseline.is_optimum
    assert baseline.lower_bound is None
    assert compare(baseline, first_frame()).gap is None


def test_a_training_that_starts_at_the_optimum_stays_there():
    scenario = Scenario(preset="many optima", beta=0.05, start="optimum", restarts=1, width=10)
    frames = frames_of(training_stream(scenario))
    optimum = Baseline(scenario).solution.objective
    assert frames[0].objective == pytest.approx(optimum, rel=1e-9)
    assert frames[-1].objective == pytest.approx(optimum, rel=1e-9)
