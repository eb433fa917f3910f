"""Paused runs, kept within a bound: what a run needs to go on from its pause lives in the server's memory.

A default network needs 40 kB, the largest one allowed 30 MB. When all sessions together keep more than the host
allows, the runs that were paused longest ago lose their place and will start again from their first weights.
"""

import threading
import weakref
from typing import Protocol

from cvxdnn.core.limits import host_limits

__all__ = ["Holder", "StateBudget", "state_budget"]

MEGABYTE = 1_000_000


class Holder(Protocol):
    """Whoever keeps a state."""

    def forget_state(self) -> None:
        """Lose it, and say so to the user."""
        ...


class StateBudget:
    """Who keeps how much, in the order of the last use. Safe to use from any thread.

    Parameters
    ----------
    most : int
        Bytes that all holders together may keep. The newest state is kept in any case.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._sizes: dict[weakref.ref[Holder], int] = {}
        self._lock = threading.Lock()

    @property
    def total(self) -> int:
        """Bytes kept at this moment."""
        with self._lock:
            return sum(self._sizes.values())

    def keep(self, holder: Holder, size: int) -> None:
        """Note that `holder` now keeps `size` bytes, instead of what it kept before."""
        mine = weakref.ref(holder)
        with self._lock:
            self._sizes = {each: bytes_ for each, bytes_ in self._sizes.items() if each != mine and each() is not None}
            self._sizes[mine] = size
            losers = [each for each in self._over() if each != mine]
            for each in losers:
                del self._sizes[each]
        for each in losers:
            loser = each()
            if loser is not None:
                loser.forget_state()

    def _over(self) -> list[weakref.ref[Holder]]:
        """The oldest holders whose states make the total too large."""
        excess = sum(self._sizes.values()) - self._most
        over = []
        for each, size in self._sizes.items():
            if excess <= 0:
                break
            over.append(each)
            excess -= size
        return over


state_budget = StateBudget(host_limits().kept_megabytes * MEGABYTE)
"""The paused runs of this server process."""
