"""Class means on their way to the simplex: what is predicted, where they are, and how they came there.

Vega-Lite, updated in place while training runs (see `cvxdnn.app.fit_charts`). The chart is square, so that angles are
true; for four classes the tetrahedron is drawn from a direction that the reader chooses.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.core.types import Array, Indices

__all__ = ["collapse_chart", "seen_from"]

Chart = tuple[dict[str, Any], dict[str, Any]]

SIDE = 300  # pixels: fits a phone
ROOM = 1.6
"""Side of the chart in units of the prediction's extent."""
TILT = np.deg2rad(20)
SHAPES = ("circle", "square", "triangle-up", "diamond")
PREDICTED, MEAN, SAMPLE, WAY, EDGE, ZERO = (
    "predicted mean", "class mean", "sample", "way so far", "simplex", "zero feature",
)  # fmt: skip


def seen_from(points: Array, turn: float = 0.0) -> Array:
    """Coordinates on the page (m, 2) of points in one, two or three dimensions.

    turn : degrees that a tetrahedron is turned about its vertical axis
    """
    if points.shape[1] == 1:
        return np.column_stack([points[:, 0], np.zeros(len(points))])
    if points.shape[1] == 2:
        return points
    angle = np.deg2rad(turn)
    across = np.cos(angle) * points[:, 0] - np.sin(angle) * points[:, 1]
    depth = np.sin(angle) * points[:, 0] + np.cos(angle) * points[:, 1]
    return np.column_stack([across, np.cos(TILT) * points[:, 2] + np.sin(TILT) * depth])


def collapse_chart(
    target: Array,
    zero: Array,
    *,
    means: Array | None = None,
    samples: Array | None = None,
    labels: Indices | None = None,
    way: Array | None = None,
    turn: float = 0.0,
) -> Chart:
    """The simplex and the class means.

    Parameters
    ----------
    target : (K, r) predicted centred class means, r = K - 1
    zero : (r,) where the feature vector 0 is, at which a class that has vanished ends
    means : (K, r), samples : (n, r), labels : (n,) of the network, None before training
    way : (k, K, r) the means at earlier moments
    turn : degrees, for four classes
    """
    rows = _Rows(turn)
    K = len(target)
    for line, pair in enumerate(combinations(range(K), 2)):
        rows.add(EDGE, target[list(pair)], pair, line)
    rows.add(ZERO, zero[None], [0])
    rows.add(PREDICTED, target, range(K))
    if way is not None:
        for k in range(K):
            rows.add(WAY, way[:, k], [k] * len(way), k)
    if samples is not None and labels is not None:
        rows.add(SAMPLE, samples, labels)
    if means is not None:
        rows.add(MEAN, means, range(K))
    return rows.columns, _specification(_window(seen_from(np.vstack([target, zero]), turn)), K)


class _Rows:
    """The long table of everything drawn."""

    def __init__(self, turn: float) -> None:
        self.turn = turn
        self.columns: dict[str, Any] = {name: [] for name in ("kind", "class", "x", "y", "order", "line")}

    def add(self, kind: str, points: Array, classes: Any, line: int = 0) -> None:
        """Points (m, r) of these classes, in order."""
        for order, ((x, y), k) in enumerate(zip(seen_from(points, self.turn), classes, strict=True)):
            row = {"kind": kind, "class": str(int(k) + 1), "x": float(x), "y": float(y), "order": order, "line": line}
            for name, value in row.items():
                self.columns[name].append(value)


def _window(points: Array) -> tuple[list[float], list[float]]:
    """A square around the points (m, 2), the same whatever a network does."""
    low, high = points.min(axis=0), points.max(axis=0)
    half = 0.5 * ROOM * (float((high - low).max()) or 1.0)
    x, y = (0.5 * (low + high)).tolist()
    return [x - half, x + half], [y - half, y + half]


def _specification(window: tuple[list[float], list[float]], K: int) -> dict[str, Any]:
    axis = {"title": None, "labels": False, "ticks": False, "grid": False, "domain": False}
    place = {
        name: {
            "field": name,
            "type": "quantitative",
            "scale": {"domain": domain, "nice": False, "zero": False},
            "axis": axis,
        }
        for name, domain in zip(("x", "y"), window, strict=True)
    }
    shape = {
        "field": "class",
        "type": "nominal",
        "scale": {"domain": [str(k + 1) for k in range(K)], "range": list(SHAPES[:K])},
        "legend": None,
    }
    lines = {"detail": {"field": "line", "type": "nominal"}, "order": {"field": "order", "type": "quantitative"}}

    def layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
        return {
            "transform": [{"filter": {"field": "kind", "equal": kind}}],
            "mark": {"clip": True, **mark},
            "encoding": {**place, **encoding},
        }

    open_mark = {"type": "point", "filled": False, "strokeWidth": 2.5, "size": 420, "color": CERTIFIED, "opacity": 1}
    solid = {"type": "point", "filled": True, "color": MEASURED}
    text = {"type": "text", "dy": -19, "fontSize": 12, "fontWeight": "bold", "color": GIVEN}
    return {
        "width": SIDE,
        "height": SIDE,
        "layer": [
            layer(EDGE, {"type": "line", "color": CERTIFIED, "strokeDash": [5, 4], "opacity": 0.9}, lines),
            layer(WAY, {"type": "line", "color": MEASURED, "strokeWidth": 1.5, "opacity": 0.5}, lines),
            layer(ZERO, {"type": "point", "shape": "cross", "size": 90, "color": GIVEN, "filled": True}, {}),
            layer(SAMPLE, {**solid, "size": 40, "opacity": 0.35}, {"shape": shape}),
            layer(PREDICTED, open_mark, {"shape": shape}),
            layer(MEAN, {**solid, "size": 130, "opacity": 1}, {"shape": shape}),
            layer(PREDICTED, text, {"text": {"field": "class", "type": "nominal"}}),
        ],
        "config": {"view": {"stroke": None}},
    }
