"""Two-layer training as geometry: the set of all neurons with its extreme points, and the dual that touches it.

Grey is given (the set, the targets), blue is exact (extreme points, the dual and what it touches), orange is measured
(trained neurons); marks differ in shape as well. Two or three dimensions, drawn with Plotly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cvxdnn.figures.extreme_points_marks import Canvas, clipped_plane
from cvxdnn.figures.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.theory.extreme_points import DualSet, ExtremePoints, Hull, Piece
from cvxdnn.theory.extreme_points_hull import hull_facets

__all__ = ["dual_figure", "ramps_figure", "set_figure"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LIGHT = np.array([0.8, 0.2, 0.57])
SAMPLES = ("sample 1", "sample 2", "sample 3")
TOUCHING_COLORS = ("#00507C", "#3E9BD1", "#A9D3EE")
"""Facets of the dual set by how many samples the neuron that touches there is active on: 1, 2, 3."""


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
    canvas.surface(*_polygon(corners), name="convex hull, both signs", color=CERTIFIED, opacity=0.12)
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


def dual_figure(shown: DualSet, y: Array, found: ExtremePoints, *, bias: bool = False, turn: float = 0.0) -> go.Figure:
    """The dual feasible set, the targets y, and the optimal dual, which is the feasible point nearest to them.

    bias : one input with biases;  turn : degrees from the first view
    """
    if bias:
        canvas = Canvas(2)
        points, target, dual = as_plane(shown.points), as_plane((y - y.mean())[None])[0], as_plane(found.dual[None])[0]
        canvas.surface(*_polygon(points), name="dual feasible set", color=CERTIFIED, opacity=0.3)
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


def as_plane(vectors: Array) -> Array:
    """Coordinates (m, 2) of vectors (m, n), n <= 3, after their means are removed; the second is 0 for n = 2."""
    n = vectors.shape[1]
    basis = np.zeros((2, n))
    for k in range(1, n):
        basis[k - 1, :k], basis[k - 1, k] = -1.0, k
        basis[k - 1] /= np.sqrt(k * (k + 1))
    coordinates: Array = vectors @ basis.T
    return coordinates


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


def _broken(lines: Sequence[Array]) -> Array:
    """Several polylines as one, with gaps."""
    gap = np.full((1, lines[0].shape[1]), np.nan)
    return np.vstack([part for line in lines for part in (line, gap)][:-1])


def _polygon(points: Array) -> tuple[Array, NDArray[np.intp]]:
    """The hull of points (m, 2) as `Canvas.surface` takes it; a segment stays one."""

    facets = hull_facets(points)
    return points, facets if len(facets) else np.array([[points[:, 0].argmin(), points[:, 0].argmax()]], dtype=np.intp)
