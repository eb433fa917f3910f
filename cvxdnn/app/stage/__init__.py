"""The stage of a page: one picture, drawn in the browser, with its controls, its film and its numbers.

Elements and styles lie beside this file, the ES modules in ``assets/stage``; the head of ``index.js`` says how they
work together. What a picture draws is in a module of its own, ``assets/stage/pictures/<picture>.js``.

A value of a control that the user has chosen is kept in the session, also while another page is open; `Settings`
(`cvxdnn.app.settings`) says whether it may be chosen.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st

from cvxdnn.app.component import component
from cvxdnn.app.films import FilmReel
from cvxdnn.app.modules import ASSETS
from cvxdnn.tasks.choices import Span, may_be

__all__ = ["Control", "Sign", "choose", "forget", "kept", "slider", "stage"]

_PICTURES = sorted((ASSETS / "stage" / "pictures").glob("*.css"))
_mount = component("stage", Path(__file__).parent, "stage/index.js", _PICTURES)


class Control(TypedDict):
    """A slider under the picture.

    name : unique on the page
    label : its words; empty where it is dragged in the picture itself, and has no slider
    values : what can be chosen, in the order of the slider; without one also every number of a range
    labels : what each is called
    value : the one in force
    """

    name: str
    label: str
    values: Sequence[float | str] | Span
    labels: Sequence[str]
    value: float | str


class Sign(TypedDict):
    """An entry of the legend: its words, and the style classes of a line that is drawn in the same way."""

    label: str
    style: str


def slider(
    name: str,
    label: str,
    values: Sequence[Any],
    value: Any,
    text: Callable[[Any], str] = "{:g}".format,
) -> Control:
    """A control with a slider; `text` says what a value is called."""
    return {"name": name, "label": label, "values": values, "labels": [text(each) for each in values], "value": value}


def kept(key: str) -> Mapping[str, Any]:
    """What the user chose of the controls of the stage `key`, by name."""
    chosen: Mapping[str, Any] = st.session_state.get(f"{key}_chosen", {})
    return chosen


def forget(key: str, names: Collection[str]) -> None:
    """Let these controls of the stage `key` be as they were first."""
    st.session_state[f"{key}_chosen"] = {name: value for name, value in kept(key).items() if name not in names}


def choose(key: str, values: Mapping[str, Any]) -> None:
    """Have the controls of the stage `key` be at these values, by name, as if the user had chosen them."""
    st.session_state[f"{key}_chosen"] = {**kept(key), **values}


def stage(
    picture: str,
    model: Mapping[str, Any],
    *,
    key: str,
    controls: Sequence[Control] = (),
    legend: Sequence[Sign] = (),
    film: FilmReel | None = None,
    of: str = "",
    title: str = "",
    bound: float | None = None,
    on_change: Callable[[], None] | None = None,
    on_act: Callable[[Any], None] | None = None,
) -> None:
    """Mount the stage.

    Parameters
    ----------
    picture : str
        The module that draws it.
    model : mapping
        What it draws besides the film, of the controls' present values: numbers, words, nested lists of them.
    key : str
        Identifies the mounted component.
    film : FilmReel, optional
        Of the training whose moments the picture takes (`cvxdnn.app.films.reel_of`); not of pictures with a film of
        their own.
    of : str
        What the film is of, in a few words: "β = 0.3, 3 layers".
    title : str
        Of the picture where it is taken home; "": as the page is called.
    bound : float, optional
        Which no network is below.
    on_change : callable, optional
        Called before the rerun that a chosen value causes, when it is kept already.
    on_act : callable, optional
        Called with what the picture says that was done once, as a press; anybody may have made it up.
    """

    def take() -> None:
        _take(key, controls)
        if on_change is not None:
            on_change()

    def act() -> None:
        state = st.session_state.get(key)
        if on_act is not None and isinstance(state, Mapping):
            on_act(state.get("acted"))

    _mount(
        key=key,
        data={
            "picture": picture,
            "model": model,
            "controls": tuple(controls),
            "legend": tuple(legend),
            "film": film,
            "of": of,
            "title": title,
            "bound": bound,
        },
        on_values_change=take,
        on_acted_change=act,
    )


def _take(key: str, controls: Sequence[Control]) -> None:
    """Keep what the browser says, as far as it can be chosen."""
    state = st.session_state.get(key)
    told = state.get("values") if isinstance(state, Mapping) else None
    if not isinstance(told, Mapping):
        return
    offered = {control["name"]: control["values"] for control in controls}
    taken = {
        name: _as_offered(value, offered[name])
        for name, value in told.items()
        if name in offered and may_be(value, offered[name])
    }
    choose(key, taken)


def _as_offered(value: float | str, offered: Sequence[float | str] | Span) -> float | str:
    """The value as Python has it: JavaScript writes 1.0 as 1."""
    return float(value) if isinstance(offered, Span) else next(each for each in offered if each == value)
