"""Names and origins: what only this app can be called gets in, everything else is refused without asking anybody."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.app.gate import settings
from cvxdnn.app.gate.names import Names, answers_to, is_own_page
from tests.app.gate.asgi import App, exchange, request

LISTED = ("demo.example.org", "*.school.example", "localhost")


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "localhost:8501", "127.0.0.1:8501", "192.168.1.5", "[::1]:8501", "[2001:db8::1]", "app-1:8501"),
        *("LOCALHOST", "localhost.", "tab.localhost:1", socket.gethostname(), f"{socket.gethostname()}.local:8501"),
        *("demo.example.org", "Demo.Example.Org:443", "demo.example.org.", "a.school.example", "b.a.school.example"),
        None,
    ],
)
def test_the_app_answers_to_names_that_no_stranger_can_have_and_to_listed_ones(host):
    assert answers_to(host, LISTED)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8501", "demo.example.org.evil.example", "xdemo.example.org", "school.example"),
        *("127.0.0.1.evil.example", "localhost.evil.example", "evil.local", "", ":8501", "a/b", "u@localhost"),
        *("localhost:port", "localhost:99999", "[::1", "localhost?x", "localhost#x", "evil.example\\@localhost"),
    ],
)
def test_the_app_does_not_answer_to_the_names_of_strangers(host):
    assert not answers_to(host, LISTED)


def test_a_host_may_answer_to_every_name():
    assert answers_to("evil.example", ("*",))
    assert not is_own_page("http://evil.example", "demo.example.org", ("*",))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8501", "localhost:8501"),
        ("https://demo.example.org", "demo.example.org"),
        ("https://demo.example.org", "demo.example.org:443"),
        ("http://demo.example.org:80", "demo.example.org"),
        ("http://[::1]:8501", "[::1]:8501"),
        ("https://demo.example.org", "app-1:8501"),  # a proxy that names the app as it knows it
        ("https://a.school.example", "app-1:8501"),
        (None, "localhost:8501"),  # no browser
    ],
)
def test_a_page_of_the_app_may_speak_to_it(origin, host):
    assert is_own_page(origin, host, LISTED)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://evil.example", "localhost:8501"),
        ("http://localhost:3000", "localhost:8501"),  # another program of the same machine
        ("http://localhost", "localhost:8501"),
        ("http://localhost:3000", "demo.example.org"),
        ("http://127.0.0.1:8501", "localhost:8501"),
        ("https://demo.example.org.evil.example", "demo.example.org"),
        ("null", "localhost:8501"),
        ("", ""),
        ("file://", "localhost:8501"),
        ("chrome-extension://localhost:8501", "localhost:8501"),
        ("http://localhost:8501/", "localhost:8501"),
        ("http://u@localhost:8501", "localhost:8501"),
        ("http://localhost:8501", None),
    ],
)
def test_no_other_page_may(origin, host):
    assert not is_own_page(origin, host, LISTED)


@given(origin=st.text() | st.text().map("http://{}".format), host=st.text())
def test_nothing_that_a_browser_could_send_raises(origin, host):
    if answers_to(host, ()) and is_own_page(origin, host, ()):
        assert origin.partition("://")[2].lower().split(":")[0].rstrip(".") in host.lower()


def test_a_refused_request_reaches_nobody():
    for scope, status in [
        (request(host="evil.example"), 400),
        (request(method="PUT", host="localhost", origin="http://evil.example"), 403),
        (request(method="DELETE", host="localhost", origin="null"), 403),
    ]:
        app = App()
        start, body = exchange(Names(app, ()), scope)
        assert (start["status"], app.seen) == (status, [])
        assert body["body"]


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"host": "localhost", "origin": "http://evil.example"}])
def test_a_refused_web_socket_is_never_opened(headers):
    app = App()
    assert exchange(Names(app, ()), request("websocket", **headers)) == [{"type": "websocket.close", "code": 1008}]
    assert app.seen == []


def test_two_host_headers_are_none():
    app, scope = App(), request(host="localhost")
    scope["headers"].append((b"host", b"evil.example"))
    assert exchange(Names(app, ()), scope)[0]["status"] == 400


def test_streamlit_is_not_left_with_an_origin_to_ask_about():
    app = App()
    exchange(Names(app, LISTED), request("websocket", host="app-1:8501", origin="https://demo.example.org"))
    exchange(Names(app, LISTED), request("websocket", host="localhost:1", origin="http://localhost:1"))
    assert [dict(scope["headers"]).get(b"origin") for scope in app.seen] == [None, b"http://localhost:1"]


def test_the_environment_lists_names_and_sites(monkeypatch, caplog):
    monkeypatch.setenv("CVXDNN_HOSTS", " Demo.Example.org, *.school.example,,http://no.example, *, a b ")
    assert settings.hosts()[:3] == ("demo.example.org", "*.school.example", "*")
    assert [record.args[1] for record in caplog.records] == ["http://no.example", "a b"]
    assert settings.frames() is None
    monkeypatch.setenv("CVXDNN_FRAMES", "none")
    assert settings.frames() == ()
    monkeypatch.setenv("CVXDNN_FRAMES", "https://moodle.example/, https://*.x.example:8443, 'self'; script-src *")
    assert settings.frames() == ("https://moodle.example", "https://*.x.example:8443")
