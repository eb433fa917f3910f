"""Where a hidden curve bends: at the points where its pull touches a wall (`cvxdnn.exhibits.lessons.proof`)."""

from __future__ import annotations

from collections.abc import Sequence

from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.proof import Proof, proof_of
from cvxdnn.exhibits.lessons.reveals.picture import Reveal, curve_of, listed, numbers

__all__ = ["reveal", "right"]

CLOSE = 0.6
"""From this share of the wall on the pull looks as if it touched."""


def right(lesson: Lesson) -> list[int]:
    """The points where the best curve bends."""
    bends = _proof(lesson).spline.significant_knots(1e-6)
    return [number for number, (x, _) in enumerate(lesson.points) if abs(bends - x).min() < 1e-6]


def reveal(lesson: Lesson, answers: Sequence[Sequence[int]]) -> Reveal:
    """The curve above its pull."""
    proof, bends = _proof(lesson), right(lesson)
    low, high = lesson.points[0][0], lesson.points[-1][0]
    places = [lesson.points[number][0] for number in bends]
    return Reveal(
        misconception=_misconception(proof, set(answers[0]), set(bends)),
        also=f"The curve bends at {listed([f'{x:g}' for x in places])}, where the pull touches a wall (certified).",
        curves=[curve_of("best", "the best", proof.spline, low, high)],
        knots=[places],
        marks=[
            {"kind": "pull", "x": numbers(proof.x), "y": [numbers(proof.pull)]},
            {"kind": "touches", "points": proof.touches},
        ],
    )


def _proof(lesson: Lesson) -> Proof:
    return proof_of(lesson.points, lesson.betas[0])


def _misconception(proof: Proof, tapped: set[int], bends: set[int]) -> str:
    extra = tapped - bends
    if any(abs(proof.pull[number]) >= CLOSE for number in extra):
        return "near"
    if extra:
        return "dots"
    return "missed" if bends - tapped else ""
