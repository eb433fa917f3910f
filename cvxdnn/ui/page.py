"""Page frame: configuration, and the layout of the Explore page in two parts that refresh on their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

ICON = Path(__file__).parent / "assets" / "icon.svg"
LIVE_SECONDS = 0.1
"""How often the chart and the numbers look for a new frame while networks train."""

STYLE = """<style>
.stMainBlockContainer { padding: 2.4rem 1.6rem 2rem; max-width: 1360px; }
.stMain h1 { font-size: 1.75rem; padding: 0 0 0.2rem; }
.stMain h4 { padding-top: 0.6rem; }
.stElementContainer[data-stale="true"] { opacity: 1 !important; }
.st-key-explore_buttons { gap: 0.35rem; }
.st-key-explore_buttons button { padding: 0.2rem 0.5rem; min-height: 2.4rem; }
@media (min-width: 768px) { .stSidebar[data-collapsed="false"] { width: 16.5rem !important; } }
@media (max-width: 640px) { .stMainBlockContainer { padding: 3.6rem 0.8rem 2rem; } }
</style>"""


def configure() -> None:
    """Title, icon and width, the same on every page."""
    st.set_page_config(page_title="cvxdnn: networks as splines", page_icon=str(ICON), layout="wide")
    st.html(STYLE)


def live(content: Callable[[], None], *, active: bool) -> None:
    """Run `content` now, on every interaction inside it, and `active`ly ten times a second."""
    st.fragment(content, run_every=LIVE_SECONDS if active else None)()


def figure(content: Any, *, key: str) -> None:
    """A Plotly figure, without the tool bar."""
    st.plotly_chart(content, key=key, config={"displayModeBar": False})
