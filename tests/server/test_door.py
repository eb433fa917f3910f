"""Every way into the app leads through its door: settings, a seat, and the page in its turn.

The pages lie in a folder that Streamlit would serve by itself, past the main script, if it lay beside that.
"""

import asyncio

import pytest

from benchmarks.client import Client
from cvxdnn.app.main import SCRIPT
from tests.server.conftest import acted, gets_in

SEATS = 3
PAGES = ("", "path", "depth", "rank_one", "whitened", "batch_norm", "extreme_points", "beyond", "sweep")
PAGES += ("lesson", "about", "glossary")


def test_no_folder_of_pages_lies_beside_the_main_script():
    assert sorted(path.name for path in SCRIPT.parent.glob("*.py")) == ["__init__.py", "script.py"]
    assert not (SCRIPT.parent / "pages").exists()


@pytest.mark.parametrize("start", range(6))
def test_fifty_deep_links_on_a_fresh_server_find_no_more_seats_than_there_are(fresh_server, start):
    async def story(server):
        # Pages without an optimum to compute, most of them at once: the race is about who is first.
        clients = [Client(server.port, page=("depth", "about", "whitened", "beyond")[n % 4]) for n in range(50)]
        await asyncio.gather(*(client.connect() for client in clients))
        seated = [client for client in clients if await gets_in(client)]
        for client in clients:
            await client.reload()
        seated_later = [client for client in clients if await gets_in(client)]
        errors = [text for client in clients for text in client.errors]
        await asyncio.gather(*(client.disconnect() for client in clients))
        return len(seated), seated_later == seated, errors

    with fresh_server(CVXDNN_MAX_SESSIONS=str(SEATS)) as server:
        assert acted(story(server)) == (SEATS, True, [])


def test_every_page_can_be_the_first_address_after_a_start(fresh_server):
    async def visit(server, page):
        async with Client(server.port, page=page) as client:
            return client.headings[:1], client.errors

    titles = set()
    with fresh_server() as server:
        for page in PAGES:
            headings, errors = acted(visit(server, page))
            assert len(headings) == 1
            assert errors == []
            titles.add(headings[0])
    assert len(titles) == len(PAGES)
