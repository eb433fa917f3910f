"""How fast a tab may speak, and what becomes of one that does not read."""

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from cvxdnn.app.gate import flow
from cvxdnn.app.gate.flow import BURST, LONG_LINE, RATE, WHOLE_PAGE, WHOLE_PAGE_IN_LINE, Tokens, paced, patient

PART = BackMsg(rerun_script={"fragment_id": "chart"}).SerializeToString()
PAGE = BackMsg(rerun_script={"query_string": ""}).SerializeToString()
GARBAGE = b"\xff\xff"


@pytest.fixture
def clock(monkeypatch):
    """A time in which only sleeping takes any."""

    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

        async def sleep(self, seconds):
            self.now += seconds

    clock = Clock()
    monkeypatch.setattr(flow.asyncio, "sleep", clock.sleep)
    return clock


def seconds(clock, data, many, waiting=0):
    """Within which so many messages are heard, one of them as soon as the other."""

    async def story():
        async def receive():
            return {"type": "websocket.receive", "bytes": data}

        hear = paced(receive, Tokens(clock), lambda: waiting)
        for _ in range(many):
            assert (await hear())["bytes"] == data
        return clock.now

    return asyncio.run(story())


@pytest.mark.parametrize(("data", "cost"), [(PART, 1), (GARBAGE, 1), (PAGE, WHOLE_PAGE)])
def test_a_burst_is_heard_at_once_and_more_in_their_time(clock, data, cost):
    burst = int(BURST / cost)
    assert seconds(clock, data, burst) == 0
    many = 1_000
    clock.now = 0.0
    assert seconds(clock, data, burst + many) == pytest.approx((many - 1) * cost / RATE)


def test_whole_pages_are_dear_where_pages_wait_and_parts_are_not(clock):
    many = 100
    assert seconds(clock, PAGE, 1, waiting=LONG_LINE) == 0
    assert seconds(clock, PAGE, many, waiting=LONG_LINE) == pytest.approx(
        ((many - 1) * WHOLE_PAGE_IN_LINE - BURST) / RATE
    )
    clock.now = 0.0
    assert seconds(clock, PART, int(BURST), waiting=LONG_LINE) == 0


def test_a_page_of_ours_never_waits(clock):
    """A drag tells of 15 places a second, and two charts ask for themselves ten times a second."""
    tokens = Tokens(clock)
    for frame in range(10_000):
        clock.now = frame / 35
        tokens.spend(1.0)
        assert tokens.seconds_until_paid() == 0


@pytest.mark.parametrize(("is_gone", "error"), [(True, ConnectionResetError), (False, TimeoutError)])
def test_who_is_gone_or_reads_nothing_is_cut_off(is_gone, error):
    async def story():
        never = asyncio.Event()

        async def send(message):
            if is_gone:
                raise error
            await never.wait()

        async with asyncio.timeout(None) as life:
            tell = patient(send, life, seconds=0.01)
            with pytest.raises(error):
                await tell({"type": "websocket.send"})
            await never.wait()

    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(story(), 60))


def test_who_reads_is_told_everything():
    async def story():
        told = []

        async def send(message):
            told.append(message)

        async with asyncio.timeout(None) as life:
            await patient(send, life)("hello")
        return told

    assert asyncio.run(story()) == ["hello"]
