"""The cells of a sweep as they are drawn.

The fuller a cell's colour, the larger its value. As everywhere, blue is of the optimum, here how many runs reach it;
orange is of networks, and so is their gap, although it is certified. Every cell says its value in figures, so that
colour is never the only sign, and while its runs are not all done, of how many it speaks.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cvxdnn.tasks.sweep import MEASURES, Cell
from cvxdnn.tasks.sweep.cells import Measure

__all__ = [
    "AXIS_LABELS",
    "Tile",
    "is_certified",
    "name_of",
    "tiles",
    "tone_of",
]

AXIS_LABELS = {
    "datasets": "data set",
    "optimizers": "optimiser",
    "depths": "depth",
    "widths": "width",
    "betas": "weight decay β",
    "seeds": "seed",
}
"""What one value of each list of a grid is called."""
FLOOR = 1e-9
"""Values below this have one colour on a logarithmic scale, which has no zero."""


@dataclass(frozen=True)
class Tile:
    """A cell as it is drawn: two labels, a shade from 0 to 1 (None: no value yet), figures, runs done and in all."""

    row: str
    column: str
    shade: float | None
    text: str
    done: int
    total: int

    @property
    def note(self) -> str:
        """What stands under its figures while runs are missing; short, because a cell on a phone is narrow."""
        return "" if self.done == self.total else f"{self.done} of {self.total}"


def tiles(cells: Sequence[Cell], measure: str) -> list[Tile]:
    """How each cell is drawn."""
    chosen = MEASURES[measure]
    return [
        Tile(
            row=name_of(cell.row),
            column=name_of(cell.column),
            shade=_shade(cell, cells, chosen),
            text=_figures_of(cell.value, chosen),
            done=cell.done,
            total=cell.total,
        )
        for cell in cells
    ]


def is_certified(measure: Measure) -> bool:
    """Whether it is known from the bound, or measured."""
    return measure.column == "gap"


def tone_of(measure: Measure) -> Literal["certified", "measured"]:
    """Whose colour a cell has: of the optimum where it says how many runs are there, else of the networks."""
    return "certified" if measure is MEASURES["reached"] else "measured"


def _shade(cell: Cell, cells: Sequence[Cell], measure: Measure) -> float | None:
    """Where the value lies among all that are known, from 0 to 1; a share is its own shade."""
    if cell.value is None:
        return None
    if measure is MEASURES["reached"]:
        return cell.value
    known = [_scaled(other.value, measure) for other in cells if other.value is not None]
    low, high = min(known), max(known)
    return (_scaled(cell.value, measure) - low) / (high - low) if high > low else 0.5


def _scaled(value: float, measure: Measure) -> float:
    return math.log10(max(value, FLOOR)) if measure.logarithmic else value


def name_of(value: Any) -> str:
    """What a setting's value is called."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _figures_of(value: float | None, measure: Measure) -> str:
    if value is None:
        return ""
    if measure is MEASURES["reached"]:
        return f"{100 * value:.0f} %"
    if value != 0 and not 1e-2 <= abs(value) < 1e4:
        digits, exponent = f"{value:.0e}".split("e")
        return f"{digits}e{int(exponent)}"
    return f"{value:.3g}"
