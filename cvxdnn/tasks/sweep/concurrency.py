"""How sweeps share a runner with everybody else: a limit on how many runs all of them have in it at one time.

A runner gives every owner one turn at a time. A permit is such an owner, so sweeps hold at most as many workers as
there are permits, however many sweeps there are: with one permit fewer than workers a worker is always left for the
people who watch a single network. The permits themselves are given out first come, first served.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

from cvxdnn.core.validation import positive_int

__all__ = ["ConcurrencyLimit"]

LOOK_SECONDS = 0.5


class ConcurrencyLimit:
    """Permits that any number of sweeps share.

    Parameters
    ----------
    count : int, or callable without arguments
        How many runs sweeps may have in a runner at the same time; a callable is asked again for every turn,
        because workers come and go. There is always one permit.
    """

    def __init__(self, count: int | Callable[[], int]) -> None:
        self._count = count if callable(count) else partial(positive_int, "count", count)
        self._count()
        self._owners: list[str] = []
        self._held = 0
        self._changed = threading.Condition()
        self._line: deque[object] = deque()

    @property
    def count(self) -> int:
        """How many permits there are at this moment."""
        return max(1, self._count())

    @property
    def waiting(self) -> int:
        """How many runs wait for a permit."""
        return len(self._line)

    @contextmanager
    def turn(self, given_up: Callable[[], bool]) -> Iterator[str | None]:
        """Wait for a permit and hold it: the owner's name for the runner, None if `given_up()` became true."""
        owner = self._wait(given_up)
        try:
            yield owner
        finally:
            if owner is not None:
                with self._changed:
                    self._held -= 1
                    self._owners.append(owner)
                    self._changed.notify_all()

    def _wait(self, given_up: Callable[[], bool]) -> str | None:
        ticket = object()
        with self._changed:
            self._line.append(ticket)
            try:
                while not given_up():
                    if self._line[0] is ticket and self._held < self.count:
                        self._held += 1
                        return self._owners.pop() if self._owners else f"sweep {uuid4().hex}"
                    self._changed.wait(LOOK_SECONDS)
                return None
            finally:
                self._line.remove(ticket)
                self._changed.notify_all()
