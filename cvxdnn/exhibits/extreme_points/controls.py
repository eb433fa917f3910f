"""The controls of the Extreme points page: examples beside the picture, all that is dragged in it."""

from dataclasses import replace

import numpy as np
import streamlit as st

from cvxdnn.app.stage import Control, chosen, forget, slider
from cvxdnn.exhibits.extreme_points.samples import EXAMPLES, FIRST_BETA, Samples

__all__ = ["KEY", "PREFIX", "beside", "chosen_beta", "stage_controls", "with_stage"]

PREFIX = "extreme_points_"
KEY = PREFIX + "stage"
BETAS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0)
PLACES = tuple(float(value) for value in np.round(0.02 * np.arange(-65, 66), 2))
TARGETS = tuple(float(value) for value in np.round(0.02 * np.arange(-75, 76), 2))


def beside() -> Samples:
    """What is chosen beside the picture: an example, and the third inputs, which a plane cannot show."""
    name = st.selectbox("Samples", list(EXAMPLES), key=PREFIX + "example", on_change=_put_back)
    st.button("Put the samples back", icon=":material/undo:", key=PREFIX + "back", on_click=_put_back)
    samples = EXAMPLES[name]
    if samples.bias:
        return samples
    with st.expander("Third input of each sample"):
        heights = [
            st.slider(f"Sample {k + 1}", -1.5, 1.5, float(samples.heights[k]), 0.05, key=f"{PREFIX}height_{k}_{name}")
            for k in range(len(samples.points))
        ]
    return replace(samples, heights=tuple(heights))


def with_stage(first: Samples) -> Samples:
    """The samples as they have been dragged in the picture."""
    values = {name: _chosen(name, value) for name, value in _values_of(first).items()}
    n = len(first.points)
    targets = tuple(values[f"y{k + 1}"] for k in range(n))
    seconds = targets if first.bias else tuple(values[f"b{k + 1}"] for k in range(n))
    points = tuple((values[f"a{k + 1}"], second) for k, second in enumerate(seconds))
    return replace(first, points=points, targets=targets)


def chosen_beta() -> float:
    """The weight decay, as chosen under the picture."""
    return float(chosen(KEY, "beta", BETAS, FIRST_BETA))


def stage_controls(samples: Samples, beta: float) -> list[Control]:
    """The weight decay, and what is dragged in the picture."""
    return [
        slider("beta", "weight decay β", BETAS, beta),
        *(
            Control(name=name, label="", values=_offered(name), labels=(), value=value)
            for name, value in _values_of(samples).items()
        ),
    ]


def _values_of(samples: Samples) -> dict[str, float]:
    """What can be dragged: first and second input a, b and target y of each sample."""
    values = {f"a{k}": x for k, (x, _) in enumerate(samples.points, 1)}
    if not samples.bias:
        values |= {f"b{k}": x for k, (_, x) in enumerate(samples.points, 1)}
    return values | {f"y{k}": float(y) for k, y in enumerate(samples.y, 1)}


def _chosen(name: str, first: float) -> float:
    return float(chosen(KEY, name, _offered(name), first))


def _offered(name: str) -> tuple[float, ...]:
    return TARGETS if name.startswith("y") else PLACES


def _put_back() -> None:
    """Forget what was dragged, but not the weight decay."""
    forget(KEY, but=("beta",))
    for name in [key for key in st.session_state if str(key).startswith(PREFIX + "height_")]:
        del st.session_state[name]
