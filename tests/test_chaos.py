"""Workers that are killed while a few sessions work: the short version of `benchmarks.chaos`."""

import socket

import pytest

from benchmarks import chaos, load


@pytest.fixture(scope="module")
def record():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return chaos.run(3, seconds=10, every=2.5, port=port, CVXDNN_WORKERS="2")


def test_every_session_keeps_its_points_and_sees_nobody_elses(record):
    assert record["points_kept"]
    assert not record["leaks"]


def test_a_killed_worker_is_made_good_or_told_and_nothing_else_goes_wrong(record):
    assert record["killed"] >= 3
    assert record["errors"] == []
    assert set(record["jobs"]) <= {"done", "stopped", "abandoned", "lost"}


def test_every_drag_had_its_optimum(record):
    assert record["drags"] >= 3
    assert record["max"] < float("inf")


def test_the_pool_heals_and_nobody_outlives_the_server(record):
    assert record["healed"]
    assert record["orphans"] == []


def test_the_report_has_a_row_for_each_measurement(record):
    assert load.rows([record, record]).count("\n| 3 |") == 2
