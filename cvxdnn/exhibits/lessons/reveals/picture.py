"""What a reveal is drawn from: plain numbers in the lesson's own units, some frames of them.

Frames are evenly spaced along the slider, and the browser goes straight from each to the next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array

__all__ = ["DIGITS", "Bar", "Curve", "Reveal", "Role", "above_best", "curve_of", "held", "listed", "numbers"]
__all__ += ["power_of_ten", "signed"]

Role = Literal["best", "network", "you", "given", "nearest"]
DIGITS = 5
"""Decimals kept of places in the picture."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
HOLD = 5
"""Frames for which a state is held where there is nothing between it and the next."""


@dataclass(frozen=True)
class Curve:
    """A curve: heights `y` at `x`, for every frame or for one that stands still; None where it is not drawn yet."""

    role: Role
    name: str
    x: list[float]
    y: Sequence[Sequence[float | None]]


@dataclass(frozen=True)
class Bar:
    """What a curve costs, in normalised units: its misfit, and what weight decay charges; with a note, a frame."""

    role: Role
    name: str
    misfit: list[float]
    charge: list[float]
    note: list[str]


@dataclass(frozen=True)
class Reveal:
    """What is shown after the prediction.

    misconception : which one the answer comes from, a name of the lesson's `wrong`; "" for a right answer
    is_judged : whether answers are right or wrong at all
    also : a sentence with numbers, and whether they are certified or measured
    slider : what moves, or "";  said : of every frame;  seconds : of playing;  rest : where it stands then, 0 to 1
    curves, bars : see there;  knots : where the best curve bends, for every frame or for one;  band : polygons
    marks : whatever else is drawn, each with a "kind" (docs/lessons.md)
    """

    misconception: str
    is_judged: bool = True
    also: str = ""
    slider: str = ""
    said: Sequence[str] = ("",)
    seconds: float = 0.0
    rest: float = 1.0
    curves: Sequence[Curve] = ()
    knots: Sequence[Sequence[float]] = ()
    band: Sequence[Sequence[tuple[float, float]]] = ()
    bars: Sequence[Bar] = ()
    marks: Sequence[Mapping[str, Any]] = field(default=())

    def shown(self) -> dict[str, Any]:
        """All but what is wrong, as JSON has it."""
        told = asdict(self)
        del told["misconception"], told["is_judged"]
        return {name: _plain(value) for name, value in told.items()}


def curve_of(role: Role, name: str, splines: LinearSpline | Sequence[LinearSpline], low: float, high: float) -> Curve:
    """Splines as the frames of one curve between two places, told at the knots of all of them: so it is exact."""
    frames = [splines] if isinstance(splines, LinearSpline) else splines
    knots = np.concatenate([spline.knots for spline in frames])
    x = np.unique(np.concatenate([[low, high], knots[(knots > low) & (knots < high)]]).round(DIGITS))
    return Curve(role, name, x.tolist(), [numbers(spline(x)) for spline in frames])


def numbers(values: Array) -> list[float]:
    """Numbers as they are sent."""
    return [float(value) for value in np.round(values, DIGITS) + 0.0]


def held(states: Sequence[Any]) -> list[Any]:
    """Each state for some frames."""
    return [state for state in states for _ in range(HOLD)]


def listed(words: Sequence[str]) -> str:
    """Words with commas, and "and" before the last."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def above_best(share: float) -> str:
    """How far something is above the best, as a reader says it."""
    if share >= 1:
        return f"{1 + share:.1f} times the best" if share < 9 else f"{1 + share:,.0f} times the best"
    if share < 1e-4:
        return "less than 0.01 % above the best"
    digits = 2 if share < 1e-3 else 1 if share < 0.1 else 0
    return f"{100 * share:.{digits}f} % above the best"


def signed(number: float) -> str:
    """A number with its sign and two decimals."""
    return f"{number + 0.0:+.2f}".replace("-", "−")


def power_of_ten(number: float) -> str:
    """The power of ten that a small number does not exceed."""
    exponent = math.ceil(math.log10(max(number, 1e-16)))
    return "10" + str(exponent).translate(_RAISED)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value
