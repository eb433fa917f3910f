"""One session's page at a time: the threads of the server take turns.

Streamlit draws each session's page in a thread of its own. Python runs one thread at a time anyway; when twenty of them
want to, they spend more time on taking the interpreter from each other than on pages, and the thread that talks to the
browsers hardly ever gets it. So the drawing takes turns, first come, first served: a page takes some hundredths of a
second. Who waits for something else gives the turn up meanwhile.

What nobody waits for, as numbers that follow a chart or a look at networks that train, lets others go first. On a
server that cannot keep up with everything, those who did something have their answer, and the rest comes more rarely.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Turn", "turn"]

PASSED_BY = 4
"""So many others go before one that lets them, and then it is its turn all the same."""
LOOK_SECONDS = 0.05
"""How often who lets others go first looks whether somebody waits for it by now."""


class Turn:
    """Held by one thread at a time, which may take it again.

    `with turn:`, `with turn.letting_others(is_awaited):` and `with turn.given_up():`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: deque[threading.Event] = deque()
        self._letting: deque[threading.Event] = deque()
        self._passed_by = 0
        self._holder: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        if self._holder != threading.get_ident():
            self._take()
        self._depth += 1

    @contextmanager
    def letting_others(self, is_awaited: Callable[[], bool]) -> Iterator[None]:
        """As `with turn:`, but others go first, until somebody waits for this one."""
        if self._holder != threading.get_ident():
            self._take(is_awaited)
        with self:
            yield

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
        """How many wait."""
        return len(self._line) + len(self._letting)

    def _take(self, is_awaited: Callable[[], bool] | None = None) -> None:
        mine = threading.Event()
        with self._lock:
            if self._holder is None:
                self._holder = threading.get_ident()
                return
            (self._letting if is_awaited else self._line).append(mine)
        while is_awaited and not mine.wait(LOOK_SECONDS):
            if is_awaited():
                self._line_up(mine)
                break
        mine.wait()
        self._holder = threading.get_ident()

    def _line_up(self, who: threading.Event) -> None:
        """Who has let others go first does so no longer, if it still waits."""
        with self._lock:
            if who in self._letting:
                self._letting.remove(who)
                self._line.append(who)

    def _pass_on(self) -> None:
        with self._lock:
            line = self._next_line()
            if line:
                self._holder = 0  # on its way: nobody else may take it
                line.popleft().set()
            else:
                self._holder = None

    def _next_line(self) -> deque[threading.Event]:
        """The one whose first is next."""
        if self._letting and (not self._line or self._passed_by >= PASSED_BY):
            self._passed_by = 0
            return self._letting
        self._passed_by += bool(self._letting)
        return self._line


turn = Turn()
"""The turn of this server process."""
