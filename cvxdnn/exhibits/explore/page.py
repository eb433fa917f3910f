"""Explore: drag points, watch networks train on them, and see how far they are from the certified optimum."""

import streamlit as st

from cvxdnn.app.background import LOOK_SECONDS
from cvxdnn.app.page import heading, wide_and_narrow
from cvxdnn.app.parts import Parts
from cvxdnn.app.take_home import take_home
from cvxdnn.app.view import group
from cvxdnn.exhibits.explore.chart import explore_chart
from cvxdnn.exhibits.explore.controls import data_controls, model_controls, network_controls
from cvxdnn.exhibits.explore.details import are_open, details
from cvxdnn.exhibits.explore.drawing import DrawingLink
from cvxdnn.exhibits.explore.player import player, progress
from cvxdnn.exhibits.explore.points_table import points_table, shown_points
from cvxdnn.exhibits.explore.readout import readout
from cvxdnn.exhibits.explore.session import session
from cvxdnn.exhibits.explore.take_home import files

SLOWER = 1.0  # seconds between two looks at what trains; the browser follows the network itself (`cvxdnn.app.films`)


def page() -> None:
    """The page from top to bottom."""
    here = session(DrawingLink())

    menu = heading(
        "Watch a network become a spline.",
        "Drag a point: the best network, a linear spline, follows with its proof.",
    )
    take_home(menu, "explore", lambda: files(here))
    with st.container():  # always there, so that a message moves nothing and remounts nothing
        if here.problem and here.problem_place == "page":
            st.warning(here.problem)
        if here.run.message:
            st.error(here.run.message)

    with st.container(key="explore"):
        chart, panel = wide_and_narrow()

    here.poll()
    parts = Parts(here.poll, lambda: here.around)

    def is_moving() -> bool:
        return here.run.is_running or here.optimum.is_running

    def every(seconds: float) -> float:
        """Between two looks at what moves: networks that train, or else an optimum that is to come."""
        return seconds if here.run.is_running else LOOK_SECONDS

    def show_player() -> None:
        with group("train", border=True):
            player(here)

    def show_stage() -> None:
        explore_chart(here)
        with numbers:
            readout(here)

    with panel:
        parts.draw(
            "explore_player",
            show_player,
            shows=lambda: (here.run.is_running, progress(here)),
            moves=lambda: here.run.is_running,
            every=lambda: SLOWER,
        )
        settings = st.container(border=True, key="explore_settings")
        numbers = group("numbers", border=True)
    with chart:
        # Chart and numbers change together: one part costs a run of Streamlit less after each drag.
        parts.draw("explore_chart", show_stage, shows=lambda: here.stage, moves=is_moving, every=lambda: every(SLOWER))
        with st.container(key="explore_later"):
            parts.draw("explore_points", lambda: points_table(here), shows=lambda: shown_points(here))
            parts.draw(
                "explore_closer",
                lambda: details(here),
                shows=lambda: are_open() and here.trained,
                moves=lambda: are_open() and here.is_training,
                every=lambda: SLOWER,
            )
    with settings:
        with group("data"):
            parts.draw(
                "explore_data", lambda: data_controls(here), shows=lambda: (here.scenario.preset, here.own_words)
            )
        with group("depth"):
            model_controls(here)
        with group("network"), st.expander("Network and training"):
            network_controls(here)
