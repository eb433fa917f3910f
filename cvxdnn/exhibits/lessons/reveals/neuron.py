r"""Which curve one more neuron can draw, and for any other the nearest one that it can.

A neuron adds :math:`a\,(s(x - t))_+`, a hinge at t to one side s. For each place and side the amplitude of the least
squared distance to an option is :math:`a = \langle d, h\rangle / \langle h, h\rangle`, d being what the option adds to
the curve before. An option can be drawn where the least distance over all of them is 0. What is shown is the nearest
hinge up to a place that the lesson's file gives: up to the top of a tent the one that begins it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cvxdnn.core.spline import LinearSpline
from cvxdnn.core.types import Array
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals.picture import Curve, Reveal, curve_of, numbers, signed

__all__ = ["Hinge", "nearest_hinge", "reveal", "right"]

PLACES = 241
"""Over the width of the picture, where hinges are tried and distances taken."""
NOTHING = 1e-9
STRENGTHS = (0.0, 0.5, 1.0, 1.5)


@dataclass(frozen=True)
class Hinge:
    """a (s (x - t))_+, and its distance (root mean square) from what it is to be."""

    place: float
    side: float
    amplitude: float
    distance: float

    def __call__(self, x: Array) -> Array:
        """Its values."""
        return np.asarray(self.amplitude * np.maximum(self.side * (x - self.place), 0.0))


def nearest_hinge(x: Array, d: Array) -> Hinge:
    """The hinge that bends at one of the places x and is nearest to values d there."""
    hinges = [_fitted(x, d, float(place), side) for place in x[1:-1] for side in (1.0, -1.0)]
    return min(hinges, key=lambda hinge: hinge.distance)


def right(lesson: Lesson) -> int:
    """The option that one more neuron can draw."""
    distances = [nearest_hinge(*_added(lesson, option)).distance for option in range(len(lesson.curves))]
    (found,) = np.flatnonzero(np.array(distances) < NOTHING).tolist()
    return int(found)


def reveal(lesson: Lesson, answers: Sequence[int]) -> Reveal:
    """The option beside what one neuron can do, from nothing to more than enough."""
    (option,) = answers
    x, added = _added(lesson, option)
    part = x <= lesson.show["until"][option] + NOTHING
    hinge, missed = nearest_hinge(x[part], added[part]), nearest_hinge(x, added).distance
    base, chosen = _spline(lesson.questions[0].curve), _spline(lesson.curves[option])
    is_right = missed < NOTHING
    frames = [numbers(base(x) + strength * hinge(x)) for strength in STRENGTHS]
    return Reveal(
        misconception="" if is_right else lesson.meant[option],
        also="One more neuron draws this curve exactly (computed)."
        if is_right
        else f"Of all single neurons the nearest misses your curve by {missed:.2f} (root mean square; computed).",
        slider="how hard the new neuron pulls",
        said=[f"the new neuron changes the slope by {signed(strength * hinge.amplitude)}" for strength in STRENGTHS],
        seconds=4.0,
        rest=STRENGTHS.index(1.0) / (len(STRENGTHS) - 1),
        curves=[
            curve_of("given", "before", base, x[0], x[-1]),
            curve_of("you", "your choice", chosen, x[0], x[-1]),
            Curve("nearest", "one more neuron", numbers(x), frames),
        ],
        knots=[sorted([*_bends(base), hinge.place])],
    )


def _added(lesson: Lesson, option: int) -> tuple[Array, Array]:
    """Places over the picture, and what an option adds to the curve before at each."""
    base, chosen = _spline(lesson.questions[0].curve), _spline(lesson.curves[option])
    x = np.linspace(base.knots[0], base.knots[-1], PLACES)
    return x, chosen(x) - base(x)


def _fitted(x: Array, d: Array, place: float, side: float) -> Hinge:
    shape = np.maximum(side * (x - place), 0.0)
    amplitude = float(d @ shape / (shape @ shape))
    return Hinge(place, side, amplitude, float(np.sqrt(np.mean((d - amplitude * shape) ** 2))))


def _spline(knots: Sequence[tuple[float, float]]) -> LinearSpline:
    x, y = np.array(knots).T
    return LinearSpline(x, y)


def _bends(spline: LinearSpline) -> list[float]:
    return [float(knot) for knot in spline.significant_knots()]
