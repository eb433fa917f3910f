"""Explore: drag points, watch networks train on them, and see how far they are from the certified optimum."""

import streamlit as st

from cvxdnn.app.background import LOOK_SECONDS
from cvxdnn.app.page import LIVE_SECONDS, heading, live, wide_and_narrow
from cvxdnn.exhibits.explore.chart import explore_chart
from cvxdnn.exhibits.explore.controls import data_controls, model_controls, network_controls
from cvxdnn.exhibits.explore.details import details
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
    moved_by = here.run, here.optimum

    def every(seconds: float) -> float:
        """Between two looks at what moves: networks that train, or else an optimum that is to come."""
        return seconds if here.run.is_running else LOOK_SECONDS

    def show_chart() -> None:
        explore_chart(here)

    def show_numbers() -> None:
        with st.container(border=True):
            readout(here)
        with st.container(border=True):
            player(here)

    def show_details() -> None:
        with st.container(border=True):
            details(here)

    with chart:
        live(here, show_chart, every=every(LIVE_SECONDS), moved_by=moved_by, at_once=True)
        with st.container(key="explore_later"):
            points_table(here)
            live(here, show_details, every=SLOWER, moved_by=here.runs)
    with panel:
        live(here, show_numbers, every=every(SLOWER), moved_by=moved_by)
        with st.container(border=True):
            data_controls(here)
            model_controls(here)
            with st.expander("Network and training"):
                network_controls(here)
