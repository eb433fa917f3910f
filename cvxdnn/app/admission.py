"""Who may come in: at most so many browser tabs at one time, and a place that is free again when a tab closes.

A server that takes everybody serves nobody: memory grows with the sessions, and so does the time that each waits. Who
finds the house full sees a page that says so and opens by itself.
"""

import threading
import time
from collections.abc import Callable
from functools import wraps

import streamlit as st

from cvxdnn.app import address, process
from cvxdnn.app.flush import wait_until_sent
from cvxdnn.app.tab import is_connected, tab, tabs
from cvxdnn.app.turn import turn
from cvxdnn.core.limits import host_limits

__all__ = ["Seats", "admit", "admitted", "seats"]

RETRY_SECONDS = 5.0
WAITING_SECONDS = 120.0
"""After which who was refused a seat does not wait any more; browsers let hidden tabs look once a minute."""
FULL = (
    "**All {most} places on this host are taken.** That is its limit for browser tabs at one time. This page opens "
    "by itself as soon as somebody leaves; leave it open, or try again later. Your link is not lost."
)


class Seats:
    """A bounded number of seats. Safe to use from any thread.

    Parameters
    ----------
    most : int
    is_here : callable
        Whether somebody is still connected. A page that was being drawn when its tab closed takes a seat after it was
        given back; such a seat counts as free.
    clock : callable
    """

    def __init__(
        self,
        most: int,
        is_here: Callable[[str], bool] = lambda _: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = most
        self._is_here, self._clock = is_here, clock
        self._taken: set[str] = set()
        self._refused: dict[str, float] = {}
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How many are taken."""
        with self._lock:
            self._forget_who_is_gone()
            return len(self._taken)

    def take(self, who: str) -> bool:
        """Whether `who` has a seat, now or already."""
        with self._lock:
            if who not in self._taken and len(self._taken) >= self.most:
                self._forget_who_is_gone()
            if who in self._taken or len(self._taken) < self.most:
                self._taken.add(who)
                self._refused.pop(who, None)
                return True
            self._refused[who] = self._clock()
            return False

    def expects(self, who: str) -> bool:
        """Whether `who` has a seat, or waits for one: has asked not long ago, when there was none."""
        with self._lock:
            return who in self._taken or self._clock() - self._refused.get(who, float("-inf")) < WAITING_SECONDS

    def leave(self, who: str) -> None:
        """Give the seat back, if there was one."""
        with self._lock:
            self._taken.discard(who)

    def _forget_who_is_gone(self) -> None:
        self._taken = set(filter(self._is_here, self._taken))
        self._refused = {who: when for who, when in self._refused.items() if self._is_here(who)}


seats = Seats(host_limits().sessions, is_connected)
"""The seats of this server process."""
tabs.exits.append(lambda session: seats.leave(session))


def admit(page: Callable[[], None]) -> None:
    """Run the page, or say that this host is full and look again a little later."""
    process.start()
    here = tab()
    if seats.take(here.session):
        try:
            with turn:
                page()
                process.freeze_gc()
        finally:
            tabs.enter(here)  # had it ended meanwhile, what the page has begun would go on
        wait_until_sent()
    else:
        _wait_outside()


def admitted(part: Callable[[], None]) -> Callable[[], None]:
    """A part of a page that is drawn without the page: in its turn, for who still has a seat.

    Who lost the connection gave the seat back; a browser that returns may ask for parts only.
    """

    @wraps(part)
    def run() -> None:
        if not seats.take(tab().session):
            st.rerun()
        with turn:
            part()
            address.keep()

    return run


def _wait_outside() -> None:
    st.warning(FULL.format(most=seats.most))

    def look_again() -> None:
        if seats.take(tab().session):
            st.rerun()

    st.fragment(look_again, run_every=RETRY_SECONDS)()
