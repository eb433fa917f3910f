"""The player of a lesson, drawn in the browser: see, predict, reveal, takeaway.

Elements and styles lie beside this file, the ES modules in ``assets/lesson``. The browser is sent what may be known
before the prediction; what it tells is a state like any other, and only the answer of Python to a prediction has more.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st

from cvxdnn.app.component import component
from cvxdnn.app.modules import ASSETS

__all__ = ["Entry", "lesson_player"]

_mount = component("lesson", Path(__file__).parent, "lesson/index.js", [ASSETS / "questions" / "questions.css"])


class Entry(TypedDict):
    """A lesson in the list of all.

    title, line : what it is called, and what it asks
    is_in_path : whether it is one of those for one lecture
    """

    title: str
    line: str
    is_in_path: bool


def lesson_player(
    *,
    key: str,
    place: Mapping[str, Any],
    lesson: Mapping[str, Any] | None,
    reveal: Mapping[str, Any] | None,
    entries: Sequence[Entry],
    most_knots: int,
    on_told: Callable[[object], None],
) -> None:
    """Mount the player.

    Parameters
    ----------
    key : str
        Identifies the mounted component.
    place : mapping
        Where it is: number of the lesson (0: the list of all), step, answers, and what the browser told last.
    lesson : mapping, optional
        What may be known before the prediction; None for the list of all.
    reveal : mapping, optional
        What may be known after it; None before.
    entries : sequence of Entry
    most_knots : int
        Of a drawing.
    on_told : callable
        Called with where the browser says that it is, before the rerun that it causes; anybody may have made it up.
    """

    def take() -> None:
        state = st.session_state.get(key)
        if isinstance(state, Mapping):
            on_told(state.get("told"))

    _mount(
        key=key,
        data={
            "place": dict(place),
            "lesson": lesson,
            "reveal": reveal,
            "entries": tuple(entries),
            "most_knots": most_knots,
        },
        on_told_change=take,
    )
