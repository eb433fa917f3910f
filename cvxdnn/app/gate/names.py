"""Which names this app answers to, and whose pages may speak to it. Decided at once, from the request alone.

Host. A page of a stranger's can let its own name point to this machine (DNS rebinding): to the browser it then
speaks to its own site. Only the Host header shows the name. The app answers to names that a stranger cannot have
(this machine's own, names without a dot, addresses in digits), and to those that the host lists.

Origin. A browser says which page opens a web socket or changes something. It must be a page of this app: its origin
is the host that was asked, or a listed name where a proxy has put another name in its place. Streamlit would ask an
outside service for its own address before it refuses, with everybody waiting; it is never asked.
"""

import ipaddress
import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Names", "answers_to", "is_own_page"]

UNKNOWN_NAME = "This app does not answer to this name. Whoever runs it can list the name in CVXDNN_HOSTS.\n"
ANOTHER_SITE = "A page of another site may not speak to this app.\n"
DEFAULT_PORTS = {"http": 80, "https": 443}
HARMLESS = {"GET", "HEAD", "OPTIONS"}


class Names:
    """Middleware: refuses requests for other names, and web sockets and changes from other sites.

    Parameters
    ----------
    app : ASGI application
    listed : tuple of str
        The host's own names, see `cvxdnn.app.gate.settings`.
    """

    def __init__(self, app: ASGIApp, listed: tuple[str, ...]) -> None:
        self._app, self._listed = app, listed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        host, origin = _header(scope, b"host"), _header(scope, b"origin")
        changes = scope["type"] == "websocket" or scope["method"] not in HARMLESS
        if not answers_to(host, self._listed):
            await _refuse(UNKNOWN_NAME, 400, scope, receive, send)
        elif changes and not is_own_page(origin, host, self._listed):
            await _refuse(ANOTHER_SITE, 403, scope, receive, send)
        else:
            await self._app(_judged(scope, origin, host), receive, send)


def answers_to(host: str | None, listed: tuple[str, ...]) -> bool:
    """Whether the app is known by the name in this Host header; programs that send none are no browsers."""
    if host is None:
        return True
    name, _ = _name_and_port(host)
    return name is not None and (_is_nobody_elses(name) or _is_listed(name, listed))


def is_own_page(origin: str | None, host: str | None, listed: tuple[str, ...]) -> bool:
    """Whether a page of this origin is one of the app's; programs that send none are no browsers."""
    if origin is None:
        return True
    scheme, separator, rest = origin.partition("://")
    name, port = _name_and_port(rest)
    if not separator or scheme not in DEFAULT_PORTS or name is None:
        return False
    asked, asked_port = _name_and_port(host or "")
    default = DEFAULT_PORTS[scheme]
    is_same = name == asked and (port or default) == (asked_port or default)
    return is_same or _is_listed(name, tuple(each for each in listed if each not in ("*", "localhost")))


def _judged(scope: Scope, origin: str | None, host: str | None) -> Scope:
    """Without an origin that Streamlit, which knows less, would ask about outside."""
    if scope["type"] == "http" or origin is None or urlsplit(origin).netloc == host:
        return scope
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"origin"]}


def _is_nobody_elses(name: str) -> bool:
    """Whether no stranger can have this name: digits, no dot, or this machine's own."""
    with suppress(ValueError):
        return bool(ipaddress.ip_address(name))
    own = socket.gethostname().lower()
    return "." not in name or name.endswith(".localhost") or name in (own, f"{own}.local")


def _is_listed(name: str, listed: tuple[str, ...]) -> bool:
    return any(each in ("*", name) or (each.startswith("*.") and name.endswith(each[1:])) for each in listed)


def _name_and_port(host: str) -> tuple[str | None, int | None]:
    """Host name in lower case and port of a Host header; no name if it is not of that form."""
    try:
        parts = urlsplit(f"//{host}")
        is_plain = parts.netloc == host and parts.username is None and parts.password is None
        return (parts.hostname or "").rstrip(".") or None if is_plain else None, parts.port
    except ValueError:
        return None, None


def _header(scope: Scope, name: bytes) -> str | None:
    """The only header of this name; two of them are as good as a false one."""
    values: list[bytes] = [value for key, value in scope["headers"] if key == name]
    return None if not values else values[0].decode("latin-1") if len(values) == 1 else "two/of them"


async def _refuse(text: str, status: int, scope: Any, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await PlainTextResponse(text, status)(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 1008})
