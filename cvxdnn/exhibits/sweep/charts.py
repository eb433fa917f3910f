"""The heat map of a sweep, live: Vega-Lite, which is updated in place while results arrive.

The darker a cell, the larger its value; blue for what is certified, orange for what is measured. Every cell says
its value in figures, so that colour is never the only sign, and while its runs are not all done, of how many it speaks.
`sweep_svg` draws the same picture as a file to keep.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cvxdnn.app.palette import CERTIFIED, MEASURED
from cvxdnn.tasks.sweep import MEASURES, Cell
from cvxdnn.tasks.sweep.cells import Measure

__all__ = ["AXIS_LABELS", "NOTE_BELOW", "NOTE_SIZE", "PALE", "ROW_HEIGHT", "Tile", "color_of", "heat_map", "tiles"]

AXIS_LABELS = {
    "datasets": "data set",
    "optimizers": "optimiser",
    "depths": "depth",
    "widths": "width",
    "betas": "weight decay β",
    "seeds": "seed",
}
"""What one value of each list of a grid is called."""
PALE = "#F3F5F7"
DARK_SHADE = 0.6
"""From this shade on the figures are white."""
FLOOR = 1e-9
"""Values below this have one colour on a logarithmic scale, which has no zero."""
ROW_HEIGHT = 38
NOTE_SIZE, NOTE_BELOW = 10, 12
"""Pixels: of the note in an unfinished cell, and from its middle to that of the figures."""
FRAME_HEIGHT = 80
"""Labels and axis title, which Streamlit counts into the height of a chart."""


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
    def runs(self) -> str:
        """Of how many runs it speaks."""
        return f"{self.total} runs" if self.done == self.total else f"{self.done} of {self.total} runs"

    @property
    def note(self) -> str:
        """What stands under its figures while runs are missing; short, because a cell on a phone is narrow."""
        return "" if self.done == self.total else f"{self.done} of {self.total}"

    @property
    def is_dark(self) -> bool:
        """Whether its figures are white."""
        return self.shade is not None and self.shade > DARK_SHADE


def heat_map(
    cells: Sequence[Cell], *, rows: str, columns: str, measure: str
) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """Columns of data and a Vega-Lite specification, which depends on the settings shown but not on any result.

    Parameters
    ----------
    cells : from `cvxdnn.tasks.sweep.cells`, with the same three names
    rows, columns : names from `cvxdnn.tasks.sweep.AXES`;  measure : name from `cvxdnn.tasks.sweep.MEASURES`
    """
    drawn = tiles(cells, measure)
    data = {
        name: [getattr(tile, name) for tile in drawn] for name in ("row", "column", "shade", "text", "runs", "note")
    }
    down, across = list(dict.fromkeys(data["row"])), list(dict.fromkeys(data["column"]))
    chosen = MEASURES[measure]
    specification = {
        "height": ROW_HEIGHT * len(down) + FRAME_HEIGHT,
        "encoding": {
            "x": _axis("column", across, AXIS_LABELS[columns]),
            "y": _axis("row", down, AXIS_LABELS[rows]),
            "tooltip": [
                {"field": "row", "title": AXIS_LABELS[rows]},
                {"field": "column", "title": AXIS_LABELS[columns]},
                {"field": "text", "title": "value"},
                {"field": "runs", "title": "runs"},
            ],
        },
        "layer": [_rectangles(chosen), _words("text", 12), _words("note", NOTE_SIZE, dy=NOTE_BELOW)],
    }
    return data, specification


def tiles(cells: Sequence[Cell], measure: str) -> list[Tile]:
    """How each cell is drawn."""
    chosen = MEASURES[measure]
    return [
        Tile(
            row=_name(cell.row),
            column=_name(cell.column),
            shade=_shade(cell, cells, chosen),
            text=_figures_of(cell.value, chosen),
            done=cell.done,
            total=cell.total,
        )
        for cell in cells
    ]


def color_of(measure: Measure) -> str:
    """Blue for what is certified, orange for what is measured."""
    return CERTIFIED if measure.column == "gap" else MEASURED


def _axis(field: str, names: list[str], title: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "nominal",
        "sort": names,
        "scale": {"domain": names, "paddingInner": 0.04},
        "axis": {
            "title": title,
            "labelAngle": 0,
            "labelOverlap": True,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "domain": False,
            "ticks": False,
        },
    }


def _rectangles(measure: Measure) -> dict[str, Any]:
    colors = {"domain": [0, 1], "range": [PALE, color_of(measure)]}
    color = {"field": "shade", "type": "quantitative", "scale": colors, "legend": None}
    return {"mark": {"type": "rect", "cornerRadius": 3, "invalid": None}, "encoding": {"color": color}}


def _words(field: str, size: int, **mark: Any) -> dict[str, Any]:
    ink = {"condition": {"test": {"field": "shade", "gt": DARK_SHADE}, "value": "white"}, "value": "#222222"}
    text = {"field": field, "type": "nominal"}
    return {"mark": {"type": "text", "fontSize": size, **mark}, "encoding": {"text": text, "color": ink}}


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


def _name(value: Any) -> str:
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
