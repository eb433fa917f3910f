"""The address bar: a link to what is shown, and a history of states that Back and Forward walk through.

A page says what its link is of (`follow`): things that can be told in short texts and made from them. All of them
share one link, with one checksum (`cvxdnn.tasks.link`). What the address says is taken over when the browser opens it
or steps to it; otherwise the address follows what is shown.

A new link makes an entry in the browser's history. An entry that looks like the one before it would make Back a press
without effect. Therefore a link is written only when a setting has changed: one that was written by hand, or that
cannot be used, stays until then. And where a page is opened from another one, which makes an entry with a bare
address, the link goes into that entry (address.js) instead of making another.

Streamlit says that a run comes from a step through the history, but forgets it when another run is asked for at the
same time; so the browser reports each step, too.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cvxdnn.app.view import ENTRIES
from cvxdnn.core.limits import host_limits
from cvxdnn.tasks import link

__all__ = ["Linked", "follow", "here", "keep", "note", "steps"]

Texts = dict[str, str]

KEY = "address_bar"
_mount = st.components.v2.component(
    "cvxdnn_address", js=(Path(__file__).parent / "assets" / "address.js").read_text(encoding="utf-8")
)


class Linked(Protocol):
    """What a link can be of."""

    @property
    def names(self) -> Collection[str]:
        """Of all that may be told of it."""
        ...

    def texts(self) -> Texts:
        """What is told of it now: by name, what is not as it was first."""
        ...

    def take(self, texts: Texts) -> str:
        """Become what is told, which may have other names, too; returns a sentence for the user if that cannot be."""
        ...


@dataclass
class _Bar:
    """What the address bar of a tab has.

    page : which page's, as Streamlit calls it
    linked : what the link is of
    query : in the bar, or to be put there
    told : the texts that it stands for
    note : a sentence about it, or ""
    steps : how many have been made through the browser's history
    """

    page: str
    linked: tuple[Linked, ...]
    query: Texts = field(default_factory=dict)
    told: Texts = field(default_factory=dict)
    note: str = ""
    steps: int = 0

    def read(self, query: Texts) -> None:
        """Have the page show what a link says."""
        names = [name for each in self.linked for name in each.names]
        texts, note = link.read(query, names, host_limits().points)
        notes = [note, *(each.take(texts) for each in self.linked)]
        self.query, self.told, self.note = query, self.now(), " ".join(dict.fromkeys(filter(None, notes)))

    def now(self) -> Texts:
        """What is to be told of what is shown."""
        return {name: text for each in self.linked for name, text in each.texts().items()}

    def follow(self) -> bool:
        """Let the address follow what is shown; whether the note is of another one by now."""
        now, had_note = self.now(), bool(self.note)
        if now == self.told:
            return False
        self.told, self.query, self.note = now, link.pack(now), ""
        _write(self.query)
        return had_note


def follow(*linked: Linked) -> None:
    """Have the address follow what a page shows of these, and the page follow the address; once, before it is drawn."""
    context = get_script_run_ctx()
    page = context.page_script_hash if context is not None else ""
    former = _bar()
    if former is None or former.page != page:
        bar = st.session_state[KEY] = _Bar(page, linked, steps=former.steps if former else 0)
    else:
        bar, bar.linked = former, linked
    if former is None:
        bar.read(_query())
    elif context is not None and context.is_history_navigation:
        _visit(_query(), is_new=bar is not former)
    elif bar is not former:
        bar.told = bar.now()
        bar.query = link.pack(bar.told)
    else:
        bar.follow()
    with st.container(key=KEY):  # takes no room
        key = f"{KEY}_of_{bar.page}"
        _mount(key=key, data={"query": dict(bar.query)}, on_visited_change=lambda: _visited(key))


def here() -> str:
    """The address of this page without its entries, as its browser tells it; "" where that is no address."""
    told = st.context.url or ""
    try:
        parts = urlsplit(told)
        is_page = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # also for a port that is none
        return ""
    return told if is_page else ""


def keep() -> None:
    """Have the address follow what a part of the page has changed."""
    bar = _bar()
    if bar is not None and _is_shown(bar) and bar.follow():
        st.rerun()  # the note is gone


def note() -> str:
    """What is to be said of the link of this page; "" where all is well."""
    bar = _bar()
    return bar.note if bar is not None and _is_shown(bar) else ""


def steps() -> int:
    """How many steps through the browser's history this tab has made.

    Widgets whose key has it are new after each, so that a late word of an old one is no edit.
    """
    bar = _bar()
    return bar.steps if bar is not None else 0


def _bar() -> _Bar | None:
    bar: _Bar | None = st.session_state.get(KEY)
    return bar


def _is_shown(bar: _Bar) -> bool:
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.page_script_hash == bar.page


def _query() -> Texts:
    """What the browser's address says of the page's settings, without how it is shown (`cvxdnn.app.view`)."""
    return {name: value for name, value in st.query_params.to_dict().items() if name not in ENTRIES}


def _write(query: Texts) -> None:
    """A new entry with this link; the page goes on being shown as it is."""
    shown = {name: value for name, value in st.query_params.to_dict().items() if name in ENTRIES}
    st.query_params.from_dict({**shown, **query})


def _visit(query: Texts, *, is_new: bool = False) -> None:
    """Take over the link of an entry to which the visitor has gone; may be told several times."""
    bar = _bar()
    if bar is not None and (is_new or query != bar.query):
        bar.steps += 1
        bar.read(query)


def _visited(key: str) -> None:
    entry = st.session_state[key]["visited"]
    if isinstance(entry, Mapping) and isinstance(entry.get("query"), Mapping):
        _visit({str(name): str(value) for name, value in entry["query"].items()})
