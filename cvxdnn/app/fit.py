"""Fits on the theory pages: one run per page and browser session, its buttons, and charts that follow it.

    run = fit_run("rank_one")
    live(run, lambda: ...)              draws now, and ten times a second while networks train (`cvxdnn.app.page`)

Charts that change with every frame are Vega-Lite, updated in place: Streamlit mounts a Plotly chart anew whenever its
data change, which flickers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from cvxdnn.app.process import runner
from cvxdnn.app.run import Run, own_run
from cvxdnn.tasks.fits import FitFrame, Measure, fit_stream
from cvxdnn.tasks.stream import Frame, Stream
from cvxdnn.training.fitting import FitProblem

__all__ = ["FitRun", "chart", "fit_buttons", "fit_run", "keep_training"]

FitRun = Run[FitFrame]
View = TypeVar("View")

EDGE = {"left": 2, "top": 5, "right": 14, "bottom": 5}
"""Pixels around a chart, so that the label of its last tick is not cut."""


def fit_run(name: str) -> FitRun:
    """This browser tab's fit called `name`."""
    return own_run(name, runner)


def keep_training(
    run: Run[Frame[View]],
    subject: object,
    task: Callable[[], Stream[View]],
    first: Callable[[], Frame[View]] | None = None,
) -> None:
    """Have the run be about this subject, if it is not yet: a training begins by itself.

    Parameters
    ----------
    subject : object
        What the training depends on, such as a `FitProblem`.
    task : callable
        Makes it.
    first : callable, optional
        Gives the last frame of a training that comes with the package, which is shown in its place.
    """
    if run.subject == subject:
        return
    if first is None:
        run.start(task(), subject)
    else:
        run.present(first(), subject)


def fit_buttons(run: FitRun, problem: FitProblem, measure: Measure | None = None) -> None:
    """Train, pause, go on or start again, and one line that says what the run is doing.

    A run of another problem, left over from before the controls moved, is stopped.
    """
    if run.is_running and run.subject != problem:
        run.pause()
    frame = run.frame_of(problem)
    with st.container(horizontal=True, gap="xsmall", key=f"{run.name}_buttons"):
        if run.is_running:
            _button(run, "Pause", "pause", run.pause)
        elif frame is not None and not frame.done:
            _button(run, "Go on", "play_arrow", run.resume)
        else:
            _button(run, "Train" if frame is None else "Train again", "play_arrow", _begin, run, problem, measure)
        if frame is not None and not frame.done:
            st.button("Start again", key=f"{run.name}_again", on_click=_begin, args=(run, problem, measure))
    with st.container(key=f"{run.name}_said"):
        st.caption((run.standing if run.subject == problem else "") or _progress(run, frame))
    if run.message:
        st.error(run.message)


def chart(vega: tuple[Mapping[str, Any], dict[str, Any]], *, key: str) -> None:
    """Mount a chart of `cvxdnn.app.fit_charts`, updated in place when its columns change."""
    columns, specification = vega
    st.vega_lite_chart(pd.DataFrame(columns), {"padding": EDGE, **specification}, key=key)


def _begin(run: FitRun, problem: FitProblem, measure: Measure | None) -> None:
    run.start(fit_stream(problem, measure), problem)


def _button(run: FitRun, label: str, icon: str, action: Callable[..., None], *args: Any) -> None:
    # One key for what stands in one place: the button changes its face, not its identity.
    st.button(
        label, icon=f":material/{icon}:", key=f"{run.name}_train_{icon}", type="primary", on_click=action, args=args
    )


def _progress(run: FitRun, frame: FitFrame | None) -> str:
    if frame is None:
        return "starting" if run.is_running else "not trained yet"
    doing = "training" if run.is_running else frame.status.message if frame.done else "paused"
    return f"{doing} · step {frame.step:,} · restart {frame.best + 1} of {frame.objectives.size} is best"
