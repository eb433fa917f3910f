"""The theme that every run begins with."""

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from cvxdnn.app import theme

SECTIONS = [each.value for each in config.CustomThemeCategories]


@pytest.fixture
def kept(monkeypatch):
    """Kept for one test."""
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    monkeypatch.setattr(theme, "_said", {})
    theme.keep_theme()


@pytest.fixture
def colour():
    """Of the theme of the test, then as it was."""
    before = config.get_option("theme.light.primaryColor")
    yield lambda name: config.set_option("theme.light.primaryColor", name)
    config.set_option("theme.light.primaryColor", before)


def said(section):
    message = CustomThemeConfig()
    app_session._populate_theme_msg(message, section)
    return message


@pytest.mark.parametrize("section", ["theme", *(f"theme.{each}" for each in SECTIONS)])
def test_what_is_kept_is_what_streamlit_says_itself(section, kept, colour):
    colour("#123456")
    own = CustomThemeConfig()
    theme._say(own, section)
    assert said(section) == own == said(section)


def test_a_configuration_read_anew_is_said_anew(kept, colour):
    colour("#123456")
    assert said("theme.light").primary_color == "#123456"
    colour("#654321")
    config.get_config_options(force_reparse=True)
    colour("#654321")
    assert said("theme.light").primary_color == "#654321"
