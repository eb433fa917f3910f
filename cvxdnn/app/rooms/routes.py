"""Addresses of a class, beside those of Streamlit, below the path that the host gave the app.

    GET  /join, /join/CODE          the page for phones, a file
    GET  /rooms/CODE                where the class is        Phone: ID        ?after=VERSION waits for another one
    POST /rooms/CODE/answer         what a phone says         Phone: ID
    GET  /rooms/CODE/class          what the class said       Authorization    ?after=NEWS waits for more
    POST /rooms/CODE/open|lock|reveal|next|close              Authorization

No cookies. A page of another site may not POST (`cvxdnn.app.gate.names`), and cannot send the headers of the others.
"""

from functools import cache

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from cvxdnn.app.modules import ASSETS, DIGEST
from cvxdnn.app.rooms.desk import Desk, Handler, answered
from cvxdnn.app.rooms.store import open_store, place
from cvxdnn.core.limits import host_limits

__all__ = ["desk", "room_routes"]

PAGE = (ASSETS / "phone" / "page.html").read_text(encoding="utf-8")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
}


@cache
def desk() -> Desk:
    """The one of this process; the wall's page uses its store."""
    return Desk(lambda: open_store(place()), host_limits())


def room_routes(prefix: str, at: Desk) -> list[BaseRoute]:
    """The routes, below a path, answered at a desk."""
    room = f"{prefix}/rooms/{{code}}"
    return [
        Route(f"{prefix}/join", _page("")),
        Route(f"{prefix}/join/", _page("../")),
        Route(f"{prefix}/join/{{code}}", _page("../")),
        Route(room, answered(at.state)),
        Route(f"{room}/class", answered(at.look)),
        Route(f"{room}/answer", answered(at.answer), methods=["POST"]),
        Route(f"{room}/{{move}}", answered(at.move), methods=["POST"]),
    ]


def _page(up: str) -> Handler:
    """The page, from an address that lies so far below the app's own."""
    page = PAGE.replace("ROOT/", up).replace("DIGEST", DIGEST)

    async def join(request: Request) -> Response:
        return HTMLResponse(page, headers=HEADERS)

    return join
