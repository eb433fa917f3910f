"""The page of the lessons in a session."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from cvxdnn.app.main import PAGES, SCRIPT


@pytest.fixture
def visit(explore):
    """Open the page with the entries of an address; training would be in this process."""

    def open_page(**query):
        app = AppTest.from_file(SCRIPT, default_timeout=60)
        app.switch_page(str(PAGES / "lesson.py"))
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return open_page


def sent(app):
    """What the browser is sent."""
    (player,) = [each for each in app.get("bidi_component") if each.proto.component_name.endswith("lesson")]
    return json.loads(player.proto.bytes)
