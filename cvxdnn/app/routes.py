"""What the server sends besides the pages: below the path that the host gave the app. Streamlit compresses it."""

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from cvxdnn.app.films import Newest, film
from cvxdnn.app.modules import assets
from cvxdnn.app.rooms.routes import desk, room_routes

__all__ = ["below", "routes", "stills"]


def routes() -> list[BaseRoute]:
    """The modules that draw in the browser, films of trainings, and classes."""
    prefix = below()
    return [
        *assets(prefix),
        Route(f"{prefix}/films/{{name}}", film),
        *room_routes(prefix, desk()),
    ]


def stills() -> Middleware:
    """The middleware that answers looks at newest stills, below the path that the host gave the app."""
    return Middleware(Newest, prefix=below())


def below() -> str:
    """The path that the host gave the app: empty, or with a slash in front."""
    return "/".join(["", *filter(None, st.get_option("server.baseUrlPath").split("/"))])
