"""Films of networks of one input, as sums of ramps.

    f(x) = constant + slope x + sum_j change_j (side_j (x - place_j))_+

With two layers each ramp is a neuron, and the slope is 0; with more each ramp is a bend of the function.

Insertion has few moments, and each is worth a still: one ramp enters from one to the next, at a place that the earlier
one names, so that a reader can show it coming.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cvxdnn.core.kinks import kinks
from cvxdnn.core.network import Network
from cvxdnn.core.types import Array, Indices

__all__ = ["RampFilm", "RampStill", "still_of"]

Ramps = NDArray[np.float32]

_FARTHEST = float(np.finfo(np.float32).max)
_ROUNDING = 1e-5
"""Share of a ramp's numbers up to which they are the same."""
_NOTHING = 1e-13
"""Share of the objective, which is rounded up, below which a charge is none."""


@dataclass(frozen=True, eq=False)
class RampStill:
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

    @property
    def size(self) -> int:
        """How many numbers it holds besides a few."""
        return self.ramps.size

    def differs_from(self, other: RampStill) -> bool:
        """Whether ramps differ by more than rounding."""
        alike = self.ramps.shape == other.ramps.shape
        return not (alike and np.allclose(self.ramps, other.ramps, rtol=_ROUNDING, atol=0.0))

    @staticmethod
    def film(stills: Sequence[RampStill], *, grows: bool) -> RampFilm:
        """A film of them; `grows`: of insertion, so that each names the ramp that enters after it."""
        entries = [_entry(*pair) if grows else np.nan for pair in pairwise(stills)]
        return RampFilm.of(stills, [*entries, np.nan])

    def to_bytes(self) -> bytes:
        """As a film of one."""
        return RampFilm.of([self], [self.entry]).to_bytes()


@dataclass(frozen=True, eq=False)
class RampFilm:
    """Some moments in order.

    numbers : (f, 6) step, constant, slope, misfit, charge, entry of each
    counts : (f,) how many ramps each has
    ramps : (sum of counts, 3) float32, one after the other
    """

    numbers: Array
    counts: Indices
    ramps: Ramps

    @classmethod
    def of(cls, stills: Sequence[RampStill], entries: Sequence[float]) -> RampFilm:
        """At least one still, and of each where the next one's ramp enters; NaN where none does."""
        numbers = [[s.step, s.constant, s.slope, s.misfit, s.charge] for s in stills]
        return cls(
            numbers=np.column_stack([numbers, entries]),
            counts=np.array([len(still.ramps) for still in stills]),
            ramps=np.concatenate([still.ramps for still in stills]),
        )

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def edition(self) -> int:
        """Another number for other stills."""
        return zlib.crc32(self.numbers.tobytes())

    def to_bytes(self) -> bytes:
        """How many stills; then numbers and count of each, all as float64; then the ramps as float32. Little-endian."""
        head = np.concatenate([[len(self.numbers)], np.column_stack([self.numbers, self.counts]).ravel()])
        return head.astype("<f8").tobytes() + self.ramps.astype("<f4").tobytes()

    def stills(self) -> list[RampStill]:
        """One by one."""
        ends = np.cumsum(self.counts)
        return [
            RampStill(int(step), constant, slope, misfit, charge, self.ramps[end - count : end], entry)
            for (step, constant, slope, misfit, charge, entry), count, end in zip(
                self.numbers.tolist(), self.counts, ends, strict=True
            )
        ]


def still_of(network: Network, step: int, objective: float, misfit: float) -> RampStill:
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
    return RampStill(step, constant, slope, misfit, charge if charge > _NOTHING * objective else 0.0, ramps)


def _sum_at(ramps: Ramps, x: float) -> float:
    place, change, side = ramps.astype(np.float64).T
    return float(change @ np.maximum(side * (x - place), 0.0))


def _entry(before: RampStill, after: RampStill) -> float:
    """The place of the only ramp that is new; NaN where there are none or several."""
    known = {(place, side) for place, _, side in before.ramps.tolist()}
    new = [place for place, _, side in after.ramps.tolist() if (place, side) not in known]
    return new[0] if len(new) == 1 else np.nan
