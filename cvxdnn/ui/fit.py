"""Fits on the theory pages: one run per page and browser session, its buttons, and charts that follow it.

    run = fit_run("rank_one")
    live_fit(run, lambda: ...)          draws now, and ten times a second while networks train

Charts that change with every frame are Vega-Lite, updated in place: Streamlit mounts a Plotly chart anew whenever its
data change, which flickers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pandas as pd
import streamlit as st

from cvxdnn.exceptions import JobCancelledError, LimitExceededError
from cvxdnn.fits import FitFrame, FitTask, Measure
from cvxdnn.jobs import Job, JobState, Runner
from cvxdnn.limits import host_limits
from cvxdnn.networks.fitting import FitProblem
from cvxdnn.ui.kept import kept_runs
from cvxdnn.ui.page import live
from cvxdnn.ui.process import runner
from cvxdnn.ui.training import FORGOTTEN
from cvxdnn.ui.turn import turn

__all__ = ["FitRun", "chart", "fit_buttons", "fit_run", "live_fit"]

EDGE = {"left": 2, "top": 5, "right": 14, "bottom": 5}
"""Pixels around a chart, so that the label of its last tick is not cut."""
PAUSE_SECONDS = 2.0
"""How long pausing waits for the worker to hand over its state; it looks many times a second."""


class FitRun:
    """One fit in one browser session.

    frame : the newest frame, None before the first;  problem : what it belongs to
    message : why the last job ended unexpectedly, for the user; "" otherwise
    """

    def __init__(self, name: str, runner: Callable[[], Runner], owner: str) -> None:
        self.name = name
        self.frame: FitFrame | None = None
        self.problem: FitProblem | None = None
        self.message = ""
        self._measure: Measure | None = None
        self._runner, self._owner = runner, owner
        self._job: Job | None = None
        self._seen = 0

    @property
    def is_running(self) -> bool:
        """Whether a job is queued or running."""
        return self._job is not None

    @property
    def queue_position(self) -> int | None:
        """Jobs ahead of this one while it waits for a worker, else None."""
        waiting = self._job is not None and self._job.state is JobState.QUEUED
        return self._job.queue_position if self._job is not None and waiting else None

    def shows(self, problem: FitProblem) -> bool:
        """Whether the run is one of this problem."""
        return self.problem is not None and self.problem.same_as(problem)

    def frame_of(self, problem: FitProblem) -> FitFrame | None:
        """The newest frame, if it belongs to this problem."""
        return self.frame if self.shows(problem) else None

    def start(self, problem: FitProblem, measure: Measure | None = None) -> None:
        """Fit from the first weights of the problem's seed; `measure` is followed over the steps."""
        self.frame, self.problem, self._measure = None, problem, measure
        self._submit(FitTask(problem, measure))

    def resume(self) -> None:
        """Go on where the fit was paused; without such a place, start again."""
        if self.problem is None or self.is_running:
            return
        frame = self.frame
        if frame is None or frame.state is None:
            self.start(self.problem, self._measure)
        else:
            self._submit(FitTask(self.problem, self._measure, frame.state, frame.history, frame.traces))

    def pause(self) -> None:
        """Stop the job and keep its state."""
        job = self._job
        if job is None:
            return
        job.stop()
        try:
            with turn.given_up():
                job.result(timeout=PAUSE_SECONDS)
        except (JobCancelledError, TimeoutError):
            pass
        except Exception as error:  # the job's own failure, which _look_at turns into a message
            self.message = str(error)
        self._look_at(job)
        self._job = None

    def leave(self) -> None:
        """The browser is gone, perhaps for a moment."""
        if self._job is not None:
            self._job.leave()

    def poll(self) -> None:
        """Take over what the job has reported since the last look."""
        job = self._job
        if job is None:
            return
        job.touch()
        if self._look_at(job).finished:
            self._job = None

    def forget_state(self) -> None:
        """Lose the place to go on from; see `cvxdnn.ui.kept`."""
        if self.frame is not None and self.frame.state is not None:
            self.frame = replace(self.frame, state=None)
            self.message = FORGOTTEN.format(megabytes=host_limits().kept_megabytes)

    def _look_at(self, job: Job) -> JobState:
        """Take over a job's newest frame, and what it says if it ended unexpectedly."""
        state = job.state  # before the frames: when it has ended, all of them are there
        if job.frames > self._seen:
            self._seen, self.frame = job.frames, job.progress
        if state.finished and self.frame is not None and self.frame.state is not None:
            kept_runs.keep(self, len(self.frame.state))
        if state in (JobState.FAILED, JobState.LOST, JobState.LIMITED):
            self.message = job.error or ""
        return state

    def _submit(self, task: FitTask) -> None:
        self.message, self._seen = "", 0
        try:
            self._job = self._runner().submit(task, owner=self._owner, label=f"fit {self.name}")
        except LimitExceededError as error:
            self._job, self.message = None, str(error)


def fit_run(name: str) -> FitRun:
    """This browser session's run called `name`; all of a session's runs take one turn among other sessions."""
    key = f"{name}_fit"
    session = _session()
    if key not in st.session_state:
        st.session_state[key] = FitRun(name, runner, session["owner"])
    run: FitRun = st.session_state[key]
    session["runs"][name] = run
    return run


def _release(session: dict[str, Any]) -> None:
    """The tab closed or lost its connection: stop working soon, keep the state for a return."""
    for run in session["runs"].values():
        run.leave()


@st.cache_resource(scope="session", on_release=_release, show_spinner=False)
def _session() -> dict[str, Any]:
    return {"owner": uuid4().hex, "runs": {}}


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
            _button(run, "Train" if frame is None else "Train again", "play_arrow", run.start, problem, measure)
        if frame is not None and not frame.done:
            st.button("Start again", key=f"{run.name}_again", on_click=run.start, args=(problem, measure))
    st.caption(_progress(run, frame))
    if run.message:
        st.error(run.message)


def chart(vega: tuple[Mapping[str, Any], dict[str, Any]], *, key: str) -> None:
    """Mount a chart of `cvxdnn.figures.fit`, updated in place when its columns change."""
    columns, specification = vega
    st.vega_lite_chart(pd.DataFrame(columns), {"padding": EDGE, **specification}, key=key)


def _button(run: FitRun, label: str, icon: str, action: Callable[..., None], *args: Any) -> None:
    # One key for what stands in one place: the button changes its face, not its identity.
    st.button(
        label, icon=f":material/{icon}:", key=f"{run.name}_train_{icon}", type="primary", on_click=action, args=args
    )


def _progress(run: FitRun, frame: FitFrame | None) -> str:
    if run.queue_position:
        return f"waiting for a free worker, {run.queue_position} ahead"
    if frame is None:
        return "starting" if run.is_running else "not trained yet"
    doing = "training" if run.is_running else frame.status.message if frame.done else "paused"
    return f"{doing} · step {frame.step:,} · restart {frame.best + 1} of {frame.objectives.size} is best"
