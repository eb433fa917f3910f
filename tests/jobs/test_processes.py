"""What only worker processes promise: crashes stay local, nothing is left behind or brought back."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from functools import partial
from pathlib import Path

import pytest

from cvxdnn.core.exceptions import (
    CvxdnnError,
    InvalidInputError,
    JobCancelledError,
    LimitExceededError,
    WorkerDiedError,
)
from cvxdnn.jobs import JobState, Recycling
from cvxdnn.jobs.memory import resident_bytes
from tests.jobs import jobs_tasks as tasks
from tests.jobs.jobs_tasks import LONG, wait_until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="worker processes need a POSIX system")


def running(job):
    wait_until(lambda: job.progress == "running")
    return job


def warm(runner, slots=1):
    wait_until(lambda: runner.status().ready == slots)
    return runner


def gone(pid):
    """True if there is no such process, or only its remains that nobody has collected."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return not stat.parent.exists() and Path("/proc/self").exists()


def test_tasks_run_elsewhere_each_slot_in_its_own_process(make_processes):
    runner = warm(make_processes(2), slots=2)
    jobs = [running(runner.submit(tasks.until_stopped, owner=owner)) for owner in "ab"]
    assert len(set(runner.status().pids)) == 2
    assert os.getpid() not in runner.status().pids
    for job in jobs:
        job.stop()
    assert runner.submit(tasks.pid, owner="a").result(LONG) in runner.status().pids


def test_a_worker_has_one_thread_per_library_and_imports_nothing_of_the_server(make_processes):
    assert make_processes().submit(tasks.surroundings, owner="a").result(LONG) == ("1", [])


def kill_worker_of(job, runner):
    """Kill the worker that runs the job, the first of the runner's."""
    running(job)
    pid = runner.status().pids[0]
    os.kill(pid, signal.SIGKILL)
    return pid


def test_a_job_whose_worker_is_killed_begins_again_and_its_siblings_do_not_notice(make_processes, tmp_path):
    runner = warm(make_processes(2), slots=2)
    book, gate = tmp_path / "book", tmp_path / "gate"
    victim = runner.submit(tasks.SignAndWait("v", book, gate), owner="a")
    sibling = running(runner.submit(tasks.until_stopped, owner="b"))
    kill_worker_of(victim, runner)
    wait_until(lambda: book.exists() and book.read_text() == "vv")
    gate.touch()
    assert victim.result(LONG) == "v"
    assert victim.starts == 2
    assert sibling.state is JobState.RUNNING
    assert sibling.starts == 1
    assert runner.status().restarts == 1


def test_a_job_begins_again_before_those_that_wait(make_processes, tmp_path):
    runner = warm(make_processes())
    book, gate = tmp_path / "book", tmp_path / "gate"
    victim = runner.submit(tasks.SignAndWait("v", book, gate), owner="a")
    waiting = runner.submit(tasks.Sign("w", book), owner="b")
    kill_worker_of(victim, runner)
    gate.touch()
    waiting.result(LONG)
    assert book.read_text() == "vvw"


def test_a_job_that_loses_two_workers_is_lost_and_nothing_else(make_processes):
    runner = warm(make_processes())
    victim = runner.submit(tasks.until_stopped, owner="a")
    first = kill_worker_of(victim, runner)
    wait_until(lambda: victim.starts == 2)
    second = kill_worker_of(victim, runner)
    assert first != second
    with pytest.raises(WorkerDiedError, match="signal 9"):
        victim.result(LONG)
    assert victim.state is JobState.LOST
    assert "start it again" in victim.error
    assert victim.progress == "running"
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1


def test_without_retries_a_killed_worker_costs_its_job(make_processes):
    runner = warm(make_processes(retries=0))
    victim = runner.submit(tasks.until_stopped, owner="a")
    kill_worker_of(victim, runner)
    with pytest.raises(WorkerDiedError):
        victim.result(LONG)
    assert victim.starts == 1


def test_a_task_that_kills_its_worker_is_tried_twice(make_processes):
    runner = make_processes()
    job = runner.submit(tasks.die, owner="a")
    with pytest.raises(WorkerDiedError):
        job.result(LONG)
    assert job.starts == 2
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1


def test_a_stopped_job_whose_worker_dies_does_not_begin_again(make_processes):
    runner = warm(make_processes())
    job = running(runner.submit(tasks.deaf, owner="a"))
    job.stop()
    kill_worker_of(job, runner)
    wait_until(lambda: job.state.finished)
    assert (job.state, job.starts) == (JobState.STOPPED, 1)


def test_a_worker_killed_while_idle_costs_nobody_a_job(make_processes):
    runner = warm(make_processes())
    (dead,) = runner.status().pids
    os.kill(dead, signal.SIGKILL)
    assert runner.submit(tasks.pid, owner="a").result(LONG) != dead
    assert runner.status().restarts == 1


def test_an_interrupt_from_the_keyboard_does_not_reach_the_workers(make_processes):
    runner = warm(make_processes())
    (worker,) = runner.status().pids
    job = running(runner.submit(tasks.until_stopped, owner="a"))
    os.kill(worker, signal.SIGINT)
    job.stop()
    wait_until(lambda: job.state is JobState.STOPPED)
    assert runner.submit(tasks.pid, owner="a").result(LONG) == worker


def test_a_task_that_ignores_the_request_to_stop_is_ended_by_force(make_processes):
    runner = make_processes(kill_after=0.1)
    job = running(runner.submit(tasks.deaf, owner="a"))
    job.stop()
    with pytest.raises(JobCancelledError):
        job.result(LONG)
    assert job.state is JobState.STOPPED
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1


def test_close_ends_the_workers_whatever_they_do(make_processes):
    runner = warm(make_processes(2), slots=2)
    running(runner.submit(tasks.deaf, owner="a"))
    pids = runner.status().pids
    runner.close()
    assert len(pids) == 2
    assert all(map(gone, pids))


def test_close_ends_workers_that_are_still_starting(make_processes, tmp_path):
    runner = make_processes(2, warm_up=partial(tasks.wait_for_file, tmp_path / "never"))
    wait_until(lambda: len(runner.status().pids) == 2)
    pids = runner.status().pids
    runner.close()
    assert all(map(gone, pids))


def test_no_worker_outlives_a_killed_server_and_the_main_script_runs_once(tmp_path):
    # Like a page of the app, the script has no guard: a worker that ran it again would write a second line.
    script, runs = tmp_path / "script.py", tmp_path / "runs"
    script.write_text(
        textwrap.dedent(f"""
            import json, sys, time
            with open({str(runs)!r}, "a") as file:
                file.write("run\\n")
            sys.path.insert(0, {str(Path(tasks.__file__).parents[2])!r})
            from tests.jobs import jobs_tasks as tasks
            from cvxdnn.jobs import ProcessRunner
            runner = ProcessRunner(3)
            jobs = [runner.submit(tasks.deaf, owner="a"), runner.submit(tasks.busy_until_stopped, owner="b")]
            tasks.wait_until(lambda: all(job.frames for job in jobs) and runner.status().ready == 3)
            print(json.dumps(runner.status().pids), flush=True)
            time.sleep({LONG})
        """)
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE) as server:
        pids = json.loads(server.stdout.readline())
        assert len(pids) == 3
        assert not any(map(gone, pids))
        server.kill()
        wait_until(lambda: all(map(gone, pids)))
    assert runs.read_text() == "run\n"


def test_workers_warm_up_while_jobs_wait(make_processes, tmp_path):
    gate = tmp_path / "gate"
    runner = make_processes(warm_up=partial(tasks.wait_for_file, gate))
    job = runner.submit(tasks.Answer(1), owner="a")
    wait_until(lambda: runner.status().workers == 1)
    assert (runner.status().ready, runner.status().queued) == (0, 1)
    assert job.state is JobState.QUEUED
    gate.touch()
    assert job.result(LONG) == 1


def test_the_warm_up_runs_once_in_the_worker(make_processes):
    runner = make_processes(warm_up=tasks.remember_warm_up)
    assert runner.submit(tasks.warmed, owner="a").result(LONG) == ["warm"]
    assert runner.submit(tasks.warmed, owner="a").result(LONG) == ["warm"]
    assert tasks.WARMED == []


def test_a_warm_up_that_fails_costs_only_time(make_processes, capfd):
    assert make_processes(warm_up=tasks.fail_to_warm_up).submit(tasks.Answer(1), owner="a").result(LONG) == 1
    assert "cannot warm up" in capfd.readouterr().err


def test_jobs_do_not_wait_for_workers_that_cannot_start(make_processes):
    runner = make_processes(warm_up=partial(os._exit, 3))
    job = runner.submit(tasks.Answer(1), owner="a")
    with pytest.raises(WorkerDiedError, match="exit code 3"):
        job.result(LONG)
    assert job.state is JobState.LOST


def test_a_worker_is_replaced_after_so_many_jobs(make_processes):
    runner = make_processes(recycling=Recycling(jobs=2))
    first, second, third = (runner.submit(tasks.pid, owner="a").result(LONG) for _ in range(3))
    assert first == second != third
    assert runner.status().restarts == 0


measured = pytest.mark.skipif(resident_bytes(os.getpid()) is None, reason="the system does not tell memory")


@measured
def test_a_worker_that_keeps_memory_is_replaced(make_processes):
    runner = make_processes(recycling=Recycling(idle_bytes=400_000_000))
    first, second = (runner.submit(tasks.pid, owner="a").result(LONG) for _ in range(2))
    assert first == second
    runner.submit(tasks.keep_memory, owner="a").result(LONG)
    assert runner.submit(tasks.pid, owner="a").result(LONG) != first
    assert runner.status().restarts == 0


@measured
def test_a_job_over_its_memory_limit_is_ended_and_not_tried_again(make_processes):
    runner = make_processes(run_bytes=400_000_000)
    job = runner.submit(tasks.keep_memory_and_wait, owner="a")
    with pytest.raises(LimitExceededError, match="400 MB, the memory limit"):
        job.result(LONG)
    assert (job.state, job.starts) == (JobState.LIMITED, 1)
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1


def test_a_task_that_ignores_its_time_limit_is_ended_by_force(make_processes):
    runner = make_processes(run_seconds=0.2, kill_after=0.2)
    job = runner.submit(tasks.deaf, owner="a")
    with pytest.raises(LimitExceededError, match=r"0\.2 seconds, the time limit"):
        job.result(LONG)
    assert (job.state, job.starts) == (JobState.LIMITED, 1)
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1


@pytest.mark.parametrize("options", [{"jobs": 0}, {"idle_bytes": 0.5}])
def test_recycling_out_of_range_is_refused(options):
    with pytest.raises(InvalidInputError, match=next(iter(options))):
        Recycling(**options)


def test_workers_step_back_for_the_server(make_processes):
    assert make_processes().submit(tasks.niceness, owner="a").result(LONG) > os.nice(0)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (tasks.give_lambda, "cannot be sent back"),
        (tasks.give_unreadable, "cannot be read"),
        (tasks.report_lambda, "pickle"),
        (tasks.report_unreadable, "progress of the task cannot be read"),
        (tasks.raise_unpicklable, "ValueError: held a lock"),
        (tasks.raise_unreadable, "NeedsTwoArguments: one and two"),
    ],
)
def test_what_cannot_travel_becomes_a_text(make_processes, task, words):
    runner = make_processes()
    job = runner.submit(task, owner="a")
    wait_until(lambda: job.state.finished)
    assert job.state is JobState.FAILED
    assert words in job.error
    assert runner.submit(tasks.Answer(1), owner="a").result(LONG) == 1


def test_an_error_does_not_bring_its_library_into_the_server(make_processes):
    assert "wave" not in sys.modules
    job = make_processes().submit(tasks.raise_foreign, owner="a")
    with pytest.raises(CvxdnnError, match="Error: from elsewhere") as caught:
        job.result(LONG)
    assert "raise_foreign" in caught.value.__notes__[0]
    assert "wave" not in sys.modules


def test_a_task_that_cannot_be_pickled_is_refused_and_stops_nothing(make_processes):
    runner = make_processes()
    old = runner.submit(tasks.until_stopped, owner="a")
    with pytest.raises(InvalidInputError, match="task cannot be pickled"):
        runner.submit(lambda report, stopped: 0, owner="a")
    running(old)


def test_a_task_of_the_main_script_is_refused(make_processes, monkeypatch):
    monkeypatch.setattr(tasks.pid, "__module__", "__main__")
    with pytest.raises(InvalidInputError, match="main script"):
        make_processes().submit(tasks.pid, owner="a")


def test_a_task_that_the_worker_cannot_load_fails(make_processes, monkeypatch):
    runner = warm(make_processes())
    monkeypatch.setattr(tasks, "only_here", tasks.pid, raising=False)
    monkeypatch.setattr(tasks.pid, "__qualname__", "only_here")
    job = runner.submit(tasks.pid, owner="a")
    with pytest.raises(CvxdnnError, match="cannot load the task"):
        job.result(LONG)
    assert job.state is JobState.FAILED
