"""The theme, which Streamlit says at the beginning of every run, is put together once.

Streamlit looks through all its options for each of six sections of the theme, each time: a thirteenth of what a
drag cost the server. They are of the configuration, and stay what they are until that is read again.

Streamlit has no public place for that: the names below are those of the version that `requirements.txt` pins.
"""

from typing import Any

from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

__all__ = ["keep_theme"]

_say = app_session._populate_theme_msg
_said: dict[str, CustomThemeConfig] = {}


def keep_theme() -> None:
    """From now on, for all sessions of this process."""
    config.on_config_parsed(_said.clear, force_connect=True)
    setattr(app_session, "_populate_theme_msg", _say_again)  # noqa: B010 - its type is of one kind of message only


def _say_again(message: Any, section: str = "theme") -> None:
    if section not in _said:
        said = CustomThemeConfig()
        _say(said, section)
        _said[section] = said
    message.MergeFrom(_said[section])
