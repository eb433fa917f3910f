"""When along a regularisation path each knot is born, and when it dies."""

from dataclasses import dataclass

import numpy as np

from cvxdnn.convex.track import JUMP, Track
from cvxdnn.core.types import Array, Indices


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


def _first_breakpoint(track: Track) -> Indices:
    """The breakpoint below which each pattern is optimal; one entry more for the end of the path."""
    top = np.zeros(len(track.table.regimes) + 1, dtype=np.intp)
    pieces = np.flatnonzero(track.of_piece != JUMP)
    top[track.of_piece[pieces]] = pieces
    top[-1] = track.betas.size - 1
    return top
