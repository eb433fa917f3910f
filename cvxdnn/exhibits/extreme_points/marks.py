"""Points, lines and surfaces that are drawn alike in two and in three dimensions."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cvxdnn.core.types import Array, Indices
from cvxdnn.theory.extreme_points_hull import hull_facets

__all__ = ["SAMPLES", "Canvas", "as_plane", "clipped_plane", "polygon"]

HEIGHT = 460
GRID = "#9AA1A8"
WORDS = "#2F8FD3"  # readable on light and on dark
LIGHT = {"ambient": 0.75, "diffuse": 0.4, "specular": 0.05}
AXES = ("x", "y", "z")
SAMPLES = ("sample 1", "sample 2", "sample 3")
EYE = (1.45, 1.35, 0.85)
LEGEND = {"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0, "font": {"size": 11}, "itemsizing": "constant"}


class Canvas:
    """A Plotly figure of `dimension` 2 or 3 with equal scales on all axes.

    Each mark with a name gets one entry in the legend; marks without one belong to the entry before them.
    """

    def __init__(self, dimension: int, names: tuple[str, ...] = ()) -> None:
        self.dimension = dimension
        self.figure = go.Figure()
        self._group = 0
        layout: dict[str, Any] = {
            "height": HEIGHT,
            "margin": {"l": 0, "r": 0, "t": 4, "b": 0},
            "legend": LEGEND,
            "hovermode": "closest",
        }
        if dimension == 3:
            axis = {"nticks": 5, "showspikes": False, "showbackground": False, "zeroline": False, "gridcolor": GRID}
            titled = zip(AXES, (*names, "", "", ""), strict=False)
            layout["scene"] = {f"{a}axis": {**axis, "title": {"text": name}} for a, name in titled}
            camera = {"eye": dict(zip(AXES, EYE, strict=True)), "center": {"x": 0, "y": 0, "z": -0.12}}
            layout["scene"] |= {"aspectmode": "data", "camera": camera, "dragmode": "orbit"}
        self.figure.update_layout(**layout)
        if dimension == 2:
            across, up = (*names, "", "")[:2]
            axis = {"nticks": 6, "zeroline": True, "automargin": True, "showticklabels": bool(names)}
            self.figure.update_xaxes(title=across, **axis)
            self.figure.update_yaxes(title=up, scaleanchor="x", **axis)
            self.figure.update_layout(legend_y=-0.16 if names else -0.04)

    def window(self, low: Array, high: Array) -> None:
        """Ranges of the axes; in two dimensions one of them may become wider, as scales are equal."""
        ranges = {f"{a}axis": {"range": [float(x), float(y)]} for a, x, y in zip(AXES, low, high, strict=False)}
        if self.dimension == 3:
            self.figure.update_scenes(**ranges)
        else:
            self.figure.update_layout(**ranges)

    def turn(self, degrees: float) -> None:
        """Look from another side: the scene turned about its vertical axis."""
        if self.dimension == 3:
            eye, angle = self.figure.layout.scene.camera.eye, np.deg2rad(degrees)
            x, y = np.cos(angle) * eye.x - np.sin(angle) * eye.y, np.sin(angle) * eye.x + np.cos(angle) * eye.y
            self.figure.update_layout(scene_camera_eye={"x": float(x), "y": float(y), "z": eye.z})

    def look_across(self, direction: Array) -> None:
        """Look at the scene so that what sticks out in this direction is seen from the side and from outside."""
        length = float(np.linalg.norm(direction))
        if self.dimension == 3 and length > 0:
            forward = direction / length
            across = np.array(EYE) - (forward @ EYE) * forward
            eye = forward + 1.2 * across / max(float(np.linalg.norm(across)), 1e-9)
            eye *= 2.3 / float(np.linalg.norm(eye))
            self.figure.update_layout(scene_camera_eye=dict(zip(AXES, eye.tolist(), strict=True)))

    def line(self, points: Array, *, name: str = "", color: str, width: float = 3, dash: str = "solid") -> None:
        """A polyline through points (m, dimension); rows of NaN interrupt it."""
        self._scatter(points, name, mode="lines", line={"color": color, "width": width, "dash": dash}, hoverinfo="skip")

    def dots(
        self,
        points: Array,
        *,
        name: str = "",
        color: str,
        size: float = 7,
        symbol: str = "circle",
        text: list[str] | None = None,
        hover: list[str] | None = None,
    ) -> None:
        """Markers at points (m, dimension), with words beside them and on hovering."""
        self._scatter(
            points,
            name,
            mode="markers" if text is None else "markers+text",
            marker={"color": color, "size": size, "symbol": symbol, "line": {"width": 0}},
            text=text,
            textposition="top center",
            textfont={"color": WORDS, "size": 15},
            hovertext=hover,
            hoverinfo="skip" if hover is None else "text",
        )

    def surface(
        self,
        points: Array,
        facets: Indices,
        *,
        name: str = "",
        color: str,
        opacity: float,
        facecolor: list[str] | None = None,
    ) -> None:
        """Triangles between points in three dimensions; in two, the filled polygon that the edges run around."""
        if not len(facets):
            return
        if self.dimension == 2:
            around = points[np.append(facets[:, 0], facets[-1, 1])]
            self._scatter(
                around, name, mode="lines", fill="toself", opacity=opacity, fillcolor=color, hoverinfo="skip",
                line={"color": color, "width": 1},
            )  # fmt: skip
            return
        place = dict(zip(AXES, points.T, strict=True)) | dict(zip("ijk", facets.T, strict=True))
        plain = facecolor is not None  # colours that are shaded already
        light = {"ambient": 1.0, "diffuse": 0.0, "specular": 0.0} if plain else LIGHT
        self.figure.add_mesh3d(
            **place, color=color, opacity=opacity, facecolor=facecolor, flatshading=plain, lighting=light,
            hoverinfo="skip", **self._entry(name),
        )  # fmt: skip

    def fan(self, rim: Array, *, name: str = "", color: str, opacity: float) -> None:
        """The flat region between the origin and a rim (m, dimension)."""
        points = np.vstack([np.zeros((1, self.dimension)), rim])
        number = np.arange(1, len(rim), dtype=np.intp)
        triangles = np.stack([0 * number, number, number + 1], axis=1)
        ring = np.arange(len(points), dtype=np.intp)
        edges = np.stack([ring, np.roll(ring, -1)], axis=1)
        facets = triangles if self.dimension == 3 else edges
        self.surface(points, facets, name=name, color=color, opacity=opacity)

    def _scatter(self, points: Array, name: str, **look: Any) -> None:
        place = dict(zip(AXES, np.atleast_2d(points).T, strict=False))
        if self.dimension == 2:
            self.figure.add_scatter(**place, **look, **self._entry(name))
            return
        look.pop("fill", None)
        self.figure.add_scatter3d(**place, **look, **self._entry(name))

    def _entry(self, name: str) -> dict[str, Any]:
        self._group += bool(name)
        return {"name": name, "showlegend": bool(name), "legendgroup": str(self._group)}


def clipped_plane(normal: Array, level: float, low: Array, high: Array) -> tuple[Array, Indices]:
    """The part of {q : normal^T q = level} in a box: corners in order and facets, as `Canvas.surface` takes them."""
    n = len(normal)
    corners = np.array(list(product((0, 1), repeat=n)))
    found = []
    for corner in corners:
        for axis in np.flatnonzero(corner == 0):
            start = np.where(corner, high, low)
            rate = normal[axis] * (high - low)[axis]
            if rate and 0 <= (share := (level - normal @ start) / rate) <= 1:
                found.append(start + share * (high - low)[axis] * np.eye(n)[axis])
    points = np.array(found).reshape(-1, n)
    if len(points) < n:
        return points, np.zeros((0, n), dtype=np.intp)
    if n == 2:
        return points[:2], np.array([[0, 1]], dtype=np.intp)
    across = np.linalg.svd(normal[None])[2][1:]
    flat = (points - points.mean(axis=0)) @ across.T
    points = points[np.argsort(np.arctan2(flat[:, 1], flat[:, 0]))]
    number = np.arange(1, len(points) - 1, dtype=np.intp)
    return points, np.stack([0 * number, number, number + 1], axis=1)


def as_plane(vectors: Array) -> Array:
    """Coordinates (m, 2) of vectors (m, n), n <= 3, after their means are removed; the second is 0 for n = 2."""
    n = vectors.shape[1]
    basis = np.zeros((2, n))
    for k in range(1, n):
        basis[k - 1, :k], basis[k - 1, k] = -1.0, k
        basis[k - 1] /= np.sqrt(k * (k + 1))
    coordinates: Array = vectors @ basis.T
    return coordinates


def polygon(points: Array) -> tuple[Array, Indices]:
    """The hull of points (m, 2) as `Canvas.surface` takes it; a segment stays one."""

    facets = hull_facets(points)
    return points, facets if len(facets) else np.array([[points[:, 0].argmin(), points[:, 0].argmax()]], dtype=np.intp)
