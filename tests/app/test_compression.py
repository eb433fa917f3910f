"""A file is compressed once, for who takes that; what may change, and other ways to write an address, are not kept."""

import asyncio
import gzip
from contextlib import suppress

import pytest

from cvxdnn.app.compression import Compressed
from tests.app.gate.asgi import exchange, request

SCRIPT = b"let knots = 3;" * 1000
PATH = "/lab/static/js/index.D0.js"


class Files:
    """Streamlit's: a script at every address, and how often it was asked."""

    def __init__(self, control="public, immutable, max-age=31536000"):
        self.asked, self.control = 0, control

    async def __call__(self, scope, receive, send):
        self.asked += 1
        headers = [(b"cache-control", self.control.encode()), (b"content-length", str(len(SCRIPT)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": SCRIPT[:5000], "more_body": True})
        await send({"type": "http.response.body", "body": SCRIPT[5000:]})


class Patient(Files):
    """As Starlette does, it sends no more to who has left."""

    async def __call__(self, scope, receive, send):
        async def heard(message):
            listening = asyncio.ensure_future(receive())
            await asyncio.sleep(0)
            if not (listening.done() and listening.result()["type"] == "http.disconnect"):
                await send(message)
            listening.cancel()

        await super().__call__(scope, receive, heard)


class Short(Files):
    """It breaks off."""

    async def __call__(self, scope, receive, send):
        async def some(message):
            await send(message | {"more_body": False} if "body" in message else message)
            if "body" in message:
                raise ConnectionError

        with suppress(ConnectionError):
            await super().__call__(scope, receive, some)


def body_of(sent):
    return b"".join(message["body"] for message in sent[1:])


def test_a_script_is_compressed_once_for_everybody():
    files = Files()
    compressed = Compressed(files, "/lab")
    answers = [exchange(compressed, request(path=PATH, Accept_Encoding="br, gzip")) for _ in range(3)]
    assert files.asked == 1
    for sent in answers:
        headers = dict(sent[0]["headers"])
        assert headers[b"content-encoding"] == b"gzip"
        assert headers[b"vary"] == b"Accept-Encoding"
        assert int(headers[b"content-length"]) == len(body_of(sent)) < len(SCRIPT) / 20
        assert gzip.decompress(body_of(sent)) == SCRIPT


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (PATH, {}),
        (PATH, {"Accept_Encoding": "gzip", "Range": "bytes=0-9"}),
        (PATH, {"Accept_Encoding": "gzip", "If_None_Match": '"0"'}),
        ("/static/js/index.D0.js", {"Accept_Encoding": "gzip"}),
        ("/lab/static/js/./index.D0.js", {"Accept_Encoding": "gzip"}),
        ("/lab/media/table.js", {"Accept_Encoding": "gzip"}),
    ],
)
def test_others_pass_as_they_are(path, headers):
    files = Files()
    compressed = Compressed(files, "/lab")
    assert [body_of(exchange(compressed, request(path=path, **headers))) for _ in range(2)] == [SCRIPT, SCRIPT]
    assert files.asked == 2


def test_what_may_change_is_neither_compressed_nor_kept():
    files = Files("no-cache")
    compressed = Compressed(files, "/lab")
    for _ in range(2):
        assert body_of(exchange(compressed, request(path=PATH, Accept_Encoding="gzip"))) == SCRIPT
    assert files.asked == 2


def test_who_asks_first_and_leaves_spoils_it_for_nobody():
    compressed = Compressed(Patient(), "/lab")

    async def visits():
        async def left():
            return {"type": "http.disconnect"}

        for receive in (left, asyncio.Event().wait):
            sent = []

            async def note(message, sent=sent):
                sent.append(message)

            await compressed(request(path=PATH, Accept_Encoding="gzip"), receive, note)
            assert gzip.decompress(body_of(sent)) == SCRIPT

    asyncio.run(visits())


def test_a_part_of_a_file_is_not_kept():
    compressed = Compressed(Short(), "/lab")
    exchange(compressed, request(path=PATH, Accept_Encoding="gzip"))
    assert not compressed._kept
