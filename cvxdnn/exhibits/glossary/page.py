"""Glossary: every word of the pages in one sentence, with a picture where it helps."""

from collections.abc import Iterable

import streamlit as st

from cvxdnn.app.glossary import SYMBOLS, TERMS, Term, anchor
from cvxdnn.app.page import halves, heading
from cvxdnn.app.plot import plot
from cvxdnn.app.view import group
from cvxdnn.exhibits.glossary.pictures import PICTURES

TITLES = {
    "": "Spline explorer",
    "path": "Path",
    "depth": "Depth",
    "rank_one": "Rank one and deep linear",
    "whitened": "Whitened data",
    "batch_norm": "Batch norm and neural collapse",
    "extreme_points": "Extreme points",
    "beyond": "Beyond the theorem",
    "sweep": "Sweep lab",
    "about": "About",
}
"""Of the pages that show a term best."""


def page() -> None:
    """The page from top to bottom."""
    heading(
        "Every word of these pages in one sentence.",
        "Wherever a word has dots under it, point at it, tap it or go there with the Tab key, and its sentence "
        "appears. Here are all of them; your browser's search finds one.",
    )
    with group("glossary"):
        first, second = halves("glossary")
        middle = len(TERMS) // 2
        with first, st.container(border=True):
            st.markdown(f"## {TERMS[0].name[0].upper()} to {TERMS[middle - 1].name[0].upper()}")
            _entries(TERMS[:middle])
        with second, st.container(border=True):
            st.markdown(f"## {TERMS[middle].name[0].upper()} to W, and letters")
            _entries(TERMS[middle:])
            st.markdown(
                "### Letters\n" + "\n".join(f"- **{letter}**: {meaning}" for letter, meaning in SYMBOLS.items())
            )


def _entries(terms: Iterable[Term]) -> None:
    for term in terms:
        st.subheader(term.name, anchor=anchor(term))
        st.markdown(term.meaning)
        st.caption(_where(term))
        if term.name in PICTURES:
            plot(PICTURES[term.name](), key=f"glossary_{anchor(term)}")


def _where(term: Term) -> str:
    also = f"Also: {', '.join(term.others)}. " if term.others else ""
    return f"{also}Seen on [{TITLES[term.page]}](./{term.page}); in full in `docs/{term.where}.md`."
