"""The page of a class: what the wall is sent, what its presses do, and what is believed of a browser."""

import json

import pytest

from cvxdnn.app.main import PAGES
from cvxdnn.app.rooms.sqlite_store import SqliteStore
from cvxdnn.exhibits.lessons import class_view
from cvxdnn.exhibits.lessons.lesson import lesson
from tests.exhibits.class_phones import PHONES, say


class Desk:
    """With a store of the test's own."""

    def __init__(self, store):
        self.store = store


@pytest.fixture
def store(tmp_path, monkeypatch):
    made = SqliteStore(tmp_path / "rooms.db")
    monkeypatch.setattr(class_view, "desk", lambda: Desk(made))
    yield made
    made.close()


class Tab:
    """A tab with the page of a class."""

    def __init__(self, explore, **query):
        self.app = explore()
        for name, value in query.items():
            self.app.query_params[name] = value
        self.app.switch_page(str(PAGES / "class_.py"))
        self.run()

    def run(self):
        self.app.run()
        assert not self.app.exception

    def hear(self, name, **told):
        """What the browser would say."""
        self.app.session_state["class_here"].hear(name, {"what": "", "code": "", "secret": "", "search": "", **told})
        self.run()

    def press(self, what):
        self.hear("asked", what=what, version=(self.sent["class"] or {"version": 0})["version"])

    @property
    def sent(self):
        (found,) = [each.proto for each in self.app.get("bidi_component") if "wall" in each.proto.component_name]
        return json.loads(found.bytes)


def test_a_class_from_opening_to_closing(explore, store):
    tab = Tab(explore, n="2")
    assert tab.sent["class"] is None
    assert tab.sent["begin"]["title"] == "A class on “Draw the network”"
    assert "your question" not in tab.sent["begin"]["what"]
    tab.press("begin")
    shown = tab.sent["class"]
    assert shown["link"].endswith(f"/join/{shown['code']}")
    assert shown["qr"].startswith("data:image/svg+xml")
    tab.press("open")
    say(store, shown["code"], range(PHONES))
    tab.run()
    assert (tab.sent["class"]["answered"], len(tab.sent["class"]["drawings"]["lines"])) == (PHONES, PHONES)
    for what, phase in (("lock", "locked"), ("reveal", "revealed")):
        tab.press(what)
        assert tab.sent["class"]["phase"] == phase
    assert tab.sent["class"]["reveal"]["words"] == lesson(2).takeaway
    tab.press("close")
    assert tab.sent["class"] is None
    assert tab.sent["forget"] == shown["code"]
    assert store.read(shown["code"]) is None


def test_the_address_never_has_the_secret_and_a_new_tab_comes_back_with_it(explore, store):
    tab = Tab(explore, n="2")
    tab.press("begin")
    code, secret = (tab.sent["class"][name] for name in ("code", "secret"))
    assert tab.app.query_params == {"n": "2"}
    assert secret not in tab.sent["class"]["link"] + tab.sent["class"]["qr"]
    again = Tab(explore, n="2")
    assert again.sent["begin"]["asks"]
    again.hear("kept", code=code, secret=secret)
    assert again.sent["class"]["code"] == code


def test_a_tab_whose_class_is_over_may_open_another(explore, store):
    tab = Tab(explore, n="1")
    tab.hear("kept", code="BBBB", secret="guessed")
    assert (tab.sent["forget"], tab.sent["begin"]["asks"]) == ("BBBB", False)
    assert "BBBB" in tab.sent["trouble"]
    tab.press("begin")
    assert tab.sent["class"]["code"]
    assert tab.sent["forget"] == ""


def test_a_class_on_another_lesson_is_offered_and_not_lost(explore, store):
    tab = Tab(explore, n="2")
    tab.press("begin")
    kept = {name: tab.sent["class"][name] for name in ("code", "secret")}
    other = Tab(explore, n="1")
    other.hear("kept", **kept)
    assert other.sent["class"] is None
    assert [button["what"] for button in other.sent["begin"]["buttons"]] == ["begin", "resume"]
    other.press("resume")
    assert other.sent["class"]["code"] == kept["code"]


def test_a_host_that_is_full_says_what_to_do(explore, store, monkeypatch):
    monkeypatch.setenv("CVXDNN_MAX_ROOMS", "1")
    first, second = Tab(explore, n="1"), Tab(explore, n="1")
    first.press("begin")
    second.press("begin")
    assert second.sent["class"] is None
    assert "try again in ten minutes" in second.sent["trouble"]
    first.press("close")
    second.press("begin")
    assert second.sent["trouble"] == ""
    assert second.sent["class"]["code"]


def test_a_class_that_is_full_says_what_to_do(explore, store, monkeypatch):
    monkeypatch.setenv("CVXDNN_MAX_PHONES", "3")
    tab = Tab(explore, n="1")
    tab.press("begin")
    tab.press("open")
    say(store, tab.sent["class"]["code"], range(3))
    tab.app.session_state["class_here"].room.poll(at_once=True)
    tab.run()
    assert "as many as this host allows" in tab.sent["class"]["trouble"]


@pytest.mark.parametrize("what", ["", "resume", "begin", "open", "no such thing", "close"])
@pytest.mark.parametrize("name", ["asked", "known", "kept"])
def test_whatever_a_browser_says_leaves_a_page(explore, store, name, what):
    tab = Tab(explore, n="1")
    tab.hear(name, what=what, version=0, serial=10**15)
    tab.hear("asked", what="begin", version=0)
    tab.hear(name, what=what, version=-1, serial=0)
    assert tab.sent["class"] or tab.sent["begin"]


def test_the_button_of_a_lesson_leads_to_a_class_on_it(explore, monkeypatch):
    monkeypatch.setattr("cvxdnn.exhibits.about.page.page", lambda: class_view.class_button({"n": "1,2"}))
    app = explore()
    app.switch_page(str(PAGES / "about.py")).run()
    assert not app.exception
    (link,) = [each.proto for each in app.get("page_link")]
    assert (link.label, link.page) == ("Open a class", "class")
    assert "1%2C2" in link.query_string or "1,2" in link.query_string
