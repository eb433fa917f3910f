"""How much in how much time, for each of many: a bounded number of them is remembered."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

__all__ = ["Allowance"]

MOST_KEYS = 10_000
"""Remembered; who has not asked for longest is forgotten first, and begins anew."""


class Allowance:
    """Tokens: `rate` new ones a second for each key, `burst` at most.

    Parameters
    ----------
    rate : float
    burst : float
    clock : callable
        In seconds, never running backwards.
    """

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._kept: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def has(self, key: Hashable) -> bool:
        """Whether there is a token left."""
        return self._left(key) >= 1

    def take(self, key: Hashable) -> bool:
        """Take a token; False where there is none."""
        left = self._left(key)
        if left < 1:
            return False
        self._kept[key] = left - 1, self._clock()
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEYS:
            self._kept.popitem(last=False)
        return True

    def _left(self, key: Hashable) -> float:
        left, then = self._kept.get(key, (self._burst, 0.0))
        return min(self._burst, left + self._rate * (self._clock() - then))
