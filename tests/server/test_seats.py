"""A seat, and whatever else hangs on a session, ends with the session and with nothing that a browser can send."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.client import Client
from tests.server.conftest import is_in, visiting

SEATS = 3


async def clear_cache(client):
    message = BackMsg()
    message.clear_cache = True
    await client.send(message)
    await client.reload()  # messages are read in the order in which they were sent


@pytest.mark.parametrize("sender", [0, SEATS], ids=["a visitor", "a stranger"])
def test_clearing_all_caches_gives_nobodys_seat_away(fresh_server, sender):
    async def story(*everybody):
        *seated, stranger = everybody
        assert [is_in(client) for client in everybody] == [True] * SEATS + [False]
        await clear_cache(everybody[sender])
        await stranger.reload()
        for client in seated:
            await client.reload()
        assert [is_in(client) for client in everybody] == [True] * SEATS + [False]

    with fresh_server(CVXDNN_MAX_SESSIONS=str(SEATS)) as server:
        visiting(story, *(Client(server.port, page="about") for _ in range(SEATS + 1)))


def test_a_seat_is_free_when_its_tab_has_closed(fresh_server):
    async def story(first, second):
        assert (is_in(first), is_in(second)) == (True, False)
        await first.disconnect()
        assert await second.until(lambda: second.headings, "the page")
        assert is_in(second)

    with fresh_server(CVXDNN_MAX_SESSIONS="1") as server:
        visiting(story, Client(server.port, page="about"), Client(server.port, page="about"))


def test_who_comes_back_without_a_seat_is_shown_no_part_of_a_page_either(fresh_server):
    async def story(first, second):
        assert (is_in(first), is_in(second)) == (True, False)
        assert await first.until(lambda: first._timers, "a part that moves")
        part = next(iter(first._timers))
        await first.disconnect()
        assert await second.until(lambda: second.headings and is_in(second), "the page")
        await first.connect(part)
        assert await first.until(lambda: first.alerts and not first.headings, "the full house")
        assert not is_in(first)

    with fresh_server(CVXDNN_MAX_SESSIONS="1") as server:
        visiting(story, Client(server.port, page="about"), Client(server.port, page="about"))
