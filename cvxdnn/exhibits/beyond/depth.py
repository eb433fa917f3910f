"""Beyond the theorem, first part: break a condition of the theorem about depth, and train against its value."""

from collections.abc import Hashable
from functools import cache, partial
from typing import Any

import numpy as np
import streamlit as st

from cvxdnn.app.page import halves
from cvxdnn.app.parts import Parts
from cvxdnn.app.prose import note, prose
from cvxdnn.app.settings import Settings, under, widget
from cvxdnn.exhibits.beyond.claim import Claim, Knob
from cvxdnn.exhibits.beyond.classifiers import EXAMPLES, SAME, STEPS, Experiment, Standing
from cvxdnn.tasks.deep_runs import WIDTH, DeepRunsView
from cvxdnn.tasks.scenario import LIMITS, Biases
from cvxdnn.tasks.stream import Stream

__all__ = ["FIRST", "SETTINGS", "claim", "claim_about", "depth_conditions", "experiment"]

NAME = "beyond_depth"
FIRST = next(iter(EXAMPLES))
DEEPEST = min(5, LIMITS["depth"][1])
BIASES: dict[str, Biases] = {"last hidden layer": "last_hidden", "every layer": "all"}
SIGNS = {"0 or larger": False, "of both signs": True}
LINES = {
    Standing.OPTIMUM: ("the theorem’s value: the optimum", "optimum"),
    Standing.UPPER_BOUND: ("the theorem’s value: an upper bound", "bound"),
    Standing.NO_BOUND: ("the theorem’s value: no bound", "nothing"),
}
"""What is written at the line, and how it is drawn."""
WHY = {
    Standing.OPTIMUM: "both conditions hold: no network can cross it",
    Standing.UPPER_BOUND: "an early layer can bend, and all units above share that bend at one price",
    Standing.NO_BOUND: "the first layer splits x by its sign, into two parts that share no unit",
}
TWO_LAYERS = "there are no early layers, so neither condition matters"
WHAT_TO_TRY = """
- **Biases in the last hidden layer only.** The line becomes solid: it is the optimum, and nobody crosses it.
- **The tent.** Its inputs have both signs, the line bounds nothing, and all networks end a third below it.
- **The ramp.** It breaks the same condition, and no network comes near the line: a ramp through 0 is paid for twice.
"""
MODEL = {
    "axis": {"title": "objective, in multiples of the value", "low": 0.75, "high": 5.0},
    "steps": STEPS,
    "same": SAME,
    "against": "the theorem’s value",
    "beside": "functions",
}
"""See `limits.js`."""


def depth_conditions(parts: Parts) -> None:
    """The whole section."""
    parts.draw(NAME, lambda: claim().show(plays=True), shows=_look, moves=_is_moving)
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Points",
            list(EXAMPLES),
            on_change=_choose,
            required=True,
            **SETTINGS.shown("example", first="default"),
        )
        parts.draw(f"{NAME}_training", lambda: claim().buttons(), shows=_look, moves=_is_moving)
    theorem, to_try = halves("depth")
    with theorem, st.container(border=True):
        prose(
            r"**Theorem.** If every $x \ge 0$, only the last hidden layer and the output have biases, and that "
            r"layer has at least $n+1$ neurons for $n$ points, training $L$ weight layers has the same optimum as "
            r"$\min_f\ \mathrm{loss}(f) + \tfrac{\beta L}{2} R(f)^{2/L}$, whose value is the line."
        )
        note(
            "The loss is half the sum of squares; R is the path norm. Certified: this value, as "
            "the solution of this problem. Measured: what training reached. β and "
            f"objectives belong to the points as they are. Adam, {WIDTH} neurons a layer."
        )
    with to_try, st.container(border=True):
        st.markdown("**What to try**")
        prose(WHAT_TO_TRY)


def claim() -> Claim:
    """The one about the chosen points."""
    return claim_about(SETTINGS["example"])


@cache
def claim_about(example: str) -> Claim:
    """Training on the points of an example, against the theorem's value."""
    first = Experiment.first(example)
    biases, signs = (
        next(word for word, value in words.items() if value == at)
        for words, at in ((BIASES, first.biases), (SIGNS, first.signed))
    )
    knobs = (
        Knob("biases", "biases in", tuple(BIASES), biases, "biases in {}"),
        Knob("signed", "inputs x are", tuple(SIGNS), signs, "x {}"),
        Knob("depth", "weight layers L", tuple(range(2, DEEPEST + 1)), first.depth, "L = {}"),
    )
    return Claim(
        NAME,
        "limits",
        knobs,
        partial(_case, example),
        partial(_stream, example),
        MODEL,
        legend=(
            {"label": "lowest trained network", "style": "best-run"},
            {"label": "the other networks", "style": "other-run"},
        ),
        about=example,
        opens=example == FIRST,
    )


def _look() -> Hashable:
    return claim().training.look()


def _is_moving() -> bool:
    return claim().training.is_moving()


def _choose() -> None:
    """Other points, in the setting that shows what they are for."""
    SETTINGS.reset(*claim().settings.names)


def experiment(example: str, biases: str, signs: str, depth: int) -> Experiment:
    """What the sliders say."""
    return Experiment(example, depth, BIASES[biases], SIGNS[signs])


def _stream(example: str, *setting: Any) -> Stream[DeepRunsView]:
    return experiment(example, *setting).task()


def _case(example: str, *setting: Any) -> dict[str, Any]:
    """The line, what it is, and its function beside it."""
    shown = experiment(example, *setting)
    name, style = LINES[shown.standing]
    spline = shown.theorem().spline
    x, at = shown.x, spline.knots - shown.offset
    at = np.union1d(x[[0, -1]], at[(at > x[0]) & (at < x[-1])])
    values = spline(at + shown.offset).tolist()  # the function moves with the inputs
    return {
        "lines": [{"share": 1.0, "name": name, "style": style}],
        "tiles": [
            {
                "title": "here the line is",
                "value": shown.standing.value,
                "tone": "" if shown.standing is Standing.NO_BOUND else "certified",
                "note": WHY[shown.standing] if shown.depth > 2 else TWO_LAYERS,
            }
        ],
        "beside": {
            "x": x.tolist(),
            "y": shown.y.tolist(),
            "at": at.tolist(),
            "values": values,
        },
    }


SETTINGS = Settings(
    NAME,
    widget("example", tuple(EXAMPLES), FIRST),
    *(
        under(name, knob.values, partial(lambda k: claim().knobs[k].first, k), control=knob.name)
        for k, (name, knob) in enumerate(zip(claim_about(FIRST).settings.names, claim_about(FIRST).knobs, strict=True))
    ),
)
"""The points, and the sliders of whichever claim is about them."""
