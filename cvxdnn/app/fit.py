"""Fits on the theory pages: one run per page and browser session, its buttons, and charts that follow it.

    run = fit_run("rank_one")
    live(run, lambda: ...)              draws now, and ten times a second while networks train (`cvxdnn.app.page`)

Charts that change with every frame are Vega-Lite, updated in place: Streamlit mounts a Plotly chart anew whenever its
data change, which flickers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any, Generic, TypeVar

import pandas as pd
import streamlit as st

from cvxdnn.app.process import runner
from cvxdnn.app.run import Run, own_run
from cvxdnn.tasks.first_frames import first_frame_of
from cvxdnn.tasks.fits import FitFrame, FitView
from cvxdnn.tasks.stream import Frame, Stream
from cvxdnn.training.fitting import FitProblem

__all__ = ["FitRun", "StagedFit", "chart", "fit_buttons", "fit_run", "keep_training"]

FitRun = Run[FitFrame]
View = TypeVar("View")
Setting = TypeVar("Setting", bound=Hashable)

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


class StagedFit(Generic[Setting]):
    """The training of a page, which follows what is chosen there.

    Parameters
    ----------
    name : str
        Of the page; also of the training that comes with the package.
    setting : callable
        Gives what is chosen, hashable.
    problem, stream : callable
        Of a setting: what is trained, the same object each time, and the training with its film.
    first : the setting whose training comes with the package
    """

    def __init__(
        self,
        name: str,
        setting: Callable[[], Setting],
        problem: Callable[[Setting], FitProblem],
        stream: Callable[[Setting], Stream[FitView]],
        first: Setting,
    ) -> None:
        self.run = fit_run(name)
        self._setting, self._problem, self._stream, self._first = setting, problem, stream, first

    @property
    def problem(self) -> FitProblem:
        """Of the present setting."""
        return self._problem(self._setting())

    @property
    def frame(self) -> FitFrame | None:
        """The newest one of the present setting."""
        return self.run.frame_of(self.problem)

    def poll(self) -> None:
        """Take over what has been reported, and see to it that what is chosen is trained."""
        self.run.poll()
        now = self._setting()
        first = partial(first_frame_of, self.run.name) if now == self._first else None
        keep_training(self.run, self.problem, lambda: self._stream(now), first)

    def look(self) -> Hashable:
        """What parts of the page show that depend on the training."""
        is_running = self.run.is_running
        return self._setting(), is_running, self.run.number, None if is_running else self.run.frame

    def is_moving(self) -> bool:
        """Whether networks train."""
        return self.run.is_running

    def buttons(self) -> None:
        """See `fit_buttons`."""
        now = self._setting()
        fit_buttons(self.run, self.problem, lambda: self._stream(now))


def fit_buttons(run: FitRun, problem: FitProblem, task: Callable[[], Stream[FitView]]) -> None:
    """Train, pause, go on or start again, and one line that says what the run is doing.

    A run of another problem, left over from before the controls moved, is stopped.

    Parameters
    ----------
    task : callable
        Makes the training.
    """
    begin = partial(_begin, run, problem, task)
    if run.is_running and run.subject != problem:
        run.pause()
    frame = run.frame_of(problem)
    with st.container(horizontal=True, gap="xsmall", key=f"{run.name}_buttons"):
        if run.is_running:
            _button(run, "Pause", "pause", run.pause)
        elif frame is not None and not frame.done:
            _button(run, "Go on", "play_arrow", run.resume)
        else:
            _button(run, "Train" if frame is None else "Train again", "play_arrow", begin)
        if frame is not None and not frame.done:
            st.button("Start again", key=f"{run.name}_again", on_click=begin)
    with st.container(key=f"{run.name}_said"):
        st.caption((run.standing if run.subject == problem else "") or _progress(run, frame))
    if run.message:
        st.error(run.message)


def chart(vega: tuple[Mapping[str, Any], dict[str, Any]], *, key: str, alt: str) -> None:
    """Mount a chart of `cvxdnn.app.fit_charts`, updated in place when its columns change.

    Parameters
    ----------
    alt : str
        What it shows, for who does not see it. Numbers only of what has come to rest: another text mounts it anew.
    """
    columns, specification = vega
    st.vega_lite_chart(pd.DataFrame(columns), {"padding": EDGE, **specification}, key=key, alt=alt)


def _begin(run: FitRun, problem: FitProblem, task: Callable[[], Stream[FitView]]) -> None:
    run.start(task(), problem)


def _button(run: FitRun, label: str, icon: str, action: Callable[[], None]) -> None:
    # One key for what stands in one place: the button changes its face, not its identity.
    st.button(label, icon=f":material/{icon}:", key=f"{run.name}_train_{icon}", type="primary", on_click=action)


def _progress(run: FitRun, frame: FitFrame | None) -> str:
    if frame is None:
        return "starting" if run.is_running else "not trained yet"
    doing = "training" if run.is_running else frame.status.message if frame.done else "paused"
    return f"{doing} · step {frame.step:,} · restart {frame.best + 1} of {frame.objectives.size} is best"
