"""A slow optimum: the Explore page is there without it, with everything else, and shows it as soon as it comes."""

import threading

import pytest

from cvxdnn.app import background, parts
from cvxdnn.app.background import LOOK_SECONDS
from cvxdnn.core.exceptions import WorkerDiedError
from cvxdnn.exhibits.explore import baseline
from cvxdnn.exhibits.explore.domain import domain_of
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.exhibits.rank_one import view as rank_one
from cvxdnn.tasks.optimum import optimum_of
from cvxdnn.tasks.scenario import Scenario
from tests.exhibits.closed_form_pages import move, open_page, text_of
from tests.exhibits.conftest import forget_everybody, wait_for_frame
from tests.exhibits.test_explore_page import QUICK, curve, readout, sent_to_the_chart, session_of, table
from tests.jobs.jobs_tasks import wait_until

SLOW = {**QUICK, "preset": "two classes", "loss": "logistic", "depth": "3"}


class Gate:
    """Stands in front of a function: it answers when the test lets it, or raises `error`."""

    def __init__(self, function):
        self.__name__ = function.__name__
        self.asked = []
        self.error = None
        self._function, self._open = function, threading.Event()

    def __call__(self, *arguments):
        self.asked.append(arguments)
        assert self._open.wait(60)
        if self.error is not None:
            raise self.error
        return self._function(*arguments)

    def open(self):
        self._open.set()

    def close(self):
        self._open.clear()


@pytest.fixture
def gate(monkeypatch):
    """In front of every slow optimum; nothing is known from other tests, and nobody gives it a moment."""
    gate = Gate(optimum_of)
    monkeypatch.setattr(background, "MOMENT_SECONDS", 0.0)
    monkeypatch.setattr(baseline, "optimum_of", gate)
    monkeypatch.setattr(baseline, "_optima", background.Results(8))
    yield gate
    gate.open()


@pytest.fixture
def waiting(explore, gate):
    """The page with an optimum that has not come."""
    app = explore(**SLOW)
    wait_until(lambda: gate.asked)
    app.run()
    return app


def arrives(app, gate):
    """Let the optimum come, and look again as the page does."""
    gate.open()
    session = session_of(app)
    wait_until(lambda: session.poll() or not session.optimum.is_running)
    app.run()
    assert not app.exception
    return session


def rows(app):
    return table(app).count("<tr>")


def test_the_page_is_there_before_its_optimum_with_everything_else(waiting):
    session = session_of(waiting)
    assert not waiting.exception
    assert sent_to_the_chart(waiting)["points"] == [list(point) for point in session.scenario.points]
    assert curve(waiting, "optimum")["lines"] == []
    assert "The optimum is being computed." in readout(waiting)
    assert wait_for_frame(session) is not None
    waiting.run()
    assert curve(waiting, "network")["lines"]
    assert sent_to_the_chart(waiting)["model"]["beta"] == session.scenario.beta


def test_the_optimum_is_shown_when_it_comes_and_has_the_room_it_needs(waiting, gate):
    before = session_of(waiting).domain
    session = arrives(waiting, gate)
    assert curve(waiting, "optimum")["lines"]
    assert "being computed" not in readout(waiting)
    assert session.baseline.solution.relative_gap < 1e-6
    assert session.domain != before
    assert session.domain == domain_of(session.scenario, session.baseline)


def test_what_comes_with_the_optimum_had_its_place_before(waiting, gate):
    wait_for_frame(session_of(waiting))
    waiting.run()
    before = sent_to_the_chart(waiting)
    rows_before = rows(waiting)
    arrives(waiting, gate)
    after = sent_to_the_chart(waiting)
    assert [each["label"] for each in before["curves"]] == [each["label"] for each in after["curves"]]
    assert before["band"]["label"] == after["band"]["label"]
    assert before["certificate"] is not None
    assert rows_before == rows(waiting)


def test_the_page_looks_for_the_optimum_at_a_modest_pace_until_it_is_there(waiting, gate, monkeypatch):
    session_of(waiting).run.pause()
    clocks = {}
    monkeypatch.setattr(parts, "_set_clock", clocks.__setitem__)
    waiting.run()
    looks = {name: seconds for name, seconds in clocks.items() if seconds is not None}
    assert looks == {"explore_chart": LOOK_SECONDS}
    arrives(waiting, gate)
    assert set(clocks.values()) == {None}


def test_a_drag_while_it_is_awaited_is_kept_and_has_its_own_optimum(waiting, gate):
    session = session_of(waiting)
    moved = tuple((x + 0.125, y) for x, y in session.scenario.points)
    session.change(by_chart=True, points=moved)
    waiting.run()
    assert not waiting.exception
    assert session.scenario.points == moved
    assert sent_to_the_chart(waiting)["points"] == [list(point) for point in sorted(moved)]
    arrives(waiting, gate)
    assert session.scenario.points == moved
    assert session.baseline.scenario.points == moved
    assert session.baseline.solution is not None


def test_what_is_quick_is_shown_at_once_and_the_slow_one_is_forgotten(waiting):
    session = session_of(waiting)
    job = session.optimum._job
    session.change(depth=2)
    waiting.run()
    assert curve(waiting, "optimum")["lines"]
    assert not session.optimum.is_running
    assert job.is_left


def test_a_second_tab_waits_for_the_same_optimum_and_another_one_behind_it(explore, waiting, gate):
    same, other = (Session(Scenario.from_query(query)[0]) for query in (SLOW, {**SLOW, "beta": "0.02"}))
    for session in (same, other):
        session.run.pause()
        session.poll()
    assert same.optimum.standing == "being computed"
    assert other.optimum.standing == "waiting for a free worker, 1 ahead"
    arrives(waiting, gate)
    for session in (same, other):
        wait_until(lambda session=session: session.poll() or session.baseline.is_known)
    assert len(gate.asked) == 2


def test_a_failure_says_why_and_can_be_tried_again(waiting, gate):
    gate.error = WorkerDiedError("its process died")
    arrives(waiting, gate)
    assert "the optimum could not be computed" in readout(waiting)
    assert "its process died" in readout(waiting)
    assert curve(waiting, "optimum")["lines"] == []
    gate.error = None
    waiting.button(key="explore_optimum_again").click().run()
    arrives(waiting, gate)
    assert curve(waiting, "optimum")["lines"]
    assert not any(button.key == "explore_optimum_again" for button in waiting.button)


@pytest.mark.parametrize("choice", [{"loss": "absolute"}, {"depth": "3"}], ids=["another loss", "more layers"])
def test_with_many_points_a_page_waits_for_neither_another_loss_nor_more_layers(explore, gate, choice):
    """There are points for which either takes seconds, in which the server would draw for nobody."""
    app = explore(**QUICK, preset="motorcycle", **choice)
    assert gate.asked
    assert curve(app, "optimum")["lines"] == []
    arrives(app, gate)
    assert curve(app, "optimum")["lines"]


def test_the_end_of_the_tab_gives_the_optimum_up(waiting):
    job = session_of(waiting).optimum._job
    forget_everybody()
    assert job.state.finished or job.is_left


def test_a_closed_form_that_takes_long_is_awaited_and_comes(explore, monkeypatch):
    gate = Gate(rank_one.rank_one_case)
    monkeypatch.setattr(background, "MOMENT_SECONDS", 0.0)
    monkeypatch.setattr(rank_one, "rank_one_case", gate)
    monkeypatch.setattr(rank_one, "_cases", background.Results(8))
    gate.open()
    app = open_page(explore, "rank_one")
    move(app, "rank_one_", seed=77)
    gate.close()
    move(app, "rank_one_", kind="general")
    wait_until(lambda: "being computed" in app.run().info[0].value)
    gate.open()
    wait_until(lambda: "objective" in text_of(app.run()))
    assert not app.info


def test_a_closed_form_that_cannot_be_computed_leaves_a_message_and_another_try(explore, monkeypatch):
    gate = Gate(rank_one.rank_one_case)
    monkeypatch.setattr(rank_one, "_cases", background.Results(8))
    gate.open()
    app = open_page(explore, "rank_one")
    monkeypatch.setattr(rank_one, "rank_one_case", gate)
    gate.error = WorkerDiedError("the conic solver gave up")
    move(app, "rank_one_", kind="general", seed=77)
    wait_until(lambda: app.run().error)
    assert "The closed form could not be computed: the conic solver gave up" in app.error[0].value
    gate.error = None
    app.button(key="rank_one_compute_again").click().run()
    wait_until(lambda: "objective" in text_of(app.run()))
