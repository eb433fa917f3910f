"""How often the live parts of all pages refresh, so that together they leave the server room for everything else.

A live part i asks for itself every e_i seconds, and each time it costs c_i seconds of a core. A browser asks whether or
not the server has answered. Where all parts together ask for more than the server has, the questions pile up, and
nobody is served any more. So when

    k = sum_i c_i / e_i  /  SHARE  > 1

every interval is stretched, to s e_i with the power of two s next to k. A part that finds its s too small, or four
times too large, has its page drawn again with another one. Costs are processor time, so waiting does not count.

What a visitor does is answered in any case.
"""

import math
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps

__all__ = ["Pace", "pace"]

SHARE = 0.25
"""Of one core, for all live parts together: the interpreter runs on one core at a time."""
RUN_COST = 4e-3
"""Seconds of a core that a run takes besides its content; measured: 5 ms, with hearing of the training's progress."""
SMOOTHING = 0.2
LEAST_PATIENCE = 3.0
LARGEST_STRETCH = 64


@dataclass
class _Part:
    """A live part: the interval it would like, what a run costs, when it last ran."""

    every: float
    cost: float
    seen: float


class Pace:
    """The live parts of one server process. Safe to use from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._parts: dict[Hashable, _Part] = {}
        self._lock = threading.Lock()
        self._clock = clock
        self._stretch = 1
        self._next_roll_call = 0.0

    @property
    def stretch(self) -> int:
        """By how much intervals are stretched at present, a power of two."""
        with self._lock:
            self._forget_the_silent()
            demand = sum(part.cost / part.every for part in self._parts.values()) / SHARE
            if not self._stretch / 4 < demand <= self._stretch:
                self._stretch = min(LARGEST_STRETCH, 2 ** max(0, math.ceil(math.log2(max(demand, 1.0)))))
            return self._stretch

    def note(self, who: Hashable, every: float, cost: float) -> None:
        """A part that would like to run every so many seconds has run, and cost so many seconds."""
        with self._lock:
            part = self._parts.setdefault(who, _Part(every, cost, 0.0))
            part.every, part.seen = every, self._clock()
            part.cost += SMOOTHING * (cost - part.cost)

    def measured(self, content: Callable[[], None], who: Hashable, every: float) -> Callable[[], None]:
        """The content, with its runs noted."""

        @wraps(content)
        def run() -> None:
            began = time.thread_time()
            try:
                content()
            finally:
                self.note(who, every, RUN_COST + time.thread_time() - began)

        return run

    def _forget_the_silent(self) -> None:
        """Parts whose page was left, or whose training has ended, do not run any more."""
        now = self._clock()
        if now < self._next_roll_call:
            return
        self._next_roll_call = now + LEAST_PATIENCE / 10
        for who, part in list(self._parts.items()):
            if now - part.seen > max(LEAST_PATIENCE, 3 * self._stretch * part.every):
                del self._parts[who]


pace = Pace()
"""The live parts of this process."""
