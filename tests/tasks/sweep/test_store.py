"""Results on disk survive crashes, strangers and full disks, and never exceed their room."""

import json
import math
import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cvxdnn.tasks.sweep import Record, Store, settings

RECORD = Record("zigzag", "squared", "adam", 2, 5, 0.1, 0, 0.3, 0.2, 0.5, 3, 1000, "stuck", 0.25)
OTHER = replace(RECORD, seed=2)


def test_what_was_appended_is_read_back_exactly_and_once(store):
    log = store.log("k")
    other = replace(RECORD, seed=1, objective=0.1 + 0.2, gap=None)
    log.append(RECORD)
    log.append(other)
    assert list(log.news()) == [RECORD, other]
    assert list(log.news()) == []
    log.append(OTHER)
    assert list(log.news()) == [OTHER]
    assert list(store.log("k").news()) == [RECORD, other, OTHER]
    assert next(iter(store.log("k").news())).seconds == RECORD.seconds


def test_another_shelf_has_other_results(store):
    store.log("one").append(RECORD)
    assert list(store.log("two").news()) == []


def test_a_line_cut_short_costs_that_line_only(store):
    log = store.log("k")
    log.append(RECORD)
    path = store.folder / "k.jsonl"
    path.write_bytes(path.read_bytes()[:-20])  # the power failed
    log.append(OTHER)
    assert list(store.log("k").news()) == [OTHER]


def test_a_line_that_is_being_written_is_read_when_it_is_whole(store):
    store.log("k").append(RECORD)
    path = store.folder / "k.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:30])
    reader = store.log("k")
    assert list(reader.news()) == []
    path.write_bytes(whole)
    assert list(reader.news()) == [RECORD]


def test_a_file_removed_meanwhile_is_written_anew(store):
    log = store.log("k")
    log.append(RECORD)
    assert len(list(log.news())) == 1
    (store.folder / "k.jsonl").unlink()
    assert list(log.news()) == []
    log.append(OTHER)
    assert list(log.news()) == [OTHER]


@given(junk=st.one_of(st.binary(max_size=300), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
    lambda value: json.dumps(value).encode())))  # fmt: skip
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_junk_in_a_file_is_passed_over(store, junk):
    store.folder.mkdir(exist_ok=True)
    (store.folder / "k.jsonl").write_bytes(b"\n" + junk + b"\n")
    log = store.log("k")
    log.append(RECORD)
    assert list(log.news())[-1] == RECORD


WRONG = {
    "nested deep": b'{"dataset": "' + b"[" * 900 + b"}",
    "nested and closed": b'{"dataset": "zigzag", "loss": ' + b"[" * 450 + b"]" * 450 + b"}",
    "another type": json.dumps({**asdict(RECORD), "loss": [[1]]}).encode(),
    "half a character": json.dumps({**asdict(RECORD), "status": "\ud800"}).encode(),
    "a truth value": json.dumps({**asdict(RECORD), "knots": True}).encode(),
    "no number": json.dumps({**asdict(RECORD), "gap": math.nan}).encode(),
    "beyond every number": json.dumps(asdict(RECORD)).replace("0.25", "1e999").encode(),
    "too many digits": json.dumps({**asdict(RECORD), "steps": 10**400}).encode(),
    "an endless width": json.dumps(asdict(RECORD)).replace('"width": 5', '"width": 1e999').encode(),
    "a record and more": json.dumps({**asdict(RECORD), "run": 0}).encode(),
    "no mapping": b"7",
}


@pytest.mark.parametrize("line", WRONG.values(), ids=WRONG)
def test_a_line_of_somebody_elses_making_is_counted_and_passed_over(store, line):
    store.log("k").append(RECORD)
    with (store.folder / "k.jsonl").open("ab") as file:
        file.write(line + b"\n")
    log = store.log("k")
    assert list(log.news()) == [RECORD]
    assert log.passed_over == 1


def test_a_file_of_junk_is_told_of_once_whoever_reads_it(store, caplog):
    store.log("k").append(RECORD)
    lines = 1_000_000 // 12
    with (store.folder / "k.jsonl").open("ab") as file:
        file.write(b'{"dataset":\n' * lines)
    for _ in range(3):  # visitors
        log = store.log("k")
        assert list(log.news()) == [RECORD]
        assert log.passed_over == lines
    assert [record.getMessage() for record in caplog.records] == [
        f"k.jsonl: {lines} stored lines cannot be read and are made again"
    ]


@pytest.mark.parametrize("is_new", [True, False])
def test_the_oldest_files_make_room_for_what_is_added(tmp_path, is_new):
    store = Store(tmp_path, megabytes=1)
    if not is_new:
        (tmp_path / "k.jsonl").write_bytes(b"\n")
        os.utime(tmp_path / "k.jsonl", (1.0, 1.0))
    for age, name in enumerate(("new", "old", "oldest")):
        (tmp_path / f"{name}.jsonl").write_bytes(b"x" * 400_000)
        os.utime(tmp_path / f"{name}.jsonl", (1e9 - age, 1e9 - age))
    store.log("k").append(RECORD)
    assert sorted(path.stem for path in tmp_path.glob("*.jsonl")) == ["k", "new", "old"]


def test_the_environment_names_folder_and_size(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("CVXDNN_SWEEP_FOLDER", str(tmp_path / "here"))
    monkeypatch.setenv("CVXDNN_SWEEP_MEGABYTES", "3")
    assert (Store().folder, Store().limit) == (tmp_path / "here", 3_000_000)
    monkeypatch.delenv("CVXDNN_SWEEP_FOLDER")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Store().folder == tmp_path / "cvxdnn" / "sweeps"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert Store().folder == Path.home() / ".cache" / "cvxdnn" / "sweeps"
    for wrong in ("0", "-1", "many", "1e3", "²", "9" * 5000):
        monkeypatch.setenv("CVXDNN_SWEEP_MEGABYTES", wrong)
        assert settings.megabytes() == 64
    assert "must be a whole number" in caplog.text
