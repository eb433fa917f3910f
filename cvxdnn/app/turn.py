"""One session's page at a time: the threads of the server take turns.

Streamlit draws each session's page in a thread of its own. Python runs one thread at a time anyway; when twenty of them
want to, they spend more time on taking the interpreter from each other than on pages, and the thread that talks to the
browsers hardly ever gets it. So the drawing takes turns, first come, first served: a page takes some hundredths of a
second. Who waits for something else gives the turn up meanwhile.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Turn", "turn"]


class Turn:
    """Held by one thread at a time, which may take it again; `with turn:` and `with turn.given_up():`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: deque[threading.Event] = deque()
        self._holder: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        if self._holder != threading.get_ident():
            self._take()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._pass_on()

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Let others have it for the time of a wait; does nothing for a thread that does not hold it."""
        if self._holder != threading.get_ident():
            yield
            return
        depth, self._depth = self._depth, 0
        self._pass_on()
        try:
            yield
        finally:
            self._take()
            self._depth = depth

    @property
    def waiting(self) -> int:
        """How many stand in the line."""
        return len(self._line)

    def _take(self) -> None:
        mine = threading.Event()
        with self._lock:
            if self._holder is None:
                self._holder = threading.get_ident()
                return
            self._line.append(mine)
        mine.wait()
        self._holder = threading.get_ident()

    def _pass_on(self) -> None:
        with self._lock:
            if self._line:
                self._holder = 0  # on its way: nobody else may take it
                self._line.popleft().set()
            else:
                self._holder = None


turn = Turn()
"""The turn of this server process."""
