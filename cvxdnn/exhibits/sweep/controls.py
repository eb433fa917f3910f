"""The Sweep lab's widgets: the lists of the grid, and the buttons that make its runs."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from cvxdnn.core.datasets import PRESETS
from cvxdnn.exhibits.explore.controls import BIASES
from cvxdnn.exhibits.explore.controls import OPTIMIZERS as OPTIMIZER_LABELS
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.exhibits.sweep.lab import PREFIX, Lab
from cvxdnn.tasks.scenario import LIMITS, OPTIMIZERS, Scenario
from cvxdnn.tasks.sweep import OWN_POINTS, Grid, Progress

BETAS = tuple(float(f"{digit}e{power}") for power in range(-6, 0) for digit in (1, 3))
WIDTHS = (2, 5, 10, 20, 50, 100, 200)
MOST_SEEDS = 50
FIRST = Grid()
"""What the controls show first."""
STEPS = (500, 1_000, 2_000, 5_000, 10_000, 20_000)


def grid_controls(here: Lab, session: Session) -> None:
    """The lists of the grid; locked while its runs are being made."""
    locked = here.is_running
    lists = {
        "datasets": _datasets(session, locked),
        "betas": _choices("betas", "Weight decay β", BETAS, FIRST.betas, locked, "{:g}".format),
        "widths": _choices("widths", "Width (neurons)", _within(WIDTHS, "width"), FIRST.widths, locked),
        "depths": _choices("depths", "Depth (weight layers)", _depths(), FIRST.depths, locked),
        "seeds": _seeds(locked),
    }
    with st.expander("Optimiser and training"):
        names = OPTIMIZER_LABELS.__getitem__
        lists["optimizers"] = _choices("optimizers", "Optimiser", OPTIMIZERS, FIRST.optimizers, locked, names)
        base, max_steps = _training(session, locked)
    if not locked:
        here.show(lists, base, max_steps)


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


def _datasets(session: Session, locked: bool) -> tuple[str, ...]:
    scenario = session.scenario
    chosen: list[str] = st.multiselect(
        "Data sets",
        [OWN_POINTS, *PRESETS],
        default=[scenario.preset or OWN_POINTS],
        key=PREFIX + "datasets",
        disabled=locked,
        persist_state="session",
        help="“your points” are those on the Explore page.",
    )
    return tuple(chosen)


def _choices(
    name: str,
    label: str,
    options: tuple[Any, ...],
    default: Sequence[Any],
    locked: bool,
    text: Callable[[Any], str] = str,
) -> tuple[Any, ...]:
    chosen = st.pills(
        label,
        options,
        selection_mode="multi",
        default=[value for value in default if value in options],
        format_func=text,
        key=PREFIX + name,
        disabled=locked,
        persist_state="session",
    )
    return tuple(chosen)


def _within(values: tuple[int, ...], name: str) -> tuple[int, ...]:
    low, high = LIMITS[name]
    return tuple(value for value in values if low <= value <= high)


def _depths() -> tuple[int, ...]:
    low, high = LIMITS["depth"]
    return tuple(range(low, high + 1))


def _seeds(locked: bool) -> tuple[int, ...]:
    count = st.slider(
        "Seeds",
        1,
        MOST_SEEDS,
        len(FIRST.seeds),
        key=PREFIX + "seeds",
        disabled=locked,
        persist_state="session",
        help="How many different first weights each setting is tried with.",
    )
    return tuple(range(count))


def _training(session: Session, locked: bool) -> tuple[Scenario, int]:
    restarts = st.slider(
        "Restarts",
        *LIMITS["restarts"],
        1,
        key=PREFIX + "restarts",
        disabled=locked,
        persist_state="session",
        help="Networks that are trained in one run; the best one counts.",
    )
    biases: Any = st.selectbox(
        "Biases",
        list(BIASES),
        format_func=BIASES.__getitem__,
        key=PREFIX + "biases",
        disabled=locked,
        persist_state="session",
        help="The deep theorem is about biases in the last hidden layer only.",
    )
    max_steps = st.select_slider(
        "Optimiser steps at most",
        STEPS,
        STEPS[-1],
        format_func="{:,}".format,
        key=PREFIX + "steps",
        disabled=locked,
        persist_state="session",
    )
    scenario = session.scenario
    return Scenario(preset="", points=scenario.points, loss=scenario.loss, restarts=restarts, biases=biases), max_steps


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
