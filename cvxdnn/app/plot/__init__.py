"""A plot below the picture of a page, drawn in the browser; elements and styles lie beside this file.

It has no film, which a stage has (`cvxdnn.app.stage`); new data are drawn in its place, as often as a page sends some.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from cvxdnn.app.component import component
from cvxdnn.app.plots import Band, Curve, Plot

__all__ = ["plot"]

_mount = component("plot", Path(__file__).parent, "stage/plot.js")
DIGITS = 7
"""To which numbers are sent: a tenth of a pixel is the fifth."""


def plot(drawn: Plot, *, key: str) -> None:
    """Mount a plot.

    Parameters
    ----------
    drawn : Plot
    key : str
        Identifies the mounted component.
    """
    shapes: list[Band | Curve] = [*drawn.bands, *drawn.curves, *drawn.points]
    signs = [{"label": each.label, "style": each.style} for each in shapes if each.label]
    data = {
        "axes": {"x": asdict(drawn.x), "y": asdict(drawn.y)},
        "told": drawn.told,
        "bands": [_sent(each) for each in drawn.bands],
        "curves": [_sent(each) for each in drawn.curves],
        "points": [_sent(each) for each in drawn.points],
        "marks": [asdict(each) for each in drawn.marks],
        "legend": signs,
    }
    _mount(key=key, data=data)


def _sent(shape: Band | Curve) -> dict[str, Any]:
    """Plain numbers; None where there is none."""
    return {
        name: [float(f"{each:.{DIGITS}g}") if np.isfinite(each) else None for each in value.tolist()]
        if isinstance(value, np.ndarray)
        else value
        for name, value in vars(shape).items()
    }
