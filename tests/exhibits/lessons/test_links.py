"""Where lessons lead: every link opens its page in the state that it tells, and nothing is wrong with it."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from cvxdnn.app.main import PAGES, SCRIPT
from cvxdnn.exhibits.lessons.lesson import LESSONS


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.name)
def test_now_try_opens_in_its_state(lesson, explore, monkeypatch):
    monkeypatch.setattr("cvxdnn.app.run.Run.start", lambda *_: None)
    query = dict(parse_qsl(urlsplit(lesson.link()).query))
    app = AppTest.from_file(SCRIPT, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    if lesson.now.page != "explore":
        app.switch_page(str(PAGES / f"{lesson.now.page}.py"))
    app.run()
    assert not app.exception
    bar = app.session_state["address_bar"]
    assert bar.note == ""
    assert bar.told == {name: text for name, text in query.items() if name not in ("v", "check")}
