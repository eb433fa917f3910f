"""What only a Dask cluster has: workers that die elsewhere, a size that changes, a connection that is lost."""

import os
import signal
from functools import partial

import pytest
from distributed import LocalCluster

from cvxdnn.core.exceptions import CvxdnnError, InvalidInputError, JobCancelledError, WorkerDiedError
from cvxdnn.jobs import JobState, Rules, dask_runner, dask_task
from cvxdnn.jobs.dask_runner import DaskRunner
from cvxdnn.jobs.dask_task import run_job
from cvxdnn.jobs.parcel import packed
from tests.jobs import jobs_tasks as tasks
from tests.jobs.conftest import cluster_of
from tests.jobs.jobs_tasks import LONG, wait_until


@pytest.fixture(scope="module")
def nannies():
    """A cluster of two worker processes, each with a nanny that starts it again."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=False
    ) as cluster:
        yield cluster


@pytest.fixture
def cluster():
    """A small cluster in this process."""
    with cluster_of(1) as cluster:
        yield cluster


@pytest.fixture
def connect():
    """Makes runners for a cluster, with the rules given."""
    made = []

    def make(cluster, *, warm_up=None, **rules):
        made.append(DaskRunner(cluster.scheduler_address, 8, warm_up=warm_up, rules=Rules(**rules)))
        return made[-1]

    yield make
    for runner in made:
        runner.close()


def running(job):
    wait_until(lambda: job.progress == "running")
    return job


def test_a_job_whose_worker_is_killed_begins_again_elsewhere(nannies, connect, tmp_path):
    runner = connect(nannies)
    book, gate = tmp_path / "book", tmp_path / "gate"
    job = runner.submit(tasks.SignAndWait("v", book, gate), owner="a")
    sibling = runner.submit(tasks.until_stopped, owner="b")
    wait_until(lambda: book.exists() and sibling.progress == "running")
    os.kill(int((tmp_path / "book.pid").read_text()), signal.SIGKILL)
    wait_until(lambda: book.read_text() == "vv")
    gate.touch()
    assert job.result(LONG) == "v"
    assert (job.starts, sibling.starts) == (2, 1)
    assert runner.status().restarts == 1
    assert not sibling.state.finished


def test_a_task_that_kills_its_workers_is_lost_and_the_cluster_heals(nannies, connect):
    runner = connect(nannies)
    job = runner.submit(tasks.die, owner="a")
    with pytest.raises(WorkerDiedError):
        job.result(LONG)
    assert job.state is JobState.LOST
    assert job.starts == 2
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1
    wait_until(lambda: runner.status().ready == 2)


def test_a_task_that_ignores_the_request_to_stop_is_ended_by_force(nannies, connect):
    runner = connect(nannies, kill_after=0.1)
    job = running(runner.submit(tasks.deaf, owner="a"))
    job.stop()
    with pytest.raises(JobCancelledError):
        job.result(LONG)
    assert job.state is JobState.STOPPED
    # The worker that slept is there again, for both.
    wait_until(lambda: runner.status().ready == 2)
    both = [running(runner.submit(tasks.until_stopped, owner=owner)) for owner in "bc"]
    assert all(each.state is JobState.RUNNING for each in both)


def test_a_job_that_waits_in_the_cluster_stops_at_once(cluster, connect):
    other, mine = connect(cluster), connect(cluster, kill_after=4 * LONG)
    running(other.submit(tasks.until_stopped, owner="a"))
    wait_until(lambda: mine.status().ready == 1)
    job = mine.submit(tasks.Answer(1), owner="a")
    wait_until(lambda: mine.status().busy == 1)
    job.stop()
    wait_until(lambda: job.state.finished)
    assert (job.state, job.starts) == (JobState.STOPPED, 0)


def test_two_servers_share_a_cluster(nannies, connect):
    one, other = connect(nannies), connect(nannies)
    jobs = [runner.submit(tasks.Count(3), owner="a") for runner in (one, other)]
    assert [job.result(LONG) for job in jobs] == [3, 3]


def test_a_job_does_not_survive_its_server_for_long(cluster, connect, monkeypatch):
    monkeypatch.setattr(dask_task, "PATIENCE_SECONDS", 0.2)
    with cluster.get_client() as client:
        # Nobody reads what it says, as after the death of the server that submitted it.
        future = client.submit(run_job, "orphan", packed("task", tasks.until_stopped))
        assert future.result(timeout=LONG) is None


def test_a_silent_task_does_not_survive_its_server_either(cluster, monkeypatch):
    monkeypatch.setattr(dask_task, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(dask_task, "ALIVE_SECONDS", 0.1)
    with cluster.get_client() as client:
        future = client.submit(run_job, "orphan", packed("task", tasks.silent_until_stopped))
        assert future.result(timeout=LONG) is None


def test_a_silent_task_goes_on_while_its_server_listens(cluster, connect, monkeypatch):
    monkeypatch.setattr(dask_task, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(dask_task, "ALIVE_SECONDS", 0.05)
    job = connect(cluster).submit(tasks.silent_until_stopped, owner="a")
    with pytest.raises(TimeoutError):
        job.result(timeout=3.0)
    assert job.state is JobState.RUNNING
    assert job.frames == 0


def test_jobs_wait_for_a_cluster_without_workers_and_slots_follow_its_size(connect):
    with cluster_of(1) as cluster:
        runner = connect(cluster)
        wait_until(lambda: runner.status().ready == 1)
        cluster.scale(0)
        wait_until(lambda: runner.status().ready == 0)
        job = runner.submit(tasks.Answer(1), owner="a")
        assert job.state is JobState.QUEUED
        cluster.scale(2)
        assert job.result(LONG) == 1
        wait_until(lambda: runner.status().ready == 2)


def test_a_lost_connection_is_made_again_and_its_jobs_begin_again(connect, monkeypatch):
    monkeypatch.setattr(dask_runner, "CONNECT_SECONDS", 0.5)
    options = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "protocol": "tcp://"}
    options |= {"dashboard_address": "127.0.0.1:0", "silence_logs": False}
    with LocalCluster(**options) as first:
        runner = connect(first, abandon_after=None)
        port = int(first.scheduler_address.rpartition(":")[2])
        lost = running(runner.submit(tasks.until_stopped, owner="a"))
    wait_until(lambda: runner.status().ready == 0)
    with LocalCluster(**options, scheduler_port=port):
        job = runner.submit(tasks.Answer(1), owner="b")
        wait_until(lambda: lost.starts == 2)
        lost.stop()
        assert job.result(LONG) == 1
        runner.close()


def test_without_a_scheduler_a_job_says_so(monkeypatch):
    monkeypatch.setattr(dask_runner, "CONNECT_SECONDS", 0.5)
    with DaskRunner("tcp://127.0.0.1:9", 1) as runner:
        job = runner.submit(tasks.Answer(1), owner="a")
        wait_until(lambda: job.state.finished)
        assert job.state is JobState.LOST
        assert "Try again in a minute" in job.error


def test_every_worker_warms_up_once_however_many_servers_ask(cluster, connect, tmp_path):
    warm_up = partial(tasks.sign_as_warm, tmp_path / "book")
    for runner in (connect(cluster, warm_up=warm_up), connect(cluster, warm_up=warm_up)):
        assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1
    wait_until(lambda: (tmp_path / "book").exists())
    assert (tmp_path / "book").read_text() == "w"


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (tasks.give_lambda, "cannot be sent back"),
        (tasks.report_lambda, "pickle"),
        (tasks.raise_unpicklable, "ValueError: held a lock"),
        (tasks.raise_unreadable, "NeedsTwoArguments: one and two"),
    ],
)
def test_what_cannot_travel_becomes_a_text(cluster, connect, task, words):
    runner = connect(cluster)
    job = runner.submit(task, owner="a")
    wait_until(lambda: job.state.finished)
    assert job.state is JobState.FAILED
    assert words in job.error
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1


def test_progress_that_cannot_be_read_here_fails(nannies, connect):
    runner = connect(nannies)
    job = runner.submit(tasks.report_unreadable, owner="a")
    with pytest.raises(CvxdnnError, match="progress of the task cannot be read"):
        job.result(LONG)


def test_a_task_that_cannot_be_pickled_is_refused(cluster, connect):
    with pytest.raises(InvalidInputError, match="task cannot be pickled"):
        connect(cluster).submit(lambda report, stopped: 0, owner="a")
