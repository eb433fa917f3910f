"""The choice of a weight decay as a plot."""

from cvxdnn.app.plots import Axis, Band, Curve, Mark, Plot
from cvxdnn.convex.selection import CrossValidation

__all__ = ["cross_validation_plot"]

ROOM = 1.08
"""Times the largest error: where the axis ends."""


def cross_validation_plot(result: CrossValidation) -> Plot:
    """Error of prediction against the weight decay, with its spread and its minimum."""
    betas, error, spread = result.betas, result.mean_error, result.standard_error
    smallest = float(error.min())
    return Plot(
        Axis(float(betas.min()), float(betas.max()), "weight decay β", "log"),
        Axis(0.0, ROOM * float((error + spread).max()), "mean squared error"),
        told=f"The error of prediction is smallest at a weight decay of {result.best:.2g}: {smallest:.3g}.",
        bands=[Band(betas, error - spread, error + spread, "region measured", "± one standard error")],
        curves=[Curve(betas, error, "line measured", "error of prediction")],
        marks=[Mark(result.best, smallest, "network", f"smallest at β = {result.best:.2g}")],
    )
