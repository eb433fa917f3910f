"""What stands between strangers and the app: rules for everything that arrives, before Streamlit sees it.

    names       which names this app answers to, and whose pages may speak to it    (hosts, origin)
    headers     what every answer says to a browser; metrics for the machine's own users only
    sockets     a web socket is for a page: who asks for none is sent away, and there is a bound for all
    silence     those that have not asked yet: a bounded number, in fair shares
    flow        how fast a tab may speak, and how long it may leave unread what it is sent
    messages    what is said of widgets is said of those of a page, in few words
    said        the same message, decoded once for all of them
    values      what its widget could not read was not said
    uploads     a tab keeps its newest files, not all that it was ever sent
    address     where a request comes from
    repetition  one line of log for each kind of event and minute
    descriptors as many open files as the system allows

`GUARDS` are plain ASGI middleware, the first of them outermost; `watch` is what is done once, at the start of the
server. docs/security.md says what is promised, and which test shows it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.middleware import Middleware
from starlette.types import ASGIApp

from cvxdnn.app.at_once import send_at_once
from cvxdnn.app.gate.descriptors import raise_descriptor_limit
from cvxdnn.app.gate.headers import Headers
from cvxdnn.app.gate.messages import Messages
from cvxdnn.app.gate.names import Names
from cvxdnn.app.gate.repetition import bound_the_log
from cvxdnn.app.gate.settings import frames, hosts
from cvxdnn.app.gate.sockets import Sockets
from cvxdnn.app.gate.uploads import Uploads
from cvxdnn.app.gate.values import look_at_values
from cvxdnn.app.theme import keep_theme
from cvxdnn.core.limits import host_limits

__all__ = ["guards", "watch"]

WAITING = 200
"""How many tabs may wait outside for a seat; each looks for one every few seconds."""


def guards() -> list[Middleware]:
    """The middleware of the app.

    It reads the host's settings when the server starts: by then Streamlit has made an environment of its secrets,
    which is where some hosts keep them.
    """
    return [Middleware(guard) for guard in (_headers, _names, _sockets, Messages, Uploads)]


def _headers(app: ASGIApp) -> Headers:
    return Headers(app, frames())


def _names(app: ASGIApp) -> Names:
    return Names(app, hosts())


def _sockets(app: ASGIApp) -> Sockets:
    return Sockets(app, host_limits().sessions + WAITING, _is_expected)


def _is_expected(session: str) -> bool:
    # Imported with the first page: the server answers before the libraries of the pages are loaded.
    from cvxdnn.app.admission import seats

    return seats.expects(session)


@asynccontextmanager
async def watch(app: object) -> AsyncIterator[None]:
    """From the start of the server to its end."""
    raise_descriptor_limit()
    bound_the_log()
    look_at_values()
    keep_theme()
    send_at_once()
    yield
