"""What one browser session knows: its scenario, its training run, and a message for the user.

Every change of a setting goes through `Session.change`: it validates, keeps the old settings when the new ones
are impossible, and lets the training follow; the page then writes the new link to the address bar. Back and Forward of
the browser go through `Session.visit`.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal

import streamlit as st

from cvxdnn.app import address
from cvxdnn.app.background import Background, Results
from cvxdnn.app.process import runner
from cvxdnn.app.run import Run
from cvxdnn.app.tab import tab
from cvxdnn.app.table_rows import Rows, rows_of
from cvxdnn.app.text import plain
from cvxdnn.core.datasets import PRESETS
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.limits import host_limits
from cvxdnn.core.losses import LOSSES, named
from cvxdnn.exhibits.explore.training import TrainingRun
from cvxdnn.tasks.call import Call
from cvxdnn.tasks.comparison import Reference
from cvxdnn.tasks.experiments import first_frame
from cvxdnn.tasks.labels import LEVELS, are_labels, labelled
from cvxdnn.tasks.link import Points
from cvxdnn.tasks.optimum import UNKNOWN, Answer, optimum_of, takes_long
from cvxdnn.tasks.race import RaceFrame
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.seeds import SeedsFrame
from cvxdnn.tasks.stream import Stream

KEY = "explore_session"
Place = Literal["page", "table", "file"]
"""Where a message stands: above everything, at the table of points, or where files are uploaded."""
NOT_LABELS = "These values are not labels −1 and +1: the loss is squared again."
NOW_LABELS = "Your values became labels: +1 above the middle of their range, −1 below it. Undo brings them back."
MOST_SHOWN = 4.0
"""How far from 0 the chart follows an optimum for labels, which may grow without bound."""


class Session:
    """Mutable state of the Explore page, one per browser tab.

    version : raised when Python, not the chart, replaces the points
    revision : raised by every change, so that each part of the page can tell whether it is up to date
    table_version, table_base, table_rows : the table's widget, the rows it started from, those it last held
    problem, problem_place : a message for the user, or "", and where it belongs
    address, addressed : the query that the address bar should have, and the scenario that it stands for
    visits : raised by every step through the browser's history
    unlabelled : the points before a loss turned them into labels, with the labels they became
    optimum : of the scenario, where it takes long: it comes later than the page
    domain : the part of the plane that the chart shows
    """

    def __init__(self, query: dict[str, str], owner: str) -> None:
        scenario, problem = Scenario.from_query(query)
        self.address = query
        self.scenario = self.addressed = scenario
        self.problem = problem or ""
        self.problem_place: Place = "page"
        self.version = 1
        self.revision = 0
        self.table_version = 1
        self.table_base = self.table_rows = rows_of(scenario.points)
        self.visits = 0
        self.retrain = True
        self.unlabelled: tuple[Points, Points] | None = None
        self.optimum = Background(_optima, owner)
        self._lacks_room = False
        self._show_all_points()
        self.run = TrainingRun(runner, owner)
        self.race: Run[RaceFrame] = Run("race", runner, owner)
        self.seeds: Run[SeedsFrame] = Run("seeds", runner, owner)
        if scenario.replace(hidden=Scenario().hidden) == Scenario():
            self.run.show(scenario, first_frame())
        else:
            self.run.restart(scenario)

    @property
    def is_busy(self) -> bool:
        """Whether anything is being trained."""
        return self.run.is_running or self.race.is_running or self.seeds.is_running

    @property
    def stage(self) -> tuple[Any, ...]:
        """What more than one part of the page shows: where it has changed, all of them are drawn anew."""
        return self.revision, self.run.is_running, self.is_busy, self.optimum.is_running, self.optimum.message

    @property
    def subject(self) -> Scenario:
        """The scenario as far as training goes."""
        return self.scenario.replace(hidden=())

    def poll(self) -> None:
        """Take over what the session's jobs have reported, and make room on the chart for an optimum that has come."""
        for run in (self.run, self.race, self.seeds):
            run.poll()
        known = self.reference  # asks for it, too
        if self._lacks_room and known.is_known:
            self.domain = domain_of(self.scenario, known)
            self._lacks_room = False

    def leave(self) -> None:
        """The browser is gone, perhaps for a moment."""
        for run in (self.run, self.race, self.seeds, self.optimum):
            run.leave()

    def begin(self, run: Run[Any], task: Callable[[], Stream[Any]]) -> None:
        """Start a job other than training, which takes the session's turn: training pauses."""
        self.run.pause()
        run.start(task(), self.subject)

    @property
    def reference(self) -> Reference:
        """Spline, optimum and certificate of the current scenario; the last two may still be to come."""
        if not takes_long(self.scenario):
            self.optimum.forget()
            return reference(self.scenario)
        subject = _subject(self.scenario)
        return _reference(subject, self.optimum.ask(subject, lambda: Call(optimum_of, (subject,))) or UNKNOWN)

    def refuse(self, problem: str, place: Place) -> None:
        """Say that something was not done."""
        self.problem, self.problem_place = problem, place

    def show_table(self, rows: Rows) -> None:
        """Start the table anew with these rows."""
        self.table_base = self.table_rows = dict(enumerate(rows.values()))
        self.table_version += 1

    def change(self, *, by_chart: bool = False, by_table: bool = False, place: Place = "page", **settings: Any) -> None:
        """Change settings; an impossible one leaves a message at `place` and everything as it was."""
        self.revision += 1
        self.problem_place = "table" if by_table else place
        try:
            settings, notice = self._with_fitting_loss(settings)
            new = self.scenario.replace(**settings)
        except InvalidInputError as error:
            self.leave_unchanged(error, self.problem_place)
            return
        self._become(new, notice, by_chart, by_table)

    def visit(self, query: dict[str, str]) -> None:
        """Take over what a link says, to which Back or Forward has led."""
        if query == self.address:
            return
        self.visits += 1
        self.revision += 1
        self.problem_place = "page"
        scenario, problem = Scenario.from_query(query)
        self.address, self.addressed = query, scenario
        self._become(scenario, problem or "")

    def _become(self, new: Scenario, notice: str, by_chart: bool = False, by_table: bool = False) -> None:
        old, self.scenario, self.problem = self.scenario, new, notice
        if new.points != old.points:
            self._points_changed(by_chart, by_table)
        elif new.loss_function.needs_labels and (new.loss, new.beta) != (old.loss, old.beta):
            self._show_all_points()
        self._train_after(old)

    def leave_unchanged(self, error: InvalidInputError, place: Place = "page") -> None:
        """Leave everything as it was, and say why."""
        self.revision += 1
        self.refuse(f"Nothing was changed: {plain(str(error))}.", place)

    def _with_fitting_loss(self, settings: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """The settings with a loss that has a meaning for the points, and a notice for the user."""
        loss = settings.get("loss", self.scenario.loss)
        if "preset" in settings and settings["preset"] in PRESETS:
            return self._with_preset(settings, loss)
        points = settings.get("points", self.scenario.points)
        needs_labels = loss in LOSSES and named(loss).needs_labels
        if needs_labels and not are_labels(points):
            if "loss" not in settings:  # an undone conversion, a table, a file
                return settings | {"loss": "squared"}, NOT_LABELS
            self.unlabelled = points, labelled(points)
            return settings | {"points": self.unlabelled[1]}, NOW_LABELS
        if not needs_labels and "loss" in settings and self.unlabelled and points == self.unlabelled[1]:
            return settings | {"points": self.unlabelled[0]}, ""
        return settings, ""

    def _with_preset(self, settings: dict[str, Any], loss: str) -> tuple[dict[str, Any], str]:
        """A preset keeps the loss unless one of them is about labels and the other is not."""
        suits = PRESETS[settings["preset"]].loss
        if named(suits).needs_labels != named(loss).needs_labels:
            return settings | {"loss": suits}, ""
        return settings, ""

    def _points_changed(self, by_chart: bool, by_table: bool) -> None:
        if not by_chart:
            self.version += 1
        if not by_table:  # a table under somebody's fingers must not be replaced
            self.show_table(rows_of(self.scenario.points))
        if not by_chart or not _holds(self.domain, self.scenario.points):
            self._show_all_points()

    def _show_all_points(self) -> None:
        """The optimum for labels need not stay between them; it gets the room it needs when it is there."""
        self.domain = domain_of(self.scenario)
        self._lacks_room = self.scenario.loss_function.needs_labels

    def _train_after(self, old: Scenario) -> None:
        """Networks follow a new weight decay from where they are; anything else starts them again."""
        new = self.scenario
        if new == old.replace(hidden=new.hidden):
            return
        if new == old.replace(hidden=new.hidden, beta=new.beta):
            if self.retrain or self.run.is_running:
                self.run.follow(new)
        elif self.retrain:
            self.run.restart(new)
        else:
            self.run.pause()


_optima: Results[Answer] = Results(host_limits().cache)


@lru_cache(maxsize=host_limits().cache)
def _reference(subject: Scenario, answer: Answer | None) -> Reference:
    return Reference(subject, answer=answer)


@lru_cache(maxsize=4 * host_limits().cache)
def _subject(scenario: Scenario) -> Scenario:
    """The scenario as far as its reference goes."""
    default = Scenario()
    return scenario.replace(hidden=(), width=default.width, restarts=default.restarts, seed=0)


def reference(scenario: Scenario) -> Reference:
    """The scenario's reference, computed once for all sessions that look at the same points, here and when asked.

    Whoever wants the optimum of any scenario, also where that takes long, has a `Session`.
    """
    return _reference(_subject(scenario), None)


def session() -> Session:
    """This tab's session; made from the link in the address bar at the first run."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Session(address.query(), owner=tab().owner)
    current: Session = st.session_state[KEY]
    tab().ends["explore"] = current.leave
    address.follow(current.address, current.visit)
    if current.scenario != current.addressed:
        current.address, current.addressed = current.scenario.to_query(), current.scenario
        address.write(current.address)
    return current


Domain = tuple[float, float, float, float]


def domain_of(scenario: Scenario, known: Reference | None = None) -> Domain:
    """The part of the plane that the chart shows: the points with some room to move them.

    For labels -1 and +1 both of them, and the values of the optimum that is `known` at the points.
    """
    xs, ys = zip(*scenario.points, strict=True)
    x_low, x_high = _padded(xs, 0.05)
    heights = [*ys, *LEVELS] if scenario.loss_function.needs_labels else ys
    fitted = [] if known is None else known.fitted.clip(-MOST_SHOWN, MOST_SHOWN).tolist()
    y_low, y_high = _padded([*heights, *fitted], 0.18)
    return x_low, x_high, y_low, y_high


def _padded(values: Sequence[float], share: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = share * (high - low) or 0.5 * max(abs(low), 1.0)
    return low - room, high + room


def _holds(domain: Domain, points: Sequence[tuple[float, float]]) -> bool:
    x_low, x_high, y_low, y_high = domain
    return all(x_low <= x <= x_high and y_low <= y <= y_high for x, y in points)
