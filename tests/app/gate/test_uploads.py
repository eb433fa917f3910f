"""A tab keeps its newest uploads; whoever sends a thousand files fills no memory."""

import asyncio

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from cvxdnn.app.gate.uploads import KEPT, MOST_AT_ONCE, Uploads
from tests.app.gate.asgi import App, exchange, request


def upload(session, name):
    return request(method="PUT", path=f"/_stcore/upload_file/{session}/{name}")


@pytest.fixture
def files():
    return MemoryUploadedFileManager("/_stcore/upload_file")


def keeping(files):
    async def app(scope, receive, send):
        session, name = scope["path"].split("/")[-2:]
        files.add_file(session, UploadedFileRec(name, name, "text/csv", b"1,2"))
        await App()(scope, receive, send)

    return app


def test_the_newest_files_of_every_session_are_kept(files):
    uploads = Uploads(keeping(files), lambda: files)
    for number in range(100):
        exchange(uploads, upload("mine", str(number)))
        exchange(uploads, upload("yours", "same"))
    assert list(files.file_storage["mine"]) == [str(number) for number in range(100 - KEPT, 100)]
    assert list(files.file_storage["yours"]) == ["same"]


def test_only_a_few_are_on_their_way_at_one_time():
    async def story():
        going_on, statuses = asyncio.Event(), []

        async def slow(scope, receive, send):
            await going_on.wait()
            await App()(scope, receive, send)

        async def send(message):
            statuses.append(message.get("status"))

        uploads = Uploads(slow, lambda: None)
        tasks = [asyncio.create_task(uploads(upload("s", str(n)), None, send)) for n in range(MOST_AT_ONCE + 2)]
        await asyncio.sleep(0)
        assert statuses.count(429) == 2
        going_on.set()
        await asyncio.gather(*tasks)
        assert statuses.count(200) == MOST_AT_ONCE
        await uploads(upload("s", "later"), None, send)
        assert statuses.count(200) == MOST_AT_ONCE + 1

    asyncio.run(story())


@pytest.mark.parametrize("scope", [request(), request("websocket"), request(method="PUT"), {"type": "lifespan"}])
def test_everything_else_passes(scope):
    app = App()
    if scope["type"] == "lifespan":
        scope["method"] = "none"
    exchange(Uploads(app, lambda: pytest.fail("nothing to tidy up")), scope)
    assert app.seen == [scope]
