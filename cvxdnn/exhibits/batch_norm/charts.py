"""Scale and shift of batch normalisation, class by class: the closed form as rings, the trained network as dots.

Vega-Lite, updated in place while training runs (see `cvxdnn.app.fit_charts`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cvxdnn.app.palette import CERTIFIED, GIVEN, MEASURED
from cvxdnn.core.types import Array

__all__ = ["scale_chart"]

Chart = tuple[dict[str, Any], dict[str, Any]]

SIDE = 250  # pixels
EXACT, TRAINED, RAY = "closed form", "trained", "direction"


def scale_chart(exact: tuple[Array, Array], directions: Array, trained: tuple[Array, Array] | None = None) -> Chart:
    """Scale gamma and shift alpha of each class.

    Parameters
    ----------
    exact : gamma, alpha (K,) of the closed form
    directions : (K, 2) unit vectors along which each class's pair must lie, whatever the weight decay
    trained : gamma, alpha (K,) of the network, all neurons of a class taken together; None before training
    """
    columns: dict[str, Any] = {name: [] for name in ("kind", "class", "gamma", "alpha", "line")}
    names = _names(*exact)

    def add(kind: str, k: int, gamma: float, alpha: float) -> None:
        for name, value in zip(columns, (kind, names[k], float(gamma), float(alpha), k), strict=True):
            columns[name].append(value)

    reach = 1.35 * (max(float(np.max(part, initial=0.0)) for part in exact) or 1.0)
    for k, direction in enumerate(directions):
        add(RAY, k, 0.0, 0.0)
        add(RAY, k, *(1.5 * reach * direction))
        add(EXACT, k, exact[0][k], exact[1][k])
        if trained is not None:
            add(TRAINED, k, trained[0][k], trained[1][k])
    return columns, _specification(reach)


def _names(gamma: Array, alpha: Array) -> list[str]:
    """A label for each class; classes at one place share that of the first, and the others have none."""
    places = [(round(float(g), 9), round(float(a), 9)) for g, a in zip(gamma, alpha, strict=True)]
    return [
        ", ".join(str(j + 1) for j, other in enumerate(places) if other == place) if places.index(place) == k else ""
        for k, place in enumerate(places)
    ]


def _specification(reach: float) -> dict[str, Any]:
    axis = {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "tickCount": 4, "grid": False}
    place = {
        name: {
            "field": name,
            "type": "quantitative",
            "scale": {"domain": [-0.08 * reach, reach], "nice": False},
            "axis": {**axis, "title": title},
        }
        for name, title in (("gamma", "scale γ"), ("alpha", "shift α"))
    }
    encoding = {"x": place["gamma"], "y": place["alpha"]}

    def layer(kind: str, mark: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
        return {
            "transform": [{"filter": {"field": "kind", "equal": kind}}],
            "mark": {"clip": True, **mark},
            "encoding": {**encoding, **more},
        }

    ring = {"type": "point", "filled": False, "strokeWidth": 2.5, "size": 320, "color": CERTIFIED, "opacity": 1}
    dot = {"type": "point", "filled": True, "size": 100, "color": MEASURED, "opacity": 1}
    return {
        "width": SIDE,
        "height": SIDE,
        "layer": [
            layer(
                RAY,
                {"type": "line", "color": GIVEN, "opacity": 0.5, "strokeDash": [3, 3]},
                {"detail": {"field": "line"}},
            ),
            layer(EXACT, ring, {}),
            layer(TRAINED, dot, {}),
            layer(
                EXACT,
                {"type": "text", "dx": 14, "dy": 12, "align": "left", "color": GIVEN, "fontWeight": "bold"},
                {"text": {"field": "class"}},
            ),
        ],
    }
