"""The best network of every depth at one weight decay, and where it jumps to the constant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from cvxdnn.convex import DeepPath, regularization_path
from cvxdnn.core.solution import Solution
from cvxdnn.exhibits.lessons.lesson import Lesson
from cvxdnn.exhibits.lessons.reveals.picture import Bar, Reveal, curve_of, held, power_of_ten
from cvxdnn.tasks.comparison import bends

__all__ = ["bends_of", "reveal", "right"]

MORE, LESS, JUMP = 0, 1, 2


def bends_of(lesson: Lesson) -> dict[int, int]:
    """How often the best network bends, by its depth."""
    return {depth: int(bends(each.spline).size) for depth, each in _solutions(lesson).items()}


def right(lesson: Lesson) -> int:
    """More bends with depth; or fewer, little by little; or as many, and then none."""
    counts = list(bends_of(lesson).values())
    bent = [count for count in counts if count]
    if counts[-1] == 0 and set(bent) == {counts[0]}:
        return JUMP
    return MORE if counts[-1] > counts[0] else LESS


def reveal(lesson: Lesson, answers: Sequence[int]) -> Reveal:
    """Depth grows, layer by layer."""
    found, units = _solutions(lesson), lesson.scenario().normalized()[1]
    low, high = lesson.points[0][0], lesson.points[-1][0]
    flat = min(depth for depth, count in bends_of(lesson).items() if count == 0)
    words = [f"{depth} layers: {_bends(count)}" for depth, count in bends_of(lesson).items()]
    gap = max(each.relative_gap for each in found.values())
    return Reveal(
        misconception=lesson.meant[answers[0]] if answers[0] != right(lesson) else "",
        also=f"From {flat} layers on the best network is flat. No network of these depths is cheaper by more than a "
        f"share of {power_of_ten(gap)} (certified).",
        slider="layers",
        said=held(words),
        seconds=1.2 * len(found),
        curves=[
            curve_of("best", "the best", held([units.user_spline(each.spline) for each in found.values()]), low, high)
        ],
        knots=held([units.user_x(bends(each.spline)).tolist() for each in found.values()]),
        bars=[
            Bar(
                "best",
                "the best",
                held([each.loss for each in found.values()]),
                held([each.penalty for each in found.values()]),
                held(["certified" for _ in found]),
            )
        ],
    )


@lru_cache(maxsize=8)
def _solutions(lesson: Lesson) -> dict[int, Solution]:
    """The certified optimum of every depth."""
    data, _ = lesson.scenario().normalized()
    deep = DeepPath(regularization_path(data.x, data.y))
    depths = range(2, lesson.show["deepest"] + 1)
    return {depth: deep.solve(beta=lesson.betas[0], depth=depth) for depth in depths}


def _bends(count: int) -> str:
    return "flat" if count == 0 else f"{count} bend{'s' * (count > 1)}"
