"""A real server and visitors who do not use a browser: what one of them sends harms nobody else.

The visitors are those of the benchmark (`benchmarks.visitor`): they speak Streamlit's protocol, so they can also say
what no page of ours would let a browser say.
"""

import asyncio
import json
import random
import socket
import urllib.error
import urllib.request

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.server import running_server
from benchmarks.visitor import Visitor
from tests.jobs.jobs_tasks import wait_until

LONG = 120  # seconds after which a test has failed: workers may still be starting
LONG_TRAINING = {"depth": 5, "width": 100, "restarts": 8, "optimizer": "gd"}
ORIGIN = "http://example.org"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server():
    """Has room for whoever comes while those of the test before are still leaving."""
    with running_server(free_port(), CVXDNN_WORKERS="2") as running:
        yield running


def visiting(server, story, *numbers):
    """Let visitors act out a story."""

    async def act():
        visitors = [Visitor(port=server.port, number=number, settings=LONG_TRAINING) for number in numbers]
        for visitor in visitors:
            await visitor.connect()
        try:
            await story(*visitors)
        finally:
            for visitor in visitors:
                await visitor.disconnect()

    asyncio.run(act())


async def sees_new_frames(visitor):
    """Training goes on: more networks arrive."""
    seen = visitor.frames
    async with asyncio.timeout(LONG):
        while visitor.frames < seen + 3:
            await asyncio.sleep(0.05)


def answer(request):
    try:
        with urllib.request.urlopen(request, timeout=LONG) as reply:
            return reply.status, reply.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def test_a_page_of_another_site_gets_no_connection_and_no_permission(server):
    async def connect(**headers):
        async with websockets.connect(f"ws://127.0.0.1:{server.port}/_stcore/stream", **headers):
            pass

    asyncio.run(connect(origin=server.address))
    with pytest.raises(websockets.InvalidStatus, match="403"):
        asyncio.run(connect(origin=ORIGIN))
    for path in ("/", "/_stcore/health", "/_stcore/host-config"):
        _, headers = answer(urllib.request.Request(server.address + path, headers={"Origin": ORIGIN}))
        assert headers.get("Access-Control-Allow-Origin") not in ("*", ORIGIN)


def test_an_upload_without_the_token_is_refused(server):
    async def story(visitor):
        address = f"{server.address}/_stcore/upload_file/{visitor.session}/1"
        status, _ = await asyncio.to_thread(answer, urllib.request.Request(address, b"x", method="PUT"))
        assert status == 403

    visiting(server, story, 1)


def test_clearing_the_cache_does_not_end_the_training_of_others(server):
    async def story(victim, attacker):
        await sees_new_frames(victim)
        workers = server.workers()
        await attacker.send(BackMsg(clear_cache=True))
        await sees_new_frames(victim)
        assert server.workers() == workers
        await victim.press("explore_stop")
        assert not victim.errors
        assert not victim.leaks

    visiting(server, story, 1, 2)
    # The victim's job was never interrupted: neither by the clearing, nor by a worker that died.
    assert not [job for job in map(json.loads, server.jobs()) if job["outcome"] not in ("stopped", "done", "abandoned")]


def test_garbage_closes_the_connection_that_it_came_from_and_no_other(server):
    async def speak(data):
        """Send, and listen until the connection is closed, which may happen before all of it has been sent."""
        async with websockets.connect(f"ws://127.0.0.1:{server.port}/_stcore/stream") as socket:
            await socket.send(data)
            await asyncio.wait_for(socket.recv(), LONG)

    async def story(witness):
        chance = random.Random(0)
        for size in (0, 1, 10, 1_000, 100_000):
            async with websockets.connect(f"ws://127.0.0.1:{server.port}/_stcore/stream") as socket:
                await socket.send(chance.randbytes(size))
        with pytest.raises(websockets.ConnectionClosed):
            await speak(b"\0" * 3_000_000)
        await witness.drag()
        assert witness.drags[-1].seconds is not None
        assert not witness.errors

    visiting(server, story, 1)
    assert answer(server.address + "/_stcore/health")[0] == 200


@pytest.mark.parametrize(
    "state",
    [
        {"points": None},
        {"points": "gASVCAAAAAAAAACMBHRlc3SULg=="},
        {"points": [[0, "<script>"], [1, None]]},
        {"points": [[0, 0]] * 5_000},
        {"points": [[1e308, 0], [-1e308, 0]]},
        {"points": [[0, 0], [1, 1]], "edits": {"number": "x", "points": [[[]]]}},
        {"points": [[0, 0], [1, 1]], "hidden": [["no such curve"]]},
        {"preview": 7},
    ],
    ids=range(8),
)
def test_a_state_that_no_browser_sends_harms_its_sender_at_most(server, state):
    async def story(witness, attacker):
        await attacker.tell(**state)
        await witness.drag()
        assert witness.drags[-1].seconds is not None
        assert not witness.errors
        assert not witness.leaks

    visiting(server, story, 1, 2)


@pytest.mark.parametrize(
    "points",
    [[[0, float("nan")]], [[0, None]], [[0, "0x10"]], [[0, [[1]]]], [[0, 10**4000]], 7],
    ids=["NaN", "null", "hexadecimal", "nested", "4,000 digits", "no list"],
)
def test_odd_points_get_the_refusal_that_a_missing_number_gets(server, points):
    async def story(attacker):
        await attacker.tell(points=points)
        async with asyncio.timeout(LONG):
            while not attacker.errors:
                await asyncio.sleep(0.05)
        assert attacker.errors[0].startswith("Nothing was changed: ")
        await attacker.drag()
        assert attacker.drags[-1].seconds is not None

    complaints = server.complaints()
    visiting(server, story, 1)
    assert server.complaints() == complaints


def test_who_clears_everything_of_his_own_is_met_with_no_error(server):
    async def story(attacker):
        await attacker.send(BackMsg(clear_cache=True))
        await attacker.tell(points=attacker.points, hidden=["spline"])
        await attacker.reload()

    complaints = server.complaints()
    visiting(server, story, 1)
    assert server.complaints() == complaints


def test_a_full_house_says_so_and_opens_again():
    async def story(*seated):
        late = Visitor(port=server.port, number=9)
        knocking = asyncio.create_task(late.connect())
        async with asyncio.timeout(LONG):
            while not any("limit for browser tabs" in text for text in late.errors):
                await asyncio.sleep(0.05)
            await seated[0].disconnect()
            await knocking
        assert late.shown["points"] == late.points
        await late.disconnect()

    with running_server(free_port(), CVXDNN_WORKERS="1", CVXDNN_MAX_SESSIONS="3") as server:
        visiting(server, story, 1, 2, 3)


def test_a_lost_connection_comes_back_to_its_points_and_its_training(server):
    async def story(visitor):
        await sees_new_frames(visitor)
        await visitor.drag()
        points = visitor.points
        await visitor.disconnect()
        await asyncio.sleep(1.0)
        await visitor.connect()
        assert visitor.shown["points"] == points
        await sees_new_frames(visitor)
        assert not visitor.errors

    visiting(server, story, 1)


def test_a_closed_tab_leaves_no_job_behind():
    async def story(visitor):
        await sees_new_frames(visitor)

    with running_server(free_port(), CVXDNN_WORKERS="1") as server:
        visiting(server, story, 1)
        wait_until(lambda: [json.loads(job)["outcome"] for job in server.jobs()] == ["abandoned"], LONG)
