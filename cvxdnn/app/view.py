"""What of a page is shown: all of it, what a projector needs, or what a frame in another page has room for.

    ?view=wall      for a projector: the picture as large as the window, its words at least 1/30 of the height, or
                    nearly so of height or width, whichever is less, where these are nearly the same
    ?embed=true     for a frame in another page (Streamlit's own entry): the picture, its sliders, its numbers
    ?hide=a,b       leaves out groups, by the names in `GROUPS`, in any view

A page is always drawn in full, and a style sheet leaves out what its view does not show, so that every widget keeps its
value. Parts of the page that can be hidden stand in a `group`; what belongs to none is shown on the whole page only.
Components drawn in the browser are sent the view and hide parts of their own (common/look.js, common.css).
"""

from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

__all__ = ["ENTRIES", "GROUPS", "View", "group", "leave_wall", "show_on_wall", "style", "view"]

ENTRIES = ("view", "hide")
"""Entries of the address that say how a page is shown, not what; Streamlit keeps those of embedding apart by itself."""

GROUPS = {
    "title": "title",
    "gap": "numbers above the picture",
    "prices": "bars of the price",
    "sliders": "sliders",
    "film": "film of the training",
    "proof": "neurons and proof under the chart",
    "legend": "legend",
    "train": "Train",
    "data": "data",
    "depth": "depth and loss",
    "network": "network and training",
    "numbers": "table of numbers",
    "words": "what to try, theorem, details",
}
"""What can be hidden: the names in addresses, and what they are called on screen."""

Name = Literal["page", "wall", "embed"]
LEFT_OUT: dict[Name, frozenset[str]] = {
    "page": frozenset(),
    "wall": frozenset({"title", "prices", "network", "numbers", "words"}),
    "embed": frozenset({"title", "prices", "proof", "legend", "numbers", "words"}),
}

_SHOWN = '.stBidiComponent, .stAlert, [class*="st-key-group_"], .st-key-actions'
_ONLY_GROUPS = f"""
.stMainBlockContainer :is(.stElementContainer, .stVerticalBlock, .stHorizontalBlock, .stColumn, .stExpander):not(
  :has({_SHOWN}), :is({_SHOWN}), :is({_SHOWN}) *) {{ display: none; }}
.stSidebar, .stAppHeader, [data-testid="stExpandSidebarButton"] {{ display: none; }}
.st-key-split .stColumn:not(:has(.stBidiComponent, [class*="st-key-group_"])) {{ display: none; }}
.stMainBlockContainer :is(.stVerticalBlock, .stHorizontalBlock) {{ gap: 0.4rem; }}
.st-key-group_train {{ padding: 0; border: 0; }}
"""
_STYLES: dict[Name, str] = {
    "page": "",
    "embed": _ONLY_GROUPS
    + """
.stMainBlockContainer { padding: 0.4rem; --beside: 0.8rem; }
.st-key-explore { --beside: 4rem; }
.st-key-heading, .st-key-explore_progress { display: none; }
""",
    "wall": _ONLY_GROUPS
    + """
html { font-size: max(13px, 1.9vmin); }
.stMainBlockContainer :is(p, li, td, th, button, input[role="combobox"]) {
  font-size: max(17px, 3.34vmin); line-height: 1.15; }
.stMainBlockContainer :is(h2, h3) { font-size: max(22px, 4.4vmin); }
.stMainBlockContainer h3 { font-size: max(19px, 3.8vmin); }
.stMainBlockContainer :is(.stSlider, .stSelectbox) label p { white-space: nowrap; }
.stMainBlockContainer :is(.stSlider, .stSelectbox) {
  align-items: center; display: grid; gap: 0.8rem; grid-template-columns: auto minmax(0, 1fr); }
.stMainBlockContainer .stSlider > [role="group"] { padding-top: 1.4rem; }
.stMainBlockContainer { max-width: none; padding: 0.4rem 0.6rem; --beside: 4.2rem; }
.st-key-explore { --beside: 5.6rem; }
.stMain:has(.st-key-heading):not(:has(.st-key-explore)) { max-height: calc(100svh - 3.4rem); }
.st-key-heading { position: fixed; right: 0.6rem; bottom: 0.4rem; width: auto; z-index: 10; }
.st-key-actions { position: static; }
.st-key-heading_menu, .st-key-explore_progress, .st-key-explore_described,
.st-key-group_data .stPopover, .stMainBlockContainer .stTooltipIcon { display: none; }
.st-key-split > * > .stHorizontalBlock { flex-direction: column; }
.st-key-split > * > .stHorizontalBlock > .stColumn { width: 100%; flex: none; }
.st-key-split > * > .stHorizontalBlock > .stColumn:last-child { width: calc(100% - 9rem); }
.st-key-explore .stColumn:last-child > .stVerticalBlock, .st-key-explore_settings, .st-key-group_depth {
  align-items: center; column-gap: 1.5rem; display: grid; grid-template-columns: auto minmax(0, 1fr); padding: 0;
  border: 0; }
.st-key-group_depth { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
@media (max-aspect-ratio: 3/2) { /* Train stands above what is chosen, whose sliders need the width. */
  .st-key-explore { --beside: 9rem; }
  .st-key-explore .stColumn:last-child > .stVerticalBlock { grid-template-columns: minmax(0, 1fr); } }
/* On a screen that is higher than wide controls stand below each other, and Leave on a strip of its own. */
@media (max-aspect-ratio: 1/1) {
  .stMain:has(.st-key-heading) { max-height: calc(100svh - 3.4rem); }
  .st-key-explore { --beside: 16.5rem; }
  .st-key-split > * > .stHorizontalBlock > .stColumn:last-child { width: 100%; }
  .st-key-explore_settings { grid-template-columns: minmax(0, 1fr); }
}
""",
}


@dataclass(frozen=True)
class View:
    """How a page is shown.

    name : of the view
    hidden : the groups that are left out
    """

    name: Name = "page"
    hidden: frozenset[str] = frozenset()

    @property
    def sent(self) -> dict[str, Any] | None:
        """As the browser's modules take it; None for all of the page."""
        return None if self == View() else {"name": self.name, "hidden": tuple(sorted(self.hidden))}


def view() -> View:
    """What the address asks for; names that mean nothing are ignored."""
    name: Name = "page"
    if st.query_params.get("view") == "wall":
        name = "wall"
    elif st.context.is_embedded:
        name = "embed"
    asked = {word.strip().lower() for word in st.query_params.get("hide", "").split(",")}
    return View(name, LEFT_OUT[name] | (asked & GROUPS.keys()))


def group(name: str, *, border: bool = False) -> DeltaGenerator:
    """A container for what the view may leave out, each once a page; a name that is not in `GROUPS` always stays."""
    return st.container(key=f"group_{name}", border=border)


def style(shown: View) -> str:
    """The rules that leave out what `shown` does not show."""
    hidden = ", ".join(f".st-key-group_{name}" for name in sorted(shown.hidden))
    return _STYLES[shown.name] + (f"{hidden} {{ display: none; }}\n" if hidden else "")


def show_on_wall() -> None:
    """Have the page shown for a projector."""
    st.query_params["view"] = "wall"


def leave_wall() -> None:
    """Have the page shown as it was before."""
    st.query_params.pop("view", None)
