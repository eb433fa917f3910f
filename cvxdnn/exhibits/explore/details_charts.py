"""The plots of "Look closer": objectives of the restarts, a race of optimisers, and where many seeds end.

All are measured, and orange; what is certified is blue. Objectives and gaps stand on logarithmic axes, which have no
zero: what is smaller than a floor is drawn on it. What diverged beyond all numbers is a gap in its line.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from cvxdnn.app.plots import Axis, Band, Curve, Plot
from cvxdnn.core.types import Array

__all__ = ["gaps_plot", "race_plot", "restarts_plot"]

LEAST_OBJECTIVE = 1e-14
LEAST_GAP = 1e-10
"""Relative; of the certificates, too, few are below it."""
RESTARTS_SHOWN = 12
DECADES = range(-10, 2)
"""Bars end at these powers of ten; the outermost hold all that is beyond."""
SIDE = 10**0.06
"""Between a bar and the end of its decade, a factor."""
FEWEST = 5
"""The height of the axis of counts, at least: so it is marked at whole numbers."""


def restarts_plot(history: Array, optimum: float | None, told: str) -> Plot:
    """The objective of every restart over the steps, the best one above the others, and the certified optimum.

    Parameters
    ----------
    history : (k, 1 + restarts), k >= 1
        Step and every restart's objective.
    optimum : float, optional
        Its proven lower bound.
    told : str
    """
    steps, objectives = history[:, 0], _above(LEAST_OBJECTIVE, history[:, 1:])
    first = "other restarts" if objectives.shape[1] > 1 else ""
    curves = [
        Curve(steps, values, "line thin", "" if k else first) for k, values in enumerate(objectives.T[:RESTARTS_SHOWN])
    ]
    curves.append(Curve(steps, np.fmin.reduce(objectives, axis=1), "line measured", "best restart"))
    if optimum is not None:
        ends, level = steps[[0, -1]], max(optimum, LEAST_OBJECTIVE)
        curves.append(Curve(ends, np.full(2, level), "line certified dashed", "certified optimum"))
    return Plot(
        Axis.from_zero(steps, "step"), Axis.over(_heights(curves), "objective", kind="log"), told=told, curves=curves
    )


def race_plot(histories: Mapping[str, Array], labels: Sequence[str], bound: float, told: str) -> Plot:
    """The gap to `bound` over computing time, relative: one line an optimiser.

    Parameters
    ----------
    histories : mapping from label to (k, 3) rows of seconds, steps, objective
        One of them has a row.
    labels : sequence of str
        All that may appear, so that each keeps its line.
    bound : float
        Lower bound of the objective, or the best value known.
    told : str
    """
    curves = [
        Curve(rows[:, 0], _above(LEAST_GAP, rows[:, 2] / bound - 1), f"line runner-{labels.index(label) + 1}", label)
        for label, rows in histories.items()
        if len(rows)
    ]
    return Plot(
        Axis.from_zero(np.concatenate([curve.x for curve in curves]), "seconds of computing"),
        Axis.over(_heights(curves), "gap to the optimum, relative", kind="log"),
        told=told,
        curves=curves,
    )


def gaps_plot(gaps: Array, told: str) -> Plot:
    """How many networks ended within each power of ten of the optimum, relative: bars that end there."""
    exponents = np.ceil(np.log10(np.maximum(gaps, LEAST_GAP))).clip(DECADES[0], DECADES[-1])
    counts = {exponent: int(np.count_nonzero(exponents == exponent)) for exponent in DECADES}
    return Plot(
        Axis(10.0 ** (DECADES[0] - 1), 10.0 ** DECADES[-1], "final gap to the optimum, relative", "log"),
        Axis(0.0, max(1.05 * max(counts.values()), FEWEST), "networks"),
        told=told,
        bands=[_bar(exponent, count) for exponent, count in counts.items() if count],
    )


def _above(floor: float, values: Array) -> Array:
    """NaN where there is no finite number."""
    return np.where(np.isfinite(values), np.maximum(values, floor), np.nan)


def _heights(curves: Sequence[Curve]) -> Array:
    return np.concatenate([curve.y for curve in curves])


def _bar(exponent: int, count: int) -> Band:
    ends = np.array([10.0 ** (exponent - 1) * SIDE, 10.0**exponent / SIDE])
    return Band(ends, np.zeros(2), np.full(2, float(count)), "bar")
