"""Fits on the theory pages: one run per page and browser session, its buttons, and charts that follow it.

    run = fit_run("rank_one")
    live_fit(run, lambda: ...)          draws now, and ten times a second while networks train

Charts that change with every frame are Vega-Lite, updated in place: Streamlit mounts a Plotly chart anew whenever its
data change, which flickers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from cvxdnn.app.job_run import PausableRun
from cvxdnn.app.page import live
from cvxdnn.app.process import runner
from cvxdnn.app.tab import tab
from cvxdnn.jobs import Runner
from cvxdnn.tasks.fits import FitFrame, FitView, Measure, fit_stream
from cvxdnn.tasks.stream import Stream
from cvxdnn.training.fitting import FitProblem

__all__ = ["FitRun", "chart", "fit_buttons", "fit_run", "live_fit"]

EDGE = {"left": 2, "top": 5, "right": 14, "bottom": 5}
"""Pixels around a chart, so that the label of its last tick is not cut."""


class FitRun(PausableRun[FitView]):
    """One fit in one browser session; `problem` is what its frame belongs to."""

    def __init__(self, name: str, runner: Callable[[], Runner], owner: str) -> None:
        super().__init__(runner, owner)
        self.name = name
        self.problem: FitProblem | None = None
        self._measure: Measure | None = None

    def shows(self, problem: FitProblem) -> bool:
        """Whether the run is one of this problem."""
        return self.problem is not None and self.problem.same_as(problem)

    def frame_of(self, problem: FitProblem) -> FitFrame | None:
        """The newest frame, if it belongs to this problem."""
        return self.frame if self.shows(problem) else None

    def begin(self, problem: FitProblem, measure: Measure | None = None) -> None:
        """Fit from the first weights of the problem's seed; `measure` is followed over the steps."""
        self.frame, self.problem, self._measure = None, problem, measure
        self._submit_fit(fit_stream(problem, measure))

    def resume(self) -> None:
        """Go on where the fit was paused; without such a place, start again."""
        if self.problem is None or self.is_running:
            return
        frame = self.frame
        if frame is None or frame.state is None:
            self.begin(self.problem, self._measure)
        else:
            self._submit_fit(fit_stream(self.problem, self._measure).after(frame))

    def _submit_fit(self, task: Stream[FitView]) -> None:
        self._submit(task, f"fit {self.name}")


def fit_run(name: str) -> FitRun:
    """This browser session's run called `name`."""
    key, here = f"{name}_fit", tab()
    if key not in st.session_state:
        st.session_state[key] = FitRun(name, runner, here.owner)
    run: FitRun = st.session_state[key]
    here.ends[key] = run.leave
    return run


def live_fit(run: FitRun, content: Callable[[], None]) -> None:
    """Draw `content` now and, while the run goes on, ten times a second; the whole page again when it ends."""
    run.poll()
    drawn_running = run.is_running

    def refreshed() -> None:
        run.poll()
        if run.is_running != drawn_running:
            st.rerun()
        content()

    live(refreshed, active=drawn_running)


def fit_buttons(run: FitRun, problem: FitProblem, measure: Measure | None = None) -> None:
    """Train, pause, go on or start again, and one line that says what the run is doing.

    A run of another problem, left over from before the controls moved, is stopped.
    """
    if run.is_running and not run.shows(problem):
        run.pause()
    frame = run.frame_of(problem)
    with st.container(horizontal=True, gap="xsmall", key=f"{run.name}_buttons"):
        if run.is_running:
            _button(run, "Pause", "pause", run.pause)
        elif frame is not None and not frame.done:
            _button(run, "Go on", "play_arrow", run.resume)
        else:
            _button(run, "Train" if frame is None else "Train again", "play_arrow", run.begin, problem, measure)
        if frame is not None and not frame.done:
            st.button("Start again", key=f"{run.name}_again", on_click=run.begin, args=(problem, measure))
    with st.container(key=f"{run.name}_said"):
        st.caption((run.standing if run.shows(problem) else "") or _progress(run, frame))
    if run.message:
        st.error(run.message)


def chart(vega: tuple[Mapping[str, Any], dict[str, Any]], *, key: str) -> None:
    """Mount a chart of `cvxdnn.app.fit_charts`, updated in place when its columns change."""
    columns, specification = vega
    st.vega_lite_chart(pd.DataFrame(columns), {"padding": EDGE, **specification}, key=key)


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
