"""The controls of the Extreme points page: examples beside the picture, all that is dragged in it."""

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from cvxdnn.app.settings import Settings, Span, under, widget
from cvxdnn.app.stage import Control, slider
from cvxdnn.exhibits.extreme_points.samples import EXAMPLES, FIRST_BETA, Samples

__all__ = ["KEY", "PREFIX", "SETTINGS", "beside", "chosen", "stage_controls"]

PREFIX = "extreme_points_"
KEY = PREFIX + "stage"
BETAS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0)
PLACES = tuple(float(value) for value in np.round(0.02 * np.arange(-65, 66), 2))
TARGETS = tuple(float(value) for value in np.round(0.02 * np.arange(-75, 76), 2))


def _first(name: str) -> float:
    """Where a sample of the chosen example is first; 0 for one that it does not have."""
    samples = EXAMPLES[SETTINGS["example"]]
    if name.startswith("height"):
        return float(samples.heights[int(name[-1]) - 1])
    return _values_of(samples).get(name, 0.0)


def _height(k: int) -> str:
    return f"height_{k}_{SETTINGS['example']}"


DRAGGED = tuple(f"{letter}{k}" for letter in "aby" for k in (1, 2, 3))
"""First and second input a, b and target y of each sample."""
HEIGHTS = tuple(f"height{k}" for k in (1, 2, 3))
SETTINGS = Settings(
    "extreme_points",
    widget("example", tuple(EXAMPLES), next(iter(EXAMPLES))),
    *(widget(name, Span(-1.5, 1.5), partial(_first, name), key=partial(_height, k)) for k, name in enumerate(HEIGHTS)),
    under("beta", BETAS, FIRST_BETA),
    *(under(name, TARGETS if name.startswith("y") else PLACES, partial(_first, name)) for name in DRAGGED),
)


def beside() -> None:
    """What is chosen beside the picture: an example, and the third inputs, which a plane cannot show."""
    name = SETTINGS.select("example", "Samples", on_change=_put_back)
    st.button("Put the samples back", icon=":material/undo:", key=PREFIX + "back", on_click=_put_back)
    if EXAMPLES[name].bias:
        return
    with st.expander("Third input of each sample"):
        for k, _ in enumerate(EXAMPLES[name].points, 1):
            SETTINGS.slider(f"height{k}", f"Sample {k}", step=0.05)


def chosen() -> Samples:
    """The example, as it has been dragged in the picture and beside it."""
    first = EXAMPLES[SETTINGS["example"]]
    numbers = range(1, len(first.points) + 1)
    targets = tuple(SETTINGS[f"y{k}"] for k in numbers)
    seconds = targets if first.bias else tuple(SETTINGS[f"b{k}"] for k in numbers)
    points = tuple((SETTINGS[f"a{k}"], second) for k, second in zip(numbers, seconds, strict=True))
    heights = first.heights if first.bias else tuple(SETTINGS[f"height{k}"] for k in numbers)
    return replace(first, points=points, targets=targets, heights=heights)


def stage_controls(samples: Samples, beta: float) -> list[Control]:
    """The weight decay, and what is dragged in the picture."""
    return [
        slider("beta", "weight decay β", BETAS, beta),
        *(
            Control(name=name, label="", values=SETTINGS.values(name), labels=(), value=value)
            for name, value in _values_of(samples).items()
        ),
    ]


def _values_of(samples: Samples) -> dict[str, float]:
    """What can be dragged, as in `DRAGGED`."""
    values = {f"a{k}": x for k, (x, _) in enumerate(samples.points, 1)}
    if not samples.bias:
        values |= {f"b{k}": x for k, (_, x) in enumerate(samples.points, 1)}
    return values | {f"y{k}": float(y) for k, y in enumerate(samples.y, 1)}


def _put_back() -> None:
    """Forget what was dragged, but not the weight decay."""
    SETTINGS.reset(*HEIGHTS, *DRAGGED)
