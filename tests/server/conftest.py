"""Fresh servers of the app, and the stories that clients without a browser act out on them."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from benchmarks.client import Client
from benchmarks.server import running_server

FULL = "limit for browser tabs"


@pytest.fixture
def fresh_server():
    """Start a server that nobody has visited yet: ``with fresh_server(CVXDNN_WORKERS="1") as server``."""

    @contextmanager
    def start(**environment):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with running_server(port, **{"CVXDNN_WORKERS": "0", **environment}) as server:
            yield server
            assert server.complaints() == []

    return start


def acted(story):
    """What a story comes to, in a thread of its own: a browser of other tests may keep this one's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, story).result()


def visiting(story, *clients):
    """Let clients, who come one after the other, act out a story; whatever goes wrong, all of them leave."""

    async def act():
        try:
            for client in clients:
                await client.connect()
            return await story(*clients)
        finally:
            await asyncio.gather(*(client.disconnect() for client in clients), return_exceptions=True)

    return acted(act())


def is_in(client: Client):
    """Whether a client sees a page, and not that the house is full."""
    assert client.headings or any(FULL in text for text in client.alerts), "it sees nothing"
    return not any(FULL in text for text in client.alerts)


async def gets_in(client: Client):
    """The same as soon as the client sees anything: a page that is drawn anew shows nothing for a moment."""
    await client.until(lambda: client.headings or client.alerts, "anything")
    return is_in(client)
