"""The Sweep lab's widgets: the lists of the grid, and the buttons that make its runs."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cvxdnn.app.glossary import meaning
from cvxdnn.exhibits.explore.controls import BIASES, OPTIMIZERS
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.exhibits.sweep.choices import SETTINGS
from cvxdnn.exhibits.sweep.lab import PREFIX, Lab
from cvxdnn.tasks.scenario import Scenario
from cvxdnn.tasks.sweep import AXES, Progress


def grid_controls(here: Lab, session: Session) -> None:
    """The lists of the grid; locked while its runs are being made."""
    locked = here.is_running
    st.multiselect(
        "Data sets",
        SETTINGS.values("datasets"),
        disabled=locked,
        help="“your points” are those on the Explore page.",
        **SETTINGS.shown("datasets", first="default"),
    )
    _choices("betas", "Weight decay β", locked, "{:g}".format, help=meaning("weight decay"))
    _choices("widths", "Width (neurons)", locked, help=meaning("width"))
    _choices("depths", "Depth (weight layers)", locked, help=meaning("depth"))
    SETTINGS.slider(
        "seeds", "Seeds", disabled=locked, help="How many different first weights each setting is tried with."
    )
    with st.expander("Optimiser and training"):
        _choices("optimizers", "Optimiser", locked, OPTIMIZERS.__getitem__)
        _training(locked)
    if not locked:
        lists = {name: SETTINGS[name] for name in AXES} | {"seeds": tuple(range(SETTINGS["seeds"]))}
        here.show(lists, _base(session.scenario), SETTINGS["steps"])


def run_controls(here: Lab) -> None:
    """Run, go on or stop; below, how far it is."""
    if here.sweep is None:
        st.info(here.problem)
        return
    progress = here.sweep.progress
    if progress.is_running:
        st.button("Stop", icon=":material/stop:", key=PREFIX + "stop", on_click=here.stop, width="stretch")
    elif progress.done < progress.total:
        st.button(
            _start_label(progress),
            icon=":material/play_arrow:",
            key=PREFIX + "start",
            type="primary",
            on_click=here.start,
            width="stretch",
        )
    st.progress(progress.done / progress.total, text=_progress_text(progress))
    if here.has_sample:
        st.caption("Runs of the first grid came with the app. Change the grid: it keeps the runs that both have.")
    if progress.message:
        st.warning(progress.message)


def _choices(name: str, label: str, locked: bool, text: Callable[[Any], str] = str, *, help: str | None = None) -> None:
    st.pills(
        label,
        SETTINGS.values(name),
        selection_mode="multi",
        format_func=text,
        disabled=locked,
        help=help,
        **SETTINGS.shown(name, first="default"),
    )


def _training(locked: bool) -> None:
    SETTINGS.slider(
        "run_restarts",
        "Restarts",
        disabled=locked,
        help=f"{meaning('restart')} The best one counts.",
    )
    SETTINGS.select(
        "run_biases",
        "Biases",
        BIASES.__getitem__,
        disabled=locked,
        help="The deep theorem is about biases in the last hidden layer only.",
    )
    st.select_slider(
        "Optimiser steps at most",
        SETTINGS.values("steps"),
        format_func="{:,}".format,
        disabled=locked,
        **SETTINGS.shown("steps"),
    )


def _base(scenario: Scenario) -> Scenario:
    """What the runs have in common."""
    restarts, biases = SETTINGS["run_restarts"], SETTINGS["run_biases"]
    return Scenario(preset="", points=scenario.points, loss=scenario.loss, restarts=restarts, biases=biases)


def _start_label(progress: Progress) -> str:
    if progress.done == 0:
        return f"Run {progress.total:,} trainings"
    return f"Go on: {progress.total - progress.done:,} left"


def _progress_text(progress: Progress) -> str:
    parts = [f"{progress.done:,} of {progress.total:,} runs done"]
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if progress.seconds_left is not None:
        parts.append(f"{_duration(progress.seconds_left)} left")
    elif progress.is_running:
        parts.append("starting")
    return " · ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"
