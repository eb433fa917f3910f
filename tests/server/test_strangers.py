"""What a stranger can send to a running server, and what others notice of it: nothing.

Each attack here was once felt by everybody. `benchmarks.abuse` repeats them at full size and measures a bystander.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from benchmarks.client import Client
from benchmarks.server import ROOT
from benchmarks.visitor import Visitor
from cvxdnn.app.gate import WAITING
from cvxdnn.app.gate.sockets import LEAST_SECONDS, MOST_SILENT
from cvxdnn.app.gate.uploads import MOST_AT_ONCE, MOST_OF_TAB
from tests.jobs.jobs_tasks import wait_until
from tests.server.conftest import is_in, visiting

EVIL = "http://evil.example"
MEGABYTE = 1_000_000
LONG = 60


def stream(server):
    return f"ws://127.0.0.1:{server.port}/_stcore/stream"


async def knock(server, address=None, **headers):
    """The status that a web socket is refused with; 101 when it is opened. Names in an address all lead here."""
    here = {"host": "127.0.0.1", "port": server.port, "open_timeout": LONG}
    try:
        async with websockets.connect(address or stream(server), **here, **headers):
            return 101
    except websockets.InvalidStatus as error:
        return error.response.status_code


async def drags(visitor):
    """Whether a visitor's drag is answered, with his points where he left them."""
    await visitor.drag()
    return visitor.drags[-1].seconds is not None and visitor.shown["points"] == visitor.points and not visitor.errors


@pytest.fixture
def watched(tmp_path):
    """Environment of a server that is watched, and the file with whom it has called elsewhere."""
    shutil.copy(Path(__file__).with_name("elsewhere.py"), tmp_path / "sitecustomize.py")
    noted = tmp_path / "called"
    return {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "CALLED_ELSEWHERE": str(noted)}, noted


def test_the_watch_notes_who_is_called(watched):
    environment, noted = watched
    for call in ("getaddrinfo('elsewhere.example', 80)", "socket(type=2).connect(('192.0.2.1', 1))"):
        script = f"import socket\ntry: socket.{call}\nexcept OSError: pass"
        subprocess.run([sys.executable, "-c", script], env=os.environ | environment, check=True)
    assert [line.split()[:2] for line in noted.read_text().splitlines()] == [
        ["socket.getaddrinfo", "elsewhere.example"],
        ["socket.connect", "192.0.2.1"],
    ]


def test_starting_visiting_and_knocking_calls_nobody_elsewhere(fresh_server, watched):
    environment, noted = watched

    async def story(visitor):
        assert set(await asyncio.gather(*(knock(server, origin=EVIL) for _ in range(15)))) == {403}
        assert await knock(server, origin=server.address) == 101
        await visitor.press("explore_play")
        assert await drags(visitor)

    with fresh_server(options=(), CVXDNN_WORKERS="1", **environment) as server:  # as `make app` starts it
        visiting(story, Visitor(port=server.port, number=1))
        visiting(lambda client: client.open("about"), Client(port=server.port, page="sweep"))
    assert not noted.exists(), noted.read_text()


def test_a_name_that_a_stranger_points_here_is_not_answered(fresh_server):
    async def story():
        for name, status in (("evil.example:8501", 403), ("demo.example.org", 101), ("localhost:8501", 101)):
            assert await knock(server, f"ws://{name}/_stcore/stream", origin=f"http://{name}") == status

    with fresh_server(CVXDNN_HOSTS="demo.example.org") as server:
        asyncio.run(story())


def test_a_host_may_keep_its_settings_among_its_secrets(fresh_server, tmp_path):
    (tmp_path / "secrets.toml").write_text('CVXDNN_HOSTS = "demo.example.org"\nCVXDNN_FRAMES = "none"')
    options = ("--server.address", "127.0.0.1", "--secrets.files", str(tmp_path / "secrets.toml"))

    async def story():
        assert await knock(server, "ws://demo.example.org/_stcore/stream", origin="https://demo.example.org") == 101

    with fresh_server(options=options) as server:
        asyncio.run(story())
        with urllib.request.urlopen(server.address, timeout=LONG) as answer:
            assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'self'"


def frame(size, sent, *, is_first=True, is_last=True):
    """The beginning of a web socket frame that announces `size` bytes, with the first `sent` of them."""
    head = bytes([(0x80 if is_last else 0) | (0x02 if is_first else 0), 0x80 | 127])
    return head + size.to_bytes(8, "big") + bytes(4) + bytes(sent)


@pytest.mark.parametrize(
    "begun",
    [
        [frame(100 * MEGABYTE, 10)],
        [frame(MEGABYTE, MEGABYTE, is_first=number == 0, is_last=False) for number in range(3)],
    ],
    ids=["one frame", "many frames"],
)
def test_a_large_message_is_refused_before_it_has_been_sent(fresh_server, begun):
    async def story(visitor):
        async with websockets.connect(stream(server), open_timeout=LONG) as socket:
            for piece in begun:
                socket.transport.write(piece)
            await asyncio.wait_for(socket.wait_closed(), LONG)
            assert socket.close_code == 1009
        assert await drags(visitor)

    with fresh_server() as server:
        visiting(story, Visitor(port=server.port, number=1))


TOKEN = generate_xsrf_token_string()
"""A program can make the token that protects others from it; what it sends itself must be bounded as well."""
FORM = {
    "X-Xsrftoken": TOKEN,
    "Cookie": f"_streamlit_xsrf={TOKEN}",
    "Content-Type": "multipart/form-data; boundary=b",
}


def put(address, size=MEGABYTE):
    """The status that an upload is answered with."""
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + bytes(size) + b"\r\n--b--\r\n"
    request = urllib.request.Request(address, body, FORM, method="PUT")
    with urllib.request.urlopen(request, timeout=LONG) as answer:
        return answer.status


def test_a_tab_that_sends_one_file_after_the_other_fills_no_memory(fresh_server):
    async def story(client):
        address = f"{server.address}/_stcore/upload_file/{client.session}"
        assert await asyncio.to_thread(put, f"{address}/first") == 204
        before, _ = server.megabytes()
        for number in range(60):
            assert await asyncio.to_thread(put, f"{address}/{number}") == 204
        assert server.megabytes()[0] - before < 30

    with fresh_server(CVXDNN_WORKERS="1") as server:
        visiting(story, Client(port=server.port, page="about"))


def test_a_tab_whose_files_do_not_arrive_holds_up_nobody_elses(fresh_server):
    async def story(attacker, visitor):
        headers = {"Host": f"127.0.0.1:{server.port}", "Content-Length": "500000", **FORM}
        lines = [f"PUT /_stcore/upload_file/{attacker.session}/f HTTP/1.1", *map(": ".join, headers.items()), "", "--b"]
        connections = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(MOST_AT_ONCE)]
        for _, writer in connections:
            writer.write("\r\n".join(lines).encode())
        async with asyncio.timeout(LONG):  # until some are refused, and the others wait for the rest of their files
            refused = [asyncio.ensure_future(reader.readline()) for reader, _ in connections]
            while sum(answer.done() for answer in refused) < MOST_AT_ONCE - MOST_OF_TAB:
                await asyncio.sleep(0.05)
        address = f"{server.address}/_stcore/upload_file/{visitor.session}/f"
        assert await asyncio.to_thread(put, address, 100) == 204
        for answer, (_, writer) in zip(refused, connections, strict=True):
            answer.cancel()
            writer.close()

    with fresh_server() as server:  # which complains of nothing
        visiting(story, *(Client(port=server.port, page="about") for _ in range(2)))


def test_who_says_what_a_widget_cannot_read_can_go_on(fresh_server):
    async def story(attacker):
        identity, fragment = attacker._elements[attacker._editor]
        for told in ("[", "", "\x00", f'{{"points": [[0, {"9" * 5_000}]]}}'):
            attacker._states[identity] = {"json_value": told}
            await attacker._rerun(fragment=fragment)
            del attacker._states[identity]
            assert await drags(attacker)

    with fresh_server() as server:
        visiting(story, Visitor(port=server.port, number=1))


def test_what_a_wall_keeps_and_where_it_says_that_it_is_raise_no_error(fresh_server):
    async def story(*everybody):
        for client in everybody:
            for kept in ({"code": "\ud800BCD"}, {"code": "BCDF", "secret": "\ud800", "search": "?\udfff"}):
                await client.choose("class_wall", json_value=json.dumps({"kept": kept}))
                await client.reload()  # what is said next must not take the place of this
            asked = {"what": "begin", "version": 0}
            await client.choose("class_wall", json_value=json.dumps({"asked": asked}))
            await client.reload()
            client._states.clear()
            await client.open("about")
            await client.press("share_button")
            assert await client.until(lambda client=client: "share_as" in client._elements, "the dialog")
            assert client.errors == []

    addresses = ("http://[::1/class", "http://\u2100.example/class", "")
    with fresh_server() as server:
        visiting(story, *(Client(server.port, page="class", query="n=3", address=each) for each in addresses))


def test_who_speaks_of_widgets_that_no_page_has_is_sent_away(fresh_server):
    made_up, large = BackMsg(), BackMsg()
    for number in range(20_000):
        made_up.rerun_script.widget_states.widgets.add(id=f"$$ID-{number}", bool_value=True)
    large.rerun_script.widget_states.widgets.add(id="$$ID-x", string_value="x" * 1_400_000)

    async def ended(message, *, is_first):
        async with Client(port=server.port, page="about") as client, websockets.connect(stream(server)) as socket:
            speaking = socket if is_first else client._socket
            await speaking.send(message.SerializeToString())
            await asyncio.wait_for(speaking.wait_closed(), LONG)
            return speaking.close_code

    async def story(visitor):
        for is_first in (True, False):
            assert await ended(made_up, is_first=is_first) == 1008
            assert await ended(large, is_first=is_first) == 1009
        assert await drags(visitor)

    with fresh_server() as server:
        visiting(story, Visitor(port=server.port, number=1))


def test_silent_sockets_lock_nobody_out(fresh_server):
    async def story(visitor):
        files = server.open_files()
        async with AsyncExitStack() as opened:
            for _ in range(2 * MOST_SILENT):  # faster than they make room, some are refused
                with suppress(websockets.InvalidStatus):
                    await opened.enter_async_context(websockets.connect(stream(server), open_timeout=LONG))
            await asyncio.to_thread(wait_until, lambda: server.open_files() <= files + MOST_SILENT + 4, LONG)
            assert await drags(visitor)
            await asyncio.sleep(LEAST_SECONDS)  # in which nobody of this address has to make room
            async with Client(port=server.port, page="about") as late:
                assert len(late.headings) == 1
        assert server.log.stat().st_size < 10_000

    with fresh_server() as server:
        visiting(story, Visitor(port=server.port, number=1))


def test_who_speaks_of_something_else_has_not_asked_for_a_page(fresh_server):
    async def story(visitor):
        async with AsyncExitStack() as opened:
            sockets = []
            for _ in range(MOST_SILENT):
                socket = await opened.enter_async_context(websockets.connect(stream(server), open_timeout=LONG))
                await socket.send(BackMsg(app_heartbeat=True).SerializeToString())
                sockets.append(socket)
            await asyncio.sleep(LEAST_SECONDS)
            await opened.enter_async_context(websockets.connect(stream(server), open_timeout=LONG))
            await asyncio.wait_for(sockets[0].wait_closed(), LONG)
            assert await drags(visitor)

    with fresh_server() as server:
        visiting(story, Visitor(port=server.port, number=1))


def test_a_session_has_one_socket_and_a_part_of_nothing_is_no_page(fresh_server):
    """Neither is counted: however many a stranger opens, somebody new gets the seat that is free."""

    async def story(own):
        async with AsyncExitStack() as opened:

            async def open_socket(**options):
                opening = websockets.connect(stream(server), open_timeout=LONG, **options)
                return await opened.enter_async_context(opening)

            parts = [await open_socket() for _ in range(5)]
            for socket in parts:
                await socket.send(BackMsg(rerun_script={"fragment_id": "unknown"}).SerializeToString())
            named = [await open_socket(subprotocols=["streamlit", "token", own.session]) for _ in range(WAITING + 5)]
            for socket in named[:-1]:
                await asyncio.wait_for(socket.wait_closed(), LONG)
            assert {socket.close_code for socket in named[:-1]} == {1008}
            async with Client(port=server.port, page="about") as late:
                assert is_in(late)
        assert not late.errors

    with fresh_server(CVXDNN_MAX_SESSIONS="2") as server:
        visiting(story, Client(port=server.port, page="about"))


def test_whatever_is_said_that_is_no_message_the_log_stays_short(fresh_server):
    async def junk(data):
        async with websockets.connect(stream(server), open_timeout=LONG) as socket:
            await socket.send(data)
            await socket.wait_closed()
        return socket.close_code

    async def after_a_page(data):
        async with Client(port=server.port, page="about") as client:
            await client._socket.send(data)
            await client._socket.wait_closed()
        return client._socket.close_code

    async def story():
        assert {await junk(data) for data in (b"\xff" * 100, "text") * 20} == {1002}
        assert set(await asyncio.gather(*(after_a_page(data) for data in (b"\xff" * 100, "text") * 3))) == {1002}

    with fresh_server() as server:
        asyncio.run(story())
        assert len(server.log.read_text().splitlines()) < 50
