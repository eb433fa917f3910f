"""The address bar: a link to what is shown, and a history of states that Back and Forward walk through.

A new link makes an entry in the browser's history. An entry that looks like the one before it would make Back a press
without effect. Therefore a link is written only when a setting has changed: one that was written by hand, or that
cannot be used, stays until then. And where a page is opened from another one, which makes an entry with a bare
address, the link goes into that entry (address.js) instead of making another.

Streamlit says that a run comes from a step through the history, but forgets it when another run is asked for at the
same time; so the browser reports each step, too.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cvxdnn.app.view import ENTRIES

__all__ = ["follow", "query", "write"]

Query = dict[str, str]

KEY = "address_bar"
_mount = st.components.v2.component(
    "cvxdnn_address", js=(Path(__file__).parent / "assets" / "address.js").read_text(encoding="utf-8")
)


def query() -> Query:
    """What the browser's address says of the page's settings, without how it is shown (`cvxdnn.app.view`)."""
    return {name: value for name, value in st.query_params.to_dict().items() if name not in ENTRIES}


def write(link: Mapping[str, str]) -> None:
    """A new entry with this link; the page goes on being shown as it is."""
    shown = {name: value for name, value in st.query_params.to_dict().items() if name in ENTRIES}
    st.query_params.from_dict({**shown, **link})


def follow(link: Mapping[str, str], visit: Callable[[Query], None]) -> None:
    """Call `visit` with the query of every entry that the visitor goes to.

    Parameters
    ----------
    link : mapping
        The query of a page that is opened with a bare address.
    visit : callable
        May be called several times for one step.
    """
    context = get_script_run_ctx()
    if context is not None and context.is_history_navigation:
        visit(query())
    with st.container(key=KEY):  # takes no room
        _mount(key=KEY + "_of_page", data={"query": dict(link)}, on_visited_change=lambda: _visited(visit))


def _visited(visit: Callable[[Query], None]) -> None:
    entry = st.session_state[KEY + "_of_page"]["visited"]
    if isinstance(entry, Mapping) and isinstance(entry.get("query"), Mapping):
        visit({str(name): str(value) for name, value in entry["query"].items()})
