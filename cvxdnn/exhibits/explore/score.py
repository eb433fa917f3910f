"""What stands above the chart: how far the network is from the best one, and how all of its starts fared."""

import math
from typing import Literal

import numpy as np

from cvxdnn.app.point_editor import Score, Stuck
from cvxdnn.core.types import Array
from cvxdnn.exhibits.explore.session import Session
from cvxdnn.tasks.experiments import NetworkFrame

THERE = 0.01
"""A start whose gap is at most this share of the optimum got there."""
UPPER_BOUND = "Biases in every layer allow more functions than the theorem counts: its value is an upper bound."


def score(session: Session) -> Score:
    """The title and the bound of the number, or what stands in its place; the browser computes it."""
    baseline, run = session.baseline, session.run
    if baseline.obstacle:
        return _instead("there is no best network", baseline.obstacle)
    if session.optimum.message:
        return _instead("the optimum could not be computed", session.optimum.message)
    instead = f"The optimum is {session.optimum.standing}." if session.optimum.is_running else ""
    if not baseline.is_optimum:
        bound = None if baseline.solution is None else baseline.solution.objective
        return _score("network against the upper bound", "measured", bound, instead, UPPER_BOUND)
    made = _score("gap to the best possible network", "certified", baseline.lower_bound, instead)
    if run.frame is not None and run.shows(session.scenario) and baseline.lower_bound:
        gaps = run.frame.objectives / baseline.lower_bound - 1
        made["note"], made["stuck"] = _starts(gaps), _stuck(gaps, run.frame)
    return made


def _instead(title: str, why: str) -> Score:
    return _score(title, "certified", None, why)


def _score(
    title: str, tag: Literal["certified", "measured"], bound: float | None, instead: str, note: str = ""
) -> Score:
    return {"title": title, "tag": tag, "bound": bound, "instead": instead, "note": note, "stuck": []}


def _starts(gaps: Array) -> str:
    """How all of them fared, not only the best one: a person who trains once gets any of them."""
    ordered = np.sort(gaps)
    others = ordered[~(ordered <= THERE)]  # those without a number, too
    words = f"{gaps.size - others.size} of {gaps.size} starts within {100 * THERE:g}\u00a0% of it"
    if not others.size:
        return words
    if not np.isfinite(others).all():
        return f"{words}, the others further away or diverged"
    ends = [percent(float(gap)) for gap in (others[0], others[-1])]
    return f"{words}, {others.size} at {' to '.join(dict.fromkeys(ends))}"


def _stuck(gaps: Array, frame: NetworkFrame) -> list[Stuck]:
    """Those that did not get there and are drawn, the farthest first."""
    drawn = [start for start in range(gaps.size) if start != frame.best][: len(frame.view.others)]
    far = [line for line, start in enumerate(drawn) if THERE < gaps[start] < math.inf]
    return [
        {"label": f"start {drawn[line] + 1}, {percent(float(gaps[drawn[line]]))}", "line": line}
        for line in sorted(far, key=lambda line: -gaps[drawn[line]])
    ]


def percent(share: float) -> str:
    """With a sign and two significant digits; a small gap is not rounded to nothing."""
    value = 100 * max(share, 0.0)
    if value < 1e-6:
        return "< 0.000001\u00a0%"
    decimals = max(0, 1 - math.floor(math.log10(value)))
    return f"+{value:,.{decimals}f}\u00a0%"
