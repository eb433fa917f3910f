"""What every page has besides its content: ways past the navigation for the keyboard, the meanings of its words, and
on paper its address.

The style here is what reading needs of Streamlit's own elements: contrast, room for a finger, and one sheet of paper.
"""

import streamlit as st

from cvxdnn.app.modules import ASSETS, component_script

__all__ = ["STYLE", "aids"]

KEY = "aids"
STYLE = (
    (ASSETS / "terms.css").read_text(encoding="utf-8")
    + """
[data-testid="stLayoutWrapper"]:has(> .st-key-aids), .on-paper { display: none; }
.skip-links button { position: fixed; z-index: 1000000; left: 0.6rem; top: -6rem; padding: 0.6rem 1rem; font: inherit;
  color: #fff; background: #005a8c; border: 2px solid #fff; border-radius: 0.6rem; }
.skip-links button:focus { top: 0.6rem; outline: 2px solid #005a8c; }
.stMain [data-testid="stCaptionContainer"] { opacity: 0.8; }
.stMain button[kind="primary"], .stMain [data-tag] { background-color: #0072b2; border-color: #0072b2; color: #fff; }
@media (pointer: coarse) {
  .stMain button:not([data-tag] *), .stMain summary { min-height: 44px; }
}
@media print {
  @page { size: A4; margin: 10mm; }
  .on-paper { display: block; overflow-wrap: anywhere; font-size: 9pt; margin: 4mm 0 0; }
  .stSidebar, .stAppHeader, .skip-links, .stMain .stButton, .stMain .stDownloadButton,
  .stMain [data-testid="stPopover"], .stMain [data-testid="stExpander"], .st-key-explore_later,
  .st-key-split .stColumn:first-child > .stVerticalBlock > :not(:first-child) { display: none !important; }
  .stMainBlockContainer { padding: 0; zoom: 0.66; }
  .stMain [class*="st-key-explore_"] { min-height: 0; }
  .stApp, .stApp > *, .stMain { position: static !important; height: auto !important; overflow: visible !important; }
}
"""
)
_mount = st.components.v2.component("cvxdnn_aids", js=component_script("aids.js"))


def aids() -> None:
    """Mount them; they take no room."""
    with st.container(key=KEY):
        _mount(key=KEY + "_of_page")
