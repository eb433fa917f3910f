"""The set of all neurons with its hull and extreme points, and the planes of the dual that touches it.

Grey is given (the set, the targets), blue is exact (extreme points, the dual and what it touches), orange is measured
(trained neurons); marks differ in shape as well. Two or three dimensions, drawn with Plotly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import plotly.graph_objects as go

from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.core.types import Array, Mask
from cvxdnn.exhibits.extreme_points.marks import SAMPLES, Canvas, as_plane, clipped_plane, polygon
from cvxdnn.theory.extreme_points import ExtremePoints, Hull, Piece

__all__ = ["ramps_figure", "set_figure"]


def set_figure(
    pieces: Sequence[Piece], hull: Hull, found: ExtremePoints, trained: Array | None = None, *, turn: float = 0.0
) -> go.Figure:
    """The rectified ellipsoid in R^2 or R^3, its hull and extreme points, and the planes of the optimal dual.

    trained : (m, n) features of trained neurons of unit norm, None before training
    turn : degrees from the first view
    """
    n = len(found.dual)
    canvas = Canvas(n, SAMPLES[:n])
    canvas.surface(hull.points, hull.facets, name="convex hull", color=CERTIFIED, opacity=0.12)
    _add_set(canvas, pieces)
    _add_extreme(canvas, pieces, hull)
    high = 1.15 * np.maximum(hull.points.max(axis=0), 0.3 * hull.points.max())
    canvas.window(np.zeros(n), high)
    _add_planes(canvas, found.dual, found, np.zeros(n), high)
    _add_touched(canvas, found.touched, found)
    _add_trained(canvas, trained)
    canvas.turn(turn)
    return canvas.figure


def ramps_figure(x: Array, right: Array, left: Array, found: ExtremePoints, trained: Array | None = None) -> go.Figure:
    """One input with biases: all ramps, seen without their means in the plane of vectors that sum to zero.

    right, left : (n, n) features of the ramps that bend at the inputs, see `ramps`
    """
    canvas = Canvas(2)
    shown = [as_plane(ramp) for ramp in (right, left)]
    corners = np.vstack([*shown, *(-ramp for ramp in shown)])
    canvas.surface(*polygon(corners), name="convex hull, both signs", color=CERTIFIED, opacity=0.12)
    for sign, name in ((1, "all ramps"), (-1, "with a negative weight")):
        canvas.line(
            sign * _broken(shown),
            name=name,
            color=GIVEN,
            width=4 if sign > 0 else 1.5,
            dash="solid" if sign > 0 else "dot",
        )
    ends = np.vstack([shown[0][:-1], shown[1][1:]])
    kinks = np.sort(x)
    words = [f"(x − {kink:.3g})₊" for kink in kinks[:-1]] + [f"({kink:.3g} − x)₊" for kink in kinks[1:]]
    canvas.dots(ends, name="ramps that bend at data", color=CERTIFIED, size=9, hover=words)
    reach = 1.15 * (float(np.abs(corners).max()) or 1.0) * np.ones(2)
    canvas.window(-reach, reach)
    _add_planes(canvas, as_plane(found.dual[None])[0], found, -reach, reach, both=True)
    _add_touched(canvas, found.signs[:, None] * as_plane(found.touched), found)
    _add_trained(canvas, None if trained is None else as_plane(trained))
    return canvas.figure


def _add_set(canvas: Canvas, pieces: Sequence[Piece]) -> None:
    """Solid, flat and thin pieces of the set, in grey."""
    name = "all neurons"
    for piece in pieces:
        if len(piece.triangles):
            canvas.surface(piece.rim, piece.triangles, name=name, color=GIVEN, opacity=0.55)
        elif len(piece.rim) > 1:
            canvas.fan(piece.rim, name=name, color=GIVEN, opacity=0.4)
        else:
            canvas.line(np.vstack([0 * piece.rim, piece.rim]), name=name, color=GIVEN, width=6)
        name = ""


def _add_extreme(canvas: Canvas, pieces: Sequence[Piece], hull: Hull) -> None:
    """Extreme patches, arcs and isolated points, in blue."""
    arcs, points = [], [np.zeros((1, canvas.dimension))]
    name = "extreme points"
    for piece, extreme in zip(pieces, hull.extreme, strict=True):
        whole = piece.triangles[extreme[piece.triangles].all(axis=1)]
        if len(whole):
            canvas.surface(piece.rim, whole, name=name, color=CERTIFIED, opacity=0.75)
            name = ""
        elif len(piece.rim) > 1 and not len(piece.triangles):
            runs = list(_runs(piece.rim, extreme))
            arcs += [run for run in runs if len(run) > 1]
            points += [run for run in runs if len(run) == 1]
        elif len(piece.rim) == 1 and extreme.all():
            points.append(piece.rim)
    if arcs:
        canvas.line(_broken(arcs), name=name, color=CERTIFIED, width=7)
        name = ""
    canvas.dots(np.vstack(points), name=name, color=CERTIFIED, size=6)


def _runs(rim: Array, extreme: Mask) -> Iterator[Array]:
    """Stretches of neighbouring extreme points."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], extreme, [False]]).astype(int)))
    for start, end in edges.reshape(-1, 2):
        yield rim[start:end]


def _add_planes(
    canvas: Canvas, dual: Array, found: ExtremePoints, low: Array, high: Array, *, both: bool = False
) -> None:
    """Where lambda^T q is beta, and -beta, if a neuron is touched there."""
    name = "where |λᵀq| = β"
    for sign in (1.0, -1.0):
        if both or np.any(found.signs == sign):
            points, facets = clipped_plane(dual, sign * found.beta, low, high)
            if canvas.dimension == 2 and len(facets):
                canvas.line(points, name=name, color=CERTIFIED, width=2, dash="dash")
                name = ""
            elif len(facets):
                canvas.surface(points, facets, name=name, color=CERTIFIED, opacity=0.3)
                canvas.line(np.vstack([points, points[:1]]), color=CERTIFIED, width=2)
                name = ""


def _add_touched(canvas: Canvas, points: Array, found: ExtremePoints) -> None:
    if not len(points):
        return
    words = [f"{'+' if sign > 0 else '−'}{j + 1}" for j, sign in enumerate(found.signs)]
    hover = [f"neuron {word}: |w| = {c:.4g}" for word, c in zip(words, found.coefficients, strict=True)]
    canvas.dots(points, name="touched by the dual", color=CERTIFIED, size=11, symbol="diamond", text=words, hover=hover)


def _add_trained(canvas: Canvas, trained: Array | None) -> None:
    if trained is not None and len(trained):
        canvas.dots(trained, name="trained neurons", color=MEASURED, size=6, symbol="square")


def _broken(lines: Sequence[Array]) -> Array:
    """Several polylines as one, with gaps."""
    gap = np.full((1, lines[0].shape[1]), np.nan)
    return np.vstack([part for line in lines for part in (line, gap)][:-1])
