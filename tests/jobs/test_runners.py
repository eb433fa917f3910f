"""What every runner promises, whether its slots are processes, threads or in a Dask cluster."""

import gc
import json
import logging
import threading
import weakref

import pytest

from cvxdnn.core.exceptions import CvxdnnError, InvalidInputError, JobCancelledError, LimitExceededError
from cvxdnn.jobs import JobState
from tests.jobs import jobs_tasks as tasks
from tests.jobs.jobs_tasks import LONG, wait_until

MOMENT = 1.0  # seconds in which two statements follow each other, however busy the machine is


def running(job):
    wait_until(lambda: job.progress == "running")
    assert job.state is JobState.RUNNING
    return job


def test_the_result_is_what_the_task_returned(make_runner):
    job = make_runner().submit(tasks.Answer({"knots": [1, 2]}), owner="a")
    assert job.result(LONG) == {"knots": [1, 2]}
    assert job.state is JobState.DONE
    assert job.state.finished
    assert job.error is None
    assert job.owner == "a"


def test_jobs_have_different_ids(make_runner):
    runner = make_runner()
    assert len({runner.submit(tasks.Answer(0), owner=owner).id for owner in "abcde"}) == 5


def test_the_newest_message_is_the_progress_and_stays_after_the_end(make_runner):
    job = make_runner().submit(tasks.Count(100), owner="a")
    assert job.result(LONG) == 100
    assert job.progress == 100
    assert 1 <= job.frames <= 100


def test_the_first_message_arrives_while_the_task_goes_on(make_runner, tmp_path):
    job = make_runner().submit(tasks.Count(2, gate=tmp_path / "gate"), owner="a")
    wait_until(lambda: job.frames == 1)
    assert job.progress == 1
    assert job.state is JobState.RUNNING
    (tmp_path / "gate").touch()
    assert job.result(LONG) == 2


def test_there_is_no_progress_before_the_first_message(make_runner):
    job = make_runner().submit(tasks.Answer(0), owner="a")
    job.result(LONG)
    assert (job.progress, job.frames) == (None, 0)


def test_a_late_report_of_one_task_is_not_taken_for_the_next_ones(make_runner, tmp_path):
    runner = make_runner()
    gate, done = tmp_path / "gate", tmp_path / "done"
    former = runner.submit(tasks.LeaveAReporter(gate, done), owner="a")
    former.result(LONG)
    job = runner.submit(tasks.Count(2, gate=done), owner="a")
    wait_until(lambda: job.frames == 1)
    gate.touch()
    assert job.result(LONG) == 2
    assert (former.frames, job.frames) == (0, 2)


def test_waiting_for_a_result_has_an_end_and_does_not_end_the_job(make_runner):
    job = running(make_runner().submit(tasks.until_stopped, owner="a"))
    with pytest.raises(TimeoutError):
        job.result(timeout=0.01)
    assert job.state is JobState.RUNNING


@pytest.mark.parametrize("task", [tasks.until_stopped, tasks.busy_until_stopped, tasks.cancel_itself])
def test_a_running_job_stops(make_runner, task):
    job = running(make_runner().submit(task, owner="a"))
    job.stop()
    with pytest.raises(JobCancelledError):
        job.result(LONG)
    assert job.state is JobState.STOPPED
    assert job.error.startswith("Stopped")


def test_the_first_look_after_a_stop_sees_it(make_local_runner, tmp_path):
    job = running(make_local_runner().submit(tasks.LookOnce(tmp_path / "gate"), owner="a"))
    job.stop()
    (tmp_path / "gate").touch()
    with pytest.raises(JobCancelledError):
        job.result(LONG)


def test_what_a_stopping_task_reports_last_is_kept(make_runner):
    job = running(make_runner().submit(tasks.until_stopped, owner="a"))
    job.stop()
    wait_until(lambda: job.state.finished)
    assert job.progress == "stopping"


def test_a_task_that_ends_before_it_looks_is_done(make_runner, tmp_path):
    job = running(make_runner().submit(tasks.NeverLook(tmp_path / "gate"), owner="a"))
    job.stop()
    (tmp_path / "gate").touch()
    assert job.result(LONG) == "finished"
    assert job.state is JobState.DONE


def test_a_stop_does_not_reach_the_next_task(make_runner):
    runner = make_runner()
    first = running(runner.submit(tasks.until_stopped, owner="a"))
    first.stop()
    second = running(runner.submit(tasks.until_stopped, owner="b"))
    assert first.state is JobState.STOPPED
    assert second.state is JobState.RUNNING


def test_a_queued_job_stops_at_once_and_never_runs(make_runner, tmp_path):
    runner = make_runner()
    first = running(runner.submit(tasks.until_stopped, owner="a"))
    queued = runner.submit(tasks.Sign("b", tmp_path / "book"), owner="b")
    assert queued.state is JobState.QUEUED
    queued.stop()
    assert queued.state is JobState.STOPPED
    with pytest.raises(JobCancelledError):
        queued.result(0)
    first.stop()
    runner.submit(tasks.Sign("c", tmp_path / "book"), owner="c").result(LONG)
    assert (tmp_path / "book").read_text() == "c"


def test_stopping_again_or_too_late_changes_nothing(make_runner):
    job = make_runner().submit(tasks.Answer(7), owner="a")
    assert job.result(LONG) == 7
    job.stop()
    job.stop()
    assert job.state is JobState.DONE
    assert job.result() == 7


def test_a_new_job_of_an_owner_stops_the_old_one(make_runner):
    runner = make_runner()
    old = running(runner.submit(tasks.until_stopped, owner="a"))
    new = runner.submit(tasks.Answer("new"), owner="a")
    assert new.result(LONG) == "new"
    assert old.state is JobState.STOPPED
    assert "newer" in old.error


def test_owners_do_not_disturb_each_other(make_runner):
    runner = make_runner(slots=2)
    one = running(runner.submit(tasks.until_stopped, owner="a"))
    other = running(runner.submit(tasks.until_stopped, owner="b"))
    assert one.state is JobState.RUNNING
    assert (runner.status().busy, runner.status().queued) == (2, 0)
    assert other.state is JobState.RUNNING


def test_first_come_first_served_and_a_replacement_keeps_its_turn(make_runner, tmp_path):
    runner = make_runner()
    first = running(runner.submit(tasks.until_stopped, owner="z"))
    book = tmp_path / "book"
    jobs = {owner: runner.submit(tasks.Sign(owner, book), owner=owner) for owner in "abc"}
    replacement = runner.submit(tasks.Sign("A", book), owner="a")
    assert jobs["a"].state is JobState.STOPPED
    assert [job.queue_position for job in (replacement, jobs["b"], jobs["c"])] == [0, 1, 2]
    assert first.queue_position == 0
    assert runner.status().queued == 3
    first.stop()
    for job in (replacement, jobs["b"], jobs["c"]):
        job.result(LONG)
    assert book.read_text() == "Abc"


def test_an_owner_that_still_holds_a_slot_lets_others_go_first(make_runner, tmp_path):
    runner = make_runner()
    book, gate = tmp_path / "book", tmp_path / "gate"
    running(runner.submit(tasks.NeverLook(gate), owner="a"))
    again = runner.submit(tasks.Sign("a", book), owner="a")
    other = runner.submit(tasks.Sign("b", book), owner="b")
    assert (other.queue_position, again.queue_position) == (0, 1)
    gate.touch()
    again.result(LONG)
    assert book.read_text() == "ba"


def test_an_error_of_the_task_is_raised_and_explained(make_runner):
    runner = make_runner()
    job = runner.submit(tasks.Raise(ZeroDivisionError("beta is zero")), owner="a")
    with pytest.raises(ZeroDivisionError, match="beta is zero") as caught:
        job.result(LONG)
    assert job.state is JobState.FAILED
    assert "ZeroDivisionError: beta is zero" in job.error
    assert "__call__" in caught.value.__notes__[0]
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1


def test_an_error_of_ours_explains_itself(make_runner):
    job = make_runner().submit(tasks.Raise(InvalidInputError("beta is -1; raise it")), owner="a")
    with pytest.raises(InvalidInputError):
        job.result(LONG)
    assert job.error == "beta is -1; raise it"


def test_a_task_cannot_end_its_worker_by_leaving(make_runner):
    runner = make_runner()
    job = runner.submit(tasks.leave, owner="a")
    with pytest.raises(SystemExit):
        job.result(LONG)
    assert job.state is JobState.FAILED
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1


def test_a_job_that_nobody_looks_at_stops(make_runner):
    job = make_runner(abandon_after=0.2).submit(tasks.until_stopped, owner="a")
    wait_until(lambda: job.state.finished)
    assert job.state is JobState.ABANDONED
    assert "nobody" in job.error
    with pytest.raises(JobCancelledError):
        job.result(0)


def test_a_queued_job_that_nobody_looks_at_leaves_the_queue(make_runner):
    runner = make_runner(abandon_after=MOMENT)
    first = runner.submit(tasks.until_stopped, owner="a")
    queued = runner.submit(tasks.Answer(1), owner="b")
    wait_until(lambda: first.touch() or queued.state.finished)
    assert queued.state is JobState.ABANDONED
    assert not first.state.finished


def test_waiting_for_the_result_counts_as_looking(make_runner):
    job = make_runner(abandon_after=MOMENT).submit(tasks.until_stopped, owner="a")
    with pytest.raises(TimeoutError):
        job.result(timeout=2 * MOMENT)
    assert not job.state.finished


def test_a_job_that_was_left_stops_soon_and_keeps_what_it_said_last(make_runner):
    job = running(make_runner(abandon_after=None, grace=0.1).submit(tasks.until_stopped, owner="a"))
    job.leave()
    wait_until(lambda: job.state.finished)
    assert (job.state, job.progress) == (JobState.ABANDONED, "stopping")


def test_who_comes_back_in_time_finds_the_job_running(make_runner):
    job = running(make_runner(abandon_after=None, grace=MOMENT).submit(tasks.until_stopped, owner="a"))
    job.leave()
    job.touch()
    with pytest.raises(TimeoutError):
        job.result(timeout=2 * MOMENT)
    assert job.state is JobState.RUNNING


def test_who_comes_back_in_time_keeps_the_place_in_the_queue(make_runner):
    runner = make_runner(grace=30.0)
    running(runner.submit(tasks.until_stopped, owner="a"))
    left, other = (runner.submit(tasks.Answer(1), owner=owner) for owner in "bc")
    left.leave()
    left.touch()
    assert (left.queue_position, other.queue_position) == (0, 1)


def test_a_job_over_its_time_limit_stops_and_keeps_what_it_said_last(make_runner):
    runner = make_runner(run_seconds=0.2)
    job = runner.submit(tasks.until_stopped, owner="a")
    with pytest.raises(LimitExceededError, match=r"0\.2 seconds, the time limit"):
        job.result(LONG)
    assert (job.state, job.progress) == (JobState.LIMITED, "stopping")
    assert "Start it again" in job.error
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1


def test_waiting_for_a_worker_does_not_count_as_running(make_runner):
    runner = make_runner(run_seconds=0.3)
    first = runner.submit(tasks.until_stopped, owner="a")
    second = runner.submit(tasks.Answer(1), owner="b")
    assert second.result(LONG) == 1
    assert first.state is JobState.LIMITED


def test_who_waits_gets_a_turn_and_the_others_go_on_from_where_they_were(make_runner):
    runner = make_runner(turn_seconds=0.2)
    endless = [runner.submit(tasks.CountOn(place), owner=f"endless {place}") for place in (1_000, 2_000)]
    for value in range(3):
        assert runner.submit(tasks.Answer(value), owner="c").result(LONG) == value
    wait_until(lambda: all(job.made_room for job in endless))
    reached = [job.progress for job in endless]
    assert 1_000 <= reached[0] < 2_000 <= reached[1]
    wait_until(lambda: all(job.made_room > 2 for job in endless))
    wait_until(lambda: endless[0].progress > reached[0] and endless[1].progress > reached[1])
    assert [job.starts for job in endless] == [1, 1]
    for job in endless:
        job.stop()
    wait_until(lambda: all(job.state is JobState.STOPPED for job in endless))


def test_nobody_makes_room_for_nobody(make_runner):
    job = make_runner(turn_seconds=0.05).submit(tasks.CountOn(), owner="a")
    wait_until(lambda: (job.progress or 0) > 20)
    assert (job.state, job.made_room) == (JobState.RUNNING, 0)
    job.stop()


def test_a_full_queue_refuses_the_next_owner_but_not_a_replacement(make_runner):
    runner = make_runner(max_queued=2)
    first = running(runner.submit(tasks.until_stopped, owner="a"))
    queued = [runner.submit(tasks.Answer(owner), owner=owner) for owner in "bc"]
    with pytest.raises(LimitExceededError, match="2 calculations are waiting"):
        runner.submit(tasks.Answer("d"), owner="d")
    replacement = runner.submit(tasks.Answer("B"), owner="b")
    first.stop()
    assert (replacement.result(LONG), queued[1].result(LONG)) == ("B", "c")
    assert runner.submit(tasks.Answer("d"), owner="d").result(LONG) == "d"


def test_an_owner_refused_by_a_full_queue_keeps_its_running_job(make_runner):
    runner = make_runner(max_queued=1)
    first = running(runner.submit(tasks.until_stopped, owner="a"))
    runner.submit(tasks.Answer(1), owner="b")
    with pytest.raises(LimitExceededError):
        runner.submit(tasks.Answer(2), owner="a")
    assert first.state is JobState.RUNNING
    first.touch()


@pytest.mark.parametrize(
    ("task", "outcome", "messages"), [(tasks.Count(3), "done", 3), (tasks.Raise(ValueError("secret")), "failed", 0)]
)
def test_every_job_leaves_one_line_without_its_data(make_runner, caplog, task, outcome, messages):
    caplog.set_level(logging.INFO, "cvxdnn.jobs.log")
    runner = make_runner()
    job = runner.submit(task, owner="somebody", label="count 0123")
    wait_until(lambda: job.state.finished)
    runner.close()
    (line,) = [json.loads(entry.message) for entry in caplog.records if entry.name == "cvxdnn.jobs.log"]
    assert line["job"] == job.id[:8]
    assert (line["label"], line["outcome"], line["starts"]) == ("count 0123", outcome, 1)
    assert line["messages"] <= messages
    assert line["backend"] == runner.backend
    assert min(line["queue_seconds"], line["run_seconds"]) >= 0
    assert "secret" not in str(line)
    assert "somebody" not in str(line)


def test_close_stops_every_job_and_leaves_no_thread(make_runner):
    runner = make_runner()
    job = running(runner.submit(tasks.until_stopped, owner="a"))
    queued = runner.submit(tasks.Answer(1), owner="b")
    runner.close()
    assert (job.state, queued.state) == (JobState.STOPPED, JobState.STOPPED)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("cvxdnn-jobs")]
    assert (runner.status().workers, runner.status().queued) == (0, 0)
    with pytest.raises(CvxdnnError, match="closed"):
        runner.submit(tasks.Answer(1), owner="a")
    runner.close()


def test_a_runner_is_a_context(make_runner):
    with make_runner() as runner:
        job = runner.submit(tasks.until_stopped, owner="a")
    assert job.state is JobState.STOPPED


def test_a_runner_forgets_finished_jobs(make_runner):
    runner = make_runner()
    job = runner.submit(tasks.Answer(1), owner="a")
    job.result(LONG)
    forgotten = weakref.ref(job)
    del job
    wait_until(lambda: gc.collect() >= 0 and forgotten() is None)


@pytest.mark.parametrize(
    "options",
    [
        *({"slots": 0}, {"slots": 1.5}, {"abandon_after": 0.0}, {"abandon_after": -1.0}, {"grace": 0.0}),
        *({"run_seconds": -1.0}, {"kill_after": float("nan")}, {"run_bytes": 0}, {"max_queued": 0}, {"retries": -1}),
    ],
    ids=str,
)
def test_options_out_of_range_are_refused(make_runner, options):
    with pytest.raises(InvalidInputError, match=next(iter(options))):
        make_runner(**options)


def test_a_task_must_be_callable(make_runner):
    with pytest.raises(InvalidInputError, match="task"):
        make_runner().submit(3, owner="a")
