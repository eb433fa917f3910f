"""Sentences of a page, in Markdown, whose words the glossary explains (`cvxdnn.app.glossary`)."""

import streamlit as st

from cvxdnn.app.glossary import explained

__all__ = ["note", "prose"]


def prose(markdown: str) -> None:
    """As `st.markdown`; the first of each term leads to its entry."""
    st.markdown(explained(markdown))


def note(markdown: str) -> None:
    """As `st.caption`; the first of each term leads to its entry."""
    st.caption(explained(markdown))
