"""What the server sends besides the pages: below the path that the host gave the app."""

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Route

from cvxdnn.app.films import film, newest
from cvxdnn.app.modules import assets

__all__ = ["routes"]


def routes() -> list[BaseRoute]:
    """The modules that draw in the browser, and films of trainings."""
    prefix = "/".join(["", *filter(None, st.get_option("server.baseUrlPath").split("/"))])
    return [
        assets(prefix),
        Route(f"{prefix}/films/{{name}}", film, middleware=[Middleware(GZipMiddleware)]),
        Route(f"{prefix}/films/{{name}}/newest", newest),
    ]
