"""Sweep lab: hundreds of trainings over a grid of settings, and which of them reach the certified optimum."""

import streamlit as st

from cvxdnn.app.main import PAGES
from cvxdnn.app.page import heading, live, wide_and_narrow
from cvxdnn.app.prose import note, prose
from cvxdnn.app.take_home import take_home
from cvxdnn.exhibits.explore.session import session
from cvxdnn.exhibits.sweep.choices import SETTINGS
from cvxdnn.exhibits.sweep.controls import grid_controls, run_controls
from cvxdnn.exhibits.sweep.lab import LIVE_SECONDS, lab
from cvxdnn.exhibits.sweep.results import map_of, table_of
from cvxdnn.exhibits.sweep.take_home import files
from cvxdnn.tasks.scenario import Scenario

OPENED = "sweep_opened"
THEOREM = (
    r"**Theorem.** With free biases in the last hidden layer only, and at least $n+1$ neurons there for $n$ "
    r"points, training has the same optimum as a convex problem, followed by a search along one curve when "
    r"there are more than two weight layers. Both are solved here, with a proven bound."
)


def page() -> None:
    """The page from top to bottom."""
    here, tab = session(SETTINGS), lab()

    menu = heading(
        "Wide networks reach the optimum more often than narrow ones.",
        "Each cell is a setting, trained from several different first weights. The fuller its colour, the more of "
        "those trainings reach the best network there is. Press a cell to watch one of them.",
    )

    picture, panel = wide_and_narrow()

    with panel, st.container(border=True):
        runs = st.container()
        grid_controls(tab, here)
    with runs:
        live(tab, lambda: run_controls(tab), every=LIVE_SECONDS)

    def visit(run: Scenario) -> None:
        here.show(run)
        st.session_state[OPENED] = True

    def show_map() -> None:
        if tab.sweep is not None:
            map_of(tab.sweep, visit)
        if st.session_state.pop(OPENED, False):
            st.switch_page(PAGES / "explore.py")

    def show_table() -> None:
        if tab.sweep is not None:
            table_of(tab.sweep)

    take_home(menu, "sweep", lambda: files(tab.sweep, here))

    with picture:
        live(tab, show_map, every=LIVE_SECONDS)

    with picture, st.container(border=True):
        prose("**Run by run.** The gap is a share of the certified bound.")
        live(tab, show_table, every=LIVE_SECONDS)

    with panel, st.container(border=True):
        prose(THEOREM)
        prose(
            r"A run *reaches* the optimum when its objective is at most $0.1\,\%$ above that bound. Networks with "
            r"fewer neurons may be unable to; wider ones can still get stuck, because training itself is not convex."
        )
        note(
            "Certified: optimum and gap. Measured: objective, knots, steps, seconds. β and objectives are in "
            "normalised units. Where no bound is known the gap is empty."
        )
