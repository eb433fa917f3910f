"""The training buttons and the progress line."""

import streamlit as st

from cvxdnn.exhibits.explore.session import Session

PREFIX = "explore_"


def player(session: Session) -> None:
    """Train or pause, stop; below them what the run is doing. Any moment of it is on the film under the chart."""
    run = session.run
    with st.container(horizontal=True, gap="xsmall", key=PREFIX + "buttons"):
        if run.is_running:
            st.button("Pause", icon=":material/pause:", key=PREFIX + "pause", type="primary", on_click=run.pause)
        else:
            st.button(
                "Train",
                icon=":material/play_arrow:",
                key=PREFIX + "play",
                type="primary",
                on_click=lambda: run.play(session.scenario),  # what it is then: a drag does not draw this button anew
            )
        st.button(
            "Stop",
            key=PREFIX + "stop",
            on_click=run.end,
            disabled=not run.is_running,
        )
    with st.container(key=PREFIX + "progress"):
        st.caption(progress(session))


def progress(session: Session) -> str:
    """What the run is doing, in one line."""
    run = session.run
    if run.standing:
        return run.standing
    if run.frame is None or not run.shows(session.scenario):
        return "starting a worker" if run.is_running else "not trained yet"
    frame = run.frame
    state = "training" if run.is_running else frame.status.message
    best = f"restart {frame.best + 1} of {frame.objectives.size} is best"
    advice = "" if run.is_running or frame.status.ok else frame.status.advice
    return " · ".join([state, f"step {frame.step:,}", best]) + (f". {advice}" if advice else "")
