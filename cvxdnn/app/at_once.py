"""What the server writes is sent at once.

A system holds back what fills no packet until what was sent before has been confirmed (Nagle, RFC 896), and who is sent
something confirms it up to 40 ms later, to save packets (RFC 1122). Together they delayed every answer on a connection
that had been used before, and what follows the first of several messages: 44 ms, measured, where the server takes one.
Python's event loop therefore switches that off (TCP_NODELAY), but only for sockets that are said to speak TCP, which
Streamlit does not say of its own. So it is done here, for every connection that is made.

There is no public place for that: the names below are those of the version that `requirements.txt` pins.
"""

import socket
from asyncio import Protocol, Transport
from contextlib import suppress

from uvicorn.protocols.http.auto import AutoHTTPProtocol

__all__ = ["send_at_once"]

_begin = AutoHTTPProtocol.connection_made


def send_at_once() -> None:
    """From now on, on all connections of this process."""
    setattr(AutoHTTPProtocol, "connection_made", _begin_at_once)  # noqa: B010 - its type is that of a method


def _begin_at_once(self: Protocol, transport: Transport) -> None:
    with suppress(OSError):  # it is gone already
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _begin(self, transport)
