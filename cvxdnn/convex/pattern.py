"""The pattern of an optimum (its knots, their signs, its regime), and a compact log of the patterns along a path.

From one breakpoint of the regularisation path to the next usually a single knot is born or dies, so only the one or
two segments beside it change. The log keeps every segment that ever was, with the patterns it belongs to: its size
is the number of breakpoints, and any one pattern comes back, with all that is needed to solve for it, in time
proportional to its knots.
"""

from dataclasses import dataclass, replace

import numpy as np

from cvxdnn.convex.active_set import Regime
from cvxdnn.core.spline import MergedPoints
from cvxdnn.core.types import Array, Indices, Mask


@dataclass(frozen=True, eq=False)
class Pattern:
    """Knots, signs and regime, with what the data contribute to the loss between neighbouring support points.

    support : (k + 2,) indices of the first point, the knots and the last point
    signs : (k,) signs of the slope changes at the knots
    sums : (k + 1, 5) of every segment, see `segment_sums`
    regime : which part of the path norm decides;  end_sign : of the sum of both end slopes, where that matters
    """

    support: Indices
    signs: Array
    sums: Array
    regime: Regime
    end_sign: float

    @property
    def knots(self) -> Indices:
        """Indices of the points that are knots, (k,)."""
        return self.support[1:-1]

    def exchanged(self, points: MergedPoints, born: Indices, signs: Array, died: Indices) -> "Pattern":
        """The pattern with `born` points as new knots with these signs, and without its knots number `died`."""
        if born.size + died.size != 1:
            knots = np.concatenate([np.delete(self.knots, died), born])
            order = np.argsort(knots)
            all_signs = np.concatenate([np.delete(self.signs, died), signs])[order]
            return pattern_of(points, knots[order], all_signs, self.regime, self.end_sign)
        # Usually a single knot comes or goes: only the segments beside it change.
        if born.size:
            place = int(np.searchsorted(self.support, born[0]))
            support, all_signs = np.insert(self.support, place, born), np.insert(self.signs, place - 1, signs)
            first, old, new = place - 1, 1, 2
        else:
            support, all_signs = np.delete(self.support, died + 1), np.delete(self.signs, died)
            first, old, new = int(died[0]), 2, 1
        changed = segment_sums(points, support[first : first + new + 1])
        sums = np.concatenate([self.sums[:first], changed, self.sums[first + old :]])
        return replace(self, support=support, signs=all_signs, sums=sums)


def pattern_of(points: MergedPoints, knots: Indices, signs: Array, regime: Regime, end_sign: float) -> Pattern:
    """The pattern with these knots, sorted indices of interior points."""
    support = np.concatenate([[0], knots, [points.x.size - 1]])
    return Pattern(support, signs, segment_sums(points, support), regime, end_sign)


def segment_sums(points: MergedPoints, support: Indices) -> Array:
    """Weighted sums of (1 - r)^2, r (1 - r), r^2, (1 - r) y, r y over each segment, (k, 5) for k + 1 support points.

    r goes from 0 to 1 along a segment, which includes its left end; the last of all includes both.
    """
    inside = slice(support[0], support[-1])
    starts, counts = support[:-1] - support[0], np.diff(support)
    x = points.x[support]
    rising = (points.x[inside] - np.repeat(x[:-1], counts)) / np.repeat(np.diff(x), counts)
    falling, weight = 1.0 - rising, points.weight[inside]
    weighted_y = weight * points.y[inside]
    terms = [
        weight * falling**2,
        weight * rising * falling,
        weight * rising**2,
        weighted_y * falling,
        weighted_y * rising,
    ]
    sums = np.add.reduceat(np.stack(terms, axis=1), starts, axis=0)
    if support[-1] == points.x.size - 1:
        sums[-1, [2, 4]] += points.weight[-1] * np.array([1.0, points.y[-1]])
    return np.asarray(sums)


@dataclass(frozen=True, eq=False)
class PatternTable:
    """All patterns of a path, numbered from 0; row r is a segment that belongs to patterns born[r], ..., died[r] - 1.

    start : (s,) index of the segment's left support point;  sign : (s,) of the slope change there, 0 at the first point
    sums : (s, 5), see `segment_sums`
    regimes, end_signs, knot_count : of every pattern
    """

    size: int
    start: Indices
    sign: Array
    sums: Array
    born: Indices
    died: Indices
    regimes: tuple[Regime, ...]
    end_signs: tuple[float, ...]
    knot_count: Indices

    def __getitem__(self, number: int) -> Pattern:
        rows = np.flatnonzero((self.born <= number) & (number < self.died))
        rows = rows[np.argsort(self.start[rows])]
        support = np.append(self.start[rows], self.size - 1)
        return Pattern(support, self.sign[rows[1:]], self.sums[rows], self.regimes[number], self.end_signs[number])

    def lives(self) -> tuple[Indices, Array, Indices, Indices]:
        """Every knot's life: its index, its sign, the first pattern that has it and the first that no longer does."""
        knots = np.flatnonzero(self.sign)
        order = knots[np.lexsort((self.born[knots], self.start[knots]))]
        start, sign, born, died = self.start[order], self.sign[order], self.born[order], self.died[order]
        # A knot outlives the segment to its right when a neighbour appears or goes.
        goes_on = (start[1:] == start[:-1]) & (sign[1:] == sign[:-1]) & (born[1:] == died[:-1])
        first, last = np.append(True, ~goes_on)[: start.size], np.append(~goes_on, True)[: start.size]
        return start[first], sign[first], born[first], died[last]


class PatternLog:
    """Collects the patterns of a path one after another."""

    def __init__(self, points: MergedPoints) -> None:
        self._size = points.x.size
        self._patterns: list[tuple[Regime, float, int]] = []
        self._rows = self._keys = np.zeros(0, dtype=np.intp)
        self._opened: list[tuple[Indices, Array, Array, Indices]] = []
        self._closed: list[tuple[Indices, Indices]] = []
        self._next_row = 0

    def __len__(self) -> int:
        return len(self._patterns)

    def append(self, pattern: Pattern) -> int:
        """Add the next pattern; its number."""
        number = len(self._patterns)
        self._patterns.append((pattern.regime, pattern.end_sign, pattern.signs.size))
        start, stop = pattern.support[:-1], pattern.support[1:]
        sign = np.concatenate([[0.0], pattern.signs])
        keys = (start * self._size + stop) * 3 + sign.astype(np.intp) + 1  # increase along the support
        kept, place = _found(keys, self._keys)
        lost = self._rows[~_found(self._keys, keys)[0]]
        rows = np.empty(keys.size, dtype=np.intp)
        rows[kept] = self._rows[place[kept]]
        new = np.flatnonzero(~kept)
        rows[new] = self._next_row + np.arange(new.size)
        self._next_row += new.size
        self._opened.append((start[new], sign[new], pattern.sums[new], np.full(new.size, number)))
        self._closed.append((lost, np.full(lost.size, number)))
        self._rows, self._keys = rows, keys
        return number

    def table(self) -> PatternTable:
        """All patterns so far."""
        start, sign, sums, born = (np.concatenate(column) for column in zip(*self._opened, strict=True))
        lost, when = (np.concatenate(column) for column in zip(*self._closed, strict=True))
        died = np.full(start.size, len(self._patterns))
        died[lost] = when
        regimes, end_signs, counts = zip(*self._patterns, strict=True)
        return PatternTable(self._size, start, sign, sums, born, died, regimes, end_signs, np.array(counts))


def _found(keys: Indices, among: Indices) -> tuple[Mask, Indices]:
    """Which of the increasing `keys` occur in the increasing `among`, and where."""
    if among.size == 0:
        return np.zeros(keys.size, dtype=bool), np.zeros(keys.size, dtype=np.intp)
    place = np.minimum(np.searchsorted(among, keys), among.size - 1)
    return among[place] == keys, place
