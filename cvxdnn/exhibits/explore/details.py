"""Details below the chart of the Explore page: restarts, a race of optimisers, many seeds.

Of three views one is drawn, live while something runs. Race and seeds are jobs of their own: they take the session's
one turn, so that they stop its training, and a new training stops them.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from cvxdnn.app.plot import plot
from cvxdnn.app.prose import note
from cvxdnn.app.run import Run
from cvxdnn.exhibits.explore.controls import OPTIMIZERS as LABELS
from cvxdnn.exhibits.explore.details_charts import gaps_plot, race_plot, restarts_plot
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.tasks.race import Race
from cvxdnn.tasks.scenario import OPTIMIZERS
from cvxdnn.tasks.seeds import Seeds
from cvxdnn.tasks.stream import Stream

Frame = TypeVar("Frame")

PREFIX = "explore_details_"
OPEN = PREFIX + "open"


def are_open() -> bool:
    """Whether somebody looks at them: else nothing of them is drawn."""
    return bool(st.session_state.get(OPEN))


def details(session: Session) -> None:
    """The chosen view, with one sentence that says what to look at."""
    with st.expander("Look closer: restarts, optimisers, seeds", key=OPEN, on_change="rerun") as closer:
        if closer.open:
            _chosen_view(session)


def _chosen_view(session: Session) -> None:
    views: dict[str, Callable[[Session], None]] = {
        "Restarts": _restarts,
        "Race": _race,
        "Seeds": _seeds,
    }
    chosen = st.segmented_control(
        "View", list(views), default="Restarts", key=PREFIX + "view", label_visibility="collapsed", required=True
    )
    views[chosen](session)


def _restarts(session: Session) -> None:
    run, bound = session.run, _bound(session)
    if run.frame is None or not run.frame.history.size or not run.shows(session.scenario):
        note("Train networks to compare their restarts.")
        return
    floor = "" if bound is None else " The blue line is the certified optimum: the distance to it is the gap."
    note("The objective of every restart, measured, on a logarithmic axis." + floor)
    ends = run.frame.objectives
    told = "The objective of every restart over the steps" + (
        ", while they train."
        if run.is_running
        else f": {ends.size} restarts end between {ends.min():.4g} and {ends.max():.4g}"
        + ("." if bound is None else f"; the certified optimum is {bound:.4g}.")
    )
    plot(restarts_plot(run.frame.history, bound, told), key=PREFIX + "restarts")


def _race(session: Session) -> None:
    race = session.race
    _start_button(session, race, "Start the race", lambda: Stream(Race.of(session.scenario)))
    note(
        "All start from the same weights (insertion from a constant) and share the computer evenly. Measured: the gap "
        "of the best restart over the seconds each has used."
    )
    frame = _frame_of(race, session)
    if frame is None or not any(len(run.history) for run in frame.view):
        return
    histories = {LABELS[run.optimizer]: run.history for run in frame.view}
    best = min(run.history[:, 2].min(initial=np.inf) for run in frame.view)
    bound = _bound(session) or best
    ends = {label: history[-1, 2] / bound - 1 for label, history in histories.items() if len(history)}
    told = "The gap to the optimum over the seconds of computing, a line for each optimiser" + (
        ", while they race."
        if race.is_running
        else ": " + ", ".join(f"{label} ends at {100 * gap:.2g} %" for label, gap in ends.items()) + "."
    )
    labels = [LABELS[name] for name in OPTIMIZERS]
    plot(race_plot(histories, labels, bound, told), key=PREFIX + "race")
    st.caption(" · ".join(f"{LABELS[run.optimizer]}: {run.status.message}" for run in frame.view))


def _seeds(session: Session) -> None:
    seeds = session.seeds
    _start_button(session, seeds, "Train 64 networks", lambda: Stream(Seeds(session.scenario)))
    note(
        "One network per seed, trained to its end. Measured: how far above the optimum each one stops, counted by "
        "powers of ten; the outermost bars hold all that is beyond."
    )
    frame = _frame_of(seeds, session)
    if frame is None:
        return
    finals = frame.view.objectives
    if finals.size:
        bound = _bound(session) or finals.min()
        gaps = finals / bound - 1
        told = "How many networks end within each power of ten of the optimum" + (
            ", while they train."
            if seeds.is_running
            else f": of {gaps.size}, half end above it by {100 * np.median(gaps):.2g} % at most, the worst by "
            f"{100 * gaps.max():.2g} %."
        )
        plot(gaps_plot(gaps, told), key=PREFIX + "seeds")
    if not frame.done:
        st.caption(f"{finals.size} of {frame.view.total} trained")


def _start_button(session: Session, run: Run[Any], label: str, task: Callable[[], Stream[Any]]) -> None:
    if run.is_running:
        st.button("Stop", icon=":material/stop:", key=PREFIX + "stop", on_click=run.stop)
    else:
        st.button(label, icon=":material/play_arrow:", key=PREFIX + "start", on_click=session.begin, args=(run, task))
    if run.standing:
        st.caption(run.standing)
    if run.message:
        st.error(run.message)


def _frame_of(run: Run[Frame], session: Session) -> Frame | None:
    """The newest report, if it is about the present settings."""
    frame = run.frame_of(session.subject)
    if run.frame is not frame:
        st.caption("The settings have changed since; start again.")
    return frame


def _bound(session: Session) -> float | None:
    """The proven lower bound of the objective, where there is one and it is not zero."""
    return session.baseline.lower_bound or None
