"""Who is connected and has not asked for a page yet: a bounded number, in fair shares for addresses.

Where all places are taken, the address that has most of them makes room: by the one of its sockets that has been silent
for longest, once a browser would have spoken. Before that, somebody from another address takes the place of the newest
one, and another one of the same address is refused and may try again. So opening sockets as fast as the network allows
keeps nobody out elsewhere, and who has got in has the time to speak.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass

from cvxdnn.app.gate.flow import expire

__all__ = ["Silence"]


@dataclass(frozen=True)
class _Place:
    address: str
    since: float


class Silence:
    """The silent sockets of a server, each by the timeout that ends it.

    Parameters
    ----------
    most : int
        At one time.
    least_seconds : float
        In which nobody has to make room for another one of the same address.
    """

    def __init__(self, most: int, least_seconds: float) -> None:
        self._most, self._least_seconds = most, least_seconds
        self._places: dict[asyncio.Timeout, _Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, patience: asyncio.Timeout, address: str) -> bool:
        """Whether there is room for one more, or somebody makes room."""
        now = asyncio.get_running_loop().time()
        if len(self._places) >= self._most:
            gives_way = self._who_makes_room(address, now)
            if gives_way is None:
                return False
            self.leave(gives_way)
            expire(gives_way)
        self._places[patience] = _Place(address, now)
        return True

    def leave(self, patience: asyncio.Timeout) -> None:
        """It has spoken, or is gone."""
        self._places.pop(patience, None)

    def _who_makes_room(self, address: str, now: float) -> asyncio.Timeout | None:
        silent = Counter(place.address for place in self._places.values())
        crowd = max(silent, key=lambda each: (silent[each], each == address))
        oldest, *_, newest = [each for each, place in self._places.items() if place.address == crowd] * 2
        if now - self._places[oldest].since >= self._least_seconds:
            return oldest
        return newest if address != crowd else None
