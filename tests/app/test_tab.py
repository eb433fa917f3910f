"""A tab: what hangs on it ends when its session does, once it is noticed, and with nothing else."""

import threading
from types import SimpleNamespace

import pytest
import streamlit as st

from cvxdnn.app import background, process
from cvxdnn.app.run import REPLACED
from cvxdnn.app.tab import Tab, Tabs, tabs
from cvxdnn.app.turn import turn
from cvxdnn.exhibits.path import awaited as path
from cvxdnn.jobs import InlineRunner, Job
from tests.exhibits.conftest import explore as explore
from tests.exhibits.conftest import go_to
from tests.exhibits.test_explore_page import QUICK
from tests.jobs.jobs_tasks import Answer, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def house():
    """Open tabs, the set of those that are connected, and a list of what has ended."""
    connected, ended = set(), []
    opened = Tabs(connected.__contains__)
    opened.exits.append(lambda session: ended.append(f"seat of {session}"))

    def come(session):
        connected.add(session)
        tab = Tab(session)
        tab.own("run", lambda _: SimpleNamespace(leave=lambda: ended.append(f"run of {session}")))
        opened.enter(tab)
        return tab

    return opened, connected, ended, come


def test_the_end_of_a_session_is_noticed_and_is_nobody_elses(house):
    _, connected, ended, come = house
    come("a"), come("b")
    connected.remove("a")
    wait_until(lambda: ended)
    assert ended == ["run of a", "seat of a"]


def test_a_tab_that_comes_back_ends_again(house):
    opened, connected, ended, come = house
    tab = come("a")
    for times in (1, 2):
        connected.discard("a")
        opened.look()
        assert ended == ["run of a", "seat of a"] * times
        connected.add("a")
        opened.enter(tab)


def test_what_one_part_does_at_the_end_does_not_hold_up_the_others(house, caplog):
    opened, _, ended, come = house
    tab = come("a")
    tab.runs = {"broken": SimpleNamespace(leave=lambda: 1 / 0), **tab.runs}
    opened.close()
    assert ended == ["run of a", "seat of a"]
    assert "broken could not be ended" in caplog.text


def test_a_session_that_was_made_to_forget_keeps_its_seat_and_its_name_and_leaves_its_runs(house):
    opened, _, ended, come = house
    first, second = come("a"), come("a")
    assert ended == ["run of a"]
    assert first.owner == second.owner != Tab("b").owner
    assert "a" not in first.owner.removeprefix("tab ").split()
    opened.look()
    assert ended == ["run of a"]


# Every page of the app


def train_on(app, page):
    """Begin what the page has to train, and give the run that does it."""
    if page == "explore":
        session = app.session_state["explore_session"]
        run = session.run
        run.restart(session.scenario)
    elif page == "path":
        go_to(app, page)
        run = app.session_state["tab"].runs["path"]
    elif page == "beyond":
        go_to(app, page)
        run = app.session_state["tab"].runs["beyond_depth"]
        if not run.is_running:
            app.button(key="beyond_depth_again").click().run()
    else:
        go_to(app, page)
        run = app.session_state["tab"].runs[page]
        if not run.is_running:  # else it has begun by itself
            app.button(key="depth_train" if page == "depth" else f"{page}_train_play_arrow").click().run()
    assert not app.exception
    return run


PAGES = ("explore", "path", "depth", "beyond", "rank_one", "batch_norm")


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """No weight decay was chosen before, and no page waits for the choice."""
    monkeypatch.setattr(background, "MOMENT_SECONDS", 0.0)
    monkeypatch.setattr(path, "_selections", background.Results(8))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_notices_that_its_tab_was_closed(explore, page):
    app = explore(**QUICK)
    app.session_state["explore_session"].run.pause()
    run = train_on(app, page)
    job = run._job
    assert not job.is_left
    st.cache_resource.clear()
    assert not job.is_left
    tabs.close()
    assert job.is_left


def test_what_another_page_of_the_tab_replaced_says_so_and_can_be_trained_again(explore):
    app = explore(**QUICK)
    session = app.session_state["explore_session"]
    session.run.restart(session.scenario)
    train_on(app, "depth")
    wait_until(lambda: session.run.poll() or not session.run.is_running)
    go_to(app, "explore")
    assert any(text.value == REPLACED for text in app.caption)
    app.button(key="explore_play").click().run()
    assert session.run.is_running
    assert not any(text.value == REPLACED for text in app.caption)


def test_a_choice_of_weight_decay_that_was_replaced_is_begun_again(explore):
    app = explore(**QUICK)
    selection = train_on(app, "path")
    replaced = selection._job
    process.solver().submit(Answer(1), owner=selection._owner)
    wait_until(lambda: replaced.state.finished)
    app.run()
    assert selection._job is not replaced
    wait_until(lambda: app.run() and not selection.is_running)
    assert selection._result is not None


def test_no_page_waits_for_a_worker_with_the_turn_in_its_hand(explore, monkeypatch):
    waited, result = [], Job.result

    def watched(job, timeout=None):
        if not job.state.finished:
            waited.append(turn._holder == threading.get_ident())
        return result(job, timeout)

    monkeypatch.setattr(Job, "result", watched)
    app = explore(preset="two classes", loss="logistic", depth="3")
    go_to(app, "rank_one")
    app.selectbox(key="rank_one_kind").set_value("general").run()
    for page in ("depth", "beyond", "path", "explore"):
        train_on(app, page)
    app.session_state["explore_session"].run.pause()
    assert waited  # how often depends on which jobs were done before anybody asked
    assert not any(waited)


def test_a_tab_is_one_owner_however_many_pages_it_opens(explore, monkeypatch):
    with InlineRunner(4) as runner:
        monkeypatch.setitem(process._runners, "training", runner)
        app = explore(**QUICK)
        assert process.runner() is runner
        for page in ("explore", "depth", "beyond", "rank_one", "batch_norm"):
            run = train_on(app, page)
            owners = {entry.job.owner for entry in runner._unfinished()}
            assert owners == {run._job.owner}
            wait_until(lambda: runner.status().busy + runner.status().queued <= 1)
