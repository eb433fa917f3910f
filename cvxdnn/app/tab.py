"""One browser tab: one visitor, whose jobs have one owner on all pages, and what ends when the tab does.

A tab ends when its connection does, and with nothing else. Streamlit's own places for that will not do: every browser
may send the message that clears all caches, and with them what was to be released with each session. So one thread
looks a few times a second which tabs are still connected. A short loss of the network looks like an end, too: what
ends must be able to come back.

    tab().owner                        for every job of this tab
    tab().own("depth", make)           its part of that name, which is left when the tab is
    wait(job, 2.0)                     its result, while others draw their pages
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cvxdnn.app.turn import turn
from cvxdnn.jobs import Job
from cvxdnn.jobs.log import fingerprint

__all__ = ["Tab", "Tabs", "is_connected", "tab", "tabs", "wait"]

logger = logging.getLogger("cvxdnn.app.tab")

Part = TypeVar("Part")

KEY = "tab"
LOOK_SECONDS = 0.25
"""How often it is looked whether tabs are still there."""


class Tab:
    """What there is once for a browser tab.

    session : Streamlit's name for it, with which it may come back: not for logs
    owner : of all its jobs; the same for the same session, whatever becomes of this object
    runs : what it runs, by the name of the page or its part
    """

    def __init__(self, session: str) -> None:
        self.session = session
        self.owner = f"tab {fingerprint(session)}"
        self.runs: dict[str, Any] = {}

    def own(self, name: str, make: Callable[[str], Part]) -> Part:
        """What it runs by that name, which `make` makes for its owner when it is asked for first.

        Its method `leave` is called when the tab is closed or its connection lost, each time that happens.
        """
        if name not in self.runs:
            self.runs[name] = make(self.owner)
        run: Part = self.runs[name]
        return run

    def leave(self) -> None:
        """The browser is gone, perhaps for a moment."""
        for name, run in list(self.runs.items()):
            try:
                run.leave()
            except Exception:  # the others must end all the same
                logger.exception("%s could not be ended with its tab", name)


class Tabs:
    """The tabs that are open. Safe to use from any thread.

    Parameters
    ----------
    is_here : callable
        Whether a session is connected at this moment.

    Attributes
    ----------
    exits : list of callable
        What to call with the session of every tab that has ended.
    """

    def __init__(self, is_here: Callable[[str], bool]) -> None:
        self.exits: list[Callable[[str], None]] = []
        self._is_here = is_here
        self._open: dict[str, Tab] = {}
        self._changed = threading.Condition()
        self._watcher: threading.Thread | None = None

    def enter(self, tab: Tab) -> None:
        """It is there, or there again; from now on its end is noticed."""
        with self._changed:
            former = self._open.get(tab.session)
            self._open[tab.session] = tab
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="cvxdnn-tabs", daemon=True)
                self._watcher.start()
            self._changed.notify()
        if former is not None and former is not tab:  # its browser has made Streamlit forget what it held
            former.leave()

    def look(self) -> None:
        """End those that are gone."""
        with self._changed:
            gone = [tab for session, tab in self._open.items() if not self._is_here(session)]
            self._end(gone)

    def close(self) -> None:
        """End all of them."""
        with self._changed:
            self._end(list(self._open.values()))

    def _end(self, gone: list[Tab]) -> None:
        for tab in gone:
            del self._open[tab.session]
            tab.leave()
            for leave in self.exits:
                leave(tab.session)

    def _watch(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._open)
            time.sleep(LOOK_SECONDS)
            self.look()


def is_connected(session: str) -> bool:
    """Whether a session has a browser at this moment; without a server everybody has."""
    try:
        return bool(Runtime.instance().is_active_session(session))
    except RuntimeError:  # there is none
        return True


tabs = Tabs(is_connected)
"""The tabs of this server process."""


def tab() -> Tab:
    """The tab whose page is being drawn."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:  # a test or a script
        return Tab(uuid4().hex)
    current: Tab = st.session_state.setdefault(KEY, Tab(context.session_id))
    tabs.enter(current)
    return current


def wait(job: Job, seconds: float) -> Any:
    """The result of a job, `seconds` after now at the latest. Others draw their pages meanwhile.

    Raises
    ------
    TimeoutError
        If it has not ended in time.
    Exception
        See `Job.result`.
    """
    with turn.given_up():
        return job.result(seconds)
