"""Which runner a host gets, and that it is everybody's until the server ends."""

import gc
import threading

import pytest
import streamlit as st

from cvxdnn.app import process
from cvxdnn.core.limits import Limits, host_limits
from cvxdnn.jobs import InlineRunner, ProcessRunner


@pytest.fixture
def host(monkeypatch):
    """Sets the environment of a host and closes what was started."""

    def set_up(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        host_limits.cache_clear()

    process.close()
    yield set_up
    process.close()
    host_limits.cache_clear()


def test_networks_train_in_as_many_worker_processes_as_the_host_says(host):
    host(CVXDNN_WORKERS="2")
    runner = process.runner()
    assert isinstance(runner, ProcessRunner)
    assert process.backend() == "worker processes"
    assert process.solver() is not runner


def test_without_workers_they_train_in_the_server(host):
    host(CVXDNN_WORKERS="0")
    assert isinstance(process.runner(), InlineRunner)
    assert isinstance(process.solver(), InlineRunner)
    assert process.backend() == "the server process"


def test_a_scheduler_in_the_environment_means_dask(host):
    from cvxdnn.jobs.dask_runner import DaskRunner

    host(CVXDNN_DASK_SCHEDULER="tcp://127.0.0.1:9", CVXDNN_WORKERS="0")
    assert isinstance(process.runner(), DaskRunner)
    assert process.backend() == "Dask cluster"


@pytest.mark.parametrize("workers", ["0", "1"])
def test_the_rules_are_the_limits_of_the_host(host, workers):
    host(CVXDNN_WORKERS=workers, CVXDNN_JOB_SECONDS="7", CVXDNN_JOB_MB="345", CVXDNN_MAX_QUEUE="3")
    rules = process.runner().rules
    assert (rules.run_seconds, rules.run_bytes, rules.max_queued) == (7, 345_000_000, 3)


def test_all_sessions_share_one_runner_also_when_they_ask_at_once(host):
    host(CVXDNN_WORKERS="0")
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(process.runner())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, seen))) == 1


def test_clearing_streamlits_cache_does_not_end_it(host):
    host(CVXDNN_WORKERS="0")
    runner = process.runner()
    st.cache_resource.clear()
    assert process.runner() is runner
    assert not runner.closed


def test_after_closing_there_is_a_new_one(host):
    host(CVXDNN_WORKERS="0")
    former = process.runner()
    process.close()
    assert former.closed
    assert process.runner() is not former


def test_tidying_freezes_what_was_imported_and_only_then(monkeypatch):
    frozen = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(1))
    monkeypatch.setattr(process, "_loaded", 0)
    process.freeze_gc()
    process.freeze_gc()
    assert frozen == [1]


def test_limits_leave_room_for_what_a_worker_needs_when_idle():
    assert process.IDLE_SHARE * Limits().job_megabytes >= 500  # with torch and cvxpy loaded it holds 400


def test_workers_warm_up_after_the_first_page(host, monkeypatch):
    monkeypatch.setattr(process, "FIRST_PAGE_SECONDS", 0.01)
    begun = threading.Event()
    monkeypatch.setattr(process, "runner", begun.set)
    host(CVXDNN_WORKERS="1")
    process.start()
    assert begun.wait(10)


def test_in_the_server_there_is_nothing_to_warm_up_and_a_closed_one_does_not_begin(host, monkeypatch):
    monkeypatch.setattr(process, "runner", lambda: pytest.fail("nobody asked for it"))
    host(CVXDNN_WORKERS="0")
    process.start()
    host(CVXDNN_WORKERS="1")
    process.start()
    process.close()
    assert process._warming_up is None
