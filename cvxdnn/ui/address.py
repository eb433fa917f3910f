"""The address bar: a link to what is shown, and a history of states that Back and Forward walk through.

A new link makes an entry in the browser's history. An entry that looks like the one before it would make Back a press
without effect. Therefore a link is written only when a setting has changed: one that was written by hand, or that
cannot be used, stays until then. And where a page is opened from another one, which makes an entry with a bare
address, the link goes into that entry (address.js) instead of making another.
"""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

__all__ = ["complete", "is_back_or_forward", "query", "write"]

_mount = st.components.v2.component(
    "cvxdnn_address", js=(Path(__file__).parent / "assets" / "address.js").read_text(encoding="utf-8")
)


def query() -> dict[str, str]:
    """What the browser's address says, without what concerns embedding."""
    return st.query_params.to_dict()


def is_back_or_forward() -> bool:
    """Whether the page runs because the visitor went to another entry of the browser's history."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def write(link: Mapping[str, str]) -> None:
    """A new entry with this link."""
    st.query_params.from_dict(dict(link))


def complete(link: Mapping[str, str]) -> None:
    """Put the link into the present entry, if that has a bare address."""
    _mount(data={"query": dict(link)}, key="address_of_page")
