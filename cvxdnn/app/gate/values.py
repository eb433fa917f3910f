"""What is said of a widget is looked at before it is kept: what the widget itself could not read was not said.

Streamlit reads a value, with the widget's own reader, only where it is used. If the reader fails there, the page fails,
and again each time that it is drawn, for the value stays. So the value is read as soon as it comes and the widget is
known, and forgotten if it is not of the widget's type, or if its reader refuses it: the widget keeps what it had.

Streamlit has no public place for that: the names below are those of the version that `requirements.txt` pins.
"""

from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata, unpack_widget_state_value
from streamlit.runtime.state.session_state import Serialized, SessionState, WStates

__all__ = ["is_readable", "look_at_values"]

NUMBERS = ("double_value", "int_value")
"""A widget for numbers calls itself the former, also when it sends whole numbers."""


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
        return widget.deserializer(value) is not None or widget.deserializer(None) is None
    except Exception:  # whatever stands in its way
        return False


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
