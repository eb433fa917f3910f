"""Explore: drag points, watch networks train on them, and see how far they are from the certified optimum."""

import streamlit as st

from cvxdnn.app.background import LOOK_SECONDS
from cvxdnn.app.page import LIVE_SECONDS, heading, repeated, wide_and_narrow
from cvxdnn.exhibits.explore.chart import explore_chart
from cvxdnn.exhibits.explore.controls import data_controls, model_controls, network_controls
from cvxdnn.exhibits.explore.neurons import closer_look
from cvxdnn.exhibits.explore.player import player
from cvxdnn.exhibits.explore.points_table import points_table
from cvxdnn.exhibits.explore.readout import readout
from cvxdnn.exhibits.explore.session import session

SLOWER = 0.4  # seconds between two looks at numbers and small charts, which nobody reads ten times a second


def page() -> None:
    """The page from top to bottom."""
    here = session()

    heading(
        "Drag a point. Watch a neural network become a spline.",
        "Weight decay keeps a deep ReLU network as straight as your points allow. "
        "Below the chart: the proof of how close it is to the best one.",
    )
    with st.container():  # always there, so that a message moves nothing and remounts nothing
        if here.problem and here.problem_place == "page":
            st.warning(here.problem)
        if here.run.message:
            st.error(here.run.message)

    with st.container(key="explore"):
        chart, panel = wide_and_narrow()

    here.poll()
    drawn = here.stage
    is_moving = here.run.is_running or here.optimum.is_running

    def up_to_date() -> None:
        """Draw the whole page again when an edit, the end of a run or an optimum changed more than one part of it."""
        here.poll()
        if here.stage != drawn:
            st.rerun()

    def every(seconds: float) -> float:
        """Between two looks at what moves: networks that train, or else an optimum that is to come."""
        return seconds if here.run.is_running else LOOK_SECONDS

    def show_chart() -> None:
        here.poll()
        explore_chart(here)  # first, so that the optimum follows a drag without waiting for the rest of the page
        up_to_date()

    def show_numbers() -> None:
        up_to_date()
        with st.container(border=True):
            readout(here)
        with st.container(border=True):
            player(here)

    def look_closer() -> None:
        up_to_date()
        with st.container(border=True):
            closer_look(here)

    with chart:
        repeated(show_chart, active=is_moving, every=every(LIVE_SECONDS))
        with st.container(key="explore_later"):
            points_table(here)
            repeated(look_closer, active=here.is_busy, every=SLOWER)
    with panel:
        repeated(show_numbers, active=is_moving, every=every(SLOWER))
        with st.container(border=True):
            data_controls(here)
            model_controls(here)
            with st.expander("Network and training"):
                network_controls(here)
