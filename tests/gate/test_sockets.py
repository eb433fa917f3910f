"""Web sockets that ask for no page make room; those that do are let alone, and bounded."""

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from cvxdnn.ui.gate.sockets import GOODBYE, MOST_SILENT, Sockets
from tests.gate.asgi import request

PAGE = BackMsg(rerun_script={"query_string": ""}).SerializeToString()
NO_PAGE = [b"", b"\xff\xff", b"x" * 1_000, BackMsg(clear_cache=True).SerializeToString(), None]
SHORT, LONG = 0.05, 60.0


class Visitor:
    """The far end of one web socket, and what the app saw of it."""

    def __init__(self, sockets):
        self.told, self.sent = asyncio.Queue(), []
        self.told.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(sockets(request("websocket"), self.told.get, self._keep))

    async def _keep(self, message):
        self.sent.append(message)

    def say(self, data):
        self.told.put_nowait({"type": "websocket.receive", "bytes": data})

    async def settled(self):
        for _ in range(20):
            await asyncio.sleep(0)
        return self

    @property
    def is_open(self):
        return not self.task.done()


async def listening(scope, receive, send):
    """Streamlit's part: accept, then listen until the end."""
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass
    await send({"type": "websocket.send", "bytes": b"too late"})


def run(story, **limits):
    asyncio.run(story(Sockets(listening, **{"most": 10, "silent_seconds": LONG} | limits)))


@pytest.mark.parametrize("data", NO_PAGE)
def test_who_asks_for_no_page_is_sent_away(data):
    async def story(sockets):
        silent = Visitor(sockets)
        if data is not None:
            silent.say(data)
        await asyncio.wait_for(silent.task, 10)
        assert silent.sent == [{"type": "websocket.accept"}, GOODBYE]

    run(story, silent_seconds=SHORT)


def test_who_asks_for_a_page_may_be_silent_from_then_on():
    async def story(sockets):
        reader = Visitor(sockets)
        reader.say(NO_PAGE[3])
        reader.say(PAGE)
        await asyncio.sleep(3 * SHORT)
        assert reader.is_open
        reader.told.put_nowait({"type": "websocket.disconnect"})
        await asyncio.wait_for(reader.task, 10)

    run(story, silent_seconds=SHORT)


def test_many_silent_sockets_keep_nobody_out():
    async def story(sockets):
        reader = await Visitor(sockets).settled()
        reader.say(PAGE)
        silent = [await Visitor(sockets).settled() for _ in range(3 * MOST_SILENT)]
        assert [visitor.is_open for visitor in silent] == [False] * 2 * MOST_SILENT + [True] * MOST_SILENT
        late = await Visitor(sockets).settled()
        late.say(PAGE)
        await late.settled()
        assert late.is_open
        assert reader.is_open

    run(story)


def test_a_socket_that_has_not_even_been_accepted_can_be_sent_away():
    async def story(sockets):
        visitors = [Visitor(sockets) for _ in range(MOST_SILENT + 1)]
        await visitors[0].settled()
        assert visitors[0].sent == [GOODBYE] or not visitors[0].is_open

    run(story)


def test_beyond_the_bound_nobody_gets_a_page_until_somebody_leaves():
    async def story(sockets):
        readers = [await Visitor(sockets).settled() for _ in range(2)]
        for reader in readers:
            reader.say(PAGE)
            await reader.settled()
        late = await Visitor(sockets).settled()
        assert late.sent == [{"type": "websocket.close", "code": 1013}]
        readers[0].told.put_nowait({"type": "websocket.disconnect"})
        await readers[0].settled()
        assert (await Visitor(sockets).settled()).is_open

    run(story, most=2)


def test_a_socket_whose_app_fails_is_forgotten():
    async def failing(scope, receive, send):
        while True:
            if (await receive()).get("bytes"):
                raise RuntimeError("no more")

    async def story():
        sockets = Sockets(failing, most=1)
        for _ in range(3):
            visitor = Visitor(sockets)
            visitor.say(PAGE)
            with pytest.raises(RuntimeError):
                await visitor.task
        assert visitor.sent == []

    asyncio.run(story())
