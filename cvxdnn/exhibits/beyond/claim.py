"""A claim of this page: a picture of its limit, sliders of its setting, and a training that follows them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import streamlit as st

from cvxdnn.app.films import reel_of
from cvxdnn.app.fit import StagedFit
from cvxdnn.app.run import Run
from cvxdnn.app.settings import Settings, under
from cvxdnn.app.stage import Sign, slider, stage
from cvxdnn.tasks.stream import Frame, Stream

__all__ = ["Claim", "Knob"]

Value = float | str


@dataclass(frozen=True)
class Knob:
    """A slider under the picture.

    name : in code
    label : its words, before a value
    values, first : its stops, and the one at which the page opens
    told : a value in a few words, with braces for it
    """

    name: str
    label: str
    values: tuple[Value, ...]
    first: Value
    told: str


@dataclass(frozen=True)
class Claim:
    """What is claimed, and how to watch it.

    name : of its run, of its widgets and of the film that comes with the package
    picture : the module that draws it
    knobs : sliders; their values in order are a setting
    case : what the picture draws of a setting, besides the film
    stream : makes the training of a setting
    model : what the picture draws of all settings
    legend : of the picture
    about : what else the training depends on
    opens : whether the film that comes with the package is of the first setting
    """

    name: str
    picture: str
    knobs: tuple[Knob, ...]
    case: Callable[..., Mapping[str, Any]]
    stream: Callable[..., Stream[Any]]
    model: Mapping[str, Any]
    legend: Sequence[Sign]
    about: Hashable = None
    opens: bool = True

    @property
    def key(self) -> str:
        """Of its stage."""
        return f"{self.name}_stage"

    @property
    def training(self) -> StagedFit[tuple[Hashable, tuple[Value, ...]], Any]:
        """This tab's, of `about` and the setting."""
        first = (self.about, tuple(knob.first for knob in self.knobs))
        setting = (self.about, self.setting)
        return StagedFit(self.name, lambda: setting, lambda now: self.stream(*now[1]), first if self.opens else None)

    @cached_property
    def settings(self) -> Settings:
        """Of the sliders, under names that no other claim has."""
        short = self.name.removeprefix("beyond_")
        knobs = (under(f"{short}_{knob.name}", knob.values, knob.first, control=knob.name) for knob in self.knobs)
        return Settings(self.name, *knobs)

    @property
    def setting(self) -> tuple[Value, ...]:
        """What the sliders say."""
        return tuple(self.settings[name] for name in self.settings.names)

    @property
    def cases(self) -> dict[str, Mapping[str, Any]]:
        """The case of each setting that one slider reaches, by its values as a browser joins them."""
        now = self.setting
        reached = [(*now[:k], value, *now[k + 1 :]) for k, knob in enumerate(self.knobs) for value in knob.values]
        return {" ".join(map(_word, setting)): self.case(*setting) for setting in reached}

    def sample(self) -> tuple[str, Stream[Any]]:
        """The name and the training of the film that comes with the package."""
        return self.name, self.stream(*(knob.first for knob in self.knobs))

    def show(self, *, plays: bool = False, title: str = "") -> None:
        """The picture, its sliders and its film, which may begin by itself; and what the picture is called."""
        controls = [
            slider(knob.name, knob.label, knob.values, value, _word)
            for knob, value in zip(self.knobs, self.setting, strict=True)
        ]
        told = [knob.told.format(_word(value)) for knob, value in zip(self.knobs, self.setting, strict=True)]
        stage(
            self.picture,
            {**self.model, "cases": self.cases},
            key=self.key,
            controls=controls,
            legend=self.legend,
            film=reel_of(self.training.run, plays=plays),
            title=title,
            of=", ".join([self.about, *told] if isinstance(self.about, str) else told),
        )

    def buttons(self) -> None:
        """Pause, go on or train again, and a line that says what the training is doing."""
        training = self.training
        run = training.run
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            if run.is_running:
                st.button("Pause", icon=":material/pause:", key=f"{self.name}_pause", on_click=run.pause)
            elif run.frame is not None and not run.frame.done:
                st.button("Go on", icon=":material/play_arrow:", key=f"{self.name}_on", on_click=run.resume)
            st.button("Train again", icon=":material/replay:", key=f"{self.name}_again", on_click=training.train)
            st.caption(run.message or run.standing or _progress(run))


def _word(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.15g}"


def _progress(run: Run[Frame[Any]]) -> str:
    if run.frame is None:
        return "starting a worker"
    return f"{'training' if run.is_running else run.frame.status.message} · step {run.frame.step:,}"
