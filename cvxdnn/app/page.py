"""Page frame: configuration, style, heading and columns, and parts of a page that refresh on their own."""

from collections.abc import Callable, Hashable
from functools import wraps
from pathlib import Path
from typing import Protocol

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cvxdnn.app import address
from cvxdnn.app.admission import admitted
from cvxdnn.app.aids import STYLE as STYLE_OF_AIDS
from cvxdnn.app.aids import aids
from cvxdnn.app.glossary import explained
from cvxdnn.app.pace import pace
from cvxdnn.app.share import share_button
from cvxdnn.app.tab import tab
from cvxdnn.app.view import group, leave_wall, show_on_wall, style, view

ICON = Path(__file__).parent / "assets" / "icon.svg"
LIVE_SECONDS = 0.1
"""How often the chart and the numbers look for a new frame while networks train."""

STYLE = """
/* Streamlit's header is 60 px high. What has a place in its row scrolls away with the page. */
.stMainBlockContainer { padding: 4rem 1.6rem 2rem; max-width: 2200px; position: relative; }
.stMain h1 { font-size: 1.75rem; padding: 0 0 0.2rem; }
.stMain h2 { font-size: 1.25rem; padding: 0.8rem 0 0.2rem; }
.stMain h3 { font-size: 1.05rem; padding: 0 0 0.2rem; }
.stElementContainer[data-stale="true"] { opacity: 1 !important; }
[data-testid="stLayoutWrapper"]:has(> .st-key-address_bar) { display: none; }
/* Beside the title the buttons would leave it half of a tablet: they stand in the row of Streamlit's header. */
.st-key-actions { position: absolute; top: 0.6rem; right: 1.6rem; width: auto; z-index: 1000000; }
.st-key-actions button { min-height: 2.4rem; padding: 0.2rem 0.7rem; }
.st-key-actions .stPageLink a { border: 1px solid color-mix(in srgb, currentColor 20%, transparent);
  border-radius: 0.5rem; margin: 0; min-height: 2.4rem; padding: 0.2rem 0.7rem; }
.st-key-actions .stElementContainer:has(> .stPageLink) { margin: 0; }
.st-key-take_home button, .st-key-take_home button > * { justify-content: flex-start; padding: 0.2rem 0; }
.st-key-explore_buttons { gap: 0.35rem; }
.st-key-explore_buttons button { padding: 0.2rem 0.5rem; min-height: 2.4rem; }
.stSidebar [data-testid="stSidebarContent"] { padding: 0 0.5rem; }
.stSidebar [data-testid="stSidebarNavLink"] span { font-size: 0.86rem; }
.st-key-explore_progress { min-height: 3.1rem; }
.st-key-explore_described { min-height: 4.4rem; }
/* Side by side where both have room, else one under the other. */
.st-key-split > * > .stHorizontalBlock, [class*="st-key-halves_"] > * > .stHorizontalBlock { flex-wrap: wrap; }
[class*="st-key-halves_"] > * > .stHorizontalBlock > .stColumn { min-width: min(100%, 440px); }
.st-key-split > * > .stHorizontalBlock > :where(.stColumn:first-child) {
  flex: 2.7 1 620px; min-width: min(100%, 620px); }
.st-key-split > * > .stHorizontalBlock > :where(.stColumn:last-child) {
  flex: 1.15 1 300px; min-width: min(100%, 300px); }
@media (min-width: 768px) { .stSidebar[data-collapsed="false"] { width: 16.5rem !important; } }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 4rem 0.8rem 2rem; }
  .stMain h1 { font-size: 1.3rem; padding: 0; }
  .st-key-actions { right: 0.8rem; }
  .st-key-view_projector { display: none; }
  [class*="st-key-"][class*="_said"] { min-height: 2.8rem; }
  /* The picture on the button must do: its words are for who cannot see it. */
  .st-key-heading_menu [data-testid="stPopoverButton"] [data-testid="stMarkdownContainer"] {
    clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; width: 1px; }
}
/* Where the columns are one, the controls of the picture come next to it, and what is of interest later at the end. */
@media screen and (max-width: 900px) {
  .st-key-split > * > .stHorizontalBlock > .stColumn,
  .st-key-split > * > .stHorizontalBlock > .stColumn > .stVerticalBlock { display: contents; }
  .stColumn:first-child > .stVerticalBlock > :not(:first-child):not(.st-key-explore *) { order: 1; }
  .stColumn:last-child > .stVerticalBlock > :nth-child(n + 3):not(.st-key-explore *) { order: 2; }
  .st-key-explore .stColumn > .stVerticalBlock > :has(> .st-key-explore_later) { order: 1; }
}
"""


def configure() -> None:
    """Title, icon and width, the same on every page, and what its view leaves out."""
    st.set_page_config(page_title="cvxdnn: networks as splines", page_icon=str(ICON), layout="wide")
    st.html(f"<style>{STYLE_OF_AIDS}{STYLE}{style(view())}</style>")
    aids()


def heading(claim: str, what_to_do: str = "") -> DeltaGenerator:
    """What a page shows, in a sentence, and what to do to see it; below, what is to be said of its link.

    Returns
    -------
    DeltaGenerator
        The place of a menu beside it, see `cvxdnn.app.take_home`.
    """
    with st.container(key="heading", horizontal=True):
        with group("title"):
            st.title(claim, anchor=False)
            if what_to_do:
                st.write(explained(what_to_do))
        with st.container(key="actions", horizontal=True, width="content", gap="xsmall"):
            menu = st.container(key="heading_menu", width="content")
            _actions(view().name == "wall")
    with st.container():  # always there, so that a message moves nothing and remounts nothing
        if note := address.note():
            st.warning(note)
    return menu


def _actions(is_on_wall: bool) -> None:
    if is_on_wall:
        st.button("Leave", icon=":material/close:", key="view_leave", on_click=leave_wall)
        return
    st.button("Projector", icon=":material/tv:", key="view_projector", on_click=show_on_wall)
    share_button()


def wide_and_narrow() -> tuple[DeltaGenerator, DeltaGenerator]:
    """A wide column for what moves, and a narrow one beside it for controls, numbers and words; once a page.

    Each goes on at its own pace down to the end of the page: rows of both would leave blanks under the shorter one.
    """
    with st.container(key="split"):
        wide, narrow = st.columns([2.7, 1.15], gap="small")
    return wide, narrow


def halves(name: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Two columns of one width; the name is unique on the page."""
    with st.container(key=f"halves_{name}"):
        left, right = st.columns(2, gap="small")
    return left, right


class Watched(Protocol):
    """A job, or several, of which parts of a page show different things."""

    @property
    def is_running(self) -> bool:
        """Whether there is something to wait for."""
        ...

    @property
    def stage(self) -> Hashable:
        """What more than one part of the page shows: when it changes, all of them are drawn anew."""
        ...

    def poll(self) -> None:
        """Take over what has been reported since the last look."""
        ...


def live(
    watched: Watched,
    content: Callable[[], None],
    *,
    every: float = LIVE_SECONDS,
) -> None:
    """Draw `content` now, on every interaction inside it and, while something is running, again and again.

    The whole page follows when the stage of `watched` changes. A live part has a container of its own, so that it
    always stands at the same place of the page.

    Parameters
    ----------
    every : float
        Seconds from one drawing to the next; more while many pages are active, see `cvxdnn.app.pace`.
    """
    watched.poll()
    drawn = watched.stage

    @wraps(content)
    def newest() -> None:
        watched.poll()
        if watched.stage != drawn:
            st.rerun()
        content()

    with st.container():
        _mount(newest, watched.is_running, every)


def _mount(content: Callable[[], None], active: bool, every: float) -> None:
    if not active:
        st.fragment(admitted(content))()
        return
    stretch = pace.stretch
    noted = admitted(pace.measured(content, (tab().session, content.__qualname__), every))

    @wraps(content)
    def paced() -> None:
        if pace.stretch != stretch:
            st.rerun()
        noted()

    st.fragment(paced, run_every=stretch * every)()
