"""Silent sockets: fair shares for addresses, and time to speak for who has got in."""

import asyncio
from contextlib import suppress

import pytest

from cvxdnn.app.gate.address import neighbourhood
from cvxdnn.app.gate.silence import Silence

MOST = 4


class Hall:
    """Silent sockets, and whether each was let in and is there still."""

    def __init__(self, least_seconds):
        self.silence = Silence(MOST, least_seconds)
        self.there = []

    async def open(self, address, many=1):
        """Open sockets of an address; whether the last of them was let in."""
        for _ in range(many):
            entered = asyncio.get_running_loop().create_future()
            self.there.append((address, asyncio.create_task(self._be_silent(address, entered))))
            let_in = await entered
            await asyncio.sleep(0.001)
        return let_in

    async def _be_silent(self, address, entered):
        with suppress(TimeoutError):
            async with asyncio.timeout(60) as patience:
                entered.set_result(self.silence.enter(patience, address))
                await (asyncio.sleep(60) if entered.result() else asyncio.sleep(0))

    def addresses(self):
        return "".join(address for address, task in self.there if not task.done())


def silent(story, least_seconds):
    asyncio.run(story(Hall(least_seconds)))


def test_those_of_one_address_replace_the_one_that_has_been_silent_for_longest():
    async def story(hall):
        assert await hall.open("a", 2 * MOST)
        assert [task.done() for _, task in hall.there] == [True] * MOST + [False] * MOST

    silent(story, least_seconds=0)


def test_who_has_got_in_has_time_to_speak_however_fast_others_of_his_address_come():
    async def story(hall):
        await hall.open("a", MOST)
        assert not await hall.open("a", 100)
        assert hall.addresses() == "a" * MOST
        assert [task.done() for _, task in hall.there] == [False] * MOST + [True] * 100

    silent(story, least_seconds=60)


def test_somebody_from_another_address_gets_in_and_stays():
    async def story(hall):
        await hall.open("a", MOST)
        assert await hall.open("b")
        await hall.open("a", 100)
        assert hall.addresses() == "a" * (MOST - 1) + "b"
        assert await hall.open("c")
        assert sorted(hall.addresses()) == ["a", "a", "b", "c"]

    silent(story, least_seconds=60)


def test_no_address_pushes_others_below_its_own_share():
    async def story(hall):
        await hall.open("a", MOST)
        await hall.open("b", 100)
        assert sorted(hall.addresses()) == ["a", "a", "b", "b"]

    silent(story, least_seconds=60)


def test_a_place_is_free_when_it_is_left():
    async def story(hall):
        await hall.open("a", MOST)
        (_, task), *_ = hall.there
        hall.silence.leave(next(iter(hall.silence._places)))
        assert await hall.open("a")
        assert len(hall.silence) == MOST
        assert not task.done()

    silent(story, least_seconds=60)


@pytest.mark.parametrize(
    ("client", "where"),
    [
        (("192.0.2.1", 1), "192.0.2.1"),
        (("::ffff:192.0.2.1", 1), "192.0.2.1"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("testclient", 1), "unknown"),
        (None, "unknown"),
    ],
)
def test_a_neighbourhood_is_what_one_subscriber_has(client, where):
    assert neighbourhood({"client": client}) == where
