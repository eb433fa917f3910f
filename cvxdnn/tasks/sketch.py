r"""A drawing over the points, priced like a network and compared with the best one.

A drawing f is a linear spline, so some network of the paper's architecture draws it, and weight decay charges the
cheapest of them :math:`\beta R(f)` for two weight layers and :math:`\tfrac{\beta L}{2} R(f)^{2/L}` for L
(docs/depth.md), where R counts what f does between the first and the last point. Its objective is therefore at or
above the optimum, and its gap is certified wherever the optimum is.

Where it pays most to change it, for two layers and the squared loss: with residuals :math:`l_i = y_i - f(x_i)`, less
their mean, a neuron that bends at t lowers the misfit at the rate

.. math::  r(t) = \sum_i l_i (x_i - t)_+ \quad\text{to the right},\qquad r(t) - \sum_i l_i x_i \quad\text{to the left},

per unit of its slope change, and is charged beta. Where either is beyond beta a bend is missing; else a bend of f
costs more than it brings, as one of change D that brings :math:`D\,r(t)` and is charged :math:`|D| \beta`. A neuron
that bends at the first or the last point bends nowhere between them: it changes the slope. To move all of f costs
nothing, and gains n/2 times the square of the mean residual.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from cvxdnn.core import validation
from cvxdnn.core.datasets import Normalization
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.objective import Certificate, certify
from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.tasks.comparison import BAND_TOLERANCE, Baseline
from cvxdnn.tasks.link import Points, from_letters, to_letters
from cvxdnn.tasks.scenario import Scenario

__all__ = ["MOST_KNOTS", "Advice", "Appraisal", "Sketch", "appraise", "price", "read_sketch", "share_inside"]
__all__ += ["write_sketch"]

MOST_KNOTS = 40
Kind = Literal["up", "down", "tilt", "missing", "needless"]
FAR = 1e3
"""How far a drawing may go, in widths of the points and heights of them."""
SHORTEST = 1e-7
"""Least distance in x of two knots, in widths of the points."""
_FRAME, _KNOT, _STEPS = struct.Struct("<ffff"), struct.Struct("<HH"), 2**16 - 1
_ROUNDING = 1e-12
"""Share of a sum of some hundred terms that rounding can be."""
_MISSING = 1e-3
"""Share of beta beyond which a bend is missing."""


@dataclass(frozen=True)
class Sketch:
    """A drawing in the user's units.

    knots : 2 to 40 places (x, y), x rising; beyond them the end pieces go on straight
    is_revealed : whether the best network has been shown beside it

    Raises
    ------
    InvalidInputError
        When there are other numbers of knots, x does not rise, or a number is not finite.
    """

    knots: Points
    is_revealed: bool = False

    def __post_init__(self) -> None:
        if not 2 <= len(self.knots) <= MOST_KNOTS:
            raise InvalidInputError(f"sketch has {len(self.knots)} knots; give from 2 to {MOST_KNOTS}")
        for axis in zip(*self.knots, strict=True):
            validation.bounded("sketch", validation.finite_vector("sketch", axis))
        xs = [x for x, _ in self.knots]
        if any(after <= before for before, after in pairwise(xs)):
            raise InvalidInputError("sketch goes back in x; give its knots from left to right")

    def spline(self, units: Normalization) -> LinearSpline:
        """The function in normalised units.

        Raises
        ------
        InvalidInputError
            When it goes far beyond the points, or has a piece that is too short to be seen.
        """
        x, y = np.array(self.knots).T
        x, y = units.unit_x(x), units.unit_y(y)
        if not (np.abs(x).max() <= FAR and np.abs(y).max() <= FAR and np.diff(x).min() >= SHORTEST):
            raise InvalidInputError("sketch is not over the points; draw it in the chart")
        return LinearSpline(x, y)


@dataclass(frozen=True)
class Advice:
    """What pays most to change in a drawing.

    kind : "up" or "down", all of it moved; "tilt", its slope; "missing", a bend; "needless", a bend that costs too much
    x : where, in the user's units; None where it is about all of it
    """

    kind: Kind
    x: float | None = None


@dataclass(frozen=True)
class Appraisal:
    """What a drawing is worth.

    misfit, charge : which make its objective, in normalised units
    gap : how far that is above the best network's, as a share of it; None where there is none, or none yet
    is_certified : whether no network is better by more; else the bound is an upper one of theirs
    inside : the share of the data's range on which it lies inside the band; None before the band is known
    advice : None where it is no theorem, and at the optimum
    """

    misfit: float
    charge: float
    gap: float | None
    is_certified: bool
    inside: float | None
    advice: Advice | None


def appraise(sketch: Sketch, baseline: Baseline) -> Appraisal:
    """Price a drawing over the points of a baseline, and compare it with the optimum."""
    f, scenario, solution = sketch.spline(baseline.units), baseline.scenario, baseline.solution
    two_layers = _two_layers(f, baseline, None if solution is None or scenario.depth > 2 else solution.dual)
    charge, objective = _charged(two_layers, scenario)
    bound = baseline.lower_bound if baseline.is_optimum or solution is None else solution.objective
    if bound is not None and scenario.depth == 2:
        bound = max(bound, two_layers.dual)
    gap = objective / bound - 1 if bound else None
    return Appraisal(
        misfit=two_layers.loss,
        charge=charge,
        gap=max(gap, 0.0) if gap is not None and baseline.is_optimum else gap,
        is_certified=baseline.is_optimum,
        inside=share_inside(f, *baseline.band) if baseline.is_known else None,
        advice=_advice(f, baseline, objective - solution.objective)
        if scenario.depth == 2 and scenario.loss == "squared" and solution
        else None,
    )


def price(f: LinearSpline, baseline: Baseline) -> float:
    """The objective of a spline in normalised units, without asking for the optimum; what `appraise` compares."""
    return _charged(_two_layers(f, baseline), baseline.scenario)[1]


def _two_layers(f: LinearSpline, baseline: Baseline, dual: Array | None = None) -> Certificate:
    data, scenario = baseline.data, baseline.scenario
    return certify(data.x, data.y, f, beta=scenario.beta, loss=scenario.loss, dual=dual)


def _charged(two_layers: Certificate, scenario: Scenario) -> tuple[float, float]:
    """What networks of the scenario's depth are charged, and the objective."""
    charge = scenario.beta * scenario.depth / 2 * two_layers.cost ** (2 / scenario.depth)
    return charge, two_layers.primal if scenario.depth == 2 else (two_layers.loss + charge) * (1 + _ROUNDING)


def share_inside(f: LinearSpline, lower: LinearSpline, upper: LinearSpline) -> float:
    """The share of [0, 1] on which f is between two splines, to `BAND_TOLERANCE`; exact."""
    knots = np.concatenate([f.knots, lower.knots, upper.knots])
    at = np.unique(np.concatenate([[0.0, 1.0], knots[(knots > 0) & (knots < 1)]]))
    beyond = (lower(at) - f(at) - BAND_TOLERANCE, f(at) - upper(at) - BAND_TOLERANCE)
    return float(np.clip(1 - sum(_positive(at, each) for each in beyond), 0, 1))


def _positive(at: Array, values: Array) -> float:
    """On what length the polyline through these values is positive."""
    above, below = np.maximum(values, 0), np.maximum(-values, 0)
    total = above[:-1] + above[1:] + below[:-1] + below[1:]
    share = np.divide(above[:-1] + above[1:], total, out=np.zeros_like(total), where=total > 0)
    return float(share @ np.diff(at))


def _advice(f: LinearSpline, baseline: Baseline, gap: float) -> Advice | None:
    x, y, beta = baseline.data.x, baseline.data.y, baseline.scenario.beta
    residuals = y - f(x)
    mean = float(residuals.mean())
    if x.size * mean**2 / 2 > gap / 2 > 0:
        return Advice("up" if mean > 0 else "down")
    pulls = _Pulls(x, residuals - mean)
    brought = pulls.largest(x)
    if brought.max() > beta * (1 + _MISSING):
        place = float(x[brought.argmax()])
        is_end = place in (float(x.min()), float(x.max()))
        return Advice("tilt") if is_end else Advice("missing", float(baseline.units.user_x(place)))
    inside = f.restricted(0.0, 1.0)
    changes = np.where((inside.knots > 0) & (inside.knots < 1), inside.slope_changes, 0.0)
    saved = np.abs(changes) * beta - pulls.least_gain(inside.knots, changes)
    if saved.max() <= _MISSING * beta * np.abs(changes).sum():
        return None
    return Advice("needless", float(baseline.units.user_x(inside.knots[saved.argmax()])))


@dataclass(frozen=True)
class _Pulls:
    """By how much neurons at t lower the misfit, per unit of slope change: r(t) to the right, r(t) - c to the left."""

    x: Array
    residuals: Array

    def _both(self, at: Array) -> tuple[Array, Array]:
        right = np.maximum(self.x - at[:, None], 0.0) @ self.residuals
        return right, right - float(self.residuals @ self.x)

    def largest(self, at: Array) -> Array:
        right, left = self._both(at)
        return np.maximum(np.abs(right), np.abs(left))

    def least_gain(self, at: Array, changes: Array) -> Array:
        right, left = self._both(at)
        return np.minimum(changes * right, changes * left)


def write_sketch(sketch: Sketch, units: Normalization) -> str:
    """A drawing as text for a link, some six characters a knot: places to 2^-16 of the drawing's width and height.

    First a letter, "r" where the best network has been revealed, else "d"; then in base64 the range of x and of y in
    normalised units, and the knots.
    """
    x, y = np.array(sketch.knots).T
    spans = [(float(each.min()), float(each.max())) for each in (units.unit_x(x), units.unit_y(y))]
    (x0, x1), (y0, y1) = [(np.float32(low).item(), np.float32(high).item()) for low, high in spans]
    steps = [
        np.clip(np.rint((values - low) / ((high - low) or 1.0) * _STEPS), 0, _STEPS).astype(int).tolist()
        for values, low, high in ((units.unit_x(x), x0, x1), (units.unit_y(y), y0, y1))
    ]
    packed = _FRAME.pack(x0, x1, y0, y1) + b"".join(_KNOT.pack(*knot) for knot in zip(*steps, strict=True))
    return ("r" if sketch.is_revealed else "d") + to_letters(packed)


def read_sketch(text: str, units: Normalization) -> Sketch:
    """The drawing that `write_sketch` wrote.

    Raises
    ------
    InvalidInputError
        When `text` is none.
    """
    kind, body = text[:1], text[1:]
    try:
        packed = from_letters(body)
    except ValueError as error:
        raise InvalidInputError("its drawing is garbled; copy the whole link again") from error
    if kind not in ("d", "r") or len(packed) <= _FRAME.size or (len(packed) - _FRAME.size) % _KNOT.size:
        raise InvalidInputError("its drawing is incomplete; copy the whole link again")
    frame = _FRAME.unpack_from(packed)
    if not all(map(math.isfinite, frame)) or not frame[0] < frame[1] or not frame[2] <= frame[3]:
        raise InvalidInputError("its drawing has no width; copy the whole link again")
    sketch = Sketch(_placed(frame, list(_KNOT.iter_unpack(packed[_FRAME.size :])), units), kind == "r")
    sketch.spline(units)  # refuses what cannot be priced
    return sketch


def _placed(frame: Sequence[float], steps: list[tuple[int, int]], units: Normalization) -> Points:
    x0, x1, y0, y1 = frame
    across, up = np.array(steps, dtype=np.float64).T / _STEPS
    x, y = units.user_x(x0 + across * (x1 - x0)), units.user_y(y0 + up * (y1 - y0))
    return tuple(zip(x.tolist(), y.tolist(), strict=True))
