"""Widgets that show a value, whoever changed it.

A browser that is told a value takes it, whatever its user has pressed since: of presses one right after the other, each
answered while the next is made, some would be lost. So it is told only what it did not say itself. A browser that has
missed the run in which it was told would begin with the lowest value, so it has the value to begin with, too.
"""

from typing import Any

import streamlit as st

__all__ = ["shown"]


def shown(key: str, value: Any, /, **first: Any) -> dict[str, Any]:
    """The options of a widget that make it show a value.

    Parameters
    ----------
    key : str
        Of the widget.
    value
        As the widget keeps it.
    first
        The option by which Streamlit's function takes the same value: `value=`, `index=` or `default=`.
    """
    if key in st.session_state and st.session_state[key] == value:
        return {"key": key, **first}
    st.session_state[key] = value
    return {"key": key}
