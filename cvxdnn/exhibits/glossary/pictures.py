"""Small pictures of what a sentence alone shows badly, all of the same four points."""

from collections.abc import Callable, Mapping

import numpy as np

from cvxdnn.app.plots import Axis, Band, Curve, Plot
from cvxdnn.core.spline import interpolating_spline, optimal_band

__all__ = ["PICTURES"]

X = np.array([0.0, 1.0, 2.0, 3.0])
Y = np.array([1.0, 0.0, 0.5, 2.0])
AT = np.linspace(-0.3, 3.3, 181)
WIDE, HIGH = Axis(-0.3, 3.3, "input x"), Axis(-0.8, 3.6, "output y")
POINTS = Curve(X, Y, "given-points", "data points")
SPLINE = Curve(AT, interpolating_spline(X, Y)(AT), "line", "linear spline")


def _knots() -> Plot:
    knots = Curve(X[1:-1], Y[1:-1], "given-points", "its knots")
    told = "A linear spline through four points: it has its knots, where it bends, at x = 1 and x = 2."
    return Plot(WIDE, HIGH, told, curves=[SPLINE], points=[knots])


def _hinges() -> Plot:
    """The spline as a line and a hinge for each of its knots."""
    spline = interpolating_spline(X, Y)
    ramps = [
        Curve(AT, change * np.maximum(AT - knot, 0.0), f"line {style}", f"hinge at x = {knot:g}")
        for knot, change, style in zip(spline.knots, spline.slope_changes, ("certified", "measured"), strict=True)
    ]
    told = "Two hinges, zero up to x = 1 and up to x = 2; with a straight line they add up to the linear spline."
    return Plot(WIDE, HIGH, told, curves=[SPLINE, *ramps], points=[POINTS])


def _band() -> Plot:
    low, high = optimal_band(X, Y, AT)
    told = "Four points and the band of all optimal functions through them: a triangle below the middle piece."
    shaded = Band(AT, low, high, "region", "where all optimal networks lie")
    return Plot(WIDE, HIGH, told, bands=[shaded], curves=[SPLINE], points=[POINTS])


PICTURES: Mapping[str, Callable[[], Plot]] = {"knot": _knots, "hinge": _hinges, "band": _band}
"""By the name of the term."""
