"""What every answer tells the browser, and the one address that is not for everybody.

    X-Content-Type-Options     what is sent is what it says it is
    Referrer-Policy            a link to another site does not carry the address bar, which holds somebody's points
    Content-Security-Policy    who may show the app in a frame, if the host restricts it

By default anybody may: teachers put the app into the pages of their course. There is nothing in it that a click on a
hidden button could give away, neither accounts nor anything that outlives the tab.

Metrics (sessions, memory, names of caches) are for who sits at this machine: they are no visitor's business.
"""

import re
from ipaddress import ip_address

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Headers"]

METRICS = "/_stcore/metrics"
PROXIES_OWN = re.compile(rb"via|cdn-loop|.*forwarded.*|.*-ip|.*-ip-.*|cf-.*")
"""What proxies and tunnels add to what they pass on, each its own: no program that asks for itself sends any of it."""


class Headers:
    """Middleware: adds headers to every answer, and keeps metrics at home.

    Parameters
    ----------
    app : ASGI application
    frames : tuple of str, optional
        The sites that may show the app in a frame; empty: none, left out: any.
    """

    def __init__(self, app: ASGIApp, frames: tuple[str, ...] | None = None) -> None:
        self._app = app
        self._added = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
        if frames is not None:
            self._added["Content-Security-Policy"] = "frame-ancestors " + (" ".join(["'self'", *frames]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may be asked; add the headers to what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._added)
            await send(message)

        if scope["path"].rstrip("/").endswith(METRICS) and not _is_local(scope):
            await PlainTextResponse("Not Found", 404)(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)


def _is_local(scope: Scope) -> bool:
    """Whether this machine asks for itself, and not for somebody else as a proxy does."""
    client = scope.get("client")
    is_passed_on = any(PROXIES_OWN.fullmatch(name) for name, _ in scope["headers"])
    return client is not None and _is_loopback(client[0]) and not is_passed_on


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
