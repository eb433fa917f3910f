"""What every page has besides its content: ways past the navigation for the keyboard, and on paper its address."""

import streamlit as st

from cvxdnn.app.modules import component_script

__all__ = ["STYLE", "aids"]

KEY = "aids"
STYLE = """
.st-key-aids, .on-paper { display: none; }
.skip-links button { position: fixed; z-index: 1000000; left: 0.6rem; top: -6rem; padding: 0.6rem 1rem; font: inherit;
  color: #fff; background: #005a8c; border: 2px solid #fff; border-radius: 0.6rem; }
.skip-links button:focus { top: 0.6rem; outline: 2px solid #005a8c; }
"""
_mount = st.components.v2.component("cvxdnn_aids", js=component_script("aids.js"))


def aids() -> None:
    """Mount them; they take no room."""
    with st.container(key=KEY):
        _mount(key=KEY + "_of_page")
