"""The dual feasible set, the targets, and the optimal dual: the feasible point nearest to them.

Blue is exact, grey is given; marks differ in shape as well. Two or three dimensions, drawn with Plotly.
"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from cvxdnn.app.palette import CERTIFIED, GIVEN
from cvxdnn.core.types import Array
from cvxdnn.exhibits.extreme_points.marks import SAMPLES, Canvas, as_plane, polygon
from cvxdnn.theory.extreme_points import DualSet, ExtremePoints

__all__ = ["dual_figure"]

LIGHT = np.array([0.8, 0.2, 0.57])
TOUCHING_COLORS = ("#00507C", "#3E9BD1", "#A9D3EE")
"""Facets of the dual set by how many samples the neuron that touches there is active on: 1, 2, 3."""


def dual_figure(shown: DualSet, y: Array, found: ExtremePoints, *, bias: bool = False, turn: float = 0.0) -> go.Figure:
    """The dual feasible set, the targets y, and the optimal dual, which is the feasible point nearest to them.

    bias : one input with biases;  turn : degrees from the first view
    """
    if bias:
        canvas = Canvas(2)
        points, target, dual = as_plane(shown.points), as_plane((y - y.mean())[None])[0], as_plane(found.dual[None])[0]
        canvas.surface(*polygon(points), name="dual feasible set", color=CERTIFIED, opacity=0.3)
    else:
        canvas, target, dual = Canvas(len(y), SAMPLES[: len(y)]), y, found.dual
        _add_dual_set(canvas, shown, is_inside=not len(found.touched))
        canvas.look_across(target - dual)
        canvas.turn(turn)
    normals = found.signs[:, None] * found.touched
    normals = as_plane(normals) if bias else normals
    length = 0.4 * max(float(np.linalg.norm(target)), float(np.linalg.norm(dual)))
    size = np.linalg.norm(normals, axis=1, keepdims=True)
    ends = dual + length * np.divide(normals, size, out=np.zeros_like(normals), where=size > 0)
    for i, end in enumerate(ends):
        canvas.line(
            np.stack([dual, end]), name="touched neurons" if i == 0 else "", color=CERTIFIED, width=6, dash="dash"
        )
    if canvas.dimension == 2:
        drawn = np.vstack([as_plane(shown.points) if bias else shown.points, target, ends])
        room = 0.08 * (float(np.ptp(drawn, axis=0).max()) or 1.0)
        canvas.window(drawn.min(axis=0) - room, drawn.max(axis=0) + room)
    canvas.line(np.stack([target, dual]), name="output of the network", color=GIVEN, width=5)
    canvas.dots(target[None], name="targets y", color=GIVEN, size=8, symbol="square", text=["y"])
    canvas.dots(dual[None], name="optimal dual λ", color=CERTIFIED, size=9, symbol="diamond", text=["λ"])
    return canvas.figure


def _add_dual_set(canvas: Canvas, shown: DualSet, *, is_inside: bool) -> None:
    """Facets coloured by how the neuron that touches there looks; where the set is cut off it is left open.

    is_inside : the targets lie inside and must be seen through the facets; otherwise an opaque solid reads better
    """
    if canvas.dimension == 2:
        canvas.surface(shown.points, shown.facets, name="dual feasible set", color=CERTIFIED, opacity=0.3)
        return
    kept = shown.active > 0
    colors = _shaded([TOUCHING_COLORS[k - 1] for k in shown.active[kept]], shown.touching[kept])
    canvas.surface(
        shown.points,
        shown.facets[kept],
        name="dual feasible set",
        color=CERTIFIED,
        opacity=0.35 if is_inside else 1.0,
        facecolor=colors,
    )


def _shaded(colors: list[str], normals: Array) -> list[str]:
    """Facet colours as lit from one side; Plotly's own light falters on the many thin triangles of a curved strip."""
    lit = normals @ LIGHT / np.maximum(np.linalg.norm(normals, axis=1), 1e-300)
    parts = np.array([[int(color[k : k + 2], 16) for k in (1, 3, 5)] for color in colors]).reshape(-1, 3)
    mixed = np.clip(parts * (0.9 + 0.15 * lit[:, None]), 0, 255).astype(int)
    return [f"rgb({r}, {g}, {b})" for r, g, b in mixed]
