"""The film of a training: what its best network looked like at about a hundred moments, small enough to be sent once.

A network of one input is a sum of ramps, f(x) = constant + slope x + sum_j change_j (side_j (x - place_j))_+. With two
layers each ramp is a neuron, and the slope is 0; with more each ramp is a bend of the function. Moments are evenly
spaced in the logarithm of the step, since most happens at the beginning.

Insertion has few moments, and each is worth a still: one ramp enters from one to the next, at a place that the earlier
one names, so that a reader can show it coming.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvxdnn.core.kinks import kinks
from cvxdnn.core.network import Network
from cvxdnn.core.types import Array, Indices

__all__ = ["Film", "FilmMaker", "Still", "still_of"]

Ramps = NDArray[np.float32]

GROWTH = 1.06
"""Of the step from one still to the next."""
MOST_GROWTH = 4.0
MOST_STILLS = 150
"""Beyond, every other one is left out."""
MOST_RAMPS = 15_000
"""Of all stills together, which makes 180 kB."""
_FARTHEST = float(np.finfo(np.float32).max)
_ROUNDING = 1e-5
"""Share of a ramp's numbers up to which they are the same."""
_NOTHING = 1e-13
"""Share of the objective, which is rounded up, below which a charge is none."""


@dataclass(frozen=True, eq=False)
class Still:
    """One moment.

    step : optimiser steps taken
    constant, slope : what is added to the ramps
    misfit, charge : loss and weight decay's part of the objective
    ramps : (k, 3) float32, each with place, change of slope there, and side: +1 or -1 where x is larger or smaller
    entry : where insertion puts the one ramp that the next still has and this one has not; NaN where it does not
    """

    step: int
    constant: float
    slope: float
    misfit: float
    charge: float
    ramps: Ramps
    entry: float = np.nan

    def to_bytes(self) -> bytes:
        """As a film of one."""
        return Film.of([self], [self.entry]).to_bytes()


@dataclass(frozen=True, eq=False)
class Film:
    """Some moments in order.

    numbers : (f, 6) step, constant, slope, misfit, charge, entry of each
    counts : (f,) how many ramps each has
    ramps : (sum of counts, 3) float32, one after the other
    """

    numbers: Array
    counts: Indices
    ramps: Ramps

    @classmethod
    def of(cls, stills: Sequence[Still], entries: Sequence[float]) -> Film:
        """At least one still, and of each where the next one's ramp enters; NaN where none does."""
        numbers = [[s.step, s.constant, s.slope, s.misfit, s.charge] for s in stills]
        return cls(
            numbers=np.column_stack([numbers, entries]),
            counts=np.array([len(still.ramps) for still in stills]),
            ramps=np.concatenate([still.ramps for still in stills]),
        )

    def to_bytes(self) -> bytes:
        """How many stills; then numbers and count of each, all as float64; then the ramps as float32. Little-endian."""
        head = np.concatenate([[len(self.numbers)], np.column_stack([self.numbers, self.counts]).ravel()])
        return head.astype("<f8").tobytes() + self.ramps.astype("<f4").tobytes()

    def stills(self) -> list[Still]:
        """One by one."""
        ends = np.cumsum(self.counts)
        return [
            Still(int(step), constant, slope, misfit, charge, self.ramps[end - count : end], entry)
            for (step, constant, slope, misfit, charge, entry), count, end in zip(
                self.numbers.tolist(), self.counts, ends, strict=True
            )
        ]


def still_of(network: Network, step: int, objective: float, misfit: float) -> Still:
    """A network at a moment; exact at x = 0.5 up to rounding, elsewhere as exact as float32 ramps are."""
    if len(network.weights) == 2:
        bends = kinks(network)
        order = np.argsort(bends.units)  # the same neuron at the same place in every still
        slope, columns = 0.0, [bends.x[order], bends.slope_changes[order], bends.sides[order]]
    else:
        spline = network.to_spline()
        slope, columns = float(spline.slopes[0]), [spline.knots, spline.slope_changes, np.ones(spline.knots.size)]
    # A dying neuron bends beyond what float32 holds; there it is a constant on the chart, which the middle brings back.
    ramps = np.column_stack(columns).clip(-_FARTHEST, _FARTHEST).astype(np.float32)
    middle = float(network(np.array([0.5]))[0])
    constant = middle - 0.5 * slope - _sum_at(ramps, 0.5)
    charge = objective - misfit
    return Still(step, constant, slope, misfit, charge if charge > _NOTHING * objective else 0.0, ramps)


def _sum_at(ramps: Ramps, x: float) -> float:
    place, change, side = ramps.astype(np.float64).T
    return float(change @ np.maximum(side * (x - place), 0.0))


class FilmMaker:
    """Takes stills of a training.

    Parameters
    ----------
    take : callable
        The still of a snapshot.
    earlier : Film, optional
        Of the same training until it was paused.
    takes_all : bool
        Whether every snapshot with other ramps is worth one, as long as there is room, and names the ramp that enters.
    """

    def __init__(self, take: Callable[[Any], Still], earlier: Film | None = None, *, takes_all: bool = False) -> None:
        self._take, self._takes_all, self._inserts = take, takes_all, takes_all
        self._stills = [] if earlier is None else earlier.stills()
        self._growth = GROWTH

    def look(self, snapshot: Any, *, is_last: bool) -> None:
        """Take a still if it is time for one; of the last moment always."""
        last = self._stills[-1].step if self._stills else None
        if last is not None and snapshot.step <= last:
            return  # where training was paused
        if last is not None and not (is_last or self._takes_all or snapshot.step >= self._growth * last):
            return
        self._add(self._take(snapshot), is_last)
        ramps = sum(len(still.ramps) for still in self._stills)
        if len(self._stills) > MOST_STILLS or (ramps > MOST_RAMPS and len(self._stills) > 2):
            self._stills = [*self._stills[:-1:2], self._stills[-1]]
            self._growth, self._takes_all = min(self._growth**2, MOST_GROWTH), False

    def _add(self, still: Still, is_last: bool) -> None:
        if self._takes_all and self._stills and not _differ(self._stills[-1], still):
            if not is_last:
                return
            self._stills[1:] = self._stills[1:-1]  # what has come to rest is shown at its last step
        self._stills.append(still)

    def film(self) -> Film:
        """What there is so far."""
        entries = [_entry(*pair) if self._inserts else np.nan for pair in pairwise(self._stills)]
        return Film.of(self._stills, [*entries, np.nan])


def _differ(one: Still, other: Still) -> bool:
    """Whether ramps differ by more than rounding."""
    return one.ramps.shape != other.ramps.shape or not np.allclose(one.ramps, other.ramps, rtol=_ROUNDING, atol=0.0)


def _entry(before: Still, after: Still) -> float:
    """The place of the only ramp that is new; NaN where there are none or several."""
    known = {(place, side) for place, _, side in before.ramps.tolist()}
    new = [place for place, _, side in after.ramps.tolist() if (place, side) not in known]
    return new[0] if len(new) == 1 else np.nan
