"""What is said of a widget is looked at before it is kept: what the widget itself could not read was not said.

Streamlit reads a value, with the widget's own reader, only where it is used. If the reader fails there, the page fails,
and again each time that it is drawn, for the value stays. So the value is read as soon as it comes and the widget is
known, and forgotten if it is not of the widget's type, or if its reader refuses it: the widget keeps what it had.
So it is if it has half a character, which no message and no file can hold, or is nested so deeply that whoever reads it
again, or shows it, with less room for calls might fail.

Streamlit has no public place for that: the names below are those of the version that `requirements.txt` pins.
"""

import itertools
import re
from collections.abc import Iterable
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata, unpack_widget_state_value
from streamlit.runtime.state.session_state import Serialized, SessionState, WStates

__all__ = ["is_plain", "is_readable", "look_at_values"]

NUMBERS = ("double_value", "int_value")
"""A widget for numbers calls itself the former, also when it sends whole numbers."""
DEEPEST = 16
"""Levels of lists and names in a value; the points of a drawing lie on the fourth."""
_HALF_A_CHARACTER = re.compile(r"[\ud800-\udfff]")


def look_at_values() -> None:
    """From now on, for all sessions of this process."""
    setattr(WStates, "set_widget_from_proto", _take)  # noqa: B010 - its type is that of a method
    setattr(SessionState, "_set_widget_metadata", _meet)  # noqa: B010


def is_readable(said: WidgetState, widget: WidgetMetadata[Any]) -> bool:
    """Whether a widget can make something of what is said of it."""
    kind = said.WhichOneof("value")
    if kind not in (NUMBERS if widget.value_type in NUMBERS else (widget.value_type,)):
        return False
    try:
        value = unpack_widget_state_value(said)
        if kind == "json_value" and not isinstance(value, dict):
            return False  # its reader would take it for something else, and say so in the log
        read = widget.deserializer(value)
        return is_plain(read) and (read is not None or widget.deserializer(None) is None)
    except Exception:  # whatever stands in its way
        return False


def is_plain(value: object) -> bool:
    """Whether lists and names are nested in few levels, and all texts among them consist of whole characters."""
    level = [value]
    for _ in range(DEEPEST):
        if _HALF_A_CHARACTER.search("".join(each for each in level if isinstance(each, str))):
            return False
        level = [part for each in level if isinstance(each, dict | list) for part in _parts(each)]
        if not level:
            return True
    return False


def _parts(value: dict[object, object] | list[object]) -> Iterable[object]:
    return itertools.chain(value.keys(), value.values()) if isinstance(value, dict) else value


def _take(states: WStates, said: WidgetState) -> None:
    """Keep what is said, if it can be read; nobody knows yet, if the widget has not been drawn."""
    widget = states.widget_metadata.get(said.id)
    if widget is None or is_readable(said, widget):
        states[said.id] = Serialized(said)


def _meet(session: SessionState, widget: WidgetMetadata[Any]) -> None:
    """A widget is drawn; if that is for the first time, look at what was said of it before."""
    states = session._new_widget_state
    said = states.states.get(widget.id)
    if widget.id not in states.widget_metadata and isinstance(said, Serialized) and not is_readable(said.value, widget):
        del states[widget.id]
    states.set_widget_metadata(widget)
