"""Plots below the pictures of the pages: what they draw, for `cvxdnn.app.plot` to mount.

A style is the class names of a line in ``plot/plot.css``: "line" with a colour, and "dashed" or "dotted".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cvxdnn.core.types import Array

__all__ = ["Axis", "Band", "Curve", "Mark", "Plot"]


@dataclass(frozen=True)
class Axis:
    """From the lowest coordinate that is shown to the highest; `kind` says what of them is evenly spaced."""

    low: float
    high: float
    title: str = ""
    kind: Literal["linear", "log"] = "linear"

    @staticmethod
    def over(values: Array, title: str, *, room: float = 0.05, kind: Literal["linear", "log"] = "linear") -> Axis:
        """One on which all finite values are seen, with some room, as a share of their range, at both ends."""
        places = np.log10(values) if kind == "log" else values
        places = places[np.isfinite(places)] if np.isfinite(places).any() else np.zeros(1)
        low, high = float(places.min()), float(places.max())
        wide = room * (high - low) or 0.5
        low, high = low - wide, high + wide
        return Axis(10**low, 10**high, title, kind) if kind == "log" else Axis(low, high, title)

    @staticmethod
    def from_zero(values: Array, title: str) -> Axis:
        """A linear one from 0 to the largest of these values."""
        return Axis(0.0, float(values.max()) or 1.0, title)


@dataclass(frozen=True, eq=False)
class Curve:
    """Values y (k,) at places x (k,), broken where either is NaN; named in the legend if it has a label."""

    x: Array
    y: Array
    style: str
    label: str = ""


@dataclass(frozen=True, eq=False)
class Band:
    """All between two curves over the same places: x, low, high (k,)."""

    x: Array
    low: Array
    high: Array
    style: str
    label: str = ""


@dataclass(frozen=True)
class Mark:
    """A place with words beside it: of an "optimum" or of a "network"."""

    x: float
    y: float
    style: Literal["optimum", "network"]
    words: str


@dataclass(frozen=True, eq=False)
class Plot:
    """What is drawn: bands, above them curves in order, then points (curves whose places alone are drawn), then marks.

    told : what is to be seen, for those who cannot
    """

    x: Axis
    y: Axis
    told: str
    bands: Sequence[Band] = ()
    curves: Sequence[Curve] = ()
    points: Sequence[Curve] = ()
    marks: Sequence[Mark] = ()
