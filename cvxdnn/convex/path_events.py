"""What happens along a regularisation path: knots are born and die, the regime of the path norm changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from cvxdnn.convex.active_set import Regime
from cvxdnn.convex.track import JUMP, Track
from cvxdnn.core.types import Array, Indices


class EventKind(Enum):
    """What happens at a breakpoint as beta decreases."""

    KNOT_BORN = "knot born"
    KNOT_DIED = "knot died"
    REGIME_CHANGED = "regime changed"
    JUMPED = "straight piece to another optimum"


@dataclass(frozen=True)
class Event:
    """What happens at one breakpoint.

    index, beta : of the breakpoint
    x, sign : of a knot and of its slope change; for other events x is None and sign that of the end slopes
    regime : which part of the path norm decides below
    """

    index: int
    beta: float
    kind: EventKind
    x: float | None
    sign: float
    regime: Regime


@dataclass(frozen=True)
class KnotLife:
    """A knot at x, of this sign, for all weight decays in (died, born); `died` is 0 if it lasts to the end."""

    x: float
    sign: float
    born: float
    died: float


def knot_lives(track: Track, x: Array, betas: Array) -> tuple[KnotLife, ...]:
    """Every knot that ever was, the first born first; `x` and `betas` in the units of the answer."""
    top = _first_breakpoint(track)
    lives = [
        KnotLife(float(x[knot]), float(sign), float(betas[top[born]]), float(betas[top[died]]))
        for knot, sign, born, died in zip(*track.table.lives(), strict=True)
    ]
    return tuple(sorted(lives, key=lambda life: (-life.born, life.x)))


def events(track: Track, x: Array, betas: Array) -> tuple[Event, ...]:
    """All events from beta_max down to 0; `x` and `betas` in the units of the answer."""
    found = [
        Event(
            index,
            float(betas[index]),
            kind,
            None if knot is None else float(x[knot]),
            sign,
            track.table.regimes[number],
        )
        for index, number, kind, knot, sign in (*_of_knots(track), *_of_regimes(track), *_of_jumps(track))
    ]
    return tuple(sorted(found, key=lambda event: event.index))


_Found = tuple[int, int, EventKind, int | None, float]
"""Breakpoint, number of the pattern below, what happens, index of the point, sign."""


def _of_knots(track: Track) -> Iterator[_Found]:
    top, patterns = _first_breakpoint(track), len(track.table.regimes)
    for knot, sign, born, died in zip(*track.table.lives(), strict=True):
        yield int(top[born]), int(born), EventKind.KNOT_BORN, int(knot), float(sign)
        if died < patterns:
            yield int(top[died]), int(died), EventKind.KNOT_DIED, int(knot), float(sign)


def _of_regimes(track: Track) -> Iterator[_Found]:
    top, table = _first_breakpoint(track), track.table
    for number in range(1, len(table.regimes)):
        if table.regimes[number] is not table.regimes[number - 1]:
            yield int(top[number]), number, EventKind.REGIME_CHANGED, None, table.end_signs[number]


def _of_jumps(track: Track) -> Iterator[_Found]:
    for index in np.flatnonzero(track.of_piece == JUMP):
        number = int(track.of_breakpoint[index])
        yield int(index), number, EventKind.JUMPED, None, track.table.end_signs[number]


def _first_breakpoint(track: Track) -> Indices:
    """The breakpoint below which each pattern is optimal; one entry more for the end of the path."""
    top = np.zeros(len(track.table.regimes) + 1, dtype=np.intp)
    pieces = np.flatnonzero(track.of_piece != JUMP)
    top[track.of_piece[pieces]] = pieces
    top[-1] = track.betas.size - 1
    return top
