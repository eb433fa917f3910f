"""The film of a training: what it looked like at about a hundred moments, small enough to be sent once.

Moments are evenly spaced in the logarithm of the step, since most happens at the beginning. What a still holds is the
business of its kind: `cvxdnn.tasks.ramps` for networks of one input, `cvxdnn.tasks.moments` for whatever numbers a
picture is drawn from.

Insertion has few moments, and each is worth a still: one neuron enters from one to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, Self, TypeVar

__all__ = ["Film", "FilmMaker", "Still"]

GROWTH = 1.06
"""Of the step from one still to the next."""
MOST_GROWTH = 4.0
MOST_STILLS = 150
"""Beyond, every other one is left out."""
MOST_NUMBERS = 45_000
"""Of all stills together, which makes 180 kB."""


class Still(Protocol):
    """One moment."""

    @property
    def step(self) -> int:
        """Optimiser steps taken."""
        ...

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        ...

    def differs_from(self, other: Self) -> bool:
        """Whether something else is to be seen."""
        ...

    @staticmethod
    def film(stills: Sequence[Any], *, grows: bool) -> Film[Any]:
        """A film of stills of this kind, of a network that grows from each to the next or not."""
        ...

    def to_bytes(self) -> bytes:
        """As a film of one."""
        ...


S = TypeVar("S", bound=Still)


class Film(Protocol[S]):
    """Some moments in order."""

    def __len__(self) -> int: ...

    @property
    def edition(self) -> int:
        """Another number for other stills."""
        ...

    def stills(self) -> list[S]:
        """One by one."""
        ...

    def to_bytes(self) -> bytes:
        """As the browser reads it."""
        ...


class FilmMaker(Generic[S]):
    """Takes stills of a training.

    Parameters
    ----------
    take : callable
        The still of a snapshot.
    earlier : Film, optional
        Of the same training until it was paused.
    grows : bool
        Whether the network grows from one snapshot to the next, as with insertion: then each that differs is worth one,
        as long as there is room.
    """

    def __init__(self, take: Callable[[Any], S], earlier: Film[S] | None = None, *, grows: bool = False) -> None:
        self._take, self._takes_all, self._grows = take, grows, grows
        self._stills: list[S] = [] if earlier is None else earlier.stills()
        self._newest: tuple[Any, S] | None = None
        self._growth = GROWTH

    def look(self, snapshot: Any, *, is_last: bool) -> None:
        """Take a still if it is time for one; of the last moment always."""
        last = self._stills[-1].step if self._stills else None
        if last is not None and snapshot.step <= last:
            return  # where training was paused
        if last is not None and not (is_last or self._takes_all or snapshot.step >= self._growth * last):
            return
        self._add(self.still_of(snapshot), is_last)
        size = sum(still.size for still in self._stills)
        if len(self._stills) > MOST_STILLS or (size > MOST_NUMBERS and len(self._stills) > 2):
            self._stills = [*self._stills[:-1:2], self._stills[-1]]
            self._growth, self._takes_all = min(self._growth**2, MOST_GROWTH), False

    def still_of(self, snapshot: Any) -> S:
        """Its still, which is taken once."""
        if self._newest is None or self._newest[0] is not snapshot:
            self._newest = snapshot, self._take(snapshot)
        return self._newest[1]

    def _add(self, still: S, is_last: bool) -> None:
        if self._takes_all and self._stills and not still.differs_from(self._stills[-1]):
            if not is_last:
                return
            self._stills[1:] = self._stills[1:-1]  # what has come to rest is shown at its last step
        self._stills.append(still)

    def film(self) -> Film[S]:
        """What there is so far."""
        return self._stills[0].film(self._stills, grows=self._grows)
