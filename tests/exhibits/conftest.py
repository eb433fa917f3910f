"""AppTest runs of the pages, with training in this process instead of workers."""

import json
import re
import time

import pytest
from streamlit.testing.v1 import AppTest

from cvxdnn.app import process
from cvxdnn.app.main import PAGES, SCRIPT
from cvxdnn.app.tab import tabs
from cvxdnn.core.limits import host_limits


@pytest.fixture
def explore(monkeypatch):
    """A started Explore page; call it with query parameters."""
    monkeypatch.setenv("CVXDNN_WORKERS", "0")
    host_limits.cache_clear()
    forget_everybody()

    def start(**query):
        app = AppTest.from_file(SCRIPT, default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    yield start
    forget_everybody()
    host_limits.cache_clear()


def go_to(app, name):
    """Go to another page of a started app."""
    app.switch_page(str(PAGES / f"{name}.py")).run()


def unmarked(text):
    """Markdown or HTML as it is read, without what the glossary has added."""
    return re.sub(r"\[([^\]]*)\]\(glossary#[^)]*\)|<button [^>]*data-term[^>]*>([^<]*)</button>", r"\1\2", text)


def plots(app):
    """What each plot of the page is drawn from."""
    return [json.loads(each.proto.bytes) for each in app.get("bidi_component") if "plot" in each.proto.component_name]


def forget_everybody():
    """As if the server had just started: no session, no job."""
    tabs.close()
    process.close()


def settle(app, seconds=60):
    """Run the app until its training run has ended."""
    deadline = time.monotonic() + seconds
    session = app.session_state["explore_session"]
    while session.run.is_running:
        assert time.monotonic() < deadline, "the training run did not end"
        time.sleep(0.05)
        session.run.poll()
    app.run()
    assert not app.exception
    return session


def wait_for_frame(session, seconds=60):
    """The first frame of the session's present scenario."""
    deadline = time.monotonic() + seconds
    while session.run.frame is None or not session.run.shows(session.scenario):
        assert time.monotonic() < deadline, "no frame arrived"
        time.sleep(0.02)
        session.run.poll()
    return session.run.frame
