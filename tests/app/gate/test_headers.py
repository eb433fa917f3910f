"""What every answer says to a browser, and who may read the metrics."""

import pytest

from cvxdnn.app.gate.headers import Headers
from tests.app.gate.asgi import App, exchange, request

METRICS = "/_stcore/metrics"
PROXIES_OWN = (
    *("Forwarded", "X_Forwarded_For", "X_Forwarded_Proto", "Via", "CDN_Loop", "X_Real_IP", "CF_Connecting_IP"),
    *("CF_Ray", "True_Client_IP", "Fastly_Client_IP", "X_Original_Forwarded_For"),
)
OWN = {"Host": "127.0.0.1:8501", "User_Agent": "curl/8", "Accept": "*/*", "Sec_Fetch_Mode": "navigate", "DNT": "1"}


def headers_of(frames=None, path="/"):
    start, _ = exchange(Headers(App(), frames), request(path=path))
    return {name.decode(): value.decode() for name, value in start["headers"]}


def test_every_answer_is_what_it_says_and_keeps_the_address_to_itself():
    for path in ("/", METRICS):
        assert headers_of(path=path)["x-content-type-options"] == "nosniff"
        assert headers_of(path=path)["referrer-policy"] == "same-origin"


def test_anybody_may_frame_the_app_unless_the_host_says_who():
    assert "content-security-policy" not in headers_of()
    assert headers_of(())["content-security-policy"] == "frame-ancestors 'self'"
    assert headers_of(("https://a.example",))["content-security-policy"] == "frame-ancestors 'self' https://a.example"


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("path", [METRICS, "/base" + METRICS])
def test_metrics_are_for_this_machine(client, path):
    assert exchange(Headers(App()), request(path=path, client=(client, 1), **OWN))[0]["status"] == 200


@pytest.mark.parametrize("path", [METRICS, METRICS + "/", "/base" + METRICS])
@pytest.mark.parametrize(
    "scope",
    [
        {"client": ("192.0.2.1", 1)},
        {"client": ("::ffff:192.0.2.1", 1)},
        {"client": None},
        {"client": ("testclient", 1)},
        *({"client": ("127.0.0.1", 1), name: "127.0.0.1"} for name in PROXIES_OWN),
    ],
)
def test_metrics_are_for_nobody_else_not_even_through_a_proxy_on_this_machine(path, scope):
    app = App()
    assert exchange(Headers(app), request(path=path, **scope))[0]["status"] == 404
    assert app.seen == []
