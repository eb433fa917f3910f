"""No answer waits for the browser's confirmation of an earlier one."""

import asyncio
import socket

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.server import ServerState

from cvxdnn.app import at_once


async def nothing(scope, receive, send):
    """An app that is not reached."""


async def delays_of_a_connection():
    """Whether the system holds back what is written, on a connection to a socket that does not say it speaks TCP."""
    made = asyncio.get_running_loop().create_future()
    config = uvicorn.Config(nothing)
    config.load()

    class Protocol(AutoHTTPProtocol):
        def connection_made(self, transport):
            super().connection_made(transport)
            made.set_result(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0)

    listening = socket.create_server(("127.0.0.1", 0))
    assert listening.proto == 0
    server = await asyncio.get_running_loop().create_server(
        lambda: Protocol(config=config, server_state=ServerState(), app_state={}), sock=listening
    )
    async with server:
        _, writer = await asyncio.open_connection(*listening.getsockname())
        delays = await made
        writer.close()
    return delays


def test_connections_send_at_once(monkeypatch):
    monkeypatch.setattr(AutoHTTPProtocol, "connection_made", at_once._begin)
    assert asyncio.run(delays_of_a_connection())
    at_once.send_at_once()
    assert not asyncio.run(delays_of_a_connection())
