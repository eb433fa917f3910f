"""The wall of a class: its code, what its phones have said so far, and the teacher's buttons, drawn in the browser.

Elements and styles lie beside this file, the ES modules in ``assets/wall``; the head of ``index.js`` says what they are
sent. The tab keeps the secret of the class that it opened, so that a reload comes back to it; no link ever holds it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from cvxdnn.app.component import component

__all__ = ["wall"]

KEY = "class_wall"
SAID = ("asked", "kept", "known")
LONGEST = {"what": 100, "code": 100, "secret": 100, "search": 5_000}
"""Of texts that are told, in characters."""
_mount = component("wall", Path(__file__).parent, "wall/index.js")


def wall(data: Mapping[str, Any], *, on_said: Callable[[str, Mapping[str, Any]], None]) -> None:
    """Mount the wall.

    Parameters
    ----------
    data : mapping
        What it shows.
    on_said : callable
        Called with "asked" and a press of a button, {"what", "version"}; with "kept" and what the tab has kept of its
        class, {"code", "secret", "search"}, the last being the entries of the address under which it was opened; with
        "known" and up to where it knows the answers, {"serial"}. Anybody may have made them up: texts are no longer
        than `LONGEST`, and `version` and `serial` are whole numbers.
    """

    def heard(name: str) -> Callable[[], None]:
        def hear() -> None:
            state = st.session_state.get(KEY)
            told = state.get(name) if isinstance(state, Mapping) else None
            if isinstance(told, Mapping):
                on_said(name, _plain(told))

        return hear

    _mount(key=KEY, data=data, **{f"on_{name}_change": heard(name) for name in SAID})


def _plain(told: Mapping[Any, Any]) -> dict[str, Any]:
    """Texts and whole numbers of what is told, by name; anything else becomes an empty text or 0."""
    texts = {name: (told.get(name), most) for name, most in LONGEST.items()}
    return {
        **{name: text[:most] if isinstance(text, str) else "" for name, (text, most) in texts.items()},
        **{name: _whole(told.get(name)) for name in ("version", "serial")},
    }


def _whole(told: object) -> int:
    """A whole number from 0; a browser may send one as a float."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        return 0
    return int(told) if 0 <= told < 2**53 else 0
