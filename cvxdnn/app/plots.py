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
    def over(values: Array, title: str, *, room: float = 0.05) -> Axis:
        """A linear one on which all these values are seen, with some room, as a share of their range, at both ends."""
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        wide = room * (high - low) or 0.5
        return Axis(low - wide, high + wide, title)


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
