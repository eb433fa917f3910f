"""Web sockets that ask for no page make room, and are no sessions; those that do are let alone, and bounded."""

import asyncio
from contextlib import suppress

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from cvxdnn.app.gate.sockets import FULL, GARBLED, NO_PAGE, NUMBER, Sockets
from tests.app.gate.asgi import request

PAGE = BackMsg(rerun_script={"query_string": ""}).SerializeToString()
PART = BackMsg(rerun_script={"fragment_id": "unknown"}).SerializeToString()
OTHER = BackMsg(app_heartbeat=True).SerializeToString()
SHORT, LONG = 0.05, 60.0
ACCEPT = {"type": "websocket.accept", "subprotocol": "streamlit"}


class Visitor:
    """The far end of one web socket."""

    def __init__(self, sockets, session="unknown", address="192.0.2.1"):
        self.told, self.sent = asyncio.Queue(), []
        self.told.put_nowait({"type": "websocket.connect"})
        scope = request("websocket", client=(address, 4711)) | {"subprotocols": ["streamlit", "token", session]}
        self.task = asyncio.create_task(sockets(scope, self.told.get, self._keep))

    async def _keep(self, message):
        self.sent.append(message)

    def say(self, data, kind="bytes"):
        self.told.put_nowait({"type": "websocket.receive", kind: data})

    def leave(self):
        self.told.put_nowait({"type": "websocket.disconnect"})

    async def settled(self):
        for _ in range(20):
            await asyncio.sleep(0)
        return self

    @property
    def is_open(self):
        return not self.task.done()


class Streamlit:
    """Accepts, then listens until the end; a session has the socket that named it last."""

    def __init__(self):
        self.sessions = 0
        self.heard = []
        self.connected = {}

    async def __call__(self, scope, receive, send):
        self.sessions += 1
        self.connected[scope["subprotocols"][2]] = scope[NUMBER]
        assert (await receive())["type"] == "websocket.connect"
        await send(ACCEPT)
        while (message := await receive())["type"] != "websocket.disconnect":
            self.heard.append(message["bytes"])
            if message["bytes"] == b"fail":
                raise RuntimeError("it failed")
            await send({"type": "websocket.send", "bytes": b"delta"})


def run(story, **limits):
    behind = Streamlit()
    usual = {
        "most": 10,
        "is_expected": lambda session: session == "seated",
        "silent_seconds": LONG,
        "is_known": lambda session: session == "mine",
        "connected": lambda: behind.connected,
    }
    asyncio.run(story(Sockets(behind, **usual | limits), behind))


@pytest.mark.parametrize("data", [None, b"", OTHER, PART])
def test_who_asks_for_no_page_is_sent_away_and_never_was_a_session(data):
    async def story(sockets, behind):
        silent = Visitor(sockets, session="")
        if data is not None:
            silent.say(data)
        await asyncio.wait_for(silent.task, 10)
        assert silent.sent == [ACCEPT, NO_PAGE]
        assert behind.sessions == 0

    run(story, silent_seconds=SHORT)


@pytest.mark.parametrize(("data", "kind"), [(b"\xff\xff", "bytes"), (b"\xff" * 1_000, "bytes"), ("text", "text")])
def test_garbage_ends_its_socket_at_once(data, kind):
    async def story(sockets, behind):
        visitor = Visitor(sockets)
        visitor.say(data, kind)
        await asyncio.wait_for(visitor.task, 10)
        assert visitor.sent == [ACCEPT, GARBLED]
        assert behind.sessions == 0

    run(story)


def test_who_asks_for_a_page_gets_it_and_may_be_silent_from_then_on():
    async def story(sockets, behind):
        reader = Visitor(sockets)
        reader.say(OTHER)
        reader.say(PAGE)
        await asyncio.sleep(3 * SHORT)
        assert reader.is_open
        reader.say(OTHER)
        reader.leave()
        await asyncio.wait_for(reader.task, 10)
        delta = {"type": "websocket.send", "bytes": b"delta"}
        assert (reader.sent, behind.heard) == ([ACCEPT, delta, delta], [PAGE, OTHER])

    run(story, silent_seconds=SHORT)


def test_who_comes_back_to_a_session_that_is_gone_is_given_the_whole_page_for_a_part():
    async def story(sockets, behind):
        back = Visitor(sockets, "gone")
        back.say(PART)
        back.say(PART)
        await back.settled()
        assert behind.heard == [BackMsg(rerun_script={}).SerializeToString(), PART]
        back.leave()
        await asyncio.wait_for(back.task, 10)

    run(story)


def test_who_comes_back_to_a_session_may_be_silent_too():
    async def story(sockets, behind):
        back, stranger = Visitor(sockets, "mine"), Visitor(sockets, "guessed")
        await asyncio.sleep(3 * SHORT)
        assert (back.is_open, stranger.is_open) == (True, False)
        assert (back.sent, behind.sessions) == ([ACCEPT], 1)
        back.leave()
        await asyncio.wait_for(back.task, 10)

    run(story, silent_seconds=SHORT)


def test_silent_sockets_take_no_place_of_those_with_a_page():
    async def story(sockets, behind):
        silent = [await Visitor(sockets).settled() for _ in range(6)]
        reader = await Visitor(sockets, address="192.0.2.2").settled()
        reader.say(PAGE)
        await reader.settled()
        assert reader.is_open
        assert sum(visitor.is_open for visitor in silent) == 3
        assert behind.sessions == 1

    run(story, most=1, most_silent=4)


def test_a_session_has_one_socket_however_many_name_it():
    async def story(sockets, behind):
        named = [await Visitor(sockets, "mine").settled() for _ in range(5)]
        assert [visitor.is_open for visitor in named] == [False] * 4 + [True]
        assert named[0].sent == [ACCEPT, NO_PAGE]
        another = await Visitor(sockets).settled()
        another.say(PAGE)
        assert (await another.settled()).is_open

    run(story, most=2)


def test_beyond_the_bound_those_make_room_that_have_been_here_for_long_and_have_no_seat():
    async def story(sockets, behind):
        readers = [Visitor(sockets, session) for session in ("seated", "undrawn", "undrawn either")]
        for reader in readers:
            reader.say(PAGE)
            await reader.settled()
        await asyncio.sleep(2 * SHORT)
        late = [await Visitor(sockets).settled() for _ in range(2)]
        for visitor in late:
            visitor.say(PAGE)
            await visitor.settled()
        assert [visitor.is_open for visitor in readers + late] == [True, False, False, True, True]
        too_late = await Visitor(sockets).settled()
        assert too_late.sent == [FULL]

    run(story, most=3, silent_seconds=SHORT)


def test_beyond_the_bound_nobody_gets_a_page_until_somebody_leaves():
    async def story(sockets, behind):
        early = await Visitor(sockets).settled()
        readers = [await Visitor(sockets).settled() for _ in range(2)]
        for reader in readers:
            reader.say(PAGE)
            await reader.settled()
        late = await Visitor(sockets).settled()
        early.say(PAGE)
        await early.settled()
        assert (late.sent, early.sent) == ([FULL], [ACCEPT, FULL])
        readers[0].leave()
        await readers[0].settled()
        another = await Visitor(sockets).settled()
        another.say(PAGE)
        assert (await another.settled()).is_open
        assert behind.sessions == 3

    run(story, most=2)


@pytest.mark.parametrize("end", ["leave", "fail"])
def test_however_a_socket_ends_its_place_is_free(end):
    async def story(sockets, behind):
        for _ in range(3):
            silent = Visitor(sockets)
            silent.leave()
            visitor = Visitor(sockets)
            visitor.say(PAGE)
            visitor.leave() if end == "leave" else visitor.say(b"fail")
            await asyncio.wait([silent.task, visitor.task])
            assert isinstance(visitor.task.exception(), RuntimeError) == (end == "fail")
        assert behind.sessions == 3
        assert not sockets._silence
        assert not sockets._pages

    run(story, most=1)


def test_what_fails_because_a_browser_is_gone_is_no_error():
    """Streamlit refuses to hear what a browser had said before it went, if it has noticed that before its end."""

    async def gone(message):
        raise BrokenPipeError

    async def app(scope, receive, send):
        with suppress(BrokenPipeError):
            await send(ACCEPT)
        raise RuntimeError("WebSocket is not connected")

    async def visit():
        sockets = Sockets(app, 10, bool, is_known=bool, connected=dict)
        scope = request("websocket") | {"subprotocols": ["streamlit", "token", "mine"]}
        told = [{"type": "websocket.connect"}]

        async def receive():
            return told.pop()

        await sockets(scope, receive, gone)
        assert not sockets._pages

    asyncio.run(visit())
