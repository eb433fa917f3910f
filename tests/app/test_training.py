"""A training run that loses its visitor, its worker or its place in the queue: what is kept, and what is said."""

import time
from dataclasses import replace

import numpy as np
import pytest

from cvxdnn.app import run as app_run
from cvxdnn.app.state_budget import StateBudget
from cvxdnn.core.limits import Limits
from cvxdnn.exhibits.explore.training import TrainingRun
from cvxdnn.jobs import InlineRunner, Rules
from cvxdnn.tasks.experiments import training_stream
from cvxdnn.tasks.scenario import Scenario
from tests.jobs import jobs_tasks as tasks
from tests.jobs.jobs_tasks import wait_until

SCENARIO = Scenario(width=10, restarts=2)


@pytest.fixture
def make_run():
    """Makes runs on a runner of their own, with the rules given."""
    made = []

    def make(**rules):
        made.append(InlineRunner(rules=Rules(**rules)))
        return TrainingRun("explore", lambda: made[-1], "somebody")

    yield make
    for runner in made:
        runner.close()


def begun(run, scenario=SCENARIO):
    """The run some frames after its start."""
    run.restart(scenario)
    wait_until(lambda: run.poll() or (run.frame is not None and run.frame.step > 0))
    return run


def first_state(run):
    """The state that the run ended its job with, without looking at the job."""
    wait_until(lambda: run._job.state.finished)
    return run._job.progress


def test_a_short_loss_of_the_connection_does_not_interrupt_training(make_run):
    run = begun(make_run(grace=30.0))
    job = run._job
    run.leave()
    time.sleep(0.1)
    run.poll()
    assert run.is_running
    assert run._job is job


def test_a_run_that_was_left_goes_on_from_where_it_stopped_when_somebody_comes_back(make_run):
    run = begun(make_run(grace=0.1))
    run.leave()
    left = first_state(run)
    assert left.step > 0
    run.poll()
    assert run.is_running
    wait_until(lambda: run.poll() or run.frame.step > left.step)
    # It is the same run: its history goes on, from the same first weights.
    assert np.array_equal(run.frame.history[0], left.history[0])
    assert run.message == ""


def test_a_run_that_was_left_in_the_queue_is_queued_again(make_run):
    run = make_run(grace=0.1)
    runner = run._runner()
    other = runner.submit(tasks.until_stopped, owner="somebody else")
    run.restart(SCENARIO)
    run.leave()
    wait_until(lambda: run._job.state.finished)
    run.poll()
    assert run.standing == "waiting for a free worker, nobody ahead"
    other.stop()
    wait_until(lambda: run.poll() or run.frame is not None)
    assert run.frame.history[0, 0] == 0


def test_steps_that_were_left_are_taken_all(make_run):
    run = make_run(grace=0.01)
    run._train(SCENARIO, training_stream(SCENARIO, until=50))
    run.leave()
    wait_until(lambda: run.poll() or not run.is_running)
    assert run.frame.step == 50


def test_pausing_a_run_that_was_left_does_not_start_it_again(make_run):
    run = begun(make_run(grace=0.01))
    run.leave()
    first_state(run)
    run.pause()
    assert not run.is_running
    assert run.frame.state is not None


def test_the_time_limit_is_named_and_the_run_can_go_on(make_run):
    run = begun(make_run(run_seconds=0.3))
    wait_until(lambda: run.poll() or not run.is_running)
    assert "0.3 seconds, the time limit" in run.message
    stopped_at = run.frame.step
    run.play(SCENARIO)
    assert run.message == ""
    wait_until(lambda: run.poll() or run.frame.step > stopped_at)


def test_a_full_queue_is_a_message_and_not_an_error(make_run):
    run = make_run(max_queued=1)
    runner = run._runner()
    for owner in "ab":
        runner.submit(tasks.until_stopped, owner=owner)
    run.restart(SCENARIO)
    assert not run.is_running
    assert "1 calculations are waiting" in run.message


def test_a_paused_run_that_had_to_make_room_starts_again(make_run, monkeypatch):
    monkeypatch.setattr(app_run, "state_budget", StateBudget(1))
    monkeypatch.setattr(app_run, "host_limits", lambda: Limits(kept_megabytes=7))
    run, newer = begun(make_run()), begun(make_run())
    run.pause()
    assert run.frame.state is not None
    newer.pause()
    assert run.frame.state is None
    assert newer.frame.state is not None
    assert "7 MB" in run.message
    run.play(SCENARIO)
    wait_until(lambda: run.poll() or (run.frame.history.shape[0] and run.frame.history[0, 0] == 0))
    assert run.message == ""


def test_the_label_tells_scenarios_apart_and_nothing_else(make_run):
    labels = []
    for scenario in (SCENARIO, SCENARIO, replace(SCENARIO, seed=1)):
        run = make_run()
        run.restart(scenario)
        labels.append(run._job.label)
    assert labels[0] == labels[1] != labels[2]
    assert all(len(label) == len("train ") + 12 for label in labels)
