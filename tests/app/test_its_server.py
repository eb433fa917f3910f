"""The page that loads Streamlit's script says where the server is, compressed or not; nothing else is touched."""

import gzip

import pytest

from cvxdnn.app.its_server import SAID, Told
from tests.app.gate.asgi import exchange, request

PAGE = b'<!DOCTYPE html><html><head><title>x</title></head><body><div id="root"></div></body></html>'
OURS = PAGE.replace(b' id="root"', b"")


def answering(body, content_type=b"text/html; charset=utf-8", status=200, **more):
    async def app(scope, receive, send):
        headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
        headers += [(name.replace("_", "-").encode(), value) for name, value in more.items()]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


@pytest.mark.parametrize("encoding", [None, b"gzip"])
def test_a_page_says_it_first_in_its_head(encoding):
    app = answering(gzip.compress(PAGE), content_encoding=encoding) if encoding else answering(PAGE)
    start, body = exchange(Told(app), request(path="/path"))
    said = gzip.decompress(body["body"]) if encoding else body["body"]
    assert said == PAGE.replace(b"<head>", b"<head>" + SAID)
    assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()


def test_a_page_that_is_not_streamlits_stays_as_it_is():
    _, body = exchange(Told(answering(OURS)), request(path="/join"))
    assert body["body"] == OURS


@pytest.mark.parametrize(
    "app",
    [
        answering(PAGE, content_type=b"text/plain"),
        answering(PAGE, status=404),
        answering(PAGE, content_encoding=b"br"),
    ],
)
def test_other_answers_stay_as_they_are(app):
    _, body = exchange(Told(app), request(path="/path"))
    assert body["body"] == PAGE
