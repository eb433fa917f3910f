"""Parts of a page: whatever changes and whichever runs are lost, soon all of them show how things are."""

from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest

from cvxdnn.app import parts as module
from cvxdnn.app.parts import Parts

NAMES = ["chart", "table", "numbers"]


class Runner:
    """Runs fragments as Streamlit does: what is asked for meanwhile waits for the end of the run."""

    def __init__(self):
        self.fragments, self.clocks = {}, {}
        self.alone = []
        self.asked = []
        self.runs = 0

    def fragment(self, content, name):
        self.fragments[name] = content
        content()

    def ids(self, names):
        unknown = set(names) - set(self.fragments)
        assert not unknown, f"No fragment found for target {unknown}"
        return list(names)

    def ask(self, names):
        self.asked = list(dict.fromkeys([*self.asked, *self.ids(names)]))

    def run(self, names):
        """Run these; what has been asked for meanwhile is in `asked`."""
        self.alone, self.asked = list(names), []
        self.runs += 1
        for name in names:
            self.fragments[name]()
        self.alone = []


@pytest.fixture
def runner(monkeypatch):
    made = Runner()
    monkeypatch.setattr(module, "st", SimpleNamespace(container=nullcontext))
    monkeypatch.setattr(module, "admitted", lambda content: content)
    monkeypatch.setattr(module, "_fragment", made.fragment)
    monkeypatch.setattr(module, "_run_alone", lambda: made.alone)
    monkeypatch.setattr(module, "_ids", made.ids)
    monkeypatch.setattr(module, "_run_next", made.ask)
    monkeypatch.setattr(module, "_set_clock", made.clocks.__setitem__)
    monkeypatch.setattr(module, "tab", lambda: SimpleNamespace(session="tab"))
    return made


class Page:
    """Three parts that show a number each, and may move."""

    def __init__(self, runner):
        self.values, self.moving = dict.fromkeys(NAMES, 0), dict.fromkeys(NAMES, False)
        self.shown, self.drawn = {}, dict.fromkeys(NAMES, 0)
        parts = Parts(lambda: None, lambda: None)
        for name in NAMES:
            parts.draw(
                name,
                lambda name=name: self.draw(name),
                shows=lambda name=name: self.values[name],
                moves=lambda name=name: self.moving[name],
            )

    def draw(self, name):
        self.shown[name] = self.values[name]
        self.drawn[name] += 1


def test_a_change_is_drawn_once_in_every_part_that_shows_it_and_nowhere_else(runner):
    page = Page(runner)
    page.values.update(chart=1, numbers=1)
    runner.run(["chart"])
    runner.run(runner.asked)
    assert not runner.asked
    assert page.shown == page.values
    assert page.drawn == {"chart": 2, "table": 1, "numbers": 2}
    assert runner.runs == 2


def test_all_that_is_late_is_drawn_in_one_run(runner):
    page = Page(runner)
    page.values.update(dict.fromkeys(NAMES, 1))
    runner.run(["table"])
    runner.run(runner.asked)
    assert not runner.asked
    assert page.drawn == dict.fromkeys(NAMES, 2)


def test_a_part_that_begins_to_move_is_given_a_clock(runner):
    page = Page(runner)
    page.moving["chart"] = True
    runner.run(["numbers"])
    runner.run(runner.asked)
    assert runner.clocks == {"chart": 1.0, "table": None, "numbers": None}


def test_a_part_that_comes_to_rest_is_drawn_once_more_by_itself(runner):
    page = Page(runner)
    page.moving["chart"] = True
    runner.run(["chart"])
    page.moving["chart"] = False
    runner.run(["chart"])
    assert runner.clocks["chart"] == 1.0
    runner.run(["chart"])
    assert runner.clocks["chart"] is None
    assert page.drawn["chart"] == 4


@pytest.mark.parametrize("seed", range(30))
def test_whatever_runs_are_lost_a_look_later_all_is_shown_and_nothing_is_asked_that_is_not_there(runner, seed):
    rng = np.random.default_rng(seed)
    page = Page(runner)
    for number in range(1, 60):
        for name in NAMES:
            if rng.random() < 0.4:
                page.values[name] = number
            if rng.random() < 0.2:
                page.moving[name] = not page.moving[name]
        runner.run([rng.choice(NAMES)])
        while runner.asked and rng.random() < 0.7:  # else it is lost
            runner.run(runner.asked[: rng.integers(1, len(NAMES) + 1)])
    runner.run([rng.choice(NAMES)])
    for _ in range(10):
        if runner.asked:
            runner.run(runner.asked)
    runner.run([name for name, clock in runner.clocks.items() if clock is not None])
    assert not runner.asked
    assert page.shown == page.values
    assert {name: clock is not None for name, clock in runner.clocks.items()} == page.moving
