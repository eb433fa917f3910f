"""What a tab asks in the background: nobody waits for it, all share it, and it ends when nobody wants it."""

import threading
import time

import pytest

from cvxdnn.app import background, process
from cvxdnn.app.background import Background, Results
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.jobs import InlineRunner, Rules
from cvxdnn.tasks.call import Call
from tests.jobs.jobs_tasks import wait_until


class Calculation:
    """Its answer comes when the test lets it: `ask` it for a tab, `gate.set()`."""

    def __init__(self):
        self.gate = threading.Event()
        self.begun = 0

    def __call__(self, answer):
        self.begun += 1
        assert self.gate.wait(60)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def asked(self, tab, subject, answer=None):
        return tab.ask(subject, lambda: Call(self, (subject if answer is None else answer,)))


@pytest.fixture
def runner(monkeypatch):
    """One worker; who has left is given up after a twentieth of a second."""
    monkeypatch.setattr(background, "MOMENT_SECONDS", 0.01)
    with InlineRunner(rules=Rules(grace=0.05, max_queued=4)) as runner:
        monkeypatch.setitem(process._runners, "solving", runner)
        yield runner


@pytest.fixture
def slow(runner):
    calculation = Calculation()
    calculation.__name__ = "calculation"
    yield calculation
    calculation.gate.set()


@pytest.fixture
def results():
    return Results(8)


@pytest.fixture
def tabs(results):
    return [Background(results, f"tab {number}") for number in range(3)]


def comes(slow, tab, subject):
    """Whether the answer about a subject comes, to a tab that looks again and again."""
    wait_until(lambda: slow.asked(tab, subject) is not None)
    return tab.ask(subject, pytest.fail) == subject and not tab.is_running and tab.standing == ""


def test_nobody_waits_for_a_slow_answer_and_it_comes(slow, tabs):
    assert slow.asked(tabs[0], "a") is None
    wait_until(lambda: slow.begun)
    assert tabs[0].is_running
    assert tabs[0].standing == "being computed"
    slow.gate.set()
    assert comes(slow, tabs[0], "a")
    assert slow.begun == 1


def test_a_quick_answer_is_there_at_once(slow, tabs, monkeypatch):
    monkeypatch.setattr(background, "MOMENT_SECONDS", 60.0)
    slow.gate.set()
    assert slow.asked(tabs[0], "a") == "a"


def test_tabs_are_told_how_many_are_ahead(slow, tabs):
    for tab, subject in zip(tabs, "abc", strict=True):
        assert slow.asked(tab, subject) is None
        wait_until(lambda: slow.begun)
    assert [tab.standing for tab in tabs[1:]] == [
        "waiting for a free worker, 1 ahead",
        "waiting for a free worker, 2 ahead",
    ]


def test_tabs_that_ask_the_same_share_one_calculation(slow, tabs):
    assert [slow.asked(tab, "a") for tab in tabs] == [None] * 3
    slow.gate.set()
    assert [comes(slow, tab, "a") for tab in tabs] == [True] * 3
    assert slow.begun == 1


def test_what_another_tab_knows_is_known(slow, tabs):
    slow.gate.set()
    assert comes(slow, tabs[0], "a")
    assert tabs[1].ask("a", pytest.fail) == "a"


def test_a_shared_calculation_goes_on_for_those_who_stay(slow, tabs, runner):
    first, second, _ = tabs
    slow.asked(first, "a"), slow.asked(second, "a")
    first.leave()
    until = time.monotonic() + 10 * runner.rules.grace
    while time.monotonic() < until:
        second.poll()
    slow.gate.set()
    assert comes(slow, second, "a")
    assert slow.begun == 1


def test_whose_calculation_another_tab_replaced_has_one_of_its_own(slow, tabs):
    first, second, _ = tabs
    slow.asked(first, "a"), slow.asked(second, "a")
    slow.asked(first, "b")
    slow.gate.set()
    assert comes(slow, first, "b")
    assert comes(slow, second, "a")


def test_something_else_takes_the_place_of_what_is_not_wanted_any_more(slow, tabs, runner):
    slow.asked(tabs[0], "a")
    for subject in "bcdefgh":
        slow.asked(tabs[1], subject)
    slow.asked(tabs[2], "z")
    assert runner.status().queued == 2
    assert "2 ahead" in tabs[2].standing
    slow.gate.set()
    assert comes(slow, tabs[1], "h")
    assert comes(slow, tabs[2], "z")
    assert slow.begun == 3


@pytest.mark.parametrize("end", [Background.leave, Background.forget])
def test_who_has_gone_gives_the_place_in_the_queue_up(slow, tabs, end):
    for tab, subject in zip(tabs, "abc", strict=True):
        slow.asked(tab, subject)
    end(tabs[1])
    wait_until(lambda: tabs[2].poll() or "1 ahead" in tabs[2].standing)


def test_who_comes_back_later_has_it_begun_again(slow, tabs):
    slow.asked(tabs[0], "a"), slow.asked(tabs[1], "b")
    tabs[1].leave()
    job = tabs[1]._job
    wait_until(lambda: job.state.finished)
    slow.gate.set()
    assert comes(slow, tabs[1], "b")


def test_a_failure_is_told_once_and_can_be_tried_again(slow, tabs):
    slow.gate.set()
    wait_until(lambda: slow.asked(tabs[0], "a", InvalidInputError("no such number")) or tabs[0].message)
    assert tabs[0].message == "no such number"
    assert slow.asked(tabs[0], "a") is None
    assert not tabs[0].is_running
    assert slow.begun == 1
    tabs[0].forget()
    assert comes(slow, tabs[0], "a")


def test_a_full_queue_is_told(slow, results):
    tabs = [Background(results, f"tab {number}") for number in range(6)]
    for number, tab in enumerate(tabs):
        slow.asked(tab, number)
    assert "waiting, the limit of this host" in tabs[5].message
    assert not tabs[5].is_running


def test_what_is_shown_stays_when_newer_results_need_the_room(slow, tabs):
    slow.gate.set()
    few = Results(1)
    first, second = Background(few, "first"), Background(few, "second")
    assert comes(slow, first, "a")
    assert comes(slow, second, "b")
    assert few.get("a") is None
    assert first.ask("a", pytest.fail) == "a"
