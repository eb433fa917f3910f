"""Where a hidden curve bends: at the points where its pull touches a wall (`cvxdnn.exhibits.lessons.proof`).

The reveal turns weight decay down, from where the best curve is flat to where the lesson is: the pull fills its tube,
and where it touches the curve bends. Every frame is solved anew; they are evenly spaced in the logarithm.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cvxdnn.core.objective import beta_max
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.proof import Proof, proof_of
from cvxdnn.exhibits.lessons.reveals.picture import Reveal, curve_of, listed, numbers

__all__ = ["reveal", "right"]

CLOSE = 0.6
"""From this share of the wall on the pull looks as if it touched."""
FRAMES = 49
FIRST = 3.0
"""The first weight decay, in times of the least one at which the best curve is flat."""


def right(lesson: Lesson) -> list[int]:
    """The points where the best curve bends."""
    return _bends(lesson, proof_of(lesson.points, lesson.betas[0]))


def reveal(lesson: Lesson, answers: Sequence[Sequence[int]]) -> Reveal:
    """The curve above its pull, while weight decay falls."""
    betas = _turned_down(lesson)
    proofs = [proof_of(lesson.points, beta) for beta in betas]
    bends = [_bends(lesson, proof) for proof in proofs]
    places = [[lesson.points[number][0] for number in each] for each in bends]
    low, high = lesson.points[0][0], lesson.points[-1][0]
    return Reveal(
        misconception=_misconception(proofs[-1], set(answers[0]), set(bends[-1])),
        also=f"The curve bends at {_listed(places[-1])}, where the pull touches a wall (certified).",
        slider="weight decay",
        said=[f"weight decay {beta:.2g}: {_said(each)}" for beta, each in zip(betas, places, strict=True)],
        seconds=7.0,
        curves=[curve_of("best", "the best", [proof.spline for proof in proofs], low, high)],
        knots=places,
        marks=[
            {
                "kind": "pull",
                "x": numbers(proofs[-1].x),
                "y": [numbers(proof.pull) for proof in proofs],
                "walls": [1.0, -1.0],
            },
            {"kind": "touches", "points": [proof.touches for proof in proofs]},
        ],
    )


def _turned_down(lesson: Lesson) -> list[float]:
    """Weight decays from a flat curve down to that of the lesson."""
    data, _ = lesson.scenario().normalized()
    return [float(beta) for beta in np.geomspace(FIRST * beta_max(data.x, data.y), lesson.betas[0], FRAMES)]


def _bends(lesson: Lesson, proof: Proof) -> list[int]:
    bends = proof.spline.significant_knots(1e-6)
    return [number for number, (x, _) in enumerate(lesson.points) if any(abs(bend - x) < 1e-6 for bend in bends)]


def _said(bends: Sequence[float]) -> str:
    if not bends:
        return "no touch, no bend"
    return f"touch and bend at {_listed(bends)}"


def _listed(places: Sequence[float]) -> str:
    return listed([f"{x:g}" for x in places])


def _misconception(proof: Proof, tapped: set[int], bends: set[int]) -> str:
    extra = tapped - bends
    if any(abs(proof.pull[number]) >= CLOSE for number in extra):
        return "near"
    if extra:
        return "dots"
    return "missed" if bends - tapped else ""
