"""A tab keeps its newest uploads; whoever sends a thousand files fills no memory."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from cvxdnn.app.gate.uploads import KEPT, MOST_AT_ONCE, MOST_OF_ADDRESS, MOST_OF_TAB, Uploads
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


class HeldUp:
    """The application behind; files that do not arrive, until they may."""

    def __init__(self):
        self.may_go_on = asyncio.Event()
        self.statuses = []

    async def __call__(self, scope, receive, send):
        await self.may_go_on.wait()
        await App()(scope, receive, send)

    async def send(self, message):
        self.statuses += [message["status"]] if "status" in message else []

    def begin(self, uploads, scopes):
        return [asyncio.create_task(uploads(scope, None, self.send)) for scope in scopes]


def test_a_tab_an_address_and_all_together_have_a_few_on_their_way_at_one_time():
    async def story():
        held = HeldUp()
        uploads = Uploads(held, lambda: None)

        async def begun(scopes):
            before = len(held.statuses)
            tasks = held.begin(uploads, scopes)
            await asyncio.sleep(0)
            assert set(held.statuses[before:]) <= {429}
            going_on.extend(tasks)
            return len(tasks) - len(held.statuses[before:])

        going_on = []
        assert await begun([upload("mine", name) for name in "abc"]) == MOST_OF_TAB
        others = [upload(f"{number}", "a") for number in range(MOST_OF_ADDRESS)]
        assert await begun(others) == MOST_OF_ADDRESS - MOST_OF_TAB
        elsewhere = [upload(f"{n}", "a") | {"client": (f"198.51.100.{n}", 1)} for n in range(MOST_AT_ONCE)]
        assert await begun(elsewhere) == MOST_AT_ONCE - MOST_OF_ADDRESS
        held.may_go_on.set()
        await asyncio.gather(*going_on)
        assert held.statuses.count(200) == MOST_AT_ONCE
        await uploads(upload("mine", "later"), None, held.send)
        assert held.statuses.count(200) == MOST_AT_ONCE + 1

    asyncio.run(story())


def test_a_file_that_does_not_arrive_makes_room():
    async def story():
        held = HeldUp()
        uploads = Uploads(held, lambda: None, seconds=0.01)
        await asyncio.wait_for(asyncio.gather(*held.begin(uploads, [upload("mine", "a")] * MOST_OF_TAB)), 60)
        assert held.statuses == [408] * MOST_OF_TAB
        held.may_go_on.set()
        await uploads(upload("mine", "b"), None, held.send)
        assert held.statuses[-1] == 200

    asyncio.run(story())


def test_who_leaves_before_his_file_has_arrived_raises_nothing():
    async def app(scope, receive, send):
        raise ClientDisconnect

    assert exchange(Uploads(app, lambda: None), upload("mine", "a")) == []


@pytest.mark.parametrize("scope", [request(), request("websocket"), request(method="PUT"), {"type": "lifespan"}])
def test_everything_else_passes(scope):
    app = App()
    if scope["type"] == "lifespan":
        scope["method"] = "none"
    exchange(Uploads(app, lambda: pytest.fail("nothing to tidy up")), scope)
    assert app.seen == [scope]
