"""What one browser session knows: its scenario, its training run, and a message for the user.

Every change of a setting goes through `Session.change`: it validates, keeps the old settings when the new ones
are impossible, and lets the training follow; the address bar then has the new link. Links, Back and Forward of the
browser go through `Session.show`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from cvxdnn.app.address import Linked, follow
from cvxdnn.app.process import runner
from cvxdnn.app.run import Run, own_run
from cvxdnn.app.table_rows import Rows, rows_of
from cvxdnn.app.text import plain
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.explore.axes import AXES, ENTRY, Axes, read_axes, write_axes
from cvxdnn.exhibits.explore.baseline import awaited_baseline, own_optimum
from cvxdnn.exhibits.explore.domain import contains, domain_of, is_too_large
from cvxdnn.exhibits.explore.fitting_loss import FittingLoss
from cvxdnn.exhibits.explore.training import own_training
from cvxdnn.tasks.comparison import Baseline
from cvxdnn.tasks.experiments import first_frame
from cvxdnn.tasks.link import Points, refusal
from cvxdnn.tasks.race import RaceFrame
from cvxdnn.tasks.scenario import NAMES, Scenario
from cvxdnn.tasks.seeds import SeedsFrame
from cvxdnn.tasks.sketch import Sketch
from cvxdnn.tasks.stream import Stream

KEY = "explore_session"
Place = Literal["page", "table", "own"]
"""Where a message stands: above everything, at the table of points, or where data are given."""


@dataclass(frozen=True)
class OwnData:
    """Where points of the user's own come from: the points, that in words, points kept back from training, and what x
    and y are."""

    points: Points
    words: str
    held_out: Points = ()
    axes: Axes = AXES


class Session:
    """Mutable state of the Explore page, one per browser tab.

    version : raised when Python, not the chart, replaces the points
    revision : raised by every change, so that each part of the page can tell whether it is up to date
    table_version, table_base, table_rows : the table's widget, the rows it started from, those it last held
    problem, problem_place : a message for the user, or "", and where it belongs
    visits : raised when another scenario takes the place of the present one, as by a step through the browser's history
    optimum : of the scenario, where it takes long: it comes later than the page
    domain : the part of the plane that the chart shows
    own : what the user brought, while the points are those
    axes : what x and y are; points that are moved stay what they are
    sketch, sketch_number : the function drawn over the points, and which edit of it that is; None where there is none
    sketch_version : raised when Python, not the chart, replaces it
    is_first_sight : whether it began with the network that everybody sees first, trained when the package was made
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.problem = ""
        self.problem_place: Place = "page"
        self.version = self.table_version = self.sketch_version = 1
        self.revision = 0
        self.table_base = self.table_rows = rows_of(scenario.points)
        self.visits = 0
        self.retrain = True
        self.sketch: Sketch | None = None
        self.sketch_number = 0
        self._own: OwnData | None = None
        self._preset = scenario.preset  # the last one that was shown, or ""
        self.axes = AXES
        self._lacks_room = False
        self._wish: bool | None = None
        self._show_all_points()
        self._fitting_loss = FittingLoss()
        self.optimum = own_optimum()
        self.run = own_training()
        self.race: Run[RaceFrame] = own_run("race", runner)
        self.seeds: Run[SeedsFrame] = own_run("seeds", runner)
        self.is_first_sight = not scenario.training_changes(Scenario())
        if self.is_first_sight:
            self.run.show(scenario, first_frame())
        else:
            self.run.restart(scenario)

    @property
    def runs(self) -> tuple[Run[Any], ...]:
        """All that is trained here."""
        return self.run, self.race, self.seeds

    @property
    def is_training(self) -> bool:
        """Whether any of it runs."""
        return any(run.is_running for run in self.runs)

    @property
    def stage(self) -> tuple[Any, ...]:
        """What chart and numbers show: where it has changed, both are drawn anew."""
        return self.revision, self._running, self.optimum.message

    @property
    def trained(self) -> tuple[Any, ...]:
        """Of what has been trained, what belongs to the present settings."""
        others = (run.frame is not None and run.subject == self.subject for run in (self.race, self.seeds))
        return self._running, self.run.shows(self.scenario), *others

    @property
    def _running(self) -> tuple[bool, ...]:
        return self.optimum.is_running, *(run.is_running for run in self.runs)

    @property
    def around(self) -> tuple[Any, ...]:
        """What the page shows outside its parts: the controls that others may change, and messages."""
        return self.scenario.loss, self.visits, self.problem, self.problem_place, self.run.message

    @property
    def subject(self) -> Scenario:
        """The scenario as far as training goes."""
        return self.scenario.replace(hidden=())

    def poll(self) -> None:
        """Take over what the session's jobs have reported, and make room on the chart for an optimum that has come."""
        for run in self.runs:
            run.poll()
        known = self.baseline  # asks for it, too
        if self._lacks_room and known.is_known:
            self.domain = domain_of(self.scenario, known)
            self._lacks_room = False

    def begin(self, run: Run[Any], task: Callable[[], Stream[Any]]) -> None:
        """Start a job other than training, which takes the session's turn: training pauses."""
        self.run.pause()
        run.start(task(), self.subject)

    @property
    def own(self) -> OwnData | None:
        """What the user brought, as long as no point of it has been changed."""
        return self._own if self._own is not None and self._own.points == self.scenario.points else None

    @property
    def own_words(self) -> str:
        """Where the points come from, if the user brought them."""
        return self.own.words if self.own else ""

    def bring(self, data: OwnData) -> bool:
        """Take these points instead; whether they could be taken."""
        before, self._own = self._own, data
        self.change(place="own", preset="", points=data.points)
        if self.own is None:
            self._own = before
        else:
            self.name(data.axes)
        return self.own is data

    def name(self, axes: Axes) -> None:
        """Say what x and y are."""
        self.revision += axes != self.axes
        self.axes = axes

    @property
    def baseline(self) -> Baseline:
        """Spline, optimum and certificate of the current scenario; the last two may still be to come."""
        return awaited_baseline(self.scenario, self.optimum)

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
            settings, notice = self._fitting_loss.completed(settings, self.scenario)
            if by_chart:  # an undo may lead back to the preset that was left
                settings = {"preset": self._preset, **settings}
            new = self.scenario.replace(**settings)
        except InvalidInputError as error:
            self.leave_unchanged(error, self.problem_place)
            return
        self._become(new, notice, by_chart, by_table)

    def show(self, scenario: Scenario) -> None:
        """Show another scenario, which a link or another page has led to."""
        self.visits += 1
        self.revision += 1
        if scenario.points != self.scenario.points:
            self.axes = AXES
        self.problem_place = "page"
        self._become(scenario, "")

    def fit(self, *, is_wanted: bool) -> None:
        """Have the chart fit the points when it is drawn next, after all that is told in one message.

        If it is not wanted, only where the points fill little of it, as when one far from the others has gone.
        """
        self.revision += 1
        self._wish = is_wanted

    def fit_now(self) -> None:
        """What `fit` has asked for."""
        wish, self._wish = self._wish, None
        if wish or (wish is not None and is_too_large(self.domain, self.scenario.points)):
            self._show_all_points()
            self.poll()

    def draw(self, sketch: Sketch | None, number: int) -> None:
        """Take over what was drawn in the chart, which nothing else shows."""
        self.sketch, self.sketch_number = sketch, number

    def show_sketch(self, sketch: Sketch | None) -> None:
        """Show another drawing, or none."""
        self.revision += 1
        self.sketch_version += 1
        self.sketch = sketch

    def _become(self, new: Scenario, notice: str, by_chart: bool = False, by_table: bool = False) -> None:
        old, self.scenario, self.problem = self.scenario, new, notice
        if new.preset:
            self.axes, self._preset = AXES, new.preset
        if new.points != old.points:
            self._points_changed(by_chart, by_table)
        elif new.loss_function.needs_labels and (new.loss, new.beta) != (old.loss, old.beta):
            self._show_all_points()
        self._train_after(old)

    def leave_unchanged(self, error: InvalidInputError, place: Place = "page") -> None:
        """Leave everything as it was, and say why."""
        self.revision += 1
        self.refuse(f"Nothing was changed: {plain(str(error))}.", place)

    def _points_changed(self, by_chart: bool, by_table: bool) -> None:
        if self.sketch is not None:
            self.show_sketch(None)  # it was drawn over other points
        if not by_chart:
            self.version += 1
        if not by_table:  # a table under somebody's fingers must not be replaced
            self.show_table(rows_of(self.scenario.points))
        if not by_chart or not contains(self.domain, self.scenario.points):
            self._show_all_points()

    def _show_all_points(self) -> None:
        """The optimum for labels need not stay between them; it gets the room it needs when it is there."""
        self.domain = domain_of(self.scenario)
        self._lacks_room = self.scenario.loss_function.needs_labels

    def _train_after(self, old: Scenario) -> None:
        """Networks follow a new weight decay from where they are; anything else starts them again."""
        new = self.scenario
        changes = new.training_changes(old)
        if not changes:
            return
        if changes == {"beta"}:
            if self.retrain or self.run.is_running:
                self.run.follow(new)
        elif self.retrain:
            self.run.restart(new)
        else:
            self.run.pause()


class _Link:
    """The scenario in the address bar, and what x and y are where points of the user's own say it."""

    names = (*NAMES, ENTRY)

    def texts(self) -> dict[str, str]:
        here = own_session()
        return here.scenario.texts | ({ENTRY: write_axes(here.axes)} if here.axes != AXES else {})

    def take(self, texts: dict[str, str]) -> str:
        scenario, problem = Scenario.from_texts(texts)
        if KEY not in st.session_state:
            st.session_state[KEY] = Session(scenario)
        elif scenario != own_session().scenario:
            own_session().show(scenario)
        try:
            own_session().name(read_axes(texts[ENTRY]) if ENTRY in texts and not scenario.preset else AXES)
        except InvalidInputError as error:
            own_session().name(AXES)
            problem = refusal(error, "It is shown without these names")
        return problem or ""


def session(*beside: Linked) -> Session:
    """This tab's session, on a page with a link of its scenario, and of what else the page has."""
    follow(_Link(), *beside)
    return own_session()


def own_session() -> Session:
    """This tab's session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Session(Scenario())
    current: Session = st.session_state[KEY]
    return current
