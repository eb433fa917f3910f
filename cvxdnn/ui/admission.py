"""Who may come in: at most so many browser tabs at one time, and a place that is free again when a tab closes.

A server that takes everybody serves nobody: memory grows with the sessions, and so does the time that each waits. Who
finds the house full sees a page that says so and opens by itself.
"""

import threading
from collections.abc import Callable

import streamlit as st

from cvxdnn.limits import host_limits
from cvxdnn.ui import process
from cvxdnn.ui.delivery import wait_until_sent
from cvxdnn.ui.turn import turn

__all__ = ["Seats", "admit", "seats"]

KEY = "admission_seat"
RETRY_SECONDS = 5.0
FULL = (
    "**All {most} places on this host are taken.** That is its limit for browser tabs at one time. This page opens "
    "by itself as soon as somebody leaves; leave it open, or try again later. Your link is not lost."
)


class Seats:
    """A bounded number of seats. Safe to use from any thread."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: set[object] = set()
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How many are taken."""
        return len(self._taken)

    def take(self, who: object) -> bool:
        """Whether `who` has a seat, now or already."""
        with self._lock:
            if who in self._taken or len(self._taken) < self.most:
                self._taken.add(who)
                return True
            return False

    def leave(self, who: object) -> None:
        """Give the seat back, if there was one."""
        with self._lock:
            self._taken.discard(who)


seats = Seats(host_limits().sessions)
"""The seats of this server process."""


def admit(page: Callable[[], None]) -> None:
    """Run the page, or say that this host is full and look again a little later."""
    process.start()
    if seats.take(_visitor()):
        with turn:
            page()
            process.tidy()
        wait_until_sent()
    else:
        _wait_outside()


@st.cache_resource(scope="session", on_release=seats.leave, show_spinner=False)
def _visitor() -> object:
    """Stands for this tab until it is closed."""
    return object()


def _wait_outside() -> None:
    st.warning(FULL.format(most=seats.most))

    def look_again() -> None:
        if seats.taken < seats.most:
            st.rerun()

    st.fragment(look_again, run_every=RETRY_SECONDS)()
