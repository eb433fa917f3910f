"""Trainings on the pages with a stage: one run per page and tab, which follows what is chosen, and its buttons."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import streamlit as st

from cvxdnn.app.process import runner
from cvxdnn.app.run import Run, own_run
from cvxdnn.tasks.first_frames import first_frame_of
from cvxdnn.tasks.fits import FitFrame
from cvxdnn.tasks.stream import Frame, Stream

__all__ = ["FitRun", "StagedFit"]

FitRun = Run[FitFrame]
View = TypeVar("View")
Setting = TypeVar("Setting", bound=Hashable)


class StagedFit(Generic[Setting, View]):
    """The training of a page, which follows what is chosen there.

    Parameters
    ----------
    name : str
        Of this tab's run; also of the training that comes with the package.
    setting : callable
        Gives what is chosen: all that the training depends on.
    stream : callable
        The training of a setting, with its film.
    first : the setting whose training comes with the package; None where there is none
    """

    def __init__(
        self,
        name: str,
        setting: Callable[[], Setting],
        stream: Callable[[Setting], Stream[View]],
        first: Setting | None,
    ) -> None:
        self.run: Run[Frame[View]] = own_run(name, runner)
        self._setting, self._stream, self._first = setting, stream, first

    @property
    def frame(self) -> Frame[View] | None:
        """The newest one of the present setting."""
        return self.run.frame_of(self._setting())

    def poll(self) -> None:
        """Take over what has been reported, and see to it that what is chosen is trained."""
        self.run.poll()
        now = self._setting()
        if self.run.subject == now:
            return
        if now == self._first:
            self.run.present(first_frame_of(self.run.name), now)
        else:
            self.train()

    def train(self) -> None:
        """Train anew."""
        now = self._setting()
        self.run.start(self._stream(now), now)

    def look(self) -> Hashable:
        """What parts of the page show that depend on the training."""
        is_running = self.run.is_running
        return self._setting(), is_running, self.run.number, None if is_running else self.run.frame

    def is_moving(self) -> bool:
        """Whether networks train."""
        return self.run.is_running

    def buttons(self) -> None:
        """Train, pause, go on or start again, and one line that says what the run is doing."""
        run, frame = self.run, self.frame
        with st.container(horizontal=True, gap="xsmall", key=f"{run.name}_buttons"):
            if run.is_running:
                self._button("Pause", "pause", run.pause)
            elif frame is not None and not frame.done:
                self._button("Go on", "play_arrow", run.resume)
            else:
                self._button("Train" if frame is None else "Train again", "play_arrow", self.train)
            if frame is not None and not frame.done:
                st.button("Start again", key=f"{run.name}_again", on_click=self.train)
        with st.container(key=f"{run.name}_said"):
            st.caption(run.standing or self._progress)
        if run.message:
            st.error(run.message)

    def _button(self, label: str, icon: str, action: Callable[[], None]) -> None:
        # One key for what stands in one place: the button changes its face, not its identity.
        key = f"{self.run.name}_train_{icon}"
        st.button(label, icon=f":material/{icon}:", key=key, type="primary", on_click=action)

    @property
    def _progress(self) -> str:
        frame, is_running = self.frame, self.run.is_running
        if frame is None:
            return "starting" if is_running else "not trained yet"
        doing = "training" if is_running else frame.status.message if frame.done else "paused"
        return f"{doing} · step {frame.step:,} · restart {frame.best + 1} of {frame.objectives.size} is best"
