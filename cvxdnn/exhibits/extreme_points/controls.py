"""The controls of the Extreme points page: samples that are dragged, their targets, and the weight decay."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import streamlit as st

from cvxdnn.app.point_editor import Curve, point_editor
from cvxdnn.app.point_editor.told import told_points
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.exhibits.extreme_points.samples import EXAMPLES, MOST, PREFIX, Point, Samples, picture_of

EDITOR = PREFIX + "editor"
BETAS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0)
FIRST_BETA = 0.4
DOMAIN = (-1.3, 1.3, -1.3, 1.3)
FEWEST = 2


@dataclass
class State:
    """What one browser session has on this page; `version` tells the editor that Python replaced the points."""

    samples: Samples
    version: int = 1


def state() -> State:
    """This session's state."""
    if PREFIX + "state" not in st.session_state:
        st.session_state[PREFIX + "state"] = State(next(iter(EXAMPLES.values())))
    current: State = st.session_state[PREFIX + "state"]
    return current


def sample_controls(here: State) -> None:
    """Examples, the editor, and what the editor cannot show: targets and third coordinates."""
    st.menu_button(
        "Examples", list(EXAMPLES), key=PREFIX + "example", on_click=_example_chosen, args=(here,), width="stretch"
    )
    samples = here.samples
    st.caption(
        "Input to the right, target upwards: drag the samples, click to add one. Two or three of them."
        if samples.bias
        else "Each dot is a sample with two of its inputs: drag it, click to add one. Two or three of them, numbered "
        "from left to right."
    )
    point_editor(
        samples.points, version=here.version, domain=DOMAIN, curves=_curves(samples), key=EDITOR,
        min_points=FEWEST, max_points=MOST, on_change=lambda: _points_moved(here),
    )  # fmt: skip
    if not samples.bias:
        _sliders(here, "targets", "Target y of sample {}")
        with st.expander("Third input of each sample"):
            _sliders(here, "heights", "Sample {}")


def beta_control() -> float:
    """The weight decay."""
    return float(
        st.select_slider(
            "Weight decay β", BETAS, FIRST_BETA, key=PREFIX + "beta", format_func=lambda value: f"{value:g}"
        )
    )


def _curves(samples: Samples) -> list[Curve]:
    """With biases the optimal network is itself a curve in the editor's plane."""
    if not samples.bias:
        return []
    beta = float(st.session_state.get(PREFIX + "beta", FIRST_BETA))
    at = np.unique([DOMAIN[0], *(x for x, _ in samples.points), DOMAIN[1]])
    found = picture_of(samples, beta).found
    line = (at, found(at))
    return [{"name": "optimum", "label": "optimal network", "style": "optimum", "lines": [line], "knots": []}]


def _sliders(here: State, name: Literal["targets", "heights"], label: str) -> None:
    values = getattr(here.samples, name)
    for i in range(len(here.samples.points)):
        key = f"{PREFIX}{name}_{i}"
        st.session_state[key] = float(values[i])
        st.slider(label.format(i + 1), -1.5, 1.5, step=0.05, key=key, on_change=_slid, args=(here, name, i, key))


def _slid(here: State, name: Literal["targets", "heights"], i: int, key: str) -> None:
    values = list(getattr(here.samples, name))
    values[i] = float(st.session_state[key])
    if name == "targets":
        here.samples = replace(here.samples, targets=tuple(values))
    else:
        here.samples = replace(here.samples, heights=tuple(values))


def _example_chosen(here: State) -> None:
    here.samples = EXAMPLES[st.session_state[PREFIX + "example"]]
    here.version += 1


def _points_moved(here: State) -> None:
    """Take over the editor's points; what belongs to a sample moves along when the order from the left changes."""
    points = _told(st.session_state.get(EDITOR))
    if points is None:
        here.version += 1  # no browser of ours told this; the editor shows again what is there
        return
    old = here.samples
    order = _same_samples(old.points, points)
    spare = MOST - len(points)
    heights = [old.heights[i] if i is not None else 0.0 for i in order] + [0.0] * spare
    targets = [old.targets[i] if i is not None else 1.0 for i in order] + [1.0] * spare
    here.samples = replace(old, points=points, heights=tuple(heights), targets=tuple(targets))


def _told(state: object) -> tuple[Point, ...] | None:
    """The samples that the editor tells of, inside its axes; None when they are none."""
    try:
        points = np.array(told_points(state)[:MOST])
    except InvalidInputError:
        return None
    if len(points) < FEWEST or not np.isfinite(points).all():
        return None
    inside = points.clip(DOMAIN[::2], DOMAIN[1::2])
    return tuple((float(x), float(y)) for x, y in inside)


def _same_samples(old: tuple[Point, ...], new: tuple[Point, ...]) -> list[int | None]:
    """For each new point the old one that it was, None for an added one: all but one point stay where they are."""
    stays = {point: i for i, point in enumerate(old)}
    order = [stays.pop(point, None) for point in new]
    moved = iter(stays.values())
    return [next(moved, None) if i is None else i for i in order]
